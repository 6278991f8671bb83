"""Rules between the values of a specification (``graph.declarations.rule``): which of them are broken."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gigacost.errors import Fault
from gigacost.graph.declarations import Input, Rule

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.wiring import Quantity
    from gigacost.spec.spec import Spec


def broken(
    rules: Iterable[Quantity],
    inputs: Mapping[str, Input],
    spec: Spec,
    catalog: Catalog | None = None,
    computed: Mapping[str, float | None] | None = None,
) -> Iterator[Fault]:
    """The fault of each rule that some combination of the specification breaks.

    A rule looks at what is given beside the catalogue's figures of a chosen label, where there is a ``catalog``.
    ``computed`` are quantities of the one combination of a specification without axes.
    """
    defaults = {name: item.default for name, item in inputs.items()}
    alone: dict[str, Any] = {**defaults, **(computed or {}), **spec.fixed}
    columns: dict[str, tuple[int, tuple[Any, ...]]] = {
        part.name: (group, part.values) for group, axis in enumerate(spec.axes) for part in axis.parts
    }
    for rule in rules:
        given = [name for name in rule.parameters if name in columns or name in spec.fixed]
        if given:
            quoted = _quoted([name for name in rule.parameters if name not in given], spec, columns, catalog)
            of_labels = {name: one for name, one in quoted.items() if isinstance(one, tuple)}
            varied = {name: columns[name] for name in given if name in columns} | of_labels
            known = {
                name: math.nan if name in varied else _number(quoted.get(name, alone.get(name)))
                for name in rule.parameters
            }
            if at := _first(rule, known, varied):
                yield _fault(rule, at, given[0], "axes" if given[0] in columns else "fixed")


def _quoted(
    names: Iterable[str], spec: Spec, columns: Mapping[str, tuple[int, tuple[Any, ...]]], catalog: Catalog | None
) -> dict[str, Any]:
    """The catalogue's figures of the labels that are chosen: a number, or one for each value of the label's axis."""
    found: dict[str, Any] = {}
    if catalog is None:
        return found
    for name in names:
        column = catalog.columns.get(name)
        if column is None or len(column.axes) != 1:
            continue
        (axis,) = column.axes
        if axis in columns:
            group, labels = columns[axis]
            found[name] = group, tuple(catalog.cite(name, {axis: label}).value for label in labels)
        elif axis in spec.fixed:
            found[name] = catalog.cite(name, {axis: str(spec.fixed[axis])}).value
    return found


def _first(
    rule: Quantity, known: Mapping[str, float], varied: Mapping[str, tuple[int, tuple[Any, ...]]]
) -> Mapping[str, float] | None:
    """The values of the first combination that breaks a rule. Where some vary, the engine looks for it."""
    if not varied:
        return known if rule.function(*known.values()) else None
    import numpy as np

    from gigacost._engine import Program
    from gigacost.graph.tracer import Tracer

    sizes = {group: len(values) for group, values in sorted(varied.values(), key=operator.itemgetter(0))}
    place = {group: i for i, group in enumerate(sizes)}
    tracer = Tracer()
    values = [tracer.leaf(name) if name in varied else number for name, number in known.items()]
    keep, by = tracer.lift(rule.function(*values)), tracer.lift(0.0)
    leaves = [((place[group],), np.array(column, dtype=np.float64)) for group, column in varied.values()]
    program = Program(tracer.builder.finish([]), list(sizes.values()), leaves)
    found, *_ = program.top(
        by.node, largest=False, keep=keep.node, per=[], k=1, distinct=[], rows=(0, program.size), threads=1
    )
    if not len(found):
        return None
    digits = dict(zip(sizes, np.unravel_index(int(found[0]), tuple(sizes.values())), strict=True))
    return {**known, **{name: float(column[digits[group]]) for name, (group, column) in varied.items()}}


def _fault(rule: Quantity, at: Mapping[str, float], blamed: str, place: str) -> Fault:
    others = {name: value for name, value in at.items() if name != blamed and not math.isnan(value)}
    mark = rule.mark if isinstance(rule.mark, Rule) else Rule(rule.doc, "")
    subject = rule.parameters[0]
    if blamed != subject and subject in others:  # the rule says what is wrong with its first name
        return Fault(f"{place}.{blamed}", f"{at[blamed]:.15g}", f"{subject} = {others[subject]:.15g} is {mark.what}")
    beside = ", ".join(f"{name} = {value:.15g}" for name, value in others.items())
    what = f"{mark.what} ({beside})" if beside else mark.what
    return Fault(f"{place}.{blamed}", f"{at[blamed]:.15g}", what, mark.allowed)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
