"""One answer of each kind that makes a workbook."""

from __future__ import annotations

from typing import Any

import gigacost

SPEC = {"hardware": ["a100-sxm-80", "h100-sxm", "b200-sxm"], "chips": [128, 256, 512], "market": ["own", "on_demand"]}
RUN = {"params": "13B", "tokens": "2T", "runs_per_year": 3}


def sweep() -> gigacost.Sweep:
    columns = ["cost_total_usd", "total_run_usd", "train_days", "mfu"]
    return gigacost.Sweep(SPEC, fixed=RUN, where="train_days <= 60", columns=columns)


def answers() -> dict[str, Any]:
    """By a name for each."""
    one: dict[str, Any] = {"model": "llama-3.1-405b", "tokens": "15.6T", "hardware": "h100-sxm", "chips": 16384}
    then = gigacost.Sweep({"hardware": ["h100-sxm", "b200-sxm"]}, fixed={**RUN, "chips": 1024})
    return {
        "estimate": gigacost.estimate(**one, market="own", draws=64),
        "estimates": gigacost.estimate(**one, market=["own", "colo", "on_demand"]),
        "choose": gigacost.choose(params="13B", tokens="2T", hardware=["h100-sxm", "b200-sxm"]),
        "compare": gigacost.compare({**one, "market": "own"}, {**one, "market": "on_demand", "mfu": 0.5}, draws=64),
        "top": sweep().top(5),
        "pareto": sweep().pareto(["cost_total_usd", "train_days"]),
        "over_time": gigacost.over_time(then, [2025, 2027]),
    }
