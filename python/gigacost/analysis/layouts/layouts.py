"""The parallel layouts of one design: the best ones, where their time and memory go, and why the others are not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost._record import Record, unboxed
from gigacost.analysis.layouts.candidates import Candidates, Layout, candidates
from gigacost.analysis.layouts.rejections import Failure, Loser, failing, impossible, losing
from gigacost.charts.charted import Charted
from gigacost.configs.source import ConfigLike
from gigacost.errors import Fault, SpecError, show
from gigacost.model.pace import OWN_TIME
from gigacost.model.performance.layout import SCALEUP_DOMAIN
from gigacost.queries.assumptions import assumption
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request
from gigacost.spec.spec import Spec

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model


@dataclass(frozen=True, slots=True, repr=False)
class Layouts(Charted, Record):
    """The layouts of one design."""

    _kind = "layout"

    inputs: Mapping[str, float | str]
    """What was given, and the label of every catalogue axis that applies."""
    best: tuple[Layout, ...]
    """The shortest step first; the first is what an estimate takes."""
    losing: tuple[Loser, ...]
    """The best of other kinds, the nearest first."""
    failing: tuple[Failure, ...]
    global_batch_sequences: float
    sequence_tokens: float
    candidates: int
    """Layouts that were looked at."""
    legal: int
    """Of these, the legal ones that are worth a try."""
    fitting: int
    """Of these, the ones that fit into memory."""
    mem_gib: float
    """What a chip has."""
    scaleup_domain: float | None
    """Chips that the fast network joins; None where that is not known."""
    error_band: tuple[float, float] | None
    """10th and 90th percentile of predicted/measured - 1 on published runs of this kind, where the chip is known."""
    is_calibrated: bool
    """Whether the chip and precision were fitted on published runs; else they are extrapolated."""
    notes: tuple[str, ...]
    """What was taken for granted."""
    meta: Mapping[str, Any]

    def __repr__(self) -> str:
        first = self.best[0]
        axes = ", ".join(f"{name}={value:g}" for name, value in first.axes.items())
        of = f"{len(self.best)} best of {self.fitting:,} layouts that fit"
        return f"<Layouts: {of}; the first, {first.step_seconds:.4g} s a step: {axes}>"


def layouts(
    given: Mapping[str, Any] | None = None,
    /,
    *,
    top: int = 10,
    model: ModelLike = None,
    catalog: CatalogLike = None,
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
    strict: bool = False,
    **inputs: Any,  # noqa: ANN401 - a value as people write it
) -> Layouts:
    """Find the best parallel layouts of one design, and say why others lose or are infeasible.

    Parameters
    ----------
    given : mapping, optional
        Inputs by name, beside those given by keyword.
    top : int
        Number of layouts to describe.
    model, catalog, as_of, base_year, preset, model_config, train_config, strict
        As for `estimate`.
    **inputs
        As for `estimate`. A layout axis that is given (``tp=8``) is not searched; given as a list (``tp=[4, 8]``),
        only these values are. Without ``tokens`` and ``global_batch_sequences`` the batch is that of the tokens a
        published architecture was trained on.

    Returns
    -------
    Layouts
        ``best`` layouts by step time, each with time and memory by part; ``losing`` and ``failing`` alternatives with
        the reason.

    Raises
    ------
    SpecError
        For bad or missing values, and for a design without a feasible layout.

    Examples
    --------
    >>> import gigacost
    >>> found = gigacost.layouts(model="llama-3.1-405b", hardware="h100-sxm", chips=16384)
    >>> found.best[0].step_seconds == min(one.step_seconds for one in found.best)
    True
    """
    request = Request.of(
        given, inputs, model, catalog, as_of, base_year, preset, model_config, train_config, strict=strict
    )
    return laid_out(request.spec, request.model, request.catalog, top=top)


def laid_out(spec: Spec, model: Model, catalog: Catalog, *, top: int = 10) -> Layouts:
    """The layouts of a specification whose axes, if any, are those of the layout. Raises SpecError as ``layouts``."""
    import numpy as np

    top = unboxed(top)  # type: ignore[assignment] # checked below
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise SpecError(Fault("top", show(top), "not a number of layouts", ">= 1"))
    found = candidates(spec, model, catalog)
    if not found.fitting:
        raise SpecError(impossible(found))
    found = found.with_parts()
    order = np.argsort(found.rows["step_seconds"], kind="stable")  # of equal ones the search's; null ones last
    given, labels = found.bound.spec.fixed, {axis: place[1][0] for axis, place in found.bound.labels.items()}
    best = tuple(found.described(int(row)) for row in order[: min(top, found.fitting)])
    domain = assumption(found.bound, SCALEUP_DOMAIN.name).value
    band, is_calibrated = _trust(found, labels)
    return Layouts(
        inputs={
            **{name: value for name, value in given.items() if name in spec.fixed or name not in OWN_TIME},
            **labels,
        },
        best=best,
        losing=losing(found, int(order[0])),
        failing=failing(found, int(order[0])),
        **{name: float(found.rows[name][0]) for name in ("global_batch_sequences", "sequence_tokens", "mem_gib")},
        scaleup_domain=None if domain is None else float(domain),
        candidates=found.size,
        legal=len(order),
        fitting=found.fitting,
        error_band=band,
        is_calibrated=is_calibrated,
        notes=found.notes,
        meta=found.meta,
    )


def _trust(found: Candidates, labels: Mapping[str, str]) -> tuple[tuple[float, float] | None, bool]:
    """The band of errors of such runs, and whether the chip was fitted."""
    if "hardware" not in labels:
        return None, False
    kind = "moe_" if found.rows["routed_experts"][0] > 1.0 else ""
    choice = {axis: labels[axis] for axis in ("hardware", "precision")}
    low, high, fitted = (
        found.bound.catalog.cite(name, choice).value
        for name in (f"{kind}step_error_low", f"{kind}step_error_high", "is_calibrated")
    )
    return (None if math.isnan(low) else (low, high)), fitted == 1.0
