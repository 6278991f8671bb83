"""The default model with all its drivers: ``python benches/default_model.py``.

A planner's space in which the total depends on every axis; reduced to statistics, to the best thousand, and written to
a file (a slice of it). The pure-Python reference does a sample, and has to agree with ``==``.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import results
from alone import Measured, answer_if_asked, ask, measured, middle
from gigacost import Sweep, reference
from results import say

BY = "cost_total_usd"
AXES: dict[str, Any] = {
    "hardware": [
        "a100-sxm-80", "h100-sxm", "h200-sxm", "gh200-96", "b200-sxm", "gb200-nvl72", "mi300x", "l40s",
    ],
    "chips": {"from": 256, "to": 65536, "steps": 64, "scale": "log", "multiple_of": 8},
    "params": {"from": "1B", "to": "1T", "steps": 128, "scale": "log"},
    "tokens": {"from": "100B", "to": "30T", "steps": 128, "scale": "log"},
    "market": ["own", "colo", "on_demand", "reserved_1y"],
    "electricity_usd_per_kwh": {"from": 0.03, "to": 0.12, "steps": 40},
    "runs_per_year": [1, 2, 3, 4],
    "horizon_years": [0, 3],
}  # fmt: skip
"""All markets have a price for each of these chips. Electricity counts where one pays for it: own and colo."""
SLICE = {
    "params": {"from": "1B", "to": "1T", "steps": 64, "scale": "log"},
    "tokens": {"from": "100B", "to": "30T", "steps": 64, "scale": "log"},
    "electricity_usd_per_kwh": [0.06, 0.08],
    "runs_per_year": [2],
    "horizon_years": [0],
}
"""What is written: 16,777,216 rows."""
SAMPLE: dict[str, Any] = {**SLICE, "chips": [256, 4096], "params": ["7B", "70B", "400B"], "tokens": ["2T", "15T"]}
"""What the reference does."""
PINNED = {"tp": 8, "cp": 1, "ep": 1, "pp": 4, "vp": 2, "zero_stage": 3}
"""The reference goes through every candidate of a search: most axes of the layout are given there."""
FILE_COLUMNS = ("cost_total_usd", "total_run_usd", "train_days", "chip_hours", "facility_mw", "mfu", "loss")
ROUNDS = 3
_LONG = 60.0
"""What takes longer is measured once, and what failed is not tried again."""


def sweep(axes: dict[str, Any], **fixed: float) -> Sweep:
    """The space, with some axes replaced."""
    return Sweep({**AXES, **axes}, fixed=fixed, columns=FILE_COLUMNS)


def summed_up() -> Measured:
    """Statistics of the total."""
    space = sweep({})
    sweep(SAMPLE).summary([BY], quantiles=())
    found = measured(lambda: space.summary([BY], quantiles=()).columns[BY].sum)
    return {**found, "rows": space.size}


def best() -> Measured:
    """The thousand cheapest."""
    space = sweep({})
    sweep(SAMPLE).find(1000, BY)
    return {**measured(lambda: len(space.find(1000, BY))), "rows": space.size}


def written() -> Measured:
    """A Parquet file of all rows of a slice."""
    rows = sweep(SLICE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        sweep(SAMPLE).write(path)
        found = measured(lambda: rows.write(path))
        return {**found, "rows": rows.size, "file_bytes": path.stat().st_size}


def by_reference() -> Measured:
    """Statistics of the total by the pure-Python reference; equal to the engine's, or a fault."""
    sample = sweep(SAMPLE, **PINNED)
    found = measured(lambda: reference.summary(sample, [BY], ())["columns"][BY])
    other = sample.summary([BY], quantiles=()).columns[BY].to_dict()
    same = all(found["answer"][name] == other[name] for name in ("count", "min", "max", "sum"))
    return {**found, "answer": None, "rows": sample.size, "fault": "" if same else "the engine's statistics differ"}


MEASURES: dict[str, Callable[[], Measured]] = {
    "summary": summed_up,
    "top": best,
    "parquet": written,
    "reference": by_reference,
}


def main() -> None:
    """Measure all of them in turn."""
    runs: dict[str, list[Measured]] = {name: [] for name in MEASURES}
    for number in range(ROUNDS):
        for name, of in runs.items():
            if of and of[0].get("seconds", math.inf) > _LONG:
                continue
            of.append(ask(__file__, name))
            say(f"default model, {number + 1}/{ROUNDS}: {name}: {of[-1].get('failed') or of[-1]['seconds']}")
    results.merge("default_model", {"rows": [{"task": name, **middle(of)} for name, of in runs.items()]})


if __name__ == "__main__":
    answer_if_asked(MEASURES)
    main()
