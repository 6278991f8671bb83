"""What a design is charged: for what, how much, from when to when, and which of it a commitment covers.

Everything is charged over the days of the run, from the date of the design on, but for two things. What keeps the model
current is charged over ``horizon_years`` after the run. And the hours of a commitment are counted: the run's part of a
commitment begins with its experiments, then comes the run, then nobody uses what is left of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gigacost.queries.billing import amounts, periods
from gigacost.queries.billing.periods import Span
from gigacost.queries.billing.services import EXPERIMENTS, LATER, RENT, RENTED_CHIPS, UNITS, UNUSED, Service, service_of

USED, NOT_USED = "Used", "Unused"

_DAYS_PER_YEAR = 365.25
_COMMITMENT = "commitment_hours"
_BUSY, _UTILISATION, _FACTOR, _SHARED = (
    "busy_hours", "fleet_utilisation", "experiments_factor", "runs_per_commitment",
)  # fmt: skip
_RUN_HOURS, RUN_DAYS, _HORIZON, _CHIP_HOURS = "train_hours", "train_days", "horizon_years", "chip_hours"

NEEDED = frozenset({_COMMITMENT, _BUSY, _UTILISATION, _FACTOR, _SHARED, _RUN_HOURS, RUN_DAYS, _HORIZON, _CHIP_HOURS})
"""Quantities and inputs that say when a charge is and how much of something it is for, where a model has them."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One contribution of one run."""

    name: str
    service: Service
    amount: Decimal
    quantity: Decimal
    unit: str
    span: Span
    status: str = ""
    """Of the hours of a commitment, whether they are used; empty for what no commitment covers."""


class Charges:
    """The charges of one design, from its values."""

    def __init__(self, known: Mapping[str, Any], contributions: Sequence[str], *, rents: bool) -> None:
        self._known = known
        self._rents = rents
        self._names = [name for name in contributions if known[name]]
        hours = self._number(_COMMITMENT) if rents and RENT in self._names else 0.0
        self._slot_hours = self._number(_BUSY) / self._number(_UTILISATION) if hours > 0 else math.nan
        self.is_committed = math.isfinite(self._slot_hours)
        self.commitment_hours = hours if self.is_committed else 0.0

    def runs_per_commitment(self) -> float:
        """How many runs share a commitment; 1 where nothing is committed."""
        return self._number(_SHARED) if self.is_committed else 1.0

    def fits(self) -> bool:
        """Whether there is a bill: of a century at most, of amounts that a decimal holds."""
        horizon = self._horizon_days() if LATER & {*self._names} else 0.0
        slot = self._slot_hours * self.runs_per_commitment() / 24.0 if self.is_committed else 0.0
        days = max(self._known[RUN_DAYS], slot) + horizon
        largest = max((abs(self._known[name]) for name in self._names), default=0.0)
        return days <= periods.LONGEST_DAYS and largest < amounts.LARGEST

    def of_run(self, number: int) -> Iterator[Charge]:
        """The charges of a run of the commitment, from 0 on, in the order of the contributions."""
        spans = self._spans(number)
        for name in self._names:
            yield self._charge(name, spans)

    def _charge(self, name: str, spans: Mapping[str, Span]) -> Charge:
        service = service_of(name, rents=self._rents)
        amount = amounts.cost(self._known[name])
        quantity, unit = amounts.quantity(self._quantity(name, service)), service.unit
        if not quantity:
            quantity, unit = amounts.ONE, UNITS
        quantity = quantity.copy_sign(amount)
        status = ""
        if self.is_committed and service is RENTED_CHIPS:
            status = NOT_USED if name == UNUSED else USED
        return Charge(name, service, amount, quantity, unit, spans.get(name, spans[""]), status)

    def _quantity(self, name: str, service: Service) -> float:
        """What is priced; 0 where the model does not say."""
        value = self._number(service.quantity) if service.quantity else 0.0
        if service is RENTED_CHIPS and name != RENT:
            factor = self._number(_FACTOR)
            value *= factor - 1.0 if name == EXPERIMENTS else factor * (1.0 / self._number(_UTILISATION) - 1.0)
        return value if math.isfinite(value) else 0.0

    def _spans(self, number: int) -> dict[str, Span]:
        """When each contribution is charged; of those not named, what stands under no name."""
        begun = self._begun(number)
        experiments = run = Span(0, periods.of_days(self._known[RUN_DAYS]))
        project = run
        spans = {}
        if self.is_committed:
            experiments, run = self._hours_of_commitment(run.end)
            end = max(self._begun(number + 1) - begun, run.end + periods.SECOND)
            spans = {RENT: run, EXPERIMENTS: experiments, UNUSED: Span(run.end, end)}
            project = Span(0, run.end)
        later = Span(project.end, project.end + periods.of_days(self._horizon_days()))
        spans |= {"": project, **dict.fromkeys(LATER, later)}
        return {name: span.later(begun) for name, span in spans.items()}

    def _begun(self, number: int) -> int:
        """When the part of a run begins in its commitment."""
        return periods.of_hours(number * self._slot_hours) if self.is_committed and number else 0

    def _hours_of_commitment(self, length: int) -> tuple[Span, Span]:
        """The experiments and the run, one after the other."""
        hours = (self._number(_FACTOR) - 1.0) * self._number(_RUN_HOURS)
        before = periods.of_hours(hours) if EXPERIMENTS in self._names else 0
        return Span(0, before), Span(before, before + length)

    def _horizon_days(self) -> float:
        years = self._number(_HORIZON)
        return years * _DAYS_PER_YEAR if years > 0 else 0.0

    def _number(self, name: str) -> float:
        return float(self._known.get(name, math.nan))
