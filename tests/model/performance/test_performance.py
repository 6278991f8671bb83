"""Step time and layout as a whole: published runs, the search, and laws that hold for every design."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from gigacost import Catalog, Sweep, estimate, reference
from gigacost.model import default
from gigacost.queries.batch import evaluated
from gigacost.validation.published.software import Unpredictable, inputs_of
from gigacost.validation.published.throughput import read_runs

LLAMA: dict[str, Any] = {"model": "llama-3.1-405b", "hardware": "h100-sxm", "chips": 16384, "tokens": "15.6T"}
PARTS = (
    "gemm_seconds", "attention_seconds", "elementwise_seconds", "tp_seconds", "cp_seconds", "ep_seconds",
    "recompute_seconds", "logits_seconds", "overhead_seconds", "bubble_seconds", "pipeline_seconds", "dp_seconds",
    "optimiser_seconds", "straggler_seconds",
)  # fmt: skip
HARDWARE = ["a100-sxm-80", "h100-sxm", "b200-sxm", "gb200-nvl72", "mi300x", "tpu-v5p", "trn1"]

TOO_LARGE = {
    "mbridge-26.06-DeepSeekV3-B300-MXFP8-n256",
    "mbridge-26.04.01-DeepSeekV3-B200-MXFP8-n256",
    "mbridge-25.11-DeepSeekV3-GB200-BF16-n256",
    "mbridge-25.11-Qwen3_235B_a22B-B200-MXFP8-n64",
}
"""Recipes of mixtures that do not say what they compute again; with nothing of it they would not fit."""


def test_the_published_layout_of_llama_is_found() -> None:
    # arXiv 2407.21783 table 4: tp 8, cp 1, pp 16, dp 128 on 16,384 chips; MFU 38-43 %; 30.84M chip-hours
    one = estimate(**LLAMA)
    assert {axis: one[axis] for axis in ("tp", "cp", "pp", "dp")} == {"tp": 8, "cp": 1, "pp": 16, "dp": 128}
    assert one["idle_chips"] == one["padding_share"] == 0.0
    assert 0.38 <= (one["mfu"] or 0.0) <= 0.43
    assert one["chip_hours"] == pytest.approx(30.84e6, rel=0.15)


def test_a_band_holds_the_estimate_of_a_fitted_chip_and_the_published_figure() -> None:
    one = estimate(**LLAMA)
    assert one["is_extrapolated"] == 0.0
    assert (one["mfu_low"] or 1.0) <= 0.41 <= (one["mfu_high"] or 0.0)
    assert estimate(**{**LLAMA, "hardware": "mi300x"})["is_extrapolated"] == 1.0


def test_parts_add_up_to_the_step() -> None:
    sweep = Sweep(
        {"hardware": HARDWARE, "model": ["llama-3.1-8b", "llama-3.1-405b", "deepseek-v3"], "chips": [64, 1000, 4096]},
        fixed={"tokens": "1T", "pace": "reachable"},
        columns=["step_seconds", *PARTS],
    )
    rows = [row for row in sweep.top(99, "step_seconds").rows if row["status"] == "ok"]
    assert len(rows) > 30
    for row in rows:
        assert sum(row[part] for part in PARTS) == pytest.approx(row["step_seconds"], rel=1e-12)
        assert all(row[part] >= 0.0 for part in PARTS)


def test_no_number_of_chips_trains_faster_than_their_peak() -> None:
    sweep = Sweep(
        {"chips": [2**k for k in range(17)], "hardware": ["h100-sxm", "b200-sxm"]},
        fixed={"params": "7B", "tokens": "1T"},
        columns=["mfu", "memory_use", "idle_chips", "padding_share"],
    )
    rows = sweep.top(99, "mfu").rows
    assert len(rows) > 30
    for row in rows:
        assert 0.0 < row["mfu"] < 1.0
        assert row["memory_use"] <= 1.0
        assert 0.0 <= row["idle_chips"] < row["chips"]
        assert 0.0 <= row["padding_share"] < 1.0


def test_a_given_axis_is_never_faster_than_the_one_found() -> None:
    free = estimate(**LLAMA)["step_seconds"]
    assert free is not None
    for axis, values in {"tp": [2, 4, 8], "pp": [8, 12, 16, 32], "microbatch": [1, 2], "zero_stage": [1, 2, 3]}.items():
        sweep = Sweep({axis: values}, fixed=LLAMA, columns=["step_seconds"])
        found = [row["step_seconds"] for row in sweep.top(9, "step_seconds").rows]
        assert found[0] == free
        assert all(seconds >= free for seconds in found)


@pytest.mark.parametrize("given", [{"model": "llama-3.1-8b", "chips": 64}, {"model": "deepseek-v3", "chips": 1024}])
def test_the_search_finds_what_the_reference_finds(given: dict[str, Any]) -> None:
    pinned = {"cp": 1, "microbatch": 1, "recompute": "none", "vp": 1}
    columns = ["tp", "ep", "pp", "zero_stage", "step_seconds", "memory_use"]
    sweep = Sweep(fixed={"hardware": "h100-sxm", "tokens": "1T", **pinned, **given}, columns=columns)
    rows = sweep.top(1, "memory_use").rows
    assert [{name: row[name] for name in columns} for row in rows] == [
        {name: row[name] for name in columns} for row in reference.rows(sweep)
    ]


def test_a_design_that_does_not_fit_says_what_it_would_need() -> None:
    sweep = Sweep(
        {"chips": [32, 16384]},
        fixed={name: value for name, value in LLAMA.items() if name != "chips"},
        columns=["memory_per_chip_gib", "tp", "mfu"],
    )
    small, large = (dict(row) for row in sweep.top(2, "memory_per_chip_gib", largest=True).rows)
    assert (small["chips"], small["status"], small["mfu"]) == (32, "out_of_memory", None)
    assert small["memory_per_chip_gib"] > 80.0
    assert small["tp"] is not None
    assert (large["status"], large["memory_per_chip_gib"] <= 80.0) == ("ok", True)


def test_published_runs_fit_into_memory() -> None:
    catalog, model = Catalog.bundled(), default()
    runs, designs = [], []
    for run in read_runs():
        try:
            designs.append(inputs_of(run, catalog))
        except Unpredictable:
            continue
        runs.append(run)
    found = evaluated(designs, ["memory_use"], model, catalog)
    large = [run for run, row in zip(runs, found, strict=True) if row["memory_use"] is None or row["memory_use"] > 1.0]
    assert len(runs) > 140
    assert {run.id for run in large} == TOO_LARGE
    assert all(run.kind == "moe" and run.recompute.startswith("unknown") for run in large)


MIXTURES = (
    ("deepseek-v3", {"tp": 4, "pp": 8, "ep": 16, "chips": 1024}),
    ("mixtral-8x7b", {"tp": 2, "pp": 4, "ep": 4, "chips": 256}),
)
PINNED = {"hardware": "h100-sxm", "tokens": "1T", "cp": 1, "vp": 1, "microbatch": 1, "zero_stage": 1}


@pytest.mark.parametrize(("model", "layout"), MIXTURES)
def test_experts_are_whole_unless_said_otherwise_and_dense_models_have_none(model: str, layout: dict[str, int]) -> None:
    columns = ["step_seconds", "memory_per_chip_gib", *PARTS]
    given = {**PINNED, **layout, "model": model, "recompute": "full"}
    free, same, dense = (
        reference.rows(Sweep(fixed={**given, **more}, columns=columns))[0]
        for more in ({}, {"expert_tp": 1}, {"model": "llama-3.1-70b", "ep": 1, "expert_tp": 8})
    )
    assert [free[name] for name in columns] == [same[name] for name in columns]
    whole = reference.rows(Sweep(fixed={**given, "model": "llama-3.1-70b", "ep": 1}, columns=columns))[0]
    assert [dense[name] for name in columns] == [whole[name] for name in columns]


@pytest.mark.parametrize(("model", "layout"), MIXTURES)
def test_finer_split_experts_take_less_memory_and_more_traffic(model: str, layout: dict[str, int]) -> None:
    falling = ["stage_expert_params", "weights_gib", "gradients_gib", "memory_per_chip_gib"]
    rising = ["tp_seconds", "elementwise_seconds"]
    steady = ["ep_seconds", "gemm_seconds"]
    columns = [*falling, *rising, *steady, "stage_dense_params", "attention_seconds", "dp", "status"]
    sweep = Sweep(
        {"expert_tp": [1, 2, 4, 8]}, fixed={**PINNED, **layout, "model": model, "recompute": "full"}, columns=columns
    )
    rows = reference.rows(sweep)
    assert len(rows) == 4
    for name in falling:
        assert all(finer[name] < coarser[name] for coarser, finer in itertools.pairwise(rows)), name
    for name in (*rising, *steady):
        assert all(finer[name] >= coarser[name] for coarser, finer in itertools.pairwise(rows)), name
    for name in rising:
        assert rows[-1][name] > rows[0][name]
    assert len({(row["stage_dense_params"], row["attention_seconds"], row["dp"]) for row in rows}) == 1
    halves = [
        coarser["stage_expert_params"] / finer["stage_expert_params"] for coarser, finer in itertools.pairwise(rows)
    ]
    assert halves == [2.0, 2.0, 2.0]


def test_the_engine_splits_experts_as_the_reference_does() -> None:
    axes = {"expert_tp": [1, 2, 3, 4, 16], "tp": [1, 2, 8], "chips": [96, 1000]}
    fixed = {**PINNED, "model": "mixtral-8x7b", "pp": 2, "recompute": "full"}
    del fixed["zero_stage"]
    columns = ["ep", "zero_stage", "step_seconds", "memory_per_chip_gib", "layout_legal"]
    sweep = Sweep(axes, fixed=fixed, columns=columns)
    found = sweep.to_numpy([*columns, "status"])
    expected = reference.rows(sweep)
    assert {row["status"] for row in expected} >= {"ok", "no_layout"}
    for name in columns:
        assert [None if math.isnan(value) else value for value in found[name].tolist()] == [
            row[name] for row in expected
        ]
    assert found["status"].tolist() == [row["status"] for row in expected]
