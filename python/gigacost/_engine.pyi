"""The engine, compiled from Rust: tapes, programs, batches of rows. Used through ``gigacost.Sweep``.

A *node* is the place of an operation in a tape. Everything here is immutable but for ``TapeBuilder`` and ``Batches``,
which are locked; all of it may be used from several threads. Work runs without the interpreter's lock. Where it takes
longer than some milliseconds, signals and ``progress`` are looked after every 50 ms, and what they raise ends the work
and is raised.
"""

from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from typing import Any, Protocol, Self, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from gigacost.errors import InternalError

__all__ = [
    "Batch",
    "Batches",
    "Program",
    "Quantiles",
    "Rows",
    "Tape",
    "TapeBuilder",
    "__version__",
    "aligned",
    "apply",
    "cut",
    "front",
    "parse_toml",
    "parse_toml_positions",
    "simd",
]

__version__: str

_Column: TypeAlias = (
    tuple[str, int, NDArray[np.int64]]
    | tuple[str, int, NDArray[np.float64]]
    | tuple[str, int, Sequence[int], Sequence[str]]
    | tuple[str, int, Sequence[str]]
    | tuple[str, int, int | None]
)
"""A column of rows: an axis (name, group, its whole numbers, numbers, or positions in a list of labels), the state
(name, node, labels) or a quantity (name, node, node that is true where it is null)."""

_Progress: TypeAlias = Callable[[int], object]
"""Called with the number of combinations done."""
_Effort: TypeAlias = tuple[int, int, float | None]
"""Rows that were evaluated, boxes that were bounded, what nothing that was not looked at is better than."""

_Digits: TypeAlias = list[list[tuple[NDArray[np.uint32], NDArray[np.uint64]]]]
"""For each column and each prefix of its values, which digits follow and how often."""

class _Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...

def apply(op: str, a: float, b: float | None = None) -> float:
    """The operation on plain numbers, exactly as the engine computes it. Raises ValueError for an unknown one."""

def parse_toml(text: str) -> dict[str, Any]:
    """The values of a TOML document. Raises ValueError with ``line:column: what``."""

