"""Which gigacost a process runs: results of two that differ are not put together."""

from __future__ import annotations

import os
from functools import cache
from typing import NamedTuple

_CODE = (".py", ".so", ".pyd", ".toml", ".csv")
"""What decides about results: modules, the compiled one among them, and figures."""


class Identity(NamedTuple):
    """A version, the hash of the public figures, and the hash of all that is installed."""

    version: str
    catalog: str
    build: str

    def differs(self, other: Identity) -> str:
        """What another has in place of what is here: ``version 0.2.0, not 0.3.0``; empty where they are equal."""
        pairs = zip(self._fields, self, other, strict=True)
        said = [f"{name} {theirs[:_SHOWN]}, not {ours[:_SHOWN]}" for name, ours, theirs in pairs if ours != theirs]
        return "; ".join(said)


_SHOWN = 12
"""Digits of a hash that tell it from others."""


@cache
def identity() -> Identity:
    """That of this process."""
    from gigacost._engine import __version__
    from gigacost.catalog import Catalog

    return Identity(__version__, Catalog.bundled().sha256, _build())


@cache
def digest() -> bytes:
    """What stands for the identity of this process in a task."""
    from gigacost.distribute.objects import address

    return address("\n".join(identity()).encode())


def place() -> str:
    """Where this process runs: ``HOST:PID``."""
    import socket

    return f"{socket.gethostname()}:{os.getpid()}"


def _build() -> str:
    """SHA-256 over the names and the bytes of the package's code and figures."""
    import hashlib
    from pathlib import Path

    package = Path(__file__).parents[1]
    files = {path.relative_to(package).as_posix(): path for path in package.rglob("*") if path.suffix in _CODE}
    found = hashlib.sha256()
    for name in sorted(files):
        content = files[name].read_bytes()
        found.update(f"{name}\n{len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()
