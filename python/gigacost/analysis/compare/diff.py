"""What a change of a specification costs, and which of its lines costs what."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost._record import Record
from gigacost.analysis.compare.compare import BY, Comparison, compared
from gigacost.analysis.compare.designs import Design
from gigacost.analysis.sensitivity.intervals import Interval
from gigacost.display.shown import Shown
from gigacost.errors import Fault, SpecError, show
from gigacost.queries.missing_prices import MissingPrice
from gigacost.queries.request import CatalogLike, Request
from gigacost.sampling.draws import Drawn, Draws, as_draws
from gigacost.spec.files import Document, read_document

if TYPE_CHECKING:
    from gigacost.analysis.compare.differences import Change
    from gigacost.graph.model import Model
    from gigacost.queries.assumptions import Assumption
    from gigacost.queries.space import Space

Value: TypeAlias = "float | str | Mapping[str, float | str | None] | None"
"""A number in the input's unit, a label; several by name for what can only change together."""
_TABLES = ("fixed", "axes")
_ROUNDS = 4
"""How often the rounding of a sum is put back into it: once is enough but for sums of very unlike terms."""


@dataclass(frozen=True, slots=True)
class Line(Record):
    """A line that differs, with what the change costs."""

    key: str
    """The name of an input, a quantity or an axis; several joined by ``+`` where they can only change together."""
    a: Value
    """What it is in A, in ``unit``: of a key that A leaves out what stands in for it, None where nothing does."""
    b: Value
    usd: float | None
    """What the change costs: its Shapley value, the mean over all orders in which the lines can change; None where a
    side has no price."""
    unit: str
    a_from: str
    """Where the value is from: ``FILE:LINE``, or ``default``, ``catalogue``, ``preset``, ``computed``."""
    b_from: str
    standard_error: float
    """Of ``usd``, where orders are sampled; else 0."""


@dataclass(frozen=True, slots=True)
class OtherLine(Record):
    """A key that differs and is no value of the design that is costed: a list of alternatives, a condition, draws."""

    key: str
    a: str
    """Empty where the key is left out."""
    b: str


@dataclass(frozen=True, repr=False)
class Diff(Shown, Record):
    """What a change costs, line by line. Made by ``diff``; plain data, picklable."""

    by: str
    before_usd: float | None
    """Of A; None for want of a price."""
    after_usd: float | None
    difference_usd: float | None
    lines: tuple[Line, ...]
    """What differs in the designs that are costed, the dearest change first; they add up to the difference exactly."""
    other: tuple[OtherLine, ...]
    """What else differs between the files."""
    intervals: Mapping[str, Interval]
    """If asked for, of ``a``, ``b`` and the ``difference``, as those of a comparison."""
    combinations: Mapping[str, int]
    """Among how many each side is the cheapest, by ``a`` and ``b``."""
    missing_prices: Mapping[str, tuple[MissingPrice, ...]]
    """The prices for want of which a side has no value, by ``a`` and ``b``."""
    meta: Mapping[str, Any]
    """The method, as of a comparison; of each side hashes, date and warnings."""

    def __repr__(self) -> str:
        most = ", ".join(f"{one.key} {one.usd:+.6g}" for one in self.lines[:3] if one.usd)
        a, b = ("None" if value is None else f"{value:.6g}" for value in (self.before_usd, self.after_usd))
        return f"<Diff of {self.by}: {a} -> {b}{f': {most}' if most else ''}>"


def diff(
    a: str | os.PathLike[str] | Mapping[str, Any],
    b: str | os.PathLike[str] | Mapping[str, Any],
    *,
    by: str = BY,
    model: Model | None = None,
    catalog: CatalogLike = None,
    strict: bool = False,
    draws: Drawn = 0,
    threads: int | None = None,
) -> Diff:
    """Tell what a change of a specification costs, and which line costs what.

    Parameters
    ----------
    a, b : path or mapping
        The specification before and after: its file, or a mapping of the same structure (``{"fixed": {...}}``). One
        with axes is represented by the combination with the smallest ``by``.
    by : str
        The cost, a quantity in $.
    model : Model, optional
        The model of both; the default one without.
    catalog : Catalog, path or mapping, optional
        The catalogue below the price books that the specifications name.
    strict : bool
        Treat warnings as errors.
    draws : int or Draws
        Number of Monte Carlo draws that the ``intervals`` rest on; 0: no intervals.
    threads : int, optional
        Number of threads; by default all CPUs.

    Returns
    -------
    Diff
        ``before_usd``, ``after_usd`` and ``lines``: each key that differs in meaning (not in unit, order or form), with
        what its change costs. That is its Shapley value, which does not depend on the order of the lines; together
        they are the difference exactly.

    Raises
    ------
    SpecError
        For bad specifications, and for a side that is infeasible, with the reason; where both lack a price.

    Examples
    --------
    >>> import gigacost
    >>> plan = {"fixed": {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 1024}}
    >>> found = gigacost.diff(plan, {"fixed": {**plan["fixed"], "market": "own"}})
    >>> [line.key for line in found.lines], found.lines[0].usd == found.after_usd - found.before_usd
    (['market'], True)
    """
    sides = []
    faults: list[Fault] = []
    for name, given in (("a", a), ("b", b)):
        try:
            if not isinstance(given, str | os.PathLike | Mapping):
                what = f"expected a path or a mapping, got {type(given).__name__}"
                raise SpecError(Fault(name, show(given), what))  # noqa: TRY301 - with those of the other side
            document = Document(given) if isinstance(given, Mapping) else read_document(given)
            request = Request.of_document(document, model=model, catalog=catalog, strict=strict)
            sides.append((request.space(), document))
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(*dict.fromkeys(faults))
    return diffed(sides[0], sides[1], by, draws=as_draws(draws) if draws else None, threads=threads)


