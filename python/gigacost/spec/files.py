"""Reading a spec file safely: what it holds, and on which line.

TOML or JSON. Nothing of the file is executed, included, interpolated or resolved. YAML is refused for what it makes of
a text without saying so (``no`` → false, ``1:30`` → 90, ``1e5`` → a string).
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from gigacost.errors import Fault, SpecError, escape, show
from gigacost.spec.fields import hidden_character

LARGEST_FILE = 10 * 2**20
DEEPEST = 32
_NO_YAML = "YAML is not read (it silently turns no into false, 1:30 into 90, 1e5 into a string)"
_YAML_LINE = re.compile(r"\s*(?:---|%YAML|-\s|[\w.-]+:(?:\s|$))")


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a spec file, and where each value stands."""

    tree: Mapping[str, Any]
    name: str = ""
    """The file's name, safe to print."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each dotted path, as ``axes.chips`` or ``axes.chips[2]``; empty for JSON."""
    source: str = ""
    """The path that it was read from."""
    is_foreign: bool = False
    """Whether somebody else sent it: no text in it names a file of this machine."""

    def position(self, path: str) -> str:
        """``FILE:LINE`` of a path or of the nearest thing around it; ``FILE`` when no line is known."""
        while path:
            if path in self.lines:
                return f"{self.name}:{self.lines[path]}"
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.name


