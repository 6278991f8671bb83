"""The limits of a choice: days of the final run, dollars, megawatts, and how sure one wants to be of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gigacost._record import Record
from gigacost.analysis.years import read_days
from gigacost.errors import Fault, SpecError, show
from gigacost.units.quantities import parse_quantity

ASSUMED_DAYS = 90.0
"""How long the final run may take where nothing is said: an assumption, a quarter of a year."""
UNLIMITED = "none"
TOTAL = "cost_total_usd"
CAPITAL = ("cluster_capex_usd", "facility_capex_usd")
"""What owned chips and their site cost before the first run, in parts; 0 where nothing is owned."""
_EATEN = re.compile(r"0*[KMBT]?|0[0-9]+.*|\.[0-9].*")
"""What a shell leaves of ``$50M``, ``$1500`` and ``$5.5M``: it takes ``$5`` and ``$1`` for a variable of its own."""


@dataclass(frozen=True, slots=True)
class Limits(Record):
    """What a design may take at most; None where that is not limited."""

    within_days: float | None
    """Days of the final run."""
    budget_usd: float | None
    """The total, and of owned chips their price and that of their site too [$]."""
    mw: float | None
    """Power of the site [MW]."""
    sure: float | None
    """In which share of the draws the limits have to hold together; None: for typical values."""

    def __iter__(self) -> Iterator[str]:
        """The names of the limits that there are."""
        return (name for name in CONDITIONS if getattr(self, name) is not None)

    def condition(self, *, within_days: float | None) -> str:
        """The limits as a condition on a design, with another time; empty without any."""
        asked = {**{name: getattr(self, name) for name in CONDITIONS}, "within_days": within_days}
        kept = {name: limit for name, limit in asked.items() if limit is not None}
        return " and ".join(f"{side} <= {limit!r}" for name, limit in kept.items() for side in CONDITIONS[name])

    def worded(self, of_days: str = "") -> str:
        """The limits in words, with something said ``of_days`` where these are limited."""
        asked = {name: _worded(name, getattr(self, name)) for name in self}
        days = asked.pop(_DAYS, "")
        parts = [f"final run within {days}{of_days}" if days else "however long the final run takes"]
        parts += [f"at most {text}" for text in asked.values()]
        parts += [] if self.sure is None else [f"with {_worded('sure', self.sure)}"]
        return ", ".join(parts)

    def yielding(self, needed: Mapping[str, float]) -> str:
        """What limits would have to be, in words: enough as it is told, so rounded up, and a probability down."""
        return " and ".join(
            f"{_worded(name, value)} in place of {_worded(name, getattr(self, name))}" for name, value in needed.items()
        )


def _worded(name: str, value: float) -> str:
    if name == "budget_usd":
        return f"${math.ceil(value):,}"
    if name == "sure":
        return f"a probability of {math.floor(value * 1e4) / 1e4:g}"
    rounded = math.ceil(value * 10) / 10 if name == _DAYS else math.ceil(value * 1000) / 1000
    return f"{rounded:,.12g} {_UNITS[name]}"


_DAYS = "within_days"
_UNITS = {"within_days": "days", "mw": "MW"}
CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "within_days": ("train_days",),
    "budget_usd": (TOTAL, " + ".join(CAPITAL)),
    "mw": ("facility_mw",),
}
"""What each limit is the most of."""


def read_limits(
    within: str | float | None, budget: str | float | None, mw: str | float | None, sure: str | float | None
) -> Limits:
    """The limits as people write them; None for what is not said. Raises SpecError with all that is wrong."""
    faults: list[Fault] = []
    found: dict[str, float | None] = {"within_days": ASSUMED_DAYS if within is None else None}
    asked = {
        "within": (within, "within_days"),
        "budget": (budget, "budget_usd"),
        "mw": (mw, "mw"),
        "sure": (sure, "sure"),
    }
    for field, (given, name) in asked.items():
        if given is None or (field == "within" and given == UNLIMITED):
            found.setdefault(name, None)
            continue
        try:
            found[name] = _READ[field](field, given)
        except SpecError as error:
            faults += error.faults
    if not faults and found["sure"] is not None and all(found[name] is None for name in CONDITIONS):
        faults.append(Fault("sure", show(sure), "there is no limit to be sure of", "with within, budget or mw"))
    if faults:
        raise SpecError(*faults)
    return Limits(**found)


def _budget(field: str, given: str | float) -> float:
    if isinstance(given, str) and _EATEN.fullmatch(given.strip()):
        what = "no amount; if it began with a $, quote it: the shell took $5 of $50M for a variable of its own"
        raise SpecError(Fault(field, show(given), what, "'$50M' in single quotes, or 50M"))
    return _amount(field, given, "$", "an amount > 0, as 50M or '$50M'")


def _power(field: str, given: str | float) -> float:
    return _amount(field, given, "MW", "a power > 0, as 30 or 30MW")


def _probability(field: str, given: str | float) -> float:
    allowed = "a probability > 0 and < 1, as 0.9"
    share = _amount(field, given, "1", allowed)
    if share >= 1.0:
        raise SpecError(Fault(field, show(given), "out of range", allowed))
    return share


def _amount(field: str, given: str | float, unit: str, allowed: str) -> float:
    """A number above 0. Raises SpecError."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise SpecError(Fault(field, show(given), "not a number", allowed))
    try:
        value = parse_quantity(given, unit) if isinstance(given, str) else float(given)
    except OverflowError:
        raise SpecError(Fault(field, show(given), "overflows a 64-bit float", allowed)) from None
    except SpecError as error:
        raise SpecError(*(replace(fault, field=field, allowed=allowed) for fault in error.faults)) from None
    if not 0.0 < value < float("inf"):
        raise SpecError(Fault(field, show(given), "out of range", allowed))
    return value


_READ = {"within": read_days, "budget": _budget, "mw": _power, "sure": _probability}
