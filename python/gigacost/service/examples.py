"""One question of each kind that is answered, for the description of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DESIGN: Mapping[str, Any] = {
    "fixed": {"hardware": "h100-sxm", "chips": 512, "params": "13B", "tokens": "2T", "market": "on_demand"}
}
_DESIGNS: Mapping[str, Any] = {
    "axes": {"hardware": ["h100-sxm", "h200-sxm"], "chips": [256, 512, 1024]},
    "fixed": {"params": "13B", "tokens": "2T"},
    "query": {"where": "train_days <= 60 d", "columns": ["cost_total_usd", "train_days"]},
}
_PLAN: Mapping[str, Any] = {"fixed": {"params": "13B", "tokens": "2T"}}

QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "estimate": {"spec": _DESIGN},
    "choose": {"spec": _PLAN, "options": {"within": "60d"}},
    "sweep": {"spec": _DESIGNS, "options": {"limit": 100}},
    "top": {"spec": _DESIGNS, "options": {"by": "cost_total_usd", "k": 3}},
    "pareto": {"spec": _DESIGNS, "options": {"minimise": ["cost_total_usd", "train_days"]}},
    "count": {"spec": _DESIGNS, "options": {"where": "cost_total_usd <= 2e6"}},
    "bounds": {"spec": _DESIGNS, "options": {"of": ["cost_total_usd"]}},
    "summary": {"spec": _DESIGNS},
    "solve": {"spec": _DESIGNS, "options": {"unknown": "tokens", "where": "cost_total_usd <= 2e6"}},
    "break-even": {"spec": _DESIGN, "options": {"unknown": "runs_per_year", "between": "market=own,on_demand"}},
    "uncertainty": {"spec": _DESIGN, "options": {"draws": 64, "seed": 1}},
    "over-time": {"spec": _DESIGN, "options": {"years": [2024, 2026], "draws": 64}},
    "elasticities": {"spec": _DESIGN, "options": {"inputs": ["chips", "tokens"]}},
    "compare": {"a": _DESIGN, "b": {"fixed": {**_DESIGN["fixed"], "market": "reserved_1y"}}},
    "diff": {"a": _DESIGN, "b": {"fixed": {**_DESIGN["fixed"], "chips": 1024, "market": "reserved_1y"}}},
    "layout": {"spec": _DESIGN, "options": {"top": 3}},
    "explain": {"spec": _DESIGN, "options": {"quantity": "cost_total_usd", "depth": 1}},
}
"""The body of each."""

CATALOGUE: Mapping[str, Mapping[str, str]] = {
    "/v1/catalog/{axis}": {"axis": "hardware"},
    "/v1/catalog/{axis}/{label}": {"axis": "hardware", "label": "h100-sxm"},
    "/v1/catalog/prices/{chip}": {"chip": "h100-sxm"},
}
"""The places in paths of the catalogue."""
