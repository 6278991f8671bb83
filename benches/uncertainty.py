"""Monte Carlo of many designs, and what else one would do it with: ``python benches/uncertainty.py``.

The 10,000 designs of ``examples/uncertain.toml`` with 10,000 draws each, the total's mean and five quantiles of each
design. numpy does the same formulas (the model's own, written out) on arrays of draws, design by design, with all that
no draw changes known beforehand; plain Python does them draw by draw, as models for squigglepy or monaco are written,
for a few designs. All answers are compared.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

import formulas
import results
from alone import Measured, answer_if_asked, ask, measured, middle
from gigacost import Sweep
from gigacost.compiler import lower
from gigacost.compiler.plan import Query
from gigacost.graph.wiring import DRAWN, AggregateStep
from results import say

EXAMPLE = Path(__file__).parent.parent / "examples" / "uncertain.toml"
OF = "cost_total_usd"
QUANTILES = {5: 0.05, 10: 0.1, 50: 0.5, 90: 0.9, 95: 0.95}
COLUMNS = (f"mean({OF})", *(f"p{percent}({OF})" for percent in QUANTILES))
NUMPY_DESIGNS, PYTHON_DESIGNS = 400, 2
"""What takes longer is done for so many designs, evenly spread."""
ROUNDS = 3
TOLERANCE = 1e-9
"""Others round powers, sums and the product of factors in their own way."""


def sweep() -> Sweep:
    """The example, asked for the aggregates alone."""
    tree = Sweep.from_toml(EXAMPLE).spec.to_dict()
    given = {key: tree[key] for key in ("fixed", "uncertain", "draws")}
    return Sweep(tree["axes"], columns=COLUMNS, **given)


def engine(threads: int) -> Measured:
    """All designs by gigacost, the layout of each design chosen too."""
    space = sweep()
    found = measured(lambda: float(space.to_numpy(COLUMNS, threads=threads)[COLUMNS[0]].sum()))
    return {**found, "designs": space.size, "draws": space.spec.draws.count, "fault": ""}


class Formulas:
    """What is evaluated in each draw, as a function of a style of Python, and what it reads in some designs."""

    def __init__(self, designs: int, style: Mapping[str, str]) -> None:
        self.sweep = sweep()
        made = lower.compiled(self.sweep.bound, Query(COLUMNS))
        step = next(step for step in made.plan.wiring.steps if isinstance(step, AggregateStep))
        self.indices = np.linspace(0, self.sweep.size - 1, designs).astype(int)
        inner = {quantity.name for quantity in step.inner}
        read = {name: None for quantity in step.inner for name in quantity.parameters if name not in inner}
        absolute = {name for name, factor in step.uncertain if not factor}
        central = [name for name in read if name not in absolute]
        self.central = self._central(central)
        self.draws = {name: np.array(self.sweep.bound.drawn[name]) for name in step.drawn}
        drawn = {name: (DRAWN + name).replace(" ", "_") for name in step.drawn}
        self.function = formulas.made(formulas.source_of_aggregate(step, central, drawn, style))

    def _central(self, names: list[str]) -> list[list[float]]:
        """What is central in each design."""
        made = lower.compiled(self.sweep.bound, Query((), None, tuple(names)))
        program, nodes = lower.program(self.sweep.bound, made), [made.nodes[name] for name in names]
        return [program.values(int(index), nodes) for index in self.indices]


def in_numpy() -> Measured:
    """Some designs by numpy: a statement for each operation on all draws of a design."""
    made = Formulas(NUMPY_DESIGNS, formulas.ARRAYS)
    columns = list(made.draws.values())
    places = [math.floor(q * (len(columns[0]) - 1)) for q in QUANTILES.values()]

    def work() -> list[list[float]]:
        found = []
        for number in range(NUMPY_DESIGNS):
            (values,) = made.function(*made.central[number], *columns)
            ordered = np.partition(values, places)
            found.append([float(values.mean()), *ordered[places].tolist()])
        return found

    return _compared(made, work)


def in_python() -> Measured:
    """A few designs by plain Python: a call for each draw."""
    made = Formulas(PYTHON_DESIGNS, formulas.SCALAR)
    draws = list(zip(*(column.tolist() for column in made.draws.values()), strict=True))

    def work() -> list[list[float]]:
        found = []
        for number in range(PYTHON_DESIGNS):
            central = made.central[number]
            values = sorted(made.function(*central, *draw)[0] for draw in draws)
            places = [math.floor(q * (len(values) - 1)) for q in QUANTILES.values()]
            found.append([statistics.fmean(values), *(values[place] for place in places)])
        return found

    return _compared(made, work)


def _compared(made: Formulas, work: Callable[[], list[list[float]]]) -> Measured:
    """The measure of some work, whose answers are to be those of the engine."""
    start = time.perf_counter()
    answer = work()
    seconds = time.perf_counter() - start
    own = made.sweep.to_numpy(COLUMNS)
    due = np.array([own[name][made.indices] for name in COLUMNS]).T
    same = np.allclose(answer, due, rtol=TOLERANCE, atol=0.0)
    about = {"designs": len(made.indices), "draws": made.sweep.spec.draws.count}
    return {"seconds": seconds, **about, "fault": "" if same else "the engine's answers differ"}


MEASURES: dict[str, Callable[[], Measured]] = {
    "engine": lambda: engine(lower.thread_count()),
    "engine, one thread": lambda: engine(1),
    "numpy": in_numpy,
    "plain Python": in_python,
}


def main() -> None:
    """Measure all of them in turn."""
    runs: dict[str, list[Measured]] = {name: [] for name in MEASURES}
    for number in range(ROUNDS):
        for name, of in runs.items():
            run = ask(__file__, name)
            told = run.get("failed") or run["fault"] or f"{run['designs']:,} designs in {run['seconds']:.4f} s"
            say(f"uncertainty, {number + 1}/{ROUNDS}: {name}: {told}")
            of.append(run)
    rows = [{"task": name, **middle([{"peak_bytes": 0, **run} for run in of])} for name, of in runs.items()]
    results.merge("uncertainty", {"rows": rows})


if __name__ == "__main__":
    answer_if_asked(MEASURES)
    main()
