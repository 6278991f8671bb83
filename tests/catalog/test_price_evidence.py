"""How well prices are known: votes, age, whether derived; as columns of rows and estimates, absent where given."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Sweep, estimate, reference
from gigacost.catalog import Catalog
from gigacost.catalog.price_books.fields import CLASSES, RENTED
from gigacost.catalog.price_evidence import NAMES
from gigacost.queries.rows import RowView

CATALOG = Catalog.bundled()
QUOTE = {"hardware": "gb200-nvl72", "market": "on_demand", "provider_class": "neocloud"}
BOOK = CATALOG.layered(
    {
        "name": "acme",
        "date": "2026-11-01",
        "rental": [
            {**QUOTE, "usd_per_chip_hour": 4.0, "date": "2025-10-01", "provider": "a"},
            {**QUOTE, "usd_per_chip_hour": 2.0, "date": "2026-11-01", "provider": "b"},
            {**QUOTE, "usd_per_chip_hour": 3.0, "date": "2026-02", "provider": "c"},
        ],
    }
)
DESIGN: dict[str, Any] = {"hardware": "gb200-nvl72", "chips": 144, "params": 7e9, "tokens": 1e12}


def _figures(market: str = "on_demand", as_of: str = "2026-11-21", catalog: Catalog = BOOK) -> tuple[float, ...]:
    choice = {**QUOTE, "market": market, "as_of": as_of}
    return tuple(catalog.cite(name, choice).value for name in ("price_votes", "price_age_days", "is_derived"))


def test_votes_age_and_derivation_are_those_of_the_quote_that_is_the_price() -> None:
    assert _figures() == (3, 293, 0)  # c's, of three; a month counts from its first day
    assert _figures("reserved_3y") == (3, 293, 1)
    assert _figures(as_of="2026-02-20") == (1, 142, 0)  # c's month is not over
    assert BOOK.cite("price_votes", {**QUOTE, "market": "spot", "provider_class": "hyperscaler"}).is_missing


def test_what_is_bought_rests_on_one_source_of_its_date() -> None:
    price = CATALOG.cite("chip_price_usd", {"hardware": "h100-sxm", "as_of": "2026-11-21"})
    owned = {"hardware": "h100-sxm", "market": "own", "as_of": "2026-11-21"}
    assert price.date == "2025"
    assert [CATALOG.cite(name, owned).value for name in ("price_votes", "price_age_days", "is_derived")] == [1, 689, 0]
    assert CATALOG.cite("price_age_days", {**owned, "as_of": "2020-01-01"}).value < 0  # the first price is a later one


def test_there_are_votes_wherever_there_is_a_price_and_as_many_as_are_listed() -> None:
    for chip, market, provider_class in itertools.product(CATALOG.labels("hardware"), RENTED, CLASSES):
        labels = {"hardware": chip, "market": market, "provider_class": provider_class}
        votes = CATALOG.votes(**labels)
        price, count = (CATALOG.cite(name, labels) for name in ("rental_usd_per_chip_hour", "price_votes"))
        assert price.is_missing == count.is_missing == (not votes)
        if votes:
            assert count.value == len(votes)
            assert [one.usd_per_chip_hour for one in votes] == sorted(one.usd_per_chip_hour for one in votes)
            (chosen,) = (one for one in votes if one.is_price)
            assert chosen is votes[(len(votes) - 1) // 2]
            assert price.basis.startswith("derived") or price.value == chosen.usd_per_chip_hour


def test_rows_and_conditions_have_them_and_the_reference_has_the_same() -> None:
    axes = {"market": ["own", "on_demand", "reserved_1y", "spot"]}
    fixed = {**DESIGN, "mfu": 0.4}
    columns = ("price_votes", "price_age_days", "is_derived", "spot_is_beyond_region")
    sweep = Sweep(axes, fixed=fixed, columns=columns, catalog=BOOK, where="price_votes >= 2")
    rows = reference.rows(sweep)
    assert [(row["market"], row["price_votes"], row["price_age_days"], row["is_derived"]) for row in rows] == [
        ("on_demand", 3, 293, 0), ("reserved_1y", 3, 293, 1),
    ]  # fmt: skip
    given = Sweep(axes, fixed={**fixed, "rental_usd_per_chip_hour": 2.0}, columns=columns, catalog=BOOK)
    for one in (sweep, given):
        assert [dict(row) for row in RowView(one.bound, range(4))] == reference.described(one, range(4))


@pytest.mark.parametrize(
    ("market", "given", "known"),
    [
        ("on_demand", "rental_usd_per_chip_hour", False),
        ("reserved_1y", "rental_usd_per_chip_hour", False),
        ("own", "rental_usd_per_chip_hour", True),
        ("own", "chip_price_usd", False),
        ("on_demand", "chip_price_usd", True),
    ],
)
def test_a_price_that_is_given_has_no_votes(market: str, given: str, known: bool) -> None:  # noqa: FBT001 - a case
    one = estimate(DESIGN, catalog=BOOK, market=market, **{given: 2.0 if given.startswith("rental") else 3e4})
    assert all((one[name] is not None) == known for name in NAMES)
    fixed = {**DESIGN, given: 2.0}
    sweep = Sweep({"market": [market]}, fixed=fixed, columns=sorted(NAMES), catalog=BOOK)
    (row,) = sweep.top(1, "train_days").rows
    assert all((row[name] is not None) == known for name in NAMES)
    assert len(sweep.top(1, "price_votes").rows) == known


def test_an_estimate_tells_them_and_does_not_rest_on_them() -> None:
    one = estimate(DESIGN, catalog=BOOK)
    assert (one["price_votes"], one["price_age_days"], one["is_derived"]) == (3, 293, 0)
    assert NAMES.isdisjoint(item.name for item in one.assumptions)
    uncertain = estimate(DESIGN, catalog=BOOK, uncertain={"rental_usd_per_chip_hour": "uniform 1..3"}, draws=16)
    assert uncertain["price_votes"] is None


def test_json_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    told = invoke(
        capsys, "estimate", "--hardware", "b200-sxm", "--chips", "64", "--params", "7B", "--tokens", "1T", "--json"
    ).json
    assert told["quantities"]["price_votes"] == len(CATALOG.votes("b200-sxm"))
    assert told["quantities"]["is_derived"] == 0
