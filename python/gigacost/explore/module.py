"""The model of a specification as a WebAssembly module, and what one has to know to call it: ``compiled_module``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gigacost.analysis.sensitivity.intervals import is_amount
from gigacost.compiler.bound import Bound
from gigacost.compiler.provenance import provenance
from gigacost.compiler.wasm.draws import Moving
from gigacost.compiler.wasm.write import NOT_FINITE, written
from gigacost.errors import SpecError, unplaced
from gigacost.explore.drawn import moving
from gigacost.explore.outputs import aggregates, outputs
from gigacost.spec.axes import Axis, Zipped

FORMAT = 1
"""The version of what is said of a module."""


def module(bound: Bound) -> tuple[bytes, dict[str, Any]]:
    """The module of all that a page would show, and plain data about it. Raises SpecError.

    The specification's condition is not asked: any design is answered.
    """
    return compiled_module(bound, outputs(bound))


def compiled_module(bound: Bound, names: Sequence[str], of: Bound | None = None) -> tuple[bytes, dict[str, Any]]:
    """The module that computes some quantities, and plain data about it, for JSON. Raises SpecError.

    ``of`` is the specification as it was given, where quantities were added to it.
    """
    draws, without = _draws(bound, names)
    made = written(bound, names, draws)
    about = {
        "format": FORMAT,
        **provenance(of or bound, draws=False),
        "axes": [_axis(bound, axis) for axis in bound.spec.axes],
        "outputs": [{"name": name, "unit": _unit(bound, name)} for name in made.outputs],
        "states": list(made.states),
        "not_finite": NOT_FINITE,
        "offsets": {
            "heap": made.heap,
            "axes": {axis.name: 4 * place for place, axis in enumerate(bound.spec.axes)},
            "outputs": {name: 8 * place for place, name in enumerate(made.outputs)},
        },
        "pages": made.pages,
        "draws": None if draws is None else _of_draws(bound, draws),
        "without_draws": without,
        "left_out": list(aggregates(bound)),
    }
    return made.bytes, about


def _draws(bound: Bound, names: Sequence[str]) -> tuple[Moving | None, str | None]:
    """The draws that the module makes, or why it makes none."""
    try:
        found = moving(bound, names)
    except SpecError as error:
        return None, "; ".join(str(fault) for fault in unplaced(error.faults))
    return (found, None) if found.names and found.drawn else (None, "nothing that is left open matters")


def _of_draws(bound: Bound, draws: Moving) -> dict[str, Any]:
    outputs = [
        {"name": name, "unit": _unit(bound, name), "amount": is_amount(bound.model, name)} for name in draws.names
    ]
    return {**draws.draws.to_dict(), "outputs": outputs}


def _axis(bound: Bound, axis: Axis | Zipped) -> dict[str, Any]:
    """An axis, or several that vary together: then its values are those of all of them, as text."""
    carried = axis.carried if isinstance(axis, Zipped) else ()
    columns = [_column(bound, part) for part in (*axis.parts, *carried)]
    if len(columns) == 1:
        return columns[0]
    rows = zip(*(column["values"] for column in columns), strict=True)
    return {"name": axis.name, "values": [", ".join(map(str, row)) for row in rows], "columns": columns}


def _column(bound: Bound, part: Axis) -> dict[str, Any]:
    unit = "" if part.kind == "label" else _unit(bound, part.name)
    values = [str(value) if part.kind == "label" else value for value in part.values]
    return {"name": part.name, "values": values} | ({"unit": unit} if unit else {})


def _unit(bound: Bound, name: str) -> str:
    known = bound.model
    return known.unit(name) if name in known.inputs or name in known.quantities else ""
