"""One run, costed: ``estimate``; of several values each combination by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from gigacost.compiler.bound import Bound
from gigacost.configs.source import ConfigLike
from gigacost.errors import Fault, SpecError, show
from gigacost.queries.estimates import Estimate, estimated
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request
from gigacost.sampling.draws import Drawn, as_draws
from gigacost.spec.files import Document

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np

    from gigacost.analysis.sensitivity.uncertain_inputs import Uncertain
    from gigacost.graph.model import Model


MOST = 10_000
"""How many combinations are costed each by itself."""
One: TypeAlias = "float | str | dt.date | np.integer[Any] | np.floating[Any]"
"""One value of an input."""


@overload
def estimate(
    given: Mapping[str, One] | None = None,
    /,
    *,
    model: Model | str | None = None,
    catalog: CatalogLike = None,
    as_of: str | dt.date | None = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
    strict: bool = False,
    uncertain: Uncertain | None = None,
    draws: Drawn = 0,
    **inputs: One,
) -> Estimate: ...
@overload
def estimate(
    given: Mapping[str, Any] | None = None,
    /,
    *,
    model: ModelLike = None,
    catalog: CatalogLike = None,
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
    strict: bool = False,
    uncertain: Uncertain | None = None,
    draws: Drawn = 0,
    **inputs: Any,  # noqa: ANN401 - a value as people write it, a list or a range of them
) -> Estimate | list[Estimate]: ...
def estimate(
    given: Mapping[str, Any] | None = None,
    /,
    *,
    model: ModelLike = None,
    catalog: CatalogLike = None,
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
    strict: bool = False,
    uncertain: Uncertain | None = None,
    draws: Drawn = 0,
    **inputs: Any,
) -> Estimate | list[Estimate]:
    """Cost one training run; of a list of values, or a range, each of the runs.

    Parameters
    ----------
    given : mapping, optional
        Inputs by name, beside those given by keyword.
    model : str, list of str, or Model, optional
        A published architecture of the catalogue (``"llama-3.1-405b"``) for the default model, or a model of your own.
        For both, put the architecture into ``given``.
    catalog : Catalog, path or mapping, optional
        A catalogue, or a private price book to lay over the bundled one.
    as_of : str or datetime.date, optional
        Date of prices and availability, ``YYYY-MM-DD``; by default the catalogue's.
    base_year : int, optional
        Express computed amounts in constant dollars of this year; by default in dollars of the prices' date.
    preset : str or list of str, optional
        A published run to start from, an accounting (``"epoch-2024"``), or both.
    model_config : path or mapping, optional
        A model's ``config.json`` (Hugging Face), or what is in it: the shape of the model, in place of ``model``.
    train_config : path or mapping, optional
        The configuration of a run: arguments of Megatron-LM, axolotl's, NeMo's or verl's YAML (which need the extra
        ``configs``), torchtitan's TOML. What is given otherwise wins over both; ``config`` of the result says what was
        made of each field.
    strict : bool
        Treat warnings as errors, a missing price among them.
    uncertain : mapping or "default", optional
        Distributions of inputs (``{"pue": "triangular 1.05 1.1 1.3"}``), in place of those that ship.
    draws : int or Draws
        Number of Monte Carlo draws that the ``intervals`` rest on; 0: no intervals, or 4096 draws where ``uncertain``
        is given.
    **inputs
        Any input, quantity or catalogue axis, as a number in the model's unit or as text with a unit (``"405B"``,
        ``"0.08 $/kWh"``). A list or a range is of runs side by side, each combination by itself (at most 10,000).

    Returns
    -------
    Estimate, or a list of them
        Every quantity of the model by name (``estimate["cost_total_usd"]``), with ``breakdown``, ``subtotals``,
        ``intervals`` and ``assumptions`` (each with source and date). Where a price is missing, ``status`` says so,
        what needs it is None without an interval, and ``missing_prices`` names the nearest quotes.

    Raises
    ------
    SpecError
        For bad values, for missing ones, and for an infeasible design, with the reason.

    Examples
    --------
    >>> import gigacost
    >>> run = gigacost.estimate(model="llama-3.1-405b", hardware="h100-sxm", chips=16384, tokens="15.6T")
    >>> run.status, run["training_flop"] > 3.8e25
    ('ok', True)
    >>> run.assumption("rental_usd_per_chip_hour").unit
    '$/(chip·h)'
    >>> both = gigacost.estimate(params="7B", tokens="2T", hardware="h100-sxm", chips=64, market=["own", "on_demand"])
    >>> [one.inputs["market"] for one in both]
    ['own', 'on_demand']
    """
    request = Request.of(
        given, inputs, model, catalog, as_of, base_year, preset, model_config, train_config, strict=strict
    )
    drawing = uncertain is not None or bool(draws)
    if drawing:
        from gigacost.analysis.sensitivity.intervals import with_intervals
        from gigacost.analysis.sensitivity.uncertain_inputs import COUNT, as_table

        tree = {**request.document.tree, "uncertain": as_table(uncertain)}
        request = replace(request, document=Document(tree))
    points = combinations(request)
    found = estimates(points)
    if drawing:
        chosen = as_draws(draws or COUNT)
        found = [with_intervals(one, point, chosen) for one, point in zip(found, points, strict=True)]
    return found if request.spec.axes else found[0]


def combinations(request: Request, most: int = MOST) -> list[Bound]:
    """The combinations of what is asked, each bound by itself. Raises SpecError where there are more than ``most``."""
    spec, bound = request.spec, request.bound
    if spec.size > most:
        what = "too many alternatives to stand side by side"
        raise SpecError(Fault("combinations", show(spec.size), what, allowed=f"<= {most}; gigacost sweep takes any"))
    if not spec.axes:
        return [bound]
    points = map(bound.settings, range(spec.size))
    return [Bound(replace(spec, axes=(), fixed=fixed), request.model, request.catalog) for fixed in points]


def estimates(points: Sequence[Bound]) -> list[Estimate]:
    """The estimate of each. Raises SpecError with what is wrong with any of them, each fault once."""
    found: list[Estimate] = []
    faults: dict[Fault, None] = {}
    for point in points:
        try:
            found.append(estimated(point))
        except SpecError as error:
            faults |= dict.fromkeys(error.faults)
    if faults:
        raise SpecError(*faults)
    return found
