"""Which store is meant: a folder here, or a prefix of a bucket."""

from __future__ import annotations

import os

from gigacost.datasets.store import Store
from gigacost.errors import Fault, SpecError, show

URL_MARK = "://"
UNTESTED = frozenset(("gs", "az"))
"""Schemes that are taken and that nobody has tried."""


def opened(path: str | os.PathLike[str], field: str = "path") -> Store:
    """The store at a path: a folder, or the URL of a bucket. Raises SpecError, naming ``field``; touches nothing."""
    location = os.fsdecode(path)
    if URL_MARK in location:
        from gigacost.datasets.cloud import CloudStore

        return CloudStore(location, field)
    if "\0" in location or not location:
        raise SpecError(Fault(field, show(location), "not the name of a folder", "a folder, or s3://BUCKET/PREFIX/"))
    from gigacost.datasets.local import LocalStore

    return LocalStore(location, field)
