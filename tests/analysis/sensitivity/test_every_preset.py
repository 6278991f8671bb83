"""Every published run under every accounting is uncertain by what ships, in every question; who is not, says why."""

from __future__ import annotations

from functools import cache

import pytest

import gigacost
from gigacost import Catalog, SpecError, Sweep
from gigacost.accounting import ACCOUNTINGS, numbers
from gigacost.analysis.sensitivity.uncertain_inputs import uncertain_inputs
from gigacost.queries.estimates import Estimate

DRAWS = 4
NO_QUOTE = "no price: nobody quotes"
NO_ELECTRICITY = "no electricity price is known here"
A_SITE = "a site, which says where to train and not what"
IMPOSSIBLE = {
    ("palm", ""): NO_QUOTE,
    ("yalm-100b", ""): NO_ELECTRICITY,
    ("glm-130b", ""): NO_ELECTRICITY,
    ("apertus-70b", ""): NO_QUOTE,
    **{(run, ""): NO_QUOTE for run in ("deepseek-67b", "deepseek-v2")},
    **{(run, "epoch-2024"): "no price: epoch-2024 has none of h800-sxm" for run in ("deepseek-67b", "deepseek-v2")},
    **{
        (f"colossus-{site}", way): A_SITE
        for site in ("1-100k", "1-200k", "2-110k", "2-550k")
        for way in ("", "epoch-2024")
    },
}
"""The runs that have no total and the sites that have no estimate, by accounting, and why."""
CASES = [(run, way) for run in Catalog.bundled().presets for way in ("", *ACCOUNTINGS)]
POSSIBLE = [case for case in CASES if case not in IMPOSSIBLE]


def presets(case: tuple[str, str]) -> list[str]:
    return [name for name in case if name]


@cache
def estimated(case: tuple[str, str]) -> Estimate:
    return gigacost.estimate(preset=presets(case), draws=DRAWS)


SITES = [case for case in IMPOSSIBLE if IMPOSSIBLE[case] == A_SITE]
UNPRICED = [case for case in IMPOSSIBLE if case not in SITES]


@pytest.mark.parametrize("case", SITES, ids=" ".join)
def test_a_site_is_no_run_and_says_so(case: tuple[str, str]) -> None:
    with pytest.raises(SpecError) as caught:
        gigacost.estimate(preset=presets(case), draws=DRAWS)
    assert caught.value.faults[0].what.startswith(IMPOSSIBLE[case])


@pytest.mark.parametrize("case", UNPRICED, ids=" ".join)
def test_who_has_no_price_has_days_and_no_total_and_says_why(case: tuple[str, str]) -> None:
    one = estimated(case)
    assert one.missing_prices[0].fault.what.startswith(IMPOSSIBLE[case])
    assert one["cost_total_usd"] is None
    assert one.intervals["train_days"]["feasible"] == 1.0


@pytest.mark.parametrize("case", POSSIBLE, ids=" ".join)
def test_an_estimate_and_a_query_are_drawn_alike(case: tuple[str, str]) -> None:
    columns = ["cost_total_usd", "p10(cost_total_usd)", "p50(cost_total_usd)", "p90(cost_total_usd)"]
    sweep = Sweep(preset=presets(case), uncertain="default", draws={"count": DRAWS}, columns=columns)
    (row,) = sweep.top(1, "p90(cost_total_usd)").rows
    one = estimated(case)
    assert [row[name] for name in columns] == [
        one["cost_total_usd"],
        *(one.intervals["cost_total_usd"][name] for name in ("p10", "p50", "p90")),
    ]
    assert one.intervals["cost_total_usd"]["feasible"] == 1.0


def test_uncertainty_is_of_the_same_draws() -> None:
    told = {}  # one of each kind of run: of those that give the same names
    for case in POSSIBLE:
        told.setdefault((case[1], frozenset(estimated(case).inputs)), case)
    assert len(told) > 8
    for case in told.values():
        spread = gigacost.uncertainty(preset=presets(case), draws=DRAWS).spread
        assert estimated(case).intervals["cost_total_usd"].items() <= spread.to_dict().items(), case


@pytest.mark.parametrize("way", ACCOUNTINGS)
def test_what_an_accounting_fixes_is_not_drawn_unless_that_is_asked_for(way: str) -> None:
    run = {"preset": ["llama-3.1-405b", way]}
    drawn = Sweep(**run, uncertain="default").bound
    assert set(Sweep(preset="llama-3.1-405b").bound.shipped) & set(numbers(way)), "something ships about what it fixes"
    assert not set(uncertain_inputs(drawn)) & set(numbers(way))
    assert drawn.uncertain
    named = Sweep(**run, uncertain={"default": True, "other_it_factor": "x uniform 1..1.1"}).bound
    assert not uncertain_inputs(named)["other_it_factor"].shipped
    assert set(uncertain_inputs(named)) == {*uncertain_inputs(drawn), "other_it_factor"}
