"""The parts of a bill: amounts that are exact, periods that are cut at months."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Context, Decimal, localcontext
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gigacost.queries.billing import amounts, columns, periods
from gigacost.queries.billing.periods import SECOND, Span

usd = st.floats(1e-9, 1e14)
quantities = st.floats(1e-3, 1e12)
weights = st.lists(st.integers(1, 10**15), min_size=1, max_size=20)


@given(st.floats(-1e14, 1e14))
@example(1e-7)
@example(0.0)
def test_an_amount_is_a_plain_decimal_and_the_same_number_when_read_again(value: float) -> None:
    text = amounts.plain(amounts.cost(value))
    assert re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", text)
    assert float(text) == pytest.approx(value, abs=1e-22, rel=0 if abs(value) > 1e-5 else 1e-15)


@given(usd, quantities, weights)
@example(3.0, 1e-3, [1, 10**15])
@example(-5.0, 2.0, [1, 1])
@example(0.006, 1e8, [99, 1])  # a price of less than its last digit
def test_parts_add_up_exactly_and_each_has_the_sign_of_the_whole(value: float, of: float, shares: list[int]) -> None:
    amount, quantity = amounts.cost(value), amounts.quantity(of).copy_sign(amounts.cost(value))
    price = amounts.unit_price(amount, quantity)
    parts = [part for part in amounts.parts(amount, quantity, price, shares) if part]
    with localcontext(Context(prec=100)):
        assert sum(part.cost for part in parts) == amount
        assert sum(part.quantity for part in parts) == quantity
    assert all(part.quantity * quantity > 0 for part in parts)
    for part in parts:
        assert float(part.cost) == pytest.approx(float(amount * part.quantity / quantity), rel=1e-9)


@given(st.decimals("0.01", "1000", places=3), quantities)
def test_the_price_of_a_product_is_the_price(price: Decimal, of: float) -> None:
    quantity = amounts.quantity(of)
    assert amounts.unit_price(amounts.cost(float(price) * float(quantity)), quantity) == price


def test_a_price_times_a_quantity_fits_a_cost() -> None:
    assert columns.PRICE_SCALE + columns.QUANTITY_SCALE == columns.COST_SCALE
    assert len(str(amounts.LARGEST)) - 1 + columns.COST_SCALE < columns.COST_PRECISION


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 10**14), st.integers(SECOND, 10**14))
@example(dt.date(2026, 11, 30), 86_399 * SECOND + 600_000, SECOND)  # from half a second before the month to half of one
def test_pieces_are_months_that_follow_each_other(day: dt.date, start: int, length: int) -> None:
    first = periods.first_day(str(day))
    pieces = list(periods.months(first, Span(start, start + length)))
    assert pieces[0].start == first + dt.timedelta(seconds=math.ceil(start / SECOND))
    assert pieces[-1].end == first + dt.timedelta(seconds=math.ceil((start + length) / SECOND))
    for piece in pieces:
        assert piece.month <= piece.start < piece.end <= piece.month_end
        assert (piece.month.day, piece.month_end.day) == (1, 1)
    for piece, following in pairwise(pieces):
        assert piece.end == piece.month_end == following.start == following.month
    assert abs(sum(piece.length for piece in pieces) - length) < 2 * SECOND


def test_the_schema_names_every_column_with_its_type() -> None:
    schema = columns.schema()["Schema"]
    assert isinstance(schema, dict)
    assert schema["FocusVersion"] == "1.2"
    defined = {one["ColumnName"]: one for one in schema["ColumnDefinition"]}
    assert tuple(defined) == columns.COLUMNS
    assert defined["BilledCost"] == {
        "ColumnName": "BilledCost", "DataType": "Decimal", "NumericPrecision": 38, "NumberScale": 22,
    }  # fmt: skip
    assert defined["Tags"]["ProviderTagPrefixes"] == []
