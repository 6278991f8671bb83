"""One run, costed: ``estimate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gigacost.queries.estimates import Estimate, estimated
from gigacost.queries.request import CatalogLike, ModelLike, PresetLike, Request
from gigacost.sampling.draws import Drawn, as_draws
from gigacost.spec.files import Document

if TYPE_CHECKING:
    from gigacost.analysis.sensitivity.uncertain_inputs import Uncertain


def estimate(
    given: Mapping[str, Any] | None = None,
    /,
    *,
    model: ModelLike = None,
    catalog: CatalogLike = None,
    as_of: str | None = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    strict: bool = False,
    uncertain: Uncertain | None = None,
    draws: Drawn = 0,
    **inputs: Any,  # noqa: ANN401 - a value as people write it
) -> Estimate:
    """Cost one training run.

    Parameters
    ----------
    given : mapping, optional
        Inputs by name, beside those given by keyword.
    model : str or Model, optional
        A published architecture of the catalogue (``"llama-3.1-405b"``) for the default model, or a model of your own.
        For both, put the architecture into ``given``.
    catalog : Catalog, path or mapping, optional
        A catalogue, or a private price book to lay over the bundled one.
    as_of : str, optional
        Date of prices and availability, ``YYYY-MM-DD``; by default the catalogue's.
    base_year : int, optional
        Express computed amounts in constant dollars of this year; by default in dollars of the prices' date.
    preset : str or list of str, optional
        A published run to start from, an accounting (``"epoch-2024"``), or both.
    strict : bool
        Treat warnings as errors, a missing price among them.
    uncertain : mapping or "default", optional
        Distributions of inputs (``{"pue": "triangular 1.05 1.1 1.3"}``), in place of those that ship.
    draws : int or Draws
        Number of Monte Carlo draws that the ``intervals`` rest on; 0: no intervals, or 4096 draws where ``uncertain``
        is given.
    **inputs
        Any input, quantity or catalogue axis, as a number in the model's unit or as text with a unit (``"405B"``,
        ``"0.08 $/kWh"``).

    Returns
    -------
    Estimate
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
    """
    request = Request.of(given, inputs, model, catalog, as_of, base_year, preset, strict=strict, several=False)
    if uncertain is None and not draws:
        return estimated(request.bound)
    from gigacost.analysis.sensitivity.intervals import with_intervals
    from gigacost.analysis.sensitivity.uncertain_inputs import COUNT, as_table

    bound = replace(request, document=Document({**request.document.tree, "uncertain": as_table(uncertain)})).bound
    chosen = as_draws(draws or COUNT)
    return with_intervals(estimated(bound), bound, chosen)
