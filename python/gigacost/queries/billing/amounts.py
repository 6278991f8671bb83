"""Amounts as exact decimals: of a float, split over time, and as a price times a quantity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple

from gigacost.queries.billing.columns import COST_SCALE, PRICE_SCALE, QUANTITY_SCALE

ZERO, ONE = Decimal(0), Decimal(1)
LARGEST = Decimal(10) ** 15
"""Amounts from here on are not billed: with all their digits they would not fit into a decimal of 128 bits."""

_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)
_DIGITS = (3, 6, 9, 12, 15, 16, 17)
_NEAR = Decimal("1e-11")
"""How far a price times a quantity may be from the amount, as a share of it."""
_SHARE_DIGITS, _FEWEST = 6, 3
"""Digits of the quantity of a part, from the first of the whole on, and digits behind the point at least."""


class Part(NamedTuple):
    """A part of an amount, and of the quantity it is for."""

    cost: Decimal
    quantity: Decimal


def cost(value: float) -> Decimal:
    """The shortest decimal that is read as the same float, with no more digits behind the point than a cost has."""
    return _rounded(Decimal(repr(float(value))), COST_SCALE)


def quantity(value: float) -> Decimal:
    """The same, with the digits of a quantity."""
    return _rounded(Decimal(repr(float(value))), QUANTITY_SCALE)


def price(value: float) -> Decimal:
    """The same, with the digits of a price of one unit."""
    return _rounded(Decimal(repr(float(value))), PRICE_SCALE)


def unit_price(amount: Decimal, of: Decimal) -> Decimal:
    """The price with the fewest digits that gives an amount for a quantity, to eleven digits."""
    found = ZERO
    for digits in _DIGITS:
        found = _rounded(Context(prec=digits).divide(amount, of), PRICE_SCALE)
        if _is_near(found, of, amount):
            break
    return found


def _is_near(at: Decimal, of: Decimal, amount: Decimal) -> bool:
    return abs(_EXACT.subtract(times(at, of), amount)) <= abs(_EXACT.multiply(amount, _NEAR))


def times(at: Decimal, of: Decimal) -> Decimal:
    """A price times a quantity, exactly."""
    return _EXACT.multiply(at, of)


def plain(value: Decimal) -> str:
    """A decimal as text: without an exponent, and without zeros at its end."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def added(amounts: Sequence[Decimal]) -> Decimal:
    """The sum, exactly."""
    total = ZERO
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def parts(amount: Decimal, of: Decimal, at: Decimal, weights: Sequence[int]) -> list[Part | None]:
    """An amount for a quantity split in proportion to weights: both add up exactly. None where a part is too small.

    A part costs the price ``at`` times its quantity, or its share where the price is too small for its digits; the
    largest has what remains.
    """
    quantities = list(_split(of, weights))
    is_near = _is_near(at, of, amount)
    costs = [
        times(at, one) if is_near else _rounded(_EXACT.divide(_EXACT.multiply(amount, one), of), COST_SCALE)
        for one in quantities
    ]
    largest = max(range(len(quantities)), key=lambda place: abs(quantities[place]))
    costs[largest] = _EXACT.add(costs[largest], _EXACT.subtract(amount, added(costs)))
    return [Part(cost_, one) if one else None for cost_, one in zip(costs, quantities, strict=True)]


def _split(of: Decimal, weights: Sequence[int]) -> Iterator[Decimal]:
    whole, passed, before = sum(weights), 0, ZERO
    step = Decimal(1).scaleb(-min(max(_SHARE_DIGITS - of.adjusted(), _FEWEST), QUANTITY_SCALE))
    for weight in weights:
        passed += weight
        upto = of
        if passed < whole:
            share = _EXACT.divide(_EXACT.multiply(of, Decimal(passed)), Decimal(whole))
            upto = min(share.quantize(step, ROUND_HALF_EVEN, _EXACT), of, key=abs)
        yield _EXACT.subtract(upto, before)
        before = upto


def _rounded(value: Decimal, scale: int) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -scale:
        return value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_EVEN, _EXACT)
    return value
