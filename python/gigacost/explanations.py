"""How a number is made: formula, source, what it is made of and what uses it; with inputs given, also its values."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Literal

from gigacost.accounting import accounted
from gigacost.bind import Bound, words
from gigacost.books import opened
from gigacost.catalog import Catalog
from gigacost.declare import Constant, Contribution, Status, Subtotal
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.estimates import Assumption, Estimate, assumption, estimated, lacking, unplaced
from gigacost.graph import Model
from gigacost.model import default as default_model
from gigacost.spec import Spec
from gigacost.wiring import Quantity, Search

Kind = Literal["quantity", "contribution", "subtotal", "state", "input", "choice", "searched"]
DEPTH = 3
"""Levels of the tree that are listed when nothing else is asked for."""
_SOURCE_SHOWN = 140
"""The text cuts longer sources of ingredients; explaining one of them shows all of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A quantity or input in the tree of what something is made of."""

    name: str
    unit: str
    value: float | None = None
    share: float | None = None
    """Of the sum it is a term of; None where nothing is summed."""
    parts: tuple[Part, ...] = ()
    cut: str = ""
    """Why its own parts are not listed: ``above`` (they are, further up) or ``deeper`` than was asked for."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        plain: dict[str, Any] = {"name": self.name, "unit": self.unit, "value": self.value, "share": self.share}
        return plain | {"parts": [part.to_dict() for part in self.parts], "cut": self.cut}


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A figure that goes in: an input, or a constant of the formula."""

    name: str
    value: float | str | None
    """None where it has no default and was not given, or is left out."""
    unit: str
    doc: str
    source: str
    date: str
    allowed: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, repr=False)
class Explanation:
    """What there is to know about one name of the model. ``text`` is for people, ``to_dict()`` for programs."""

    name: str
    kind: Kind
    unit: str
    doc: str
    """What it is, in a sentence."""
    formula: str
    source: str
    counted_in: str
    """The subtotal that a contribution is counted in; what a state spoils."""
    value: float | str | None
    """With inputs given; None without them, and where a state spoils it."""
    made_of: tuple[Part, ...]
    used_by: tuple[str, ...]
    inputs: tuple[Ingredient, ...]
    """All inputs that it depends on, directly or not."""
    constants: tuple[Ingredient, ...]
    """Those in its own formula."""

    def __repr__(self) -> str:
        return f"<Explanation of {self.name} [{self.unit}]>"

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n".join(_lines(self))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``gigacost explain --json`` prints it."""
        names = ("name", "kind", "unit", "doc", "formula", "source", "counted_in", "value")
        plain = {name: getattr(self, name) for name in names} | {"used_by": list(self.used_by)}
        lists = ("made_of", "inputs", "constants")
        return plain | {name: [item.to_dict() for item in getattr(self, name)] for name in lists}


def explain(
    name: str,
    model: Model | str | None = None,
    *,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
    as_of: str | None = None,
    preset: str | Sequence[str] | None = None,
    depth: int = DEPTH,
    **inputs: Any,  # noqa: ANN401 - a value as people write it
) -> Explanation:
    """How a quantity is made, or what an input is: ``explain("cost_rent_usd")``.

    With inputs, as for ``estimate``, figures of the catalogue are cited (``explain("tdp_w", hardware="h100-sxm")``);
    with all that an estimate needs the tree carries values and shares. It is ``depth`` levels deep. Raises SpecError
    for an unknown name and for bad inputs.
    """
    built = model if isinstance(model, Model) else default_model()
    book = opened(catalog)
    tree: dict[str, Any] = {"version": 1, "fixed": inputs | ({"model": model} if isinstance(model, str) else {})}
    tree |= {key: value for key, value in (("as_of", as_of), ("preset", preset)) if value is not None}
    try:
        spec = Spec.from_dict(tree, words(built, book))
    except SpecError as error:
        raise SpecError(*unplaced(error.faults)) from None
    return explained(name, spec, built, book, depth)


def explained(name: str, spec: Spec, model: Model, catalog: Catalog, depth: int = DEPTH) -> Explanation:
    """The explanation of a name where a specification without axes gives what it gives. Raises SpecError."""
    model = accounted(model, spec.accounting)
    known = [*model.names, *catalog.axes]
    if name not in known:
        what = "neither quantity nor input of the model"
        raise SpecError(Fault("quantity", show(name), what, "", nearest(name, known)))
    bound = Bound(spec, model, catalog)
    costed = None if lacking(bound) else estimated(spec, model, catalog)
    if name in catalog.axes and name not in model.inputs:
        return _of_axis(name, bound)
    assumed = {leaf: assumption(bound, spec, leaf) for leaf in _leaves(name, bound) if bound.available(leaf)}
    quantity = model.quantities.get(name)
    search = next((one for one in model.searches if name in dict(one.over)), None)
    if search and name not in bound.given:
        return _of_searched(name, search, bound, _Tree(bound, costed, assumed), depth)
    if quantity is None or name in assumed:
        return _of_input(name, bound, assumed)
    doc, formula, source = _sections(quantity.doc)
    mark = quantity.mark
    tree = _Tree(bound, costed, assumed)
    parts = tree.parts(quantity, depth)
    return Explanation(
        name=name,
        kind=_kind(quantity),
        unit=quantity.unit,
        doc=doc,
        formula=formula if not isinstance(mark, Subtotal) else " + ".join(quantity.parameters),
        source=source or ("the contributions declared to it" if isinstance(mark, Subtotal) else ""),
        counted_in=_counted_in(mark),
        value=costed.quantities.get(name) if costed else None,
        made_of=parts,
        used_by=_users(name, model),
        inputs=tuple(_ingredient(leaf, bound, assumed) for leaf in _leaves(name, bound)),
        constants=tuple(_constants(quantity.function)),
    )


