"""How a number is made: formula, source, what it is made of and what uses it; with inputs given, also its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gigacost._record import Record
from gigacost.analysis.explain.derivation import Derivation, Kind, Part, branches, cut, kind_of, written
from gigacost.analysis.explain.inputs import Ingredient, constant, ingredient, sections
from gigacost.compiler.bound import Bound
from gigacost.configs.source import ConfigLike
from gigacost.display.shown import Shown
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.graph.declarations import Contribution, Status, Subtotal
from gigacost.graph.formulas import Formula, constants, formula
from gigacost.graph.model import Model
from gigacost.graph.wiring import Quantity, Search
from gigacost.queries.assumptions import Assumption, assumption
from gigacost.queries.estimates import estimated
from gigacost.queries.lacking import lacking
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request

DEPTH = 3
"""Levels of the tree that are listed when nothing else is asked for."""


@dataclass(frozen=True, repr=False)
class Explanation(Shown, Record):
    """What there is to know about one name of the model. ``text`` is for people, ``to_dict()`` for programs."""

    name: str
    kind: Kind
    unit: str
    doc: str
    """What it is, in a sentence."""
    formula: str
    """As people write it."""
    computed: Formula
    """As its function computes it."""
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
    null: str = ""
    """Where a price is missing that it is made of, which one and where the nearest are."""

    def __repr__(self) -> str:
        return f"<Explanation of {self.name} [{self.unit}]>"

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n".join((*self.derivation, *_ingredients(self)))

    @property
    def derivation(self) -> tuple[str, ...]:
        """The lines of the text before its lists of constants and inputs."""
        return tuple(_derivation(self))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``gigacost explain --json`` prints it."""
        names = ("name", "kind", "unit", "doc", "formula", "source", "counted_in", "value", "null")
        plain = {name: getattr(self, name) for name in names} | {"used_by": list(self.used_by)}
        plain |= {"expression": self.computed.expression, "where": list(self.computed.where)}
        lists = ("made_of", "inputs", "constants")
        return plain | {name: [item.to_dict() for item in getattr(self, name)] for name in lists}


def explain(
    name: str,
    model: ModelLike = None,
    *,
    catalog: CatalogLike = None,
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
    strict: bool = False,
    depth: int = DEPTH,
    **inputs: Any,  # noqa: ANN401 - a value as people write it
) -> Explanation:
    """Explain how a quantity is computed, or what an input is.

    Parameters
    ----------
    name : str
        A quantity, an input or a catalogue axis.
    model, catalog, as_of, base_year, preset, model_config, train_config, strict
        As for `estimate`.
    depth : int
        Levels of the tree of parts.
    **inputs
        As for `estimate`. With some of them figures of the catalogue are cited; with all that an estimate needs, each
        part has its value, and terms of a sum have their share.

    Returns
    -------
    Explanation
        Formula, source, parts, uses, inputs and constants; ``text`` is for people, ``to_dict()`` for programs.

    Raises
    ------
    SpecError
        For an unknown name and for bad inputs.

    Examples
    --------
    >>> import gigacost
    >>> gigacost.explain("train_days").formula
    'train_hours / 24.'
    """
    request = Request.of(
        None, inputs, model, catalog, as_of, base_year, preset, model_config, train_config, strict=strict, several=False
    )
    return explained(name, request.bound, depth)


def explained(name: str, bound: Bound, depth: int = DEPTH) -> Explanation:
    """The explanation of a name where a specification without axes gives what it gives. Raises SpecError."""
    model, catalog = bound.model, bound.catalog
    known = [*model.names, *catalog.axes]
    if name not in known:
        what = "neither quantity nor input of the model"
        raise SpecError(Fault("quantity", show(name), what, "", nearest(name, known)))
    costed = None if lacking(bound) else estimated(bound)
    if name in catalog.axes and name not in model.inputs:
        return _of_axis(name, bound)
    assumed = {leaf: assumption(bound, leaf) for leaf in _leaves(name, bound) if bound.available(leaf)}
    quantity = model.quantities.get(name)
    search = next((one for one in model.searches if name in dict(one.over)), None)
    tree = Derivation(name, bound, costed, assumed)
    if search and name not in bound.given:
        return _of_searched(name, search, tree, depth)
    if quantity is None or name in assumed:
        return _of_input(name, bound, assumed)
    return _of_quantity(quantity, tree, depth)


