"""Prices over time: which quote is the price when, discounts on the way, and prices far from their date of use."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import invoke, listing
from hypothesis import given
from hypothesis import strategies as st

from gigacost import Sweep, estimate
from gigacost.catalog import Catalog
from gigacost.catalog.dates import months_before, months_between
from gigacost.catalog.price_age import age
from gigacost.catalog.price_books.fields import CLASSES, RENTED
from gigacost.errors import SpecError

CATALOG = Catalog.bundled()
RENT = "rental_usd_per_chip_hour"
DESIGN = {"hardware": "h100-sxm", "chips": 256, "params": 7e9, "tokens": 1e12}
QUOTE = {"hardware": "h100-sxm", "market": "on_demand", "provider_class": "neocloud"}
BOOK = {
    "name": "acme",
    "date": "2026-11-01",
    "rental": [
        {**QUOTE, "usd_per_chip_hour": 4.0, "date": "2025-01", "provider": "a"},
        {**QUOTE, "usd_per_chip_hour": 2.0, "date": "2025-06-10", "provider": "b"},
        {**QUOTE, "usd_per_chip_hour": 3.0, "date": "2026-03-01", "provider": "a"},
    ],
}


def test_a_price_holds_from_quote_to_quote_and_is_never_in_between() -> None:
    private = CATALOG.layered(BOOK)
    periods = [
        (one.since, one.until, None if one.price.is_missing else one.price.value)
        for one in private.price_history("h100")
    ]
    assert periods == [
        ("2025-01-31", "2025-06-09", 4.0),  # a month counts from its last day
        ("2025-06-10", "2026-12-10", 2.0),  # the lower of two votes, whatever a's newer quote
        ("2026-12-11", "2027-09-01", 3.0),  # b's is too old
        ("2027-09-02", "", None),
    ]
    for day, usd in (("2025-06-09", 4.0), ("2025-06-10", 2.0), ("2026-12-10", 2.0), ("2026-12-11", 3.0)):
        assert private.cite(RENT, {**QUOTE, "as_of": day}).value == usd


@pytest.mark.parametrize("market", RENTED)
def test_a_history_is_the_rule_on_every_day(market: str) -> None:
    for chip in ("h100-sxm", "a100-sxm-80", "tpu-v3", "mi300x"):
        for provider_class in CLASSES:
            periods = CATALOG.price_history(chip, market, provider_class)
            assert [one.until for one in periods[:-1]] == [_eve(one.since) for one in periods[1:]]
            days = [day for one in periods for day in (one.since, one.until or "2100-01-01")]
            selection = {"hardware": [chip], "market": [market], "provider_class": [provider_class], "as_of": days}
            expected = np.repeat([one.price.value for one in periods], 2)
            np.testing.assert_array_equal(CATALOG.table(RENT, selection).ravel() if days else expected, expected)
            if periods:
                eve = {"hardware": chip, "market": market, "provider_class": provider_class, "as_of": _eve(days[0])}
                assert CATALOG.cite(RENT, eve).is_missing


def _eve(day: str) -> str:
    return str(dt.date.fromisoformat(day) - dt.timedelta(days=1))


def test_a_derived_price_is_in_the_history_of_its_market() -> None:
    rental = [{**row, "hardware": "mi325x"} for row in BOOK["rental"]]  # type: ignore[dict-item] # rows are tables
    private = CATALOG.layered({**BOOK, "rental": rental})
    periods = private.price_history("mi325x", "reserved_1y")
    assert [one.price.value for one in periods][:2] == pytest.approx([4 * (1 - 0.3425), 2 * (1 - 0.3425)], rel=1e-15)
    assert periods[0].price.basis.startswith("derived: on_demand at 4 by the discounts of the mean provider")
    assert private.price_history("mi325x", "own") == private.price_history("trn3", "on_demand") == ()


def test_offers_are_all_quotes_the_oldest_first() -> None:
    private = CATALOG.layered(BOOK)
    offers = private.offers("h100")
    assert [(one.date, one.provider, one.usd_per_chip_hour) for one in offers] == [
        ("2025-01", "a", 4.0), ("2025-06-10", "b", 2.0), ("2026-03-01", "a", 3.0),
    ]  # fmt: skip
    public = CATALOG.offers("h100-sxm")
    assert len(public) == len({(one.date, one.provider, one.note, one.usd_per_chip_hour) for one in public}) > 20
    assert all(one.source for one in public)
    assert CATALOG.offers("h100-sxm", "own") == ()


def test_the_rent_tells_date_and_provider_of_its_quote() -> None:
    rent = CATALOG.rent("h100-sxm", "on_demand", "neocloud", "2026-11-21")
    assert rent == (3.2, "2026-08-26", "Hyperstack", 10, False)
    assert CATALOG.rent("h100-sxm", "on_demand", "neocloud", "2020-01-01").date == ""


def test_discounts_of_provider_chip_and_market_multiply_and_come_before_the_choice() -> None:
    """TPU v6e, hyperscaler, on demand: Google's 2.70 alone."""
    hyper = {"hardware": "tpu-v6e", "provider_class": "hyperscaler"}
    discounts = {"provider": {"google": 0.1}, "chip": {"TPU v6e": 0.2}, "market": {"on_demand": 0.5}}
    private = CATALOG.layered({"name": "acme", "date": "2026-10", "discounts": discounts})
    cited = private.cite(RENT, hyper)
    assert cited.value == 2.7 * (1 - 0.1) * (1 - 0.2) * (1 - 0.5)
    assert "0.1 off by acme (2026-10); 0.2 off by acme (2026-10); 0.5 off by acme (2026-10)" in cited.basis
    reserved = private.cite(RENT, {**hyper, "market": "reserved_1y"}).value
    assert reserved == pytest.approx(2.7 * 0.9 * 0.8 * (1 - 0.37), rel=1e-15)  # not the discount of on_demand
    h100 = CATALOG.layered({"date": "2026-10", "discounts": {"provider": {"Lambda": 0.9}}})
    (offer,) = (one for one in h100.offers("h100-sxm") if one.date == "2025-09" and one.provider == "Lambda")
    assert (offer.usd_per_chip_hour, offer.discounts) == (
        pytest.approx(0.399),
        "0.9 off by private price book (2026-10)",
    )