def _of_input(name: str, bound: Bound, assumed: Mapping[str, Assumption]) -> Explanation:
    one = _ingredient(name, bound, assumed)
    column = bound.catalog.columns.get(name)
    formula = f"from the catalogue, by {', '.join(column.axes)}" if column else ""
    return Explanation(
        name=name,
        kind="input",
        unit=one.unit,
        doc=one.doc,
        formula=". ".join(text for text in (formula, f"allowed: {one.allowed}" if one.allowed else "") if text),
        source=f"{one.source} ({one.date})" if one.date else one.source,
        counted_in="",
        value=one.value,
        made_of=(),
        used_by=_users(name, bound.model),
        inputs=(),
        constants=(),
    )


def _of_searched(name: str, search: Search, bound: Bound, tree: _Tree, depth: int) -> Explanation:
    """An axis that a search chooses a value for, as nothing else does."""
    one = _ingredient(name, bound, {})
    axes = dict(search.over)
    others = ", ".join(axis for axis in axes if axis != name and axis not in bound.given)
    tried = ", ".join(f"{value:g}" for value in axes[name])
    formula = [
        f"Searched together with {others}: tried are {tried}",
        f"The smallest {search.minimise} wins among those of which {search.among} holds"
        + (f", {' and '.join(search.unless)} left out" if search.unless else ""),
        f"Of equally good ones the first wins, in the order {', '.join(axes)}, the first axis outermost",
        f"A value that is given is not searched; allowed: {one.allowed}",
    ]
    return Explanation(
        name=name,
        kind="searched",
        unit=one.unit,
        doc=one.doc,
        formula=". ".join(formula),
        source=f"the search {search.name} of the model",
        counted_in="",
        value=tree.value(name),
        made_of=tuple(tree.part(reason, None, depth) for reason in search.reasons),
        used_by=_users(name, bound.model),
        inputs=(),
        constants=(),
    )


def _of_axis(name: str, bound: Bound) -> Explanation:
    catalog, model = bound.catalog, bound.model
    labels = catalog.labels(name)
    columns = [column.name for column in catalog.columns.values() if name in column.axes]
    return Explanation(
        name=name,
        kind="choice",
        unit="",
        doc=f"A choice from the catalogue; the default is {catalog.default(name) or 'none'}.",
        formula=f"one of {', '.join(labels)}" if labels else "a day, YYYY-MM-DD",
        source=f"gigacost catalog list {name}",
        counted_in="",
        value=bound.labels[name][1][0] if name in bound.labels else None,
        made_of=(),
        used_by=tuple(column for column in columns if column in model.names),
        inputs=(),
        constants=(),
    )


def _kind(quantity: Quantity) -> Kind:
    kinds: Mapping[type, Kind] = {Contribution: "contribution", Subtotal: "subtotal", Status: "state"}
    return kinds.get(type(quantity.mark), "quantity")


def _counted_in(mark: object) -> str:
    if isinstance(mark, Contribution):
        return mark.to
    return ", ".join(mark.spoils) if isinstance(mark, Status) else ""


def _sections(doc: str) -> tuple[str, str, str]:
    """The sentence that says what it is, the formula, the source."""
    first, *rest = [" ".join(paragraph.split()) for paragraph in doc.split("\n\n")]
    start, end = first.find(" ["), first.find("]")
    what = first[:start] + first[end + 1 :] if 0 <= start < end else first
    source = [paragraph.removeprefix("Source: ") for paragraph in rest if paragraph.startswith("Source:")]
    formula = [paragraph for paragraph in rest if not paragraph.startswith("Source:")]
    return what, " ".join(formula), " ".join(source)


