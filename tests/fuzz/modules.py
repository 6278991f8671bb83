"""Holds WebAssembly modules against the reference and the engine: of random models, of random specifications.

``make fuzz SEED=1 COUNT=300``; a wrong answer is told with what it is of, and ends it with 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from modules import (
    designs_of,
    differing,
    drawn,
    engine,
    every_design,
    in_all_draws,
    node,
    random_request,
    told,
    wrong_rows,
)
from strategies import Problem, problems

from gigacost import InternalError
from gigacost.compiler.wasm.write import Module, written
from gigacost.explore.module import module
from gigacost.explore.outputs import outputs

_TOGETHER = 200
"""So many modules are run by one start of node."""
_DESIGNS = 300


def main() -> None:
    """Do it as often as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--count", type=int, default=300, help="random models; a tenth as many specifications, a hundredth with draws"
    )
    asked = parser.parse_args()
    start = time.monotonic()
    models, rows, wrong = models_against_the_reference(asked.seed, asked.count)
    specifications, designs, more = specifications_against_the_engine(asked.seed, (asked.count + 9) // 10)
    series, in_draws = draws_against_the_engine(asked.seed, (asked.count + 99) // 100)
    wrong += [*more, *in_draws]
    for one in wrong[:20]:
        print(one, file=sys.stderr)
    counts = {"models": models, "rows": rows, "specifications": specifications, "designs": designs}
    counts["quantities in draws"] = series
    found = {"seed": asked.seed} | counts | {"wrong": len(wrong), "seconds": round(time.monotonic() - start, 1)}
    print(json.dumps(found, indent=2))
    sys.exit(1 if wrong else 0)


def models_against_the_reference(chosen: int, count: int) -> tuple[int, int, list[str]]:
    """How many random models, how many rows, and what was wrong with them."""
    cases: list[tuple[Problem, Module, np.ndarray]] = []

    @seed(chosen)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(problems())
    def collect(problem: Problem) -> None:
        order = np.random.default_rng(len(cases)).permutation(problem.sweep.bound.size)
        cases.append((problem, written(problem.sweep.bound, problem.sweep.columns), order))

    collect()
    wrong = []
    for first in range(0, len(cases), _TOGETHER):
        together = cases[first : first + _TOGETHER]
        with node() as running:
            for place, (problem, made, order) in enumerate(together):
                running.run(made, every_design(problem.sweep.bound.sizes, order), chunk=[1 << 30, 5, 1][place % 3])
            answers = running.answers()
        for place, ((problem, made, order), answer) in enumerate(zip(together, answers, strict=True), first):
            wrong += [f"model {place}, design {row}" for row in wrong_rows(problem, made, order, answer)]
    return len(cases), sum(len(order) for _, _, order in cases), wrong


def specifications_against_the_engine(chosen: int, count: int) -> tuple[int, int, list[str]]:
    """How many random specifications, how many designs of them, and what was wrong with them."""
    rng = np.random.default_rng(chosen)
    wrong, compared = [], 0
    for place in range(count):
        bound = random_request(rng)
        made = written(bound, outputs(bound))
        designs = designs_of(bound.sizes, _DESIGNS, seed=place)
        try:
            expected, states = engine(bound, made.outputs, designs)
        except InternalError as error:
            wrong.append(f"specification {place}, {dict(bound.spec.fixed)}: the engine: {error}")
            continue
        with node() as running:
            running.run(made, designs, chunk=97)
            values, status = told(running.answers()[0], len(made.outputs))
        compared += len(designs)
        for row, column in np.argwhere(differing(values, expected)):
            wrong.append(f"specification {place}: {made.outputs[column]} of {designs[row].tolist()}")
        wrong += [
            f"specification {place}: state of {designs[row].tolist()}" for row in np.flatnonzero(status != states)
        ]
    return count, compared, wrong


def draws_against_the_engine(chosen: int, count: int) -> tuple[int, list[str]]:
    """How many quantities of designs of random specifications in all draws, and what was wrong with them."""
    rng = np.random.default_rng(chosen + 1)
    wrong, compared = [], 0
    for place in range(count):
        bound = random_request(rng)
        code, about = module(bound)
        if about["draws"] is None:
            continue
        names = [one["name"] for one in about["draws"]["outputs"]]
        designs = designs_of(bound.sizes, 3, seed=place)
        with node() as running:
            running.draw(code, about, designs)
            (answer,) = running.answers()
        for design, values in zip(designs.astype(int), drawn(answer, about), strict=True):
            expected = in_all_draws(bound, design.tolist(), names, about["draws"]["count"])
            compared += len(names)
            wrong += [
                f"specification {place} of draws: {name} of {design.tolist()}"
                for column, name in enumerate(names)
                if differing(values[:, column], expected[name]).any()
            ]
    return compared, wrong


if __name__ == "__main__":
    main()
