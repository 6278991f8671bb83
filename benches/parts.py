"""What parts cost beside the whole, and what a second worker brings: ``python benches/parts.py``.

Two warm worker processes of one thread beside one process of two threads: rows of ``planner.toml`` as a dataset, a
summary of 1.1e10 combinations. 200 parts on one worker beside the same range in one call. Partial answers of 1,000
parts merged. The cheapest of a quadrillion on one, two and four workers. Each pair in turn, several times, the answers
checked; medians and their ratios are told.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import results
from gigacost import Partial, Sweep, merge, write_dataset
from gigacost.compiler.plan import Query
from gigacost.distribute.processes import Processes
from gigacost.queries import distributed
from gigacost.queries.ask_statistics import AskStatistics
from results import say

EXAMPLES = Path(__file__).parent.parent / "examples"
ROUNDS = 3
PARTS = 200
MERGED = 1_000
WORKERS = (1, 2, 4)
LARGE = {
    "hardware": ["h100-sxm", "b200-sxm"],
    "chips": [1024, 2048],
    "staff_fte": {"from": 50, "to": 600, "steps": 551},
    "experiments_factor": {"from": 1, "to": 4, "steps": 3001},
    "tokens": {"from": "1T", "to": "2T", "steps": 1700},
}
"""Axes of 1.1e10 combinations."""


def planner() -> Sweep:
    """The 51,840,000 combinations of the example, without its condition: every part has as many rows."""
    return Sweep.from_spec(replace(Sweep.from_toml(EXAMPLES / "planner.toml").spec, where=None))


def large() -> Sweep:
    """More than 1e10 combinations, of few designs."""
    return Sweep(LARGE, fixed={"params": "70B"}, columns=["cost_total_usd"])


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long it takes, and what comes of it."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def in_turn(name: str, **contenders: Callable[[], Any]) -> dict[str, float]:
    """The medians of some that give the same, measured in turn, and the ratio of the first to the second."""
    times: dict[str, list[float]] = {who: [] for who in contenders}
    for _ in range(ROUNDS):
        answers = []
        for who, work in contenders.items():
            took, answer = seconds(work)
            times[who].append(took)
            answers.append(answer)
        if any(answer != answers[0] for answer in answers):
            raise RuntimeError(f"{name}: the answers differ")
    medians = {who: statistics.median(runs) for who, runs in times.items()}
    first, second = list(medians.values())[:2]
    told = ", ".join(f"{who} {value:.3f} s" for who, value in medians.items())
    say(f"parts: {name}: {told}: {first / second:.3f}")
    return {**medians, "ratio": first / second}


def answer(found: Any) -> dict[str, Any]:  # noqa: ANN401 - any answer
    """An answer but for what it took."""
    plain: dict[str, Any] = json.loads(json.dumps(found.to_dict()))
    del plain["meta"]["effort"]
    return plain


def digests(folder: str) -> str:
    """What the parts of a dataset are, by their digests."""
    return (Path(folder) / "_gigacost" / "manifest.json").read_text("utf-8")


def warm_workers(folder: str) -> dict[str, dict[str, float]]:
    """Two processes of one thread beside one process of two threads."""
    sweep, many, number = planner(), large(), iter(range(1000))

    def rows(**options: Any) -> str:  # noqa: ANN401 - where and with how many threads
        path = f"{folder}/{next(number)}/"
        write_dataset(sweep, path, rows_per_part=1 << 20, **options)
        return digests(path)

    def summed(**options: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        return answer(many.summary(quantiles=(), **options))

    with Processes(2) as workers:
        rows(executor=workers)  # they have begun, and know both sweeps
        summed(executor=workers)
        return {
            "rows": in_turn("rows", one_process=lambda: rows(threads=2), two_workers=lambda: rows(executor=workers)),
            "summary": in_turn(
                "summary", one_process=lambda: summed(threads=2), two_workers=lambda: summed(executor=workers)
            ),
        }


def many_parts() -> dict[str, dict[str, float]]:
    """200 parts of a range on one worker of one thread beside the range in one call."""
    sweep, many = planner(), large()
    ask = AskStatistics(Query(many.columns))

    def asked(parts: int) -> int:
        found = [distributed.answer(many.bound, ask, *rows, None, 1)[0] for rows in many.cut(parts)]
        return int(ask.merged(found)["kept"])

    def read(parts: int) -> int:
        return sum(len(batch) for rows in sweep.cut(parts) for batch in sweep.part(*rows).batches(threads=1))

    return {
        "summary": in_turn("200 parts, summary", parts=lambda: asked(PARTS), whole=lambda: asked(1)),
        "rows": in_turn("200 parts, rows", parts=lambda: read(PARTS), whole=lambda: read(1)),
    }


def merging() -> dict[str, float]:
    """Seconds to merge 1,000 partial answers that have been read, and the bytes of one."""
    sweep = Sweep.from_toml(EXAMPLES / "planner.toml")
    found: dict[str, float] = {}
    questions: dict[str, dict[str, Any]] = {"pareto": {"maximise": ["params"]}, "summary": {"quantiles": ()}, "top": {}}
    for question, options in questions.items():
        texts = [
            json.dumps(sweep.partial(question, (number, MERGED), **options).to_dict())
            for number in range(1, MERGED + 1)
        ]
        parts = [Partial.from_dict(json.loads(text)) for text in texts]
        took, merged = seconds(partial(merge, parts))
        if answer(merged) != answer(getattr(sweep, question)(**options)):
            raise RuntimeError(f"{question}: the merged answer differs")
        found |= {question: took, f"{question}_bytes": max(map(len, texts))}
        say(f"parts: 1,000 merged, {question}: {took:.3f} s, at most {max(map(len, texts)):,} bytes each")
    return found


def quadrillion() -> dict[str, dict[str, float]]:
    """The cheapest five of a quadrillion, on some workers of one thread that have begun."""
    sweep = Sweep.from_toml(EXAMPLES / "quadrillion.toml")
    whole = answer(sweep.top(5))
    times: dict[int, list[float]] = {count: [] for count in WORKERS}
    effort: dict[int, dict[str, int]] = {}
    for _ in range(ROUNDS):
        for count in WORKERS:
            with ExitStack() as stack:
                workers = stack.enter_context(Processes(count))
                begun = [workers.submit(os.getpid) for _ in range(4 * count)]
                _ = [one.result() for one in begun]
                took, found = seconds(partial(sweep.top, 5, executor=workers, threads=1))
                if answer(found) != whole:
                    raise RuntimeError("the answers differ")
                times[count].append(took)
                effort[count] = found.meta["effort"]
    told = {str(count): {"seconds": statistics.median(runs), **effort[count]} for count, runs in times.items()}
    for name, row in told.items():
        say(f"parts: quadrillion, {name} workers: {row}, {told['1']['seconds'] / row['seconds']:.2f} times as fast")
    return told


def main() -> None:
    """Measure all of it."""
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "quadrillion": quadrillion(),
            "warm_workers": warm_workers(folder),
            "many_parts": many_parts(),
            "merging": merging(),
        }
    results.merge("parts", {"rounds": ROUNDS, "parts": PARTS, "merged": MERGED, **found}, ("gigacost", "numpy"))


if __name__ == "__main__":
    main()
