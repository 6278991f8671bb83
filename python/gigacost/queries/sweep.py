"""A sweep: every combination of a specification, as rows, as the best of them, or summed up."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost import _engine, arguments, compiler, tabular
from gigacost.bind import Bound, words
from gigacost.books import opened, with_private_book
from gigacost.catalog import Catalog
from gigacost.chosen import Chosen
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.graph import Model
from gigacost.model import default as default_model
from gigacost.recipe import Question
from gigacost.results import Best, Bounds, Counted, Effort, Front, Summary, statistics
from gigacost.spec import RESERVED_COLUMNS, Spec
from gigacost.tabular import Progress, Table, Tabular

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gigacost.distributions import Distribution
    from gigacost.draws import Draws
    from gigacost.elasticity import Elasticities
    from gigacost.uncertainties import Uncertainty

QUANTILES = (0.1, 0.5, 0.9)


class Sweep(Tabular):
    """Every combination of some axes, costed by a model.

    ``axes`` maps names to values, ranges (``{"from": .., "to": .., "steps": ..}``) or is joined by ``zipped`` tables;
    the first axis is the outermost. ``fixed`` are values that do not vary, ``where`` a condition on quantities,
    ``derive`` quantities by expression, ``columns`` the quantities wanted, ``as_of`` the date of prices, ``base_year``
    the year in whose dollars quantities are told (without it, those of the prices' date). Units as in ``"70B"``,
    ``"2.10 $/h"``. ``uncertain`` maps names to distributions (``"normal 90% 0.3..0.5"``), of which ``draws``
    (``count``, ``seed``, ``method``, ``correlate``) are taken; what is folded over them may be a column:
    ``p90(cost_total_usd)``. Nothing is computed before it is asked for. Raises SpecError with all faults.
    """

    def __init__(
        self,
        axes: Mapping[str, Any] | None = None,
        *,
        fixed: Mapping[str, Any] | None = None,
        uncertain: Mapping[str, str] | None = None,
        draws: Mapping[str, Any] | None = None,
        where: str | None = None,
        derive: Mapping[str, str] | None = None,
        columns: Sequence[str] = (),
        model: Model | None = None,
        catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
        as_of: str | None = None,
        base_year: int | None = None,
        preset: str | Sequence[str] | None = None,
        strict: bool = False,
    ) -> None:
        query = {"where": where, "columns": list(columns) or None}
        tree: dict[str, Any] = {
            "version": 1,
            "axes": dict(axes or {}),
            "fixed": dict(fixed or {}),
            "uncertain": dict(uncertain or {}),
            "draws": dict(draws or {}),
            "derive": dict(derive or {}),
            "query": {key: value for key, value in query.items() if value is not None},
        }
        told = (("as_of", as_of), ("base_year", base_year), ("preset", preset))
        tree |= {key: value for key, value in told if value is not None}
        model = model or default_model()
        catalog = opened(catalog)
        self._take(Spec.from_dict(tree, words(model, catalog), strict=strict), model, catalog)

    @classmethod
    def from_toml(
        cls,
        path: str | os.PathLike[str],
        *,
        settings: Iterable[tuple[str, str]] = (),
        model: Model | None = None,
        catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
        strict: bool = False,
    ) -> Sweep:
        """The sweep that a TOML (or JSON) file specifies; ``settings`` win over it, as ``--set`` does."""
        model = model or default_model()
        book = with_private_book(path, opened(catalog))
        spec = Spec.from_file(path, words(model, book), settings=settings, strict=strict)
        return cls.from_spec(spec, model=model, catalog=book)

    @classmethod
    def from_spec(cls, spec: Spec, *, model: Model | None = None, catalog: Catalog | None = None) -> Sweep:
        """The sweep of a specification that has been read."""
        sweep = cls.__new__(cls)
        sweep._take(spec, model or default_model(), catalog or Catalog.bundled())  # noqa: SLF001 - as __init__ does
        return sweep

    def __reduce__(self) -> tuple[Any, ...]:
        """A sweep is pickled by what it is made of."""
        return _unpickled, (self.spec, self.model, self.bound.catalog)

    def _take(self, spec: Spec, model: Model, catalog: Catalog) -> None:
        self.bound = Bound(spec, model, catalog)
        names = (*model.names, *spec.derive, *self.bound.digits)
        for column in spec.columns:
            if column not in names and column not in RESERVED_COLUMNS and not self.bound.fold(column):
                raise SpecError(Fault("columns", show(column), "unknown column", hint=nearest(column, names)))

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
        asked = self.spec.columns or (*self.model.columns, *self.spec.derive)
        return tuple(column for column in asked if column not in self.bound.digits and column not in RESERVED_COLUMNS)

    def unit(self, column: str) -> str:
        """The unit of a column, as far as it is known; a mean or a quantile has that of what it is of."""
        try:
            fold = self.bound.fold(column)
        except SpecError:  # who asks for the column says what is wrong with it
            return ""
        if fold is None:
            return self.model.unit(column) if column in self.model.inputs.keys() | self.model.quantities else ""
        (of,) = fold.root.parts
        return "1" if fold.root.op == "probability" else self.unit(of.name) if of.op == "name" else ""

    @property
    def meta(self) -> dict[str, str]:
        """What a figure can be rebuilt from: the version and the hashes of specification, model and catalogue."""
        dollars = {} if self.spec.base_year is None else {"base_year": str(self.spec.base_year)}
        return {
            "gigacost_version": _engine.__version__,
            "spec_sha256": self.spec.sha256,
            "model_sha256": compiler.model_sha256(self.model),
            "catalog_sha256": self.bound.catalog.sha256,
            "as_of": self.bound.labels["as_of"][1][0] if "as_of" in self.bound.labels else "",
            **dollars,
            **self._drawn,
        }

    @property
    def _drawn(self) -> dict[str, str]:
        """Which draws folds are over."""
        draws = self.spec.draws
        known = {"draws": str(draws.count), "seed": str(draws.seed), "method": draws.method}
        return known if self.spec.uncertain else {}

    @property
    def _meta(self) -> dict[str, Any]:
        """What results carry: also what is legal about the specification but hardly meant."""
        return {**self.meta, "warnings": [str(warning) for warning in self.spec.warnings]}

    def _answered(self, effort: Effort) -> dict[str, Any]:
        """What answers about combinations carry."""
        return {**self._meta, **effort.to_dict(self.size)}

    def rows(self, start: int, stop: int, *, threads: int | None = None) -> _engine.Batches:
        """The rows of the combinations ``start`` to ``stop`` (not included). Raises SpecError outside of the space."""
        rows = arguments.row_range(start, stop, self.size)
        return tabular.batches(self._table()._replace(rows=rows), threads)

    def to_numpy(self, columns: Sequence[str] = (), *, threads: int | None = None) -> dict[str, NDArray[Any]]:
        """The columns of all rows (or those with these names) as arrays: null as NaN, labels as an array of strings.

        Without a condition the arrays are filled in place by all threads. Raises SpecError for an unknown column, or
        when the arrays would not fit into memory.
        """
        from gigacost import arrays, machine  # noqa: PLC0415 - importing the package stays light

        names = arguments.columns(columns, self.column_names)
        digits = self.bound.digits
        if self.spec.where is not None:
            machine.require_memory(self.size, self.row_bytes)
            return arrays.gathered(self.batches(threads=threads), {name: self.bound.kind(name) for name in names})
        machine.require_memory(self.size, 8 * len(names))
        found = self._filled([name for name in names if name not in digits], compiler.thread_count(threads))
        found |= {name: arrays.along(digits[name], self.bound.sizes) for name in names if name in digits}
        return {name: found[name] for name in names}

    def _filled(self, names: Sequence[str], threads: int) -> dict[str, NDArray[Any]]:
        """Quantities and states in all rows."""
        import numpy as np  # noqa: PLC0415 - importing the package stays light

        made = self._rows_compiled()
        nodes = [(made.nodes[name], made.nulls[name]) if name in made.nodes else (made.state, None) for name in names]
        filled: dict[str, NDArray[Any]] = {name: np.empty(self.size) for name in names}
        compiler.ask(self.bound, made, lambda program: program.fill(nodes, list(filled.values()), threads))
        for name in names:
            if name not in made.nodes:
                filled[name] = np.array(made.recipe.states)[filled[name].astype(np.intp)]
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
    ) -> Best:
        """The ``k`` combinations with the smallest ``by`` (``largest``: the largest), or the best ``k`` of each group.

        ``per`` names the axes whose values make a group. Of combinations equal in all of ``distinct`` only the first
        counts. Ties go to the lowest index. Exact, unless it is given only some ``seconds`` or ``boxes`` to bound: then
        it may be the best that was found until then, ``meta["exact"]`` is False, and nothing is better than
        ``meta["bound"]``. Raises SpecError.
        """
        limit = arguments.search_limit(seconds, boxes, per)
        found, effort = self._found(k, by, per, distinct, threads, progress=progress, largest=largest, limit=limit)
        return Best(tuple(Chosen(self, found, (by,))), {**self._answered(effort), "by": by})

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
        return self._found(k, by, per, distinct, threads, progress=progress, largest=largest)[0]

    def _found(
        self,
        k: int,
        by: str,
        per: Sequence[str] = (),
        distinct: Sequence[str] = (),
        threads: int | None = None,
        *,
        progress: Progress | None,
        largest: bool = False,
        limit: tuple[float | None, int | None] = (None, None),
    ) -> tuple[list[int], Effort]:
        """The indices of the best combinations, and what it took to find them."""
        arguments.row_count(k)
        arguments.number(self.bound, "by", by)
        same = arguments.comparable(self.bound, distinct)
        groups = arguments.groups(self.bound, per)
        made = compiler.compiled(self.bound, Question((), self.spec.where, tuple(dict.fromkeys([by, *same]))))
        found, _, _, effort = compiler.ask(
            self.bound,
            made,
            lambda program: program.top(
                made.nodes[by],
                largest,
                made.keep,
                groups,
                k,
                [made.nodes[name] for name in same],
                compiler.thread_count(threads),
                progress,
                *limit,
            ),
        )
        return found.tolist(), Effort(*effort)

    def summary(
        self,
        columns: Sequence[str] = (),
        *,
        quantiles: Sequence[float] = QUANTILES,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Summary:
        """Counts, extremes, exact sums and means, exact quantiles; how many combinations are in which state.

        Quantiles take four more passes over the space; without them (``quantiles=()``) there is one.
        """
        shares = arguments.quantiles(quantiles)
        names = arguments.listed("columns", columns or self.columns)
        for name in names:
            arguments.number(self.bound, "columns", name)
        made = compiler.compiled(self.bound, Question(names, self.spec.where))
        states = made.recipe.states
        measured = [(made.nodes[name], made.nulls[name]) for name in names]
        found = compiler.ask(
            self.bound,
            made,
            lambda program: program.summary(
                measured,
                made.keep,
                (made.state, len(states)),
                shares,
                compiler.thread_count(threads),
                progress,
            ),
        )
        measures = {
            name: statistics(column, found["kept"], quantiles)
            for name, column in zip(names, found["columns"], strict=True)
        }
        counts = dict.fromkeys(states, 0)
        for state, count in zip(states, found["states"], strict=True):
            counts[state] += count
        return Summary(self.size, found["kept"], counts, measures, {**self._meta, "evaluated": self.size})

    def pareto(
        self,
        minimise: Sequence[str] = ("cost_total_usd", "train_days"),
        maximise: Sequence[str] = (),
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Front:
        """The combinations that no other beats: better in one objective costs something in another.

        A combination is on the front when none is at least as good in all objectives and better in one. Of combinations
        equal in all of them only the first counts; those that lack one take no part. Best first, by the objectives one
        after the other, ``minimise`` before ``maximise``. Raises SpecError.
        """
        objectives = arguments.objectives(self.bound, minimise, maximise)
        names = [name for name, _ in objectives]
        made = compiler.compiled(self.bound, Question((), self.spec.where, tuple(names)))
        asked = [(made.nodes[name], largest) for name, largest in objectives]
        found, effort = compiler.ask(
            self.bound,
            made,
            lambda program: program.pareto(asked, made.keep, compiler.thread_count(threads), progress),
        )
        about = {
            "minimise": [name for name, largest in objectives if not largest],
            "maximise": [name for name, largest in objectives if largest],
        }
        return Front(Chosen(self, found, names), {**self._answered(Effort(*effort)), "objectives": about})

    def count(self, *, threads: int | None = None, progress: Progress | None = None) -> int:
        """How many combinations meet the condition (and have what it reads); without one, all of them."""
        return self.counted(threads=threads, progress=progress).count

    def counted(self, *, threads: int | None = None, progress: Progress | None = None) -> Counted:
        """As ``count``, with the share of all combinations and what it took."""
        made = compiler.compiled(self.bound, Question((), self.spec.where))
        count, effort = compiler.ask(
            self.bound, made, lambda program: program.count(made.keep, compiler.thread_count(threads), progress)
        )
        return Counted(self.size, count, self._answered(Effort(*effort)))

    def bounds(
        self, of: str = "cost_total_usd", *, threads: int | None = None, progress: Progress | None = None
    ) -> Bounds:
        """The least and the greatest value of a quantity, each with the first combination that attains it."""
        arguments.number(self.bound, "of", of)
        later = None if progress is None else lambda done: progress(self.size + done)
        least, effort = self._found(1, of, threads=threads, progress=progress)
        greatest, more = self._found(1, of, threads=threads, progress=later, largest=True) if least else ([], Effort())
        first, last = (next(iter(Chosen(self, found, (of,))), None) for found in (least, greatest))
        return Bounds(of, first, last, self._answered(effort.and_(more)))

    def elasticities(self, quantity: str = "cost_total_usd", *, at: int, inputs: Sequence[str] = ()) -> Elasticities:
        """How much a quantity of the combination with the index ``at`` depends on each figure that goes in.

        As ``gigacost.elasticities``, of which the labels are those of the combination. Raises SpecError.
        """
        from gigacost.elasticity import at_combination  # noqa: PLC0415 - importing the package stays light

        return at_combination(self, quantity, at, inputs)

    def uncertainty(
        self,
        of: str = "cost_total_usd",
        *,
        uncertain: Mapping[str, str | Distribution] | None = None,
        defaults: bool | None = None,
        draws: int | Draws | None = None,
        threads: int | None = None,
    ) -> Uncertainty:
        """How uncertain a quantity is of each combination, from what, and what would make another the best.

        As ``gigacost.uncertainty``, for a sweep of at most 64 combinations without a condition. Raises SpecError.
        """
        from gigacost.uncertainties import uncertainty  # noqa: PLC0415 - which asks sweeps itself

        return uncertainty(self, of=of, uncertain=uncertain, defaults=defaults, draws=draws, threads=threads)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns of the rows: axes, status, quantities."""
        return (*self.leading_columns, *self.columns)

    @property
    def leading_columns(self) -> tuple[str, ...]:
        """The names of the axes, and of the status where the model has states."""
        return (*self.bound.digits, *(("status",) if self.model.states else ()))

    @property
    def row_bytes(self) -> int:
        """How many bytes a row takes in memory."""
        return 8 * len(self.column_names)

    def _table(self) -> Table:
        made = self._rows_compiled()
        program, columns = compiler.program(self.bound, made), compiler.columns(self.bound, made)
        explained = functools.partial(compiler.with_inputs, self.bound)
        return Table(program, columns, made.keep, (0, self.size), self.meta, explained)

    def _rows_compiled(self) -> compiler.Compiled:
        made = compiler.compiled(self.bound, Question(self.columns, self.spec.where))
        idle = self.bound.idle_axes(made.recipe.wiring.leaves)
        if idle:
            what = "nothing that is asked for depends on this axis"
            raise SpecError(
                *(Fault(f"axes.{name}", "", what, allowed="other columns, or no such axis") for name in idle)
            )
        return made


def _unpickled(spec: Spec, model: Model, catalog: Catalog) -> Sweep:
    return Sweep.from_spec(spec, model=model, catalog=catalog)