def _of_quantity(quantity: Quantity, tree: Derivation, depth: int) -> Explanation:
    doc, prose, source = sections(quantity.doc)
    computed = formula(quantity)
    is_sum = isinstance(quantity.mark, Subtotal)
    return Explanation(
        name=quantity.name,
        kind=kind_of(quantity),
        unit=quantity.unit,
        doc=doc,
        formula=computed.expression if is_sum else prose,
        computed=computed,
        source=source or ("the contributions declared to it" if is_sum else ""),
        counted_in=_counted_in(quantity.mark),
        value=tree.value(quantity.name),
        made_of=tree.parts(quantity, depth),
        used_by=_users(quantity.name, tree.bound.model),
        inputs=tuple(ingredient(leaf, tree.bound, tree.assumed) for leaf in _leaves(quantity.name, tree.bound)),
        constants=tuple(constant(*one) for one in constants(quantity.function).items()),
        null=tree.null(quantity.name),
    )


def _of_input(name: str, bound: Bound, assumed: Mapping[str, Assumption]) -> Explanation:
    one = ingredient(name, bound, assumed)
    column = bound.catalog.columns.get(name)
    chosen = f"from the catalogue, by {', '.join(column.axes)}" if column else ""
    return Explanation(
        name=name,
        kind="input",
        unit=one.unit,
        doc=one.doc,
        formula=". ".join(text for text in (chosen, f"allowed: {one.allowed}" if one.allowed else "") if text),
        computed=Formula(),
        source=f"{one.source} ({one.date})" if one.date else one.source,
        counted_in="",
        value=one.value,
        made_of=(),
        used_by=_users(name, bound.model),
        inputs=(),
        constants=(),
    )


def _of_searched(name: str, search: Search, tree: Derivation, depth: int) -> Explanation:
    """An axis that a search chooses a value for, as nothing else does."""
    bound = tree.bound
    one = ingredient(name, bound, {})
    axes = dict(search.over)
    others = ", ".join(axis for axis in axes if axis != name and axis not in bound.given)
    tried = ", ".join(f"{value:g}" for value in axes[name])
    told = [
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
        formula=". ".join(told),
        computed=Formula(),
        source=f"the search {search.name} of the model",
        counted_in="",
        value=tree.value(name),
        made_of=tuple(tree.part(reason, depth) for reason in search.reasons),
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
        computed=Formula(),
        source=f"gigacost catalog list {name}",
        counted_in="",
        value=bound.labels[name][1][0] if name in bound.labels else None,
        made_of=(),
        used_by=tuple(column for column in columns if column in model.names),
        inputs=(),
        constants=(),
    )


def _counted_in(mark: object) -> str:
    if isinstance(mark, Contribution):
        return mark.to
    return ", ".join(mark.spoils) if isinstance(mark, Status) else ""


def _leaves(name: str, bound: Bound) -> tuple[str, ...]:
    return bound.model.wire([name], bound.given).leaves


def _users(name: str, model: Model) -> tuple[str, ...]:
    users = [other.name for other in model.quantities.values() if name in other.parameters]
    searches = [search.name for search in model.searches if name in search.reasons]
    return (*users, *searches)


def _derivation(one: Explanation) -> Iterator[str]:
    unit = f" [{one.unit}]" if one.unit else ""
    yield f"{one.name}{unit}" + (" = null" if one.null else "" if one.value is None else f" = {written(one.value)}")
    if one.null:
        yield f"  {one.null}"
    yield f"  {one.doc}"
    if one.formula:
        yield f"  {one.formula}"
    if one.computed.expression and one.kind != "subtotal":
        yield f"  Computed: {one.computed.expression}"
        yield from (f"    {meaning}" for meaning in one.computed.where)
    if one.source:
        yield f"  Source: {one.source}"
    if one.counted_in:
        yield f"  {'Spoils' if one.kind == 'state' else 'Counted in'}: {one.counted_in}"
    if one.made_of:
        yield ""
        yield "Made of"
        yield from branches(one.made_of)
    if one.used_by:
        yield ""
        yield f"Used by: {', '.join(one.used_by)}"


def _ingredients(one: Explanation) -> Iterator[str]:
    for title, ingredients in (("Constants", one.constants), ("Inputs", one.inputs)):
        if ingredients:
            yield ""
            yield f"{title}"
        for item in ingredients:
            value = "" if item.value is None else f" = {written(item.value)} {item.unit}".removesuffix(" 1").rstrip()
            dated = f" ({item.date})" if item.date else ""
            yield f"  {item.name}{value}: {cut(item.source)}{dated}"
