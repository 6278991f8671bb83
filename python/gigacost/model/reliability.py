"""Reliability: how much of the elapsed time is progress (goodput).

Every failure of any chip stops all of them: the work since the last checkpoint is done again, after a restart. The more
often one writes checkpoints, the less is lost, and the more is written. A spot instance that is taken back counts as
one more failure.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import Input, rule, status
from gigacost.model.constants import SECONDS_PER_HOUR
from gigacost.ops import Value, minimum, sqrt, where

FAILURES_PER_CHIP_HOUR = Input(
    "failures_per_chip_hour",
    "1/(chip·h)",
    "Unexpected failures that stop the run.",
    default=419 / (54 * 24 * 16384),
    source="Llama 3 (arXiv 2407.21783) section 3.3.4: 419 in 54 days on 16,384 H100, one in 50.7k chip-hours",
    date="2024-07",
    low_open=True,
    high=1,
    plausible=(1e-7, 1e-2),
)
INTERRUPTIONS_PER_CHIP_HOUR = Input(
    "interruptions_per_chip_hour",
    "1/(chip·h)",
    "How often spot capacity is taken back. The source is about single servers; for thousands at once none is known.",
    default=3.3e-5,
    source=(
        "AWS Spot Instance Advisor of 2026-02-24 as quoted by thundercompute.com: 15-20 % of p5 (8 H100) servers a "
        "month; −ln(1 − 0.175) / (8 · 730.5 h)"
    ),
    date="2026-02-24",
    high=1,
)
IS_INTERRUPTIBLE = catalogued(
    "is_interruptible", "Whether the chips may be taken back (1) or not (0); set by the market."
)
CHECKPOINT_SECONDS = Input(
    "checkpoint_seconds",
    "s",
    "Time for which writing a checkpoint blocks the run; the rest is written behind it.",
    default=3.0,
    source="assumption",
    low_open=True,
    high=1e6,
)
RESTART_SECONDS = Input(
    "restart_seconds",
    "s",
    "From a failure to stepping again: detection, replacement, loading.",
    default=600.0,
    source="assumption",
    high=1e7,
)
CHECKPOINT_BYTES_PER_PARAM = Input(
    "checkpoint_bytes_per_param",
    "B/param",
    "Size of a full checkpoint: bf16 weights, fp32 master copy, two Adam moments.",
    default=14.0,
    source="ZeRO (arXiv 1910.02054) section 3.1: 2 + 4 + 4 + 4 bytes, gradients left out",
    date="2019-10",
    high=1000,
)


@rule("the next checkpoint is due before the last one is written", allowed="at least checkpoint_seconds")
def checkpoints_without_end(checkpoint_interval_hours: Value, checkpoint_seconds: Value) -> Value:
    """Whether a checkpoint takes longer than the time between two [truth].

    Source: definition.
    """
    return checkpoint_seconds > checkpoint_interval_hours * SECONDS_PER_HOUR


@rule("the run is over before a checkpoint is written", allowed="at most train_hours")
def no_checkpoint_at_all(checkpoint_interval_hours: Value, train_hours: Value) -> Value:
    """Whether the time between two checkpoints is longer than the run [truth].

    Source: definition.
    """
    return checkpoint_interval_hours > train_hours


def interruption_rate(
    failures_per_chip_hour: Value, interruptions_per_chip_hour: Value, is_interruptible: Value
) -> Value:
    """Stops of the run per accelerator and hour [1/(chip·h)].

    failures_per_chip_hour, and on the spot market interruptions_per_chip_hour more.

    Source: Llama 3 (arXiv 2407.21783) section 3.3.4; AWS Spot Instance Advisor.
    """
    return failures_per_chip_hour + where(is_interruptible == 1.0, interruptions_per_chip_hour, 0.0)


def cluster_mtbf_hours(chips: Value, interruption_rate: Value) -> Value:
    """Mean time between stops of the whole cluster [h].

    1 / (chips · interruption_rate): 3.1 h for 16,384 H100.

    Source: independent failures at a constant rate.
    """
    return 1.0 / (chips * interruption_rate)


def checkpoint_interval_hours(checkpoint_seconds: Value, cluster_mtbf_hours: Value) -> Value:
    """Best time between two checkpoints [h].

    √(2 · δ · MTBF), δ the time for which a checkpoint blocks.

    Source: Young 1974 (doi 10.1145/361147.361115); Daly 2006 (doi 10.1016/j.future.2004.11.016).
    """
    return sqrt(2.0 * (checkpoint_seconds / SECONDS_PER_HOUR) * cluster_mtbf_hours)


def checkpoint_efficiency(checkpoint_seconds: Value, checkpoint_interval_hours: Value) -> Value:
    """Share of the time that is not spent on writing checkpoints [1].

    interval / (interval + δ).

    Source: Young 1974 (doi 10.1145/361147.361115).
    """
    return checkpoint_interval_hours / (checkpoint_interval_hours + checkpoint_seconds / SECONDS_PER_HOUR)


def lost_hours_per_failure(checkpoint_interval_hours: Value, restart_seconds: Value) -> Value:
    """Time that one stop costs [h].

    interval/2 of work to repeat (a stop falls, on average, in the middle) + restart_seconds.

    Source: Young 1974 (doi 10.1145/361147.361115).
    """
    return checkpoint_interval_hours / 2.0 + restart_seconds / SECONDS_PER_HOUR


@status("never_finishes", spoils="goodput_of_failures")
def never_finishes(lost_hours_per_failure: Value, cluster_mtbf_hours: Value) -> Value:
    """Whether the next stop comes before the last one is made up for [truth].

    Source: follows from ``goodput_of_failures`` being 0 or less.
    """
    return lost_hours_per_failure >= cluster_mtbf_hours


def goodput_of_failures(
    checkpoint_efficiency: Value, lost_hours_per_failure: Value, cluster_mtbf_hours: Value
) -> Value:
    """Share of the elapsed time that failures and checkpoints leave [1].

    checkpoint_efficiency · (1 − lost_hours_per_failure / cluster_mtbf_hours): 92 % for 16,384 H100 (Llama 3 reports
    more than 90 %).

    Source: Young 1974 (doi 10.1145/361147.361115); compared with Llama 3 (arXiv 2407.21783) section 3.3.4.
    """
    return checkpoint_efficiency * (1.0 - lost_hours_per_failure / cluster_mtbf_hours)


def goodput(goodput_of_failures: Value, steady_share: Value) -> Value:
    """Share of the elapsed time in which the run makes progress [1].

    goodput_of_failures · min(steady_share, 1): a draw that is above 1 loses nothing.

    Source: definition.
    """
    return goodput_of_failures * minimum(steady_share, 1.0)


def checkpoint_bytes(params: Value, checkpoint_bytes_per_param: Value) -> Value:
    """Size of one full checkpoint [B].

    params · checkpoint_bytes_per_param.

    Source: ZeRO (arXiv 1910.02054) section 3.1.
    """
    return params * checkpoint_bytes_per_param
