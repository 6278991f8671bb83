"""Reading the catalogue's files and private price books: regular files of bounded size, UTF-8, TOML.

TOML is parsed by the engine, for the lines of what is wrong in a price book and for the time it saves at start.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from gigacost.errors import Fault, SpecError, show

LIMIT = 10 * 1024 * 1024
"""The largest book read [B]."""

DATA_FILES = (
    "accelerators",
    "chip_prices",
    "epoch",
    "markets",
    "models",
    "pace",
    "precisions",
    "presets",
    "price_index",
    "regions",
    "rental",
    "step_time",
    "uncertainty",
)
DATA = Path(__file__).parent / "data"


_INSIDE = ("", "catalog/data", "gigacost/catalog/data", "python/gigacost/catalog/data")
"""Where the files are in a folder of them, in a package, beside installed packages, in a source tree."""


def data_text(name: str, folder: Path = DATA) -> str:
    """The text of a file of public figures, the bundled one or another release's."""
    return (folder / f"{name}.toml").read_text("utf-8")


@lru_cache(maxsize=2 * len(DATA_FILES))
def data(name: str, folder: Path = DATA) -> dict[str, Any]:
    """Such a file, parsed on first use. Shared: not to be changed."""
    return _read_toml(data_text(name, folder))


def released(folder: str | os.PathLike[str]) -> Path:
    """Where in a folder the files of a release are. Raises SpecError where there are none, or not all, as TOML."""
    for inside in _INSIDE:
        found = Path(folder) / inside
        if all((found / f"{name}.toml").is_file() for name in DATA_FILES):
            break
    else:
        what, allowed = "no catalogue of a release", "its package gigacost, or its source tree"
        raise SpecError(Fault("catalog", show(os.fspath(folder)), what, allowed))
    for name in DATA_FILES:
        book_toml(book_text(found / f"{name}.toml"), str(found / f"{name}.toml"))
    return found.resolve()


def book_text(path: str | os.PathLike[str], field: str = "catalog", limit: int = LIMIT) -> str:
    """The text of a private book; SpecError unless it is a regular UTF-8 file of at most ``limit`` bytes.

    ``field`` is what the book is called in messages.
    """
    name = os.fsdecode(path)
    try:
        # Without O_NONBLOCK opening a FIFO would wait for a writer for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as problem:
        what = getattr(problem, "strerror", None) or str(problem)
        raise SpecError(Fault(field, show(name), f"cannot be read: {what}")) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise SpecError(Fault(field, show(name), "not a regular file"))
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read(limit + 1) if status.st_size <= limit else b""
        if status.st_size > limit or len(raw) > limit:
            raise SpecError(Fault(field, show(name), "too large", f"at most {limit >> 20} MiB"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise SpecError(Fault(field, show(name), f"not UTF-8 at byte {problem.start}")) from None
    text = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    if "\r" in text.replace("\r\n", ""):
        raise SpecError(Fault(field, show(name), "a carriage return alone ends a line", "LF or CRLF"))
    return text


def book_toml(text: str, name: str) -> tuple[dict[str, Any], dict[str, int]]:
    """A private book's tables, and the line of each value by its path; SpecError where it is not TOML or is empty."""
    from gigacost._engine import parse_toml_positions

    tables: dict[str, Any]
    lines: dict[str, int]
    try:
        tables, lines = parse_toml_positions(text)
    except ValueError as problem:
        line, _, what = str(problem).partition(":")
        raise SpecError(Fault("catalog", show(name), f"not TOML: column {what}", path=f"{name}:{line}")) from None
    if not tables:
        raise SpecError(Fault("catalog", show(name), "an empty price book"))
    return tables, lines


def _read_toml(text: str) -> dict[str, Any]:
    from gigacost._engine import parse_toml

    tables: dict[str, Any] = parse_toml(text)
    return tables
