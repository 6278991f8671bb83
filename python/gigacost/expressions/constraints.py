"""Constraints: the conditions that a condition joins by ``and``, each of which may be relaxed."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from gigacost.expressions.ast import AGGREGATES, Expression, Node
from gigacost.expressions.tokens import split

LARGEST = sys.float_info.max
"""Stands for what is not finite, where a column must be."""
_AT_MOST = {"<": True, "<=": True, ">": False, ">=": False}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Limit:
    """What a constraint keeps on one side of a number."""

    side: Node
    number: float
    at_most: bool
    """Whether the number is the largest that is allowed, or the smallest."""

    @property
    def excess(self) -> Node:
        """How far beyond the number a value is, as a share of it; where it is 0, as it is."""
        parts = (self.side, _number(self.number)) if self.at_most else (_number(self.number), self.side)
        beyond = Node("chain", "number", parts, ("-",))
        return Node("chain", "number", (beyond, _number(abs(self.number) or 1.0)), ("/",))

    @property
    def shown(self) -> Node:
        """The side, as the largest number where it is not finite."""
        within = Node("compare", "truth", (_number(-LARGEST), self.side, _number(LARGEST)), ("<=", "<"))
        return Node("where", "number", (within, self.side, _number(LARGEST)))

    def change(self, value: float) -> float | None:
        """The share by which the number would have to change to be the value; of 0 there is none."""
        return (value - self.number) / abs(self.number) if self.number else None


@dataclass(frozen=True, slots=True)
class Constraint:
    """One of the conditions that all have to hold."""

    text: str
    """As it was written."""
    node: Node

    @property
    def limit(self) -> Limit | None:
        """What it says, where that is a quantity (or an expression) on one side of a number."""
        if self.node.op != "compare" or self.node.signs[0] not in _AT_MOST:
            return None
        (left, right), (sign,) = self.node.parts, self.node.signs
        if constant(left) is not None:
            left, right, sign = right, left, _MIRRORED[sign]
        number = constant(right)
        return None if number is None or constant(left) is not None else Limit(left, number, _AT_MOST[sign])

    @property
    def quantity(self) -> str:
        """What it limits, as a name or an expression; empty where it is not of that form."""
        return str(self.limit.side) if self.limit else ""


def constraints(condition: Expression | None) -> tuple[Constraint, ...]:
    """The conditions that a condition joins by ``and``, in order; a chain ``a <= b <= c`` is two. None has none."""
    return tuple(_parted(condition.root, condition.text)) if condition else ()


def joined(nodes: Iterable[Node]) -> Expression | None:
    """The condition that all of some conditions hold; None where there are none."""
    parts = tuple(nodes)
    if not parts:
        return None
    root = Node("and", "truth", parts) if len(parts) > 1 else parts[0]
    return Expression(str(root), root)


def finite(expression: Expression) -> Node:
    """The condition that a number is neither missing nor beyond the largest, on either side."""
    return Node("compare", "truth", (_number(-LARGEST), expression.root, _number(LARGEST)), ("<=", "<="))


def distance(limits: Sequence[Limit]) -> Expression:
    """What is the smaller the nearer a combination comes to limits: of one its value, of several the worst excess."""
    if len(limits) == 1:
        side = limits[0].side
        root = side if limits[0].at_most else Node("negative", "number", (side,))
    else:
        root = reduce(lambda a, b: Node("maximum", "number", (a, b)), (limit.excess for limit in limits))
    return Expression(str(root), root)


def _parted(node: Node, text: str) -> Iterator[Constraint]:
    if node.op == "and":
        for part, piece in zip(node.parts, split(text, ("and",)), strict=True):
            yield from _parted(part, piece)
    elif node.op == "compare" and len(node.signs) > 1:
        pieces = split(text, node.signs)
        for i, sign in enumerate(node.signs):
            pair = Node("compare", "truth", node.parts[i : i + 2], (sign,))
            yield Constraint(f"{pieces[i]} {sign} {pieces[i + 1]}", pair)
    else:
        yield Constraint(text.strip(), node)


def _number(value: float) -> Node:
    return Node("number", "number", value=value)


def constant(node: Node) -> float | None:
    """The number that a node is whatever the combination; None for one that depends on it."""
    if any(part.op in {"name", "label", *AGGREGATES} for part in node.walk()):
        return None
    try:
        value = float(node.evaluate({}, None))
    except (ArithmeticError, ValueError):
        return None
    return value if math.isfinite(value) else None
