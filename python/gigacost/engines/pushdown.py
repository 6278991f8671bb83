"""What other engines ask of the columns of rows, as conditions of the grammar.

Their tests are of three values: a comparison with null is neither true nor false. Conditions here hold exactly where a
test is true; where one is false is asked of the opposite. What cannot be said exactly is None, and left to the engine
that asks.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gigacost.compiler.bound import Bound
from gigacost.compiler.conditions import ALWAYS, NEVER
from gigacost.compiler.lower import planned
from gigacost.compiler.plan import Query
from gigacost.expressions.ast import STATUS, Node
from gigacost.graph.declarations import Status
from gigacost.spec.fields import Scalar

OPPOSITE: Mapping[str, str] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
"""Of each comparison, the one that is true where it is false."""
MIRRORED: Mapping[str, str] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
"""Of each comparison, the one of its sides the other way round."""
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
"""What each comparison says of two values."""
_MOST_VALUES = 1000
"""So many values of an axis are told one by one, and so many are looked for in a list."""
_LEAST_RANGE = 1 << 14
"""Combinations among which none are left out in advance."""
_FIRST = 1 << 10
"""Combinations that are looked at first: whoever wants a few rows waits for a few."""
_GROWTH = 4
_MOST_PER_THREAD = 1 << 17
_MOST = 1 << 20
"""Combinations that are computed at once, at most: their rows are held in memory."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on rows, and how it reads."""

    node: Node
    text: str


EVERYWHERE = Condition(ALWAYS, "true")
NOWHERE = Condition(NEVER, "false")


def both(parts: Sequence[Condition | None]) -> Condition | None:
    """Where all conditions hold; None where one of them cannot be said."""
    return _joined("and", parts, nothing=EVERYWHERE, decided=NOWHERE)


def either(parts: Sequence[Condition | None]) -> Condition | None:
    """Where any of the conditions holds; None where one of them cannot be said."""
    return _joined("or", parts, nothing=NOWHERE, decided=EVERYWHERE)


def _joined(op: str, parts: Sequence[Condition | None], *, nothing: Condition, decided: Condition) -> Condition | None:
    said = [part for part in parts if part is not None]
    if decided in said:
        return decided
    if len(said) < len(parts):
        return None
    kept = [part for part in dict.fromkeys(said) if part != nothing]
    if len(kept) < 2:  # noqa: PLR2004 - nothing to join
        return kept[0] if kept else nothing
    text = f" {op} ".join(f"({part.text})" if part.node.op in {"and", "or"} else part.text for part in kept)
    return Condition(Node(op, "truth", tuple(part.node for part in kept)), text)


