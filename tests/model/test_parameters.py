"""Parameters counted from shapes are those that were published."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gigacost import Sweep
from gigacost.catalog import Catalog
from gigacost.model import parameters

CATALOG = Catalog.bundled()
DISCLOSED = [name for name in CATALOG.labels("model") if not CATALOG.cite("layers", {"model": name}).is_missing]
WITHOUT_INPUT_EMBEDDING = ("deepseek-v3", "gpt-oss-120b")
COUNTS = ["shape_params", "shape_params_active", "params_active", "embedding_params", "block_layers"]
RUN = {"hardware": "h100-sxm", "chips": 64, "tokens": "1T"}


def counted(models: list[str]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return Sweep({"model": models}, fixed=RUN, columns=COUNTS).to_numpy()


def test_every_published_shape_has_the_published_parameters_within_half_a_percent() -> None:
    assert len(DISCLOSED) >= 50
    published = np.array([CATALOG.cite("params", {"model": name}).value for name in DISCLOSED])
    off = counted(DISCLOSED)["shape_params"] / published - 1.0
    assert np.abs(off).max() < 0.005, DISCLOSED[int(np.abs(off).argmax())]


def test_every_published_shape_has_the_published_active_parameters() -> None:
    table = counted(DISCLOSED)
    left_out = np.isin(DISCLOSED, WITHOUT_INPUT_EMBEDDING) * table["embedding_params"] / 2.0
    off = table["shape_params_active"] - left_out - table["params_active"]
    # Half a percent, but for what was rounded to whole billions: 37B of DeepSeek-V3.
    allowed = np.where(np.isin(DISCLOSED, "deepseek-v3"), 0.5e9, 0.005 * table["params_active"])
    assert (np.abs(off) < allowed).all(), DISCLOSED[int((np.abs(off) / allowed).argmax())]


def test_attention_has_its_four_matrices_and_with_relative_positions_a_fifth() -> None:
    # 8 heads of 16, keys and values of 2 heads: 2 · 64 · 16 · (8 + 2)
    plain = (64.0, 8.0, 2.0, 16.0, 0.0, 0.0, 16.0, math.nan, math.nan)
    assert parameters.attention_params_per_layer(*plain, math.nan) == 20_480.0
    assert parameters.attention_params_per_layer(*plain, 1.0) == 20_480.0 + 64 * 64


def test_latent_attention_of_deepseek_v3_by_hand() -> None:
    # Down and up projections of queries, of keys and values, and the output: arXiv 2412.19437, section 4.2
    queries = 7168 * 1536 + 1536 * 128 * (128 + 64)
    keys_values = 7168 * (512 + 64) + 512 * 128 * (128 + 128)
    output = 128 * 128 * 7168
    made = parameters.attention_params_per_layer(7168.0, 128.0, 128.0, 128.0, 1.0, 64.0, 128.0, 1536.0, 512.0, math.nan)
    assert made == queries + keys_values + output == 187_105_280


def test_a_mixture_averages_over_its_dense_layers() -> None:
    # 4 layers: one dense and 24 wide, three of 8 experts, 6 wide, of which 2 work beside a shared one; hidden 10
    shape = (10.0, 3.0, 6.0, 8.0)
    router, expert, dense = 10 * 8, 3 * 10 * 6, 3 * 10 * 24
    every = parameters.ffn_params_per_layer_total(*shape, 1.0, 4.0, 1.0, 24.0)
    active = parameters.ffn_params_per_layer_active(*shape, 2.0, 1.0, 4.0, 1.0, 24.0)
    assert every == (3 * (9 * expert + router) + dense) / 4
    assert active == (3 * (3 * expert + router) + dense) / 4


def test_a_dense_block_has_no_router() -> None:
    assert parameters.ffn_params_per_layer_total(10.0, 2.0, 40.0, 1.0, 0.0, 4.0, 0.0, 40.0) == 800.0


def test_parts_add_up() -> None:
    assert parameters.shape_params(4.0, 100.0, 200.0, 50.0) == 1250.0
    assert parameters.shape_params_active(4.0, 100.0, 20.0, 50.0) == 530.0
    assert parameters.embedding_params(10.0, 1000.0, 2.0) == pytest.approx(20_000.0)
