"""Comparisons with what no combination has: ``chips == 1024`` where chips are 512 and 2,048; a status of none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gigacost.compiler.bound import Bound
from gigacost.compiler.conditions import is_of_status
from gigacost.compiler.filled import with_preset
from gigacost.compiler.lower import planned
from gigacost.compiler.names import ModelNames
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, SpecError, show
from gigacost.expressions.ast import STATUS, Expression, Node
from gigacost.expressions.constraints import constant
from gigacost.spec.aggregates import read_aggregate
from gigacost.spec.fields import Scalar

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.spec.spec import Spec

Values = Mapping[str, Sequence[Scalar]]
_LISTED = 8
_EQUALITIES = frozenset({"==", "!="})


def off_axis(spec: Spec, names: ModelNames) -> Iterator[Fault]:
    """A doubt for each value that a specification's conditions compare with and no combination has."""
    written = dict(_written(spec, names))
    known = values_of(spec, names.catalog) if written else {}
    for field, expression in written.items():
        yield from never(expression, field, known)
    asked = [
        (field, expression, label)
        for field, expression in written.items()
        for node in expression.root.walk()
        if is_of_status(node)
        for label in node.labels
    ]
    shown = _states_shown(spec, names) if asked else None
    for field, expression, label in asked:
        if shown is not None and label not in shown:
            what = f"the status is never {show(label)}: no column of these rows is null for it"
            yield Fault(field, show(expression.text), what)


def _written(spec: Spec, names: ModelNames) -> Iterator[tuple[str, Expression]]:
    """The expressions of a specification, each with its field."""
    yield from ((f"derive.{name}", expression) for name, expression in spec.derive.items())
    if spec.where:
        yield "query.where", spec.where
    for column in spec.columns:
        if "(" in column:
            try:
                yield "query.columns", read_aggregate(column, "query.columns", names, spec)
            except SpecError:  # who reads the columns says so
                continue


def _states_shown(spec: Spec, names: ModelNames) -> Sequence[str] | None:
    """The states that rows can be in; None where the specification is not complete."""
    try:
        bound = Bound(spec, names.model, names.catalog)
        return planned(bound, Query(bound.columns)).states
    except SpecError:
        return None


def values_of(spec: Spec, catalog: Catalog) -> Values:
    """The values of all axes, of what is fixed, and the labels of the catalogue that are taken where none is given."""
    labels = {axis: (label,) for axis in catalog.axes if (label := catalog.default(axis))}
    dated = {"as_of": (spec.as_of,)} if spec.as_of else {}
    known: dict[str, Sequence[Scalar]] = {**labels, **dated}
    known |= {name: (value,) for name, value in with_preset(spec, catalog).fixed.items()}
    for axis in spec.axes:
        known |= {part.name: part.values for part in axis.parts}
    return {name: values for name, values in known.items() if name not in spec.uncertain}


def never(expression: Expression, field: str, known: Values) -> Iterator[Fault]:
    """A doubt for each value that an expression compares a name with, and that is none of its values."""
    for name, value in dict.fromkeys(_compared(expression.root)):
        values = known.get(name)
        if values and value not in values:
            yield Fault(
                field, show(expression.text), f"no combination has {name} = {_shown(value)}: {_near(value, values)}"
            )


def _compared(root: Node) -> Iterator[tuple[str, Scalar]]:
    """The names that are compared for equality with labels and numbers, each with these."""
    for node in root.walk():
        if node.op == "label" and node.name != STATUS:
            yield from ((node.name, label) for label in node.labels)
        elif node.op == "compare" and len(node.signs) == 1 and node.signs[0] in _EQUALITIES:
            for one, other in (node.parts, node.parts[::-1]):
                if one.op == "name" and (value := constant(other)) is not None:
                    yield one.name, value


def _near(value: Scalar, values: Sequence[Scalar]) -> str:
    """What the values are, or those next to a number."""
    different = list(dict.fromkeys(values))
    if len(different) == 1:
        return f"it is {_shown(different[0])} in all of them"
    if isinstance(value, str) or len(different) <= _LISTED:
        more = f" and {len(different) - _LISTED} more" if len(different) > _LISTED else ""
        return f"its values are {', '.join(map(_shown, different[:_LISTED]))}{more}"
    numbers = sorted(other for other in different if not isinstance(other, str))
    below, above = [n for n in numbers if n < value][-1:], [n for n in numbers if n > value][:1]
    return f"the nearest of its {len(different):,} values: {' and '.join(map(_shown, [*below, *above]))}"


def _shown(value: Scalar) -> str:
    return show(value) if isinstance(value, str) else f"{value:.15g}"
