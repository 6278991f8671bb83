"""The search for a layout, beside the same formulas in plain Python, numpy and numba: ``python benches/layouts.py``.

A design is a chip, a number of chips and a model; for each all layouts that are legal and worth trying are evaluated,
step time and memory, and the best is kept. gigacost does all 131,072 designs, the others a part; they are given the
lists of such layouts, and what does not depend on the layout, for nothing. Winners have to agree.
"""

from __future__ import annotations

import functools
import itertools
import math
import statistics
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import formulas
import results
import tasks
from alone import Measured, answer_if_asked, ask, measured, middle
from gigacost import Sweep
from gigacost.graph.wiring import Player, SearchStep
from gigacost.model import default
from gigacost.model.performance.search import AXES as LAYOUT
from results import say

Floats = NDArray[np.float64]

CHIPS = [
    "a100-sxm-40", "a100-sxm-80", "h100-sxm", "h100-pcie", "h200-sxm", "gh200-96", "gh200-141", "b200-sxm",
    "gb200-nvl72", "b300-sxm", "gb300-nvl72", "mi300x", "mi325x", "mi355x", "gaudi3", "tpu-v5p",
]  # fmt: skip
AXES: dict[str, Any] = {
    "hardware": CHIPS,
    "chips": {"from": 64, "to": 65536, "steps": 64, "scale": "log", "multiple_of": 8},
    "params": {"from": "1B", "to": "1T", "steps": 128, "scale": "log"},
}
FIXED = {"tokens": "10T"}
PLANNER = Path(__file__).resolve().parent.parent / "examples" / "planner.toml"
SAMPLED = 97
"""Every how manieth design the others may choose theirs from; no axis has a length that it divides."""
ROUNDS = 3


def sweep() -> Sweep:
    """All designs."""
    return Sweep(AXES, fixed=FIXED, columns=[*LAYOUT, "step_seconds", "memory_per_chip_gib"])


class _Outside(Player):
    """Plays what lies outside of the search on numbers, and keeps what it begins with."""

    def __init__(self) -> None:
        self.begins: dict[str, Any] = {}

    def lift(self, value: Any) -> Any:  # noqa: ANN401 - a number or a truth
        return value

    def search(self, step: SearchStep, values: Mapping[str, Any]) -> Mapping[str, Any]:
        self.begins = dict(values)
        return dict.fromkeys((axis for axis, _ in step.search.over), math.nan)


@dataclass(frozen=True)
class Designs:
    """Some designs: what the formulas inside the search take, and the layouts worth trying."""

    numbers: tuple[int, ...]
    """Their rows in the sweep."""
    names: tuple[str, ...]
    """What the formulas take that does not depend on the layout."""
    values: Floats
    """One row for each design, one column for each name."""
    layouts: tuple[Floats, ...]
    """For each design its layouts, one row for each axis."""

    @property
    def count(self) -> int:
        """How many layouts they have."""
        return sum(layouts.shape[1] for layouts in self.layouts)

    def first(self, most: int) -> Designs:
        """The first of them that together have at most so many layouts; one at least."""
        ends = np.cumsum([layouts.shape[1] for layouts in self.layouts])
        n = max(int(np.searchsorted(ends, most, side="right")), 1)
        return Designs(self.numbers[:n], self.names, self.values[:n], self.layouts[:n])


@functools.cache
def step() -> SearchStep:
    """The search of the model."""
    given = sweep().bound.given
    return next(step for step in default().wire(["tp"], given).steps if isinstance(step, SearchStep))