def read_document(path: str | os.PathLike[str]) -> Document:
    """Read a TOML or JSON file, told apart by its name. Raises SpecError; the file is only ever read."""
    name = escape(os.fsdecode(path))
    kind = os.path.splitext(os.fsdecode(path))[1].lower()  # noqa: PTH122 - importing pathlib takes 5 ms
    if kind in {".yaml", ".yml"}:
        _refuse(name, _NO_YAML, "TOML or JSON")
    if kind not in {".toml", ".json"}:
        _refuse(name, "not a spec file", "a name that ends in .toml or .json")
    return replace(parse_document(read_text(path), name, kind.removeprefix(".")), source=os.fsdecode(path))


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a regular file of at most ``LARGEST_FILE`` bytes, without its byte order mark. Raises SpecError."""
    name = escape(os.fsdecode(path))
    return _decode(_read(path, name), name)


def parse_document(text: str, name: str = "", kind: str = "toml") -> Document:
    """The document in a text of ``kind`` toml or json. Raises SpecError."""
    document = parse_text(text, name, kind)
    check_tree(document.tree, document)
    return document


def parse_text(text: str, name: str = "", kind: str = "toml") -> Document:
    """As ``parse_document``, whatever its keys are and however deep it is. Raises SpecError for what is no text."""
    if "\r" in text and (lone := re.search(r"\r(?!\n)", text)):
        line = text.count("\n", 0, lone.start()) + 1
        _refuse(f"{name}:{line}", "a carriage return that does not end a line", "lines that end in LF or CRLF")
    if text.startswith("\ufeff"):
        _refuse(name, "begins with more than one byte order mark")
    if not text.strip():
        _refuse(name, "empty spec")
    lines: Mapping[str, int] = {}
    try:
        if kind == "json":
            tree = _parse_json(text, name)
        else:
            tree, lines = _parse_toml(text)
    except RecursionError:
        _refuse(name, f"nested too deeply (max {DEEPEST})")
    except SpecError:
        raise
    except ValueError as error:
        _refuse_syntax(text, name, kind, str(error))
    if not isinstance(tree, dict):
        _refuse(name, "the document is not a table of keys and values")
    if not tree:
        _refuse(name, "empty spec")
    return Document(tree, name, lines)


_PLAIN = frozenset({int, float, str, bool})
"""Kinds of values that hold no others."""


def check_tree(tree: Mapping[str, Any], document: Document | None = None) -> None:
    """Refuse what no spec may have: depth, keys that are no strings or hide characters. Raises SpecError."""
    faults: list[Fault] = []
    pending: list[tuple[Any, str, int]] = [(tree, "", 1)]
    while pending:
        node, path, depth = pending.pop()
        if depth > DEEPEST:
            where = document.position(path) if document else ""
            raise SpecError(Fault(escape(path), "", f"nested too deeply (max {DEEPEST})", path=where))
        if isinstance(node, Mapping):
            for key, value in node.items():
                where = document.position(path) if document else ""
                if not isinstance(key, str):
                    faults.append(Fault(path or "spec", show(key), "a key must be a string", path=where))
                    continue
                hidden = hidden_character(key)
                if hidden or not key.strip():
                    what = f"a key with the invisible character {hidden}" if hidden else "an empty key"
                    faults.append(Fault(path or "spec", show(key), what, path=where))
                pending.append((value, f"{path}.{key}" if path else key, depth + 1))
        elif isinstance(node, list | tuple) and not _PLAIN.issuperset(map(type, node)):
            nested = ((item, f"{path}[{i}]", depth + 1) for i, item in enumerate(node))
            pending += [entry for entry in nested if isinstance(entry[0], Mapping | list | tuple)]
    if faults:
        raise SpecError(*faults)


def _refuse(path: str, what: str, allowed: str = "") -> NoReturn:
    raise SpecError(Fault("spec", "", what, allowed, path=path))


def _read(path: str | os.PathLike[str], name: str) -> bytes:
    try:
        status = os.stat(path)  # noqa: PTH116 - as above
        regular = stat.S_ISREG(status.st_mode)
        content = b""
        if regular and status.st_size <= LARGEST_FILE:
            with open(path, "rb", opener=_open_at_once) as file:
                content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        _refuse(name, error.strerror or str(error), "a file that can be read")
    except ValueError:
        _refuse(name, "a name with a NUL character")
    if not regular:
        _refuse(name, "not a regular file")
    size = max(status.st_size, len(content))
    if size > LARGEST_FILE:
        _refuse(name, f"a file of {size} bytes or more", f"at most {LARGEST_FILE} bytes")
    return content


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting, should the file have become a FIFO meanwhile."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _decode(content: bytes, name: str) -> str:
    mark = b"\xef\xbb\xbf"
    start = len(mark) if content.startswith(mark) else 0
    try:
        return content[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(name, f"not UTF-8 at byte {start + error.start}", "UTF-8 text")


def _refuse_syntax(text: str, name: str, kind: str, message: str) -> NoReturn:
    place = re.match(r"(\d+):(\d+): ", message)
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    if kind == "toml" and _YAML_LINE.match(first):
        _refuse(name, f"this looks like YAML; {_NO_YAML}", "TOML or JSON")
    if not place:
        _refuse(name, escape(message))
    said = escape(message[place.end() :])
    if "recursion" in said:
        said = f"nested too deeply (max {DEEPEST})"
    elif "number overflowed" in said:
        said += " (a float has 64 bits, an integer 63 and a sign)"
    what = f"column {place[2]}: {said}"
    _refuse(f"{name}:{place[1]}", what)


def _parse_toml(text: str) -> tuple[dict[str, Any], Mapping[str, int]]:
    """The values and the line of each path. Raises ValueError as ``LINE:COLUMN: what``."""
    from gigacost._engine import parse_toml_positions

    return parse_toml_positions(text)


def _parse_json(text: str, name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    def constant(word: str) -> NoReturn:
        _refuse(name, f"{word} is no value", "finite numbers")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for key, value in pairs:
            if key in tree:
                raise SpecError(Fault(escape(key), "", "the key stands twice in one table", path=name))
            tree[key] = value
        return tree

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=constant)
    except json.JSONDecodeError as error:
        message = f"{error.lineno}:{error.colno}: {error.msg}"
        raise ValueError(message) from None


def leads_out(path: str) -> bool:
    """Whether a path written in a specification could lead out of the specification's own folder."""
    parts = path.replace("\\", "/").split("/")
    return bool(path) and (parts[0] == "" or ".." in parts or ":" in path or path.startswith("~"))
