"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gigacost.errors import Fault, OutputError, SpecError, escape, show

_LONGEST = 200
"""Bytes of a file's name: with what stands before and behind it while it is written, a file system takes it."""


def refuse_bad_output(output: str, endings: Sequence[str], kind: str, field: str = "-o") -> None:
    """Raise SpecError unless a file of a ``kind`` with one of some endings can be put there; nothing is written."""
    path, shown = Path(output), show(output)
    named = f"a name that ends in {', '.join(endings)}"
    if "\0" in output:
        raise SpecError(Fault(field, shown, "not a file name", named))
    if len(os.fsencode(path.name)) > _LONGEST:
        raise SpecError(Fault(field, shown, "a name too long for a file", f"<= {_LONGEST} bytes"))
    if not output.lower().endswith(tuple(endings)) or path.name.lower() in endings:
        raise SpecError(Fault(field, shown, f"unknown kind of {kind}", named))
    if not path.parent.is_dir():
        raise SpecError(Fault(field, shown, f"there is no folder {escape(str(path.parent))}", "a folder that exists"))
    if path.exists() and not path.is_file():
        raise SpecError(Fault(field, shown, "exists and is not a regular file", "a new name, or a file to replace"))


@contextmanager
def staged(output: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A binary file that takes its place, and that of an older one, when it is complete. Raises OutputError."""
    path = Path(output)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as problem:
        raise OutputError(f"{escape(os.fsdecode(output))}: {problem.strerror}") from None
    finally:
        beside.unlink(missing_ok=True)
