"""Quantiles of spaces so large that a sample says where they are: those of all values, sorted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gigacost import Sweep

SHARES = (0.0, 0.001, 0.1, 0.5, 0.5, 0.9, 0.999, 1.0)
COLUMNS = ("cost_total_usd", "train_days", "chips", "mfu", "pue", "facility_mw")
"""What has many values, what has few of them, what has one."""
AXES = {
    "hardware": ["h100-sxm", "b200-sxm", "mi300x"],
    "chips": {"from": 64, "to": 65536, "steps": 32, "scale": "log", "multiple_of": 8},
    "params": {"from": "1B", "to": "1T", "steps": 40, "scale": "log"},
    "tokens": {"from": "100B", "to": "30T", "steps": 40, "scale": "log"},
    "mfu": [0.3, 0.4],
}


@pytest.mark.parametrize(
    "where", [None, "train_days <= 90d and cost_total_usd <= $50M", "chips == 64 and train_days < 1d"]
)
@pytest.mark.parametrize("threads", [1, 3])
def test_quantiles_are_elements_of_the_sorted_values(where: str | None, threads: int) -> None:
    sweep = Sweep(AXES, where=where, columns=COLUMNS)
    arrays = sweep.to_numpy(list(COLUMNS))
    found = sweep.summary(COLUMNS, quantiles=SHARES, threads=threads)
    for name in COLUMNS:
        values = np.sort(arrays[name][~np.isnan(arrays[name])])
        assert found.columns[name].count == len(values)
        if len(values):
            due = {share: float(values[math.floor(share * (len(values) - 1))]) for share in SHARES}
            assert found.columns[name].quantiles == due, name
