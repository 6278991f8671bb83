"""Arguments of questions as parts of what is sent: designs, draws, ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost.client.asked import tree
from gigacost.client.sweep import ServedSweep
from gigacost.errors import Fault, SpecError, show, type_name
from gigacost.sampling.draws import Drawn, Draws, as_draws

if TYPE_CHECKING:
    from gigacost.analysis.inverse.unknown import Over
    from gigacost.analysis.sensitivity.uncertain_inputs import Uncertain

Given: TypeAlias = ServedSweep | Mapping[str, Any] | None
"""Designs: a sweep, or inputs by name."""


def side(name: str, given: Given) -> dict[str, Any]:
    """A side of a comparison. Raises SpecError."""
    if isinstance(given, ServedSweep):
        return dict(given.tree)
    if not isinstance(given, Mapping):
        raise SpecError(Fault(name, show(given), f"expected a sweep or a mapping, got {type_name(given)}"))
    inputs = dict(given)
    own: dict[str, Any] = {key: inputs.pop(key) for key in ("as_of", "base_year", "preset") if key in inputs}
    return tree(None, inputs, **own, several=False)


def drawing(uncertain: Uncertain | None, draws: Draws | None, over: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The tables of a specification about what is uncertain, over those of another. Raises SpecError."""
    from gigacost.analysis.sensitivity.uncertain_inputs import as_table

    kept = (over or {}).get("uncertain") or {}
    table = {**(kept if isinstance(kept, Mapping) else {"default": True}), **as_table(uncertain)}
    return {"uncertain": table} | ({} if draws is None else {"draws": draws.to_dict()})


def drawn(draws: Drawn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draws as options, and as a table of the specification where options do not say all of them."""
    if not draws:
        return {"no_intervals": True}, {}
    given = as_draws(draws)
    plainly = given == Draws(given.count, given.seed)
    return {"draws": given.count, "seed": given.seed}, {} if plainly else {"draws": given.to_dict()}


def range_text(over: Over | None) -> str | None:
    """A range as its option has it. Raises SpecError."""
    if over is None:
        return None
    if isinstance(over, Mapping):
        keys = [over[key] for key in ("from", "to", "steps", "scale") if key in over]
        if keys and set(over) <= {"from", "to", "steps", "scale"}:
            return ":".join(map(str, keys)).replace(":", "..", 1)
        raise SpecError(Fault("over", show(over), "no range that can be sent", "(LOW, HIGH)"))
    low, high = over
    return f"{low}..{high}"
