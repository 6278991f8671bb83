"""The tree of what a quantity is made of, down to figures with their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gigacost._record import Record
from gigacost.analysis.explain.inputs import Ingredient, constant, ingredient
from gigacost.compiler.bound import Bound
from gigacost.graph.declarations import Contribution, Doubt, Status, Subtotal
from gigacost.graph.formulas import Formula, constants, formula
from gigacost.graph.wiring import Quantity, SearchStep
from gigacost.queries.assumptions import Assumption
from gigacost.queries.estimates import Estimate

Kind = Literal["quantity", "contribution", "subtotal", "state", "warning", "input", "choice", "searched", "constant"]
_SHOWN = 90
"""The text cuts longer formulas and sources."""


@dataclass(frozen=True, slots=True)
class Part(Record):
    """A quantity or figure in the tree of what something is made of."""

    name: str
    kind: Kind
    unit: str
    value: float | None = None
    share: float | None = None
    """Of the outermost sum whose term it is, or a term of whose terms; None where nothing is summed."""
    formula: Formula = field(default_factory=Formula)
    """Over its parts; empty for a figure."""
    origin: str = ""
    """Of a figure, as ``Ingredient.origin`` has it."""
    source: str = ""
    date: str = ""
    parts: tuple[Part, ...] = ()
    cut: str = ""
    """Why its own parts are not listed: ``above`` (they are, further up) or ``deeper`` than was asked for."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        names = ("name", "kind", "unit", "value", "share", "origin", "source", "date", "cut")
        plain = {name: getattr(self, name) for name in names}
        plain |= {"expression": self.formula.expression, "where": list(self.formula.where)}
        return plain | {"parts": [part.to_dict() for part in self.parts]}


class Derivation:
    """Lists what is made of what under a specification, each quantity's own parts only once."""

    def __init__(self, name: str, bound: Bound, costed: Estimate | None, assumed: Mapping[str, Assumption]) -> None:
        self.bound = bound
        self.costed = costed
        self.assumed = assumed
        self.listed: set[str] = set()
        self.steps: dict[str, Quantity] = {}
        self.searched: dict[str, str] = {}
        for step in bound.model.wire([name], bound.given).steps:
            if isinstance(step, SearchStep):
                self.searched |= {axis: step.search.name for axis, _ in step.search.over}
            elif isinstance(step, Quantity):
                self.steps[step.name] = step

    def parts(self, quantity: Quantity, depth: int, whole: float | None = None) -> tuple[Part, ...]:
        """What a quantity is made of, to a depth: its parameters, then the constants of its formula."""
        is_sum = isinstance(quantity.mark, Subtotal)
        whole = (whole or self.value(quantity.name)) if is_sum else None
        made_of = [self.part(name, depth - 1, whole) for name in quantity.parameters]
        numbers = [constant(name, known) for name, known in constants(quantity.function).items()]
        return (*made_of, *(_figure(one, "constant") for one in numbers))

    def part(self, name: str, depth: int, whole: float | None = None) -> Part:
        """A part, with its own parts to a depth; ``whole`` is the sum it is a term of."""
        value = self.value(name)
        share = value / whole if value is not None and whole else None
        quantity = self._quantity(name)
        if quantity is None:
            return self._leaf(name, value, share)
        made = formula(quantity)
        kind = kind_of(quantity)
        if name in self.listed or depth < 1:
            cut = "above" if name in self.listed else "deeper" if quantity.parameters else ""
            return Part(name, kind, quantity.unit, value, share, made, cut=cut)
        self.listed.add(name)
        return Part(name, kind, quantity.unit, value, share, made, parts=self.parts(quantity, depth, whole))

    def value(self, name: str) -> float | None:
        """The value of a quantity or figure; None where it has none."""
        one = self.assumed.get(name)
        value = one.value if one else self.costed.quantities.get(name) if self.costed else None
        return value if not isinstance(value, str) else None

    def null(self, name: str) -> str:
        """The prices for want of which a quantity has no value; empty where that is not the reason."""
        if self.costed is None or self.costed.quantities.get(name, 0.0) is not None:
            return ""
        return "; ".join(price.message for price in self.costed.missing_prices)

    def _quantity(self, name: str) -> Quantity | None:
        if name in self.assumed or name in self.searched:
            return None
        # What decides a search is inside of it, not among the steps.
        return self.steps.get(name) or self.bound.model.quantities.get(name)

    def _leaf(self, name: str, value: float | None, share: float | None) -> Part:
        if name in self.searched:
            known = self.bound.model.inputs.get(name)
            source = f"the search {self.searched[name]} of the model (gigacost explain {name})"
            return Part(name, "searched", known.unit if known else "", value, share, origin="searched", source=source)
        return _figure(ingredient(name, self.bound, self.assumed), "input", share)


def _figure(one: Ingredient, kind: Kind, share: float | None = None) -> Part:
    value = one.value if not isinstance(one.value, str) else None
    return Part(one.name, kind, one.unit, value, share, origin=one.origin, source=one.source, date=one.date)


def kind_of(quantity: Quantity) -> Kind:
    """What a quantity was declared to be."""
    kinds: Mapping[type, Kind] = {
        Contribution: "contribution",
        Subtotal: "subtotal",
        Status: "state",
        Doubt: "warning",
    }
    return kinds.get(type(quantity.mark), "quantity")


def branches(parts: tuple[Part, ...], indent: str = "  ") -> Iterator[str]:
    """The tree as lines of text."""
    for i, part in enumerate(parts):
        last = i == len(parts) - 1
        yield f"{indent}{'└─' if last else '├─'} {_line(part)}"
        yield from branches(part.parts, indent + ("   " if last else "│  "))


def _line(part: Part) -> str:
    value = "" if part.value is None else f" = {written(part.value)}"
    share = "" if part.share is None else f", {part.share:.1%}"
    made = f"  <- {cut(part.formula.expression)}" if part.formula.expression and part.kind != "subtotal" else ""
    dated = f" ({part.date})" if part.date else ""
    source = f": {_marked(part)}{dated}" if part.source else ""
    listed = {"above": " (its parts: see above)", "deeper": " ..."}.get(part.cut, "")
    return f"{part.name} [{part.unit}]{value}{share}{listed}{made}{source}"


def _marked(part: Part) -> str:
    """Where a figure is from, said first: what is quoted and what is only assumed are not the same."""
    told = part.source.startswith(part.origin) or part.origin in {"searched", "constant"} or part.value is None
    return cut(part.source if told else f"{part.origin}: {part.source}")


def cut(text: str) -> str:
    """A text that is not too long for a line of the tree."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}..."


def written(value: float | str) -> str:
    """A number as it is read: the digits before its point, or six."""
    if isinstance(value, str):
        return value
    whole = value == int(value) or abs(value) >= 1e6  # noqa: PLR2004 - seven digits and more
    return f"{value:,.0f}" if whole and abs(value) < 1e15 else f"{value:,.6g}"  # noqa: PLR2004 - exact below
