"""How a model declares what its functions cannot say themselves: inputs, constants, contributions, subtotals, states.

A quantity needs no declaration: it is a public function. Its name is the quantity's name, its parameters name what it
is made of, the first sentence of its docstring ends with its unit in brackets.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeAlias, TypeVar

from gigacost.errors import UnitError
from gigacost.units.algebra import combined

MISSING = math.nan
"""The default of an input that may be left out; ``missing(x)`` is true for it."""
SMALLEST, LARGEST = 1e-30, 1e40
"""No amount above 0 is smaller, none is larger: what is made of it would overflow or vanish."""

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that the model takes from outside: from the user, from the catalogue, or its default."""

    name: str
    unit: str
    doc: str
    default: float | None = None
    """None: must be given (by the user or by a catalogue axis). ``MISSING``: may be absent."""
    source: str = ""
    """Where the default comes from, with its place there; "assumption" when it has no source."""
    date: str = ""
    """The date of the source, as ``2024-07`` or ``2024-07-23``."""
    low: float = 0.0
    high: float = math.inf
    low_open: bool = False
    """Whether the lower limit itself is refused (0 for a divisor)."""
    high_open: bool = False
    integer: bool = False
    words: tuple[str, ...] = ()
    """Names of its values from 0 on, each of which may be written instead of its number."""
    plausible: tuple[float, float] | None = None
    """Outside of this band a value is legal, but warned about."""

    @property
    def allowed(self) -> str:
        """The legal range as text."""
        if self.words:
            return ", ".join(f"{word} ({number})" for number, word in enumerate(self.words))
        kind = "a whole number, " if self.integer else ""
        if math.isinf(self.high):
            if math.isinf(self.low):
                return f"{kind}finite"
            return f"{kind}{'>' if self.low_open else '>='} {self.low:.15g} and finite"
        left, right = ("<" if self.low_open else "<="), ("<" if self.high_open else "<=")
        return f"{kind}{self.low:.15g} {left} {self.name} {right} {self.high:.15g}"

    def accepts(self, value: float) -> bool:
        """Whether the value is within the legal range."""
        if not math.isfinite(value) or (self.integer and value != math.floor(value)):
            return False
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below and not self.vanishes(value)

    def word(self, value: float) -> str:
        """The name of a value; empty where it has none."""
        return self.words[int(value)] if self.words and self.accepts(value) else ""

    def vanishes(self, value: float) -> bool:
        """Whether the value is that of an amount above 0, and so small that nothing can be divided by it."""
        return self.low_open and self.low == 0.0 and 0.0 < value < SMALLEST


class Constant(float):
    """A fixed number of the model with its unit and source. A float in every formula; the unit check sees the unit.

    Arithmetic keeps the unit: ``2.0 * SECONDS_PER_HOUR`` is again a Constant, a product of two has the product of
    their units, and a sum needs equal units.
    """

    __slots__ = ("date", "scaled", "source", "unit")
    unit: str
    source: str
    date: str
    scaled: bool
    """Whether a bare number went into it. That number may have been a plain argument (a formula worked by hand), so
    the unit is only known for literals, and a sum that does not match is a plain float and not an error."""

    def __new__(cls, value: float, unit: str, source: str = "", date: str = "", *, scaled: bool = False) -> Self:
        """``source`` may be empty only for a definition (seconds in an hour)."""
        self = super().__new__(cls, value)
        self.unit = unit
        self.source = source
        self.date = date
        self.scaled = scaled
        return self

    def __getnewargs__(self) -> tuple[float, str, str, str]:  # type: ignore[override]
        """What pickle makes it again from."""
        return (float(self), self.unit, self.source, self.date)

    def __mul__(self, other: float) -> Constant:
        """The product, in the product of the units; a bare number keeps the unit."""
        return _product(self, other, float.__mul__)

    def __rmul__(self, other: float) -> Constant:
        """As ``__mul__``."""
        return _product(other, self, float.__mul__)

    def __truediv__(self, other: float) -> Constant:
        """The quotient, in the quotient of the units."""
        return _product(self, other, float.__truediv__, divide=True)

    def __rtruediv__(self, other: float) -> Constant:
        """As ``__truediv__``."""
        return _product(other, self, float.__truediv__, divide=True)

    def __add__(self, other: float) -> float:
        """The sum; two constants need equal units."""
        return _sum(self, other, float.__add__)

    def __radd__(self, other: float) -> float:
        """As ``__add__``."""
        return _sum(other, self, float.__add__)

    def __sub__(self, other: float) -> float:
        """The difference; two constants need equal units."""
        return _sum(self, other, float.__sub__)

    def __rsub__(self, other: float) -> float:
        """As ``__sub__``."""
        return _sum(other, self, float.__sub__)

    def __neg__(self) -> Constant:
        """The negative, in the same unit."""
        return Constant(-float(self), self.unit, scaled=self.scaled)


