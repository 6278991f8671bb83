"""Units: their algebra, numbers that carry them, and quantities as people write them.

Every unit is a symbol of its own (s is not h, W is not MW): the model converts by named constants that carry units, and
``Measured`` finds the place where one was forgotten. Only text written by people, as ``"90 d"`` or ``"2.10 $/h"``, is
converted by a table (``parse_quantity``), exactly.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, NoReturn

from gigacost import ops
from gigacost.errors import Fault, SpecError, UnitError, nearest, show

SUFFIXES: Mapping[str, int] = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
"""What may stand right behind a count or an amount of money: ``70B``, ``15T``, ``$50M``."""

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?"
_LONGEST = 80
_SYMBOL = re.compile(r"(?P<symbol>[^\W\d_][\w]*|[$%])(?:\^(?P<power>-?\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of whole powers of symbols: ``FLOP/(chip·s)``. Dimensionless is ``1``."""

    powers: tuple[tuple[str, int], ...] = ()
    """Symbols with their exponents, sorted, none of them 0."""

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
        return _unit(powers)

    def __truediv__(self, other: Unit) -> Unit:
        """The quotient of two units."""
        return self * other**-1

    def __pow__(self, exponent: int) -> Unit:
        """The unit to a whole power."""
        return _unit({symbol: power * exponent for symbol, power in self.powers})

    def sqrt(self) -> Unit:
        """The unit whose square this is. Raises UnitError where there is none."""
        if any(power % 2 for _, power in self.powers):
            message = f"no square root of the unit {self}: its powers are not all even"
            raise UnitError(message)
        return _unit({symbol: power // 2 for symbol, power in self.powers})

    def __str__(self) -> str:
        """The text that ``parse`` reads."""
        above = [_power_text(symbol, power) for symbol, power in self.powers if power > 0]
        below = [_power_text(symbol, -power) for symbol, power in self.powers if power < 0]
        text = "·".join(above) or "1"
        if not below:
            return text
        return f"{text}/{below[0]}" if len(below) == 1 else f"{text}/({'·'.join(below)})"


def _unit(powers: Mapping[str, int]) -> Unit:
    return Unit(tuple(sorted((symbol, power) for symbol, power in powers.items() if power)))


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
    return _unit(powers)


@lru_cache(maxsize=4096)
def combined(a: str, b: str, *, divide: bool) -> str:
    """The text of the product (or quotient) of two units given as text."""
    left, right = Unit.parse(a), Unit.parse(b)
    return str(left / right if divide else left * right)


ONE = Unit()
TRUTH = Unit((("truth", 1),))


class Measured(ops.Carrier):
    """A number with its unit, or a truth (unit ``truth``): a carrier that refuses what the units forbid.

    A plain number is dimensionless, but 0, infinite and missing ones fit any unit when added, compared or chosen.
    A ``declare.Constant`` counts with its unit. Raises UnitError.
    """

    __slots__ = ("number", "unit")
    __hash__ = None  # type: ignore[assignment]  # == gives a truth, not a bool

    def __init__(self, number: float, unit: Unit | str) -> None:
        """``unit`` may be text, as in ``Measured(8.0, "chip")``."""
        self.number = number
        self.unit = Unit.parse(unit) if isinstance(unit, str) else unit

    def __repr__(self) -> str:
        """As ``Measured(8.0, "chip")``."""
        return f'Measured({self.number!r}, "{self.unit}")'

    def __bool__(self) -> NoReturn:
        """A model may not branch on a value."""
        message = (
            "a measured value is no Python condition: instead of if, and, or, not, min, max "
            "use where, both, either, negate, minimum, maximum of gigacost.ops"
        )
        raise UnitError(message)

    def __add__(self, other: object) -> Measured:
        """The sum, of equal units."""
        return _like("add", operator.add, self, other)

    def __radd__(self, other: object) -> Measured:
        """The sum, of equal units."""
        return _like("add", operator.add, other, self)

    def __sub__(self, other: object) -> Measured:
        """The difference, of equal units."""
        return _like("subtract", operator.sub, self, other)

    def __rsub__(self, other: object) -> Measured:
        """The difference, of equal units."""
        return _like("subtract", operator.sub, other, self)

    def __mul__(self, other: object) -> Measured:
        """The product."""
        a, b = _quantities("multiply", self, other)
        return Measured(a.number * b.number, a.unit * b.unit)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Measured:
        """The quotient."""
        return _quotient(self, other)

    def __rtruediv__(self, other: object) -> Measured:
        """The quotient."""
        return _quotient(other, self)

    def __neg__(self) -> Measured:
        """The negative."""
        (a,) = _quantities("negate", self)
        return Measured(-a.number, a.unit)

    def __eq__(self, other: object) -> Measured:  # type: ignore[override]
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.eq, self, other, TRUTH)

    def __ne__(self, other: object) -> Measured:  # type: ignore[override]
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.ne, self, other, TRUTH)

    def __lt__(self, other: object) -> Measured:
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.lt, self, other, TRUTH)

    def __le__(self, other: object) -> Measured:
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.le, self, other, TRUTH)

    def __gt__(self, other: object) -> Measured:
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.gt, self, other, TRUTH)

    def __ge__(self, other: object) -> Measured:
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.ge, self, other, TRUTH)

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Any:  # noqa: ANN401 - a plain number may come back
        if op == "where":
            return _where(*operands)
        if op in {"both", "either", "negate"}:
            truths = [_truth(op, operand) for operand in operands]
            return Measured(getattr(ops, op)(*truths), TRUTH)
        if op in {"minimum", "maximum"}:
            return _like(f"take the {op} of", getattr(ops, op), *operands)
        values = _quantities(f"take {op} of", *operands)
        result = getattr(ops, op)(*(value.number for value in values))
        return Measured(result, _result_unit(op, values))


