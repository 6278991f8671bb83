"""Units: a product of whole powers of symbols.

Every unit is a symbol of its own (s is not h, W is not MW): the model converts by named constants that carry units, and
``gigacost.units.dimension_check`` finds the place where one was forgotten. Only text written by people, as ``"90 d"``
or ``"2.10 $/h"``, is converted by a table (``gigacost.units.quantities``), exactly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from gigacost.errors import UnitError, show

_SYMBOL = re.compile(r"(?P<symbol>[^\W\d_][\w]*|[$%])(?:\^(?P<power>-?\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of whole powers of symbols: ``FLOP/(chip·s)``. Dimensionless is ``1``."""

    powers: tuple[tuple[str, int], ...] = ()
    """Symbols with their exponents, sorted, none of them 0."""

    @staticmethod
    def of(powers: Mapping[str, int]) -> Unit:
        """The product of these powers."""
        return Unit(tuple(sorted((symbol, power) for symbol, power in powers.items() if power)))

    @staticmethod
    def parse(text: str) -> Unit:
        """The unit of a text such as ``$/(chip·h)``: symbols joined by ``·``, at most one ``/``, powers as ``h^2``.

        Raises UnitError.
        """
        return _parse_unit(text)

    def __mul__(self, other: Unit) -> Unit:
        """The product of two units."""
        powers = dict(self.powers)
        for symbol, power in other.powers:
            powers[symbol] = powers.get(symbol, 0) + power
        return Unit.of(powers)

    def __truediv__(self, other: Unit) -> Unit:
        """The quotient of two units."""
        return self * other**-1

    def __pow__(self, exponent: int) -> Unit:
        """The unit to a whole power."""
        return Unit.of({symbol: power * exponent for symbol, power in self.powers})

    def sqrt(self) -> Unit:
        """The unit whose square this is. Raises UnitError where there is none."""
        if any(power % 2 for _, power in self.powers):
            message = f"no square root of the unit {self}: its powers are not all even"
            raise UnitError(message)
        return Unit.of({symbol: power // 2 for symbol, power in self.powers})

    def __str__(self) -> str:
        """The text that ``parse`` reads."""
        above = [_power_text(symbol, power) for symbol, power in self.powers if power > 0]
        below = [_power_text(symbol, -power) for symbol, power in self.powers if power < 0]
        text = "·".join(above) or "1"
        if not below:
            return text
        return f"{text}/{below[0]}" if len(below) == 1 else f"{text}/({'·'.join(below)})"


def _power_text(symbol: str, power: int) -> str:
    return symbol if power == 1 else f"{symbol}^{power}"


@lru_cache(maxsize=1024)
def _parse_unit(text: str) -> Unit:
    above, slash, below = text.partition("/")
    enclosed = below.startswith("(") and below.endswith(")")
    factors = [(part, 1) for part in above.split("·") if above != "1"]
    parts = (below[1:-1] if enclosed else below).split("·") if slash else []
    if len(parts) > 1 and not enclosed:
        message = f"{show(text)} is ambiguous: write {show(f'{above}/({below})')}"
        raise UnitError(message)
    powers: dict[str, int] = {}
    for part, sign in factors + [(part, -1) for part in parts]:
        match = _SYMBOL.fullmatch(part)
        if not match:
            message = f"{show(text)} is not a unit; allowed: symbols joined by ·, one /, as in $/(chip·h)"
            raise UnitError(message)
        symbol = match["symbol"]
        powers[symbol] = powers.get(symbol, 0) + sign * int(match["power"] or 1)
    return Unit.of(powers)


@lru_cache(maxsize=4096)
def combined(a: str, b: str, *, divide: bool) -> str:
    """The text of the product (or quotient) of two units given as text."""
    left, right = Unit.parse(a), Unit.parse(b)
    return str(left / right if divide else left * right)


ONE = Unit()
