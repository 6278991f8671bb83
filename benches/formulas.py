"""The model's own formulas written out as plain Python: what the peers of ``layouts.py`` compute with.

The functions of the model are called once on values that write down what is done to them, one statement for each
operation; common subexpressions once. The same text runs as plain Python, on arrays of numpy, and compiled by numba.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gigacost.graph.wiring import AggregateStep, Player, SearchStep
from gigacost.ops import Carrier

_INFIX = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==",
    "ne": "!=",
}  # fmt: skip
SCALAR = {
    "where": "({1} if {0} else {2})",
    "floor": "math.floor({0})",
    "ceil": "math.ceil({0})",
    "minimum": "({0} if {0} < {1} else {1})",
    "maximum": "({0} if {0} > {1} else {1})",
    "both": "({0} and {1})",
    "either": "({0} or {1})",
    "negate": "(not {0})",
    "missing": "({0} != {0})",
    "log": "math.log({0})",
    "exp": "math.exp({0})",
    "sqrt": "math.sqrt({0})",
    "power": "{0} ** {1}",
    "round_half_even": "round({0})",
}
ARRAYS = {
    "where": "np.where({0}, {1}, {2})",
    "floor": "np.floor({0})",
    "ceil": "np.ceil({0})",
    "minimum": "np.minimum({0}, {1})",
    "maximum": "np.maximum({0}, {1})",
    "both": "np.logical_and({0}, {1})",
    "either": "np.logical_or({0}, {1})",
    "negate": "np.logical_not({0})",
    "missing": "np.isnan({0})",
    "log": "np.log({0})",
    "exp": "np.exp({0})",
    "sqrt": "np.sqrt({0})",
    "power": "np.power({0}, {1})",
    "round_half_even": "np.round({0})",
}


@dataclass
class _Text:
    """Statements, and the name of the result of each."""

    style: Mapping[str, str]
    lines: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def name(self, expression: str) -> str:
        """The name of an expression's value, assigned where it is new."""
        if expression not in self.names:
            self.names[expression] = f"v{len(self.names)}"
            self.lines.append(f"{self.names[expression]} = {expression}")
        return self.names[expression]


class Written(Carrier):
    """A value by the name it has in a text."""

    __slots__ = ("name", "text")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: _Text, name: str) -> None:
        self.text = text
        self.name = name

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Written:
        text = next(operand.text for operand in operands if isinstance(operand, Written))
        return cls(text, text.name(text.style[op].format(*map(_shown, operands))))

    def __neg__(self) -> Written:
        return Written(self.text, self.text.name(f"-{self.name}"))


def _shown(operand: object) -> str:
    if isinstance(operand, Written):
        return operand.name
    return repr(operand) if isinstance(operand, bool) else repr(float(operand))  # type: ignore[arg-type]


def _operator(sign: str, *, swapped: bool = False) -> Callable[[Written, object], Written]:
    def apply(self: Written, other: object) -> Written:
        left, right = (_shown(other), self.name) if swapped else (self.name, _shown(other))
        return Written(self.text, self.text.name(f"{left} {sign} {right}"))

    return apply


for _name, _sign in _INFIX.items():
    setattr(Written, f"__{_name}__", _operator(_sign))
    setattr(Written, f"__r{_name}__", _operator(_sign, swapped=True))


class _Writer(Player):
    def lift(self, value: Any) -> Any:  # noqa: ANN401 - a written value or a plain number
        return value

    def search(self, step: SearchStep, values: Mapping[str, Any]) -> Mapping[str, Any]:
        raise NotImplementedError(step.search.name, values)


def source(step: SearchStep, parameters: Iterable[str], outputs: Iterable[str], style: Mapping[str, str]) -> str:
    """What a search evaluates for one candidate, as the function ``formulas`` of some values known before."""
    text = _Text(style)
    names = list(parameters)
    values: dict[str, Any] = {name: Written(text, name) for name in names}
    step.replay(values, _Writer())
    results = ", ".join(_shown(values[output]) for output in outputs)
    body = "\n    ".join([*_needed(text.lines, results), f"return {results}"])
    return f"def formulas({', '.join(names)}):\n    {body}\n"


def source_of_aggregate(
    step: AggregateStep, central: Iterable[str], drawn: Mapping[str, str], style: Mapping[str, str]
) -> str:
    """What an aggregate evaluates in one draw: the function ``formulas`` of central values, then of drawn ones."""
    text = _Text(style)
    names = list(central)
    values: dict[str, Any] = {name: Written(text, name) for name in names}
    draw: dict[str, Any] = {name: Written(text, parameter) for name, parameter in drawn.items()}
    result = _shown(step.replay(values, draw, _Writer()))
    body = "\n    ".join([*_needed(text.lines, result), f"return ({result},)"])
    return f"def formulas({', '.join([*names, *drawn.values()])}):\n    {body}\n"


def _needed(lines: list[str], results: str) -> list[str]:
    """The statements that the results need."""
    wanted, kept = set(_words(results)), []
    for line in reversed(lines):
        name, expression = line.split(" = ", 1)
        if name in wanted:
            wanted.update(_words(expression))
            kept.append(line)
    return kept[::-1]


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in text).split()


def made(text: str) -> Callable[..., Any]:
    """The function of a source."""
    space: dict[str, Any] = {"math": math, "np": np}
    exec(text, space)  # noqa: S102 - written by this file from the model's own functions
    function: Callable[..., Any] = space["formulas"]
    return function
