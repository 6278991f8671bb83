"""What chips are bought for at a date: chosen among dated prices, public or private, with source."""

from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke
from hypothesis import given
from hypothesis import strategies as st

from gigacost import SpecError, Sweep, estimate, reference
from gigacost.catalog import Catalog
from gigacost.catalog.chip_prices import ChipPrice, price_at
from gigacost.catalog.dates import day, first_day
from gigacost.catalog.files import data
from gigacost.catalog.price_books.fields import SCOPES

CATALOG = Catalog.bundled()
HISTORY = data("chip_prices")
OWNED = {"hardware": "h100-sxm", "market": "own", "chips": 256, "params": 7e9, "tokens": 1e12}
H100 = {"hardware": "h100-sxm", "usd": 28_000, "scope": "board", "date": "2024-06"}


def price(as_of: str, chip: str = "h100-sxm", catalog: Catalog = CATALOG) -> tuple[float, str, float]:
    """The price, its date, and the factor to a server's share."""
    of = {"hardware": chip, "as_of": as_of}
    cited = catalog.cite("chip_price_usd", of)
    return cited.value, cited.date, catalog.cite("server_overhead_factor", of).value


def test_every_row_is_whole_sourced_of_a_known_chip_and_given_once() -> None:
    for chip, rows in HISTORY["prices"].items():
        assert chip in data("accelerators")["accelerators"]
        assert len({(date, kind) for _, date, _, kind, *_ in rows}) == len(rows)
        for usd, date, scope, kind, source, note in rows:
            assert 1_000 < usd < 60_000
            assert 2017 <= first_day(date).year <= 2026
            assert scope in SCOPES
            assert kind in {"transaction", "list"}
            assert HISTORY["sources"][source]["title"]
            assert note


@pytest.mark.parametrize("chip", data("accelerators")["accelerators"])
def test_at_the_catalogues_date_a_chip_costs_what_its_entry_says(chip: str) -> None:
    """The one exception has a later price of the same kind."""
    entry = CATALOG.entry("hardware", chip)
    cited = CATALOG.cite("chip_price_usd", {"hardware": chip})
    if chip == "v100-sxm2-16":
        assert (cited.value, cited.date) == (10664.0, "2018-05-08")
    elif "price_usd" in entry:
        assert (cited.value, cited.date) == (entry["price_usd"], entry["price_date"])
    else:
        assert cited.is_missing


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        ("2021-01-01", (37500.0, "2022", 1.21)),  # before the first one: the first one
        ("2022-12-01", (37500.0, "2022", 1.21)),  # list prices of that year stand back
        ("2023-07-01", (35000.0, "2023", 1.21)),
        ("2024-12-31", (26500.0, "2024", 1.21)),
        ("2025-01-01", (23500.0, "2025", 1.21)),  # the average of a year is of all of it
        ("2026-11-21", (23500.0, "2025", 1.21)),
    ],
)
def test_the_price_is_the_latest_transaction_at_or_before_the_date(as_of: str, found: tuple[float, str, float]) -> None:
    assert price(as_of) == found


def test_what_a_price_covers_goes_with_it() -> None:
    assert price("2021-07-01", "a100-sxm-80") == (37500.0, "2021-06-30", 1.0)
    assert price("2026-11-21", "a100-sxm-80") == (17348.56, "2025-03-04", 1.21)
    assert price("2025-06-01", "h200-sxm") == (39083.38, "2025-01-31", 1.21)
    assert price("2025-06-01", "gb200-nvl72") == (37500.0, "2025", 1.21)
    assert price("2026-06-01", "gb200-nvl72") == (43056.0, "2026", 1.0)


PRICES = st.lists(
    st.builds(
        ChipPrice,
        st.floats(1e3, 1e5),
        st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31)).map(str),
        st.just("chip"),
        st.sampled_from(("transaction", "list")),
        st.just("somebody"),
    ),
    min_size=1,
    unique_by=lambda one: one.date,
).map(lambda found: sorted(found, key=lambda one: one.since))


@given(PRICES, st.dates(dt.date(2019, 1, 1), dt.date(2027, 12, 31)))
def test_the_rule(prices: list[ChipPrice], as_of: dt.date) -> None:
    chosen = price_at(prices, as_of)
    assert chosen is not None
    before = [one for one in prices if one.since <= as_of]
    better = [one for one in before if one.kind == "transaction"] or before
    assert chosen == (better[-1] if better else prices[0])


def test_an_owned_run_is_priced_at_its_date_and_a_rented_one_is_not() -> None:
    at = {year: estimate(OWNED, as_of=f"{year}-07-01") for year in (2023, 2024, 2025)}
    paid = [one["cost_chips_usd"] or 0.0 for one in at.values()]
    assert paid[0] > paid[1] > paid[2] > 0.0
    assert paid[0] / paid[2] == pytest.approx(35000 / 23500, rel=1e-12)
    assert at[2023].assumption("chip_price_usd").date == "2023"
    rented = estimate({**OWNED, "market": "on_demand"}, as_of="2023-07-01")
    assert rented["cost_chips_usd"] == 0.0


def test_a_date_on_an_axis_prices_each_row_as_alone() -> None:
    dates = ["2022-12-31", "2023-07-01", "2025-06-01"]
    sweep = Sweep(
        {"as_of": dates, "hardware": ["h100-sxm", "a100-sxm-80"]},
        fixed={name: value for name, value in OWNED.items() if name != "hardware"},
        columns=["cluster_capex_usd"],
    )
    found = {
        (row["as_of"], row["hardware"]): row["cluster_capex_usd"] for row in sweep.top(9, "cluster_capex_usd").rows
    }
    for (as_of, chip), capex in found.items():
        assert capex == estimate({**OWNED, "hardware": chip}, as_of=as_of)["cluster_capex_usd"]
    assert [row["cluster_capex_usd"] for row in reference.rows(sweep)] == [
        found[date, chip] for date in dates for chip in ("h100-sxm", "a100-sxm-80")
    ]


