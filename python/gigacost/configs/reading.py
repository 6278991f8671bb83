"""Reading one configuration: which of its fields are inputs, what is made of them, what is left, what is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from typing import Any, TypeAlias

from gigacost.errors import Fault, SpecError, nearest, show, type_name
from gigacost.graph.declarations import Input

Scalar: TypeAlias = int | float | str
MOST_FIELDS = 10_000
_LONGEST = 200
"""Characters of a text, and entries of a list, that a report repeats."""
_MOST = 1e12


@dataclass(frozen=True, slots=True)
class Approximation:
    """What the model takes a configuration's value as, for want of something that is the same."""

    field: str
    value: str
    what: str
    beyond_tokens: float = 0.0
    """Only of longer sequences."""


@dataclass
class Reading:
    """What is made of a configuration; every field ends in one of its four lists. Its faults are raised together."""

    key: str
    """``model_config`` or ``train_config``: what faults are about."""
    name: str
    """The file, safe to print; empty for a mapping."""
    tree: Mapping[str, Any]
    limits: Mapping[str, Input]
    """The inputs of the model, which say what is allowed."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """What is given beside it, one value each, and wins over it."""
    inputs: dict[str, Scalar] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """Of each input the file and the field that it is from."""
    read: list[dict[str, Any]] = field(default_factory=list)
    derived: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    approximations: list[Approximation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = dict(_leaves(self.tree))
        self._values = dict(self._left)
        if len(self._left) > MOST_FIELDS:
            what = f"{len(self._left):,} fields: no configuration of a model or a run"
            raise SpecError(Fault(self.key, "", what, f"at most {MOST_FIELDS:,}", path=self.name))
        dots = ((name, place) for name in self._left for place, one in enumerate(name) if one == ".")
        self._tables = {name[:place] for name, place in dots}

    def __contains__(self, name: str) -> bool:
        """Whether the configuration gives a field a value."""
        return self._values.get(name) is not None

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - whatever the file holds
        """The value of a field, None without."""
        return self._values.get(name)

    def first(self, *names: str) -> str:
        """The first of some fields that has a value; the first of all where none has."""
        return next((name for name in names if name in self), names[0])

    def whole(self, name: str, input_: str = "", *, low: float = 1, high: float = _MOST) -> int | None:
        """A field that is a whole number; of an input within its limits. None without, and for a fault."""
        value = self[name]
        if value is None:
            return None
        limits = self.limits.get(input_)
        low, high = (max(low, limits.low), min(high, limits.high)) if limits else (low, high)
        allowed = f"a whole number, {low:.15g} to {high:.15g}"
        if isinstance(value, str) and "$" in value:
            self._refuse_unset(name, input_, allowed)
        elif isinstance(value, bool) or not isinstance(value, int):
            self.refuse(name, f"expected integer, got {type_name(value)}", allowed)
        elif not low <= value <= high:
            self.refuse(name, "out of range", allowed)
        else:
            return value
        return None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A field that is true or false; None is the default."""
        value = self[name]
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(name, f"expected boolean, got {type_name(value)}", "true or false")
            return default
        return value

    def text(self, name: str, allowed: Collection[str] = ()) -> str:
        """A field that is a text, one of those that are allowed where there are any; empty without."""
        value = self[name]
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(name, f"expected string, got {type_name(value)}", ", ".join(allowed) or "a string")
            return ""
        if allowed and value not in allowed:
            self.refuse(name, "no such value", ", ".join(allowed), nearest(value, allowed))
            return ""
        return value

    def give(self, input_: str, value: Scalar, name: str, *more: str) -> None:
        """Set an input to what a field says."""
        self._set(input_, value, name)
        for one in (name, *more):
            self.read.append(self._entry(one, self[one], input=input_))
            self._left.pop(one, None)

    def derive(self, input_: str, value: Scalar, name: str, why: str, *, sets: bool = True) -> None:
        """Set an input to what is made of some fields, or of a default; without ``sets`` it is only told."""
        if sets:
            self._set(input_, value, name)
        self.derived.append({**self._entry(name, value, input=input_), "why": why})
        for one in name.split(", "):
            self._left.pop(one, None)

    def take(self, name: str, input_: str, *, low: float = 1) -> int | None:
        """Set an input to a whole number that a field may have."""
        value = self.whole(name, input_, low=low)
        if value is not None:
            self.give(input_, value, name)
        return value

    def need(self, name: str, input_: str, *, low: float = 1) -> int | None:
        """As ``take``, of a field that cannot do without a value."""
        if name not in self:
            self.faults.append(Fault(self._at(name), "", "missing value", "a whole number", path=self.name))
            return None
        return self.take(name, input_, low=low)

    def ignore(self, why: str, *names: str) -> None:
        """Put fields aside that no input is made of, tables with all that is in them."""
        for name in names:
            if name in self._left:
                self._put_aside(name, why)
            elif name in self._tables:
                for one in [left for left in self._left if left.startswith(f"{name}.")]:
                    self._put_aside(one, why)

    def ignore_like(self, why: str, *patterns: str) -> None:
        """Put aside all fields that match one of some patterns, as ``log_*``."""
        pattern = re.compile("|".join(map(translate, patterns)))
        for name in [left for left in self._left if pattern.match(left)]:
            self._put_aside(name, why)

    def _put_aside(self, name: str, why: str) -> None:
        self.ignored.append({**self._entry(name, self[name]), "why": why})
        del self._left[name]

    def shorten(self) -> None:
        """Name fields by their last part alone, dashes as underscores. A name that two of them have is a fault."""
        short: dict[str, Any] = {}
        for name, value in self._values.items():
            last = name.rpartition(".")[2].removeprefix("--").replace("-", "_")
            if last in short and short[last] != value:
                self.refuse(name, f"another value than {show(short[last])} of the same name before it")
            short[last] = value
        self._values, self._left = short, dict(short)

    def approximate(self, name: str, what: str, *, beyond_tokens: float = 0.0) -> None:
        """Say what a value is taken as."""
        value = self[name]
        self.approximations.append(Approximation(name, "" if value is None else show(value), what, beyond_tokens))
        self.ignore(what, name)

    def refuse(self, name: str, what: str, allowed: str = "", hint: str = "") -> None:
        """A fault of a field."""
        value = self[name]
        shown = "" if value is None else show(value)
        self.faults.append(Fault(self._at(name), shown, what, allowed, hint, path=self.name))

    def end(self) -> None:
        """What no rule knew is unknown. Raises SpecError with all faults."""
        if self.faults:
            raise SpecError(*dict.fromkeys(self.faults))
        nulls = [name for name, value in self._left.items() if value is None]
        self.ignore("no value", *nulls)
        self.unknown += [self._entry(name, value) for name, value in self._left.items()]

    def _refuse_unset(self, name: str, input_: str, allowed: str) -> None:
        """A fault of a variable that the file does not set, where nothing else says what it is."""
        if input_ in self.known:
            self.ignored.append({**self._entry(name, self[name]), "why": f"{input_} is given beside it"})
        else:
            beside = f"; or {input_} beside it" if input_ else ""
            self.refuse(name, "a variable that is not set in the file", f"{allowed}{beside}")

    def _at(self, name: str) -> str:
        return f"{self.key}.{name}" if name else self.key

    def _set(self, input_: str, value: Scalar, name: str) -> None:
        self.inputs[input_] = value
        self.sources[input_] = f"{self.name or self.key}: {name}"

    def _entry(self, name: str, value: object, **more: str) -> dict[str, Any]:
        given: dict[str, Any] = {"field": name, "value": _shortly(value), **more}
        return {**given, "file": self.name} if self.name else given


def _leaves(tree: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a tree with their dotted names; lists are values."""
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{at}{key}.")
        else:
            yield f"{at}{key}", value


def _shortly(value: object) -> Any:  # noqa: ANN401 - plain data
    """A value as a report repeats it: a long one is cut."""
    is_plain = value is None or isinstance(value, bool | int | float | str)
    if is_plain and len(str(value)) <= _LONGEST:
        return value
    if isinstance(value, list) and len(value) <= _LONGEST and all(isinstance(one, int | str) for one in value):
        return value if sum(len(str(one)) for one in value) <= _LONGEST * _LONGEST else show(value)
    return show(value)


def joined(names: Iterable[str]) -> str:
    """Fields that something is made of, as one text."""
    return ", ".join(dict.fromkeys(names))
