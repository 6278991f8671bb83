"""How far to trust the time of a layout: the errors seen on published runs of the same kind.

Between the figures ending in ``_low`` and ``_high`` lay the measured values of eight in ten published runs of the same
kind (dense or mixture of experts, chip generation, precision) that the constants were not fitted on. Chips and
precisions without such runs are extrapolated, and their bands widened; see ``is_calibrated`` and ``make calibrate``.
These are errors of layouts alone: how much runs differ in their pace is in the distribution of ``tuning``.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.ops import Value, where

IS_CALIBRATED = catalogued(
    "is_calibrated", "1 where published runs of the chip's generation at this precision were fitted, else 0."
)
STEP_ERROR_LOW = catalogued("step_error_low", "P10 of predicted over measured step time, less 1, of dense models.")
STEP_ERROR_HIGH = catalogued("step_error_high", "P90 of predicted over measured step time, less 1, of dense models.")
MOE_STEP_ERROR_LOW = catalogued("moe_step_error_low", "P10 of predicted over measured step time, less 1, of mixtures.")
MOE_STEP_ERROR_HIGH = catalogued(
    "moe_step_error_high", "P90 of predicted over measured step time, less 1, of mixtures."
)


def is_extrapolated(is_calibrated: Value) -> Value:
    """1 where no published run of the chip's generation at this precision was fitted, else 0 [1].

    1 unless is_calibrated.

    Source: definition.
    """
    return where(is_calibrated == 1.0, 0.0, 1.0)


def step_seconds_low(
    step_seconds: Value, routed_experts: Value, step_error_high: Value, moe_step_error_high: Value
) -> Value:
    """Step time that one published run in ten of this kind went below, its pace apart [s].

    step_seconds / (1 + P90 of the errors).

    Source: errors on held-out runs, see ``make calibrate``.
    """
    return step_seconds / (1.0 + where(routed_experts > 1.0, moe_step_error_high, step_error_high))


def step_seconds_high(
    step_seconds: Value, routed_experts: Value, step_error_low: Value, moe_step_error_low: Value
) -> Value:
    """Step time that one published run in ten of this kind went beyond, its pace apart [s].

    step_seconds / (1 + P10 of the errors).

    Source: errors on held-out runs, see ``make calibrate``.
    """
    return step_seconds / (1.0 + where(routed_experts > 1.0, moe_step_error_low, step_error_low))


def mfu_low(mfu: Value, step_seconds: Value, step_seconds_high: Value) -> Value:
    """MFU at the upper end of the step time's band [1].

    mfu · step_seconds / step_seconds_high.

    Source: definition.
    """
    return mfu * step_seconds / step_seconds_high


def mfu_high(mfu: Value, step_seconds: Value, step_seconds_low: Value) -> Value:
    """MFU at the lower end of the step time's band [1].

    mfu · step_seconds / step_seconds_low.

    Source: definition.
    """
    return mfu * step_seconds / step_seconds_low
