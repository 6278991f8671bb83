"""Pace: how much of what its hardware, layout and software allow a run of its size makes of them.

The layout's schedule and the failures alone give the *reachable* pace, which benchmark runs come near to. Production
runs are slower, by less the larger they are: fewer people tune a small run, and it has less to gain. The *typical* pace
is their middle, in two shares: ``tuning`` of the step's speed, and ``steady_share``, what published hours leave beside
that (restarts by hand, replays, evaluation). ``make calibrate`` fits both on published runs, see docs/pace.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gigacost.catalog.files import data
from gigacost.graph.declarations import Constant, Input
from gigacost.ops import Value, either, maximum, minimum, power, where

_FIT = data("pace")
TYPICAL, REACHABLE = 0.0, 1.0
OWN_TIME: Mapping[str, float] = MappingProxyType({"tuning": 1.0})
"""What is fixed for a layout to be judged by its own time, whatever the pace of the run."""

PACE = Input(
    "pace",
    "1",
    "Whose speed is assumed: that of typical runs of this size, or the one that layout and failures alone allow.",
    default=TYPICAL,
    source="definition: the middle of published runs",
    high=1,
    integer=True,
    words=("typical", "reachable"),
)

REFERENCE_TUNING = Input(
    "reference_tuning",
    "1",
    "Share of the reachable step speed that typical runs of 1e24 FLOP have.",
    default=_FIT["reference_tuning"],
    source=_FIT["source"],
    date=_FIT["date"],
    low_open=True,
    high=1,
)
TUNING_EXPONENT = Input(
    "tuning_exponent",
    "1",
    "Power of its FLOP with which that share grows from run to run.",
    default=_FIT["tuning_exponent"],
    source=_FIT["source"],
    date=_FIT["date"],
    high=1,
)
TYPICAL_STEADY_SHARE = Input(
    "typical_steady_share",
    "1",
    "Share of the time between failures in which typical runs make progress, as far as published hours hold it.",
    default=_FIT["typical_steady_share"],
    source=_FIT["source"],
    date=_FIT["date"],
    low_open=True,
    high=1,
)
EXTRAPOLATED_SPEED = Input(
    "extrapolated_speed",
    "1",
    "Speed of chips of which no run was fitted, over what is concluded for them from others; for its distribution.",
    default=1.0,
    source="definition: what is concluded holds in the middle",
    low_open=True,
    high=10,
    plausible=(0.3, 2.0),
)
MIXTURE_SPEED = Input(
    "mixture_speed",
    "1",
    "Speed of mixtures of experts over what the model concludes for them; for its distribution.",
    default=1.0,
    source="definition: what is concluded holds in the middle",
    low_open=True,
    high=10,
    plausible=(0.3, 2.0),
)
REFERENCE_FLOP = Constant(1e24, "FLOP")
LEAST_FLOP = Constant(_FIT["least_flop"], "FLOP", f"{_FIT['source']}: the smallest of them", _FIT["date"])
MOST_FLOP = Constant(_FIT["most_flop"], "FLOP", f"{_FIT['source']}: the largest of them", _FIT["date"])


def tuning(
    pace: Value,
    training_flop: Value,
    reference_tuning: Value,
    tuning_exponent: Value,
    is_extrapolated: Value,
    extrapolated_speed: Value,
    routed_experts: Value,
    mixture_speed: Value,
) -> Value:
    """Share of the reachable step speed that runs of this size reach [1].

    min(1, reference_tuning · (training_flop / 1e24)^tuning_exponent) at the typical pace, 1 at the reachable one; times
    extrapolated_speed for extrapolated chips and mixture_speed for mixtures, both 1 but in draws. Below and above the
    runs that it was fitted on it stays what it is at the smallest and at the largest of them. A draw may be above 1, as
    it carries the error of the step-time model too.

    Source: fitted on published runs by ``make calibrate``.
    """
    flop = minimum(maximum(training_flop, LEAST_FLOP), MOST_FLOP)
    typical = minimum(reference_tuning * power(flop / REFERENCE_FLOP, tuning_exponent), 1.0)
    chip = where(is_extrapolated == 1.0, extrapolated_speed, 1.0)
    kind = where(routed_experts > 1.0, mixture_speed, 1.0)
    return where(pace == REACHABLE, 1.0, typical) * chip * kind


def tuning_is_extrapolated(training_flop: Value) -> Value:
    """1 where the run is smaller or larger than those that ``tuning`` was fitted on, else 0 [1].

    Source: definition.
    """
    return where(either(training_flop < LEAST_FLOP, training_flop > MOST_FLOP), 1.0, 0.0)


def steady_share(pace: Value, typical_steady_share: Value) -> Value:
    """Share of the time between failures that is progress, by what published hours leave beside the tuning [1].

    typical_steady_share at the typical pace, 1 at the reachable one. The rest is restarts by hand, replays, evaluation;
    hours that were published without these are among them.

    Source: fitted on published runs by ``make calibrate``.
    """
    return where(pace == REACHABLE, 1.0, typical_steady_share)