def _result_unit(op: str, values: list[Measured]) -> Unit:
    unit = values[0].unit
    if op == "missing":
        return TRUTH
    if op == "sqrt":
        return unit.sqrt()
    if op in {"floor", "ceil", "round_half_even"}:
        return unit
    if op == "power":
        exponent = values[1]
        if exponent.unit != ONE:
            message = f"the exponent of power has the unit {exponent.unit}: it must be dimensionless"
            raise UnitError(message)
        if unit != ONE and float(exponent.number).is_integer():
            return unit ** int(exponent.number)
    if unit != ONE:
        message = f"{op} of a quantity in {unit}: divide it by a constant of that unit first"
        raise UnitError(message)
    return ONE


def _seen(value: object) -> Measured | None:
    """The operand with its unit; None for what is no number."""
    if isinstance(value, Measured):
        return value
    if isinstance(value, bool):
        return Measured(value, TRUTH)
    if isinstance(value, int | float):
        unit = getattr(value, "unit", "1")  # declare.Constant; importing it here would be a circle
        return Measured(float(value), unit)
    return None


def _quantities(what: str, *values: object) -> list[Measured]:
    seen = []
    for value in values:
        measured = _seen(value)
        if measured is None:
            message = f"cannot {what} {type(value).__name__} {show(value)}: not a number"
            raise UnitError(message)
        if measured.unit == TRUTH:
            message = f"cannot {what} a condition: use where(condition, a, b)"
            raise UnitError(message)
        seen.append(measured)
    return seen


def _truth(what: str, value: object) -> bool:
    measured = _seen(value)
    if measured is None or measured.unit != TRUTH:
        shown = show(value) if measured is None else f"a quantity in {measured.unit}"
        message = f"{what} takes conditions, not {shown}: compare it with something"
        raise UnitError(message)
    return bool(measured.number)


def _fits_any(value: object) -> bool:
    plain = isinstance(value, int | float) and not hasattr(value, "unit")
    return plain and (value == 0 or not math.isfinite(value))  # type: ignore[arg-type]


