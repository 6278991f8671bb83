"""What answers look like, as JSON Schemas that carry a version: what is public of them is in stability.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VERSION = 1
"""The version of all of them: raised when something that was there vanishes or means something else."""

_FORMS: Mapping[str, Mapping[str, str]] = {
    "estimate": {
        "inputs": "table", "quantities": "table", "subtotals": "table", "status": "text", "intervals": "table?",
        "breakdown": "any", "assumptions": "list", "missing_prices": "list", "probabilities": "any", "meta": "table",
    },
    "choose": {
        "asked": "table", "labels": "table", "assumed": "table", "answers": "list", "deadlines": "list",
        "left_out": "list", "needed": "list", "meta": "table",
    },
    "sweep": {"rows": "list", "meta": "table"},
    "top": {"rows": "list", "meta": "table"},
    "pareto": {"rows": "list", "meta": "table"},
    "count": {"combinations": "count", "count": "count", "share": "number?", "meta": "table"},
    "bounds": {"bounds": "list", "meta": "table"},
    "summary": {
        "combinations": "count", "feasible": "count", "status": "table", "columns": "table", "conditions": "list",
        "groups": "list", "meta": "table",
    },
    "solve": {
        "unknown": "text", "unit": "text", "value": "any", "design": "table?", "constraints": "list",
        "ended_by": "text?", "relaxations": "list", "meta": "table",
    },
    "break-even": {
        "unknown": "text", "unit": "text", "axis": "text", "options": "list", "intervals": "list", "crossings": "list",
        "curve": "list", "relaxations": "list", "meta": "table",
    },
    "uncertainty": {
        "of": "text", "unit": "text", "inputs": "table", "options": "list", "best": "count?", "influences": "list",
        "worth_of_all": "any", "draws": "table", "meta": "table",
    },
    "over-time": {
        "by": "text", "same": "any", "algorithms_of": "any", "within_days": "number?", "base_year": "count?",
        "years": "list", "trends": "table", "warnings": "list",
    },
    "elasticities": {"quantity": "text", "unit": "text", "value": "number?", "inputs": "list", "meta": "table"},
    "compare": {
        "by": "text", "unit": "text", "a": "table", "b": "table", "difference": "number?", "drivers": "list",
        "drivers_residue": "number?", "assumptions": "list", "residue": "number?", "intervals": "table?",
        "meta": "table",
    },
    "layout": {
        "inputs": "table", "best": "list", "losing": "list", "failing": "list", "global_batch_sequences": "number?",
        "sequence_tokens": "number?", "candidates": "count", "legal": "count", "fitting": "count",
        "mem_gib": "number?", "scaleup_domain": "number?", "error_band": "any", "is_calibrated": "any",
        "notes": "list", "meta": "table",
    },
    "explain": {
        "name": "text", "kind": "text", "unit": "text", "doc": "text", "formula": "text?", "source": "text?",
        "value": "any", "used_by": "list", "inputs": "any", "made_of": "any", "counted_in": "any", "expression": "any",
        "constants": "any", "where": "any", "null": "any",
    },
    "diff": {
        "by": "text", "before_usd": "number?", "after_usd": "number?", "difference_usd": "number?", "lines": "list",
        "other": "list", "intervals": "table", "combinations": "table", "missing_prices": "table", "meta": "table",
    },
}  # fmt: skip
"""The keys that every answer has, and what each is; others may come with further versions of gigacost."""
_KINDS: Mapping[str, Any] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "count": {"type": "integer", "minimum": 0},
    "list": {"type": "array"},
    "table": {"type": "object"},
    "any": {},
}


def schema(question: str) -> dict[str, Any]:
    """The JSON Schema of what a question is answered with."""
    form = _FORMS.get(question, {})
    made = {
        "$id": f"urn:gigacost:answer:{question}:{VERSION}",
        "title": f"Answer to {question}, version {VERSION}",
        "x-version": VERSION,
    }
    one = {
        "type": "object",
        "required": list(form),
        "properties": {name: _kind(kind) for name, kind in form.items()},
    }
    if question == "estimate":
        return {**made, "anyOf": [one, {"type": "array", "items": one, "description": "One for each combination."}]}
    return {**made, **one}


def _kind(kind: str) -> dict[str, Any]:
    known = dict(_KINDS[kind.rstrip("?")])
    return {**known, "type": [known["type"], "null"]} if kind.endswith("?") else known
