"""WebAssembly modules run in node, and what the engine says to the same designs."""

from __future__ import annotations

import json
import math
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from strategies import Problem

from gigacost import SpecError, reference
from gigacost.analysis.sensitivity import intervals
from gigacost.analysis.sensitivity.uncertain_inputs import relevant, uncertain_inputs
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.picked import Picked
from gigacost.compiler.plan import Query, query_plan
from gigacost.compiler.wasm.write import NOT_FINITE, Module
from gigacost.queries.request import Request
from gigacost.sampling.draws import Draws
from gigacost.spec.files import Document

Floats = NDArray[np.float64]
Designs = NDArray[np.uint32]
_SCRIPT = Path(__file__).with_suffix(".js")


@dataclass
class Node:
    """Cases for one start of node."""

    folder: Path
    cases: list[dict[str, Any]] = field(default_factory=list)

    def file(self, content: bytes, ending: str) -> str:
        name = f"{len(list(self.folder.iterdir()))}.{ending}"
        (self.folder / name).write_bytes(content)
        return name

    def run(self, module: Module, designs: Designs, *, chunk: int = 1 << 30, kind: str = "run") -> None:
        """Ask for some designs, so many in each call."""
        count, axes = designs.shape
        self.cases.append(
            {
                "kind": kind,
                "module": self.file(module.bytes, "wasm"),
                "heap": module.heap,
                "designs": self.file(designs.astype("<u4").tobytes(), "designs"),
                "count": count,
                "axes": axes,
                "outputs": len(module.outputs),
                "chunk": chunk,
            }
        )

    def draw(self, code: bytes, about: Mapping[str, Any], designs: Designs) -> None:
        """Ask for all draws of some designs, and in between for the designs from the last to the first."""
        count, axes = designs.shape
        self.cases.append(
            {
                "kind": "draw",
                "module": self.file(code, "wasm"),
                "heap": about["offsets"]["heap"],
                "designs": self.file(designs.astype("<u4").tobytes(), "designs"),
                "count": count,
                "axes": axes,
                "outputs": len(about["outputs"]),
                "drawn": len(about["draws"]["outputs"]),
                "draws": about["draws"]["count"],
            }
        )

    def call(self, code: bytes, name: str, *operands: Floats) -> None:
        """Ask for a function of numbers."""
        files = [self.file(values.astype("<f8").tobytes(), "numbers") for values in operands]
        self.cases.append({"kind": "call", "module": self.file(code, "wasm"), "name": name, "operands": files})

    def answers(self) -> list[bytes]:
        """What was answered, case by case."""
        (self.folder / "cases.json").write_text(json.dumps(self.cases))
        done = subprocess.run(["node", _SCRIPT, self.folder], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [(self.folder / f"{place}.answer").read_bytes() for place in range(len(self.cases))]


@contextmanager
def node() -> Iterator[Node]:
    """Node; a test without it skips."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    with tempfile.TemporaryDirectory() as folder:
        yield Node(Path(folder))


def told(answer: bytes, outputs: int) -> tuple[Floats, NDArray[np.uint8]]:
    """The values of designs, a row for each, and their status codes."""
    count = len(answer) // (8 * outputs + 1)
    values = np.frombuffer(answer[: 8 * outputs * count], "<f8").reshape(count, outputs)
    return values, np.frombuffer(answer[8 * outputs * count :], np.uint8)


def differing(a: Floats, b: Floats) -> NDArray[np.bool_]:
    """Where bits differ; NaN is NaN."""
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    return (a.view(np.uint64) != b.view(np.uint64)) & ~(np.isnan(a) & np.isnan(b))


def designs_of(sizes: Sequence[int], count: int, seed: int) -> Designs:
    """Designs at random, of which some follow each other along an axis."""
    rng = np.random.default_rng(seed)
    found = np.stack([rng.integers(0, size, count, dtype=np.uint32) for size in sizes], axis=1)
    for place in range(1, count):
        if place % 3:
            axis = rng.integers(len(sizes))
            moved = found[place, axis]
            found[place] = found[place - 1]
            found[place, axis] = moved
    return found


def engine(bound: Bound, outputs: Sequence[str], designs: Designs) -> tuple[Floats, NDArray[np.uint8]]:
    """What the engine says to designs: values, null as NaN, and the places of their states."""
    made = lower.compiled(bound, Query(tuple(outputs)))
    indices = np.ravel_multi_index(tuple(designs.T.astype(np.int64)), bound.sizes)
    filled = [np.empty(len(designs)) for _ in range(len(outputs) + 1)]
    nodes = [(made.nodes[name], made.nulls[name]) for name in outputs]
    lower.program(Picked(bound, indices), made).fill([*nodes, (made.state, None)], filled, 1)
    return np.stack(filled[:-1], axis=1), filled[-1].astype(np.uint8)


def drawn(answer: bytes, about: Mapping[str, Any]) -> list[Floats]:
    """Of each design that ``Node.draw`` was asked for, a row for each draw."""
    count, quantities = about["draws"]["count"], len(about["draws"]["outputs"])
    size = 8 * count * quantities
    each = size + 8 * len(about["outputs"]) + 1
    starts = range(0, len(answer), each)
    return [np.frombuffer(answer[start : start + size], "<f8").reshape(count, quantities) for start in starts]


def in_all_draws(bound: Bound, design: Sequence[int], names: Sequence[str], count: int) -> dict[str, Floats]:
    """What an estimate of a design rests its intervals on: quantities in all draws."""
    settings = bound.settings(int(np.ravel_multi_index(tuple(design), bound.sizes)))
    alone = Bound(replace(bound.own, axes=(), fixed=settings), bound.model, bound.catalog)
    drawing = intervals._with_defaults(alone, Draws(count))
    moving = relevant(drawing, names, uncertain_inputs(drawing))
    return intervals._values(drawing, names, list(moving), drawing.draws, 1)


def reference_rows(problem: Problem, outputs: Sequence[str]) -> Iterator[tuple[list[float], int]]:
    """What the reference says to each design of a random problem."""
    bound = problem.sweep.bound
    made = query_plan(bound, Query(tuple(outputs)))
    for index in range(bound.size):
        known = reference.answer(bound, made, index)
        status, values = int(reference._plain(known.state)), []
        for name in outputs:
            null, value = known.nulls.get(name), float(reference._plain(known.values[name]))
            if null is not None and reference._plain(null):
                value = math.nan
            elif not math.isfinite(value):
                status = NOT_FINITE
            values.append(value)
        yield values, status


def every_design(sizes: Sequence[int], order: NDArray[np.int64]) -> Designs:
    """All designs in an order."""
    if not sizes:
        return np.zeros((len(order), 0), np.uint32)
    return np.stack(np.unravel_index(order, tuple(sizes)), axis=1).astype(np.uint32)


def wrong_rows(problem: Problem, module: Module, order: NDArray[np.int64], answer: bytes) -> list[str]:
    """Which of all designs of a problem a module answers otherwise than the reference."""
    values, status = told(answer, len(module.outputs))
    expected = list(reference_rows(problem, module.outputs))
    found = []
    for place, index in enumerate(order.tolist()):
        wanted, state = expected[index]
        same = all(map(_same, wanted, values[place].tolist()))
        if not same or state != status[place]:
            found.append(f"{index}: {wanted}, {state}; module: {values[place].tolist()}, {status[place]}")
    return found


def _same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or struct.pack("d", a) == struct.pack("d", b)


def request(tree: Mapping[str, Any]) -> Bound:
    """The bound specification of plain data."""
    from gigacost.catalog.opening import opened  # noqa: PLC0415 - as requests do
    from gigacost.model import default  # noqa: PLC0415 - as requests do

    return Request(Document({"version": 1, **tree}), default(), opened(None), (), {}).bound


_NUMBERS: dict[str, list[Any]] = {
    "chips": [8, 64, 100, 256, 1000, 2048, 8192, 65536],
    "tokens": [1e9, 1e11, 2e12, 1.5e13, 9e13],
    "electricity_usd_per_kwh": [0.02, 0.05, 0.11],
    "runs_per_year": [1, 2, 5],
    "chip_life_years": [2, 3.5, 6],
    "sequence_tokens": [2048, 8192, 131072],
    "staff_fte": [0, 50, 600],
    "egress_copies": [0, 2],
    "pp": [1, 4, 8],
    "recompute": [0, 2],
    "mfu": [0.2, 0.45],
}
_LABELS = ("hardware", "market", "region", "precision", "provider_class")
_DATES = ["2022-03-01", "2023-06-01", "2024-06-01", "2025-06-01", "2026-06-01"]


def random_request(rng: np.random.Generator) -> Bound:
    """A specification of the default model at random: what varies, what is fixed."""
    while True:
        try:
            return request(_random_tree(rng))
        except SpecError:
            continue


def _random_tree(rng: np.random.Generator) -> dict[str, Any]:
    from gigacost.catalog import Catalog  # noqa: PLC0415 - as above

    def some(values: Sequence[Any], most: int) -> list[Any]:
        count = int(rng.integers(1, min(most, len(values)) + 1))
        return [values[place] for place in sorted(rng.choice(len(values), count, replace=False).tolist())]

    labels = {axis: some(Catalog.bundled().labels(axis), 4) for axis in _LABELS}
    pool: dict[str, list[Any]] = {name: some(values, 5) for name, values in _NUMBERS.items()} | labels
    pool["as_of"] = some(_DATES, 3)
    names = some([name for name in pool if name != "mfu" or rng.random() < 0.3], 5)
    size = (
        {"model": some(Catalog.bundled().labels("model"), 4)}
        if rng.random() < 0.5
        else {"params": some([1e9, 7e9, 7e10, 1e12], 3)}
    )
    axes = {**{name: pool[name] for name in names}, **size}
    fixed = {"hardware": "h100-sxm", "chips": 1024, "tokens": 2e12}
    return {"axes": axes, "fixed": {name: value for name, value in fixed.items() if name not in axes}}
