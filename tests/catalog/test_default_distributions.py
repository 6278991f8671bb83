"""The distributions that ship: they can be read, and those computed from our own data are what the data say."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from statistics import median, median_low

import numpy as np
import pytest

from gigacost import Catalog
from gigacost.catalog.dates import last_day
from gigacost.catalog.default_distributions import defaults, later
from gigacost.catalog.files import data
from gigacost.model import default, later_years
from gigacost.sampling.distributions import Distribution, Lognormal

CALIBRATION = Path(__file__).parents[2] / "docs/calibration.md"
CATALOG = Catalog.bundled()
STACK = {
    *("flash_attention", "tuned_attention", "sequence_parallel", "tp_overlap", "hierarchical_collectives"),
    *("op_level_recompute", "gradient_byte", "global_batch_sequences"),
}
"""What of a published run the default model is not told: its software and its batch."""


def distribution(name: str) -> Distribution:
    return Distribution.parse(defaults()[name].distribution, name)


def interval(name: str) -> tuple[float, float]:
    family = (distribution(name) if name in defaults() else Distribution.parse(later()[name].distribution, name)).family
    assert isinstance(family, Lognormal)
    assert family.percent == 90
    return family.low, family.high


@pytest.mark.parametrize("name", defaults())
def test_a_default_is_of_the_model_and_has_a_source(name: str) -> None:
    model, one = default(), defaults()[name]
    assert name in model.names
    found = Distribution.parse(one.distribution, name, model.unit(name))
    assert found.text
    assert one.source
    last_day(one.date)
    assert one.note or not one.is_assumption


@pytest.mark.parametrize("name", defaults())
def test_an_absolute_default_is_around_the_value_that_is_there_without_it(name: str) -> None:
    found, known = distribution(name), default().inputs.get(name)
    if found.relative:
        assert 0.7 < found.median < 1.4
    else:
        assert known is not None
        assert known.default is not None
        assert found.median == pytest.approx(known.default, rel=0.4)


def test_what_is_of_later_years_only_is_an_input_of_theirs() -> None:
    assert set(later()) == {later_years.RENTAL_LEVEL.name}


@pytest.mark.parametrize(("name", "within"), [("tuning", "tuning_within"), ("steady_share", "steady_within")])
def test_the_spread_of_hours_is_that_of_runs_predicted_without_their_lab(name: str, within: str) -> None:
    factor = data("pace")[within]
    assert interval(name) == pytest.approx((1.0 / factor, factor), rel=1e-3)


def test_nothing_that_is_in_the_spread_of_hours_is_counted_twice() -> None:
    assert (
        defaults()
        .keys()
        .isdisjoint(
            {"mfu", "goodput", "step_seconds", "goodput_of_failures", "failures_per_chip_hour", "expert_gemm_share"}
        )
    )


def test_the_spread_of_rents_is_that_of_the_quotes() -> None:
    quotes = data("rental")
    cells: dict[tuple[str, str, str, int, int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for chip, terms in quotes["quotes"].items():
        for term, rows in terms.items():
            for usd, date, provider, *_ in rows:
                offered_by = quotes["providers"][provider]
                if term in {"on_demand", "reserved_1y", "reserved_3y"} and date and not offered_by.get("survey"):
                    day = last_day(date)
                    cell = (chip, term, offered_by["class"], day.year, (day.month - 1) // 6)
                    cells[cell][provider].append(float(usd))
    votes = [[median(prices) for prices in cell.values()] for cell in cells.values()]
    ratios = sorted(price / median_low(cell) for cell in votes if len(cell) >= 3 for price in cell)
    assert len(ratios) == 96
    ends = [ratios[int(q * (len(ratios) - 1))] for q in (0.05, 0.95)]
    assert interval("rental_usd_per_chip_hour") == pytest.approx(ends, abs=0.005)


def test_the_level_of_later_rents_is_that_of_past_years() -> None:
    changes = []
    for provider_class in ("neocloud", "hyperscaler"):
        for chip in CATALOG.labels("hardware"):
            rents = [_rent(chip, provider_class, f"{year}-07-01") for year in range(2018, 2027)]
            changes += [b / a for a, b in pairwise(rents) if not math.isnan(a + b)]
    assert len(changes) == 37
    assert np.median(changes) == 1.0
    assert sum(change > 1.0 for change in changes) == 9
    gain = default().inputs["price_performance_gain"].default
    assert gain is not None
    ends = np.quantile(changes, [0.05, 0.95]) * gain
    assert interval("rental_level") == pytest.approx(ends.tolist(), abs=0.005)


def _rent(chip: str, provider_class: str, as_of: str) -> float:
    where = {"hardware": chip, "market": "on_demand", "provider_class": provider_class, "as_of": as_of}
    return CATALOG.cite("rental_usd_per_chip_hour", where).value
