"""The benches measure the same work, and their pages show what they measured."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COMPARED = ("materialise", "stream", "best", "top", "pareto", "parquet", "csv")


@pytest.fixture(scope="module")
def benches() -> Iterator[dict[str, ModuleType]]:
    """The scripts, imported from their folder as they import each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benches"))
        before = set(sys.modules)
        names = ("workload", "tasks", "contenders", "report", "results", "instructions", "layouts")
        yield {name: importlib.import_module(name) for name in names}
        for name in set(sys.modules) - before:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(ROOT / "benches")):
                del sys.modules[name]


def tiny(benches: dict[str, ModuleType], task: str, *, irregular: bool) -> Any:
    """A few values of each axis, the ends among them: small models that fit everywhere, large ones that do not."""
    whole = benches["tasks"].workload_of(task, irregular=irregular)
    some = {name: getattr(whole, name)[:: len(getattr(whole, name)) // 3] for name in ("chips", "params", "tokens")}
    large = (*some["params"], whole.params[-1])
    return replace(whole, hardware=(*whole.hardware[:1], benches["workload"].HARDWARE[-1]), **{**some, "params": large})


def contenders() -> list[tuple[str, str]]:
    sys.path.insert(0, str(ROOT / "benches"))
    try:
        found = importlib.import_module("contenders").CONTENDERS
    finally:
        sys.path.remove(str(ROOT / "benches"))
        del sys.modules["contenders"]
    return [(name, task) for name, one in found.items() if one.answers for task in COMPARED if task in one.tasks]


@pytest.mark.parametrize(("name", "task"), contenders())
@pytest.mark.parametrize("irregular", [False, True])
def test_every_contender_gives_the_models_answer(
    benches: dict[str, ModuleType], tmp_path: Path, name: str, task: str, *, irregular: bool
) -> None:
    contender, tasks = benches["contenders"].CONTENDERS[name], benches["tasks"]
    try:
        worker = contender.make()
    except ImportError as missing:
        pytest.skip(str(missing))
    w = tiny(benches, task, irregular=irregular)
    path = tmp_path / f"rows.{task}"
    answer = tasks.run(worker, task, w, path)
    right = tasks.expected(task, w)
    assert tasks.fault(task, w, answer, path, right, ordered=contender.ordered) == ""


def test_a_wrong_answer_is_found(benches: dict[str, ModuleType], tmp_path: Path) -> None:
    tasks = benches["tasks"]
    worker = benches["contenders"].CONTENDERS["gigacost"].make()
    for task in COMPARED:
        w = tiny(benches, task, irregular=False)
        path = tmp_path / f"rows.{task}"
        # The answer to another question: one model size is a little larger.
        other = replace(w, params=(w.params[0] * (1 + 1e-9), *w.params[1:]))
        answer = tasks.run(worker, task, other, path)
        if task in {"best", "top", "pareto"}:
            answer = answer[[0, *range(len(answer) - 1)]]  # the first twice, the last left out
        right = tasks.expected(task, w)
        assert tasks.fault(task, w, answer, path, right), task
        assert task != "materialise" or tasks.fault(task, w, answer, path, right, ordered=False)


def test_some_of_the_workload_does_not_fit(benches: dict[str, ModuleType]) -> None:
    w = benches["workload"].workload()
    assert w.size == 2**24
    assert w.sweep(where="fits").summary(["loss"], quantiles=()).feasible < w.size


def test_the_pages_show_the_results(benches: dict[str, ModuleType]) -> None:
    found = benches["results"].load()
    for path, text in benches["report"].pages(found).items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path}: run `python benches/report.py`"
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert benches["report"].readme(text, found) == text, "README.md: run `python benches/report.py`"


def test_no_answer_in_the_results_is_wrong(benches: dict[str, ModuleType]) -> None:
    for part in benches["results"].load().values():
        assert not [row for row in part.get("rows", []) if isinstance(row, dict) and row.get("fault")]


def test_grown_instruction_counts_are_found(benches: dict[str, ModuleType]) -> None:
    grew = benches["instructions"].grew
    assert grew({"add/avx2": 1.0, "csv": 50.0}, {"add/avx2": 1.02, "csv": 20.0, "new": 1.0}) == []
    assert len(grew({"add/avx2": 1.0, "csv": 50.0}, {"add/avx2": 1.05})) == 2


@pytest.mark.parametrize("name", ["python", "numpy", "numba"])
def test_searches_by_the_models_written_formulas_find_the_engines_layouts(
    benches: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name == "numba":
        pytest.importorskip("numba")
    layouts = benches["layouts"]
    few = {"hardware": ["a100-sxm-80", "gb200-nvl72"], "chips": [64, 4096], "params": ["8B", "1T"]}
    monkeypatch.setattr(layouts, "AXES", few)
    some = layouts.designs(list(range(8)))
    assert some.count > 5_000
    places = layouts.CONTENDERS[name][1](some)
    found = layouts.sweep().to_numpy()
    for number, tried, place in zip(some.numbers, some.layouts, places, strict=True):
        assert [found[axis][number] for axis, _ in layouts.step().search.over] == [*tried[:, place]]
        assert found["memory_per_chip_gib"][number] > 0.0
    assert {*found["status"]} == {"ok", "out_of_memory"}
