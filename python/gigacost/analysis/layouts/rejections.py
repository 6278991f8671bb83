"""Why a layout is not the best, or is none at all: what it loses by, what it breaks, how much memory it lacks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacost._record import Record
from gigacost.analysis.layouts.candidates import PARTS, Candidates, Layout
from gigacost.errors import Fault
from gigacost.queries.infeasible import reasons

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SPLIT = ("tp", "pp")
"""The axes that split the weights: which of their combinations lack memory is told of each."""
_NO_LAYOUT, _OUT_OF_MEMORY = "no_layout", "out_of_memory"
_FIGURES = ("query_heads", "scaleup_domain", "block_layers", "routed_experts", "chips")

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Loser(Record):
    """The best layout of another kind than the winner, and what it loses by."""

    change: Mapping[str, int]
    """What it has otherwise than the winner, the rest chosen anew."""
    layout: Layout
    slower: float
    """Its step time over the winner's, minus 1."""
    by: Mapping[str, float]
    """The parts that take longer than the winner's, the most first, as shares of the winner's step."""


@dataclass(frozen=True, slots=True)
class Failure(Record):
    """A kind of layout that is not legal, or does not fit, whatever else is chosen."""

    change: Mapping[str, int]
    reason: str
    needed_gib: float | None = None
    """The memory that the leanest of them needs, where that is the reason."""


def losing(found: Candidates, winner: int) -> tuple[Loser, ...]:
    """For each other value of an axis, the best layout that has it; the nearest first."""
    seconds = found.rows["step_seconds"]
    changes: dict[int, dict[str, int]] = {}
    for axis, values in found.values.items():
        for value in values:
            having = np.flatnonzero((found.rows[axis] == value) & np.isfinite(seconds))
            if value != found.rows[axis][winner] and len(having):
                best = int(having[np.argmin(seconds[having])])
                changes.setdefault(best, {})[axis] = int(value)
    losers = (_loser(found, winner, row, change) for row, change in changes.items())
    return tuple(sorted(losers, key=lambda one: one.slower))


def _loser(found: Candidates, winner: int, row: int, change: Mapping[str, int]) -> Loser:
    seconds = found.rows["step_seconds"]
    more = {name: float((found.rows[name][row] - found.rows[name][winner]) / seconds[winner]) for name in PARTS}
    longer = sorted((item for item in more.items() if item[1] > 0.0), key=lambda item: -item[1])
    return Loser(change, found.described(row), float(seconds[row] / seconds[winner] - 1.0), dict(longer))


def failing(found: Candidates, winner: int) -> tuple[Failure, ...]:
    """The values of an axis with which nothing is legal or fits; then the splits that lack memory."""
    conditions = _Conditions(found)
    failures: list[Failure] = []
    for axis, values in found.values.items():
        for value in values:
            having = found.rows[axis] == value
            change = {axis: int(value)}
            if not having.any():
                failures.append(Failure(change, conditions.reason(axis, value)))
            elif not np.isfinite(found.rows["step_seconds"][having]).any():
                failures.append(_too_large(found, having, change))
    split = [_lacking_memory(found, winner, pair) for pair in itertools.product(*(_values(found, a) for a in _SPLIT))]
    return (*failures, *sorted(filter(None, split), key=lambda one: one.needed_gib or 0.0))


def _values(found: Candidates, axis: str) -> tuple[float, ...]:
    return found.values.get(axis, (float(found.bound.spec.fixed.get(axis, 1.0)),))


def _lacking_memory(found: Candidates, winner: int, pair: tuple[float, ...]) -> Failure | None:
    """Of layouts of one split that would take less time than the winner but do not fit, the leanest."""
    seconds = np.add.reduce([found.rows[name] for name in PARTS])
    having = np.isnan(found.rows["step_seconds"]) & (seconds < found.rows["step_seconds"][winner])
    for axis, value in zip(_SPLIT, pair, strict=True):
        having &= found.rows[axis] == value if axis in found.rows else True
    if not having.any():
        return None
    leanest = np.flatnonzero(having)[np.argmin(found.rows["memory_per_chip_gib"][having])]
    axes, best = found.layout(int(leanest)), found.layout(winner)
    split = {axis: axes[axis] for axis in _SPLIT}
    change = split | {axis: value for axis, value in axes.items() if value != best[axis]}
    faster = 1.0 - float(seconds[leanest] / found.rows["step_seconds"][winner])
    failure = _too_large(found, having, change)
    return replace(failure, reason=f"{failure.reason}; would be {faster:.1%} faster".replace("%", " %"))