class Columns:
    """The columns of the rows of a bound specification, as conditions may test them."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        states = planned(bound, Query(bound.columns, bound.spec.where)).states
        self._labels: dict[str, tuple[Any, ...]] = {
            name: tuple(dict.fromkeys(digit.values)) for name, digit in bound.digits.items()
        }
        if bound.model.states:
            self._labels[STATUS] = states

    def compared(self, column: str, sign: str, value: object) -> Condition | None:
        """Where a column compares so with a value."""
        if not isinstance(value, int | float | str) or isinstance(value, bool):
            return None
        if isinstance(value, int | float) and not _is_exact(value):
            return None
        text = f"{column} {sign} {_shown(value)}"
        number = self._number(column)
        if number is not None:
            if isinstance(value, str):
                return None
            literal = Node("number", "number", value=float(value))
            return Condition(Node("compare", "truth", (number, literal), (sign,)), text)
        return self._chosen(column, lambda own: COMPARISONS[sign](own, value), text, type(value))

    def among(self, column: str, values: Iterable[object], *, inside: bool) -> Condition | None:
        """Where a column is one of some values, or is none of them and not null; None for no values."""
        listed = list(dict.fromkeys(values))
        if not 0 < len(listed) <= _MOST_VALUES:
            return None
        if all(isinstance(value, str) for value in listed):
            word = "in" if inside else "not in"
            text = f"{column} {word} [{', '.join(map(_shown, listed))}]"
            return self._chosen(column, lambda own: (own in listed) == inside, text, str)
        tests = [self.compared(column, "==" if inside else "!=", value) for value in listed]
        return either(tests) if inside else both(tests)

    def null(self, column: str, *, holds: bool) -> Condition | None:
        """Where a column is null, or where it is not."""
        if column in self._labels:
            return NOWHERE if holds else EVERYWHERE
        number = self._number(column)
        if number is None:
            return None
        missing = Node("missing", "truth", (number,))
        if holds:
            return Condition(missing, f"missing({column})")
        return Condition(Node("not", "truth", (missing,)), f"not missing({column})")

    def values(self, column: str) -> tuple[Scalar, ...]:
        """The values that an axis (or the status) has; none of a quantity, or where there are too many to list."""
        own = self._labels.get(column, ())
        return own if len(own) <= _MOST_VALUES else ()

    def met(self, column: str, meeting: Sequence[Scalar], text: str) -> Condition:
        """Where an axis (or the status) has one of some of its values."""
        if len(meeting) == len(self.values(column)):
            return EVERYWHERE
        labels: tuple[Any, ...] = tuple(meeting)  # as labels are tested, so are the values of any axis
        return Condition(Node("label", "truth", name=column, labels=labels), text) if meeting else NOWHERE

    def settled(self, condition: Condition) -> Node | None:
        """The condition as a space takes it; None where it holds everywhere.

        Joined by ``or``, what compares says itself that nothing of it is null.
        """
        return None if condition == EVERYWHERE else self._settled(condition.node)

    def ranges(self, condition: Condition) -> Iterator[tuple[int, int]]:
        """The ranges of combinations outside of which the condition's tests of single axes hold nowhere.

        Ascending, and cut along the outermost axes: not into ranges that are too small to be worth it.
        """
        if condition == NOWHERE:
            return
        allowed: dict[int, list[bool]] = {}
        conjuncts = condition.node.parts if condition.node.op == "and" else (condition.node,)
        for node in conjuncts:
            digit = self._bound.digits.get(_tested_alone(node))
            if digit is not None:
                before = allowed.get(digit.group, [True] * len(digit.values))
                holds = zip(before, digit.values, strict=True)
                allowed[digit.group] = [so_far and _holds(node, value) for so_far, value in holds]
        if not all(map(any, allowed.values())):
            return
        pending: tuple[int, int] | None = None
        for begin, end in self._boxes(allowed, 0, 0, self._bound.size):
            if pending and pending[1] < begin:
                yield pending
                pending = None
            pending = (pending[0] if pending else begin, end)
        if pending:
            yield pending

    def _chosen(self, column: str, meets: Callable[[Any], bool], text: str, kind: type) -> Condition | None:
        """Where the value of an axis (or the status) is one that meets a test of text, or of numbers."""
        own = self.values(column)
        if not own or any(isinstance(value, str) != issubclass(kind, str) for value in own):
            return None
        return self.met(column, [value for value in own if meets(value)], text)

    def _number(self, column: str) -> Node | None:
        """What reads a column's number in conditions; None where only the axis itself tells it."""
        bound = self._bound
        if column in bound.digits:
            digit = bound.digits[column]
            marks = (state.mark for state in bound.model.states)
            spoiled = any(column in mark.spoils for mark in marks if isinstance(mark, Status))
            by_name = column in bound.model.names and digit.kind != "label" and not digit.carried and not spoiled
            return Node("name", "number", name=column) if by_name else None
        if column == STATUS or self._is_truth(column):
            return None
        aggregate = bound.aggregate(column)
        return aggregate.root if aggregate else Node("name", "number", name=column)

    def _is_truth(self, column: str) -> bool:
        bound = self._bound
        if column in bound.spec.derive:
            return bound.spec.derive[column].kind == "truth"
        return column in bound.model.quantities and bound.model.quantities[column].unit == "truth"

    def _boxes(
        self, allowed: Mapping[int, list[bool]], group: int, begin: int, count: int
    ) -> Iterator[tuple[int, int]]:
        if count <= _LEAST_RANGE or group > max(allowed, default=-1):
            yield begin, begin + count
            return
        inner = count // self._bound.sizes[group]
        for digit in range(self._bound.sizes[group]):
            if group not in allowed or allowed[group][digit]:
                yield from self._boxes(allowed, group + 1, begin + digit * inner, inner)

    def _settled(self, node: Node) -> Node:
        if node.op == "and":
            return Node("and", "truth", tuple(map(self._settled, node.parts)))
        return self._guarded(node) if node.op == "or" else node

    def _guarded(self, node: Node) -> Node:
        if node.op in {"and", "or"}:
            return Node(node.op, "truth", tuple(map(self._guarded, node.parts)))
        number = node.parts[0] if node.op == "compare" else None
        if number is None or number.name in self._labels:
            return node
        present = Node("not", "truth", (Node("missing", "truth", (number,)),))
        return Node("and", "truth", (present, node))


def pieces(ranges: Iterable[tuple[int, int]], threads: int) -> Iterator[tuple[int, int]]:
    """Ranges of combinations cut into smaller ones: first a few combinations, then ever more."""
    count = _FIRST
    for start, stop in ranges:
        begin = start
        while begin < stop:
            end = min(begin + count, stop)
            yield begin, end
            begin = end
            count = min(count * _GROWTH, _MOST_PER_THREAD * threads, _MOST)


def _tested_alone(node: Node) -> str:
    """The only name that a condition tests, itself and not something made of it; empty where there is no such name."""
    if node.op in {"and", "or"}:
        names = {_tested_alone(part) for part in node.parts}
        return names.pop() if len(names) == 1 else ""
    tested = node.parts[0] if node.op == "compare" else node
    return tested.name if tested.op in {"label", "name"} else ""


def _holds(node: Node, value: Scalar) -> bool:
    """Whether a test of an axis holds at a value of it."""
    if node.op in {"and", "or"}:
        return (all if node.op == "and" else any)(_holds(part, value) for part in node.parts)
    if node.op == "label":
        return value in node.labels
    return COMPARISONS[node.signs[0]](value, node.parts[1].value)


def _is_exact(value: float) -> bool:
    """Whether a number is one of 64-bit floats, as all that is compared here."""
    try:
        return math.isfinite(value) and float(value) == value
    except OverflowError:
        return False


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
