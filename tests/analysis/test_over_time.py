"""The same capability in other years: past prices as quoted, later ones by trends, nothing falling blindly."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Catalog, OverTime, SpecError, Sweep, estimate, over_time
from gigacost.analysis.over_time import TRENDS, contributions

Capture = pytest.CaptureFixture[str]
CALENDAR = str(Path(__file__).parents[2] / "examples/calendar.toml")
YEARS = (2023, 2025, 2027, 2030)
DESIGN: dict[str, Any] = {"hardware": "h100-sxm", "chips": 1024, "params": "8B", "tokens": "2T", "as_of": "2025-07-01"}
LATEST = Catalog.bundled().date


@pytest.fixture(scope="module")
def found() -> OverTime:
    return over_time(Sweep.from_toml(CALENDAR), YEARS, algorithms_of="2024-04-01")


FIXED = {name: value for name, value in DESIGN.items() if name not in {"chips", "as_of"}}


def one_design(**more: Any) -> Sweep:
    return Sweep({"chips": [DESIGN["chips"]]}, fixed={**FIXED, **more}, as_of=DESIGN["as_of"])


def test_past_years_have_prices_of_their_day_and_later_ones_a_trend(found: OverTime) -> None:
    assert [one.year for one in found.years] == list(YEARS)
    assert [one.as_of for one in found.years] == ["2023-07-01", "2025-07-01", LATEST, LATEST]
    ahead = [one.years_ahead for one in found.years]
    assert ahead[:2] == [0.0, 0.0]
    assert ahead[3] - ahead[2] == pytest.approx(3.0, abs=0.01)
    assert ahead[2] > 0.5


def test_chips_are_those_that_could_be_had(found: OverTime) -> None:
    assert {one.design["hardware"] for one in found.years if one.year == 2023} <= {"a100-sxm-80", "h100-sxm"}
    assert all(set(one.design) == {"hardware", "market", "chips"} for one in found.years)


def test_drivers_add_up_to_the_cost_and_lie_in_their_intervals(found: OverTime) -> None:
    for one in found.years:
        assert one.cost is not None
        assert sum(spread.central for spread in one.drivers.values()) == pytest.approx(one.cost.central, rel=1e-12)
        for spread in (one.cost, *one.drivers.values()):
            assert 0.0 < spread.low < spread.p10 < spread.p50 < spread.p90 < spread.high
        assert set(one.drivers) == {"cost_rent_usd", "cost_experiments_usd", "cost_staff_usd"}


def test_today_with_todays_algorithms_is_the_estimate() -> None:
    (now,) = over_time(one_design(), [2025], by="total_run_usd", algorithms_of="2025-07-01").years
    assert now.cost is not None
    assert now.algorithm_years == 0.0
    assert now.cost.central == estimate(DESIGN)["total_run_usd"]


def test_older_algorithms_take_more_compute_by_the_gain_of_each_year() -> None:
    before, after = over_time(one_design(), [2024, 2025], algorithms_of="2025-07-01").years
    assert before.run_flop is not None
    assert after.run_flop is not None
    assert before.run_flop / after.run_flop == pytest.approx(2.8 ** (after.algorithm_years - before.algorithm_years))
    given = over_time(one_design(algorithmic_gain=1), [2024, 2025], algorithms_of="2025-07-01").years
    assert given[0].run_flop == given[1].run_flop == after.run_flop


def test_rents_may_rise() -> None:
    """With all progress left out, the market's ups and downs are what is left: P95 of a later year is above today's."""
    still = {"algorithmic_gain": 1, "price_performance_gain": 1}
    now, later = over_time(one_design(**still), [2026, 2027], by="total_run_usd").years
    assert now.cost is not None
    assert later.cost is not None
    assert later.cost.central == now.cost.central
    assert later.cost.high > now.cost.high
    assert later.cost.low < now.cost.low


def test_what_is_given_is_not_uncertain() -> None:
    told = over_time(one_design(algorithmic_gain=2), [2027]).trends
    assert set(told) == set(TRENDS) - {"algorithmic_gain"}
    wide, narrow = (
        over_time(one_design(**more), [2030], by="total_run_usd").years[0].cost
        for more in ({}, dict.fromkeys(("algorithmic_gain", "price_performance_gain"), 1.5))
    )
    assert wide is not None
    assert narrow is not None
    assert narrow.high / narrow.low < wide.high / wide.low


def test_owned_chips_follow_the_price_of_what_they_do() -> None:
    owned = one_design(market="own", region="usa")
    now, later = over_time(owned, [2026, 2028], by="total_run_usd", algorithms_of=LATEST).years
    assert now.usd_per_chip_hour is not None
    assert later.usd_per_chip_hour is not None
    assert later.usd_per_chip_hour < now.usd_per_chip_hour


def test_a_year_without_a_design_says_why() -> None:
    (early, now) = over_time(one_design(), [2020, 2025]).years
    assert early.cost is None
    assert (early.state, early.design, early.drivers) == ("not_yet_available", {}, {})
    assert now.cost is not None


def test_a_year_in_which_no_design_is_asked_for_says_so() -> None:
    (one,) = over_time(Sweep({"chips": [64]}, fixed=FIXED, where="train_days < 1"), [2025]).years
    assert one.cost is None
    assert one.state == "where"


def test_whoever_gives_a_layout_knows_what_is_reached() -> None:
    """Its interval is narrower, for the best layout is not the question any more."""
    free, given = (
        over_time(one_design(**layout), [2025], by="total_run_usd", algorithms_of="2025-07-01").years[0].cost
        for layout in ({}, {"tp": 1, "pp": 1})
    )
    assert free is not None
    assert given is not None
    assert given.high / given.low < free.high / free.low


def test_contributions_are_those_of_the_subtotal() -> None:
    model = one_design().model
    assert contributions(model, "total_run_usd")[-1] == "cost_rent_usd"
    assert set(contributions(model, "cost_total_usd")) == {one.name for one in model.contributions}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"years": []}, "years"),
        ({"years": [1999]}, "years"),
        ({"years": [2027], "by": "mfu"}, "by"),
        ({"years": [2027], "algorithms_of": "2024-13-01"}, "algorithms_of"),
    ],
)
def test_what_cannot_be_asked(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(SpecError) as caught:
        over_time(one_design(), **asked)
    assert [fault.field for fault in caught.value.faults] == [field]


def test_json_of_the_command_is_what_python_gives(capsys: Capture, found: OverTime) -> None:
    asked = ("over-time", CALENDAR, "--years", "2023,2025,2027,2030", "--algorithms-of", "2024-04-01")
    done = invoke(capsys, *asked, "--json")
    assert done.code == 0
    assert done.json == found.to_dict()
    assert set(done.json["years"][0]) == {field.name for field in dataclasses.fields(found.years[0])}


def test_the_table_of_the_command_shows_years_drivers_and_trends(capsys: Capture) -> None:
    done = invoke(capsys, "over-time", CALENDAR, "--years", "2025,2030", "--set", "rental_level=1.3")
    assert done.code == 0
    for said in ("2025-07-01", f"{LATEST} + 3.6 years", "cost_staff_usd", "algorithmic_gain: lognormal"):
        assert said in done.out
    assert "rental_level: " not in done.out


def test_assertions_are_over_each_year(capsys: Capture) -> None:
    years = ("--years", "2023,2025", "--algorithms-of", "2024-04-01")
    asked = ("over-time", CALENDAR, *years, "--by", "total_run_usd", "--assert")
    assert invoke(capsys, *asked, "cost_rent_usd > 0").code == 0
    done = invoke(capsys, *asked, "total_run_usd < 10e6")
    assert done.code == 4
    assert "2023: total_run_usd = " in done.err


def test_a_bad_year_on_the_command_line(capsys: Capture) -> None:
    done = invoke(capsys, "over-time", CALENDAR, "--years", "2025,soon")
    assert done.code == 2
    assert 'years = "soon": not a year' in done.err
