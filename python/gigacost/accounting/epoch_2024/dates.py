"""When training began, when the chips could be had, and how old they were by then."""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING, Alternative, Constant, Input
from gigacost.model.constants import DAYS_PER_YEAR, HOURS_PER_DAY
from gigacost.ops import Value, floor, maximum, missing, where

_PAPER = "Epoch AI, arXiv 2405.21015v2"
_CODE = "Epoch AI, training-cost-trends (39013e2)"
_DAY = "in days since 1970-01-01"

PUBLICATION_DAY = Input("publication_day", "d", f"Day of publication, {_DAY}.", default=MISSING, high=1e6)
KNOWN_START_DAY = Input(
    "known_start_day", "d", f"Day on which training began, {_DAY}, where known.", default=MISSING, high=1e6
)
KNOWN_END_DAY = Input(
    "known_end_day", "d", f"Day on which training ended, {_DAY}, where known.", default=MISSING, high=1e6
)
AS_OF_DAY = catalogued(
    "as_of_day",
    f"Day on which training began, {_DAY}, where nothing else tells: the date of the estimate.",
    default=MISSING,
)
RELEASE_DAY = catalogued("release_day", f"Release of the chip, {_DAY}.", default=MISSING)
DATED_HOURS = Input("dated_hours", "h", "Hours of training that dates are reckoned with.", high=1e7)
EARLIEST_PRICE_DAY = catalogued("earliest_price_day", f"Day of the earliest price, {_DAY}.", default=MISSING)
IS_TPU = catalogued(
    "is_tpu",
    "Whether the chip is a TPU (1), which its maker has from its release on, or not (0).",
    default=0.0,
    source="assumption: a chip that can be bought",
)
PUBLICATION_LAG = Constant(60, "d", f"{_PAPER} B.1: from the end of training to publication", "2024-05")
AVAILABILITY_LAG = Constant(90, "d", f"{_PAPER} B.1: a GPU can be had 90 days after its release", "2024-05")
PROCUREMENT_LAG = Constant(60, "d", f"{_PAPER} A.5: rented two months before training begins", "2024-05")
TYPICAL_HOURS = Constant(793.5, "h", f"{_CODE}: training time where it is not known, 33.06 days", "2024-12-11")


def _whole_hours(train_hours: Value) -> Value:
    """Hours of training as dates are reckoned with them [h]."""
    return floor(train_hours)


def _typical_hours() -> Value:
    """Hours of a training of which none are known [h]."""
    return TYPICAL_HOURS


DATED_BY_HOURS = Alternative("dated_hours", ("train_hours",), _whole_hours)
DATED_BY_CUSTOM = Alternative("dated_hours", (), _typical_hours)


def estimated_start_day(
    known_start_day: Value, known_end_day: Value, publication_day: Value, as_of_day: Value, dated_hours: Value
) -> Value:
    """Day on which training began, as far as dates of the model tell [d].

    The known start, else the known end or 60 days before publication, less the hours of training; else as_of.

    Source: Epoch AI, arXiv 2405.21015v2 B.1; whole hours as in its code, 793.5 where none are known.
    """
    end = where(missing(known_end_day), publication_day - PUBLICATION_LAG, known_end_day)
    start = where(missing(known_start_day), end - dated_hours / HOURS_PER_DAY, known_start_day)
    return where(missing(start), as_of_day, start)


def published_day(publication_day: Value, estimated_start_day: Value, dated_hours: Value) -> Value:
    """Day of publication: 60 days after the end of training, where it is not known [d].

    Source: Epoch AI, arXiv 2405.21015v2 B.1.
    """
    guess = estimated_start_day + dated_hours / HOURS_PER_DAY + PUBLICATION_LAG
    return where(missing(publication_day), guess, publication_day)


def available_day(is_tpu: Value, release_day: Value, earliest_price_day: Value, estimated_start_day: Value) -> Value:
    """Day from which the chip could be had, and its price falls [d].

    A TPU: its release. A GPU: 90 days after its release, but not before its earliest price. One of unknown release: the
    day on which training began.

    Source: Epoch AI, arXiv 2405.21015v2 B.1.
    """
    delivered = release_day + AVAILABILITY_LAG
    priced = where(missing(earliest_price_day), delivered, maximum(delivered, earliest_price_day))
    return where(missing(release_day), estimated_start_day, where(is_tpu == 1, release_day, priced))


def start_day(is_tpu: Value, estimated_start_day: Value, available_day: Value) -> Value:
    """Day on which training began; on a GPU not before it could be had [d].

    A TPU serves its maker before the public: its age may be negative, its value above the price.

    Source: Epoch AI, training-cost-trends (39013e2).
    """
    return where(is_tpu == 1, estimated_start_day, maximum(estimated_start_day, available_day))


def procurement_day(start_day: Value) -> Value:
    """Day on which chips are rented [d].

    60 days before training begins.

    Source: Epoch AI, arXiv 2405.21015v2 A.5; counted from the start, as in its code.
    """
    return start_day - PROCUREMENT_LAG


def chip_age_years(start_day: Value, available_day: Value) -> Value:
    """Age of the hardware when training begins, in whole days; 0 where nothing is known of the chip's release [yr].

    ⌊start_day − available_day⌋ / 365.25.

    Source: Epoch AI, training-cost-trends (39013e2).
    """
    return floor(start_day - available_day) / DAYS_PER_YEAR
