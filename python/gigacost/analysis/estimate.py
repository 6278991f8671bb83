"""One run, costed: ``estimate``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from gigacost.analysis.sensitivity.intervals import with_intervals
from gigacost.catalog import Catalog
from gigacost.graph.model import Model
from gigacost.queries.estimates import Estimate, estimated, specified


def estimate(
    given: Mapping[str, Any] | None = None,
    /,
    *,
    model: Model | str | None = None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
    as_of: str | None = None,
    base_year: int | None = None,
    preset: str | Sequence[str] | None = None,
    draws: int = 0,
    strict: bool = False,
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
    told = {"as_of": as_of, "base_year": base_year, "preset": preset}
    spec, model, catalog = specified(given, inputs, model, catalog, told, strict=strict)
    found = estimated(spec, model, catalog)
    return found if not draws else with_intervals(found, spec, model, catalog, draws)
