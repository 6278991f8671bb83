"""Settings of a specification as they are typed on the command line: ``NAME=VALUE``, a list, a range."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from gigacost.errors import Fault, SpecError, Typed, show
from gigacost.spec.axes import as_list
from gigacost.spec.every_label import with_every_label
from gigacost.spec.namespace import Namespace, field_of
from gigacost.spec.spec import DEFAULT

_KEYS = ("base_year", "carry", "preset")
_DECIMAL_COMMA = re.compile(r"([0-9]{1,3}),([0-9]+[MBT])")
"""As ``1,5T``: hardly a list of 1 and 5T."""
_LEADING_ZERO = re.compile(r"[$]?[0-9]+(?:,[0-9]+)*,0[0-9]+[^,]*")
"""As ``200,000``, ``1,024`` and ``0,08``: no number of a list begins with a zero and another digit."""
_TWO_WHOLE = re.compile(r"([0-9]+),([0-9]{1,2})")
"""As ``1,5``, where the value is not counted in whole numbers."""
_GROUPED = re.compile(r"([0-9]{1,3}),([1-9][0-9]{2})")
"""As ``16,384``, which may be one number or two."""


def with_settings(
    tree: Mapping[str, Any], settings: Iterable[tuple[str, str]], namespace: Namespace
) -> tuple[dict[str, Any], tuple[str, ...], frozenset[str]]:
    """The tree with the settings in it, each ``"*"`` written out; what they replaced; their names. Raises SpecError.

    A name with a dot is a key of one of its other tables: ``uncertain.mfu``, ``draws.count``; ``base_year``, ``carry``
    and ``preset`` are keys of its own.
    """
    changed = dict(tree)
    tables = {
        key: dict(tree[key]) for key in ("axes", "fixed") if isinstance(tree.get(key, {}), Mapping) and key in tree
    }
    axes, fixed = tables.get("axes", {}), tables.get("fixed", {})
    notes: list[str] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for name, text in settings:
        if name in seen:
            faults.append(Fault(name, show(text), "set twice", path="--set"))
            continue
        seen.add(name)
        if "." in name or name in _KEYS:
            notes += _set_key(changed, name, text)
            continue
        group = next((at for at, names in _zip_groups(tree) if name in names), "")
        if group:
            faults.append(Fault(name, show(text), f"a column of {group}, which cannot be set alone", path="--set"))
            continue
        place = next((place for place, table in (("axes", axes), ("fixed", fixed)) if name in table), "")
        if place or (name == "as_of" and changed.pop("as_of", "")):
            notes.append(f"{name} = {show(text)} from the command line replaces {f'{place}.{name}' if place else name}")
        value = typed(name, text, namespace)
        notes += _grouped(name, text, namespace)
        if isinstance(value, Typed):
            axes.pop(name, None)
            fixed[name] = value
        else:
            fixed.pop(name, None)
            axes[name] = value
    if faults:
        raise SpecError(*faults)
    if seen:
        changed |= {"axes": axes, "fixed": fixed}
    return with_every_label(changed, namespace), tuple(notes), frozenset(seen)


def with_uncertain_table(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tree with ``uncertain = "default"`` as the table that it stands for."""
    given = tree.get("uncertain")
    return {**tree, "uncertain": {DEFAULT: True}} if isinstance(given, str) and given == DEFAULT else tree


def _set_key(tree: dict[str, Any], name: str, text: str) -> Iterator[str]:
    """Set a key of the tree, or of one of its tables, and say what that replaces."""
    table, dot, key = name.partition(".")
    known = (tree.get(table) or {}) if dot else tree
    if not isinstance(known, Mapping):  # who reads the tree says so
        return
    if (key or table) in known:
        yield f"{name} = {show(text)} from the command line replaces that of the file"
    value: object = int(text) if text.isascii() and text.isdigit() else text
    if (table, key) == ("uncertain", DEFAULT):
        value = {"true": True, "false": False}.get(text, text)
    tree[table] = {**known, key: value} if dot else value


def _zip_groups(tree: Mapping[str, Any]) -> Iterator[tuple[str, Collection[str]]]:
    zips = tree.get("zip", [])
    for i, table in enumerate([zips] if isinstance(zips, Mapping) else as_list(zips) or []):
        yield f"zip[{i}]", table if isinstance(table, Mapping) else ()
    axes = tree.get("axes", {})
    for name, given in axes.items() if isinstance(axes, Mapping) else ():
        if isinstance(given, Mapping) and isinstance(given.get("zip"), Mapping):
            yield f"axes.{name}", given["zip"]


def typed(name: str, text: str, namespace: Namespace) -> object:
    """A text from the command line as a value, a list or a range."""
    found = field_of(namespace, name)
    if found and found.kind != "label" and ".." in text:
        return typed_range(name, text, "--set")
    if found and found.kind != "label":
        _refuse_comma(name, text, is_count=found.kind == "integer")
    if "," in text:
        return [Typed(part) for part in text.split(",")]
    return Typed(text)


def _refuse_comma(name: str, text: str, *, is_count: bool) -> None:
    """Raise SpecError for a comma that is hardly one between the values of a list."""
    what = "a comma separates the values of a list"
    decimal = _DECIMAL_COMMA.fullmatch(text)
    two = None if is_count else _TWO_WHOLE.fullmatch(text)
    whole, _, rest = text.partition(",")
    if decimal or (text.startswith("0,") and _LEADING_ZERO.fullmatch(text)):
        hint = f'"{whole}.{rest}"'
    elif _LEADING_ZERO.fullmatch(text):
        what += ", and no number begins with a zero"
        raise SpecError(Fault(name, show(text), what, hint=f'"{text.replace(",", "")}"', path="--set"))
    elif two:
        hint = f'"{whole}.{rest}", or "{whole}.0,{rest}.0"'
    else:
        return
    raise SpecError(Fault(name, show(text), f"{what}; decimals are written with a point", hint=hint, path="--set"))


def _grouped(name: str, text: str, namespace: Namespace) -> Iterator[str]:
    """How a list is read that may be one number with its thousands set apart."""
    found, two = field_of(namespace, name), _GROUPED.fullmatch(text)
    if two and found and found.kind != "label":
        yield f"{name} is a list of {two[1]} and {two[2]}; for {two[1]}{two[2]} write it without the comma"


def typed_range(name: str, text: str, option: str) -> dict[str, object]:
    """A range as typed on the command line, ``FROM..TO:STEPS:SCALE:MULTIPLE``, each part behind ``TO`` optional."""
    ends, *options = text.split(":")
    start, between, stop = ends.partition("..")
    keys: tuple[str, ...] = ("steps", "scale", "multiple_of")
    if not between or len(options) > len(keys):
        raise SpecError(Fault(name, show(text), "not a range", "FROM..TO:STEPS[:linear|log[:MULTIPLE]]", path=option))
    table: dict[str, object] = {"from": Typed(start), "to": Typed(stop)}
    return table | {key: Typed(part) for key, part in zip(keys, options, strict=False)}
