"""One run, costed: ``estimate``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.analysis.sensitivity.intervals import with_intervals
from gigacost.queries.estimates import Estimate, estimated
from gigacost.queries.request import CatalogLike, ModelLike, PresetLike, Request


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
    draws: int = 0,
    **inputs: Any,  # noqa: ANN401 - a value as people write it
) -> Estimate:
    """What one training run costs: ``estimate(hardware="h100-sxm", chips=16384, params="405B", tokens="15.6T")``.

    Every name of the model and of the catalogue may be given, with units as people write them (``"405B"``,
    ``"0.08 $/kWh"``), by keyword or in the mapping ``given``. ``model`` is an architecture of the catalogue
    (``"llama-3.1-405b"``) or a ``gigacost.Model``; who wants both puts the architecture into ``given``. ``catalog`` is
    a private price book or a Catalog, ``as_of`` the date of prices, ``base_year`` the year in whose dollars quantities
    are told (those of the prices' date without), ``preset`` a published run to start from, a way to count
    (``"epoch-2024"``) or both, ``draws`` how many draws the ``intervals`` rest on (0: there are none), ``strict`` makes
    warnings errors.

    Raises SpecError: for bad values, for what is missing, and for a design that is impossible, saying why.
    """
    request = Request.of(
        given,
        inputs,
        model=model,
        catalog=catalog,
        as_of=as_of,
        base_year=base_year,
        preset=preset,
        strict=strict,
        several=False,
    )
    bound = request.bound
    found = estimated(bound)
    return with_intervals(found, bound, draws) if draws else found
