"""A specification bound to a model and a catalogue: every figure that goes in, as a table over its axes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gigacost._cache import LruCache
from gigacost.accounting import accounted
from gigacost.catalog import Catalog
from gigacost.catalog.dates import day
from gigacost.catalog.default_distributions import Default, left_open
from gigacost.compiler.draws import draws_of
from gigacost.compiler.filled import with_preset
from gigacost.compiler.given_prices import without_given
from gigacost.compiler.names import names_of
from gigacost.compiler.open_distributions import ends, open_distributions
from gigacost.errors import CatalogError, Fault, SpecError
from gigacost.expressions.ast import STATUS, Expression
from gigacost.graph.declarations import Input
from gigacost.graph.model import Model
from gigacost.graph.wiring import DRAWN
from gigacost.sampling.distributions import Distribution
from gigacost.spec.aggregates import read_aggregate
from gigacost.spec.axes import Axis, Zipped
from gigacost.spec.fields import Kind, Scalar
from gigacost.spec.spec import RESERVED_COLUMNS, Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gigacost.compiler.draws import Columns

_PROGRAMS = 2
"""How many programs a specification keeps for its next question."""


@dataclass(frozen=True, slots=True)
class Table:
    """The values of a leaf over some groups of the space (ascending, the last one fastest)."""

    groups: tuple[int, ...]
    values: NDArray[np.float64] | tuple[float]
    """One value where there are no groups."""
    drawn: bool = False
    """Whether it is also over the draws, which then are fastest."""


@dataclass(frozen=True, slots=True)
class Digit:
    """An axis of the space, or a column that a table carries with it, and the group it belongs to."""

    name: str
    group: int
    kind: Kind
    values: tuple[Scalar, ...]
    carried: bool = False
    """Whether it sets nothing: a column of a table that is handed through."""


class Bound:
    """A specification, a model and a catalogue put together. What the engine and the reference both start from.

    The catalogue has the specification's private book over it already, which its labels were read with.
    """

    def __init__(self, spec: Spec, model: Model, catalog: Catalog) -> None:
        self.own = spec
        """What the specification gives itself, before its preset fills it up."""
        self.spec = with_preset(spec, catalog)
        self.model = accounted(model, spec.accounting)
        self.catalog = catalog
        self.sizes: tuple[int, ...] = tuple(len(axis) for axis in spec.axes)
        self.digits: Mapping[str, Digit] = MappingProxyType({digit.name: digit for digit in _digits(spec.axes)})
        self.programs = LruCache(_PROGRAMS)
        """The last programs that its questions were asked of, by what they are made of."""
        self._tables: dict[str, Table] = {}
        self._codes: dict[str, tuple[int | None, tuple[str, ...], NDArray[np.intp]]] = {}
        self._special: dict[str, tuple[Callable[[str], float], str]] = {}
        self.deflator = "" if spec.base_year is None else self._deflated(spec.base_year)
        """The leaf that turns dollars of the date of the prices into those of the base year; empty without one."""
        self._aggregates: dict[str, Expression] = {}
        # A tape that was compiled for another bound specification reads the same tests by the same names.
        for expression in (spec.where, *spec.derive.values()):
            self.register(expression)

    def __reduce__(self) -> tuple[Any, ...]:
        """It is pickled by what it is made of; the tables are made again."""
        return Bound, (self.own, self.model, self.catalog)

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return self.spec.size

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The quantities of each row, beside its axes and its status: those asked for, else those of the model."""
        asked = self.spec.columns or (*self.model.columns, *self.spec.derive)
        return tuple(column for column in asked if column not in self.digits and column not in RESERVED_COLUMNS)

    @property
    def leading_columns(self) -> tuple[str, ...]:
        """The names of the axes, and of the status where the model has states."""
        return (*self.digits, *(("status",) if self.model.states else ()))

    @cached_property
    def labels(self) -> Mapping[str, tuple[int | None, tuple[str, ...]]]:
        """For each catalogue axis that applies: its group (None if fixed) and its labels, one for each digit."""
        found: dict[str, tuple[int | None, tuple[str, ...]]] = {}
        for axis in self.catalog.axes:
            if axis in self.digits:
                digit = self.digits[axis]
                found[axis] = (digit.group, digit.values)  # type: ignore[assignment] # labels are text
            else:
                as_of = self.spec.as_of if axis == "as_of" else ""
                label = as_of or self.spec.fixed.get(axis) or self.catalog.default(axis)
                if label is not None:
                    found[axis] = (None, (str(label),))
        return found

    @cached_property
    def given(self) -> frozenset[str]:
        """Every name that has a value from outside: from the user, from the model's overrides, from the catalogue."""
        deflator = [self.deflator] if self.deflator else []
        return frozenset([*self.user_given, *self.model.values, *self._from_catalog, *deflator])

    @cached_property
    def user_given(self) -> frozenset[str]:
        """The names that the specification gives a value."""
        varied = (name for name, digit in self.digits.items() if not digit.carried)
        return frozenset([*varied, *self.spec.fixed]) - frozenset(self.catalog.axes)

    @cached_property
    def _from_catalog(self) -> frozenset[str]:
        columns = self.catalog.columns.values()
        found = frozenset(column.name for column in columns if all(axis in self.labels for axis in column.axes))
        return found - self.model.replaced

    def origin(self, name: str) -> str:
        """Where a leaf's value is from: ``spec``, ``model``, ``catalogue``, ``default``."""
        if name in self.user_given:
            return "spec"
        if name in self.model.values:
            return "model"
        return "catalogue" if name in self._from_catalog or name == self.deflator else "default"

    def test(self, axis: str, labels: tuple[str, ...]) -> str:
        """The name of a leaf that is 1 where the axis has one of the labels, else 0."""
        name = f"{axis} in {labels!r}"
        self._special[name] = lambda label: float(label in labels), axis
        return name

    def register(self, expression: Expression | None) -> None:
        """Name the tests of labels of an expression that the specification itself does not have."""
        for node in expression.root.walk() if expression else ():
            if node.op == "label" and node.name != STATUS:
                self.test(node.name, node.labels)

    def aggregate(self, name: str, field: str = "columns") -> Expression | None:
        """The aggregate over draws that a column's name is, as ``p90(cost_total_usd)``; None for a plain name.

        Raises SpecError.
        """
        if "(" not in name or name in self._special:
            return None
        if name not in self._aggregates:
            self._aggregates[name] = read_aggregate(name, field, names_of(self.model, self.catalog), self.spec)
            self.register(self._aggregates[name])
        return self._aggregates[name]

    def limits(self, name: str) -> Input | None:
        """The legal range of an input, or of a quantity that is given a value."""
        known = names_of(self.model, self.catalog)
        return known.inputs.get(name) or known.ranges.get(name)

    @cached_property
    def uncertain(self) -> Mapping[str, Distribution]:
        """All that is uncertain: what the specification states, and what ships about the rest where it says so."""
        if not self.spec.default_uncertain:
            return self.spec.uncertain
        shipped = open_distributions(self.shipped, self.model.unit, self.limits, self.central)
        return {**shipped, **self.spec.uncertain}

    @property
    def shipped(self) -> Mapping[str, Default]:
        """What ships about what is open: what neither the specification, its preset nor the model gives a value."""
        return left_open(self.model.names, self.user_given.union(self.model.values))

    def central(self, name: str) -> list[float]:
        """The least and the greatest central value of what is not computed; none where nothing is known of it."""
        known = self.model.inputs.get(name)
        if name not in self.given and (name in self.model.quantities or known is None or known.default is None):
            return []
        try:
            return ends(self.table(name).values)
        except SpecError:  # who needs it is told
            return []

    @property
    def draws(self) -> Columns:
        """The draws of all that is uncertain. Raises SpecError."""
        return draws_of(self.uncertain, self.spec.draws)

    @cached_property
    def drawn(self) -> Mapping[str, Sequence[float]]:
        """The draws as plain numbers."""
        return {name: values.tolist() for name, values in self.draws.items()}

    def code(self, axis: str) -> str:
        """The name of a leaf that has another number for each label of an axis, or of a column that is carried."""
        name = f"label of {axis}"
        numbers = {label: float(i) for i, label in enumerate(dict.fromkeys(self._labelled(axis)[1]))}
        self._special[name] = numbers.__getitem__, axis
        return name

    def _labelled(self, axis: str) -> tuple[int | None, tuple[Any, ...]]:
        """The group and the labels of a catalogue axis, or the values of an axis or of a column that is carried."""
        digit = self.digits.get(axis)
        return (digit.group, digit.values) if digit else self.labels[axis]

    def _deflated(self, year: int) -> str:
        name = f"dollars_of_{year}_per_dollar"
        index = self.catalog.price_index
        self._special[name] = lambda label: index.ratio(year, day(label)).value, "as_of"
        return name

    def kind(self, column: str) -> Kind:
        """What a column of rows holds."""
        if column in self.digits:
            return self.digits[column].kind
        return "label" if column == "status" else "integer" if column == "index" else "number"

    def group_digits(self, index: int) -> list[int]:
        """For each group of axes, the position of its values in a combination."""
        digits = []
        for size in reversed(self.sizes):
            index, digit = divmod(index, size)
            digits.append(digit)
        return digits[::-1]

    def axis_digits(self, index: int) -> dict[str, int]:
        """For each axis, the position of its value in a combination."""
        digits = self.group_digits(index)
        return {digit.name: digits[digit.group] for digit in self.digits.values()}

    def axis_values(self, index: int) -> dict[str, Any]:
        """The values of the axes in a combination, and what tables carry with them."""
        digits = self.axis_digits(index)
        return {digit.name: digit.values[digits[digit.name]] for digit in self.digits.values()}

    def settings(self, index: int) -> dict[str, Any]:
        """What is set in a combination: what is fixed, and the values of the axes."""
        values = self.axis_values(index)
        return {**self.spec.fixed, **{name: values[name] for name in values if not self.digits[name].carried}}

    def leaf_values(self, leaves: Iterable[str], index: int) -> dict[str, float]:
        """The values of leaves in a combination. Raises SpecError for one that has none."""
        digits = self.group_digits(index)
        found = {}
        for leaf in leaves:
            table = self.table(leaf)
            place = 0
            for group in table.groups:
                place = place * self.sizes[group] + digits[group]
            found[leaf] = float(table.values[place])
        return found

    def idle_axes(self, leaves: Collection[str]) -> list[str]:
        """The axes that override a quantity which none of some leaves is."""
        return [name for name in self.digits if name in self.model.quantities and name not in leaves]

    @property
    def special(self) -> frozenset[str]:
        """The names that ``test`` and ``code`` have given."""
        return frozenset(self._special)

    def table(self, name: str) -> Table:
        """The values of a leaf. Raises SpecError when it has none."""
        if name not in self._tables:
            if name.startswith(DRAWN):
                self._tables[name] = Table((), self.draws[name.removeprefix(DRAWN)], drawn=True)
            else:
                self._tables[name] = self._find(name)
        return self._tables[name]

    def _find(self, name: str) -> Table:
        if name in self._special:
            return self._by_label(*self._special[name])
        origin = self.origin(name)
        if origin == "spec" and name in self.digits:
            digit = self.digits[name]
            return _over(digit.group, digit.values)
        if origin == "spec":
            return Table((), (float(self.spec.fixed[name]),))
        if origin == "model":
            return Table((), (self.model.values[name],))
        if origin == "catalogue":
            return self._catalogued(name)
        return Table((), (self._default(name),))

    def _default(self, name: str) -> float:
        if not self.available(name):
            raise SpecError(self.lacking(name))
        default = self.model.inputs[name].default
        return self.spec.uncertain[name].median if default is None else float(default)

    def lacking(self, name: str) -> Fault:
        """What to tell who did not give an input that has no default."""
        column = self.catalog.columns.get(name)
        absent = [axis for axis in column.axes if axis not in self.labels] if column else []
        if absent:
            axis = absent[0]
            allowed = f"any of gigacost catalog list {axis}; or give {name}"
            return Fault(axis, "", f"missing: {name} comes from it", allowed=allowed)
        return Fault(name, "", "missing value", allowed=self.model.inputs[name].allowed)

    def available(self, name: str) -> bool:
        """Whether a leaf has a value, if only a default."""
        if name in self._special or name in self.given:
            return True
        if name in self.model.inputs and self.model.inputs[name].default is not None:
            return True
        # The central value of what has no other is its median.
        distribution = self.spec.uncertain.get(name)
        return distribution is not None and not distribution.relative

    def _by_label(self, value: Callable[[str], float], axis: str) -> Table:
        if axis not in self.labels and axis not in self.digits:
            raise SpecError(Fault(axis, "", "missing value"))
        group, distinct, codes = self._coded(axis)
        values = [value(label) for label in distinct]
        return Table((), (values[0],)) if group is None else _over(group, [values[code] for code in codes])

    def _coded(self, axis: str) -> tuple[int | None, tuple[str, ...], NDArray[np.intp]]:
        """A catalogue axis that applies: its group, its different labels, and which of them each digit has."""
        import numpy as np

        coded = self._codes.get(axis)
        if coded is None:
            group, labels = self._labelled(axis)
            # In one order, whatever that of the digits: the catalogue then has made the tables before.
            place = {label: i for i, label in enumerate(sorted(set(labels)))}
            codes = np.fromiter(map(place.__getitem__, labels), np.intp, len(labels))
            coded = self._codes[axis] = (group, tuple(place), codes)
        return coded

    def _catalogued(self, name: str) -> Table:
        axes = self.catalog.columns[name].axes
        coded = [self._coded(axis) for axis in axes]
        labels = [own for _, own, _ in coded]
        try:
            figures = without_given(self, name, labels, self.catalog.table(name, dict(zip(axes, labels, strict=True))))
        except CatalogError as error:
            raise SpecError(Fault(name, "", str(error))) from error
        groups = sorted({group for group, _, _ in coded if group is not None})
        if not groups:
            return Table((), (float(figures.flat[0]),))
        index = tuple(codes.reshape([-1 if group == other else 1 for other in groups]) for group, _, codes in coded)
        return Table(tuple(groups), figures[index].ravel())


def _digits(axes: Iterable[Axis | Zipped]) -> Iterable[Digit]:
    for group, axis in enumerate(axes):
        for part in axis.parts:
            yield Digit(part.name, group, part.kind, part.values)
        for part in axis.carried if isinstance(axis, Zipped) else ():
            yield Digit(part.name, group, part.kind, part.values, carried=True)


def _over(group: int, values: Iterable[Any]) -> Table:
    import numpy as np

    return Table((group,), np.array(values, dtype=np.float64))
