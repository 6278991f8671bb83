"""Which catalogue is meant: the bundled one, another, or the bundled one with a private price book over it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from gigacost.catalog.catalog import Catalog


def opened(catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None) -> Catalog:
    """The catalogue itself, or the bundled one with a private book over it."""
    if catalog is None:
        return Catalog.bundled()
    return catalog if isinstance(catalog, Catalog) else Catalog.bundled().layered(catalog)