def _product(a: float, b: float, operation: Callable[[float, float], float], *, divide: bool = False) -> Constant:
    if not (isinstance(a, int | float) and isinstance(b, int | float)):
        return NotImplemented
    unit = combined(getattr(a, "unit", "1"), getattr(b, "unit", "1"), divide=divide)
    return Constant(operation(float(a), float(b)), unit, scaled=_scaled(a) or _scaled(b))


def _sum(a: float, b: float, operation: Callable[[float, float], float]) -> float:
    if not (isinstance(a, int | float) and isinstance(b, int | float)):
        return NotImplemented
    value = operation(float(a), float(b))
    left, right = getattr(a, "unit", "1"), getattr(b, "unit", "1")
    if not isinstance(a, Constant) and a == 0.0:
        left = right
    if not isinstance(b, Constant) and b == 0.0:
        right = left
    scaled = _scaled(a) or _scaled(b)
    if combined(left, right, divide=True) == "1":
        return Constant(value, left, scaled=scaled)
    if scaled:
        return value
    message = f"cannot add constants in {left} and in {right}: convert one of them by a named constant"
    raise UnitError(message)


def _scaled(value: float) -> bool:
    return value.scaled if isinstance(value, Constant) else True


@dataclass(frozen=True, slots=True)
class Subtotal:
    """A sum over declared contributions; its value is ``total(of, *contributions)`` in declaration order."""

    name: str
    doc: str
    of: str = ""
    """The smaller subtotal that it begins with, if any."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """How an input is found when it is not given, but other names are. The first that fits is taken."""

    name: str
    """The input."""
    given: tuple[str, ...]
    """The names that must be given."""
    function: Callable[..., Any]
    """What makes it of them."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """Marks a function as money counted in a subtotal."""

    to: str


@dataclass(frozen=True, slots=True)
class Status:
    """Marks a function as a state in which a combination is legal but impossible."""

    label: str
    spoils: tuple[str, ...]
    """What means nothing in this state, and with it all that is made of it."""
    central: bool = False
    """Whether central values alone decide it: what is drawn then spoils nothing."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Marks a function as a warning about combinations that are possible, but hardly what was meant."""

    of: str
    """The quantity that is doubtful where the function's condition holds; what spoils it leaves no doubt."""
    what: str
    """What is doubtful about it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Marks a function as a rule that values break together, though each of them alone is legal."""

    what: str
    """What is wrong then with the first of its names that was given."""
    allowed: str


Mark: TypeAlias = Contribution | Status | Doubt | Rule


def contribution(*, to: str) -> Callable[[F], F]:
    """Declare that a quantity [$] is counted in the subtotal ``to`` and in those that contain it."""
    return _mark(Contribution(to))


def status(label: str, *, spoils: str | tuple[str, ...], central: bool = False) -> Callable[[F], F]:
    """Declare a row state: where the function's condition holds, ``spoils`` and everything downstream are null.

    A row's status is the first declared state that holds, else ``ok``. A ``central`` state is one of the plan and not
    of chance: draws in which its condition holds count like any others.
    """
    return _mark(Status(label, (spoils,) if isinstance(spoils, str) else spoils, central))


def doubt(*, of: str, what: str) -> Callable[[F], F]:
    """Declare a warning: where the function's condition holds, the quantity ``of`` is possible, but doubtful.

    Nothing is null there. Whoever is shown such combinations is told; ``strict`` makes it an error.
    """
    return _mark(Doubt(of, what))


def rule(what: str, *, allowed: str) -> Callable[[F], F]:
    """Declare that no run could have values for which the function's condition holds: a fault, not a row state.

    The function is no quantity. Its parameters are the names it looks at: given ones, else defaults, else missing.
    """
    return _mark(Rule(what, allowed))


def marking(function: Callable[..., Any]) -> Mark | None:
    """What a function was declared to be, beside a quantity."""
    return getattr(function, "__gigacost__", None)


def _mark(mark: Mark) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        function.__gigacost__ = mark  # type: ignore[attr-defined]
        return function

    return decorate
