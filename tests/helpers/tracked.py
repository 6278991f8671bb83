"""The log and the bills of a run that never was: ``python tests/helpers/tracked.py`` writes the example's."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

START = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
FOLDER = Path(__file__).parents[2] / "examples" / "track"
HOURS = 9 * 24
PACE = 3.45e9
"""Tokens an hour: 14 % below the plan."""
USD_PER_CHIP_HOUR, CHIPS = 2.95, 256


def log(hours: int = HOURS, seed: int = 5) -> str:
    """A row each hour: tokens so far, power, and why it stood still."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    tokens, rows = 0.0, ["time,tokens,power_mw,state"]
    down, reason = 0.0, "running"
    for hour in range(hours + 1):
        if hour:
            if rng.random() < 1 / 12:
                down += rng.weibullvariate(0.9, 0.8)
                reason = rng.choice(["failure", "failure", "failure", "maintenance"])
            lost = min(down, 1.0)
            down -= lost
            tokens += PACE * rng.gauss(1.0, 0.02) * (1.0 - lost)
            power = 0.31 * rng.gauss(1.0, 0.01) * (1.0 - 0.6 * lost)
            state = reason if lost > 0.05 else "running"
        else:
            power, state = 0.31, "running"
        time = (START + dt.timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%MZ")
        rows.append(f"{time},{tokens:.5e},{power:.3f},{state}")
    return "\n".join(rows) + "\n"


def bills(days: int = HOURS // 24, seed: int = 5) -> str:
    """A row each day."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    rows = ["date,usd,what"]
    for day in range(days):
        usd = USD_PER_CHIP_HOUR * CHIPS * 24 * rng.gauss(1.0, 0.01)
        rows.append(f"{(START + dt.timedelta(days=day)):%Y-%m-%d},{usd:.2f},rent")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    (FOLDER / "log.csv").write_text(log(), encoding="utf-8")
    (FOLDER / "bill.csv").write_text(bills(), encoding="utf-8")
