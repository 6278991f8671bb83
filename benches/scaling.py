"""How the cost of a combination changes with the question: ``python benches/scaling.py``.

Against the number of rows, of threads, of axes, of outputs, and the size of the model. Reductions only: what is
measured is the engine, not memory or a disk.
"""

from __future__ import annotations

import inspect
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import hoisted
import results
from brute import NEVER, pruned_from
from gigacost import Model, Sweep, zipped
from gigacost.ops import Value, total
from results import say
from workload import BY, COLUMNS, EIGHT_PRICES, Workload, workload

ROWS = {"1e6": (32, 32, 1), "1e7": (128, 80, 1), "1e8": (128, 128, 6), "1e9": (128, 128, 60)}
ROWS |= {"1e10": (128, 128, 600), "1e11": (128, 128, 6000), "1e12": (128, 128, 60000)}
"""Model sizes, token counts and electricity prices, beside 16 chips and 64 cluster sizes."""
AXES = (2, 3, 4, 6, 8, 12, 24)
"""How many axes 2^24 combinations are spread over."""
OUTPUTS = (1, 2, 3, 4, 5, 6, 10)
"""How many columns are summed up: six that vary along all axes, and with the last step the four that do not."""
OPERATIONS = (10, 30, 100, 300, 1000)
_BITS = 24
_BUDGET = 60.0
"""A measurement that would take longer is left out, and the table says so."""
_REPEATED = 2.0
"""A measurement that takes longer is not repeated."""


def main() -> None:
    """Measure all of them."""
    low_rank = ("training_flop", "mfu", "facility_mw", "loss")
    columns = [BY, *(name for name in COLUMNS if name not in {BY, *low_rank}), *low_rank]
    found = {
        "rows": _rows(),
        "threads": _threads(),
        "axes": [_point(count, _axes(count), _summary(["cost"])) for count in AXES],
        "outputs": [_point(count, workload().sweep(), _summary(columns[:count])) for count in OUTPUTS],
        "operations": [_point(count, _operations(count), _summary(["cost"])) for count in OPERATIONS],
    }
    results.merge("scaling", found)


Question = Callable[[Sweep], object]


def _summary(columns: list[str] | tuple[str, ...], threads: int | None = None) -> Question:
    return lambda sweep: sweep.summary(columns, quantiles=(), threads=threads)


def _top(threads: int | None = None) -> Question:
    return lambda sweep: sweep.find(1000, BY, threads=threads)


def _scan(threads: int | None = None) -> Question:
    """The same with a look at every combination."""

    def question(sweep: Sweep) -> object:
        with pruned_from(NEVER):
            return sweep.find(1000, BY, threads=threads)

    return question


_REDUCTIONS: dict[str, Callable[[int | None], Question]] = {
    "summary": lambda threads: _summary([BY], threads),
    "scan": _scan,
    "top": _top,
}


def _asked(w: Workload, kind: str) -> Sweep:
    """Statistics are of all combinations, the cheapest of those that fit."""
    return w.sweep(where=None if kind == "summary" else "fits")


def _rows() -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    seconds = dict.fromkeys(_REDUCTIONS, 0.0)
    size = 1
    for name, (params, tokens, prices) in ROWS.items():
        w = _cut(params, tokens, prices)
        point: dict[str, Any] = {"x": name, "rows": w.size}
        for kind, question in _REDUCTIONS.items():
            if seconds[kind] * w.size / size <= _BUDGET:
                seconds[kind] = _seconds(_asked(w, kind), question(None))
                point[kind] = seconds[kind] / w.size * 1e9
            else:
                seconds[kind] *= w.size / size
        size = w.size
        say(f"scaling: rows: {point}")
        points.append(point)
    return points


def _threads() -> list[dict[str, Any]]:
    w = workload(prices=EIGHT_PRICES)
    points = []
    for threads in range(1, hoisted.CORES + 1):
        found = {kind: _seconds(_asked(w, kind), question(threads)) for kind, question in _REDUCTIONS.items()}
        each = {kind: seconds / w.size * 1e9 for kind, seconds in found.items()}
        points.append({"x": threads, "rows": w.size, **each})
        say(f"scaling: threads: {points[-1]}")
    return points


def _cut(params: int, tokens: int, prices: int) -> Workload:
    whole = workload(prices=tuple(0.03 + 0.09 * i / prices for i in range(prices)))
    return replace(whole, params=whole.params[:params], tokens=whole.tokens[:tokens])


def _point(x: int, sweep: Sweep, question: Question) -> dict[str, Any]:
    point = {"x": x, "rows": sweep.size, "summary": _seconds(sweep, question) / sweep.size * 1e9}
    say(f"scaling: {point}")
    return point


def _seconds(sweep: Sweep, question: Question) -> float:
    """The median of three; of one when it takes long. A first call is only counted when it is the only one."""
    found: list[float] = []
    while len(found) < 4 and (len(found) < 1 or found[0] < _REPEATED):  # noqa: PLR2004 - one more than three
        start = time.perf_counter()
        question(sweep)
        found.append(time.perf_counter() - start)
    return statistics.median(found[1:] or found)


def _axes(count: int) -> Sweep:
    """2^24 combinations of one model with 24 inputs, which walk together in some groups."""
    inputs = [f"x{i}" for i in range(_BITS)]
    each = _BITS // count
    axes = {}
    for group in range(count):
        names = inputs[group * each : (group + 1) * each]
        table = {name: [1.0 + (i + 1) * (j + 1) / 4096 for i in range(2**each)] for j, name in enumerate(names)}
        axes[f"group{group}"] = zipped(table)
    return Sweep(axes, columns=["cost"], model=Model(*_sums()))


def _sums() -> list[Callable[..., Value]]:
    """Products of two inputs each, and their sum."""
    parts = [_quantity(f"part{i}", (f"x{i}", f"x{i + 1}"), lambda a, b: a * b) for i in range(0, _BITS, 2)]
    return [*parts, _quantity("cost", tuple(part.__name__ for part in parts), total)]


def _operations(count: int) -> Sweep:
    """A model of so many operations, nearly all of them where all axes meet."""
    sizes = {"a": 64, "b": 64, "c": 32, "d": 32}

    def cost(*axes: Value) -> Value:
        value = axes[0] * axes[1] * axes[2] * axes[3]
        for i in range((count - 3) // 2):
            value = value * (1.0 - (i + 1) / 4096) + axes[i % 4]
        return value

    values = {name: [1.0 + i / size for i in range(size)] for name, size in sizes.items()}
    return Sweep(values, columns=["cost"], model=Model(_quantity("cost", tuple(sizes), cost)))


def _quantity(name: str, parameters: tuple[str, ...], formula: Callable[..., Value]) -> Callable[..., Value]:
    """A function as a model's author would write it, with the name and the parameters that wire it."""

    def function(*values: Value) -> Value:
        """Generated [1]."""
        return formula(*values)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    function.__name__ = name
    function.__signature__ = inspect.Signature([inspect.Parameter(one, kind) for one in parameters])  # type: ignore[attr-defined]
    return function


if __name__ == "__main__":
    main()
