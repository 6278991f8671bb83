"""Objects that many tasks share: they travel to a worker once, as bytes addressed by their hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gigacost._cache import LruCache

_KEPT = 16
"""How many decoded objects a process keeps: with each what was made of it, as compiled programs and tables."""
_decoded = LruCache(_KEPT)


class Lacking(LookupError):  # noqa: N818 - it is no error, but asks for the object
    """This process does not have an object of that hash."""


def address(data: bytes) -> bytes:
    """What an object's bytes are known by: their SHA-256."""
    import hashlib

    return hashlib.sha256(data).digest()


def decoded(addresses: Sequence[bytes], data: Sequence[bytes] = ()) -> list[Any]:
    """The objects with these addresses, from ``data`` (their pickles) where they are new. Raises Lacking without."""
    return [_decoded.get(key, lambda place=place: _load(data, place)) for place, key in enumerate(addresses)]  # type: ignore[misc] # mypy cannot infer a lambda's default


def forget() -> None:
    """As a process that has just begun."""
    global _decoded  # noqa: PLW0603 - one for each process
    _decoded = LruCache(_KEPT)


def _load(data: Sequence[bytes], place: int) -> Any:  # noqa: ANN401 - any object
    import pickle

    if not data:
        raise Lacking
    return pickle.loads(data[place])  # noqa: S301 - from the process that drives this one
