"""What the engine is asked about columns: their statistics, and quantiles round by round."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost.compiler.plan import Query
from gigacost.queries.asks import Ask, Preparing, Run
from gigacost.queries.results import Effort

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class AskStatistics(Ask[dict[str, Any]]):
    """Counts, extremes, exact sums and quantiles of columns, and how many combinations are in which state.

    Quantiles are for a whole space; those of several ranges are found by rounds of ``AskDigits``.
    """

    query: Query
    std: bool = True
    """Whether squares are summed up too, for standard deviations."""
    quantiles: tuple[float, ...] = ()

    def of(self, prepared: Preparing, run: Run) -> tuple[dict[str, Any], Effort]:
        """What is found in a range."""
        asked = prepared(self.query)
        made = asked.made
        columns = [(made.nodes[name], made.nulls[name]) for name in self.query.columns]
        state = (made.state, len(made.plan.states))
        wanted = (self.std, self.quantiles)
        found = asked.program.summary(columns, made.keep, state, *wanted, run.rows, run.threads, run.progress)
        start, stop = run.rows
        return found, Effort(stop - start, 0, None, asked.designs)

    def merged(self, found: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """What is found in all."""
        if len(found) == 1:
            return found[0]
        columns = zip(*(one["columns"] for one in found), strict=True)
        return {
            "kept": sum(one["kept"] for one in found),
            "states": [sum(counts) for counts in zip(*(one["states"] for one in found), strict=True)],
            "columns": [_merged_column(parts) for parts in columns],
        }

    def plain(self, found: dict[str, Any]) -> dict[str, Any]:
        """What is found as plain data."""
        return found | {"columns": [_plain_column(column) for column in found["columns"]]}

    def read(self, plain: dict[str, Any]) -> dict[str, Any]:
        """What is found, from plain data."""
        return plain | {"columns": [_read_column(column) for column in plain["columns"]]}


_SUMS = ("sum", "squares")


def _merged_column(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    merged = {
        "count": sum(part["count"] for part in parts),
        "min": min(part["min"] for part in parts),
        "max": max(part["max"] for part in parts),
        "quantiles": [],
    }
    for name in _SUMS:
        merged[name] = None
        if parts[0][name] is None:
            continue
        digits, exponent = parts[0][name]
        total = sum(int.from_bytes(part[name][0], "little", signed=True) for part in parts)
        merged[name] = (total.to_bytes(len(digits), "little", signed=True), exponent)
    return merged


def _plain_column(column: Mapping[str, Any]) -> dict[str, Any]:
    """Sums as hexadecimal numbers, and no infinities."""
    sums = {
        name: column[name]
        and [f"{int.from_bytes(column[name][0], 'little', signed=True):x}", len(column[name][0]), column[name][1]]
        for name in _SUMS
    }
    ends = {name: column[name] if math.isfinite(column[name]) else None for name in ("min", "max")}
    return {**column, **ends, **sums}


def _read_column(column: Mapping[str, Any]) -> dict[str, Any]:
    sums = {
        name: column[name]
        and (int(column[name][0], 16).to_bytes(column[name][1], "little", signed=True), column[name][2])
        for name in _SUMS
    }
    none = {"min": math.inf, "max": -math.inf}
    ends = {name: value if column[name] is None else column[name] for name, value in none.items()}
    return {**column, **ends, **sums}


Digits: TypeAlias = "list[list[tuple[NDArray[np.uint32], NDArray[np.uint64]]]]"
"""For each column and each of its prefixes, which digits follow and how often."""


@dataclass(frozen=True)
class AskDigits(Ask[Digits]):
    """A round of the search for the quantiles of columns."""

    query: Query
    digit: int
    prefixes: tuple[tuple[int, ...], ...]

    @classmethod
    def first(cls, query: Query) -> AskDigits:
        """The round that all searches begin with."""
        return cls(query, 0, ((0,),) * len(query.columns))

    def of(self, prepared: Preparing, run: Run) -> tuple[Digits, Effort]:
        """What is counted in a range."""
        asked = prepared(self.query)
        made = asked.made
        columns = [(made.nodes[name], made.nulls[name]) for name in self.query.columns]
        round_ = (self.digit, [list(prefixes) for prefixes in self.prefixes])
        found = asked.program.digits(columns, made.keep, round_, run.rows, run.threads, run.progress)
        start, stop = run.rows
        return found, Effort(stop - start)

    def merged(self, found: Sequence[Digits]) -> Digits:
        """What is counted in all."""
        columns = zip(*found, strict=True)
        return [[_added(one) for one in zip(*column, strict=True)] for column in columns]

    def plain(self, found: Digits) -> list[Any]:
        """What is counted as plain data."""
        return [[[digits.tolist(), counts.tolist()] for digits, counts in column] for column in found]

    def read(self, plain: list[Any]) -> Digits:
        """What is counted, from plain data."""
        import numpy as np

        return [
            [(np.array(digits, np.uint32), np.array(counts, np.uint64)) for digits, counts in column]
            for column in plain
        ]


def _added(
    counted: Sequence[tuple[NDArray[np.uint32], NDArray[np.uint64]]],
) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """How often each digit was counted in all."""
    import numpy as np

    if len(counted) == 1:
        return counted[0]
    digits = np.concatenate([digits for digits, _ in counted])
    counts = np.concatenate([counts for _, counts in counted])
    different, where = np.unique(digits, return_inverse=True)
    total = np.zeros(len(different), np.uint64)
    np.add.at(total, where, counts)
    return different, total