def test_a_discount_can_change_which_quote_is_the_price() -> None:
    assert CATALOG.cite(RENT, {"hardware": "mi300x"}).value == 1.99  # of 1.5 1.85 1.99 2.59 3.45
    cheap = CATALOG.layered({"date": "2026-10", "discounts": {"provider": {"crusoe": 0.5}}})
    cited = cheap.cite(RENT, {"hardware": "mi300x"})
    assert (cited.value, cited.source.split(" ")[0]) == (1.85, "Vultr:")


def test_a_market_needs_no_kind_and_a_later_book_wins() -> None:
    one = CATALOG.layered({"date": "2026-10", "discounts": {"on_demand": 0.1}})
    same = CATALOG.layered({"date": "2026-10", "discounts": {"market": {"on-demand": 0.1}}})
    assert one == same
    two = one.layered({"date": "2026-11", "discounts": {"market": {"on_demand": 0.2}, "provider": {"aws": 0.3}}})
    assert two.cite(RENT, {"hardware": "h100-sxm"}).value == 3.2 * (1 - 0.2)


@pytest.mark.parametrize(
    ("discounts", "field", "said"),
    [
        ({"provider": {"coreweve": 0.1}}, "discounts.provider.coreweve", 'did you mean "CoreWeave"'),
        ({"provider": {"market": 0.1}}, "discounts.provider.market", "no such provider"),
        ({"provider": {"aws": 1.0}}, "discounts.provider.aws", ">= 0 and < 1"),
        ({"provider": {"aws": "0.1"}}, "discounts.provider.aws", "got text"),
        ({"provider": {"aws": 0.1, "Amazon Web Services": 0.2}}, "discounts.provider.Amazon Web Services", "a second"),
        ({"provider": 0.1}, "discounts.provider", "expected a table, got number"),
        ({"chip": {"h1000": 0.1}}, "discounts.chip.h1000", "no such chip"),
        ({"chip": {"h100": 0.1, "h100-sxm": 0.1}}, "discounts.chip.h100-sxm", "a second discount of the chip h100-sxm"),
        ({"market": {"own": 0.1}}, "discounts.market.own", "on_demand, reserved_1y, reserved_3y, spot"),
        ({"market": {"spot": -0.1}}, "discounts.market.spot", "-0.1"),
        ({"spot": 0.1, "market": {"spot": 0.2}}, "discounts.market.spot", "a second discount of the market spot"),
        ({"chp": {"h100": 0.1}}, "discounts.chp", 'did you mean "chip"'),
    ],
)
def test_bad_discounts_are_refused(discounts: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        CATALOG.layered({"date": "2026", "discounts": discounts})
    assert caught.value.faults[0].field == field
    assert said in str(caught.value)


def test_a_csv_may_call_the_chip_a_chip(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("chip,market,usd_per_chip_hour,date,provider\nH100,on_demand,2.10,2026-10-01,acme\n")
    assert CATALOG.layered(path).cite(RENT, {"hardware": "h100-sxm"}).value == 2.1
    path.write_text("chip,hardware,market,usd_per_chip_hour,date\nH100,H100,on_demand,2.10,2026-10-01\n")
    with pytest.raises(SpecError, match="the same as column 1"):
        CATALOG.layered(path)


DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2050, 12, 31))


