"""What a question may be asked about: names, numbers and limits, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gigacost._record import unboxed
from gigacost.compiler.bound import Bound
from gigacost.errors import Fault, SpecError, nearest, show

MOST_ROWS = 10_000_000
"""How many rows ``top`` finds at most."""
MOST_OBJECTIVES = 6
"""How many objectives a front has at most: with ever more of them, ever fewer combinations are beaten by any."""


def listed(field: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names, each once; a text is one name. Raises SpecError for what is no text."""
    return tuple(dict.fromkeys(_texts(field, names)))


def columns(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The columns with these names, or all that are known. Raises SpecError for an unknown one."""
    asked = listed("columns", names)
    for name in asked:
        if name not in known:
            raise SpecError(Fault("columns", show(name), "unknown column", hint=nearest(name, known)))
    return asked or tuple(known)


def number(bound: Bound, field: str, name: str) -> str:
    """The name of a quantity or input that is a number. Raises SpecError for any other."""
    for fault in _not_a_number(bound, field, name):
        raise SpecError(fault)
    return name


def search_limit(seconds: float | None, boxes: int | None, per: Sequence[str]) -> tuple[float | None, int | None]:
    """How long a search may take, and how many boxes it may bound. Raises SpecError."""
    seconds, boxes = unboxed(seconds), unboxed(boxes)  # type: ignore[assignment] # numbers as before
    for name, given, kinds in (("seconds", seconds, (int, float)), ("boxes", boxes, (int,))):
        if given is None:
            continue
        if isinstance(given, bool) or not isinstance(given, kinds) or not 0 < given < 2**63:
            what = "not a time" if name == "seconds" else "not a number of boxes"
            raise SpecError(Fault(name, show(given), what, allowed="> 0"))
        if per:
            raise SpecError(Fault(name, show(given), "not with per: the best of each group are found together"))
    return seconds, boxes


def objectives(bound: Bound, minimise: Iterable[str], maximise: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """The objectives, minimised ones first, each with whether it is maximised.

    Raises SpecError with all that is wrong with them.
    """
    faults: list[Fault] = []
    found: dict[str, bool] = {}
    for field, names, largest in (("minimise", minimise, False), ("maximise", maximise, True)):
        for name in _texts(field, names):
            if name in found:
                again = "given twice" if found[name] == largest else "minimised already"
                faults.append(Fault(field, show(name), again))
                continue
            faults += _not_a_number(bound, field, name)
            found[name] = largest
    if not 1 <= len(found) <= MOST_OBJECTIVES:
        allowed = f"1 to {MOST_OBJECTIVES} quantities"
        faults.append(Fault("minimise", show(list(found)), f"{len(found) or 'no'} objectives", allowed))
    if faults:
        raise SpecError(*faults)
    return tuple(found.items())


def comparable(bound: Bound, names: Sequence[str]) -> tuple[str, ...]:
    """For each name of an axis or quantity, what is a number and tells whether two combinations are equal in it."""
    labels = {name for name, digit in bound.digits.items() if digit.kind == "label" or digit.carried}
    return tuple(
        bound.code(name) if name in labels else number(bound, "distinct", name) for name in listed("distinct", names)
    )


def groups(bound: Bound, per: Sequence[str]) -> list[tuple[int, list[int]]]:
    """For each group of the space that has axes to group by, the number of each digit's values of these axes."""
    axes: dict[int, list[tuple[Any, ...]]] = {}
    for name in listed("per", per):
        if name not in bound.digits:
            known = tuple(bound.digits)
            raise SpecError(
                Fault("per", show(name), "not an axis of this space", ", ".join(known), nearest(name, known))
            )
        digit = bound.digits[name]
        axes.setdefault(digit.group, []).append(digit.values)
    found = []
    for group, columns in sorted(axes.items()):
        numbers: dict[tuple[Any, ...], int] = {}
        found.append((group, [numbers.setdefault(values, len(numbers)) for values in zip(*columns, strict=True)]))
    return found


def quantiles(asked: Iterable[float] | float) -> list[float]:
    """Quantiles as plain numbers; a number is one of them."""
    listed = list(asked) if isinstance(asked, Iterable) and not isinstance(asked, str) else [asked]
    for q in listed:
        if isinstance(q, bool) or not isinstance(q, (int, float)) or not 0 <= q <= 1:
            raise SpecError(Fault("quantiles", show(q), "not a quantile", allowed="0 <= q <= 1"))
    return [float(q) for q in listed]


def row_count(k: int) -> int:
    """The number of rows to find."""
    return _whole("k", k, 1, MOST_ROWS, "not a number of rows")


def limit(rows: int | None) -> int | None:
    """At most how many rows; None for all."""
    return None if rows is None else _whole("limit", rows, 0, 2**63 - 1, "not a number of rows", ">= 0")


def at_least_one(field: str, number: int) -> int:
    """A number of things of which there must be one."""
    return _whole(field, number, 1, 2**63 - 1, "not a number of them", ">= 1")


def row_range(start: int, stop: int, size: int) -> tuple[int, int]:
    """The first combination, and the one before which to end."""
    for field, place in (("start", start), ("stop", stop)):
        _whole(field, place, 0, size, "not a combination")
    if start > stop:
        raise SpecError(Fault("start", show(start), "after the end", allowed=f"<= {stop}"))
    return start, stop


MOST_PARTS = 10**18 - 1
"""How many parts a space is cut into at most."""


def part(number: object) -> tuple[int, int]:
    """A part of a space: its number, from 1 on, and how many there are."""
    if not isinstance(number, tuple | list) or len(number) != _PAIR:
        raise SpecError(Fault("part", show(number), "not a part", "(K, N): part K of N"))
    count = _whole("part", number[1], 1, MOST_PARTS, "not a number of parts")
    return _whole("part", number[0], 1, count, "not a part", f"1 to {count}"), count


_PAIR = 2


def combination(at: int, size: int) -> int:
    """The index of one combination."""
    return _whole("at", at, 0, size - 1, "not a combination")


def _whole(field: str, value: int, low: int, high: int, what: str, allowed: str = "") -> int:
    number = unboxed(value)
    if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
        raise SpecError(Fault(field, show(value), what, allowed or f"{low} to {high}"))
    return number


def _texts(field: str, names: Iterable[str]) -> list[str]:
    if not isinstance(names, Iterable):
        raise SpecError(Fault(field, show(names), "expected a name, or a list of names"))
    found = [names] if isinstance(names, str) else list(names)
    for name in found:
        if not isinstance(name, str):
            raise SpecError(Fault(field, show(name), "not a name"))
    return found


def _not_a_number(bound: Bound, field: str, name: str) -> Iterator[Fault]:
    known = (*bound.model.names, *bound.spec.derive)
    if not isinstance(name, str):
        yield Fault(field, show(name), "not a name")
    elif "(" in name:
        try:
            bound.aggregate(name, field)
        except SpecError as error:
            yield from error.faults
    elif name in bound.digits and bound.digits[name].kind == "label":
        yield Fault(field, show(name), "an axis of labels, not a number")
    elif name in bound.model.quantities and bound.model.quantities[name].unit == "truth":
        yield Fault(field, show(name), "a condition, not a number")
    elif name not in known:
        yield Fault(field, show(name), "not a number of this model", hint=nearest(name, known))