def _common(what: str, *values: object) -> Unit:
    units = {a.unit for a, value in zip(_quantities(what, *values), values, strict=True) if not _fits_any(value)}
    if len(units) > 1:
        first, second = sorted(map(str, units))
        message = f"cannot {what} {first} and {second}: convert one of them by a named constant"
        raise UnitError(message)
    return units.pop() if units else ONE


def _like(what: str, function: Callable[..., Any], a: object, b: object, unit: Unit | None = None) -> Measured:
    common = _common(what, a, b)
    left, right = _quantities(what, a, b)
    return Measured(function(left.number, right.number), unit or common)


def _quotient(a: object, b: object) -> Measured:
    above, below = _quantities("divide", a, b)
    try:
        number = above.number / below.number
    except ZeroDivisionError:  # as IEEE has it, so that the check runs where the number does not matter
        number = math.nan if above.number == 0.0 else math.copysign(math.inf, above.number)
    return Measured(number, above.unit / below.unit)


def _where(condition: object, a: object, b: object) -> object:
    holds = _truth("where", condition)
    _quantities("choose between", a, b)
    chosen = a if holds else b
    if _fits_any(a) and _fits_any(b):
        return chosen
    unit = _common("choose between", a, b)
    return Measured(_quantities("choose", chosen)[0].number, unit)


# Quantities as people write them.


def is_bare_number(text: str) -> bool:
    """Whether the text is nothing but a number, as ``8`` or ``1e9``."""
    return re.fullmatch(_NUMBER, text) is not None


def parse_quantity(text: str, unit: str) -> float:
    """The number that a text such as ``"90 d"``, ``"70B"``, ``"$2.50"`` or ``"45 %"`` means in ``unit``.

    A bare number is in ``unit`` already. The conversion is exact and rounded once. Counted things (chips, tokens) that
    the unit has and the text leaves out are taken as said: ``"2.10 $/h"`` fits ``$/(chip·h)``.
    Raises SpecError whose fault has the text as its value; the field and the place are the caller's to fill in.
    """
    reason = _unreadable(text)
    if reason:
        _refuse(text, unit, reason)
    match = _WRITTEN.fullmatch(text)
    if not match:
        _refuse(text, unit, "not a number with a unit")
    number = match["sign"] + match["number"]
    if math.isinf(float(number)):
        _refuse(text, unit, "overflows a 64-bit float")
    scale, tail = _suffix(text, unit, match["dollar"], number, match["tail"])
    if match["dollar"]:
        if tail and not tail.startswith("/"):
            _refuse(text, unit, f"an amount in $ cannot be followed by {show(tail)}")
        tail = "$" + tail
    elif tail.startswith(" "):
        tail = tail[1:]
    if " " in tail:
        _refuse(text, unit, "at most one blank is allowed, between the number and its unit")
    exact = Fraction(number) * scale * (_factor(text, unit, number, tail) if tail else 1)
    try:
        value = float(exact)
    except OverflowError:
        _refuse(text, unit, "overflows a 64-bit float")
    if exact and not value:
        _refuse(text, unit, "too small for a 64-bit float")
    return value


def _refuse(text: str, unit: str, what: str, hint: str = "") -> NoReturn:
    if unit == "1":
        allowed = "a number, or a percentage such as 45 %"
    elif _takes_suffix(unit):
        allowed = f"a number in {unit}, also with K, M, B or T right behind it"
    else:
        allowed = f"a number in {unit}, or with a unit that measures the same"
    raise SpecError(Fault("quantity", show(text), what, allowed=allowed, hint=hint))


