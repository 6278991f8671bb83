"""What the engine is asked: questions about a range of combinations, of which the answers of ranges make that of all.

A question as people put it (``queries.top`` ...) is one or more of these. Each is plain data that can travel, and so is
what is found; merged in any order, with duplicates of ranges left out, it is what one process finds.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

from gigacost._engine import Program, front
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.expressions.ast import Expression
from gigacost.queries.results import Effort
from gigacost.queries.searched import groups_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
Range: TypeAlias = "tuple[int, int]"
"""The first combination, and the one before which to end."""


class Prepared(NamedTuple):
    """A query, compiled and bound to a space."""

    bound: Bound
    made: lower.Compiled
    program: Program

    @classmethod
    def of(cls, bound: Bound, query: Query) -> Prepared:
        """Made anew."""
        made = lower.compiled(bound, query)
        return cls(bound, made, lower.program(bound, made))

    @property
    def designs(self) -> int:
        """How many designs have their layout searched for what is asked."""
        leaves = self.made.search_leaves
        return 0 if leaves is None else math.prod(self.bound.sizes[group] for group in groups_of(self.bound, leaves))


class Run(NamedTuple):
    """How a range is gone through."""

    rows: Range
    threads: int
    progress: Callable[[int], None] | None = None
    known: float | None = None
    """A value that is reached elsewhere: what is worse need not be found."""


Preparing: TypeAlias = Callable[[Query], Prepared]


@dataclass(frozen=True)
class Ask(ABC, Generic[T]):
    """A question to the engine."""

    bounded: ClassVar[bool] = False
    """Whether the engine leaves out most combinations that bounds decide."""

    @abstractmethod
    def of(self, prepared: Preparing, run: Run) -> tuple[T, Effort]:
        """What is found in a range."""

    @abstractmethod
    def merged(self, found: Sequence[T]) -> T:
        """What is found in all of some ranges."""

    @property
    def informs(self) -> bool:
        """Whether later ranges are less work where it is known what earlier ones found."""
        return False

    def known(self, found: T) -> float | None:  # noqa: ARG002 - most tell nothing
        """What nothing that later ranges find need be worse than."""
        return None

    def plain(self, found: T) -> Any:  # noqa: ANN401 - as JSON has it
        """What is found as plain data."""
        return found

    def read(self, plain: Any) -> T:  # noqa: ANN401 - as JSON has it
        """What is found, from plain data."""
        found: T = plain
        return found

    @property
    def key(self) -> str:
        """What tells it from others about the same space."""
        return f"{type(self).__name__}({', '.join(_told(getattr(self, one.name)) for one in fields(self))})"


def _told(value: object) -> str:
    if isinstance(value, Query):
        return f"{_told(value.columns)} where {_told(value.where)} reading {_told(value.reads)}"
    if isinstance(value, Expression):
        return value.canonical
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_told, value))}]"
    return repr(value)


_FEW = 10_000
"""So many combinations are soon merged."""


class Winners(NamedTuple):
    """Combinations that were found: by group, then the best first."""

    rows: list[int]
    values: list[float]
    cells: list[int]
    keys: list[tuple[float, ...]]
    """What must differ between those of a group; empty where nothing must."""


@dataclass(frozen=True)
class AskTop(Ask[Winners]):
    """The best combinations, or the best of each group."""

    bounded: ClassVar[bool] = True
    query: Query
    by: str
    k: int
    largest: bool = False
    groups: tuple[tuple[int, tuple[int, ...]], ...] = ()
    distinct: tuple[str, ...] = ()
    seconds: float | None = None
    boxes: int | None = None

    def of(self, prepared: Preparing, run: Run) -> tuple[Winners, Effort]:
        """What is found in a range."""
        asked = prepared(self.query)
        nodes = asked.made.nodes
        groups = [(group, list(numbers)) for group, numbers in self.groups]
        rows, values, cells, effort = asked.program.top(
            nodes[self.by],
            self.largest,
            asked.made.keep,
            groups,
            self.k,
            [nodes[name] for name in self.distinct],
            run.rows,
            run.threads,
            run.progress,
            run.known,
            self.seconds,
            self.boxes,
        )
        whole = run.rows == (0, asked.bound.size)
        keys = [] if whole or not self.distinct else _values(asked, self.distinct, rows)
        found = Winners(rows.tolist(), values.tolist(), cells.tolist(), keys)
        return found, Effort(*effort, asked.designs)

    def merged(self, found: Sequence[Winners]) -> Winners:
        """The best of all that were found."""
        sign = -1.0 if self.largest else 1.0
        each: dict[tuple[int, Any], tuple[float, int, float]] = {}
        for one in found:
            keys = one.keys or one.rows
            for row, value, cell, key in zip(one.rows, one.values, one.cells, keys, strict=True):
                rank = (value * sign, row, value)
                each[cell, key] = min(rank, each.get((cell, key), rank))
        ranked = sorted((cell, *rank, key) for (cell, key), rank in each.items())
        best = Winners([], [], [], [])
        last, count = -1, 0
        for cell, _, row, value, key in ranked:
            count = 1 if cell != last else count + 1
            last = cell
            if count <= self.k:
                best.rows.append(row)
                best.values.append(value)
                best.cells.append(cell)
                if self.distinct:
                    best.keys.append(key)
        return best

    @property
    def informs(self) -> bool:
        """Whether later ranges are less work where it is known what earlier ones found."""
        return not self.groups and self.k <= _FEW

    def known(self, found: Winners) -> float | None:
        """The value of the last of them, if there are as many as are wanted."""
        return found.values[self.k - 1] if self.informs and len(found.values) >= self.k else None

    def plain(self, found: Winners) -> dict[str, Any]:
        """What is found as plain data."""
        plain = found._asdict()
        return plain | {"keys": [list(key) for key in found.keys]}

    def read(self, plain: Mapping[str, Any]) -> Winners:
        """What is found, from plain data."""
        return Winners(plain["rows"], plain["values"], plain["cells"], [tuple(key) for key in plain["keys"]])


def _values(asked: Prepared, names: Sequence[str], rows: NDArray[np.uint64]) -> list[tuple[float, ...]]:
    """The values of some quantities at some combinations."""
    if not len(rows):
        return []
    columns = lower.values_at(asked.bound, asked.made, names, rows).values()
    return [tuple(values) for values in zip(*((column + 0.0).tolist() for column in columns), strict=True)]


class Points(NamedTuple):
    """Combinations of a front by their objectives, and these, what is maximised with the other sign."""

    rows: NDArray[np.uint64]
    values: NDArray[np.float64]
    """One combination after the other."""


@dataclass(frozen=True)
class AskFront(Ask[Points]):
    """The combinations that no other dominates."""

    bounded: ClassVar[bool] = True
    query: Query
    objectives: tuple[tuple[str, bool], ...]

    def of(self, prepared: Preparing, run: Run) -> tuple[Points, Effort]:
        """What is found in a range."""
        asked = prepared(self.query)
        objectives = [(asked.made.nodes[name], largest) for name, largest in self.objectives]
        rows, values, effort = asked.program.pareto(objectives, asked.made.keep, run.rows, run.threads, run.progress)
        return Points(rows, values), Effort(*effort, asked.designs)

    def merged(self, found: Sequence[Points]) -> Points:
        """The front of all that were found."""
        import numpy as np

        if len(found) == 1:
            return found[0]
        rows = np.concatenate([one.rows for one in found] or [np.zeros(0, np.uint64)])
        values = np.concatenate([one.values for one in found] or [np.zeros(0)])
        first = np.unique(rows, return_index=True)[1]
        dims = len(self.objectives)
        return Points(*front(dims, values.reshape(-1, dims)[first].ravel(), rows[first]))

    def plain(self, found: Points) -> dict[str, Any]:
        """What is found as plain data."""
        return {"rows": found.rows.tolist(), "values": found.values.tolist()}

    def read(self, plain: Mapping[str, Any]) -> Points:
        """What is found, from plain data."""
        import numpy as np

        return Points(np.array(plain["rows"], np.uint64), np.array(plain["values"], np.float64))


@dataclass(frozen=True)
class AskCount(Ask[int]):
    """How many combinations meet a condition."""

    bounded: ClassVar[bool] = True
    query: Query

    def of(self, prepared: Preparing, run: Run) -> tuple[int, Effort]:
        """How many do in a range."""
        asked = prepared(self.query)
        count, effort = asked.program.count(asked.made.keep, run.rows, run.threads, run.progress)
        return count, Effort(*effort, asked.designs)

    def merged(self, found: Sequence[int]) -> int:
        """How many do in all."""
        return sum(found)


@dataclass(frozen=True)
class AskTally(Ask[list[int]]):
    """How many combinations meet each of some conditions, most of which none is expected to meet."""

    any: Query
    """The condition that one of them is met."""
    each: tuple[Query, ...]

    def of(self, prepared: Preparing, run: Run) -> tuple[list[int], Effort]:
        """How many do in a range."""
        some, effort = AskCount(self.any).of(prepared, run)
        if not some:
            return [0] * len(self.each), effort
        found = [AskCount(query).of(prepared, run) for query in self.each]
        for _, more in found:
            effort = effort.and_(more)
        return [count for count, _ in found], effort

    def merged(self, found: Sequence[list[int]]) -> list[int]:
        """How many do in all."""
        return [sum(counts) for counts in zip(*found, strict=True)] or [0] * len(self.each)
