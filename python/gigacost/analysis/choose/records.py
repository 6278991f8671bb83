"""A choice as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gigacost._record import Record
from gigacost.charts.charted import Charted
from gigacost.queries.estimates import Estimate

NEAR = 1.25
"""Runners-up cost at most so many times what the cheapest does."""


@dataclass(frozen=True, slots=True)
class Price(Record):
    """What an hour of a chip costs, and what that rests on."""

    usd_per_chip_hour: float | None
    """The rent; of owned chips all that an hour of the work costs."""
    votes: int | None
    """How many providers the rent is the median of, or how many sources the purchase price has; None if it is given."""
    date: str
    """That of the quote, or of the purchase price; empty if it is given."""


@dataclass(frozen=True, slots=True)
class Candidate(Record):
    """A design that was considered, in short."""

    hardware: str
    chips: int
    cost_total_usd: float
    train_days: float
    p10: float | None
    """Of the total, over draws of what is left open."""
    p50: float | None
    p90: float | None
    evidence: Mapping[str, float | None]
    """How well it is known: votes and age of its price, whether price and speed are derived, spot beyond a region."""


@dataclass(frozen=True, slots=True)
class Answer(Record):
    """The cheapest design of a market."""

    market: str
    estimate: Estimate
    due_at_once_usd: float | None
    """What is bought or committed to before the first run."""
    price: Price
    runners_up: tuple[Candidate, ...]
    """The best of each other chip that costs at most ``NEAR`` times what the cheapest does."""


@dataclass(frozen=True, slots=True)
class Deadline(Record):
    """The cheapest design of a market whose final run takes no longer; None where there is none."""

    within_days: float
    market: str
    hardware: str | None = None
    chips: int | None = None
    cost_total_usd: float | None = None
    train_days: float | None = None
    p10: float | None = None
    """Of the total, over draws of what is left open."""
    p50: float | None = None
    p90: float | None = None
    evidence: Mapping[str, float | None] = field(default_factory=dict)
    """As of a ``Candidate``."""


@dataclass(frozen=True, slots=True)
class LeftOut(Record):
    """A chip that is not chosen among in a market, or of which no design is within the limits."""

    hardware: str
    market: str
    reason: str
    kind: str
    """``no_quote``, ``announced``, ``china_export``, ``extrapolated``, ``beyond_limits``; ``where``, the condition of
    the specification; or the state of most of its designs."""
    best: Candidate | None = None
    """The cheapest within the limits, of a chip whose speed is extrapolated."""


@dataclass(frozen=True, slots=True)
class Needed(Record):
    """Limits that would have to give, together, in a market where no design is within all of them; the others hold."""

    market: str
    limits: Mapping[str, float]
    """Of each such limit, what it would have to be."""
    hardware: str
    """Of the design that would then be within them."""
    chips: int
    cost_total_usd: float
    train_days: float


@dataclass(frozen=True, slots=True, repr=False)
class Choice(Charted, Record):
    """The cheapest design of each market. Made by ``choose``."""

    _kind = "compare"
    _if_any = ("config",)

    asked: Mapping[str, Any]
    """What was given: inputs in the model's units, and the limits."""
    labels: Mapping[str, str]
    """The labels that apply to all designs: precision, region, date, and the model if one is named."""
    assumed: Mapping[str, Any]
    """What was not: ``within_days``, ``markets``, and the ``hardware`` and ``chips`` that were tried; None if given."""
    answers: tuple[Answer, ...]
    """Of each market that has a design within the limits."""
    deadlines: tuple[Deadline, ...]
    left_out: tuple[LeftOut, ...]
    needed: tuple[Needed, ...]
    """Of each market that has none."""
    meta: Mapping[str, Any]
    config: Mapping[str, Any] = field(default_factory=dict)
    """What was made of configuration files, as in an estimate."""

    def __repr__(self) -> str:
        found = [
            f"{one.market}: {one.estimate.inputs['chips']:.0f} x {one.estimate.inputs['hardware']}, "
            f"cost_total_usd={one.estimate['cost_total_usd']:.6g}, train_days={one.estimate['train_days']:.6g}"
            for one in self.answers
        ]
        return f"<Choice: {'; '.join(found) or 'no design is within the limits'}>"
