"""Laws of the whole model: units fit, money adds up, and the engine costs it as the reference does."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit_checker import UnitChecker

from gigacost import SpecError, Sweep, _engine, reference
from gigacost.catalog import Catalog
from gigacost.graph.declarations import Contribution, Subtotal
from gigacost.graph.wiring import SearchStep
from gigacost.model import default
from gigacost.ops import Value
from gigacost.units.algebra import Unit
from gigacost.units.dimension_check import UnitValue

MODEL = default()
MARKETS = ["own", "colo", "on_demand", "reserved_1y", "reserved_3y", "spot"]


def measured_leaves(names: tuple[str, ...]) -> dict[str, UnitValue]:
    leaves = {}
    for name in names:
        item = MODEL.inputs[name]
        value = item.default if item.default is not None and not math.isnan(item.default) else 0.5
        leaves[name] = UnitValue(value, Unit.parse(item.unit))
    return leaves


@pytest.mark.parametrize(
    "given_names",
    [
        ("params", "tokens"),
        ("training_flop",),
        ("training_flop", "tokens"),
        ("layers", "hidden", "tokens"),
        ("layers", "hidden", "experts", "tokens"),
    ],
)
def test_every_quantity_has_the_unit_that_its_docstring_says(given_names: tuple[str, ...]) -> None:
    wiring = MODEL.wire(list(MODEL.quantities), given_names)
    values = wiring.replay(measured_leaves(wiring.leaves), UnitChecker())
    for step in wiring.steps:
        if isinstance(step, SearchStep):
            continue
        unit = "$" if isinstance(step.mark, Subtotal) else step.unit or MODEL.inputs[step.name].unit
        assert unit, f"{step.name} says no unit"
        value = values[step.name]
        assert getattr(value, "unit", Unit.parse("1")) == Unit.parse(unit), step.name


def test_a_forgotten_conversion_is_found() -> None:
    def wrong_days(train_hours: Value) -> Value:
        """The days of a run, wrongly made of its hours [d]."""
        return train_hours / 24.0

    with pytest.raises(SpecError, match=r"wrong_days = \[d\]: computes \[h\] of train_hours \[h\]"):
        MODEL.extend(wrong_days)
    model = MODEL.extend(wrong_days, check_units=False)
    wiring = model.wire(["wrong_days"], ["train_hours"])
    value = wiring.replay({"train_hours": UnitValue(1.0, Unit.parse("h"))}, UnitChecker())["wrong_days"]
    assert value.unit != Unit.parse(model.quantities["wrong_days"].unit)


def test_catalogue_columns_have_the_units_of_the_models_inputs() -> None:
    shared = [name for name in Catalog.bundled().columns if name in MODEL.inputs]
    assert len(shared) > 25
    for name in shared:
        assert Catalog.bundled().columns[name].unit == MODEL.inputs[name].unit, name


def test_every_contribution_is_counted_once() -> None:
    counted = [name for subtotal in MODEL.subtotals for name in subtotal.parameters]
    assert sorted(set(counted)) == sorted(counted)
    declared = [c.name for c in MODEL.contributions]
    assert set(declared) <= set(counted)
    assert [s.name for s in MODEL.subtotals] == [
        "total_run_usd",
        "total_development_usd",
        "total_project_usd",
        "cost_total_usd",
    ]


designs = st.fixed_dictionaries(
    {
        "hardware": st.lists(
            st.sampled_from([*Catalog.bundled().labels("hardware")]), min_size=1, max_size=3, unique=True
        ),
        "chips": st.lists(st.integers(1, 200_000), min_size=1, max_size=3, unique=True),
        "params": st.lists(st.floats(1e8, 2e12), min_size=1, max_size=2, unique=True),
        "tokens": st.lists(st.floats(1e10, 5e13), min_size=1, max_size=2, unique=True),
        "market": st.lists(st.sampled_from(MARKETS), min_size=1, max_size=3, unique=True),
    }
)
pinned = st.fixed_dictionaries({
    "tp": st.sampled_from([1, 2, 8, 16]),
    "cp": st.sampled_from([1, 2]),
    "ep": st.just(1),
    "pp": st.sampled_from([1, 4, 12]),
    "vp": st.sampled_from([1, 2]),
    "zero_stage": st.integers(0, 3),
})  # fmt: skip
"""Most axes of the layout: the reference goes through every candidate of those that are left."""
extras = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.sampled_from(["bf16", "fp8", "fp16", "int8", "fp4"]),
        "runs_per_year": st.floats(0.1, 20),
        "horizon_years": st.floats(0, 8),
        "straight_line": st.sampled_from([0, 1]),
        "chip_age_years": st.floats(0, 4),
        "region": st.sampled_from(["usa", "deu", "fra", "can", "chn"]),
        "unique_tokens": st.floats(1e9, 1e13),
        "mfu": st.floats(0.05, 0.7),
        "provider_class": st.sampled_from(["neocloud", "hyperscaler", "marketplace"]),
        "as_of": st.sampled_from(["2023-06-01", "2024-09-30", "2026-11-21"]),
        "staff_fte": st.floats(0, 3000),
    },
)
LAID_OUT = {"tp": 8, "cp": 1, "ep": 1, "pp": 4, "vp": 2, "zero_stage": 1, "microbatch": 1}
thorough = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def sweep_of(axes: dict[str, Any], fixed: dict[str, Any], columns: list[str]) -> Sweep:
    return Sweep(axes, fixed=fixed, columns=columns)


@thorough
@given(designs, extras, pinned, st.data())
def test_the_engine_costs_what_the_reference_costs(axes: Any, fixed: Any, laid_out: Any, data: st.DataObject) -> None:
    fixed = fixed | laid_out
    names = [name for name, quantity in MODEL.quantities.items() if quantity.unit != "truth" and name not in fixed]
    columns = ["cost_total_usd", *data.draw(st.lists(st.sampled_from(names), max_size=6, unique=True))]
    sweep = sweep_of(axes, fixed, list(dict.fromkeys(columns)))
    found = [row for batch in sweep.batches(threads=2) for row in rows_of(batch)]
    assert found == reference.rows(sweep)


@thorough
@given(designs, extras)
def test_contributions_sum_to_the_subtotals_and_the_total(axes: Any, fixed: Any) -> None:
    columns = [q.name for q in (*MODEL.contributions, *MODEL.subtotals)]
    for row in reference_rows(sweep_of(axes, fixed, columns)):
        if row["cost_total_usd"] is None:
            continue
        below = 0.0
        for subtotal in MODEL.subtotals:
            added = [
                c.name for c in MODEL.contributions if isinstance(c.mark, Contribution) and c.mark.to == subtotal.name
            ]
            assert all(row[name] >= 0.0 for name in added), row
            assert row[subtotal.name] == pytest.approx(below + math.fsum(row[name] for name in added), rel=1e-12)
            below = row[subtotal.name]


@thorough
@given(designs, extras)
def test_null_are_exactly_what_a_state_spoils(axes: Any, fixed: Any) -> None:
    sweep = sweep_of(axes, fixed, [])
    for row in reference_rows(sweep):
        nulls = [name for name in sweep.columns if row[name] is None]
        assert bool(nulls) == (row["status"] != "ok"), row


def test_the_shared_functions_agree_with_pythons_own(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = sweep_of(
        {"hardware": ["h100-sxm", "v100-sxm2-32"], "chips": [8, 1000, 131_072], "market": MARKETS},
        {"params": "70B", "tokens": "15T", "horizon_years": 3, "precision": "fp16", **LAID_OUT},
        [name for name, quantity in MODEL.quantities.items() if quantity.unit != "truth"],
    )
    ours = reference.rows(sweep)
    pythons = {"power": math.pow, "exp": math.exp, "log": math.log}
    monkeypatch.setattr(reference, "_OPERATIONS", {**reference._OPERATIONS, **pythons})
    theirs = reference.rows(sweep)
    compared = 0
    for row, other in zip(ours, theirs, strict=True):
        for name, value in row.items():
            if isinstance(value, float):
                assert value == pytest.approx(other[name], rel=1e-12), name
                compared += 1
            else:
                assert value == other[name], name
    assert compared > 1000


def reference_rows(sweep: Sweep) -> list[dict[str, Any]]:
    return [row for batch in sweep.batches() for row in rows_of(batch)]


def rows_of(batch: _engine.Batch) -> list[dict[str, Any]]:
    columns = {}
    for name in batch.column_names:
        labels, values = batch.labels(name), batch.column(name).tolist()
        columns[name] = [labels[v] if labels is not None else v for v in values]
    rows = [{name: values[i] for name, values in columns.items()} for i in range(batch.num_rows)]
    return [{name: None if isinstance(v, float) and math.isnan(v) else v for name, v in row.items()} for row in rows]
