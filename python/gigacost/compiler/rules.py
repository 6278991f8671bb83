"""Rules between the values of a specification (``graph.declarations.rule``): which of them are broken."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gigacost.errors import Fault
from gigacost.graph.declarations import Input, Rule
from gigacost.spec.axes import Zipped

if TYPE_CHECKING:
    from gigacost.graph.wiring import Quantity
    from gigacost.spec.spec import Spec


def broken(
    rules: Iterable[Quantity],
    inputs: Mapping[str, Input],
    spec: Spec,
    computed: Mapping[str, float | None] | None = None,
) -> Iterator[Fault]:
    """The fault of each rule that some combination of the specification breaks.

    ``computed`` are quantities of the one combination of a specification without axes.
    """
    defaults = {name: item.default for name, item in inputs.items()}
    alone: dict[str, Any] = {**defaults, **(computed or {}), **spec.fixed}
    columns = {
        part.name: (group, part.values)
        for group, axis in enumerate(spec.axes)
        for part in (axis.axes if isinstance(axis, Zipped) else (axis,))
    }
    for rule in rules:
        varied = {name: columns[name] for name in rule.parameters if name in columns}
        given = [name for name in rule.parameters if name in varied or name in spec.fixed]
        if given:
            known = {name: _number(alone.get(name)) for name in rule.parameters}
            if at := _first(rule, known, varied):
                yield _fault(rule, at, given[0], "axes" if varied else "fixed")


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
    found, *_ = program.top(by.node, largest=False, keep=keep.node, per=[], k=1, distinct=[], threads=1)
    if not len(found):
        return None
    digits = dict(zip(sizes, np.unravel_index(int(found[0]), tuple(sizes.values())), strict=True))
    return {**known, **{name: float(column[digits[group]]) for name, (group, column) in varied.items()}}


def _fault(rule: Quantity, at: Mapping[str, float], blamed: str, place: str) -> Fault:
    others = {name: value for name, value in at.items() if name != blamed and not math.isnan(value)}
    beside = ", ".join(f"{name} = {value:.15g}" for name, value in others.items())
    mark = rule.mark if isinstance(rule.mark, Rule) else Rule(rule.doc, "")
    what = f"{mark.what} ({beside})" if beside else mark.what
    return Fault(f"{place}.{blamed}", f"{at[blamed]:.15g}", what, mark.allowed)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
