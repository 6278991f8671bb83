"""A small sweep to write as a dataset, and what is compared of datasets: every file's bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gigacost import Sweep

MARKETS = ("own", "on_demand", "spot")
COLUMNS = ("cost_total_usd", "train_days")


def small_sweep(steps: int = 6, **more: Any) -> Sweep:
    """A sweep of 90 combinations, or of as many for each step."""
    tokens = {"from": 1e12, "to": 6e12, "steps": steps}
    axes = {"market": list(MARKETS), "chips": [64, 128, 256, 512, 1024], "tokens": tokens}
    given = {"fixed": {"hardware": "h100-sxm", "params": "13B"}, "columns": COLUMNS, **more}
    return Sweep(axes, **given)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
