"""Distributions: what is known of an input that is not known exactly, as people write it.

    normal 90% 0.30..0.50                  between these with this probability, and as often below as above
    x lognormal 90% 0.5..2                 relative: what the input is otherwise is multiplied by it
    uniform 1..2
    triangular 1.05 1.1 1.3                the least, the likeliest, the greatest value
    empirical 1.1, 1.2, 1.5                each as likely as the others
    empirical 1.1: 3, 1.5: 1               with weights
    normal 90% 0.10..0.65 within 0.01..0.99

``within`` clips: what falls outside of the limits is the limit itself, so that a stated interval inside of them stays
what was stated. Numbers may have units, as ``0.06 $/kWh..0.10 $/kWh``.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigacost.errors import Fault, SpecError, nearest, show, type_name
from gigacost.units.quantities import is_bare_number, parse_quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_WRITTEN = re.compile(r"(?P<relative>x +)?(?P<family>\S+)(?: +(?P<rest>.*?))?(?: +within +(?P<within>.*))?")
_NEXT_NUMBER = re.compile(r" +(?=[+-]?\$?\.?[0-9])")


@dataclass(frozen=True, slots=True)
class Distribution:
    """How likely each value of an input is."""

    family: Family
    within: tuple[float, float] | None = None
    """Limits to which values are clipped."""
    relative: bool = False
    """Whether it is what the input is otherwise that is multiplied by it, and not the input itself."""

    @staticmethod
    def parse(text: object, at: str, unit: str = "1") -> Distribution:
        """The distribution that a text means for an input in ``unit``; ``at`` names its place in messages.

        What is relative has no unit. Raises SpecError.
        """
        return _Text(text, at, unit).distribution()

    @property
    def text(self) -> str:
        """The text that ``parse`` reads back, its numbers in the input's unit."""
        parts = ["x"] if self.relative else []
        parts.append(self.family.text)
        parts += [f"within {_interval(*self.within)}"] if self.within else []
        return " ".join(parts)

    @property
    def median(self) -> float:
        """The value that as much is below as above."""
        import numpy as np

        return float(self.quantile(np.array([0.5]))[0])

    def quantile(self, u: Floats) -> Floats:
        """The values below which a share ``u`` of all lies, 0 < u < 1; the same bits on every machine."""
        import numpy as np

        values = self.family.quantile(u)
        return np.clip(values, *self.within) if self.within else values


class Family(ABC):
    """One form of distribution."""

    __slots__ = ()

    @property
    @abstractmethod
    def text(self) -> str:
        """As it is written."""

    @abstractmethod
    def quantile(self, u: Floats) -> Floats:
        """The values below which a share ``u`` lies."""


@dataclass(frozen=True, slots=True)
class Normal(Family):
    """With a probability of ``percent`` between ``low`` and ``high``."""

    percent: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """As it is written."""
        return f"normal {_number(self.percent)}% {_interval(self.low, self.high)}"

    def quantile(self, u: Floats) -> Floats:
        """The middle of the interval, plus or minus a number of its half-widths."""
        return (self.low + self.high) / 2 + (self.high - self.low) / 2 * _halves(u, self.percent)


@dataclass(frozen=True, slots=True)
class Lognormal(Family):
    """The logarithm is normal: with a probability of ``percent`` between ``low`` and ``high``, both above 0."""

    percent: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """As it is written."""
        return f"lognormal {_number(self.percent)}% {_interval(self.low, self.high)}"

    def quantile(self, u: Floats) -> Floats:
        """As of a normal distribution, of logarithms."""
        import numpy as np

        from gigacost.sampling.normal import exps, logs

        low, high = logs(np.array([self.low, self.high])).tolist()
        return exps((low + high) / 2 + (high - low) / 2 * _halves(u, self.percent))


@dataclass(frozen=True, slots=True)
class Uniform(Family):
    """Each value between ``low`` and ``high`` as likely as the others."""

    low: float
    high: float

    @property
    def text(self) -> str:
        """As it is written."""
        return f"uniform {_interval(self.low, self.high)}"

    def quantile(self, u: Floats) -> Floats:
        """So far from ``low`` to ``high``."""
        return self.low + (self.high - self.low) * u


