"""The model's functions on arrays: one value for each published run."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacost.graph.wiring import Player, SearchStep
from gigacost.ops import Carrier

Floats = NDArray[np.float64]

_OPERATIONS: dict[str, Callable[..., Any]] = {
    "power": np.power,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "floor": np.floor,
    "ceil": np.ceil,
    "round_half_even": np.round,
    "minimum": lambda a, b: np.where((a < b) | np.isnan(a), a, b),
    "maximum": lambda a, b: np.where((a > b) | np.isnan(a), a, b),
    "where": np.where,
    "both": np.logical_and,
    "either": np.logical_or,
    "negate": np.logical_not,
    "missing": np.isnan,
}


class Array(Carrier):
    """A figure of all runs, as a carrier of the model's operations."""

    __slots__ = ("values",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Array:
        return cls(_OPERATIONS[op](*(_plain(operand) for operand in operands)))


def _plain(operand: object) -> Any:  # noqa: ANN401 - an array, a number or a truth
    return operand.values if isinstance(operand, Array) else operand


def _operator(function: Callable[[Any, Any], Any], *, swapped: bool = False) -> Callable[[Array, object], Array]:
    def apply(self: Array, other: object) -> Array:
        # A declared constant is a float that checks units; here it is a number.
        there = float(other) if isinstance(other, float) else _plain(other)
        return Array(function(there, self.values) if swapped else function(self.values, there))

    return apply


for _name in ("add", "sub", "mul", "truediv"):
    setattr(Array, f"__{_name}__", _operator(getattr(operator, _name)))
    setattr(Array, f"__r{_name}__", _operator(getattr(operator, _name), swapped=True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Array, f"__{_name}__", _operator(getattr(operator, _name)))


class Arrays(Player):
    """Plays a wiring on arrays."""

    def lift(self, value: Any) -> Any:  # noqa: ANN401 - an array or a plain number
        """The value as it is."""
        return value

    def search(self, step: SearchStep, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Published runs have their layout."""
        raise NotImplementedError(step.search.name, values)
