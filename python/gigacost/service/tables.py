"""Rows as a stream of Arrow batches: the middle of the file that the engine writes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from gigacost.service.operation import Watch

if TYPE_CHECKING:
    from gigacost.queries.export import Tabular

KIND = "application/vnd.apache.arrow.stream"
_MAGIC = b"ARROW1"
_PIECE = 1 << 18
_SIZE = 4
"""Bytes that tell how long the footer is."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Some bytes of a file that has no name any more."""

    file: BinaryIO
    length: int

    def pieces(self) -> Iterator[bytes]:
        """The bytes, once."""
        with self.file:
            left = self.length
            while left and (piece := self.file.read(min(left, _PIECE))):
                left -= len(piece)
                yield piece


def stream(rows: Tabular, limit: int | None, watch: Watch) -> Stream:
    """The rows, or as many of them as ``limit`` says. Raises LimitError for more than are granted."""
    granted = watch.limits.table_rows
    with tempfile.TemporaryDirectory(prefix="gigacost-") as folder:

        def check(_: int) -> None:
            watch.check()
            with os.scandir(folder) as files:
                watch.limits.refuse("table_bytes", sum(one.stat().st_size for one in files))

        path = Path(folder, "rows.arrow")
        most = granted + 1 if limit is None else limit
        watch.limits.refuse("table_rows", 0 if limit is None else limit)
        watch.limits.refuse("table_rows", rows.write(path, threads=watch.limits.threads, limit=most, progress=check))
        check(0)
        return _of_file(path.open("rb"))


def _of_file(file: BinaryIO) -> Stream:
    """The stream in a file of Arrow's format: what stands between its head and its footer.

    A file is ``ARROW1``, padding, a stream from its schema to its end, footer, the footer's size, ``ARROW1`` (Arrow
    Columnar Format, IPC File Format).
    """
    end = file.seek(-_SIZE - len(_MAGIC), os.SEEK_END)
    footer = int.from_bytes(file.read(_SIZE), "little")
    file.seek(0)
    head = file.read(_PIECE).removeprefix(_MAGIC)
    begin = len(_MAGIC) + len(head) - len(head.lstrip(b"\0"))
    file.seek(begin)
    return Stream(file, end - footer - begin)
