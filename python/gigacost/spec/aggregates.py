"""Names of columns that are aggregates over draws: ``p90(cost_total_usd)``, ``P(train_days <= 90)``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from gigacost.errors import CatalogError, Fault, SpecError, nearest, show
from gigacost.expressions.ast import AGGREGATES, IN_DRAWS, STATUS, Expression
from gigacost.spec.namespace import Names

if TYPE_CHECKING:
    from gigacost.spec.spec import Spec


def read_aggregate(text: str, field: str, names: Names, spec: Spec) -> Expression:
    """The aggregate over draws that a name of a column is, as ``p90(cost_total_usd)``. Raises SpecError."""
    aggregated: set[str] = set()
    for name, expression in spec.derive.items():
        if is_aggregated(expression, aggregated):
            aggregated.add(name)
    units = {**units_of(names), **{name: expression.unit for name, expression in spec.derive.items()}}
    return parse_aggregate(text, field, names, units, aggregated if spec.is_uncertain else None)


def parse_aggregate(
    text: str, field: str, names: Names, units: Mapping[str, str], aggregated: Collection[str] | None
) -> Expression:
    """The same, given the ``units`` of all names and which of them are ``aggregated`` (None: there are no draws).

    Raises SpecError.
    """
    from gigacost.expressions.parser import parse_expression

    expression = parse_expression(
        text, field, kind="number", units=units, labels=labels_of(names), aggregated=aggregated
    )
    if expression.root.op not in AGGREGATES:
        what = "a column is a name or an aggregate over draws; name an expression under [derive]"
        raise SpecError(Fault(field, show(text), what, "p90(cost_total_usd), P(train_days <= 90)"))
    return expression


def is_aggregated(expression: Expression, aggregated: Collection[str]) -> bool:
    """Whether it has an aggregate over draws, or a name that is one."""
    return bool(expression.aggregates) or any(name in aggregated for name in expression.names)


def units_of(names: Names) -> dict[str, str]:
    """The names of numbers and conditions with their units."""
    units = {name: item.unit for name, item in names.inputs.items()} | dict(names.quantities)
    return {name: unit for name, unit in units.items() if name not in names.label_axes}


def labels_of(names: Names) -> dict[str, Callable[[str], str]]:
    """What has labels, with what gives each its one spelling: the axes of the catalogue, and the status."""
    status = {STATUS: status_spelled(names.states)} if names.states else {}
    return {**names.label_axes, **status}


def status_spelled(states: Collection[str]) -> Callable[[str], str]:
    """What takes the status of a combination and no other text (raising CatalogError)."""
    known = ["ok", *states]

    def spelled(label: str) -> str:
        if label not in known and label.removesuffix(IN_DRAWS) not in states:
            hint = nearest(label, known)
            said = f"; did you mean {hint}?" if hint else ""
            message = f"{STATUS} = {show(label)}: no such state; allowed: {', '.join(known)}{said}"
            raise CatalogError(message)
        return label

    return spelled


def pieces(text: str) -> list[str]:
    """The items of a comma list of names and expressions, whose own commas stand in brackets."""
    found, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth <= 0:
            found.append("")
        else:
            found[-1] += character
    return [item.strip() for item in found]
