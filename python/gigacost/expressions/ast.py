"""Expressions in a spec, ``where`` and ``derive``: what they mean.

How they are written is ``gigacost.expressions.parser``'s; neither is ever evaluated as Python.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from gigacost import ops

ExpressionKind = Literal["number", "truth"]
LabelIs = Callable[[str, tuple[str, ...]], ops.Value]
"""Whether the label of an axis is one of some labels, as a truth."""

FUNCTIONS: Mapping[str, int] = {
    **dict.fromkeys(("exp", "log", "sqrt", "floor", "ceil", "round_half_even", "missing"), 1),
    **dict.fromkeys(("power", "minimum", "maximum"), 2),
    "where": 3,
    "total": -1,
}
"""The functions of ``gigacost.ops`` that an expression may call, and how many arguments they take (-1: any)."""
STATUS = "status"
"""The state of a combination, tested like the label of an axis: ``status == "ok"``."""
IN_DRAWS = "_in_draws"
"""What follows the label of a state that holds in some draws, and centrally does not."""


def _differ(a: ops.Value, b: ops.Value) -> ops.Value:
    return ops.either(a < b, a > b)  # IEEE's != holds where one is missing


COMPARISONS: Mapping[str, Callable[[ops.Value, ops.Value], ops.Value]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": _differ,
}
"""None holds where one side is missing."""
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
ARITHMETIC: Mapping[str, Callable[[ops.Value, ops.Value], ops.Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


AGGREGATES = ("mean", "quantile", "probability")
"""What the values of an expression in all draws may become. ``p90(x)`` is the 0.9-``quantile``, ``P(condition)`` a
``probability``."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression."""

    op: str
    """``number name label negative chain compare and or not``; ``quantity`` and ``text`` before their unit is known; an
    aggregate (``mean quantile probability``) of its one part over draws; or the name of a function."""
    kind: ExpressionKind
    parts: tuple[Node, ...] = ()
    signs: tuple[str, ...] = ()
    """Those between the parts of a ``chain`` (+ - or * /, taken from left to right) or of a ``compare``."""
    value: float = 0.0
    """Of a ``number``; which ``quantile``."""
    name: str = ""
    labels: tuple[str, ...] = ()

    def walk(self) -> Iterator[Node]:
        """The node and all below it, from left to right."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def read(self) -> Iterator[Node]:
        """The node and what it reads of a combination itself: all below it but what is aggregated over draws."""
        yield self
        if self.op not in AGGREGATES:
            for part in self.parts:
                yield from part.read()

    def evaluate(  # noqa: C901, PLR0911 - one per op
        self, env: Mapping[str, ops.Value], label_is: LabelIs | None
    ) -> ops.Value:
        """Its value where the names, and the texts of aggregates, stand for the values of ``env``."""
        if self.op == "number":
            return self.value
        if self.op == "name" or self.op in AGGREGATES:
            return env[self.name or str(self)]
        if self.op == "label":
            if label_is is None:
                message = f"the labels of {self.name} are needed: evaluate(env, label_is)"
                raise TypeError(message)
            return label_is(self.name, self.labels)
        if self.op == "not":
            return self.parts[0].refuted(env, label_is)
        values = [part.evaluate(env, label_is) for part in self.parts]
        if self.op == "chain":
            result = values[0]
            for sign, value in zip(self.signs, values[1:], strict=True):
                result = ARITHMETIC[sign](result, value)
            return result
        if self.op == "compare":
            pairs = zip(self.signs, values, values[1:], strict=False)
            return reduce(ops.both, (COMPARISONS[sign](a, b) for sign, a, b in pairs))
        if self.op in {"and", "or"}:
            return reduce(ops.both if self.op == "and" else ops.either, values)
        if self.op == "negative":
            return -values[0]
        return getattr(ops, self.op)(*values)

    def refuted(self, env: Mapping[str, ops.Value], label_is: LabelIs | None) -> ops.Value:
        """Whether a condition does not hold; a comparison with what is missing neither holds nor does not."""
        if self.op == "not":
            return self.parts[0].evaluate(env, label_is)
        if self.op in {"and", "or"}:
            refuted = [part.refuted(env, label_is) for part in self.parts]
            return reduce(ops.either if self.op == "and" else ops.both, refuted)
        if self.op == "compare":
            values = [part.evaluate(env, label_is) for part in self.parts]
            pairs = zip(self.signs, values, values[1:], strict=False)
            return reduce(ops.either, (COMPARISONS[_OPPOSITE[sign]](a, b) for sign, a, b in pairs))
        return ops.negate(self.evaluate(env, label_is))

    def __str__(self) -> str:
        """The one spelling of what it means, with all parentheses."""
        if self.op == "number":
            return repr(self.value)
        if self.op == "name":
            return self.name
        if self.op == "label":
            return f"({self.name} in {list(self.labels)})"
        parts = [str(part) for part in self.parts]
        if self.op in {"chain", "compare"}:
            return "(" + " ".join([parts[0], *(f"{s} {p}" for s, p in zip(self.signs, parts[1:], strict=True))]) + ")"
        if self.op in {"and", "or"}:
            return "(" + f" {self.op} ".join(parts) + ")"
        if self.op == "quantile":
            parts.append(repr(self.value))
        return f"{self.op}({', '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression."""

    text: str
    """As it was written."""
    root: Node
    unit: str = ""
    """Of a number, as far as it is known."""

    @property
    def kind(self) -> ExpressionKind:
        """Whether it is a number or a truth."""
        return self.root.kind

    @property
    def names(self) -> tuple[str, ...]:
        """The names whose values it needs, in order of first use."""
        return tuple(dict.fromkeys(node.name for node in self.root.read() if node.op == "name"))

    @property
    def aggregates(self) -> tuple[Node, ...]:
        """The aggregates over draws whose values it needs, in order of first use."""
        return tuple(dict.fromkeys(node for node in self.root.read() if node.op in AGGREGATES))

    @property
    def label_axes(self) -> tuple[str, ...]:
        """The axes whose labels it tests, in order of first use."""
        return tuple(dict.fromkeys(node.name for node in self.root.read() if node.op == "label"))

    @property
    def canonical(self) -> str:
        """The same for every way of writing the same expression."""
        return str(self.root)

    def evaluate(self, env: Mapping[str, ops.Value], label_is: LabelIs | None = None) -> ops.Value:
        """Its value, of floats or of any carrier.

        ``env`` has the ``names``, and the ``aggregates`` by their canonical text;
        ``label_is(axis, labels)`` says, as a truth, whether the axis's label is among some.
        """
        return self.root.evaluate(env, label_is)
