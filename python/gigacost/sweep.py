"""A sweep: every combination of a specification, as rows, as the best of them, or summed up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from gigacost import _engine, compiler
from gigacost.bind import Bound, Digit, Picked, words
from gigacost.books import opened, with_private_book
from gigacost.catalog import Catalog
from gigacost.errors import Fault, InternalError, SpecError, nearest, show
from gigacost.fields import Kind
from gigacost.graph import Model
from gigacost.model import default as default_model
from gigacost.recipe import Question
from gigacost.results import Best, Summary, plain, statistics
from gigacost.spec import RESERVED_COLUMNS, Spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

T = TypeVar("T")
Progress = Callable[[int], None]
"""Called now and then with the number of combinations evaluated so far."""

QUANTILES = (0.1, 0.5, 0.9)
_MOST_ROWS = 10_000_000
"""How many rows ``top`` finds at most."""


class Sweep:
    """Every combination of some axes, costed by a model.

    ``axes`` maps names to values, ranges (``{"from": .., "to": .., "steps": ..}``) or is joined by ``zipped`` tables;
    the first axis is the outermost. ``fixed`` are values that do not vary, ``where`` a condition on quantities,
    ``derive`` quantities by expression, ``columns`` the quantities wanted. Units as in ``"70B"``, ``"2.10 $/h"``.
    Nothing is computed before it is asked for. Raises SpecError with all faults.
    """

    def __init__(
        self,
        axes: Mapping[str, Any] | None = None,
        *,
        fixed: Mapping[str, Any] | None = None,
        where: str | None = None,
        derive: Mapping[str, str] | None = None,
        columns: Sequence[str] = (),
        model: Model | None = None,
        catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
        as_of: str | None = None,
        preset: str | None = None,
        strict: bool = False,
    ) -> None:
        query = {"where": where, "columns": list(columns) or None}
        tree: dict[str, Any] = {
            "version": 1,
            "axes": dict(axes or {}),
            "fixed": dict(fixed or {}),
            "derive": dict(derive or {}),
            "query": {key: value for key, value in query.items() if value is not None},
        }
        tree |= {key: value for key, value in (("as_of", as_of), ("preset", preset)) if value is not None}
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
            if column not in names and column not in RESERVED_COLUMNS:
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

    @property
    def meta(self) -> dict[str, str]:
        """What a figure can be rebuilt from: the version and the hashes of specification, model and catalogue."""
        return {
            "gigacost_version": _engine.__version__,
            "spec_sha256": self.spec.sha256,
            "model_sha256": compiler.model_sha256(self.model),
            "catalog_sha256": self.bound.catalog.sha256,
            "as_of": self.bound.labels["as_of"][1][0] if "as_of" in self.bound.labels else "",
        }

    @property
    def _meta(self) -> dict[str, Any]:
        """What results carry: also what is legal about the specification but hardly meant."""
        return {**self.meta, "warnings": [str(warning) for warning in self.spec.warnings]}

    def batches(self, *, threads: int | None = None) -> _engine.Batches:
        """The rows in the order of the axes, in Arrow batches, each computed when it is asked for."""
        return self._batches((0, self.size), threads)

    def rows(self, start: int, stop: int, *, threads: int | None = None) -> _engine.Batches:
        """The rows of the combinations ``start`` to ``stop`` (not included). Raises SpecError outside of the space."""
        for name, value in (("start", start), ("stop", stop)):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= self.size:
                raise SpecError(Fault(name, show(value), "not a combination", allowed=f"0 to {self.size}"))
        if start > stop:
            raise SpecError(Fault("start", show(start), "after the end", allowed=f"<= {stop}"))
        return self._batches((start, stop), threads)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's PyCapsule protocol: polars, pandas, duckdb and pyarrow read a sweep as a table."""
        return self.batches().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Arrow's PyCapsule protocol."""
        return self.batches().__arrow_c_schema__()

    def to_numpy(self, columns: Sequence[str] = (), *, threads: int | None = None) -> dict[str, NDArray[Any]]:
        """The columns of all rows (or those with these names) as arrays: null as NaN, labels as an array of strings.

        Without a condition the arrays are filled in place by all threads. Raises SpecError for an unknown column, or
        when the arrays would not fit into memory.
        """
        from gigacost import arrays, machine  # noqa: PLC0415 - importing the package stays light

        names = tuple(dict.fromkeys(columns)) or self.column_names
        for name in names:
            if name not in self.column_names:
                raise SpecError(Fault("columns", show(name), "unknown column", hint=nearest(name, self.column_names)))
        digits = self.bound.digits
        if self.spec.where is not None:
            machine.require_memory(self.size, self.row_bytes)
            kinds: dict[str, Kind] = {name: "label" if name == "status" else "number" for name in names}
            kinds |= {name: digits[name].kind for name in names if name in digits}
            return arrays.gathered(self.batches(threads=threads), kinds)
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
        self._run(made, lambda program: program.fill(nodes, list(filled.values()), threads))
        for name in names:
            if name not in made.nodes:
                filled[name] = np.array(made.recipe.states)[filled[name].astype(np.intp)]
        return filled

    def write(
        self,
        path: str | os.PathLike[str],
        *,
        threads: int | None = None,
        limit: int | None = None,
        csv_safe: bool = True,
        progress: Progress | None = None,
    ) -> int:
        """Write the rows to a file, whole or not at all, and say how many there were.

        The name's ending decides the form: .parquet, .csv, .csv.gz, .arrow. An older file is replaced only when the new
        one is complete. Raises OutputError, or SpecError for an ending that says nothing.
        """
        made = self._rows_compiled()
        _check_limit(limit)
        metadata = [(f"gigacost:{key}", value) for key, value in self.meta.items()]
        return self._run(
            made,
            lambda program: program.write(
                os.fspath(path),
                self._column_specs(made),
                made.keep,
                (0, self.size),
                compiler.thread_count(threads),
                metadata,
                csv_safe,
                limit,
                progress,
            ),
        )

    def write_csv(
        self,
        sink: Any,  # noqa: ANN401 - any binary file
        *,
        threads: int | None = None,
        limit: int | None = None,
        csv_safe: bool = True,
        progress: Progress | None = None,
    ) -> int:
        """Write the rows as CSV to a binary file object, and say how many there were."""
        made = self._rows_compiled()
        _check_limit(limit)
        return self._run(
            made,
            lambda program: program.write_csv(
                sink,
                self._column_specs(made),
                made.keep,
                (0, self.size),
                compiler.thread_count(threads),
                csv_safe,
                limit,
                progress,
            ),
        )

    def top(
        self,
        k: int = 10,
        by: str = "cost_total_usd",
        *,
        per: Sequence[str] = (),
        distinct: Sequence[str] = (),
        largest: bool = False,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Best:
        """The ``k`` combinations with the smallest ``by`` (``largest``: the largest), or the best ``k`` of each group.

        ``per`` names the axes whose values make a group. Of combinations equal in all of ``distinct`` only the first
        counts. Ties go to the lowest index. Raises SpecError.
        """
        found = self.find(k, by, per=per, distinct=distinct, largest=largest, threads=threads, progress=progress)
        meta = {**self._meta, "combinations": self.size, "evaluated": self.size, "exact": True, "by": by}
        return Best(tuple(self._described(found, by)), meta)

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
        if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= _MOST_ROWS:
            raise SpecError(Fault("k", show(k), "not a number of rows", allowed=f"1 to {_MOST_ROWS}"))
        self._known_number("by", by)
        same = self.comparable(distinct)
        made = compiler.compiled(self.bound, Question((), self.spec.where, tuple(dict.fromkeys([by, *same]))))
        found, _, _ = self._run(
            made,
            lambda program: program.top(
                made.nodes[by],
                largest,
                made.keep,
                self._groups(per),
                k,
                [made.nodes[name] for name in same],
                compiler.thread_count(threads),
                progress,
            ),
        )
        return [int(index) for index in found]

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
        for q in quantiles:
            if isinstance(q, bool) or not isinstance(q, (int, float)) or not 0 <= q <= 1:
                raise SpecError(Fault("quantiles", show(q), "not a quantile", allowed="0 <= q <= 1"))
        names = tuple(dict.fromkeys(columns or self.columns))
        for name in names:
            self._known_number("columns", name)
        made = compiler.compiled(self.bound, Question(names, self.spec.where))
        states = made.recipe.states
        measured = [(made.nodes[name], made.nulls[name]) for name in names]
        found = self._run(
            made,
            lambda program: program.summary(
                measured,
                made.keep,
                (made.state, len(states)),
                [float(q) for q in quantiles],
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

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns of the rows: axes, status, quantities."""
        status = ("status",) if self.model.states else ()
        return (*self.bound.digits, *status, *self.columns)

    @property
    def row_bytes(self) -> int:
        """How many bytes a row takes in memory."""
        return 8 * len(self.column_names)

    def axis_digits(self, index: int) -> dict[str, int]:
        """For each axis, the position of its value in a combination."""
        digits = {}
        for group in range(len(self.bound.sizes) - 1, -1, -1):
            index, digits[group] = divmod(index, self.bound.sizes[group])
        return {digit.name: digits[digit.group] for digit in self.bound.digits.values()}

    def axis_values(self, index: int) -> dict[str, Any]:
        """The values of the axes in a combination."""
        digits = self.axis_digits(index)
        return {digit.name: digit.values[digits[digit.name]] for digit in self.bound.digits.values()}

    def _batches(self, rows: tuple[int, int], threads: int | None) -> _engine.Batches:
        made = self._rows_compiled()
        program = compiler.program(self.bound, made)
        specs, count = self._column_specs(made), compiler.thread_count(threads)
        return program.batches(specs, made.keep, rows, count, self._with_inputs)

    def _rows_compiled(self) -> compiler.Compiled:
        made = compiler.compiled(self.bound, Question(self.columns, self.spec.where))
        idle = self.bound.idle_axes(made.recipe.wiring.leaves)
        if idle:
            what = "nothing that is asked for depends on this axis"
            raise SpecError(
                *(Fault(f"axes.{name}", "", what, allowed="other columns, or no such axis") for name in idle)
            )
        return made

    def _column_specs(self, made: compiler.Compiled) -> list[tuple[Any, ...]]:
        return self._columns_over(self.bound, made)

    def _columns_over(self, space: Bound | Picked, made: compiler.Compiled) -> list[tuple[Any, ...]]:
        specs = [_axis_column(digit) for digit in space.digits.values()]
        if self.model.states:
            specs.append(("status", made.state, list(made.recipe.states)))
        specs += [(name, made.nodes[name], made.nulls[name]) for name in made.recipe.question.columns]
        return specs

    def _described(self, indices: Sequence[int], by: str) -> Iterator[dict[str, Any]]:
        """The rows at some indices, with ``by`` among their columns."""
        names = tuple(dict.fromkeys([*self.columns, *([by] if by not in self.bound.digits else [])]))
        made = compiler.compiled(self.bound, Question(names))
        if not indices:
            return
        picked = Picked(self.bound, indices)
        try:
            program = compiler.program(picked, made)
            batch = program.pick(self._columns_over(picked, made), range(len(indices)))
        except InternalError:  # the whole space knows which combination it was
            batch = self._run(made, lambda program: program.pick(self._column_specs(made), indices))
        columns = {}
        for name in batch.column_names:
            labels, values = batch.labels(name), batch.column(name).tolist()
            columns[name] = [labels[value] for value in values] if labels is not None else [plain(v) for v in values]
        for position, index in enumerate(indices):
            yield {"index": index, **{name: values[position] for name, values in columns.items()}}

    def _known_number(self, field: str, name: str) -> None:
        known = (*self.model.names, *self.spec.derive)
        label = name in self.bound.digits and self.bound.digits[name].kind == "label"
        truth = name in self.model.quantities and self.model.quantities[name].unit == "truth"
        if name not in known or label or truth:
            what = "a condition, not a number" if truth else "not a number of this model"
            raise SpecError(Fault(field, show(name), what, hint=nearest(name, known)))

    def comparable(self, names: Sequence[str]) -> tuple[str, ...]:
        """For each name of an axis or quantity, what is a number and tells whether two combinations are equal in it."""
        found = []
        for name in names:
            if name in self.bound.digits and self.bound.digits[name].kind == "label":
                found.append(self.bound.code(name))
            else:
                self._known_number("distinct", name)
                found.append(name)
        return tuple(found)

    def _groups(self, per: Sequence[str]) -> list[tuple[int, list[int]]]:
        """For each group of the space that has axes to group by, the number of each digit's values of these axes."""
        if isinstance(per, str):
            raise SpecError(Fault("per", show(per), "expected a list of names", allowed=f'["{per}"]'))
        axes: dict[int, list[tuple[Any, ...]]] = {}
        for name in dict.fromkeys(per):
            if name not in self.bound.digits:
                known = tuple(self.bound.digits)
                raise SpecError(
                    Fault("per", show(name), "not an axis of this space", ", ".join(known), nearest(name, known))
                )
            digit = self.bound.digits[name]
            axes.setdefault(digit.group, []).append(digit.values)
        groups = []
        for group, columns in sorted(axes.items()):
            numbers: dict[tuple[Any, ...], int] = {}
            groups.append((group, [numbers.setdefault(values, len(numbers)) for values in zip(*columns, strict=True)]))
        return groups

    def _run(self, made: compiler.Compiled, ask: Callable[[_engine.Program], T]) -> T:
        """Ask the engine; a value that should be finite and is not is reported with the inputs that made it."""
        program = compiler.program(self.bound, made)
        try:
            return ask(program)
        except InternalError as error:
            raise self._with_inputs(error) from None

    def _with_inputs(self, error: InternalError) -> InternalError:
        """The error with the inputs of the combination that it names."""
        if error.row is None:
            return error
        inputs = ", ".join(f"{name} = {value}" for name, value in self.axis_values(error.row).items())
        return InternalError(f"{error} ({inputs})", error.row)


def _unpickled(spec: Spec, model: Model, catalog: Catalog) -> Sweep:
    return Sweep.from_spec(spec, model=model, catalog=catalog)


def _check_limit(limit: int | None) -> None:
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or not 0 <= limit < 2**63):
        raise SpecError(Fault("limit", show(limit), "not a number of rows", allowed=">= 0"))


def _axis_column(digit: Digit) -> tuple[Any, ...]:
    import numpy as np  # noqa: PLC0415 - importing the package stays light

    if digit.kind == "label":
        labels = list(dict.fromkeys(str(value) for value in digit.values))
        position = {label: i for i, label in enumerate(labels)}
        return (digit.name, digit.group, [position[str(value)] for value in digit.values], labels)
    dtype = np.int64 if digit.kind == "integer" else np.float64
    return (digit.name, digit.group, np.array(digit.values, dtype=dtype))
