"""The parallel layouts of one design: the best ones, where their time and memory go, and why the others are not."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost.bind import words
from gigacost.books import opened
from gigacost.candidates import MEMORY, PARTS, Candidates, candidates
from gigacost.errors import Fault, SpecError, show
from gigacost.estimates import unplaced
from gigacost.model import default as default_model
from gigacost.results import plain
from gigacost.spec import Spec

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph import Model


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to spread a model and its batch over the chips, and what a step of it takes."""

    axes: Mapping[str, int]
    """tp, cp, ep, microbatch, recompute, pp, vp, zero_stage."""
    dp: int
    """Copies of the model that share the batch."""
    microbatches: int
    """That each copy works through in one step."""
    idle_chips: int
    """Chips that no copy uses."""
    padding_share: float
    """Share of a step's places that no sequence fills."""
    step_seconds: float
    mfu: float | None
    """None where it cannot be told."""
    parts: Mapping[str, float]
    """Where the time goes [s]; they add up to ``step_seconds``."""
    memory_per_chip_gib: float
    memory: Mapping[str, float]
    """Where the memory goes [GiB]; they add up to ``memory_per_chip_gib``."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        plainly = {"axes": dict(self.axes), "parts": dict(self.parts), "memory": dict(self.memory)}
        return {name: getattr(self, name) for name in self.__slots__} | plainly


@dataclass(frozen=True, slots=True)
class Loser:
    """The best layout of another kind than the winner, and what it loses by."""

    change: Mapping[str, int]
    """What it has otherwise than the winner, the rest chosen anew."""
    layout: Layout
    slower: float
    """Its step time over the winner's, minus 1."""
    by: Mapping[str, float]
    """The parts that take longer than the winner's, the most first, as shares of the winner's step."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {
            "change": dict(self.change),
            "slower": self.slower,
            "by": dict(self.by),
            "layout": self.layout.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """A kind of layout that is not legal, or does not fit, whatever else is chosen."""

    change: Mapping[str, int]
    reason: str
    needed_gib: float | None = None
    """The memory that the leanest of them needs, where that is the reason."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {"change": dict(self.change), "reason": self.reason, "needed_gib": self.needed_gib}


@dataclass(frozen=True, slots=True)
class Layouts:
    """The layouts of one design."""

    inputs: Mapping[str, float | str]
    """What was given, and the label of every catalogue axis in play."""
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
    fitting: int
    """Legal ones that fit into memory."""
    mem_gib: float
    """What a chip has."""
    error_band: tuple[float, float] | None
    """10th and 90th percentile of predicted/measured - 1 on published runs of this kind, where the chip is known."""
    is_calibrated: bool
    """Whether the chip and precision were fitted on published runs; else they are extrapolated."""
    notes: tuple[str, ...]
    """What was taken for granted."""
    meta: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``gigacost layout --json`` prints it."""
        found = {name: getattr(self, name) for name in self.__slots__}
        lists = {name: [one.to_dict() for one in getattr(self, name)] for name in ("best", "losing", "failing")}
        band = None if self.error_band is None else list(self.error_band)
        plainly = {"error_band": band, "inputs": dict(self.inputs), "notes": list(self.notes), "meta": dict(self.meta)}
        return {**found, **lists, **plainly}


def layouts(
    given: Mapping[str, Any] | None = None,
    /,
    *,
    top: int = 10,
    model: Model | str | None = None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
    as_of: str | None = None,
    strict: bool = False,
    **inputs: Any,  # noqa: ANN401 - a value as people write it
) -> Layouts:
    """The best layouts of a design: ``layouts(model="llama-3.1-405b", hardware="h100-sxm", chips=16384)``.

    Names and values are those of ``estimate``. An axis of the layout that is given (``tp=8``) is not searched; given
    as a list (``tp=[4, 8]``), only these are tried. Without ``tokens`` and ``global_batch_sequences`` the batch is
    that of the tokens the published architecture was trained on. ``top`` is how many layouts are described.

    Raises SpecError: for bad values, for what is missing, and for a design that no layout makes possible.
    """
    fixed = {**(given or {}), **inputs}
    if isinstance(model, str):
        fixed["model"] = model
        model = None
    model, book = model or default_model(), opened(catalog)
    axes = {name: value for name, value in fixed.items() if isinstance(value, list | tuple)}
    tree: dict[str, Any] = {"version": 1, "axes": axes, "fixed": {k: v for k, v in fixed.items() if k not in axes}}
    tree |= {"as_of": as_of} if as_of is not None else {}
    try:
        spec = Spec.from_dict(tree, words(model, book), strict=strict)
    except SpecError as error:
        raise SpecError(*unplaced(error.faults)) from None
    return laid_out(spec, model, book, top=top)


def laid_out(spec: Spec, model: Model, catalog: Catalog, *, top: int = 10) -> Layouts:
    """The layouts of a specification whose axes, if any, are those of the layout. Raises SpecError as ``layouts``."""
    import numpy as np  # noqa: PLC0415 - importing the package stays light

    from gigacost.layout_reasons import failing, impossible, losing  # noqa: PLC0415 - they need what is defined here

    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise SpecError(Fault("top", show(top), "not a number of layouts", ">= 1"))
    found = candidates(spec, model, catalog)
    if not found.fitting:
        raise SpecError(impossible(found))
    found = found.with_parts()
    order = np.argsort(found.rows["step_seconds"], kind="stable")  # of equal ones the search's; null ones last
    labels = {axis: place[1][0] for axis, place in found.bound.labels.items()}
    best = tuple(described(found, int(row)) for row in order[: min(top, found.fitting)])
    band, is_calibrated = _trust(found, labels)
    return Layouts(
        inputs={**found.bound.spec.fixed, **labels},
        best=best,
        losing=losing(found, int(order[0])),
        failing=failing(found, int(order[0])),
        **{name: float(found.rows[name][0]) for name in ("global_batch_sequences", "sequence_tokens", "mem_gib")},
        candidates=found.size,
        legal=len(order),
        fitting=found.fitting,
        error_band=band,
        is_calibrated=is_calibrated,
        notes=found.notes,
        meta=found.meta,
    )


def described(found: Candidates, row: int) -> Layout:
    """One of the candidates."""
    rows = {name: values[row].item() for name, values in found.rows.items()}
    return Layout(
        axes=found.layout(row),
        **{name: int(rows[name]) for name in ("dp", "microbatches", "idle_chips")},
        padding_share=rows["padding_share"],
        step_seconds=rows["step_seconds"],
        mfu=plain(rows.get("mfu")),
        parts={name: rows[name] for name in PARTS},
        memory_per_chip_gib=rows["memory_per_chip_gib"],
        memory={name: rows[name] for name in MEMORY},
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
