"""The law of modules: whatever the reference answers, the WebAssembly module answers, to the last bit.

Random models and spaces, with searches, states and missing figures; each design in an order at random, in calls of
different lengths.
"""

from __future__ import annotations

import os

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from modules import every_design, node, wrong_rows
from strategies import Problem, problems

from gigacost.compiler.wasm.write import NOT_FINITE, Module, written

EXAMPLES = int(os.environ.get("GIGACOST_PARITY_EXAMPLES", "200"))


def test_modules_and_the_reference_are_equal() -> None:
    cases: list[tuple[Problem, Module, np.ndarray]] = []

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
    @given(problems())
    def collect(problem: Problem) -> None:
        order = np.random.default_rng(len(cases)).permutation(problem.sweep.bound.size)
        cases.append((problem, written(problem.sweep.bound, problem.sweep.columns), order))

    with node() as running:
        collect()
        for place, (problem, module, order) in enumerate(cases):
            running.run(module, every_design(problem.sweep.bound.sizes, order), chunk=[1 << 30, 7, 1][place % 3])
        answers = running.answers()
    states = set()
    for (problem, module, order), answer in zip(cases, answers, strict=True):
        assert wrong_rows(problem, module, order, answer) == []
        states.update(answer[-len(order) :])
    assert {0, 1, NOT_FINITE} <= states
    assert any(problem.sweep.model.searches for problem, _, _ in cases)