def _unreadable(text: str) -> str:  # noqa: PLR0911 - a list of reasons
    """Why the text cannot be read at all, or nothing."""
    if not text.strip():
        return "missing value"
    if len(text) > _LONGEST:
        return f"too long for a quantity ({len(text)} characters)"
    if any(character.isnumeric() and not character.isascii() for character in text):
        return "only the digits 0-9 are read"
    if text != text.strip():
        return "blanks around the value"
    if "_" in text or re.search(r"[0-9],[0-9]", text):
        return "no separators are allowed within a number"
    currency = _CURRENCY.search(text)
    if currency:
        return f"{show(currency[0])} is another currency: all money is in US dollars, convert it first"
    if _OFFSET.search(text):
        return "decibels and degrees are no units of this tool"
    if re.match(r"[+-]?(nan|inf)", text, re.IGNORECASE):
        return "not finite"
    return ""


def _takes_suffix(unit: str) -> bool:
    above = [symbol for symbol, power in _resolved(Unit.parse(unit))[1].powers if power > 0]
    return not above or any(symbol not in _PHYSICAL or symbol == "$" for symbol in above)


def _suffix(text: str, unit: str, dollar: str, number: str, tail: str) -> tuple[int, str]:
    """What K, M, B or T right behind the number multiplies it by, and the rest of the text."""
    if not (dollar or _takes_suffix(unit)):
        return 1, tail
    if tail[:1] in SUFFIXES and tail[1:2] in {"", " ", "/"}:
        return SUFFIXES[tail[0]], tail[1:]
    word = tail.strip().partition(" ")[0]
    meant = _ALMOST_SUFFIXES.get(word.lower())
    if meant:
        _refuse(text, unit, f"{show(word)} is ambiguous", hint=show(f"{dollar}{number}{meant}"))
    return 1, tail


