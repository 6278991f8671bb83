"""What a page says of a specification beside the module: names, units, states, what is fixed, where it is from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from gigacost.compiler.bound import Bound
from gigacost.compiler.provenance import provenance
from gigacost.errors import unplaced
from gigacost.explore.command_line import words
from gigacost.explore.outputs import FACTS, total
from gigacost.graph.declarations import Status
from gigacost.spec.command_line import FLAGS
from gigacost.spec.fields import Scalar

DECISIONS = ("hardware", "chips", "market", "electricity_usd_per_kwh", "region", "precision", "as_of", "mfu")
"""Axes that vary on the map, the first ones first: what is decided. What is trained stays as chosen, and so do
assumptions, unless there are no others."""
_WORKLOAD = frozenset({"model", "params", "params_active", "tokens", "training_flop", "loss"})
_MOST_VARIED = 20_000
"""Combinations of axes that vary on the map; it shows a part of them that is evenly spread."""
_LABELS = {
    "carbon_t": "emissions",
    "chip_hours": "chip-hours",
    "cost_total_usd": "total cost",
    "electricity_usd_per_kwh": "electricity price",
    "energy_mwh": "energy",
    "facility_mw": "power of the site",
    "mfu": "MFU",
    "staff_fte": "staff",
    "params": "parameters",
    "project_days": "project time",
    "total_development_usd": "development",
    "total_project_usd": "project",
    "total_run_usd": "final run",
    "train_days": "training time",
    "usd_per_chip_hour": "cost of a chip-hour",
}
"""What names are in words where it is not the name itself."""


def described(bound: Bound, condition: str, module: Mapping[str, Any], sha256: str, book: str = "") -> dict[str, Any]:
    """The page's own data: plain, for JSON.

    ``condition`` is the output that says whether a design meets the specification's, if it has one; ``module`` is what
    the compiler says of the module, ``sha256`` the hash of its bytes, ``book`` a private price book that the
    specification does not name.
    """
    model, spec = bound.model, bound.spec
    names = tuple(output["name"] for output in module["outputs"] if output["name"] != condition)
    quantities = {name: _quantity(bound, name, unit) for name, unit in _units(module, names)}
    whole = total(bound, names)
    sums = [one.name for one in model.subtotals if one.name in quantities]
    parts = [one.name for one in model.contributions if one.name in quantities]
    columns = [name for name in (*spec.columns, *spec.derive) if name in quantities]
    shown = dict.fromkeys([*(name for name in FACTS if name in quantities), *columns])
    facts = [name for name in shown if name not in {*sums, *parts}]
    return {
        "title": _title(spec.source),
        "module": {name: module[name] for name in ("axes", "outputs", "states", "offsets", "draws")},
        "axes": [_axis(bound, axis) for axis in module["axes"]],
        "quantities": quantities,
        "total": quantities[whole],
        "subtotals": sums,
        "contributions": parts,
        "facts": facts,
        "columns": columns,
        "shown": list(dict.fromkeys([*sums, *facts, *columns, *parts])),
        "condition": {"name": condition, "text": spec.where.text} if spec.where else None,
        "states": {one.mark.label: _sentence(one.doc) for one in model.states if isinstance(one.mark, Status)},
        "view": _view(module["axes"], [*facts, *columns], whole),
        "fixed": [_given(bound, name, value) for name, value in _fixed(bound).items()],
        "inputs": _fixed(bound),
        "doubts": [str(doubt) for doubt in unplaced(spec.warnings)],
        "command": {"words": words(bound, book), "flags": FLAGS},
        "origin": _origin(bound, module, sha256),
    }


def _given(bound: Bound, name: str, value: Scalar) -> dict[str, Any]:
    """What is fixed, in words."""
    unit = "" if isinstance(value, str) else bound.model.unit(name)
    return {"label": label(name), "value": value, "unit": unit}


def _origin(bound: Bound, module: Mapping[str, Any], sha256: str) -> list[list[str]]:
    """What the page can be made again from, and what is not on it."""
    made = {**provenance(bound), "module_sha256": sha256}
    if "as_of" in bound.digits:
        del made["as_of"]  # it is chosen on the page
    without, left_out = module["without_draws"], module["left_out"]
    return [
        *([name.replace("_", " "), value] for name, value in made.items()),
        *([["no P10, P50 and P90", without]] if without else []),
        *([["left out, as aggregates over draws", ", ".join(left_out)]] if left_out else []),
    ]


def _units(module: Mapping[str, Any], names: Iterable[str]) -> list[tuple[str, str]]:
    known = {output["name"]: output["unit"] for output in module["outputs"]}
    return [(name, known[name]) for name in names]


def _quantity(bound: Bound, name: str, unit: str) -> dict[str, str]:
    known = bound.model.quantities.get(name) or bound.model.inputs.get(name)
    doc = _sentence(known.doc) if known else bound.spec.derive[name].text if name in bound.spec.derive else ""
    return {"name": name, "label": label(name), "unit": unit, "doc": doc}


def _sentence(doc: str) -> str:
    """The first sentence of a docstring, without its unit."""
    first = " ".join(doc.split("\n\n", maxsplit=1)[0].split())
    return first.rpartition(" [")[0] if first.endswith("].") else first


def label(name: str) -> str:
    """A name in words, without its unit."""
    if name in _LABELS:
        return _LABELS[name]
    money = name.removesuffix("_usd")
    return (money.removeprefix("cost_") if money != name else name).replace("_", " ")


def _title(source: str) -> str:
    stem = PurePath(source).stem
    return f"{stem}: what does it cost to train?" if stem else "What does it cost to train?"


def _axis(bound: Bound, axis: Mapping[str, Any]) -> dict[str, Any]:
    """An axis in words; its values are the module's, of which ``sets`` names those that decide anything."""
    name = axis["name"]
    kind = "label" if isinstance(axis["values"][0], str) else "number"
    columns = [column["name"] for column in axis.get("columns", [axis])]
    sets = [column for column in columns if not bound.digits[column].carried]
    words = " + ".join(map(label, name.split("+")))
    return {"name": name, "label": words, "unit": axis.get("unit") or "", "kind": kind, "sets": sets}


