"""``"*"`` for the labels of a catalogue axis: all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.spec.axes import as_list
from gigacost.spec.namespace import Namespace

EVERY = "*"


def with_every_label(tree: Mapping[str, Any], namespace: Namespace) -> dict[str, Any]:
    """The tree with each ``"*"`` as the list of the labels that it stands for; under ``fixed`` it makes an axis.

    Announced chips, not to be had yet, are not among them.
    """
    tables = {key: tree[key] for key in ("axes", "fixed") if isinstance(tree.get(key), Mapping)}
    starred = [name for table in tables.values() for name, value in table.items() if _is_every(value)]
    labels = {name: list(namespace.labels(name)) for name in starred if name in namespace.label_axes}
    found = {name: values for name, values in labels.items() if values}
    if not found:
        return dict(tree)
    axes = {name: found.get(name, value) for name, value in tables.get("axes", {}).items()}
    fixed = {name: value for name, value in tables.get("fixed", {}).items() if name not in found}
    return {**tree, "axes": {**axes, **found}, "fixed": fixed}


def _is_every(value: object) -> bool:
    return value == EVERY if isinstance(value, str) else as_list(value) == [EVERY]