def _too_large(found: Candidates, having: NDArray[np.bool_], change: Mapping[str, int]) -> Failure:
    """The failure of layouts none of which fits."""
    needed = float(found.rows["memory_per_chip_gib"][having].min())
    return Failure(change, f"needs {needed:.3g} GiB of {found.rows['mem_gib'][0]:.3g}", needed)


class _Conditions:
    """The conditions of a layout that is tried, looked at when something breaks one."""

    def __init__(self, found: Candidates) -> None:
        self._found = found
        self._legal = found.bound.model.quantities[found.search.among].parameters
        self._columns: Mapping[str, NDArray[Any]] = {}

    def reason(self, axis: str, value: float) -> str:
        """Why nothing with this value is tried: the condition that least with it meets."""
        self._columns = self._columns or self._found.columns((*self._legal, *self._found.untried, *_FIGURES))
        having = self._columns[axis] == value
        met = {name: int((self._columns[name][having] > 0.0).sum()) for name in self._legal}
        met |= {name: int((self._columns[name][having] == 0.0).sum()) for name in self._found.untried}
        name = min(met, key=lambda condition: met[condition])
        words = _WORDS.get(name)
        if words:
            return words({figure: float(self._columns[figure][0]) for figure in _FIGURES}, axis, value)
        said = _said(self._found, name)
        return f"not tried: {said}" if name in self._found.untried else f"against a condition: {said}"


def _said(found: Candidates, name: str) -> str:
    """The first sentence of a condition's docstring, with its first word taken off (``Whether ...``)."""
    doc = found.bound.model.quantities[name].doc.split("\n\n", 1)[0].replace("\n", " ").split(" [", 1)[0]
    return doc.removeprefix("Whether ")


def _tensor(figures: Figures, _: str, value: float) -> str:
    if value > figures["scaleup_domain"]:
        return f"wider than the scale-up domain ({figures['scaleup_domain']:g})"
    return f"does not divide {figures['query_heads']:g} attention heads"


def _pipeline(figures: Figures, axis: str, _: float) -> str:
    return f"more {'stages' if axis == 'pp' else 'pieces'} than {figures['block_layers']:g} layers can be cut into"


def _experts(figures: Figures, _: str, __: float) -> str:
    experts = figures["routed_experts"]
    return f"does not divide {experts:g} experts" if experts > 1.0 else "a dense model has no experts to share out"


def _expert_tensor(_: Figures, __: str, ___: float) -> str:
    return "expert_tp · ep would not divide the chips of a stage"


def _cluster(figures: Figures, _: str, __: float) -> str:
    return f"one copy of the model would take more than {figures['chips']:,.0f} chips"


def _schedule(_: Figures, __: str, ___: float) -> str:
    return "an interleaved pipeline needs as many microbatches as stages"


_WORDS: Mapping[str, Callable[[Figures, str, float], str]] = {
    "tensor_layout_legal": _tensor,
    "pipeline_layout_legal": _pipeline,
    "expert_layout_legal": _experts,
    "expert_tensor_layout_legal": _expert_tensor,
    "cluster_layout_legal": _cluster,
    "schedule_legal": _schedule,
}


def impossible(found: Candidates) -> Fault:
    """Why a design has no layout at all."""
    rows, chips = found.rows, f"{found.bound.spec.fixed.get('chips', '')}"
    leanest = int(np.argmin(rows["memory_per_chip_gib"])) if len(rows["status"]) else None
    status = str(found.columns(["step_seconds"])["status"][0] if leanest is None else rows["status"][leanest])
    if status == _NO_LAYOUT:
        return Fault("chips", chips, "no layout of these chips is legal", "more chips; other axes of the layout")
    if status == _OUT_OF_MEMORY and leanest is not None:
        layout = ", ".join(f"{axis} {value}" for axis, value in found.layout(leanest).items())
        needed, has = rows["memory_per_chip_gib"][leanest], rows["mem_gib"][leanest]
        what = f"no layout fits: the leanest needs {needed:.3g} GiB of {has:.3g} ({layout})"
        return Fault("chips", chips, what, "more chips, or chips with more memory; a smaller model")
    (state,) = (state.name for state in found.bound.model.states if getattr(state.mark, "label", "") == status)
    labels = {axis: place[1][0] for axis, place in found.bound.labels.items()}
    return reasons(found.bound, [state], {}, labels)[0]
