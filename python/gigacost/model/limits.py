"""Limits of quantities that a user may give instead of having them computed.

An input of a quantity's own name is never used as its value (the function comes first); it says which values may be
put in the function's place. ``mfu = 45`` or ``goodput = 0`` are refused like any other bad input.
"""

from __future__ import annotations

from gigacost.declare import Input

GIVEN_PARAMS_ACTIVE = Input("params_active", "param", "Parameters that work on one token.", low_open=True, high=1e18)
GIVEN_TRAINING_FLOP = Input(
    "training_flop", "FLOP", "Arithmetic of pre-training.", low_open=True, high=1e40, plausible=(1e18, 1e30)
)
GIVEN_EPOCHS = Input("epochs", "1", "Passes over the distinct tokens.", low=1, high=1e6, plausible=(1, 100))
GIVEN_MFU = Input("mfu", "1", "Share of the peak while stepping.", low_open=True, high=1, plausible=(0.05, 0.75))
GIVEN_GOODPUT = Input(
    "goodput", "1", "Share of the elapsed time with progress.", low_open=True, high=1, plausible=(0.3, 1)
)
GIVEN_WHOLE_RUN_UTILISATION = Input(
    "whole_run_utilisation",
    "1",
    "FLOP over chip-hours at the peak; replaces mfu · goodput.",
    low_open=True,
    high=1,
    plausible=(0.05, 0.75),
)
GIVEN_TRAIN_HOURS = Input("train_hours", "h", "Elapsed hours of the final run.", low_open=True, high=1e9)
GIVEN_CHECKPOINT_INTERVAL_HOURS = Input(
    "checkpoint_interval_hours", "h", "Time between two checkpoints.", low_open=True, high=1e6
)