def parse_toml_positions(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The values of a TOML document, and the line (from 1) of each by its path: ``axes.chips``, ``axes.chips[2]``."""

def simd(wanted: str | None = None) -> str:
    """The SIMD level that programs use: the best of this CPU, or the one named. Raises ValueError if it lacks it."""

@final
class TapeBuilder:
    """Builds a tape, node by node. Equal operations on equal nodes are one node."""

    def __new__(cls) -> Self: ...
    def constant(self, value: float) -> int:
        """A number."""

    def leaf(self, name: str, unit: str, doc: str) -> int:
        """A figure from outside."""

    def apply(self, op: str, *operands: int) -> int:
        """An operation by its name, on one, two or (``where``) three nodes. Raises ValueError for an unknown one."""

    def search(self, name: str, axes: Sequence[tuple[str, Sequence[float]]]) -> int:
        """A search over axes, given as names and values; the first is the outermost."""

    def search_axis(self, search: int, axis: int) -> int:
        """The value of an axis inside a search."""

    def winner(self, search: int, objective: int, among: int) -> int:
        """The flat index of the legal candidate with the smallest objective."""

    def pick(self, search: int, axis: int, winner: int) -> int:
        """The value of a search's axis at its winner."""

    def fold(self, node: int, q: float | None = None) -> int:
        """A node aggregated over draws: its mean, or its ``q``-quantile. Raises SpecError for what is no quantile."""

    def finish(self, outputs: Sequence[tuple[str, str, str, int]]) -> Tape:
        """The tape; outputs as name, unit, documentation, node."""

@final
class Tape:
    """A model as a list of operations. Pickled as its bytes."""

    @staticmethod
    def from_bytes(data: bytes) -> Tape:
        """The tape that ``to_bytes`` wrote. Raises SpecError for other bytes."""

    def to_bytes(self) -> bytes:
        """Versioned bytes; equal tapes give equal bytes."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""

    @property
    def leaves(self) -> list[str]:
        """The names of the figures it takes from outside."""

    @property
    def outputs(self) -> list[tuple[str, int]]:
        """The nodes of its named results."""

    def __len__(self) -> int: ...
    def __reduce__(self) -> tuple[Callable[[bytes], Tape], tuple[bytes]]: ...

@final
class Program:
    """A tape bound to a space, and the questions that can be put to it.

    In every question ``keep`` is the node of a condition (None: all rows), ``threads`` how many workers to use.
    """

    def __new__(
        cls,
        tape: Tape,
        sizes: Sequence[int],
        leaves: Sequence[tuple[Sequence[int], NDArray[np.float64] | tuple[float]]],
        simd: str | None = None,
        blocks: tuple[int, int, int, int, int] | None = None,
    ) -> Self:
        """Bind a tape to groups of these sizes, with a table for each leaf (groups ascending, the last one fastest).

        A leaf without groups may be a tuple of its one value. The group behind the last one is that of the draws: as
        many as the tables over it have room for.

        ``blocks`` says how the space is cut up: values of a table, rows of a region, winners of a search, rows of a
        chunk; it never changes a result. Raises SpecError for tables that do not fit and for too large a space.
        """

    @property
    def size(self) -> int:
        """How many combinations there are."""

    def values(self, row: int, nodes: Sequence[int]) -> list[float]:
        """The values of some nodes at one combination."""

    def gradients(self, of: int, rows: Sequence[int]) -> list[tuple[float, list[float], list[bool]]]:
        """A node at some combinations: its value; for each leaf of the tape its derivative, and whether it steps too.

        What a search found is held fixed. 0 along a leaf that nothing depends on; NaN along one that is missing, and
        where what is computed has no derivative. Steps are what it does through rounded numbers, which the derivative
        leaves out. Raises SpecError for a node that has none.
        """

    def rows(self, columns: Sequence[_Column], keep: int | None = None) -> Rows:
        """Columns of the rows that meet a condition."""

    def top(
        self,
        by: int,
        largest: bool,
        keep: int | None,
        per: Sequence[tuple[int, Sequence[int]]],
        k: int,
        distinct: Sequence[int],
        rows: tuple[int, int],
        threads: int,
        progress: _Progress | None = None,
        known: float | None = None,
        seconds: float | None = None,
        boxes: int | None = None,
    ) -> tuple[NDArray[np.uint64], NDArray[np.float64], NDArray[np.uint32], _Effort]:
        """The best rows of a range (of each group), group by group: indices, values, groups, and the effort.

        ``per`` is what makes a group: for some groups of axes, a number for each digit. Without groups nothing worse
        than a ``known`` value is looked for. Where bounds decide, the search ends after ``seconds``, or after bounding
        this many ``boxes``, with the best found.
        """

    def pareto(
        self,
        objectives: Sequence[tuple[int, bool]],
        keep: int | None,
        rows: tuple[int, int],
        threads: int,
        progress: _Progress | None = None,
    ) -> tuple[NDArray[np.uint64], NDArray[np.float64], _Effort]:
        """The front of some objectives (their nodes, and whether each is maximised) in a range: indices and points.

        On it is what is kept if no other kept row is at least as good in every objective and better in one; of rows
        equal in all of them the one with the lowest index. Ordered by the objectives, one after the other, best first.
        A point has the objectives, one point after the other, those to maximise with the other sign. Raises SpecError
        for no objectives or more than eight, InternalError for values that are not finite.
        """

    def count(
        self, keep: int | None, rows: tuple[int, int], threads: int, progress: _Progress | None = None
    ) -> tuple[int, _Effort]:
        """How many rows of a range are kept."""

    def fill(
        self,
        columns: Sequence[tuple[int, int | None]],
        arrays: Sequence[NDArray[np.float64]],
        threads: int,
        progress: _Progress | None = None,
    ) -> None:
        """Fill an array for each column (its node, and that of its nulls) with its values in all rows, NaN for null."""

    def summary(
        self,
        columns: Sequence[tuple[int, int | None]],
        keep: int | None,
        state: tuple[int, int] | None,
        squares: bool,
        quantiles: Sequence[float],
        rows: tuple[int, int],
        threads: int,
        progress: _Progress | None = None,
    ) -> dict[str, Any]:
        """Statistics of a range: ``kept``, ``states``, for each column ``count``, ``min``, ``max``, ``quantiles``.

        A column's exact ``sum`` and (None unless wanted) ``squares`` are two's complement bytes (lowest first) with
        the exponent of the lowest bit.
        """

    def digits(
        self,
        columns: Sequence[tuple[int, int | None]],
        keep: int | None,
        round: tuple[int, Sequence[Sequence[int]]],
        rows: tuple[int, int],
        threads: int,
        progress: _Progress | None = None,
    ) -> _Digits:
        """What a round of the search for quantiles counts in a range."""

@final
class Quantiles:
    """What is known of the quantiles of columns, round by round."""

    def __new__(cls, quantiles: Sequence[float], counts: Sequence[int]) -> Self:
        """Nothing but how many values each column has."""

    def round(self) -> tuple[int, list[list[int]]] | None:
        """What ``Program.digits`` is to count next; None when all is known."""

    def advance(self, parts: Sequence[_Digits]) -> None:
        """Take in what it counted in each part of the space. Raises ValueError for that of another round."""

    def values(self) -> list[list[float]]:
        """For each column its quantiles, in the order asked for."""

def front(
    dims: int, values: NDArray[np.float64], rows: NDArray[np.uint64]
) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """The front of points of so many coordinates (one after the other) of rows, as ``Program.pareto`` has it.

    Raises ValueError where there is not one point for each row.
    """

def aligned(sizes: Sequence[int], row: int, most: int) -> int:
    """A row at most so far from another one at which a digit begins, of the outermost group that has one there."""

def cut(sizes: Sequence[int], part: int, parts: int) -> tuple[int, int]:
    """The rows of one (from 0 on) of some equal parts of a space with groups of these sizes.

    The cut is along the outermost group that makes no part larger or smaller than an even one by more than an eighth.
    """

@final
class Batch:
    """Some rows. Arrow's PyCapsule protocol is how other libraries read it."""

    @property
    def num_rows(self) -> int:
        """How many rows it has."""

    @property
    def column_names(self) -> list[str]:
        """The names of its columns."""

    def __len__(self) -> int: ...
    def column(self, name: str) -> NDArray[Any]:
        """A column's values, null as NaN; of a column of labels, their positions in ``labels``. Raises KeyError."""

    def labels(self, name: str) -> list[str] | None:
        """The labels of a column of labels; None of other columns. Raises KeyError."""

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """Arrow's PyCapsule protocol."""

    def __arrow_c_schema__(self) -> object:
        """Arrow's PyCapsule protocol."""

@final
class Rows:
    """Columns of the rows of a program that meet a condition. What rows of any range have in common is planned once.

    A range is its first row, and the one before which it ends.
    """

    @property
    def conditional(self) -> bool:
        """Whether only rows that meet a condition are had."""

    def without(self, names: Sequence[str]) -> Rows:
        """The same rows without the columns of these names."""

    def batches(
        self,
        range: tuple[int, int],
        threads: int,
        explain: Callable[[InternalError], InternalError] | None = None,
    ) -> Batches:
        """Those of a range, computed as they are read. ``explain`` makes a better InternalError of one."""

    def pick(self, indices: Sequence[int]) -> Batch:
        """Those at these indices, in this order."""

    def write(
        self,
        range: tuple[int, int],
        path: str | PathLike[str],
        threads: int,
        metadata: Sequence[tuple[str, str]],
        csv_safe: bool = True,
        limit: int | None = None,
        progress: _Progress | None = None,
    ) -> int:
        """Write those of a range to a file, whole or not at all; how many they were. Raises OutputError."""

    def write_csv(
        self,
        range: tuple[int, int],
        sink: _Sink,
        threads: int,
        csv_safe: bool = True,
        limit: int | None = None,
        progress: _Progress | None = None,
    ) -> int:
        """Write those of a range as CSV to an object with ``write`` for bytes; how many they were."""

    def write_stream(
        self,
        range: tuple[int, int],
        sink: _Sink,
        threads: int,
        metadata: Sequence[tuple[str, str]],
        limit: int | None = None,
        progress: _Progress | None = None,
    ) -> int:
        """Write those of a range as an Arrow IPC stream to an object with ``write``; how many they were."""

@final
class Batches(Iterator[Batch]):
    """The rows of a range, batch by batch: an iterator, and an Arrow stream.

    They can be read once. To begin again, as an iterator or an Arrow stream, after a batch has been taken or a stream
    was handed out, raises SpecError; ``next`` goes on to the end.
    """

    def __iter__(self) -> Self: ...
    def __next__(self) -> Batch: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's PyCapsule protocol. The consumer computes the rows as it reads them."""

    def __arrow_c_schema__(self) -> object:
        """Arrow's PyCapsule protocol."""
