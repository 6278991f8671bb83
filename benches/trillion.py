"""More than a trillion combinations, answered exactly: ``python benches/trillion.py``.

The questions are put to ``examples/trillion.toml`` in fresh processes. Nobody can look at all of its rows to check the
answers, so two things are: spaces cut out of it are answered with and without a look at every combination, and the rows
have to be the same; and a million of its rows, drawn at random, are held against the answers.
"""

from __future__ import annotations

import functools
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import results
import tasks
from alone import Measured, answer_if_asked, ask, middle
from brute import ALWAYS, NEVER, pruned_from
from gigacost import Sweep
from gigacost.queries.pareto import Front
from gigacost.queries.top import Best
from gigacost.spec.axes import Axis, Zipped
from results import say

SPEC = Path(__file__).parent.parent / "examples" / "trillion.toml"
BY = "cost_total_usd"
GROUPS = ("params", "tokens")
OBJECTIVES = (BY, "train_days", "loss")
K = 20
ROUNDS = 3
CUTS = (0.0, 0.5, 1.0)
"""With which of the first n values of each axis a space that is cut out begins: the first, the middle, the last."""
_RUN, _RUNS = 1024, 1024
"""The sample: so many combinations that follow each other, at so many places."""
_SEED = 20261122
_STRIP = 1024
"""How many rows are held against a front at a time."""

Answer = Best | Front
Rows = dict[str, NDArray[Any]]


def top(space: Sweep) -> Answer:
    """The cheapest."""
    return space.top(K, BY)


def best(space: Sweep) -> Answer:
    """The cheapest of each model size and token count."""
    return space.top(1, BY, per=GROUPS)


def pareto(space: Sweep) -> Answer:
    """What no other beats in cost, days and loss."""
    return space.pareto(OBJECTIVES)


QUESTIONS: dict[str, Callable[[Sweep], Answer]] = {"top": top, "best": best, "pareto": pareto}


def whole() -> Sweep:
    """The space of the example."""
    return Sweep.from_toml(SPEC)


def asked(task: str) -> Measured:
    """A question put to the whole space, in a process that has not been asked before."""
    space = whole()
    start = time.perf_counter()
    answer = QUESTIONS[task](space)
    seconds = time.perf_counter() - start
    told = dict(answer.meta["effort"])
    return {"seconds": seconds, "peak_bytes": tasks.peak_bytes(), "rows": space.size, "found": len(answer.rows), **told}


def cut(share: float) -> Sweep:
    """Of each axis every n-th value, n about the root of how many there are."""
    space = whole()
    return Sweep.from_spec(replace(space.spec, axes=tuple(_thinned(axis, share) for axis in space.spec.axes)))


def _thinned(axis: Axis | Zipped, share: float) -> Axis | Zipped:
    step = math.isqrt(len(axis))
    of = slice(round(share * (step - 1)), None, step)
    if isinstance(axis, Zipped):
        return Zipped(tuple(replace(part, values=part.values[of]) for part in axis.axes))
    return replace(axis, values=axis.values[of])


def cut_fault(space: Sweep, task: str) -> str:
    """What differs between the answers with and without a look at every combination."""
    found = []
    for combinations in (NEVER, ALWAYS):
        with pruned_from(combinations):
            found.append(QUESTIONS[task](space).to_dict()["rows"])
    looked, pruned = found
    if not looked:
        return "nothing to find"
    return "" if looked == pruned else f"other rows among {space.size:,} combinations"


def sample(space: Sweep) -> Rows:
    """Rows at random, of those that meet the condition and lack nothing: where there is no price, no cost is."""
    draw = random.Random(_SEED)  # noqa: S311 - a benchmark, not a secret
    names = (*GROUPS, *OBJECTIVES)
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
    for _ in range(_RUNS):
        start = draw.randrange(space.size - _RUN)
        for batch in space.rows(start, start + _RUN):
            for name in names:
                parts[name].append(np.array(batch.column(name)))
    rows = {name: np.concatenate(found) for name, found in parts.items()}
    known = np.all([np.isfinite(rows[name]) for name in OBJECTIVES], axis=0)
    return {name: values[known] for name, values in rows.items()}


def sample_fault(task: str, answer: Answer, rows: Rows) -> str:
    """Which rows are better than the answer."""
    beaten = _unbeaten(answer.rows, rows) if task == "pareto" else _cheaper(answer.rows, rows, task)
    return f"{beaten} of {len(rows[BY])} rows are better" if beaten else ""


def _cheaper(found: Sequence[Any], rows: Rows, task: str) -> int:
    """How many rows are cheaper than the dearest of the answer (in a group: than its best) and not in it."""
    groups = GROUPS if task == "best" else ()
    keys = [tuple(row[name] for name in groups) for row in found]
    dearest = {key: max(row[BY] for row, own in zip(found, keys, strict=True) if own == key) for key in {*keys}}
    known = {(*key, row[BY]) for key, row in zip(keys, found, strict=True)}
    cheaper = 0
    for *key, cost in zip(*(rows[name].tolist() for name in (*groups, BY)), strict=True):
        cheaper += cost < dearest.get(tuple(key), math.inf) and (*key, cost) not in known
    return cheaper


def _unbeaten(found: Sequence[Any], rows: Rows) -> int:
    """How many rows none of the front equals or beats."""
    front: NDArray[np.float64] = np.array([[row[name] for name in OBJECTIVES] for row in found])
    points = np.column_stack([rows[name] for name in OBJECTIVES])
    unbeaten = 0
    for start in range(0, len(points), _STRIP):
        no_worse = np.all(front <= points[start : start + _STRIP, None], axis=2)
        unbeaten += int(np.count_nonzero(~np.any(no_worse, axis=1)))
    return unbeaten


def main() -> None:
    """Ask, check, and put what was found into the results."""
    runs: dict[str, list[Measured]] = {task: [] for task in QUESTIONS}
    for number in range(ROUNDS):
        for task, of in runs.items():
            of.append(ask(__file__, task))
            say(f"trillion, {number + 1}/{ROUNDS}: {task}: {of[-1].get('failed') or of[-1]}")
    space = whole()
    cuts = [cut(share) for share in CUTS]
    drawn = sample(space)
    say(f"trillion: {_RUN * _RUNS:,} rows drawn, {len(drawn[BY]):,} of them meet the condition and have a cost")
    rows = []
    for task, of in runs.items():
        faults = [cut_fault(some, task) for some in cuts]
        faults.append(sample_fault(task, QUESTIONS[task](space), drawn))
        rows.append({"task": task, **middle(of), "fault": "; ".join(filter(None, faults))})
        say(f"trillion: {task}: {rows[-1]['fault'] or 'checked'}")
    about = {"drawn": _RUN * _RUNS, "legal": len(drawn[BY]), "cuts": [some.size for some in cuts]}
    results.merge("trillion", {"rows": rows, **about})
    if any(row["fault"] for row in rows):
        sys.exit("an answer is wrong: see the faults in results.json")


if __name__ == "__main__":
    answer_if_asked({task: functools.partial(asked, task) for task in QUESTIONS})
    main()
