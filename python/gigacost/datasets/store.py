"""Where a dataset lies: a folder here, or a prefix of a bucket."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, Protocol, TypeAlias, TypeVar

T = TypeVar("T")
R = TypeVar("R")
_Asked: TypeAlias = "tuple[Callable[[], Any], Future[Any]]"
_CHUNK = 1 << 20
_AT_ONCE = 8
"""How many small files are read at once."""


class Stored(NamedTuple):
    """What a file holds."""

    bytes: int
    sha256: str


class Store(Protocol):
    """The files of a dataset by their names, which are relative and have ``/`` between their parts.

    A file appears whole or not at all. Raises OutputError (or another OSError) for what fails.
    """

    location: str
    """What ``opened`` opens in another process."""
    shown: str
    """The location as messages name it, without what is secret in it, and with a ``/`` at its end."""

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is none."""

    def create(self, name: str, data: bytes) -> bool:
        """Put a file where there is none; False where there is one."""

    def replace(self, name: str, data: bytes) -> None:
        """Put a file, in place of one that may be there."""

    def put(self, name: str, write: Callable[[str], int]) -> tuple[int, Stored]:
        """Put what ``write`` writes to the path that it is given, in place of a file that may be there.

        What ``write`` says (how many rows), and what the file holds.
        """

    def holds(self, name: str) -> Stored | None:
        """What a file holds, all of it read; None where there is none."""

    def names(self, folder: str = "") -> Iterator[str]:
        """The names of all files, or of those in a folder, in order; hidden ones left out."""

    def other(self, folder: str) -> str | None:
        """The name of some file that is not in a folder; None where there is none."""

    def prepare(self, folders: Iterable[str]) -> None:
        """Make what must be there before a file is put."""

    def sweep(self, folders: Iterable[str], finals: Callable[[str], bool]) -> None:
        """Remove what dead runs have left half-written in some folders, of files whose names are ``finals``."""


def stored(file: BinaryIO) -> Stored:
    """What an open file holds."""
    return stored_chunks(iter(lambda: file.read(_CHUNK), b""))


def stored_chunks(chunks: Iterable[bytes]) -> Stored:
    """What a file holds that comes in pieces."""
    digest, length = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        length += len(chunk)
    return Stored(length, digest.hexdigest())


def interruptible(call: Callable[[], T]) -> T:
    """What a call returns that cannot be interrupted, in a thread of its own: Ctrl-C does not wait for it."""
    if threading.current_thread() is not threading.main_thread():
        return call()
    return next(ahead(lambda _: call(), [None]))


def ahead(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """``function`` of each item in their order, a few at once; who has enough waits for none of them."""
    rest = iter(items)
    asked: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
    waiting: deque[Future[R]] = deque()
    threads = 0
    try:
        while True:
            for item in islice(rest, 2 * _AT_ONCE - len(waiting)):
                waiting.append(Future())
                asked.put((partial(function, item), waiting[-1]))
                if threads < _AT_ONCE:
                    threading.Thread(target=_answer, args=(asked,), daemon=True).start()
                    threads += 1
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        for future in waiting:  # what nobody has begun is not begun
            future.cancel()
        for _ in range(threads):
            asked.put(None)


def _answer(asked: queue.SimpleQueue[_Asked | None]) -> None:
    while (task := asked.get()) is not None:
        call, future = task
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001 - raised where it was asked for
                future.set_exception(error)
