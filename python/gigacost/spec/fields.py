"""Fields: how a value that somebody gave is read and checked, by the kind, unit and limits of what it sets."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from gigacost._record import unboxed
from gigacost.errors import CatalogError, Fault, SpecError, Typed, nearest, show, type_name
from gigacost.graph.declarations import SMALLEST, Input
from gigacost.units.quantities import exact_quantity, is_bare_number, parse_quantity

LARGEST_INTEGER = 2**53
"""Above it, not every whole number is a 64-bit float."""

Kind = Literal["integer", "number", "label"]
Scalar = int | float | str
_PERCENT = 5.0
"""From here on a share above 1 is taken for a percentage; 1.0001 and 2 are mistakes of another kind."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be given a value: how its values are read and checked."""

    name: str
    kind: Kind = "number"
    unit: str = "1"
    canonical: Callable[[str], str] | None = None
    """The one spelling of a label. Raises CatalogError for an unknown one."""
    limits: Input | None = None

    def read(self, value: object, at: str) -> Scalar:
        """The value in its one form: int, float (never -0.0) or str. ``at`` names its place in messages.

        Raises SpecError.
        """
        return self._label(value, at) if self.kind == "label" else self._number(value, at)

    def exact(self, value: object) -> Fraction:
        """The number that ``read`` made of a value, as it was written: neither decimals nor units are rounded."""
        number: Any = self._unworded(unboxed(value))
        if isinstance(number, str):
            return exact_quantity(number, self.unit)
        return Fraction(repr(number) if isinstance(number, float) else number)

    def read_together(self, values: Sequence[object]) -> tuple[Scalar, ...] | None:
        """What ``read`` makes of each value, where they are plain ones and nothing is wrong with any; else None.

        Each kind of value is looked at once and not each value: thousands are read in the time of a few.
        """
        kinds = set(map(type, values))
        if self.kind == "label":
            return self._labels_together(values) if kinds == {str} else None
        return self._numbers_together(values, kinds) if kinds <= {int, float} else None

    def _labels_together(self, values: Sequence[Any]) -> tuple[Scalar, ...] | None:
        try:
            known = {text: self._label(text, "") for text in set(values)}
        except SpecError:
            return None
        return tuple(map(known.__getitem__, values))

    def _numbers_together(self, values: Sequence[Any], kinds: set[type]) -> tuple[Scalar, ...] | None:
        try:
            if not all(map(math.isfinite, values)):
                return None
        except OverflowError:
            return None
        ends = (min(values), max(values))
        if any(self._outside(end) for end in ends):
            return None
        if self.kind != "integer":
            return tuple([value + 0.0 for value in values])
        whole = float not in kinds or all(float(value).is_integer() for value in values)
        return tuple(map(int, values)) if whole else None

    def _label(self, value: object, at: str) -> str:
        if not isinstance(value, str):
            what = "missing value" if value is None else f"expected string, got {type_name(value)}"
            raise refused(at, value, what, allowed="a string in quotes")
        text = unicodedata.normalize("NFC", value)
        if not text.strip():
            raise refused(at, value, "missing value")
        hidden = hidden_character(text)
        if hidden:
            raise refused(at, value, f"contains the invisible character {hidden}")
        try:
            return self.canonical(text) if self.canonical else str(text)
        except CatalogError as error:
            known = error.args[0]
            if isinstance(known, Fault):
                raise SpecError(replace(known, field=at, value=show(value))) from None
            # The catalogue's message begins with the axis and the label, which the fault names already.
            raise refused(at, value, str(error).removeprefix(f"{self.name} = {show(text)}: ")) from None

    def _number(self, value: object, at: str) -> int | float:
        expected = "integer" if self.kind == "integer" else "number"
        number = self._unworded(unboxed(value))
        if isinstance(number, str):
            if not isinstance(value, Typed) and is_bare_number(number):
                raise refused(at, value, f"expected {expected}, got string", f"{number} without quotes")
            number = self._quantity(number, at)
        if number is None:
            raise refused(at, value, "missing value")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise refused(at, value, f"expected {expected}, got {type_name(value)}")
        fault = self._outside(number)
        if fault:
            converted = isinstance(value, str) and not is_bare_number(value)
            given = show(value) + (f" (= {number:.15g} {self.unit})" if converted else "")
            raise SpecError(replace(fault, field=at, value=given))
        return int(number) if self.kind == "integer" else float(number) + 0.0  # + 0.0 makes -0.0 0.0

    def _unworded(self, value: object) -> object:
        """The number that a word stands for; anything else as it is."""
        words = self.limits.words if self.limits else ()
        return words.index(value) if isinstance(value, str) and value in words else value

    def _quantity(self, text: str, at: str) -> float:
        if self.limits and self.limits.words and not is_bare_number(text):
            raise refused(at, text, "no such value", nearest(text, self.limits.words), self._allowed)
        try:
            return parse_quantity(text, self.unit)
        except SpecError as error:
            raise SpecError(*(replace(fault, field=at) for fault in error.faults)) from None

    def _outside(self, number: float) -> Fault | None:  # noqa: PLR0911 - a list of reasons
        try:
            value = float(number)
        except OverflowError:
            return Fault("", "", "overflows a 64-bit float", self._allowed)
        if not math.isfinite(value):
            what = "missing (nan is no value)" if math.isnan(value) else "infinite, or overflows a 64-bit float"
            return Fault("", "", what, self._allowed)
        if self.kind == "integer" and value != math.floor(value):
            return Fault("", "", "not a whole number", self._allowed)
        if self.kind == "integer" and abs(number) > LARGEST_INTEGER:
            return Fault("", "", "too large for a whole number", f"up to 2^53 = {LARGEST_INTEGER}")
        if self.limits is None or self.limits.accepts(value):
            return None
        if self.limits.vanishes(value):
            return Fault("", "", "too small to compute with", f"{self._allowed}, at least {SMALLEST:g}")
        share = self.unit == "1" and self.limits.high <= 1.0
        percent = share and value >= _PERCENT and self.limits.accepts(value / 100)
        return Fault("", "", "out of range", self._allowed, f"{value / 100:.15g}" if percent else "")

    @property
    def _allowed(self) -> str:
        return self.limits.allowed if self.limits else "finite"


def hidden_character(text: str) -> str:
    """The code point of the first control, format or bidi character, as ``U+202E``; empty if there is none."""
    if text.isascii() and text.isprintable():
        return ""
    hidden = (c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
    return next((f"U+{ord(c):04X}" for c in hidden), "")


def refused(at: str, value: object, what: str, hint: str = "", allowed: str = "") -> SpecError:
    """The error that a value is."""
    return SpecError(Fault(at, "" if value is None else show(value), what, allowed, hint))


def is_date(text: str) -> bool:
    """Whether a text is a day, as ``YYYY-MM-DD``."""
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
