"""Chip-hours: those given, else chips times hours, else the arithmetic at a utilisation of 37.5 %."""

from __future__ import annotations

from gigacost.graph.declarations import Alternative, Input
from gigacost.model.constants import HOURS_PER_YEAR, SECONDS_PER_HOUR
from gigacost.ops import Value

COUNTED_CHIP_HOURS = Input(
    "counted_chip_hours", "chip·h", "Chip-hours, where they are not given: chips times hours, or by the arithmetic."
)


def _hours_of_chips(chips: Value, train_hours: Value) -> Value:
    """Chip-hours of chips that train for known hours [chip·h]."""
    return chips * train_hours


def _hours_of_flop(run_flop: Value, peak_flop_per_s: Value, whole_run_utilisation: Value) -> Value:
    """Chip-hours that the arithmetic takes, on however many chips [chip·h]."""
    return run_flop / (peak_flop_per_s * whole_run_utilisation) / SECONDS_PER_HOUR


BY_CHIPS = Alternative("counted_chip_hours", ("train_hours", "chips"), _hours_of_chips)
BY_FLOP = Alternative("counted_chip_hours", (), _hours_of_flop)


def chip_hours(counted_chip_hours: Value) -> Value:
    """Chip-hours of the run, where they are not given: chips · hours, else by the arithmetic [chip·h].

    run_flop / (peak_flop_per_s · whole_run_utilisation) / 3600 where the hours are not given either.

    Source: Epoch AI, arXiv 2405.21015v2 section 2.2; 37.5 % is the median of 33 known utilisations.
    """
    return counted_chip_hours


def train_hours(chip_hours: Value, chips: Value) -> Value:
    """Elapsed hours of the run [h].

    chip_hours / chips.

    Source: definition.
    """
    return chip_hours / chips


def run_years(chip_hours: Value, chips: Value) -> Value:
    """Years for which the run uses up the cluster [yr].

    chip_hours / chips / 8766, whatever hours the run is said to have taken.

    Source: Epoch AI, arXiv 2405.21015v2 section 2.2; 8766 hours a year as in its code.
    """
    return chip_hours / chips / HOURS_PER_YEAR
