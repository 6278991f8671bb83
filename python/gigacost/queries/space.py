"""A space: every combination of a bound specification, and the queries that can be put to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from gigacost._engine import Batches
from gigacost.catalog import Catalog
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.provenance import provenance
from gigacost.display.shown import Shown
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.graph.model import Model
from gigacost.queries import arguments, doubts
from gigacost.queries.askers import Asker, Here, Recorder, ranges
from gigacost.queries.asking import asking
from gigacost.queries.bounds import Bounds, bounds
from gigacost.queries.count import Counted, count
from gigacost.queries.export import Part, Progress, Table, Tabular
from gigacost.queries.pareto import Front, pareto
from gigacost.queries.partial import Partial, method_of, recorded
from gigacost.queries.searched import Searched, searched
from gigacost.queries.selection import rows_compiled, selected
from gigacost.queries.specified import specified
from gigacost.queries.summary import Summary, summary
from gigacost.queries.top import Best, find, top
from gigacost.spec.spec import RESERVED_COLUMNS, Spec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gigacost.distribute.executors import ExecutorLike

QUANTILES = (0.1, 0.5, 0.9)


class Space(Shown, Tabular):
    """Every combination of a specification's axes, costed by a model. Nothing is computed before it is asked for.

    Raises SpecError for a column that there is not.
    """

    def __init__(self, spec: Spec, model: Model, catalog: Catalog) -> None:
        self.bound = Bound(spec, model, catalog)
        self._kept: tuple[object, Table] | None = None
        names = (*model.names, *spec.derive, *self.bound.digits)
        for column in spec.columns:
            if column not in names and column not in RESERVED_COLUMNS and not self.bound.aggregate(column):
                raise SpecError(Fault("columns", show(column), "unknown column", hint=nearest(column, names)))

    def _shown(self) -> dict[str, Any]:
        return specified(self.bound, type(self).__name__)

    @property
    def spec(self) -> Spec:
        """What is specified."""
        return self.bound.spec

    @property
    def model(self) -> Model:
        """What costs it."""
        return self.bound.model

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return self.bound.size

    @property
    def columns(self) -> tuple[str, ...]:
        """The quantities of each row, beside its axes and its status."""
        return self.bound.columns

    @property
    def leading_columns(self) -> tuple[str, ...]:
        """The names of the axes, and of the status where the model has states."""
        return self.bound.leading_columns

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns of the rows: axes, status, quantities."""
        return (*self.leading_columns, *self.columns)

    @property
    def row_bytes(self) -> int:
        """How many bytes a row takes in memory."""
        return 8 * len(self.column_names)

    def unit(self, column: str) -> str:
        """The unit of a column, as far as it is known; a mean or a quantile has that of what it is of."""
        try:
            aggregate = self.bound.aggregate(column)
        except SpecError:  # who asks for the column says what is wrong with it
            return ""
        if aggregate is None:
            return self.model.unit(column) if column in self.model.inputs.keys() | self.model.quantities else ""
        (of,) = aggregate.root.parts
        return "1" if aggregate.root.op == "probability" else self.unit(of.name) if of.op == "name" else ""

    @property
    def meta(self) -> dict[str, str]:
        """What a figure can be rebuilt from: the version and the hashes of specification, model and catalogue."""
        return provenance(self.bound)

    @property
    def searched(self) -> Searched:
        """What is searched for in its rows."""
        return searched(self.bound, self._rows_compiled().plan)

    def part(self, start: int, stop: int) -> Part:
        """The rows of the combinations ``start`` to ``stop`` (not included). Raises SpecError outside of the space."""
        rows = arguments.row_range(start, stop, self.size)
        return Part(self._table()._replace(range=rows))

    def rows(self, start: int, stop: int, *, threads: int | None = None) -> Batches:
        """The rows of ``part``, in Arrow batches."""
        return self.part(start, stop).batches(threads=threads)

    def to_numpy(self, columns: Sequence[str] = (), *, threads: int | None = None) -> dict[str, NDArray[Any]]:
        """The columns of all rows (or those with these names) as arrays: null as NaN, labels as an array of strings.

        Without a condition the arrays are filled in place by all threads. Raises SpecError for an unknown column, or
        when the arrays would not fit into memory.
        """
        from gigacost import _system
        from gigacost.queries import arrays

        names = arguments.columns(columns, self.column_names)
        digits = self.bound.digits
        if self.spec.where is not None:
            _system.require_memory(self.size, self.row_bytes)
            return arrays.gathered(self.batches(threads=threads), {name: self.bound.kind(name) for name in names})
        _system.require_memory(self.size, 8 * len(names))
        found = self._filled([name for name in names if name not in digits], lower.thread_count(threads))
        found |= {name: arrays.along(digits[name], self.bound.sizes) for name in names if name in digits}
        return {name: found[name] for name in names}

    def _filled(self, names: Sequence[str], threads: int) -> dict[str, NDArray[Any]]:
        """Quantities and states in all rows."""
        import numpy as np

        made = self._rows_compiled()
        nodes = [(made.nodes[name], made.nulls[name]) if name in made.nodes else (made.state, None) for name in names]
        filled: dict[str, NDArray[Any]] = {name: np.empty(self.size) for name in names}
        lower.ask(self.bound, made, lambda program: program.fill(nodes, list(filled.values()), threads))
        for name in names:
            if name not in made.nodes:
                filled[name] = np.array(made.plan.states)[filled[name].astype(np.intp)]
        return filled

    def top(
        self,
        k: int = 10,
        by: str = "cost_total_usd",
        *,
        per: Sequence[str] = (),
        distinct: Sequence[str] = (),
        largest: bool = False,
        seconds: float | None = None,
        boxes: int | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
        executor: Asker | ExecutorLike = None,
    ) -> Best:
        """The ``k`` combinations with the smallest value of a quantity, or the best ``k`` of each group.

        Parameters
        ----------
        k : int
            Number of combinations (of each group).
        by : str
            Quantity to minimise.
        per : sequence of str
            Axes to group by.
        distinct : sequence of str
            Of combinations equal in all of these, only the first counts.
        largest : bool
            Maximise instead of minimise.
        seconds : float, optional
            Time limit [s]; not with ``per``.
        boxes : int, optional
            Limit on boxes bounded (nodes of branch and bound); not with ``per``.
        threads : int, optional
            Number of threads; by default all CPUs.
        progress : callable, optional
            Called with the number of combinations evaluated so far.
        executor : Executor or str, optional
            Where parts of the space are answered (``"processes:4"``, ``"dask://HOST:PORT"``, any
            ``concurrent.futures.Executor``); by default here. The answer is the same.

        Returns
        -------
        Best
            ``rows``, best first; ties go to the lowest index. The answer is exact; if a limit was reached it is the
            best found, ``meta["exact"]`` is False, and no combination is better than ``meta["bound"]``.

        Raises
        ------
        SpecError
            For a bad argument.
        """
        with asking(threads, progress, executor) as asker:
            return top(
                self.bound,
                k,
                by,
                per=per,
                distinct=distinct,
                largest=largest,
                seconds=seconds,
                boxes=boxes,
                asker=asker,
            )

    def find(
        self,
        k: int,
        by: str,
        *,
        per: Sequence[str] = (),
        distinct: Sequence[str] = (),
        largest: bool = False,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> list[int]:
        """The indices of the combinations that ``top`` describes."""
        asker = Here(threads, progress)
        return find(self.bound, k, by, per=per, distinct=distinct, largest=largest, asker=asker)[0]

    def summary(
        self,
        columns: Sequence[str] = (),
        *,
        quantiles: Iterable[float] | float = QUANTILES,
        per: Sequence[str] = (),
        std: bool = True,
        threads: int | None = None,
        progress: Progress | None = None,
        executor: Asker | ExecutorLike = None,
    ) -> Summary:
        """Counts, extremes, exact sums and means, exact quantiles; how many combinations are in which state.

        Parameters
        ----------
        columns : sequence of str
            Quantities; by default those of the sweep.
        quantiles : sequence of float
            Shares from 0 to 1; they take one to four more passes over the space, none if empty.
        per : sequence of str
            Axes: the same for each combination of their values, of which there may be 1,000.
        std : bool
            Whether standard deviations are computed; the squares that they need take as long as all else.
        threads : int, optional
            Number of threads; by default all CPUs.
        progress : callable, optional
            Called with the number of combinations evaluated so far.
        executor : Executor or str, optional
            As for ``top``.

        Returns
        -------
        Summary
            ``combinations``, ``feasible``, ``states`` and the `Statistics` of each column; ``conditions``, what each
            part of the condition rejects; ``groups``, the same for each combination of the values of ``per``.
        """
        with asking(threads, progress, executor) as asker:
            return summary(self.bound, columns or self.columns, quantiles=quantiles, per=per, std=std, asker=asker)

    def pareto(
        self,
        minimise: Sequence[str] = ("cost_total_usd", "train_days"),
        maximise: Sequence[str] = (),
        *,
        minimize: Sequence[str] | None = None,
        maximize: Sequence[str] | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
        executor: Asker | ExecutorLike = None,
    ) -> Front:
        """The Pareto front: the combinations that no other dominates.

        A combination is on the front if no other is at least as good in all objectives and better in one. Combinations
        equal in all of them count once (the first); those that lack one take no part.

        Parameters
        ----------
        minimise, maximise : sequence of str
            The objectives, up to six; ``minimize`` and ``maximize`` are taken too.
        threads : int, optional
            Number of threads; by default all CPUs.
        progress : callable, optional
            Called with the number of combinations evaluated so far.
        executor : Executor or str, optional
            As for ``top``.

        Returns
        -------
        Front
            Rows sorted by the objectives one after the other, ``minimise`` before ``maximise``; computed when looked
            at.

        Raises
        ------
        SpecError
            For a bad objective.
        """
        least = minimise if minimize is None else minimize
        greatest = maximise if maximize is None else maximize
        with asking(threads, progress, executor) as asker:
            return pareto(self.bound, least, greatest, asker)

    def count(
        self, *, threads: int | None = None, progress: Progress | None = None, executor: Asker | ExecutorLike = None
    ) -> int:
        """How many combinations meet the condition (and have what it reads); without one, all of them."""
        return self.counted(threads=threads, progress=progress, executor=executor).count

    def counted(
        self, *, threads: int | None = None, progress: Progress | None = None, executor: Asker | ExecutorLike = None
    ) -> Counted:
        """As ``count``, with the share of all combinations and what it took."""
        with asking(threads, progress, executor) as asker:
            return count(self.bound, asker)

    def doubts(self, *, threads: int | None = None) -> list[Fault]:
        """What is doubtful about the combinations that meet the condition: what the model warns about, and how often.

        Raises SpecError with it if the specification is strict.
        """
        return doubts.about_space(self.bound, self.columns, Here(threads))

    def bounds(
        self,
        of: str = "cost_total_usd",
        *,
        threads: int | None = None,
        progress: Progress | None = None,
        executor: Asker | ExecutorLike = None,
    ) -> Bounds:
        """The least and the greatest value of a quantity, each with the first combination that attains it."""
        with asking(threads, progress, executor) as asker:
            return bounds(self.bound, of, asker)

    def partial(
        self,
        question: str,
        part: tuple[int, int],
        *,
        threads: int | None = None,
        progress: Progress | None = None,
        **options: Any,  # noqa: ANN401 - those of the question
    ) -> Partial:
        """A question (``"top"``, ``"pareto"``, ``"summary"``, ``"count"``, ``"bounds"``) about part K of N.

        ``options`` are those of the method of this name. ``gigacost.merge`` makes of the partial answers of all parts,
        in any order, what the question about the whole space answers; nobody needs the rows for that. Parts are cut
        along the outermost axes. Raises SpecError.
        """
        recorder = Recorder(part, threads, progress)
        getattr(self, method_of(question))(**options, executor=recorder)
        return recorded(self.bound, question, options, recorder)

    def cut(self, parts: int) -> list[tuple[int, int]]:
        """The ranges of combinations (first, one past the last) of so many parts, cut along the outermost axes."""
        return ranges(self.bound, parts)

    def _table(self) -> Table:
        """What rows are made of; kept with all that is found on the way, as parts are written one after the other."""
        how = (lower.BLOCKS, lower.simd_level())
        if self._kept is None or self._kept[0] != how:
            self._rows_compiled()
            self._kept = how, selected(self.bound, self.column_names)
        return self._kept[1]

    def __getstate__(self) -> dict[str, Any]:
        """What is compiled stays here."""
        return {**self.__dict__, "_kept": None}

    def _rows_compiled(self) -> lower.Compiled:
        if self.spec.strict:
            self.doubts()
        made = rows_compiled(self.bound)
        idle = self.bound.idle_axes(made.plan.wiring.leaves)
        if idle:
            what = "nothing that is asked for depends on this axis"
            raise SpecError(
                *(Fault(f"axes.{name}", "", what, allowed="other columns, or no such axis") for name in idle)
            )
        return made
