"""Conditions with the states of combinations written out: what ``missing(x)`` and ``status`` mean, and what null does.

``missing(x)`` holds where x is null for any reason: the figure is missing, or a state spoils it. ``status`` is the
first true state of a row. Neither needs what it looks at to be there. All else does:

- Conditions that ``and`` joins are looked at one by one. One without ``missing`` and ``status`` needs all that it
  reads: where something of that is null the whole does not count.
- In one with them, as ``missing(x) or x <= 5``, each alternative counts for itself: a comparison that reads a null does
  not hold, and neither does its negation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from gigacost.expressions.ast import AGGREGATES, STATUS, Node

OK = "ok"
"""The state of a combination of which nothing is spoiled."""
_ZERO = Node("number", "number")
ALWAYS = Node("compare", "truth", (_ZERO, _ZERO), ("==",))
NEVER = Node("compare", "truth", (_ZERO, _ZERO), ("!=",))


@dataclass(frozen=True, slots=True)
class States:
    """The row states that conditions look at."""

    spoiling: Callable[[Iterable[str]], Sequence[str]]
    """The truth quantities of the states that spoil any of some names."""
    of_rows: Sequence[tuple[str, str]] = ()
    """Label and truth quantity of each state that a row's status may be, in order."""


NO_STATES = States(lambda _: ())


def is_test(node: Node) -> bool:
    """Whether a node is ``missing(...)`` or a test of the status."""
    return node.op == "missing" or is_of_status(node)


def is_of_status(node: Node) -> bool:
    """Whether a node is a test of the status."""
    return node.op == "label" and node.name == STATUS


def written_out(root: Node, states: States) -> tuple[Node, tuple[str, ...]]:
    """An expression over states instead of ``missing`` and ``status``, and what of it must not be null."""
    writer = _Writer(states)
    node = writer.condition(root, holds=True) if root.kind == "truth" else writer.plain(root)
    return node, tuple(writer.reads)


class _Writer:
    def __init__(self, states: States) -> None:
        self.states = states
        self.reads: dict[str, None] = {}
        """Names and aggregates that must not be null."""

    def condition(self, node: Node, *, holds: bool) -> Node:
        """A condition, or its negation, of which each part that ``and`` joins needs what it reads."""
        if node.op == "not":
            return self.condition(node.parts[0], holds=not holds)
        if node.op in {"and", "or"} and (node.op == "and") == holds:
            return Node("and", "truth", tuple(self.condition(part, holds=holds) for part in node.parts))
        if _has_test(node):
            return self.alternative(node, holds=holds)
        return _held(self.plain(node), holds=holds)

    def alternative(self, node: Node, *, holds: bool) -> Node:
        """A condition, or its negation, of which each comparison counts for itself."""
        if node.op == "not":
            return self.alternative(node.parts[0], holds=not holds)
        if node.op in {"and", "or"}:
            op = "and" if (node.op == "and") == holds else "or"
            return Node(op, "truth", tuple(self.alternative(part, holds=holds) for part in node.parts))
        if is_test(node):
            return _held(self._status(node.labels) if is_of_status(node) else self._missing(node), holds=holds)
        apart = _Writer(self.states)
        known = _held(apart.plain(node), holds=holds)
        return _joined("and", [known, *(_held(_truth(name), holds=False) for name in self._spoiling(apart))])

    def plain(self, node: Node) -> Node:
        """What needs all that it reads, with the conditions inside of it written out."""
        if node.op == "name":
            self.reads[node.name] = None
            return node
        if node.op in AGGREGATES:
            self.reads[str(node)] = None
            return node
        if node.op == "where":
            condition, *values = node.parts
            parts = (self.condition(condition, holds=True), *map(self.plain, values))
        else:
            parts = tuple(map(self.plain, node.parts))
        return replace(node, parts=parts) if parts != node.parts else node

    def _missing(self, node: Node) -> Node:
        apart = _Writer(self.states)
        bare = Node("missing", "truth", (apart.plain(node.parts[0]),))
        return _joined("or", [bare, *map(_truth, self._spoiling(apart))])

    def _spoiling(self, apart: _Writer) -> Sequence[str]:
        return self.states.spoiling(apart.reads)

    def _status(self, labels: Sequence[str]) -> Node:
        """Whether the first true state is among some, or none is true and ``ok`` is."""

        def before(rest: Node, state: tuple[str, str]) -> Node:
            label, name = state
            if label in labels:
                return (
                    _truth(name) if rest == NEVER else rest if rest == ALWAYS else _joined("or", [_truth(name), rest])
                )
            no = _held(_truth(name), holds=False)
            return no if rest == ALWAYS else rest if rest == NEVER else _joined("and", [no, rest])

        return reduce(before, reversed(self.states.of_rows), ALWAYS if OK in labels else NEVER)


def _has_test(node: Node) -> bool:
    return is_test(node) or (node.op in {"and", "or", "not"} and any(map(_has_test, node.parts)))


def _truth(name: str) -> Node:
    return Node("name", "truth", name=name)


def _held(node: Node, *, holds: bool) -> Node:
    return node if holds else Node("not", "truth", (node,))


def _joined(op: str, parts: Sequence[Node]) -> Node:
    return Node(op, "truth", tuple(parts)) if len(parts) > 1 else parts[0]
