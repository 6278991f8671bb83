"""``gigacost schema``: the form of a specification, and the names that may stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options
from gigacost.configs.source import CONFIG_KEYS
from gigacost.sampling.draws import FEWEST, METHODS, MOST_AGGREGATED
from gigacost.spec.spec import DEFAULT

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.compiler.names import ModelNames
    from gigacost.graph.declarations import Input


@options.command("schema")
@click.option("--columns", is_flag=True, help="List all quantities and inputs with unit and meaning instead.")
@options.prices
@options.as_json
def command(catalog: str | None, as_of: str | None, *, columns: bool, as_json: bool) -> None:
    """JSON Schema (2020-12) of a specification's file, for editors and validators; or all columns."""
    from gigacost.cli.terminal import payload, show, table
    from gigacost.compiler.checks import namespace
    from gigacost.model import default

    del as_of  # the form of a specification does not depend on the date
    model, book = default(), options.opened_catalog(catalog)
    if not columns:
        payload(schema(namespace(model, book), book))
        return
    rows = [
        *_columns(model.quantities.values(), "quantity"),
        *_columns(namespace(model, book).inputs.values(), "input"),
    ]
    if as_json:
        payload(rows)
        return
    keys = ("name", "kind", "unit", "doc")
    show(table(["name", "kind", "unit", "what it is"], [[row[key] for key in keys] for row in rows]))


def _columns(items: Any, kind: str) -> list[dict[str, str]]:  # noqa: ANN401 - quantities or inputs
    docs = [(one, one.doc.split("\n\n", 1)[0].replace("\n", " ")) for one in items]
    return [{"name": one.name, "kind": kind, "unit": one.unit, "doc": doc.split(" [")[0]} for one, doc in docs]


def schema(names: ModelNames, catalog: Catalog) -> dict[str, Any]:
    """The JSON Schema of a specification that speaks of these names."""
    axes: dict[str, Any] = {}
    fixed: dict[str, Any] = {}
    for name in names.label_axes:
        known = catalog.labels(name)
        label = {"type": "string", "examples": list(known)} if known else {"type": "string", "format": "date"}
        fixed[name] = label
        axes[name] = {"type": "array", "items": label, "minItems": 1, "uniqueItems": True}
    limits: Mapping[str, Input] = {**names.ranges, **names.inputs}
    for name, unit in {**names.quantities, **{key: one.unit for key, one in names.inputs.items()}}.items():
        if unit == "truth" or name in fixed:
            continue
        one = limits.get(name)
        fixed[name] = _value(unit, one)
        axes[name] = {"anyOf": [_list(fixed[name]), _range()]}
    text = {"type": "string"}
    preset = {"enum": sorted([*names.presets, *names.accountings])}
    listed = {"anyOf": [text, _list(text)]}
    table = {"anyOf": [{"type": "object"}, {"type": "string", "pattern": r"\.(csv|parquet)$"}]}
    query = {"where": text, "columns": listed, "by": text, "k": {"type": "integer", "minimum": 1}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gigacost specification",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "version": {"const": 1},
            "axes": _table(axes),
            "zip": {"anyOf": [table, _list(table)]},
            "carry": listed,
            "fixed": _table(fixed),
            "uncertain": _uncertain(fixed),
            "draws": _draws(),
            "derive": {"type": "object", "additionalProperties": text},
            "query": _table({**query, "per": listed, "distinct": listed}),
            "as_of": {"type": "string", "format": "date"},
            "base_year": {"enum": list(catalog.price_index.years)},
            "catalog": text,
            **{key: {"anyOf": [{"type": "object"}, text]} for key in CONFIG_KEYS},
            "preset": {"anyOf": [preset, _list(preset)]},
        },
    }


def _uncertain(names: Iterable[str]) -> dict[str, Any]:
    table = {
        "type": "object",
        "properties": {DEFAULT: {"type": "boolean"}},
        "propertyNames": {"enum": [DEFAULT, *names]},
        "additionalProperties": {"type": "string"},
    }
    return {"anyOf": [{"const": DEFAULT}, table]}


def _draws() -> dict[str, Any]:
    name = {"type": "string"}
    pair = {"type": "array", "prefixItems": [name, name, {"type": "number"}], "items": False}
    return _table(
        {
            "count": {"type": "integer", "minimum": FEWEST, "maximum": MOST_AGGREGATED},
            "seed": {"type": "integer", "minimum": 0},
            "method": {"enum": list(METHODS)},
            "correlate": {"type": "array", "items": pair},
        }
    )


def _value(unit: str, limits: Input | None) -> dict[str, Any]:
    number: dict[str, Any] = {"type": "integer" if limits and limits.integer else "number"}
    if limits and limits.low > float("-inf"):
        number["exclusiveMinimum" if limits.low_open else "minimum"] = limits.low
    if limits and limits.high < float("inf"):
        number["exclusiveMaximum" if limits.high_open else "maximum"] = limits.high
    doc = f"{limits.doc} [{unit}]" if limits else f"[{unit}]"
    return {"description": doc, "anyOf": [number, {"type": "string", "description": "a number with its unit"}]}


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(items), "minItems": 1}


def _range() -> dict[str, Any]:
    end = {"type": ["number", "string"]}
    keys = {"from": end, "to": end, "steps": {"type": "integer", "minimum": 1}, "step": end, "multiple_of": end}
    properties = {**keys, "scale": {"enum": ["linear", "log"]}}
    return {"type": "object", "required": ["from", "to"], "additionalProperties": False, "properties": properties}


def _table(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}