def _view(columns: Sequence[Mapping[str, Any]], quantities: list[str], whole: str) -> dict[str, str]:
    """What is looked at first."""
    axes = [axis["name"] for axis in columns]
    moving = _varied({axis["name"]: len(axis["values"]) for axis in columns})
    labels = [axis["name"] for axis in columns if isinstance(axis["values"][0], str) and axis["name"] in moving]
    return {
        "along": _with("chips", axes) or next((name for name in moving if name not in labels), axes[0]),
        "of": whole,
        "x": next((name for name in quantities if name != whole), whole),
        "y": whole,
        "colour": _with("hardware", axes) or next(iter(labels), moving[0]),
        "held": ",".join(name for name in axes if name not in moving),
    }


def _with(name: str, axes: Sequence[str]) -> str:
    """The axis that a name is, or is a column of; empty if none."""
    return next((axis for axis in axes if name in axis.split("+")), "")


def _varied(sizes: Mapping[str, int]) -> list[str]:
    """The axes that vary on the map: decisions, else what is no workload, else all; as many as it can show."""
    decided = [name for one in DECISIONS for name in sizes if one in name.split("+")]
    others = [name for name in sizes if not _WORKLOAD.intersection(name.split("+"))]
    found: list[str] = []
    combinations = 1
    for name in dict.fromkeys(decided) or others or sizes:
        if combinations * sizes[name] <= _MOST_VARIED or not found:
            found.append(name)
            combinations *= sizes[name]
    return [name for name in sizes if name in found]


def _fixed(bound: Bound) -> dict[str, Any]:
    """What does not vary: values, and labels that apply, those by default too."""
    labels = {axis: found[0] for axis, (group, found) in bound.labels.items() if group is None}
    return {**bound.spec.fixed, **labels}