def _ingredient(name: str, bound: Bound, assumed: Mapping[str, Assumption]) -> Ingredient:
    model, catalog = bound.model, bound.catalog
    known = model.inputs.get(name)
    column = catalog.columns.get(name)
    quantity = model.quantities.get(name)
    doc = known.doc if known else _sections(quantity.doc)[0] if quantity else column.doc if column else ""
    allowed = known.allowed if known else ""
    if name in assumed:
        one = assumed[name]
        return Ingredient(name, one.value, one.unit, doc, one.source, one.date, allowed)
    if known is None:
        return Ingredient(name, None, column.unit if column else "", doc, "", "", allowed)
    missing = known.default is None or math.isnan(known.default)
    source = known.source
    if not source:
        by = f"the catalogue, by {', '.join(column.axes)}" if column else ""
        source = by or ("to be given" if known.default is None else "may be left out")
    return Ingredient(name, None if missing else known.default, known.unit, doc, source, known.date, allowed)


def _leaves(name: str, bound: Bound) -> tuple[str, ...]:
    return bound.model.wire([name], bound.given).leaves


def _users(name: str, model: Model) -> tuple[str, ...]:
    users = [other.name for other in model.quantities.values() if name in other.parameters]
    searches = [search.name for search in model.searches if name in search.reasons]
    return (*users, *searches)


def _constants(function: Any, seen: frozenset[Any] = frozenset()) -> Iterator[Ingredient]:  # noqa: ANN401 - any function
    """The declared constants that a function's code names, those of the private functions that it calls included."""
    code = getattr(function, "__code__", None)
    names = code.co_names if code else ()
    for name in names:
        known = function.__globals__.get(name)
        if isinstance(known, Constant):
            yield Ingredient(name, float(known), known.unit, "", known.source or "definition", known.date)
        elif isinstance(known, FunctionType) and name.startswith("_") and known not in seen:
            yield from _constants(known, seen | {function})


class _Tree:
    """Lists what is made of what, each quantity's own parts only once."""

    def __init__(self, bound: Bound, costed: Estimate | None, assumed: Mapping[str, Assumption]) -> None:
        self.model = bound.model
        self.costed = costed
        self.assumed = assumed
        self.listed: set[str] = set()

    def parts(self, quantity: Quantity, depth: int) -> tuple[Part, ...]:
        whole = self.value(quantity.name) if isinstance(quantity.mark, Subtotal) else None
        return tuple(self.part(name, whole, depth - 1) for name in quantity.parameters)

    def part(self, name: str, whole: float | None, depth: int) -> Part:
        value = self.value(name)
        share = value / whole if value is not None and whole else None
        quantity = self.model.quantities.get(name)
        if quantity is None or name in self.assumed:
            known = self.model.inputs.get(name)
            return Part(name, quantity.unit if quantity else known.unit if known else "", value, share)
        if name in self.listed or depth < 1:
            cut = "above" if name in self.listed else "deeper" if quantity.parameters else ""
            return Part(name, quantity.unit, value, share, cut=cut)
        self.listed.add(name)
        return Part(name, quantity.unit, value, share, self.parts(quantity, depth))

    def value(self, name: str) -> float | None:
        one = self.assumed.get(name)
        value = one.value if one else self.costed.quantities.get(name) if self.costed else None
        return value if not isinstance(value, str) else None


def _lines(one: Explanation) -> Iterator[str]:
    unit = f" [{one.unit}]" if one.unit else ""
    yield f"{one.name}{unit}" + (f" = {_written(one.value)}" if one.value is not None else "")
    yield f"  {one.doc}"
    if one.formula:
        yield f"  {one.formula}"
    if one.source:
        yield f"  Source: {one.source}"
    if one.counted_in:
        yield f"  {'Spoils' if one.kind == 'state' else 'Counted in'}: {one.counted_in}"
    if one.made_of:
        yield ""
        yield "Made of"
        for i, part in enumerate(one.made_of):
            yield from _branch(part, "  ", last=i == len(one.made_of) - 1)
    if one.used_by:
        yield ""
        yield f"Used by: {', '.join(one.used_by)}"
    for title, ingredients in (("Constants", one.constants), ("Inputs", one.inputs)):
        if ingredients:
            yield ""
            yield f"{title}"
        for item in ingredients:
            value = "" if item.value is None else f" = {_written(item.value)} {item.unit}".removesuffix(" 1").rstrip()
            dated = f" ({item.date})" if item.date else ""
            source = item.source if len(item.source) <= _SOURCE_SHOWN else f"{item.source[:_SOURCE_SHOWN]}..."
            yield f"  {item.name}{value}: {source}{dated}"


def _branch(part: Part, indent: str, *, last: bool) -> Iterator[str]:
    value = "" if part.value is None else f" = {_written(part.value)}"
    share = "" if part.share is None else f", {part.share:.1%}"
    cut = {"above": " (its parts: see above)", "deeper": " ..."}.get(part.cut, "")
    yield f"{indent}{'└─' if last else '├─'} {part.name} [{part.unit}]{value}{share}{cut}"
    for i, inner in enumerate(part.parts):
        yield from _branch(inner, indent + ("   " if last else "│  "), last=i == len(part.parts) - 1)


def _written(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:,.6g}"  # noqa: PLR2004 - exact below
