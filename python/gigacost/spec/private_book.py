"""The private price book that a specification's file names."""

from __future__ import annotations

import os

from gigacost.catalog import Catalog
from gigacost.spec.files import Document, leads_out


def with_private_book(document: Document, catalog: Catalog) -> Catalog:
    """The catalogue with the private book that a specification's file names over it.

    Only a name that ``read`` accepts is followed; it refuses the others itself.
    """
    named = document.tree.get("catalog")
    if not document.source or not isinstance(named, str) or leads_out(named):
        return catalog
    return catalog.layered(os.path.join(os.path.dirname(document.source), named))  # noqa: PTH118, PTH120