def _factor(text: str, unit: str, number: str, written: str) -> Fraction:
    """What a number in the written unit is multiplied by to be in ``unit``."""
    bits = _BITS.fullmatch(written)
    if bits:
        name = {"k": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta"}.get(bits[1], "")
        hint = show(f"{number} {bits[1]}B{bits[2] or ''}")
        _refuse(text, unit, f"{name}bits? (those are written {bits[1]}bit)", hint=hint)
    if written.startswith("FLOPs") or "FLOPs" in written:
        hint = show(f"{number} {written.replace('FLOPs', 'FLOP')}") + " (an amount) or FLOP/s (a rate)"
        _refuse(text, unit, '"FLOPs" is ambiguous', hint=hint)
    target = Unit.parse(unit)
    try:
        source = Unit.parse(_with_products(written))
    except UnitError:
        _refuse(text, unit, f"{show(written)} is not a unit")
    table = _scales()
    for symbol, _ in source.powers:
        if symbol not in table and symbol not in dict(target.powers):
            _refuse(text, unit, f"unknown unit {show(symbol)}", hint=nearest(symbol, table))
    scale, dimension = _resolved(source)
    per, due = _resolved(target)
    if dimension not in (due, _uncounted(due)) or (dimension == ONE and due != ONE):
        _mismatch(text, unit, number, written)
    return scale / per


def _mismatch(text: str, unit: str, number: str, written: str) -> NoReturn:
    _, dimension = _resolved(Unit.parse(_with_products(written)))
    due = _uncounted(_resolved(Unit.parse(unit))[1])
    product = written.replace("/", "", 1)
    if product != written and product in _scales() and _uncounted(_scales()[product][1]) == due:
        _refuse(text, unit, f"{show(written)} is a quotient", hint=show(f"{number} {product}"))
    second = Unit.parse("s")
    if dimension == due / second and _is_amount(due):
        _refuse(text, unit, f"{show(written)} is a rate, and an amount in {unit} is due")
    if dimension == due * second and _is_amount(dimension):
        _refuse(text, unit, f"{show(written)} is an amount, and a rate in {unit} is due")
    _refuse(text, unit, f"{show(written)} does not measure the same as {unit}")


def _is_amount(unit: Unit) -> bool:
    return all(power > 0 for _, power in unit.powers)


def _with_products(written: str) -> str:
    """``GPU-hours``, ``$/kW-month`` and ``W*h`` with ``·``."""
    above, slash, below = written.replace("*", "·").partition("/")
    if "-" in below and "(" not in below:
        below = f"({below})"
    return (above + slash + below).replace("-", "·")


def _resolved(unit: Unit) -> tuple[Fraction, Unit]:
    """The unit as a factor and a product of base symbols; a symbol the table does not know is its own."""
    scale, dimension = Fraction(1), ONE
    for symbol, power in unit.powers:
        factor, base = _scales().get(symbol) or (Fraction(1), Unit(((symbol, 1),)))
        scale *= factor**power
        dimension *= base**power
    return scale, dimension


def _uncounted(unit: Unit) -> Unit:
    return _unit({symbol: power for symbol, power in unit.powers if symbol in _PHYSICAL})


@lru_cache(maxsize=1)
def _scales() -> Mapping[str, tuple[Fraction, Unit]]:
    """Every unit that people may write: its factor and its base symbols. A year is 365.25 days, a month 1/12 of it."""
    table: dict[str, tuple[Fraction, Unit]] = {}

    def add(names: str, base: str, factor: Fraction | int = 1, prefixes: str = "") -> None:
        for name in names.split():
            table[name] = (Fraction(factor), Unit.parse(base))
            for prefix in prefixes:
                table[prefix + name] = (Fraction(factor) * _PREFIXES[prefix], Unit.parse(base))

    add("s sec second seconds", "s")
    add("ms", "s", Fraction(1, 1000))
    add("us \u00b5s \u03bcs", "s", Fraction(1, 10**6))
    for names, seconds in _TIMES.items():
        add(names, "s", seconds)
    add("W", "W", prefixes="kMGT")
    add("Wh", "W·s", 3600, prefixes="kMGT")
    add("J", "W·s", prefixes="kMGT")
    add("B", "B", prefixes="kMGTPE")
    add("bit", "B", Fraction(1, 8), prefixes="kMGTP")
    for power, prefix in enumerate("KMGTPE", start=1):
        add(f"{prefix}iB", "B", 1024**power)
    add("FLOP", "FLOP", prefixes="kMGTPEZY")
    add("FLOPS", "FLOP/s", prefixes="kMGTPEZY")
    add("g gCO2 gCO2e", "g", prefixes="k")
    add("t tCO2 tCO2e", "g", 10**6, prefixes="kM")
    add("L", "L")
    add("m3", "L", 1000)
    add("$ USD", "$")
    add("%", "1", Fraction(1, 100))
    add("chip chips GPU GPUs TPU TPUs accelerator accelerators", "chip")
    add("token tokens", "token")
    add("param params parameter parameters", "param")
    add("run runs", "run")
    return table


_PREFIXES = {prefix: 1000**power for power, prefix in enumerate("kMGTPEZY", start=1)}
_TIMES = {
    "min minute minutes": 60,
    "h hr hour hours": 3600,
    "d day days": 86_400,
    "week weeks": 604_800,
    "month months": 2_629_800,
    "yr y year years": 31_557_600,
}
_PHYSICAL = frozenset({"s", "W", "B", "FLOP", "$", "g", "L"})
"""Base symbols that are measured; all others are counted."""

_WRITTEN = re.compile(rf"(?P<sign>[+-]?)(?P<dollar>\$?)(?P<number>{_NUMBER.removeprefix('[+-]?')})(?P<tail>.*)")
_ALMOST_SUFFIXES = {
    **dict.fromkeys(("k", "thousand"), "K"),
    **dict.fromkeys(("m", "mn", "mio", "million"), "M"),
    **dict.fromkeys(("b", "bn", "g", "billion"), "B"),
    **dict.fromkeys(("t", "tn", "trillion"), "T"),
}
_BITS = re.compile(r"([kMGTP]?)b(?:ps)?(/s)?")
_CURRENCY = re.compile(r"[\u00a2-\u00a5\u20a0-\u20c0]|\b(?:EUR|GBP|JPY|CNY|RUB|INR|CHF|cents?)\b")
_OFFSET = re.compile(r"dB|\u00b0|deg[CF]|\u2103|\u2109")
