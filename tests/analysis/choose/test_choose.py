"""The cheapest design of each market: the same as by searching the space by hand, and what is said beside it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacost import Catalog, Choice, SpecError, Sweep, choose, estimate
from gigacost.analysis.choose.choose import chosen
from gigacost.analysis.choose.designs import MARKETS, cluster_sizes
from gigacost.analysis.choose.limits import Limits, read_limits
from gigacost.queries.request import Request

RUN: dict[str, Any] = {"params": "7B", "tokens": "2T"}
CATALOG = Catalog.bundled()


@pytest.fixture(scope="module")
def choice() -> Choice:
    return choose(**RUN)


def by_hand(market: str, where: str, **query: Any) -> list[dict[str, Any]]:
    """The cheapest designs of a market by ``top``, over the same chips and clusters."""
    found: list[dict[str, Any]] = []
    for chip in CATALOG.labels("hardware"):
        if CATALOG.entry("hardware", chip)["status"] == "china-export":
            continue
        for provider in ("neocloud", "hyperscaler"):
            rent = CATALOG.rent(chip, market, provider, CATALOG.date).usd
            if rent == rent or market == "own":  # noqa: PLR0124 - NaN differs from itself
                fixed = {**RUN, "hardware": chip, "market": market, "provider_class": provider}
                sizes = {"chips": list(cluster_sizes(CATALOG, chip))}
                sweep = Sweep(sizes, fixed=fixed, where=f"is_extrapolated < 1 and {where}", **query)
                found += [{**row, "hardware": chip} for row in sweep.top(1, "cost_total_usd").rows]
                break
    return sorted(found, key=lambda row: float(row["cost_total_usd"]))


def test_the_cheapest_of_each_market_is_that_of_a_search_by_hand(choice: Choice) -> None:
    assert [answer.market for answer in choice.answers] == list(MARKETS)
    for answer in choice.answers:
        best, *others = by_hand(answer.market, "train_days <= 90")
        one = answer.estimate
        assert (one.inputs["hardware"], one.inputs["chips"]) == (best["hardware"], best["chips"])
        assert one["cost_total_usd"] == best["cost_total_usd"]
        near = [row["cost_total_usd"] for row in others if row["cost_total_usd"] <= 1.25 * best["cost_total_usd"]]
        assert [other.cost_total_usd for other in answer.runners_up] == near


def test_it_prints_as_a_line(choice: Choice) -> None:
    assert repr(choice).startswith("<Choice: on_demand: ")
    assert len(repr(choice)) < 400
    assert repr(choose(**RUN, within="1h")) == "<Choice: no design is within the limits>"


@settings(max_examples=5)
@given(st.floats(3.0, 200.0), st.floats(2e5, 4e6), st.floats(0.02, 1.0), st.sampled_from(MARKETS))
def test_limits_hold_and_nothing_cheaper_is_within_them(days: float, budget: float, mw: float, market: str) -> None:
    found = choose(**RUN, within=days, budget=budget, mw=mw, market=market)
    capital = f"cluster_capex_usd + facility_capex_usd <= {budget!r}"
    limits = f"train_days <= {days!r} and cost_total_usd <= {budget!r} and facility_mw <= {mw!r} and {capital}"
    best = next(iter(by_hand(market, limits)), None)
    if best is None:
        assert not found.answers
        assert not any(one.hardware for one in found.deadlines if one.within_days <= days)
    else:
        (answer,) = found.answers
        assert answer.estimate["cost_total_usd"] == best["cost_total_usd"]


def test_what_would_have_to_give_is_enough_and_no_more() -> None:
    (slowest,) = choose(**RUN, within="none", market="on_demand").answers
    budget = 1.001 * (slowest.estimate["cost_total_usd"] or 0.0)
    found = choose(**RUN, within=5.0, budget=budget, market="on_demand")
    assert not found.answers
    alone = {name: value for one in found.needed for name, value in one.limits.items() if len(one.limits) == 1}
    assert set(alone) == {"within_days", "budget_usd"}
    for name, keyword, limit in (("within_days", "within", 5.0), ("budget_usd", "budget", budget)):
        limits: dict[str, Any] = {"within": 5.0, "budget": budget, keyword: alone[name]}
        (answer,) = choose(**RUN, market="on_demand", **limits).answers
        (one,) = (one for one in found.needed if name in one.limits)
        assert (answer.estimate.inputs["hardware"], answer.estimate.inputs["chips"]) == (one.hardware, one.chips)
        assert alone[name] > limit
        assert not choose(**RUN, market="on_demand", **{**limits, keyword: alone[name] * (1 - 1e-9)}).answers


def test_where_no_limit_alone_is_enough_they_give_together() -> None:
    found = choose(params="70B", tokens="15T", budget="1M", mw=1, market="own")
    assert {len(one.limits) for one in found.needed} == {2}
    one = next(one for one in found.needed if set(one.limits) == {"within_days", "budget_usd"})
    limits = {"within": one.limits["within_days"], "budget": one.limits["budget_usd"]}
    assert choose(params="70B", tokens="15T", mw=1, market="own", **limits).answers


def test_sure_is_the_probability_that_all_limits_hold_together() -> None:
    found = choose(**RUN, within="60d", budget="2.5M", sure=0.8, market="on_demand")
    (answer,) = found.answers
    condition = "train_days <= 60 and cost_total_usd <= 2.5e6 and cluster_capex_usd + facility_capex_usd <= 2.5e6"
    chance = f"probability({condition})"
    best = by_hand("on_demand", f"{chance} >= 0.8", uncertain="default", draws=4096, columns=[chance])[0]
    assert answer.estimate["cost_total_usd"] == best["cost_total_usd"]
    (surest,) = choose(**RUN, within="60d", budget="1M", sure=0.99, market="on_demand").needed[-1:]
    assert 0.0 < surest.limits["sure"] < 0.99


def test_what_is_told_of_an_answer_rests_on_the_draws_that_it_was_chosen_by() -> None:
    found = choose(**RUN, within="none", budget="1.6M", sure=0.5, market="on_demand")
    (answer,) = found.answers
    median = answer.estimate.intervals["cost_total_usd"]["p50"]
    assert median is not None
    assert median <= 1.6e6
    same = {name: answer.estimate.inputs[name] for name in ("hardware", "chips", "market")}
    (_, dearer) = choose(**RUN, **same, within="none", budget=median * (1 - 1e-9), sure=0.5).needed
    assert dearer.limits["sure"] < 0.5 + 1 / 4096
    assert found.meta["draws"]["count"] == 4096


def test_a_condition_of_the_specification_is_said_and_obeyed() -> None:
    sweep = Sweep({"chips": [64, 128]}, fixed={**RUN, "hardware": "h100-sxm"}, where="chips > 64")
    request = Request.of(sweep, {})
    found = chosen(request, read_limits("none", None, None, None), is_assumed=False)
    assert found.asked["where"] == "chips > 64"
    assert {answer.estimate.inputs["chips"] for answer in found.answers} == {128}


def test_an_old_price_of_an_answer_is_doubted_whether_its_market_is_named_or_not() -> None:
    card = {"params": "1B", "tokens": "100B", "hardware": "rtx4090"}
    for market in (None, ["own"]):
        given = card if market is None else {**card, "market": market}
        assert any("rtx4090" in text for text in choose(**given).meta["warnings"])
        with pytest.raises(SpecError, match="rtx4090"):
            choose(**given, strict=True)


def test_a_total_that_is_given_has_no_price() -> None:
    found = choose(**RUN, cost_total_usd=5.0, within="none", market="own")
    (answer,) = found.answers
    assert answer.price.usd_per_chip_hour is None


def test_deadlines_are_the_answers_to_other_questions(choice: Choice) -> None:
    assert [one.within_days for one in choice.deadlines[:5]] == [30.0, 60.0, 90.0, 180.0, 365.0]
    for one in (one for one in choice.deadlines if one.market == "on_demand"):
        (answer,) = choose(**RUN, within=one.within_days, market="on_demand").answers
        assert answer.estimate["cost_total_usd"] == one.cost_total_usd
        assert answer.estimate.intervals["cost_total_usd"]["p90"] == pytest.approx(one.p90, rel=0.01)


def test_every_chip_of_each_market_is_chosen_among_or_left_out_for_a_reason(choice: Choice) -> None:
    chips = CATALOG.labels("hardware", announced=True)
    out = {(one.hardware, one.market) for one in choice.left_out}
    assert len(out) == len(choice.left_out)
    for market in MARKETS:
        within = {row["hardware"] for row in by_hand(market, "train_days <= 90")}
        assert within == {chip for chip in chips if (chip, market) not in out}
    assert all(one.reason for one in choice.left_out)
    extrapolated = [one for one in choice.left_out if one.kind == "extrapolated" and one.best]
    assert extrapolated
    for one in extrapolated[:3]:
        assert one.best is not None
        run = estimate(**RUN, hardware=one.hardware, chips=one.best.chips, market=one.market,
                       provider_class=_class(one.hardware, one.market))  # fmt: skip
        assert run["cost_total_usd"] == one.best.cost_total_usd
        assert run["is_extrapolated"] == 1.0


def _class(chip: str, market: str) -> str:
    rent = CATALOG.rent(chip, market, "neocloud", CATALOG.date).usd
    return "neocloud" if rent == rent or market == "own" else "hyperscaler"  # noqa: PLR0124 - NaN differs from itself


def test_named_chips_are_chosen_among_whatever_is_known_of_their_speed() -> None:
    found = choose(**RUN, hardware="*", market="on_demand", within="none")
    plain = choose(**RUN, market="on_demand", within="none")
    assert found.answers[0].estimate["cost_total_usd"] <= plain.answers[0].estimate["cost_total_usd"]
    assert not any(one.kind in {"extrapolated", "china_export"} for one in found.left_out)
    (answer,) = choose(**RUN, hardware=["mi300x"], market="on_demand").answers
    assert answer.estimate.inputs["hardware"] == "mi300x"


def test_all_markets_and_given_chips() -> None:
    found = choose(**RUN, market="*", chips=[64, 128], hardware="h100-sxm")
    assert {answer.market for answer in found.answers} <= set(CATALOG.labels("market"))
    assert len(found.answers) > len(MARKETS)
    assert {answer.estimate.inputs["chips"] for answer in found.answers} <= {64, 128}
    assert found.assumed["markets"] is None
    assert found.assumed["chips"] is None
    assert found.assumed["within_days"] == 90.0


def test_clusters_are_whole_servers_or_racks_and_parts_of_one() -> None:
    assert cluster_sizes(CATALOG, "h100-sxm")[:9] == (1, 2, 4, 8, 16, 24, 32, 48, 64)
    assert cluster_sizes(CATALOG, "gb200-nvl72")[:7] == (1, 2, 4, 72, 144, 216, 288)
    for chip in CATALOG.labels("hardware"):
        sizes = cluster_sizes(CATALOG, chip)
        assert list(sizes) == sorted(set(sizes))
        assert sizes[-1] <= 65_536 < 2 * sizes[-1]


def test_a_price_of_ones_own_needs_no_quote_and_has_no_votes() -> None:
    found = choose(**RUN, hardware="h100-pcie", market="on_demand", rental_usd_per_chip_hour=1.5, within="none")
    (answer,) = found.answers
    assert (answer.price.usd_per_chip_hour, answer.price.votes, answer.price.date) == (1.5, None, "")


def test_what_would_have_to_give_is_enough_as_it_is_printed() -> None:
    limits = Limits(within_days=5.0, budget_usd=1e6, mw=0.1, sure=0.9)
    told = limits.yielding({"within_days": 56.01, "budget_usd": 1222880.66, "mw": 0.1234001, "sure": 0.98765})
    assert told == (
        "56.1 days in place of 5 days and $1,222,881 in place of $1,000,000 and 0.124 MW in place of 0.1 MW "
        "and a probability of 0.9876 in place of a probability of 0.9"
    )


def test_two_limits_give_where_two_are_enough() -> None:
    found = choose(params="70B", tokens="15T", within=1.0, budget="1M", mw=1e4, market="own", hardware="h100-sxm")
    assert [set(one.limits) for one in found.needed] == [{"within_days", "budget_usd"}]


@pytest.mark.parametrize("given", [{"mfu": 0.4}, {"step_seconds": 20.0}, {"whole_run_utilisation": 0.3}])
def test_a_speed_that_is_given_is_no_guess(given: dict[str, float]) -> None:
    found = choose(**RUN, **given, within="none")
    assert not any(one.kind == "extrapolated" for one in found.left_out)
    assert all("is_extrapolated" not in one.evidence for one in found.deadlines)


@pytest.mark.parametrize("market", ["on_demand", "reserved_1y"])
def test_a_rent_of_nothing_is_given(market: str) -> None:
    found = choose(**RUN, hardware="h100-sxm", market=market, rental_usd_per_chip_hour=0.0, within="none")
    (answer,) = found.answers
    assert (answer.price.votes, answer.price.date) == (None, "")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"budget": "0M"}, "the shell took $5"),
        ({"budget": "M"}, "the shell took $5"),
        ({"budget": ".5M"}, "the shell took $5"),
        ({"budget": "00M"}, "the shell took $5"),
        ({"budget": "90d"}, "budget"),
        ({"budget": -1}, "out of range"),
        ({"budget": 10**400}, "overflows"),
        ({"within": "soon"}, "within"),
        ({"within": 0}, "out of range"),
        ({"mw": "30 km"}, "mw"),
        ({"sure": 1.0}, "out of range"),
        ({"sure": True}, "not a number"),
        ({"within": "none", "sure": 0.9}, "no limit to be sure of"),
        ({"params": ["7B", "8B"]}, "several values"),
        ({"hardware": "h1000"}, "hardware"),
    ],
)
def test_bad_questions_are_refused(bad: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError, match=says.replace("$", "\\$")):
        choose(**{**RUN, **bad})


def test_what_is_missing_is_said_without_what_is_chosen() -> None:
    with pytest.raises(SpecError) as refused:
        choose(params="7B")
    assert [fault.field for fault in refused.value.faults] == ["tokens"]


def test_amounts_are_read_as_people_write_them() -> None:
    written = choose(**RUN, within="2 months", budget="$3M", mw="500 kW", sure="90%", market="own")
    assert written.asked["budget_usd"] == 3e6
    assert written.asked["mw"] == 0.5
    assert written.asked["sure"] == 0.9
    assert written.asked["within_days"] == pytest.approx(60.9, abs=0.1)
