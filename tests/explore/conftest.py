"""The pages that the tests of this folder look at."""

from __future__ import annotations

from pathlib import Path

import pytest
from explored import Explored, explored

ROOT = Path(__file__).parents[2]
SMALL = """version = 1

[axes]
hardware = ["a100-sxm-80", "h100-sxm", "b200-sxm", "tpu-v5p"]
chips = [8, 64, 128, 256, 512, 1024, 2048]
params = ["7B", "13B", "70B"]
market = ["own", "on_demand", "reserved_1y"]
electricity_usd_per_kwh = { from = 0.03, to = 0.15, steps = 5 }

[fixed]
tokens = "2T"
runs_per_year = 3

[derive]
usd_per_million_tokens = "cost_total_usd / tokens * 1e6"

[query]
where = "train_days <= 60 and not missing(facility_mw)"
columns = ["cost_total_usd", "train_days", "step_seconds"]
"""
TABLE = """version = 1
carry = ["id"]

[zip]
id = ["a", "<b>", "c"]
params = ["7B", "13B", "70B"]
tokens = ["1T", "2T", "4T"]

[axes]
chips = [256, 512, 1024]
mfu = [0.3, 0.35, 0.4]

[fixed]
hardware = "h100-sxm"
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """A page of 1,260 designs, with every kind of axis and some designs that cannot be."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.toml").write_text(SMALL)
    return explored(folder / "small.toml", folder)


@pytest.fixture(scope="session")
def planner(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """The page of the planner's 51,840,000 designs."""
    return explored(ROOT / "examples" / "planner.toml", tmp_path_factory.mktemp("planner"))


@pytest.fixture(scope="session")
def tabled(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """A page of a table of candidates, of a given MFU, without a condition."""
    folder = tmp_path_factory.mktemp("tabled")
    (folder / "tabled.toml").write_text(TABLE)
    return explored(folder / "tabled.toml", folder)
