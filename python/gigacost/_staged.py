"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gigacost.errors import OutputError, escape


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