def diffed(
    a: tuple[Space, Document],
    b: tuple[Space, Document],
    by: str = BY,
    *,
    draws: Draws | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Diff:
    """The difference of two spaces, each with the document that it was read from. Raises SpecError as ``diff`` does."""
    (before, first), (after, second) = a, b
    unit = before.model.unit(by) if by in {*before.model.inputs, *before.model.quantities} else ""
    if unit != "$":
        what = f"measured in {unit}; gigacost compare takes any quantity" if unit else "no cost of the model"
        raise SpecError(Fault("by", show(by), what, f"a quantity in $, as {BY}"))
    try:
        found = compared(before, after, by, draws=draws, threads=threads, progress=progress)
    except SpecError as error:
        raise SpecError(*_with_other_side(error, after, by, threads)) from None
    changes = [one for one in found.assumptions if one.contribution or not _is_same(one)]
    return Diff(
        by=by,
        before_usd=found.a.value,
        after_usd=found.b.value,
        difference_usd=found.difference,
        lines=_lines(changes, found, first, second),
        other=tuple(_others(before, after)),
        intervals=found.intervals,
        combinations={"a": found.a.combinations, "b": found.b.combinations},
        missing_prices={"a": found.a.missing_prices, "b": found.b.missing_prices},
        meta={**found.meta, "a": dict(found.a.meta), "b": dict(found.b.meta)},
    )


def _with_other_side(error: SpecError, after: Space, by: str, threads: int | None) -> list[Fault]:
    """What is wrong with a side; where it is A, what is wrong with B too."""
    faults = list(error.faults)
    if any(fault.field.split(".")[0] == "a" for fault in faults):
        try:
            Design("b", after, by, threads)
        except SpecError as other:
            faults += other.faults
    return list(dict.fromkeys(faults))


def _is_same(change: Change) -> bool:
    """Whether both sides have the same value, given in one file and by default in the other."""
    return change.a is not None and change.b is not None and change.a.value == change.b.value


def _lines(changes: Sequence[Change], found: Comparison, first: Document, second: Document) -> tuple[Line, ...]:
    """The changes as lines, the dearest first, whose sum is the difference exactly."""
    contributions = [one.contribution for one in changes]
    amounts = _exact([one or 0.0 for one in contributions], found.difference or 0.0)
    lines = [
        Line(
            key=one.name,
            a=_value(one, "a"),
            b=_value(one, "b"),
            usd=None if contribution is None else amount,
            unit=one.unit,
            a_from=_from(one, "a", first),
            b_from=_from(one, "b", second),
            standard_error=one.standard_error,
        )
        for one, contribution, amount in zip(changes, contributions, amounts, strict=True)
    ]
    return tuple(sorted(lines, key=lambda line: -abs(line.usd or 0.0)))


def _exact(amounts: list[float], whole: float) -> list[float]:
    """Amounts whose sum, rounded once, is the whole: what rounding leaves goes to the largest of them."""
    if not amounts:
        return amounts
    largest = max(range(len(amounts)), key=lambda place: abs(amounts[place]))
    for _ in range(_ROUNDS):
        left = math.fsum([whole, *(-amount for amount in amounts)])
        if not left:
            break
        amounts[largest] += left
    return amounts


def _value(change: Change, side: str) -> Value:
    one: Assumption | None = getattr(change, side)
    if one is not None:
        return one.value
    if not change.parts or " + " not in change.name:
        return None
    sides: dict[str, Assumption | None] = {part.name: getattr(part, side) for part in change.parts}
    return {name: part.value if part else None for name, part in sides.items()}


def _from(change: Change, side: str, document: Document) -> str:
    """Where a side's value is from: its line, else how it comes about."""
    parts = change.parts if " + " in change.name else ()
    return ", ".join(dict.fromkeys(filter(None, (_place(one, side, document) for one in parts or (change,)))))


def _place(change: Change, side: str, document: Document) -> str:
    one: Assumption | None = getattr(change, side)
    if one is None:
        return ""
    if one.origin != "given":
        return one.source if one.origin == "configuration" else one.origin
    places = [f"{table}.{change.name}" for table in _TABLES] + [change.name]
    known = next((place for place in places if place in document.lines), "")
    return document.position(known) if known else document.name or "given"


def _others(before: Space, after: Space) -> Iterator[OtherLine]:
    """Keys that differ and whose values are not those of a design."""
    sides = [dict(_keys(space)) for space in (before, after)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        a, b = (side.get(key, "") for side in sides)
        if a != b:
            yield OtherLine(key, a, b)


def _keys(space: Space) -> Iterator[tuple[str, str]]:
    """The keys of a specification beside ``fixed``, with their values as text, the same for the same meaning."""
    spec = space.spec
    tree = spec.to_dict()
    for key in ("axes", "uncertain", "draws", "query"):
        for name, value in tree.get(key, {}).items():
            yield f"{key}.{name}", _text(value)
    for name, expression in spec.derive.items():
        yield f"derive.{name}", expression.canonical
    if spec.where:
        yield "query.where", spec.where.canonical
    for key in ("carry", "catalog", "preset"):
        if key in tree:
            yield key, _text(tree[key])


def _text(value: object) -> str:
    """A value of a specification as one short text."""
    return value if isinstance(value, str) else show(value)
