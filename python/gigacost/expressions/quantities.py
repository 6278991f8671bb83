"""Quantities within expressions, ``90d``, ``$50M``, ``"2.10 $/h"``: each in the unit of what it is compared with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NoReturn, Protocol

from gigacost.errors import SpecError, UnitError, show
from gigacost.expressions.ast import Node
from gigacost.expressions.tokens import QUOTING, SINGLY
from gigacost.units.algebra import Unit
from gigacost.units.quantities import parse_quantity

PENDING = frozenset({"quantity", "text"})
"""Nodes that are no numbers before their unit is known: a bare quantity, and one in quotes."""
_ALIKE = frozenset({"minimum", "maximum", "total"})
"""Functions whose arguments are in one unit, that of the result."""
_KEEPING = frozenset({"negative", "floor", "ceil", "round_half_even", "mean", "quantile"})
"""What has the unit of its one part."""
_SUFFIXED = re.compile(r"[^$]*[0-9.][KMBT]")
_NOTHING = re.compile(r"0+[KMBT]")


class Refuse(Protocol):
    """Raises SpecError for a quantity, with the place where it stands."""

    def __call__(self, quantity: Node, what: str, hint: str = "", allowed: str = "") -> NoReturn:
        """Refuse the quantity."""


def unit_of(node: Node, units: Mapping[str, str]) -> str:  # noqa: PLR0911 - one per kind of node
    """The unit of a number, as far as the names tell it; empty where they do not.

    A bare number times something may be a conversion (``train_days * 24``): what it makes has no known unit.
    """
    if node.op == "name":
        unit = units.get(node.name, "")
        return "" if unit == "truth" else unit
    if node.op in _KEEPING:
        return unit_of(node.parts[0], units)
    if node.op == "probability":
        return "1"
    if node.op in _ALIKE or (node.op == "chain" and node.signs[0] in "+-"):
        return _first(node.parts, units)
    if node.op == "where":
        return _first(node.parts[1:], units)
    if node.op != "chain":
        return ""
    known = [unit_of(part, units) for part in node.parts]
    if not all(known):
        return ""
    result = Unit.parse(known[0])
    for sign, unit in zip(node.signs, known[1:], strict=True):
        result = result * Unit.parse(unit) if sign == "*" else result / Unit.parse(unit)
    return str(result)


def in_units(root: Node, units: Mapping[str, str], refuse: Refuse) -> Node:
    """An expression with its quantities as numbers, each in the unit of what it is compared with or added to.

    Raises SpecError, as ``refuse`` does, where nothing tells that unit, or where it measures something else.
    """
    return _Settler(units, refuse).settled(root, "")


def _first(parts: Sequence[Node], units: Mapping[str, str]) -> str:
    return next((unit for part in parts if (unit := unit_of(part, units))), "")


def _is_pending(node: Node) -> bool:
    return any(part.op in PENDING for part in node.walk())


class _Settler:
    def __init__(self, units: Mapping[str, str], refuse: Refuse) -> None:
        self.units = units
        self.refuse = refuse

    def settled(self, node: Node, unit: str) -> Node:
        """The node with its quantities as numbers, where the whole is in ``unit`` (empty: nobody knows)."""
        if node.op in PENDING:
            return Node("number", "number", value=self._number(node, unit))
        if not _is_pending(node):
            return node
        if node.op == "chain" and node.signs[0] in "*/":
            return replace(node, parts=tuple(self._factor(node, place, unit) for place in range(len(node.parts))))
        if node.op in {"compare", "chain", *_ALIKE}:
            each = self._common(node.parts) or ("" if node.op == "compare" else unit)
            return self._all(node, each)
        if node.op == "where":
            each = self._common(node.parts[1:]) or unit
            condition, *values = node.parts
            return replace(node, parts=(self.settled(condition, ""), *(self.settled(value, each) for value in values)))
        return self._all(node, unit if node.op in _KEEPING else "")

    def _all(self, node: Node, unit: str) -> Node:
        return replace(node, parts=tuple(self.settled(part, unit) for part in node.parts))

    def _factor(self, product: Node, place: int, unit: str) -> Node:
        """A factor of a product: in the product's unit where all others are plain numbers, as in ``2 * $50M``."""
        others = (part for i, part in enumerate(product.parts) if i != place)
        divides = place > 0 and product.signs[place - 1] == "/"
        alone = not divides and all(part.op in {"number", "negative"} for part in others)
        return self.settled(product.parts[place], unit if alone else "")

    def _common(self, parts: Sequence[Node]) -> str:
        """The unit of all parts that have one. Raises SpecError where they have several."""
        known = {unit: part for part in parts if (unit := unit_of(part, self.units))}
        if len({Unit.parse(unit) for unit in known}) > 1:
            (one, first), (other, second), *_ = known.items()
            quantity = next(node for part in parts for node in part.walk() if node.op in PENDING)
            what = f"{show(quantity.name)} stands beside {first} [{one}] and {second} [{other}]"
            self.refuse(quantity, f"{what}, which are in different units")
        return next(iter(known), "")

    def _number(self, quantity: Node, unit: str) -> float:
        text = quantity.name
        if _NOTHING.fullmatch(text) and unit != "B":
            self.refuse(quantity, f"{show(text)} is nothing; {QUOTING}", SINGLY)
        if not unit and not _SUFFIXED.fullmatch(text):
            what = f"nothing tells the unit of {show(text)}"
            what += ": a text can only be compared with a name" if quantity.op == "text" else ""
            self.refuse(quantity, what, allowed="a name that has a unit on the other side, as in train_days <= 90d")
        try:
            return parse_quantity(text, unit or "1")
        except SpecError as error:
            fault = error.faults[0]
            self.refuse(quantity, f"{fault.value}: {fault.what}", fault.hint, fault.allowed)
        except UnitError:
            self.refuse(quantity, f"{show(text)} is not a quantity", allowed=f"a number in {unit}")