@given(DAYS, DAYS)
def test_months_between_are_the_most_that_fit(first: dt.date, last: dt.date) -> None:
    months = months_between(first, last)
    assert months == -months_between(last, first)
    if first <= last:
        assert months_before(last, months) >= first > months_before(last, months + 1)


@pytest.mark.parametrize(
    ("column", "date", "as_of", "told"),
    [
        (RENT, "2025-08-21", "2026-11-21", ""),
        (RENT, "2025-08-20", "2026-11-21", "of 2025-08-20, 15 months before 2026-11-21"),
        (RENT, "2025", "2026-11-21", ""),
        (RENT, "2026", "2026-01-01", ""),
        ("chip_price_usd", "2024-03-04", "2026-11-21", "of 2024-03-04, 32 months before 2026-11-21"),
        ("chip_price_usd", "2025-03-04", "2022-08-01", "of 2025-03-04, 31 months after 2022-08-01"),
        ("electricity_usd_per_kwh", "2024", "2026-11-21", ""),
        ("electricity_usd_per_kwh", "2024", "2027-01-01", "of 2024, 24 months before 2027-01-01"),
        ("tdp_w", "2000", "2026-11-21", ""),
        (RENT, "", "2026-11-21", ""),
    ],
)
def test_how_far_a_price_is_from_its_use(column: str, date: str, as_of: str, told: str) -> None:
    assert age(column, date, as_of) == told


def test_an_old_price_is_said_as_a_warning_and_in_the_assumptions() -> None:
    design = {**DESIGN, "hardware": "a100-sxm-80", "as_of": "2025-06-30"}
    old = estimate(design)
    says = "the price of a100-sxm-80, on_demand, neocloud is of 2024-02-14, 16 months before 2025-06-30"
    assert old.meta["warnings"] == [f"{RENT} = 2.73: {says}"]
    assert "; of 2024-02-14, 16 months before 2025-06-30)" in old.assumption(RENT).source
    with pytest.raises(SpecError, match="16 months before"):
        estimate(design, strict=True)
    own = estimate(design, rental_usd_per_chip_hour=2.0)
    assert own.meta["warnings"] == []
    assert estimate(**DESIGN).meta["warnings"] == []


def test_what_is_bought_is_looked_at_where_it_is_bought() -> None:
    warned = estimate(**DESIGN, market="own", as_of="2028-01-01").meta["warnings"]
    assert [text.split(" = ")[0] for text in warned] == ["as_of", "chip_price_usd", "electricity_usd_per_kwh"]
    given = estimate(**DESIGN, market="own", as_of="2028-01-01", chip_price_usd=2e4, electricity_usd_per_kwh=0.1)
    assert [text.split(" = ")[0] for text in given.meta["warnings"]] == ["as_of"]


