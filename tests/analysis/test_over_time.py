"""The same capability in other years: past prices as quoted, later ones by trends, nothing falling blindly."""

from __future__ import annotations

import csv
import dataclasses
import io
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
    """With all progress left out, the market's ups and downs are left: a later year may be dearer, and is less sure."""
    still = {"algorithmic_gain": 1, "price_performance_gain": 1}
    now, later = over_time(one_design(**still), [2026, 2027], by="total_run_usd").years
    assert now.cost is not None
    assert later.cost is not None
    rents = [float(price.value or 0) for one in (now, later) for price in one.prices if price.name.startswith("rental")]
    assert later.cost.central / now.cost.central == pytest.approx(rents[1] / rents[0])  # the catalogue's last price
    assert later.cost.high / later.cost.central > now.cost.high / now.cost.central
    assert later.cost.high / later.cost.low > now.cost.high / now.cost.low


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


def test_whoever_gives_the_utilisation_knows_how_long_the_run_takes() -> None:
    """Its interval is narrower, for the pace is not the question any more."""
    free, given = (
        over_time(one_design(**known), [2025], by="total_run_usd", algorithms_of="2025-07-01").years[0].cost
        for known in ({}, {"whole_run_utilisation": 0.3})
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
        ({"years": [2027], "algorithms_of": "2024-01-01", "same": "flop"}, "algorithms_of"),
        ({"years": [2027], "same": "loss"}, "same"),
        ({"years": [2027], "per": ["region"]}, "per"),
        ({"years": [2027], "within": "0 d"}, "within"),
        ({"years": "2027..2023"}, "years"),
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
    for said in ("2025-07", f"{LATEST[:7]} +3.6 y", "cost_staff_usd", "algorithmic_gain: lognormal"):
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


def test_all_that_cannot_be_asked_is_said_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        over_time(one_design(), "soon", by="mfu", same="loss", within="3 kg", per=["region"])  # type: ignore[arg-type]
    assert [fault.field for fault in caught.value.faults] == ["by", "same", "per", "within", "years"]


def test_the_same_flop_cost_what_the_estimate_at_that_date_says() -> None:
    """Only prices differ: owned chips at those of the day, not at today's."""
    owned = one_design(market="own")
    before, now = over_time(owned, [2023, 2025], by="total_run_usd", same="flop").years
    for one in (before, now):
        assert one.cost is not None
        assert one.algorithm_years == 0.0
        assert one.cost.central == estimate({**DESIGN, "as_of": one.as_of}, market="own")["total_run_usd"]
    assert before.run_flop == now.run_flop
    prices = [{price.name: price for price in one.prices}["chip_price_usd"] for one in (before, now)]
    assert [(price.value, price.date) for price in prices] == [(35000.0, "2023"), (23500.0, "2025")]
    assert "algorithmic_gain" not in over_time(owned, [2027], same="flop").trends


def test_every_price_has_a_source_and_is_paid_in_its_market() -> None:
    sweep = Sweep({"market": ["own", "on_demand"]}, fixed={**FIXED, "chips": 1024}, base_year=2023)
    found = over_time(sweep, [2023, 2025], same="flop", per=["market"])
    assert [(one.year, one.of["market"]) for one in found.years] == [
        *((2023, "own"), (2023, "on_demand")),
        *((2025, "own"), (2025, "on_demand")),
    ]
    for one in found.years:
        assert one.design == one.of
        names = {price.name for price in one.prices}
        assert {"salary_usd", "dollars_of_2023_per_dollar"} <= names
        assert ("rental_usd_per_chip_hour" in names) == (one.of["market"] == "on_demand")
        assert ({"chip_price_usd", "electricity_usd_per_kwh"} <= names) == (one.of["market"] == "own")
        assert all(price.source and price.date for price in one.prices)
    assert found.base_year == 2023
    nominal = over_time(Sweep({"market": ["own"]}, fixed={**FIXED, "chips": 1024}), [2025], same="flop").years[0].cost
    real = found.years[2].cost
    assert nominal is not None
    assert real is not None
    assert real.central < nominal.central


def test_options_asked_about_apart_are_the_best_of_each() -> None:
    sweep = Sweep({"market": ["own", "on_demand"], "chips": [512, 1024]}, fixed=FIXED)
    apart = over_time(sweep, [2025], per=["market"]).years
    (together,) = over_time(sweep, [2025]).years
    costs = [one.cost.central for one in apart if one.cost]
    assert together.cost is not None
    assert together.cost.central == min(costs)
    assert len(costs) == 2


def test_a_run_of_many_years_is_none() -> None:
    """What takes longer than the limit is not possible, and how long it takes is said."""
    long = Sweep({"chips": [64]}, fixed={**FIXED, "params": "70B", "tokens": "15T"})
    (refused,) = over_time(long, [2024], same="flop").years
    assert (refused.state, refused.cost, refused.design) == ("too_long", None, {})
    assert refused.train_days is not None
    assert refused.train_days > 366
    (allowed,) = over_time(long, [2024], same="flop", within="20 y").years
    assert allowed.state == "ok"
    assert allowed.train_days == refused.train_days
    assert over_time(long, [2024], same="flop", within=7305).years == (allowed,)


def test_the_limit_chooses_among_designs() -> None:
    sweep = Sweep({"chips": [256, 4096]}, fixed={**FIXED, "params": "70B", "tokens": "3T"})
    (free,) = over_time(sweep, [2025], same="flop").years
    assert free.train_days is not None
    (quick,) = over_time(sweep, [2025], same="flop", within=free.train_days / 2).years
    assert (free.design["chips"], quick.design["chips"]) == (256, 4096)


def test_trends_that_are_carried_far_and_prices_from_elsewhere_are_said() -> None:
    assert over_time(one_design(), [2025, 2027]).warnings == ()
    (far,) = over_time(one_design(), [2027, 2031]).warnings
    assert far.startswith(f"years = 2031: 4.6 years beyond the last prices, of {LATEST}")
    (old,) = over_time(one_design(market="own", hardware="a100-sxm-80"), [2021], same="flop").warnings
    assert "the price of usa is of 2024, 41 months after 2021-07-01 (2021)" in old
    with pytest.raises(SpecError, match="beyond the last prices"):
        over_time(one_design(), [2031], strict=True)


def test_years_may_be_a_range() -> None:
    assert [one.year for one in over_time(one_design(), "2024..2026,2025,2030").years] == [2024, 2025, 2026, 2030]


def test_the_question_of_owned_and_rented_in_dollars_of_a_year_fits_one_screen(capsys: Capture) -> None:
    design = ("--set", "training_flop=5e25", "--hardware", "h100-sxm", "--chips", "16384")
    asked = ("--market", "own,on_demand", "--per", "market", "--years", "2023,2025,2027", "--same", "flop")
    done = invoke(capsys, "over-time", *design, *asked, "--base-year", "2023", "--sources")
    assert done.code == 0
    assert len(done.out.splitlines()) <= 40
    for said in ("in dollars of 2023", "runs of at most 365 days", "$35K/chip", "ai-chip-counts", "$4.03/(chip·h)"):
        assert said in done.out


def test_csv_has_a_row_for_each_year_with_design_drivers_and_sources(capsys: Capture, tmp_path: Path) -> None:
    asked = ("over-time", CALENDAR, "--years", "2023,2025", "--algorithms-of", "2024-04-01")
    path = tmp_path / "years.csv"
    assert invoke(capsys, *asked, "-o", str(path)).code == 0
    written = path.read_text("utf-8")
    assert invoke(capsys, *asked, "-o", "-").out == written
    rows = list(csv.DictReader(io.StringIO(written)))
    assert [row["year"] for row in rows] == ["2023", "2025"]
    known = over_time(Sweep.from_toml(CALENDAR), [2023, 2025], algorithms_of="2024-04-01").years
    for row, one in zip(rows, known, strict=True):
        assert one.cost is not None
        assert float(row["cost_usd"]) == one.cost.central
        assert float(row["p95(cost_staff_usd)"]) == one.drivers["cost_staff_usd"].high
        assert row["hardware"] == one.design["hardware"]
        assert row["rental_usd_per_chip_hour source"]
    assert invoke(capsys, *asked, "-o", str(tmp_path / "years.ods")).code == 2
