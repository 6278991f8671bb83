"""The forms of values and names that a person tries: dates, one where several may stand, numpy's numbers, arrays."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from gigacost import (
    SpecError,
    Sweep,
    break_even,
    compare,
    elasticities,
    estimate,
    layouts,
    over_time,
    solve,
    uncertainty,
    zipped,
)

RUN: dict[str, Any] = {"params": "7B", "tokens": "2T", "hardware": "h100-sxm"}
JUNE = "2026-06-01"


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return Sweep({"chips": [256, 512]}, fixed=RUN, columns=["cost_total_usd", "train_days"])


@pytest.mark.parametrize("day", [date(2026, 6, 1), datetime(2026, 6, 1, tzinfo=UTC), pd.Timestamp(JUNE)])
def test_a_day_may_be_pythons(day: Any) -> None:
    expected = estimate(RUN, chips=64, as_of=JUNE)
    assert estimate(RUN, chips=64, as_of=day) == expected
    assert estimate({**RUN, "as_of": day}, chips=64).quantities == expected.quantities
    spec = Sweep({"chips": [64]}, fixed=RUN, as_of=JUNE).spec
    assert Sweep({"chips": [64]}, fixed=RUN, as_of=day).spec == spec
    axis = Sweep({"as_of": [day, date(2026, 1, 1)]}, fixed={**RUN, "chips": 64})
    assert axis.to_numpy(["as_of"])["as_of"].tolist() == [JUNE, "2026-01-01"]
    table = Sweep({"c": zipped([{"as_of": day, "chips": 64}])}, fixed=RUN)
    assert table.to_numpy(["as_of"])["as_of"].tolist() == [JUNE]
    assert compare({**RUN, "chips": 64, "as_of": day}, {**RUN, "chips": 64, "as_of": JUNE}).difference == 0
    whole = Sweep({"chips": [64]}, fixed=RUN)
    assert over_time(whole, 2025, algorithms_of=day).years == over_time(whole, [2025], algorithms_of=JUNE).years


def test_a_time_of_the_day_is_no_day() -> None:
    with pytest.raises(SpecError, match="got datetime"):
        estimate(RUN, chips=64, as_of=datetime(2026, 6, 1, 12, 30, tzinfo=UTC))
    with pytest.raises(SpecError, match="got NaTType"):
        estimate(RUN, chips=64, as_of=pd.NaT)


def test_one_name_may_stand_where_several_may(sweep: Sweep) -> None:
    several: Any
    for one, several in (("train_days", ["train_days"]), ("train_days", np.array(["train_days"]))):
        assert sweep.pareto(one).indices.tolist() == sweep.pareto(several).indices.tolist()
        assert (
            sweep.pareto(one, maximise="chips").meta["objectives"] == sweep.pareto([one], ["chips"]).meta["objectives"]
        )
        assert sweep.summary(one) == sweep.summary(several)
        assert sweep.to_numpy(one).keys() == sweep.to_numpy(several).keys() == {one}
    assert Sweep({"chips": [256]}, fixed=RUN, columns="mfu").columns == ("mfu",)
    assert sweep.top(1, per="chips") == sweep.top(1, per=["chips"])
    assert sweep.top(2, distinct="chips") == sweep.top(2, distinct=["chips"])
    assert sweep.summary(quantiles=0.5) == sweep.summary(quantiles=[0.5])
    assert [one.name for one in elasticities("train_days", RUN, chips=8, inputs="mfu", mfu=0.4)] == ["mfu"]
    years = over_time(sweep, 2025, per="chips")
    assert years.years == over_time(sweep, [2025], per=["chips"]).years
    found = solve("tokens", {**RUN, "chips": [64]}, where="train_days <= 20", columns="mfu")
    assert "mfu" in found.design


def test_one_value_may_stand_for_an_axis() -> None:
    assert Sweep({"hardware": "h100-sxm", "chips": 8}, fixed={"params": "7B", "tokens": "2T"}).size == 1
    with pytest.raises(SpecError, match=r"axes.chips\[0\]: missing value"):
        Sweep({"chips": None}, fixed=RUN)


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8, np.float64])
def test_numpys_numbers_are_numbers(sweep: Sweep, kind: Any) -> None:
    chips = kind(8)
    assert estimate(RUN, chips=chips) == estimate(RUN, chips=8)
    assert Sweep({"chips": [chips, kind(16)]}, fixed=RUN).spec == Sweep({"chips": [8, 16]}, fixed=RUN).spec
    assert Sweep({"chips": np.array([8, 16], kind)}, fixed=RUN).spec == Sweep({"chips": [8, 16]}, fixed=RUN).spec
    assert Sweep(fixed={**RUN, "chips": chips}).spec == Sweep(fixed={**RUN, "chips": 8}).spec
    of_days = elasticities("train_days", RUN, chips=chips)
    assert of_days.value == elasticities("train_days", RUN, chips=8).value
    if kind is np.float64:
        with pytest.raises(SpecError, match="not a number of rows"):
            sweep.top(kind(2))
        return
    assert sweep.top(kind(2)) == sweep.top(2)
    assert sweep.top(2, threads=kind(1), boxes=kind(200)).rows == sweep.top(2).rows
    assert sweep.top(2)[kind(1)] == sweep.top(2)[1]
    assert sweep.elasticities(at=kind(1)).value == sweep.elasticities(at=1).value
    assert layouts(RUN, chips=8, top=kind(2)).best == layouts(RUN, chips=8, top=2).best
    assert uncertainty(RUN, chips=8, draws=kind(16)).spread == uncertainty(RUN, chips=8, draws=16).spread
    assert Sweep(fixed=RUN, draws={"count": kind(16), "seed": kind(3)}).spec.draws.seed == 3


def test_a_list_is_estimated_value_by_value() -> None:
    found = estimate(RUN, chips=[8, 16], market=["own", "on_demand"])
    assert isinstance(found, list)
    assert [(one.inputs["chips"], one.inputs["market"]) for one in found] == [
        (8, "own"), (8, "on_demand"), (16, "own"), (16, "on_demand"),
    ]  # fmt: skip
    assert found[1] == estimate(RUN, chips=8, market="on_demand")
    (only,) = estimate(RUN, chips=(8,))  # type: ignore[misc] # a list, as there was one
    assert only == estimate(RUN, chips=8)
    drawn = estimate(RUN, chips=np.array([8, 16]), draws=16)
    assert isinstance(drawn, list)
    assert drawn[0].intervals == estimate(RUN, chips=8, draws=16).intervals
    with pytest.raises(SpecError, match="too many alternatives") as raised:
        estimate(RUN, chips={"from": 1, "to": 20000, "step": 1})
    assert "<= 10000" in str(raised.value)
    with pytest.raises(SpecError, match='market = "own": tpu-v5p cannot be bought'):
        estimate(RUN, hardware=["h100-sxm", "tpu-v5p"], chips=64, market="own", strict=True)


def test_models_and_days_may_be_several_too() -> None:
    models, days = ["llama-3.1-8b", "olmo-2-7b"], ["2025-06-01", date(2026, 6, 1)]
    run = {"tokens": "2T", "hardware": "h100-sxm", "chips": 64}
    found = estimate(run, model=models, as_of=days)  # type: ignore[arg-type] # texts and dates together
    assert isinstance(found, list)
    assert [(one.inputs["model"], one.inputs["as_of"]) for one in found] == [
        ("llama-3.1-8b", "2025-06-01"), ("llama-3.1-8b", JUNE), ("olmo-2-7b", "2025-06-01"), ("olmo-2-7b", JUNE),
    ]  # fmt: skip
    space = Sweep(fixed=run, model=models, as_of=days)  # type: ignore[arg-type]
    assert space.to_numpy(["model", "as_of"])["model"].tolist() == [models[0], models[0], models[1], models[1]]
    with pytest.raises(SpecError, match="model = 5: expected a model"):
        estimate(run, model=5)  # type: ignore[call-overload]


def test_best_and_front_are_sequences_and_tables(sweep: Sweep) -> None:
    for found in (sweep.top(2), sweep.pareto()):
        rows = [dict(row) for row in found.rows]
        assert (len(found), list(found), found[0], found[-1]) == (len(rows), rows, rows[0], rows[-1])
        assert list(found[:1]) == rows[:1]
        assert found.indices.tolist() == [row["index"] for row in rows]
        assert pl.DataFrame(found).to_dicts() == rows
        assert pa.table(found).to_pylist() == rows
        assert pd.DataFrame(found).to_dict("records") == rows
        assert found.to_numpy(["chips"])["chips"].tolist() == [row["chips"] for row in rows]
        assert found.to_dict()["rows"] == rows
        assert pickle.loads(pickle.dumps(found)).to_dict() == found.to_dict()
        assert len(repr(found)) < 100


def test_whatever_the_readme_names_reads_a_sweep(sweep: Sweep) -> None:
    rows = list(sweep)
    assert pd.DataFrame(sweep).to_dict("records") == rows
    assert pl.DataFrame(sweep).to_dicts() == pa.table(sweep).to_pylist() == rows
    assert [row["chips"] for row in rows] == [256, 512]


def test_a_repr_is_short() -> None:
    found = layouts(RUN, chips=64)
    assert len(repr(found)) < 300
    assert f"tp={found.best[0].axes['tp']:g}" in repr(found)


def test_break_even_takes_one_column() -> None:
    found = break_even(
        "electricity_usd_per_kwh",
        RUN,
        chips=64,
        between={"market": ["own", "on_demand"]},
        columns="mfu",
        over=(0.01, 0.5),
    )
    assert "mfu" in found.curve[0]
