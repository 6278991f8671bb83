"""Answers that were saved: the design of an estimate, as a specification that costs it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gigacost.catalog import Catalog
from gigacost.spec.files import Document
from gigacost.spec.spec import VERSION

_KEYS = frozenset({"inputs", "quantities", "breakdown", "subtotals", "meta"})
"""Those that only the answer of an estimate has."""


def design_of(document: Document, catalog: Catalog) -> tuple[Document, tuple[str, ...]]:
    """The specification of the design that an estimate's ``--json`` is of, and notes; any other document as it is."""
    tree = document.tree
    if not isinstance(tree, Mapping) or not tree.keys() >= _KEYS:
        return document, ()
    inputs, meta = tree["inputs"], tree["meta"]
    if not isinstance(inputs, Mapping) or not isinstance(meta, Mapping):
        return document, ()
    keys = {"as_of": inputs.get("as_of"), "base_year": meta.get("base_year"), "preset": meta.get("accounting")}
    fixed = {name: value for name, value in inputs.items() if name != "as_of"}
    made = {"version": VERSION, "fixed": fixed, **{name: value for name, value in keys.items() if value is not None}}
    other = "" if meta.get("catalog_sha256") == catalog.sha256 else ", with prices of another catalogue than then"
    notes = (f"{document.name or 'spec'}: an answer of estimate, whose design is costed anew{other}",)
    return replace(document, tree=made), notes
