"""Which catalogue is meant: the bundled one, another, or either with private price books over it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from gigacost.catalog import Catalog
from gigacost.document import read_document
from gigacost.reading import leads_out


def with_private_book(path: str | os.PathLike[str], catalog: Catalog) -> Catalog:
    """The catalogue with the private book that a specification's file names over it.

    Only a name that ``Spec.from_file`` accepts is followed; it refuses the others itself.
    """
    named = read_document(path).tree.get("catalog")
    if not isinstance(named, str) or leads_out(named):
        return catalog
    return catalog.layered(os.path.join(os.path.dirname(os.fsdecode(path)), named))  # noqa: PTH118, PTH120


def opened(catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None) -> Catalog:
    """The catalogue itself, or the bundled one with a private book over it."""
    if catalog is None:
        return Catalog.bundled()
    return catalog if isinstance(catalog, Catalog) else Catalog.bundled().layered(catalog)