def test_a_price_from_after_the_date_is_said() -> None:
    (early, *_) = estimate({**OWNED, "hardware": "a100-sxm-80"}, as_of="2021-03-01").meta["warnings"]
    assert early == "chip_price_usd = 37500: the price of a100-sxm-80 is of 2021-06-30, 3 months after 2021-03-01"
    assert not [text for text in estimate(OWNED, as_of="2023-03-01").meta["warnings"] if "chip_price" in text]


def test_a_private_price_replaces_all_public_ones() -> None:
    book = {"name": "acme", "date": "2026-10", "accelerators": {"h100": {"price_usd": 24000, "price_scope": "server"}}}
    private = CATALOG.layered(book)
    for as_of in ("2023-07-01", "2026-11-21"):
        assert price(as_of, catalog=private) == (24000.0, "2026-10", 1.0)
    assert [one.source for one in private.chip_prices("h100")] == ["acme"]


def test_private_prices_may_have_dates() -> None:
    book = {"name": "acme", "date": "2026-10", "chip_prices": [H100, {**H100, "usd": 21_000, "date": "2025-03-01"}]}
    private = CATALOG.layered(book)
    assert price("2023-07-01", catalog=private) == (28000.0, "2024-06", 1.21)
    assert price("2024-07-01", catalog=private) == (28000.0, "2024-06", 1.21)
    assert price("2025-03-01", catalog=private) == (21000.0, "2025-03-01", 1.21)
    assert private.cite("chip_price_usd", {"hardware": "h100"}).basis == "quoted: transaction price per board"
    assert price("2025-03-01", "h200-sxm", private) == price("2025-03-01", "h200-sxm")
    assert pickle.loads(pickle.dumps(private)) == private
    beside = CATALOG.layered({**book, "accelerators": {"h100": {"price_usd": 20_000, "price_scope": "server"}}})
    assert price("2026-11-21", catalog=beside) == (20000.0, "2026-10", 1.0)
    assert price("2025-06-01", catalog=beside)[0] == 21000.0
    over = private.layered({"date": "2026-11", "accelerators": {"h100": {"price_usd": 19_000, "price_scope": "chip"}}})
    assert price("2025-03-01", catalog=over) == (19000.0, "2026-11", 1.64)
    sold = CATALOG.layered({"date": "2026-10", "chip_prices": [{**H100, "hardware": "trn2"}]})
    assert price("2026-11-21", "trn2", sold)[0] == 28000.0


def test_a_price_makes_a_chip_that_is_only_rented_one_that_is_sold() -> None:
    book = {"date": "2026-10", "chip_prices": [{**H100, "hardware": "tpu-v5p"}]}
    assert CATALOG.layered(book).cite("is_sold", {"hardware": "tpu-v5p"}).value == 1.0


@pytest.mark.parametrize(
    ("rows", "field", "said"),
    [
        ({}, "chip_prices", "expected a list of tables"),
        ([{**H100, "hardware": "h1000"}], "chip_prices[0].hardware", 'did you mean "h100'),
        ([{**H100, "usd": 0}], "chip_prices[0].usd", "> 0 and finite"),
        ([{**H100, "scope": "bord"}], "chip_prices[0].scope", 'did you mean "board"'),
        ([{**H100, "kind": "used"}], "chip_prices[0].kind", "transaction, list"),
        ([{**H100, "date": "2025-02-29"}], "chip_prices[0].date", "there is no such day"),
        ([{key: H100[key] for key in ("hardware", "usd")}], "chip_prices[0].scope", "missing"),
        ([H100, {**H100, "hardware": "H100"}], "chip_prices[1]", "the same price as chip_prices[0]"),
    ],
)
def test_bad_private_prices_are_refused_by_field(rows: Any, field: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        CATALOG.layered({"date": "2026-10", "chip_prices": rows})
    (fault,) = [one for one in caught.value.faults if one.field == field]
    assert said in str(fault)


def test_a_private_price_without_any_date_is_refused() -> None:
    with pytest.raises(SpecError, match="the book has no date"):
        CATALOG.layered({"chip_prices": [{key: H100[key] for key in H100 if key != "date"}]})


def test_the_command_lists_the_dated_prices_and_which_holds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = ("catalog", "prices", "H100", "--market", "own", "--as-of", "2023-07-01")
    done = invoke(capsys, *asked)
    (line,) = [line for line in done.out.splitlines() if line.strip().startswith("*")]
    assert "$35K/chip" in line
    told = invoke(capsys, *asked, "--json").json
    assert (told["hardware"], told["market"], told["as_of"]) == ("h100-sxm", "own", "2023-07-01")
    assert told["price"]["chip_price_usd"] == 35000.0
    assert [one["usd"] for one in told["prices"]] == [one.usd for one in CATALOG.chip_prices("h100-sxm")]
    assert "no price is known" in invoke(capsys, "catalog", "prices", "trn2", "--market", "colo").out
    path = tmp_path / "mine.toml"
    path.write_text('date = "2026-10"\n[[chip_prices]]\nhardware = "h100"\nusd = 1e4\nscope = "server"\n')
    assert invoke(capsys, *asked, "--json", "--catalog", str(path)).json["price"]["chip_price_usd"] == 1e4


def test_a_month_or_a_year_begins_on_its_first_day() -> None:
    assert [first_day(text) for text in ("2023", "2023-05", "2023-05-29")] == [
        dt.date(2023, 1, 1),
        dt.date(2023, 5, 1),
        day("2023-05-29"),
    ]
