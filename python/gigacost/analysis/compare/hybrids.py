"""Hybrids of two designs: some of their differences taken from the one, the others from the other.

What differs is a choice (a label of the catalogue: the hardware, the market, the date) or a figure: a value that one
side gives and the other does not, or gives otherwise, or that their catalogues disagree about. A hybrid has the labels
and the values of a side or of the other, and the figures that the catalogue has for *its* labels: the price of one
side's chip in the other's market. So a label and all the figures that depend on it are one difference, and where only
one side has a label, also the values that the other gives in place of its figures: a published architecture here, a
number of parameters there.

Hybrids with the same names given are one table, a zipped axis, and evaluated at once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gigacost.catalog import price_evidence
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.compiler.rules import broken
from gigacost.errors import CatalogError, InternalError, SpecError
from gigacost.graph.wiring import quantity_of
from gigacost.spec.axes import Axis, Zipped
from gigacost.spec.spec import Spec

if TYPE_CHECKING:
    from gigacost.spec.fields import Scalar

_SIDES = (0, 1)


class Hybrids:
    """Two bound specifications without axes, of one model, and all that is between them."""

    def __init__(self, a: Bound, b: Bound, by: str, threads: int | None = None) -> None:
        self.sides = (a, b)
        self.by = by
        self.threads = threads
        self.labels = tuple({axis: labels[0] for axis, (_, labels) in side.labels.items()} for side in self.sides)
        self.given = tuple({name: side.spec.fixed[name] for name in side.user_given} for side in self.sides)
        self.relevant = self._relevant()
        axes = a.catalog.axes
        names = [
            name for name in dict.fromkeys([*a.model.names, *a.catalog.columns]) if name not in price_evidence.NAMES
        ]
        self.choices = [axis for axis in axes if self.labels[0].get(axis) != self.labels[1].get(axis)]
        self.figures = [name for name in names if self._differs(name)]
        self.tied = {name: axis for name in self.figures if (axis := self._stands_for(name))}
        """Figures that a side gives because it does without a label that the other has, with the label's axis."""
        free = [name for name in self.figures if name not in self.tied]
        self.changes = [name for name in (*self.choices, *free) if self._matters(name)]
        """What the value may depend on. All else that differs contributes nothing, in whatever hybrid."""
        self._bits = {name: i for i, name in enumerate(self.changes)}
        self._bits |= {name: self._bits[axis] for name, axis in self.tied.items() if axis in self._bits}
        self._axes = [axis for axis in axes if any(axis in labels for labels in self.labels)]
        self._values = [name for name in names if any(name in given for given in self.given) and self._matters(name)]
        for name in self._values:
            self._spell_out(name)
        self._rules = [rule for rule in a.model.rules if not self._bits.keys().isdisjoint(rule.parameters)]

    @property
    def chosen(self) -> list[int]:
        """The places of the choices among the changes."""
        return [place for place, name in enumerate(self.changes) if name in self.choices]

    @property
    def idle(self) -> list[str]:
        """What differs, and changes nothing."""
        return [name for name in (*self.choices, *self.figures) if name not in {*self.changes, *self.tied}]

    def evaluate(self, hybrids: Sequence[int]) -> list[float]:
        """The value of each hybrid, whose bits are those of ``changes``; NaN where it has none.

        Raises InternalError for a value that should be finite and is not.
        """
        values = [math.nan] * len(hybrids)
        alike: dict[frozenset[str], list[int]] = {}
        for place, hybrid in enumerate(hybrids):
            if not self._broken(hybrid):
                alike.setdefault(frozenset(self._taken(hybrid)), []).append(place)
        for places in alike.values():
            found = self._evaluated([hybrids[place] for place in places])
            for place, value in zip(places, found, strict=True):
                values[place] = value
        return values

    def _relevant(self) -> frozenset[str] | None:
        """The names that the value or a state may depend on, whatever is given; None when that cannot be told.

        Who gives a name cuts off what it is made of: all names that can matter are read when only what both sides give
        is given. Only alternatives are read because more is given.
        """
        a, b = self.sides
        model = a.model
        if self.by in a.spec.derive:
            return None
        made_of = (quantity_of(one.name, one.function).parameters for one in model.alternatives)
        alternatives = frozenset[str]().union(*made_of, *(one.given for one in model.alternatives))
        outputs = [self.by, *(state.name for state in model.states), *alternatives]
        try:
            wiring = model.wire(outputs, (a.user_given & b.user_given) | frozenset(model.values))
        except SpecError:  # with less given it goes in a circle
            return None
        return frozenset(outputs).union(*wiring.upstream().values())

    def _matters(self, name: str) -> bool:
        if self.relevant is None or name in self.relevant:
            return True
        columns = self.sides[0].catalog.columns.values()
        return any(name in column.axes and column.name in self.relevant for column in columns)

    def _differs(self, name: str) -> bool:
        """Whether a name has another value, or is given on one side only, or has another figure for the same labels."""
        a, b = (given.get(name) for given in self.given)
        if a is not None or b is not None:
            return a != b
        if name not in self.sides[0].catalog.columns or self.sides[0].catalog == self.sides[1].catalog:
            return False
        axes = self.sides[0].catalog.columns[name].axes
        options = [{labels[axis] for labels in self.labels if axis in labels} for axis in axes]
        for labels in itertools.product(*options):
            ours, theirs = (self._looked_up(name, side, labels) for side in _SIDES)
            if ours is not None and theirs is not None and not _same(ours, theirs):
                return True
        return False

    def _stands_for(self, name: str) -> str:
        """The axis without whose label a side gives this figure, if there is one."""
        column = self.sides[0].catalog.columns.get(name)
        for side in _SIDES:
            absent = [axis for axis in (column.axes if column else ()) if axis not in self.labels[side]]
            if absent and name in self.given[side] and name not in self.given[1 - side]:
                return next((axis for axis in absent if axis in self.choices), "")
        return ""

    def _spell_out(self, name: str) -> None:
        """Let both sides give an input that one takes by default, where that is the same: they are one table then."""
        model = self.sides[0].model
        known = model.inputs.get(name)
        asked = any(name in (one.name, *one.given) for one in model.alternatives)
        searched = any(name in dict(search.over) for search in model.searches)
        if known is None or known.default is None or name in model.quantities or asked or searched:
            return
        if name not in self.sides[0].catalog.columns:
            for given in self.given:
                given.setdefault(name, known.default)

    def _looked_up(self, name: str, side: int, labels: Sequence[str]) -> float | None:
        """A figure of one side's catalogue; None where it does not know the labels."""
        catalog = self.sides[side].catalog
        axes = catalog.columns[name].axes
        try:
            return float(catalog.table(name, {axis: [label] for axis, label in zip(axes, labels, strict=True)}).flat[0])
        except CatalogError:
            return None

    def _figure(self, name: str, side: int, labels: Sequence[str]) -> float:
        """A figure of one side's catalogue; of the other's for labels that only that knows."""
        found = (self._looked_up(name, each, labels) for each in (side, 1 - side))
        return next((figure for figure in found if figure is not None), math.nan)

    def _side(self, name: str, hybrid: int) -> int:
        """The side that a hybrid takes a name from."""
        return hybrid >> self._bits[name] & 1 if name in self._bits else 0

    def _taken(self, hybrid: int) -> dict[str, Scalar]:
        """What a hybrid gives: labels, and values that matter."""
        taken: dict[str, Scalar] = {}
        for known, names in ((self.labels, self._axes), (self.given, self._values)):
            for name in names:
                value = known[self._side(name, hybrid)].get(name)
                if value is not None:
                    taken[name] = value
        return taken

    def _broken(self, hybrid: int) -> bool:
        """Whether no run could have the hybrid's values together."""
        inputs = self.sides[0].model.inputs
        return bool(self._rules) and any(broken(self._rules, inputs, Spec(fixed=self._taken(hybrid))))

    def _evaluated(self, hybrids: Sequence[int]) -> list[float]:
        """The values of hybrids that give the same names."""
        import numpy as np

        rows = [self._taken(hybrid) for hybrid in hybrids]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        if self.sides[0].catalog != self.sides[1].catalog:
            columns |= self._catalogued(hybrids, rows)
        bound = self._bound(columns)
        try:
            made = lower.compiled(bound, Query((self.by,)))
            program = lower.program(bound, made)
        except SpecError:  # what one side does without, the other does not give
            return [math.nan] * len(hybrids)
        values = np.empty(bound.size)
        try:
            threads = lower.thread_count(self.threads)
            program.fill([(made.nodes[self.by], made.nulls[self.by])], [values], threads)
        except InternalError as error:
            if error.row is None:
                raise
            inputs = ", ".join(f"{name} = {value}" for name, value in rows[error.row].items() if name in self._bits)
            message = f"{error} of the hybrids ({inputs})"
            raise InternalError(message, error.row) from None
        found: list[float] = values.tolist()
        return found if bound.spec.axes else found * len(hybrids)

    def _catalogued(self, hybrids: Sequence[int], rows: Sequence[Mapping[str, Scalar]]) -> dict[str, list[Scalar]]:
        """The figures of hybrids of two catalogues, which no one catalogue has."""
        found: dict[str, list[Scalar]] = {}
        for column in self.sides[0].catalog.columns.values():
            name = column.name
            if name in rows[0] or not self._matters(name) or not all(axis in rows[0] for axis in column.axes):
                continue
            found[name] = [
                self._figure(name, self._side(name, hybrid), [str(row[axis]) for axis in column.axes])
                for hybrid, row in zip(hybrids, rows, strict=True)
            ]
        return found

    def _bound(self, columns: Mapping[str, Sequence[Scalar]]) -> Bound:
        """A table of hybrids as a space: what varies is a zipped axis."""
        a = self.sides[0]
        varied = {
            name: values for name, values in columns.items() if not all(_same(values[0], value) for value in values)
        }
        axes = tuple(
            Axis(name, tuple(values), "label" if name in a.catalog.axes else "number")
            for name, values in varied.items()
        )
        fixed = {name: values[0] for name, values in columns.items() if name not in varied}
        derive = a.spec.derive if self.by in a.spec.derive else {}
        spec = Spec(axes=(Zipped(axes),) if axes else (), fixed=fixed, derive=derive, base_year=a.spec.base_year)
        return Bound(spec, a.model, a.catalog)


def _same(a: Scalar, b: Scalar) -> bool:
    return a == b or (a != a and b != b)  # noqa: PLR0124 - missing figures are the same
