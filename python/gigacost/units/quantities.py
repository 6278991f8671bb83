"""Quantities as people write them: ``"90 d"``, ``"70B"``, ``"2.10 $/h"``; converted exactly, rounded once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from gigacost.errors import Fault, SpecError, UnitError, nearest, show
from gigacost.units.algebra import ONE, Unit

SUFFIXES: Mapping[str, int] = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
"""What may stand right behind a count or an amount of money: ``70B``, ``15T``, ``$50M``."""

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?"
_LONGEST = 80


def is_bare_number(text: str) -> bool:
    """Whether the text is nothing but a number, as ``8`` or ``1e9``."""
    return re.fullmatch(_NUMBER, text) is not None


def parse_quantity(text: str, unit: str) -> float:
    """The number that a text such as ``"90 d"``, ``"70B"``, ``"$2.50"`` or ``"45 %"`` means in ``unit``.

    A bare number is in ``unit`` already. The conversion is exact and rounded once. Counted things (chips, tokens) that
    the unit has and the text leaves out are taken as said: ``"2.10 $/h"`` fits ``$/(chip·h)``.
    Raises SpecError whose fault has the text as its value; the field and the place are the caller's to fill in.
    """
    exact = exact_quantity(text, unit)
    try:
        value = float(exact)
    except OverflowError:
        _refuse(text, unit, "overflows a 64-bit float")
    if exact and not value:
        _refuse(text, unit, "too small for a 64-bit float")
    return value


def exact_quantity(text: str, unit: str) -> Fraction:
    """What ``parse_quantity`` reads, before it is rounded. Raises SpecError as it does."""
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
    return Fraction(number) * scale * (_factor(text, unit, number, tail) if tail else 1)


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
        _refuse(text, unit, f"{show(written)} is a rate; expected an amount in {unit}")
    if dimension == due * second and _is_amount(dimension):
        _refuse(text, unit, f"{show(written)} is an amount; expected a rate in {unit}")
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
    return Unit.of({symbol: power for symbol, power in unit.powers if symbol in _PHYSICAL})


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