def designs(numbers: list[int]) -> Designs:
    """Designs by their rows in the sweep."""
    bound, space = sweep().bound, sweep()
    wiring = default().wire(["tp"], bound.given)
    candidates = np.array(list(itertools.product(*(axis for _, axis in step().search.over)))).T
    rows: list[dict[str, float]] = []
    for number in numbers:
        digits = np.unravel_index(number, bound.sizes)
        leaves = {}
        for leaf in wiring.leaves:
            table = bound.table(leaf)
            place = np.ravel_multi_index([digits[g] for g in table.groups], [bound.sizes[g] for g in table.groups])
            leaves[leaf] = float(table.values[int(place) if table.groups else 0])
        outside = _Outside()
        wiring.replay(leaves, outside)
        rows.append(outside.begins)
    assert space.size == math.prod(bound.sizes)  # noqa: S101 - rows are counted as the sweep counts them
    names = tuple(name for name in rows[0] if _is_used(name))
    values = np.array([[float(row[name]) for name in names] for row in rows])
    tried = formulas.made(formulas.source(step(), [*names, *LAYOUT], _conditions(), formulas.ARRAYS))
    layouts = []
    for row in values:
        with np.errstate(divide="ignore", invalid="ignore"):  # of layouts that are not legal
            found = tried(*row, *candidates)
        legal, *needless = (np.broadcast_to(truth, candidates.shape[1:]) for truth in found)
        layouts.append(candidates[:, legal & ~np.any(needless, axis=0)])
    return Designs(tuple(numbers), names, values, tuple(layouts))


def _conditions() -> list[str]:
    search = step().search
    return [search.among, *search.unless]


def _is_used(name: str) -> bool:
    return any(name in getattr(inner, "parameters", ()) for inner in step().inner)


def _formulas(some: Designs, style: Mapping[str, str]) -> Callable[..., Any]:
    outputs = [step().search.minimise, "memory_per_chip_gib"]
    return formulas.made(formulas.source(step(), [*some.names, *LAYOUT], outputs, style))


def by_python(some: Designs) -> list[int]:
    """The best layout of each design, by a loop in plain Python."""
    function = _formulas(some, formulas.SCALAR)
    found = []
    for values, layouts in zip(some.values.tolist(), (one.T.tolist() for one in some.layouts), strict=True):
        best, place = math.inf, -1
        for at, layout in enumerate(layouts):
            seconds, _ = function(*values, *layout)
            if seconds < best:
                best, place = seconds, at
        found.append(place)
    return found


def by_numpy(some: Designs) -> list[int]:
    """The same on arrays, a design at a time."""
    function = _formulas(some, formulas.ARRAYS)
    pairs = zip(some.values, some.layouts, strict=True)
    return [int(np.argmin(function(*values, *layouts)[0])) for values, layouts in pairs]


