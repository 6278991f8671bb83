"""The sweep that keywords mean, as of an estimate: one value is fixed, a list or a range is an axis."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from gigacost.catalog import Catalog
from gigacost.catalog.opening import opened
from gigacost.compiler.checks import namespace
from gigacost.errors import Fault, SpecError
from gigacost.graph.model import Model
from gigacost.model import default as default_model
from gigacost.queries.estimates import unplaced
from gigacost.queries.space import Space
from gigacost.spec.axes import Zipped, as_list
from gigacost.spec.reader import read_mapping


def swept(
    given: Space | Mapping[str, Any] | None,
    inputs: Mapping[str, Any],
    *,
    where: str | None,
    columns: Sequence[str],
    model: Model | str | None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None,
    as_of: str | None,
    preset: str | Sequence[str] | None,
    strict: bool,
) -> Space:
    """A sweep with some inputs given over, or the sweep of inputs alone. Raises SpecError."""
    if isinstance(model, str):
        inputs, model = {**inputs, "model": model}, None
    if isinstance(given, Space):
        if model is not None or catalog is not None:
            raise SpecError(Fault("model" if model is not None else "catalog", "", "a sweep brings its own"))
        model, catalog, tree = given.model, given.bound.catalog, given.spec.to_dict()
    else:
        model, catalog, tree = model or default_model(), opened(catalog), {"version": 1}
        inputs = {**(given or {}), **inputs}
    several = {name for name, value in inputs.items() if _is_axis(value)}
    for table, names in (("axes", several), ("fixed", inputs.keys() - several)):
        kept = {name: value for name, value in tree.get(table, {}).items() if name not in inputs}
        tree[table] = kept | {name: inputs[name] for name in inputs if name in names}
    asked = {"where": where, "columns": list(columns) or None}
    tree["query"] = {**tree.get("query", {}), **{key: value for key, value in asked.items() if value is not None}}
    tree |= {key: value for key, value in (("as_of", as_of), ("preset", preset)) if value is not None}
    try:
        spec = read_mapping(tree, namespace(model, catalog), strict=strict)
    except SpecError as error:
        raise SpecError(*unplaced(error.faults)) from None
    return Space(spec, model, catalog)


def _is_axis(value: object) -> bool:
    return isinstance(value, Mapping | Zipped) or as_list(value) is not None
