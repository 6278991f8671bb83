"""The shape made of a number of parameters: it has them, it splits well, and it looks like published models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gigacost import Sweep, estimate

COLUMNS = (
    "shape_params", "shape_params_active", "block_layers", "model_width", "query_heads", "key_value_heads", "ffn_width",
    "vocabulary", "routed_experts", "active_experts",
)  # fmt: skip
RUN: dict[str, Any] = {"hardware": "h100-sxm", "chips": 64, "tokens": "1T", "mfu": 0.4}
"""With an MFU given, no shape is too large for these chips."""


def shapes(params: Sequence[float], fraction: Sequence[float] = (1.0,)) -> dict[str, NDArray[np.float64]]:
    """The columns and the two axes, over params x fraction."""
    axes = {"params": list(params), "moe_active_fraction": list(fraction)}
    return Sweep(axes, fixed=RUN, columns=COLUMNS).to_numpy()


DENSE = shapes(np.geomspace(1e6, 1e15, 20_001).tolist())
SPARSE = shapes(np.geomspace(1e8, 1e15, 701).tolist(), np.geomspace(0.02, 0.5, 61).tolist())


def off(table: dict[str, NDArray[np.float64]], column: str, asked: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.abs(table[column] / asked - 1.0)


def test_a_dense_shape_has_its_parameters_within_a_percent() -> None:
    assert off(DENSE, "shape_params", DENSE["params"]).max() < 0.01
    assert (DENSE["shape_params_active"] == DENSE["shape_params"]).all()


@given(st.floats(6, 15))
def test_any_number_of_parameters_has_a_shape(exponent: float) -> None:
    params = 10.0**exponent
    assert estimate({**RUN, "params": params})["shape_params"] == pytest.approx(params, rel=0.01)


def test_figures_are_whole_and_split() -> None:
    for table in (DENSE, SPARSE):
        for column in COLUMNS:
            assert (table[column] == np.floor(table[column])).all(), column
            assert (table[column] >= 1.0).all(), column
        width = table["model_width"]
        assert (width % np.where(width >= 4096, 1024, 128) == 0).all()
        assert (table["query_heads"] * 128 == width).all()
        assert (table["query_heads"] % table["key_value_heads"] == 0).all()
        assert (table["key_value_heads"][width >= 4096] == 8).all()
    layers, large = DENSE["block_layers"], DENSE["params"] >= 7e9
    assert (layers[large] % np.where(layers[large] >= 32, 4, 2) == 0).all()
    assert (DENSE["ffn_width"][large] % 128 == 0).all()
    assert (SPARSE["routed_experts"] % 8 == 0).all()


def test_depth_and_width_keep_the_usual_proportions() -> None:
    usual = DENSE["params"] >= 1e8
    ratio = (DENSE["ffn_width"] / DENSE["model_width"])[usual]
    assert 2.8 < ratio.min() < ratio.max() < 4.2
    slenderness = (DENSE["model_width"] / DENSE["block_layers"])[usual]
    assert 70 < slenderness.min() < slenderness.max() < 200


def test_larger_models_are_wider_and_at_each_width_deeper() -> None:
    width, layers = DENSE["model_width"], DENSE["block_layers"]
    assert (np.diff(width) >= 0).all()
    assert (np.diff(layers)[np.diff(width) == 0] >= 0).all()
    assert (np.diff(DENSE["vocabulary"]) >= 0).all()


@pytest.mark.parametrize(
    ("params", "layers", "hidden", "ffn"),
    [(8.03e9, 32, 4096, 14336), (70.55e9, 80, 8192, 28672), (405.85e9, 126, 16384, 53248)],
)
def test_llama_3_is_found_again(params: float, layers: int, hidden: int, ffn: int) -> None:
    made = estimate({**RUN, "params": params})
    assert made["block_layers"] == pytest.approx(layers, rel=0.21)
    assert made["model_width"] == pytest.approx(hidden, rel=0.13)
    assert made["ffn_width"] == pytest.approx(ffn, rel=0.13)


def test_a_sparse_shape_has_all_its_parameters_within_a_percent() -> None:
    assert off(SPARSE, "shape_params", SPARSE["params"]).max() < 0.01


def test_a_sparse_shape_has_its_active_parameters() -> None:
    asked = SPARSE["params"] * SPARSE["moe_active_fraction"]
    wrong = off(SPARSE, "shape_params_active", asked)
    assert wrong[asked >= 1e8].max() < 0.021
    assert wrong[asked >= 1e7].max() < 0.04


def test_about_eight_experts_work() -> None:
    usual = SPARSE["params"] * SPARSE["moe_active_fraction"] >= 1e8
    at_work = SPARSE["active_experts"][usual]
    assert 6 <= at_work.min() <= at_work.max() <= 10
    assert (SPARSE["active_experts"] < SPARSE["routed_experts"]).all()


@pytest.mark.parametrize("fraction", [1e-6, 1e-3, 0.6, 0.9, 0.999999])
@pytest.mark.parametrize("params", [1.0, 1e3, 1e6, 1e12, 1e18])
def test_what_no_one_trains_has_a_shape_too(params: float, fraction: float) -> None:
    made = estimate({**RUN, "params": params, "moe_active_fraction": fraction})
    assert all(math.isfinite(made[column] or math.nan) and (made[column] or 0.0) >= 1.0 for column in COLUMNS)