@functools.cache
def _compiled(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - what numba makes of it
    import numba  # noqa: PLC0415 - installed for the benches only

    outputs = [step().search.minimise, "memory_per_chip_gib"]
    function = numba.njit(formulas.made(formulas.source(step(), [*names, *LAYOUT], outputs, formulas.SCALAR)))
    # numba passes tuples of a fixed length as arguments.
    values, layout = len(names), len(LAYOUT)
    arguments = ", ".join([f"values[d, {i}]" for i in range(values)] + [f"layouts[{i}, at]" for i in range(layout)])
    loop = (
        "def best(values, layouts, starts, found):\n"
        "    for d in numba.prange(len(values)):\n"
        "        least = math.inf\n"
        "        for at in range(starts[d], starts[d + 1]):\n"
        f"            seconds, memory = function({arguments})\n"
        "            if seconds < least and memory > 0.0:\n"
        "                least = seconds\n"
        "                found[d] = at - starts[d]\n"
    )
    space: dict[str, Any] = {"numba": numba, "math": math, "function": function}
    exec(loop, space)  # noqa: S102 - a loop around the model's own functions
    return numba.njit(parallel=True)(space["best"])


def by_numba(some: Designs) -> list[int]:
    """The same compiled, on all cores."""
    found = np.full(len(some.values), -1)
    starts = np.cumsum([0, *(layouts.shape[1] for layouts in some.layouts)])
    _compiled(some.names)(some.values, np.concatenate(some.layouts, axis=1), starts, found)
    return [int(place) for place in found]


CONTENDERS: dict[str, tuple[str, Callable[[Designs], list[int]], int]] = {
    "python": ("plain Python", by_python, 100_000),
    "numpy": ("numpy", by_numpy, 1_000_000),
    "numba": ("numba, all cores", by_numba, 5_000_000),
}
"""What each is called, what does it, and how many layouts it is given."""


def peer(name: str) -> Measured:
    """One contender on its part of the sample; the winners are those of the sweep, or a fault."""
    _, function, most = CONTENDERS[name]
    some = designs(list(range(SAMPLED // 2, sweep().size, SAMPLED))).first(most)
    function(some.first(1))
    found = measured(lambda: function(some))
    columns = sweep().to_numpy(LAYOUT)
    for number, layouts, place in zip(some.numbers, some.layouts, found["answer"], strict=True):
        ours = [float(columns[axis][number]) for axis in LAYOUT]
        theirs = [float(value) for value in layouts[:, place]] if place >= 0 else [math.nan] * len(LAYOUT)
        if not np.array_equal(ours, theirs, equal_nan=True):
            return {**found, "answer": None, "layouts": some.count, "fault": f"design {number}: {theirs}, not {ours}"}
    return {**found, "answer": None, "layouts": some.count, "fault": ""}


def own() -> Measured:
    """Gigacost on all designs: the best layout of each, with its step time and memory."""
    Sweep({**AXES, "chips": [64], "params": ["1B"]}, fixed=FIXED, columns=list(LAYOUT)).to_numpy()
    found = measured(lambda: sweep().to_numpy())
    feasible = int(np.sum(found["answer"]["status"] == "ok"))
    sample = designs(list(range(SAMPLED // 2, sweep().size, SAMPLED)))
    layouts = round(sample.count / len(sample.numbers) * sweep().size)
    every = math.prod(len(axis) for _, axis in step().search.over)
    return {
        **found,
        "answer": None,
        "designs": sweep().size,
        "feasible": feasible,
        "layouts": layouts,
        "candidates": every * sweep().size,
        "fault": "",
    }


def one_design() -> Measured:
    """Gigacost on a design at a time, each a new one."""
    seconds = []
    for chips in range(16384, 16384 + 21 * 8, 8):
        fixed = {"model": "llama-3.1-405b", "hardware": "h100-sxm", "chips": chips, "tokens": "15.6T"}
        one = Sweep({}, fixed=fixed, columns=["step_seconds"])
        start = time.perf_counter()
        one.to_numpy()
        seconds.append(time.perf_counter() - start)
    return {"seconds": statistics.median(seconds), "peak_bytes": tasks.peak_bytes()}


def planner(**given: float) -> Measured:
    """The planner's 51,840,000 designs, written to Parquet; layouts searched, unless something is given instead."""
    tree = tomllib.loads(PLANNER.read_text(encoding="utf-8"))
    rows = Sweep(tree["axes"], fixed={**tree["fixed"], **given}, columns=tree["query"]["columns"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planner.parquet"
        found = measured(lambda: rows.write(path))
        return {**found, "rows": rows.size, "file_bytes": path.stat().st_size}


MEASURES: dict[str, Callable[[], Measured]] = {
    "gigacost": own,
    "one": one_design,
    "planner": planner,
    "planner, given MFU": functools.partial(planner, mfu=0.4),
    **{name: functools.partial(peer, name) for name in CONTENDERS},
}


def main() -> None:
    """Measure all of them in turn."""
    runs: dict[str, list[Measured]] = {name: [] for name in MEASURES}
    for number in range(ROUNDS):
        for name, of in runs.items():
            of.append(ask(__file__, name))
            say(f"layouts, {number + 1}/{ROUNDS}: {name}: {of[-1].get('failed') or of[-1]['seconds']}")
    rows = [{"task": name, **middle(of)} for name, of in runs.items()]
    results.merge("layouts", {"rows": rows}, ("gigacost", "numpy", "numba"))


if __name__ == "__main__":
    answer_if_asked(MEASURES)
    main()