def test_of_a_sweep_the_first_is_named_and_the_others_counted() -> None:
    axes = {"hardware": ["h100-sxm", "a100-sxm-80"], "as_of": ["2024-10-01", "2025-06-30", "2026-11-21"]}
    fixed = {key: DESIGN[key] for key in ("chips", "params", "tokens")}
    (warning,) = Sweep(axes, fixed=fixed).spec.warnings
    assert (warning.field, warning.value) == (RENT, "4.03")
    assert warning.what.endswith("15 months before 2024-10-01, and 1 more of other labels or dates")
    zipped = [{"hardware": "h100-sxm", "as_of": "2024-06-01"}, {"hardware": "a100-sxm-80", "as_of": "2025-10-15"}]
    assert Sweep({"which": {"zip": zipped}}, fixed=fixed).spec.warnings == ()


def test_a_missing_price_names_chip_market_date_and_what_is_nearest() -> None:
    with pytest.raises(SpecError) as caught:
        estimate({**DESIGN, "hardware": "mi355x"}, strict=True)
    (fault,) = caught.value.faults
    assert fault.value == '"on_demand"'
    assert fault.what == "no price: nobody quotes mi355x in this market from a neocloud at 2026-11-21"
    assert fault.allowed.startswith("at that date on_demand from a hyperscaler ($8.60), ")
    late = estimate(
        {**DESIGN, "hardware": "tpu-v4"}, market="reserved_3y", provider_class="hyperscaler", as_of="2029-01-01"
    )
    assert "in this market as of" in late.missing_prices[0].message


def test_the_date_that_is_offered_has_a_price() -> None:
    private = CATALOG.layered(BOOK)
    for asked, offered in (("2024-12-31", ["2025-01-31 ($4.00)"]), ("2028-01-01", ["2027-09-01 ($3.00)"])):
        (missing,) = estimate(**DESIGN, as_of=asked, catalog=private).missing_prices
        assert f"in this market as of {' or '.join(offered)}" in missing.message
        for text in offered:
            assert estimate(**DESIGN, as_of=text.split()[0], catalog=private)["rent_at_rate_usd"]


def test_the_command_lists_the_price_its_history_and_the_quotes_it_is_chosen_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = invoke(
        capsys, "catalog", "prices", "H100", "--market", "reserved_1y", "--as-of", "2026-05-01", "--json"
    ).json
    assert (told["hardware"], told["market"], told["provider_class"]) == ("h100-sxm", "reserved_1y", "neocloud")
    assert told["price"]["usd_per_chip_hour"] == 2.35
    now = [one for one in told["history"] if one["since"] <= "2026-05-01" and (one["until"] or "9") >= "2026-05-01"]
    assert [one["usd_per_chip_hour"] for one in now] == [2.35]
    assert {one["provider"] for one in told["quotes"]} == {"Neysa", "Oblivus Cloud", "Qubrid", "surveys of specialty clouds"}
    shown = invoke(capsys, "catalog", "prices", "h100-sxm")
    assert (shown.code, shown.err) == (0, "")
    assert "The price (* at 2026-11-21)" in shown.out
    assert "no quotes" in invoke(capsys, "catalog", "prices", "trn3").out


def test_a_chip_is_shown_with_its_history(capsys: pytest.CaptureFixture[str]) -> None:
    told = invoke(capsys, "catalog", "show", "mi300x", "--history", "--json").json
    assert {(one["market"], one["provider_class"]) for one in told["history"]} == {
        ("on_demand", "neocloud"), ("on_demand", "hyperscaler"), ("spot", "neocloud"),
    }  # fmt: skip
    assert "history" not in invoke(capsys, "catalog", "show", "mi300x", "--json").json
    assert "Quotes, of which it is chosen" in invoke(capsys, "catalog", "show", "mi300x", "--history").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("prices", "h1000"), "did you mean"),
        (("prices", "h100", "--market", "onn_demand"), "did you mean"),
        (("prices", "h100", "--as-of", "2026-13-01"), "there is no such month"),
        (("prices",), "Missing argument"),
        (("show", "usa", "--history"), "only chips have quotes; this is a region"),
    ],
)
def test_bad_questions_about_prices(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    ran = invoke(capsys, "catalog", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert listing(tmp_path) == []
