"""Write the JSON Schemas of answers over HTTP, python/gigacost/service/openapi/results.json, from many real answers.

What is in every answer of a question is required; types are those that occur. Keys that are names of columns or labels
are data: they are not listed. Run it when an answer has a new key; a key or a type that is gone from a schema is a
break, and needs a new VERSION in python/gigacost/service/openapi/results.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gigacost.catalog.opening import opened
from gigacost.cli.operations import Question, questions
from gigacost.compiler.checks import namespace
from gigacost.errors import Error
from gigacost.model import default
from gigacost.service.examples import QUESTIONS
from gigacost.service.limits import Limits
from gigacost.service.operation import Asked, Watch

TARGET = Path(__file__).parents[1] / "python/gigacost/service/openapi/results.json"
DESIGN = {"params": "13B", "tokens": "1.3T", "hardware": "h200-sxm", "chips": 256}
OWNED = {"fixed": {**DESIGN, "market": "own"}}
SPARSE = {"fixed": {"preset": "deepseek-v3", "hardware": "h800-sxm", "chips": 2048}}
IMPOSSIBLE = {"fixed": {**DESIGN, "hardware": "v100-sxm2-16", "chips": 1}}
SIZED = {"fixed": {**DESIGN, "chips": 512, "mfu": 0.4, "pue": "1.2"}}
WIDE = {
    "fixed": {"tokens": "1T"},
    "axes": {
        "params": ["7B", "70B"],
        "hardware": ["v100-sxm2-16", "h100-sxm", "tpu-v5p"],
        "chips": [1, 64, 512],
        "market": ["own", "spot"],
    },
}
DATED = {"fixed": {**DESIGN, "hardware": "h100-sxm"}, "as_of": "2024-06-01", "base_year": 2025}
UNCERTAIN = {"fixed": DESIGN, "uncertain": {"mfu": "normal 90% 0.3..0.5"}, "draws": {"count": 64}}
DERIVED = {
    **WIDE,
    "derive": {"usd_per_token": "cost_total_usd / tokens"},
    "query": {"columns": ["usd_per_token", "cost_total_usd"]},
}
SPECIFICATIONS = (OWNED, SPARSE, IMPOSSIBLE, WIDE, DATED, UNCERTAIN, DERIVED)
OPTIONS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "estimate": ({}, {"sources": True}, {"no_intervals": True}),
    "choose": ({}, {"within": "90d", "mw": 5}, {"budget": "1"}, {"within": "1h"}, {"sure": 0.8}),
    "top": ({}, {"k": 5, "per": ["hardware"]}, {"boxes": 1}, {"largest": True, "distinct": ["hardware"]}),
    "pareto": ({}, {"minimise": ["cost_total_usd"], "maximise": ["chips"], "limit": 2}),
    "bounds": ({"of": ["train_days", "params"]}, {"of": ["cost_total_usd"]}),
    "summary": (
        {},
        {"where": "cost_total_usd < 1", "per": ["market"]},
        {"where": "cost_total_usd < 1"},
        {"per": ["hardware", "market"]},
        {"no_quantiles": True},
    ),
    "solve": (
        {"unknown": "chips", "where": "train_days <= 20 d", "smallest": True},
        {"unknown": "mfu"},
        {"unknown": "tokens", "where": "cost_total_usd <= 1M"},
        {"unknown": "tokens", "where": "cost_total_usd <= 1"},
    ),
    "break-even": (
        {"unknown": "electricity_usd_per_kwh", "between": "market=own,on_demand"},
        {"unknown": "mfu", "between": "hardware=h100-sxm,b200-sxm"},
        {"unknown": "chips", "between": "market=own,spot"},
    ),
    "uncertainty": (
        {},
        {"uncertain": ["default"], "draws": 64},
        {"uncertain": {"mfu": "uniform 0.3..0.5"}, "draws": 64},
    ),
    "over-time": ({}, {"years": [2023], "same": "flop", "sources": True}, {"within": "1d"}, {"per": ["hardware"]}),
    "compare": ({}, {"settings_b": ["hardware=b200-sxm"]}, {"settings_b": {"mfu": 0.5}, "figures": True, "draws": 64}),
    "layout": ({}, {"top": 1}),
    "explain": tuple({"quantity": name, "depth": 5} for name in ("cost_total_usd", "chips", "status", "mfu")),
}
_COLUMN = re.compile(r"[a-z][a-z0-9_]*")


def column_names() -> set[str]:
    """Names that are data where they are keys: of quantities, inputs, axes, labels."""
    model, book = default(), opened(None)
    names = namespace(model, book)
    labels = (label for axis in names.label_axes for label in book.labels(axis))
    return {*model.names, *names.inputs, *names.ranges, *labels}


def requests(question: Question) -> Iterator[Asked]:
    """What is asked of a question."""
    example = dict(QUESTIONS[question.name])
    yield Asked(example, example.pop("options", {}))
    for tree in SPECIFICATIONS:
        for options in (*OPTIONS.get(question.name, ({},)), QUESTIONS[question.name].get("options", {})):
            if "a" not in question.documents or "settings_b" in options:
                yield Asked({"spec": tree}, options)
                continue
            for other in (DATED, OWNED, UNCERTAIN, SIZED):
                yield Asked({"a": tree, "b": other}, options)


def answers(question: Question) -> Iterator[Any]:
    """What it answers, as a client reads it."""
    for asked in requests(question):
        try:
            found = question.answer(asked, Watch(Limits()))
        except Error:
            continue
        yield json.loads(json.dumps(found.document))


class Inference:
    """Schemas of values that were seen."""

    def __init__(self, data: set[str]) -> None:
        self._data = data

    def of(self, values: list[Any]) -> dict[str, Any]:
        """The schema of values that stand in one place."""
        tables = [value for value in values if isinstance(value, dict)]
        lists = [value for value in values if isinstance(value, list)]
        types = sorted({_type(value) for value in values})
        if "number" in types and "integer" in types:
            types.remove("integer")
        found: dict[str, Any] = {"type": types[0] if len(types) == 1 else types} if types else {}
        if lists and (items := [item for value in lists for item in value]):
            found["items"] = self.of(items)
        return found | (self._table(tables) if tables else {})

    def _table(self, tables: list[dict[str, Any]]) -> dict[str, Any]:
        keys = dict.fromkeys(key for table in tables for key in table)
        named = [key for key in keys if not self._is_data(key)]
        others = [table[key] for table in tables for key in table if self._is_data(key)]
        required = [key for key in named if all(key in table for table in tables)]
        found: dict[str, Any] = {}
        if named:
            found["properties"] = {key: self.of([one[key] for one in tables if key in one]) for key in named}
        if required:
            found["required"] = required
        if others and not named:  # a quantity may be missing, whether it was here or not
            found["additionalProperties"] = self.of([*others, None] if any(map(_is_number, others)) else others)
        return found

    def _is_data(self, key: str) -> bool:
        return key in self._data or not _COLUMN.fullmatch(key)


def _is_number(value: object) -> bool:
    return _type(value) in {"integer", "number"}


def _type(value: object) -> str:
    kinds = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return kinds.get(type(value), "object")


def schemas(asked: Iterable[Question]) -> dict[str, Any]:
    """The schema of each question's answers."""
    inference = Inference(column_names())
    return {one.name: inference.of(list(answers(one))) for one in asked}


def no_books(name: str) -> Any:  # noqa: ANN401 - never returns
    """No price book is mounted."""
    raise KeyError(name)


def main() -> None:
    """Write them."""
    found = schemas(questions(no_books))
    TARGET.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