@dataclass(frozen=True, slots=True)
class Triangular(Family):
    """Ever likelier from ``low`` to ``mode``, ever less likely from there to ``high``."""

    low: float
    mode: float
    high: float

    @property
    def text(self) -> str:
        """As it is written."""
        return " ".join(["triangular", *map(_number, (self.low, self.mode, self.high))])

    def quantile(self, u: Floats) -> Floats:
        """The inverse of two parabolas that meet at the mode."""
        import numpy as np

        width, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising = self.low + np.sqrt(u * width * rise)
        falling = self.high - np.sqrt((1.0 - u) * width * fall)
        return np.where(u * width < rise, rising, falling)


@dataclass(frozen=True, slots=True)
class Empirical(Family):
    """Some values, sorted, with weights."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def text(self) -> str:
        """As it is written; without weights where all are equal."""
        pairs = zip(self.values, self.weights, strict=True)
        weighted = len(set(self.weights)) > 1
        return "empirical " + ", ".join(f"{_number(v)}: {_number(w)}" if weighted else _number(v) for v, w in pairs)

    def quantile(self, u: Floats) -> Floats:
        """The first value at which the weights so far are at least a share ``u`` of all."""
        import numpy as np

        whole = math.fsum(self.weights)
        shares = [math.fsum(self.weights[:count]) / whole for count in range(1, len(self.weights))]
        return np.array(self.values)[np.searchsorted(shares, u)]


def _halves(u: Floats, percent: float) -> Floats:
    """How many halves of the central interval each quantile is away from its middle."""
    import numpy as np

    from gigacost.sampling.normal import normal_quantile

    half = float(normal_quantile(np.array([0.5 + percent / 200]))[0])
    return normal_quantile(u) / half


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _interval(low: float, high: float) -> str:
    return f"{_number(low)}..{_number(high)}"


class _Text:
    """A text while it is read."""

    def __init__(self, text: object, at: str, unit: str) -> None:
        if not isinstance(text, str):
            what = "missing value" if text is None else f"expected string, got {type_name(text)}"
            raise SpecError(Fault(at, "" if text is None else show(text), what, '"normal 90% 0.3..0.5"'))
        self.text = text
        self.at = at
        self.unit = unit

    def distribution(self) -> Distribution:
        match = _WRITTEN.fullmatch(self.text)
        if not match:
            raise self.refused("not a distribution", " · ".join(form for form, _ in _FAMILIES.values()))
        if match["relative"]:
            self.unit = "1"
        family = match["family"]
        if family not in _FAMILIES:
            raise self.refused(f"unknown distribution {show(family)}", ", ".join(_FAMILIES), nearest(family, _FAMILIES))
        form, read = _FAMILIES[family]
        made = read(self, form, match["rest"] or "")
        within = self.interval(match["within"], "within 0.01..0.99") if match["within"] is not None else None
        return Distribution(made, within, relative=bool(match["relative"]))

    def refused(self, what: str, allowed: str = "", hint: str = "") -> SpecError:
        return SpecError(Fault(self.at, show(self.text), what, allowed, hint))

    def numbers(self, texts: Sequence[str], unit: str) -> tuple[float, ...]:
        """Numbers that all have a unit, or none."""
        texts = [text.strip() for text in texts]
        values = tuple(self.number(text, unit) for text in texts)
        bare = [text for text in texts if is_bare_number(text)]
        if bare and len(bare) < len(texts):
            raise self.refused(f"{show(bare[0])} has no unit, and others have one", "all numbers with their units")
        return values

    def number(self, text: str, unit: str) -> float:
        try:
            return parse_quantity(text, unit) + 0.0
        except SpecError as error:
            fault = error.faults[0]
            raise self.refused(f"{fault.value}: {fault.what}", fault.allowed, fault.hint) from None

    def interval(self, text: str, form: str) -> tuple[float, float]:
        ends = text.split("..")
        if len(ends) != 2:  # noqa: PLR2004 - an interval's ends
            raise self.refused(f"{show(text)} is not an interval", form)
        low, high = self.numbers(ends, self.unit)
        if not low < high:
            raise self.refused("an interval goes upwards", form)
        if math.isinf(high - low):
            raise self.refused("the interval is too wide for a 64-bit float")
        return low, high

    def central(self, form: str, rest: str) -> tuple[float, float, float]:
        """A central interval with its probability."""
        percent, _, interval = rest.partition("% ")
        if not is_bare_number(percent) or not interval:
            raise self.refused("the probability of the interval is missing", form)
        share = float(percent)
        if not 0.0 < share < 100.0:  # noqa: PLR2004 - per cent
            raise self.refused(f"{show(percent)} is not the probability of an interval", "0% < probability < 100%")
        return share, *self.interval(interval.strip(), form)


def _normal(text: _Text, form: str, rest: str) -> Family:
    found = Normal(*text.central(form, rest))
    if math.isinf(abs(found.low) + (found.high - found.low) * _reach(found.percent)):
        raise text.refused("its tails reach beyond a 64-bit float")
    return found


def _lognormal(text: _Text, form: str, rest: str) -> Family:
    found = Lognormal(*text.central(form, rest))
    if found.low <= 0.0:
        raise text.refused("a lognormal distribution is above 0", form)
    low, high = math.log(found.low), math.log(found.high)
    if max(abs(low), abs(high)) + (high - low) * _reach(found.percent) > _LARGEST_LOG:
        raise text.refused("its tails reach beyond a 64-bit float")
    return found


def _reach(percent: float) -> float:
    """How many widths of the central interval no draw is further away from its ends."""
    from statistics import NormalDist

    return _FARTHEST / NormalDist().inv_cdf(0.5 + percent / 200) / 2


_FARTHEST = 8.3
"""No point strictly inside of the unit interval is a normal number further from 0."""
_LARGEST_LOG = 700.0


def _uniform(text: _Text, form: str, rest: str) -> Family:
    return Uniform(*text.interval(rest, form))


def _triangular(text: _Text, form: str, rest: str) -> Family:
    parts = _NEXT_NUMBER.split(rest)
    if len(parts) != 3:  # noqa: PLR2004 - low, mode, high
        raise text.refused("expected three numbers: minimum, mode, maximum", form)
    low, mode, high = text.numbers(parts, text.unit)
    if not (low <= mode <= high and low < high):
        raise text.refused("the least, the likeliest and the greatest value go upwards", form)
    if math.isinf((high - low) * (high - low)):
        raise text.refused("the interval is too wide for a 64-bit float")
    return Triangular(low, mode, high)


def _empirical(text: _Text, form: str, rest: str) -> Family:
    pairs = [part.partition(":") for part in rest.split(",")]
    values = text.numbers([value for value, _, _ in pairs], text.unit)
    if any(mark for _, mark, _ in pairs) and not all(mark for _, mark, _ in pairs):
        raise text.refused("some values have a weight and others none", form)
    weights = tuple(text.number(weight.strip(), "1") if mark else 1.0 for _, mark, weight in pairs)
    if not all(weight > 0.0 for weight in weights) or math.isinf(sum(weights)):
        raise text.refused("a weight is above 0, and so is their finite sum", form)
    return Empirical(*zip(*sorted(zip(values, weights, strict=True)), strict=True))


_FAMILIES: dict[str, tuple[str, Callable[[_Text, str, str], Family]]] = {
    "normal": ("normal 90% LOW..HIGH", _normal),
    "lognormal": ("lognormal 90% LOW..HIGH", _lognormal),
    "uniform": ("uniform LOW..HIGH", _uniform),
    "triangular": ("triangular LOW MODE HIGH", _triangular),
    "empirical": ("empirical VALUE, VALUE or VALUE: WEIGHT, VALUE: WEIGHT", _empirical),
}
"""How each is written, and what reads it."""
