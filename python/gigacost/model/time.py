"""Time: how long the run takes and how many chip-hours it uses."""

from __future__ import annotations

from gigacost.model.constants import HOURS_PER_DAY, SECONDS_PER_HOUR
from gigacost.ops import Value

RUN = ("train_days", "chip_hours", "run_years")
"""What means nothing where a run cannot take place as it is planned, and with it all energy and all costs. How many
hours it would take stays known: ``train_hours``, ``busy_hours``."""


def stepping_hours(run_flop: Value, chips: Value, peak_flop_per_s: Value, mfu: Value) -> Value:
    """Hours in which the run makes progress [h].

    run_flop / (chips · peak_flop_per_s · mfu) / 3600.

    Source: definition of MFU, PaLM (arXiv 2204.02311) appendix B.
    """
    return run_flop / (chips * peak_flop_per_s * mfu) / SECONDS_PER_HOUR


def whole_run_utilisation(mfu: Value, goodput: Value) -> Value:
    """Arithmetic of the run over what its chip-hours could have done at the peak [1].

    mfu · goodput. A published run's figure (FLOP ÷ chip-hours ÷ peak) given here replaces both.

    Source: definition; downtime, which published MFU leaves out, is in it.
    """
    return mfu * goodput


def train_hours(run_flop: Value, chips: Value, peak_flop_per_s: Value, whole_run_utilisation: Value) -> Value:
    """Elapsed hours of the final run, pre- and post-training, lost work included [h].

    run_flop / (chips · peak_flop_per_s · whole_run_utilisation) / 3600: ``stepping_hours`` / ``goodput``.

    Source: definition.
    """
    return run_flop / (chips * peak_flop_per_s * whole_run_utilisation) / SECONDS_PER_HOUR


def chip_hours(chips: Value, train_hours: Value) -> Value:
    """Accelerator-hours of the final run, pre- and post-training, lost work included [chip·h].

    chips · train_hours.

    Source: definition.
    """
    return chips * train_hours


def pretraining_chip_hours(chip_hours: Value, training_flop: Value, run_flop: Value) -> Value:
    """Accelerator-hours of pre-training alone, lost work included [chip·h].

    chip_hours · training_flop / run_flop.

    Source: definition.
    """
    return chip_hours * training_flop / run_flop


def train_days(train_hours: Value) -> Value:
    """Elapsed days of the final run [d].

    train_hours / 24.

    Source: definition.
    """
    return train_hours / HOURS_PER_DAY


def project_days(train_days: Value, experiments_factor: Value) -> Value:
    """Days for which the project keeps the cluster busy [d].

    train_days · experiments_factor: experiments and failed runs before the final one, on the same chips.

    Source: arXiv 2405.21015 section 2.5 for the factor.
    """
    return train_days * experiments_factor
