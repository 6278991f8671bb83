"""A question of each kind, for the description of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DESIGN = {"fixed": {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}}
_SPACE = {
    "fixed": {"params": "7B", "tokens": "2T"},
    "axes": {
        "hardware": ["h100-sxm", "h200-sxm", "b200-sxm"],
        "chips": [256, 512, 1024],
        "market": ["on_demand", "spot"],
    },
}
_OPEN = {"fixed": {"params": "7B", "tokens": "2T"}, "axes": {"hardware": ["h100-sxm", "b200-sxm"]}}

QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "estimate": {"spec": _DESIGN},
    "choose": {"spec": _OPEN, "options": {"within": "60d", "budget": "5M"}},
    "sweep": {"spec": _SPACE, "options": {"columns": ["cost_total_usd", "train_days"]}},
    "top": {"spec": _SPACE, "options": {"k": 3, "where": "train_days <= 30 d"}},
    "pareto": {"spec": _SPACE, "options": {"minimise": ["cost_total_usd", "train_days"]}},
    "count": {"spec": _SPACE, "options": {"where": "cost_total_usd < 2M"}},
    "bounds": {"spec": _SPACE, "options": {"of": ["cost_total_usd", "train_days"]}},
    "summary": {"spec": _SPACE, "options": {"per": ["hardware"]}},
    "solve": {"spec": _OPEN, "options": {"unknown": "chips", "where": "train_days <= 30 d", "smallest": True}},
    "break-even": {
        "spec": {"fixed": _DESIGN["fixed"], "axes": {"market": ["own", "reserved_1y"]}},
        "options": {"unknown": "electricity_usd_per_kwh", "between": "market"},
    },
    "uncertainty": {"spec": _DESIGN, "options": {"of": "cost_total_usd", "uncertain": ["default"], "draws": 1024}},
    "over-time": {"spec": _SPACE, "options": {"years": [2024, 2026]}},
    "elasticities": {"spec": _DESIGN, "options": {"quantity": "cost_total_usd"}},
    "compare": {
        "a": _DESIGN,
        "b": {"fixed": {**_DESIGN["fixed"], "hardware": "b200-sxm"}},
        "options": {"by": "cost_total_usd"},
    },
    "diff": {"a": _DESIGN, "b": {"fixed": {**_DESIGN["fixed"], "hardware": "b200-sxm"}}},
    "layout": {"spec": _DESIGN, "options": {"top": 3}},
    "explain": {"spec": _DESIGN, "options": {"quantity": "train_days", "depth": 2}},
}
"""The body of each."""

CATALOGUE: Mapping[str, Mapping[str, str]] = {
    "/v1/catalog/{axis}": {"axis": "hardware"},
    "/v1/catalog/{axis}/{label}": {"axis": "hardware", "label": "h100-sxm"},
    "/v1/catalog/prices/{chip}": {"chip": "h100-sxm"},
}
"""The places in paths of the catalogue."""

_RUN = 'params="7B", tokens="2T", hardware="h100-sxm", chips=512'
_SWEEP = """sweep = client.sweep(
    {
        "hardware": ["h100-sxm", "h200-sxm", "b200-sxm"],
        "chips": [256, 512, 1024],
        "market": ["on_demand", "spot"],
    },
    fixed={"params": "7B", "tokens": "2T"},%s
)
"""
_OPENED = 'params="7B", tokens="2T", hardware=["h100-sxm", "b200-sxm"]'
CALLS: Mapping[str, str] = {
    "estimate": f"client.estimate({_RUN})",
    "choose": f'client.choose(\n    {_OPENED},\n    within="60d", budget="5M",\n)',
    "top": _SWEEP % '\n    where="train_days <= 30 d",' + "sweep.top(k=3)",
    "pareto": _SWEEP % "" + 'sweep.pareto(minimise=["cost_total_usd", "train_days"])',
    "count": _SWEEP % '\n    where="cost_total_usd < 2M",' + "sweep.count()",
    "bounds": _SWEEP % "" + 'sweep.bounds("train_days")',
    "summary": _SWEEP % "" + 'sweep.summary(per=["hardware"])',
    "solve": f'client.solve(\n    "chips", where="train_days <= 30 d", smallest=True,\n    {_OPENED},\n)',
    "break-even": f"""client.break_even(
    "electricity_usd_per_kwh", between={{"market": ["own", "reserved_1y"]}},
    {_RUN},
)""",
    "uncertainty": f"client.uncertainty({_RUN}, draws=1024)",
    "over-time": _SWEEP % "" + "client.over_time(sweep, years=[2024, 2026])",
    "elasticities": f"client.elasticities({_RUN})",
    "compare": """run = {"params": "7B", "tokens": "2T", "chips": 512}
client.compare({**run, "hardware": "h100-sxm"}, {**run, "hardware": "b200-sxm"})""",
    "layout": f"client.layouts({_RUN}, top=3)",
    "explain": f'client.explain("train_days", {_RUN}, depth=2)',
}
"""The same with the client, where it has a method for it."""
