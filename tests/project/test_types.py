"""What the README shows passes a strict type checker, as do the forms of arguments that callers try."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[2]
FORMS = """
from datetime import date
from typing import Any

import numpy as np

import gigacost
from gigacost import Estimate

one: Estimate = gigacost.estimate(chips=np.int64(64), params="7B", tokens=2e12, hardware="h100-sxm", as_of=date.today())
half: float = one["cost_total_usd"] / 2
given: dict[str, Any] = {"chips": 64}
other: Estimate = gigacost.estimate(given, market="own")
several: Estimate | list[Estimate] = gigacost.estimate(given, market=["own", "on_demand"])
sweep = gigacost.Sweep({"chips": np.array([64, 128])}, columns="mfu", as_of=date.today())
best = sweep.top(3, "mfu", per="chips", distinct=["chips"])
names: list[str] = [row["hardware"] for row in best]
first: dict[str, Any] = sweep.pareto("mfu")[0]
count: int = len(best)
sweep.summary(quantiles=0.5)
gigacost.zipped([{"id": 1, "chips": 8}], carry="id")
"""
EVERY = """
run: gigacost.Estimate = gigacost.estimate(market=["own", "on_demand"])
"""


def _checked(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> str:
    path = folder / "shown.py"
    path.write_text(code, encoding="utf-8")
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MYPYPATH", str(ROOT / "python"))
    said, _, _ = api.run(["--strict", "--config-file", str(ROOT / "pyproject.toml"), str(path)])
    return str(said)


def test_the_readme_is_strictly_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert len(blocks) >= 2
    said = _checked(tmp_path, "\n".join(blocks), monkeypatch)
    assert "Success: no issues found" in said, said


def test_what_callers_try_is_typed_and_several_values_give_several_estimates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = _checked(tmp_path, FORMS, monkeypatch)
    assert "Success: no issues found" in said, said
    said = _checked(tmp_path, f"import gigacost\n{EVERY}", monkeypatch)
    assert "Incompatible types in assignment" in said
