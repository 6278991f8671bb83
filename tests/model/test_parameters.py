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
WITHOUT_INPUT_EMBEDDING = ("deepseek-v3", "deepseek-v3.1", "deepseek-v3.2", "gpt-oss-120b")
LINEAR = {"minimax-text-01": (0.006, 0.055), "minimax-m1": (0.006, 0.055), "qwen3-next-80b-a3b": (0.001, 0.02)}
"""Models whose linear attention is taken as full, without its gates: how far off all and active parameters are."""
COUNTS = ["shape_params", "shape_params_active", "params_active", "embedding_params", "block_layers"]
RUN = {"hardware": "h100-sxm", "chips": 64, "tokens": "1T"}


def counted(models: list[str]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return Sweep({"model": models}, fixed=RUN, columns=COUNTS).to_numpy()


def test_every_published_shape_has_the_published_parameters_within_half_a_percent() -> None:
    assert len(DISCLOSED) >= 50
    published = np.array([CATALOG.cite("params", {"model": name}).value for name in DISCLOSED])
    off = np.abs(counted(DISCLOSED)["shape_params"] / published - 1.0)
    allowed = np.array([LINEAR.get(name, (0.005, 0.0))[0] for name in DISCLOSED])
    assert (off < allowed).all(), DISCLOSED[int((off / allowed).argmax())]


def test_every_published_shape_has_the_published_active_parameters() -> None:
    table = counted(DISCLOSED)
    left_out = np.isin(DISCLOSED, WITHOUT_INPUT_EMBEDDING) * table["embedding_params"] / 2.0
    off = np.abs(table["shape_params_active"] - left_out - table["params_active"])
    # Half a percent, but for what was rounded to whole billions: 37B of DeepSeek-V3.
    rounded = np.char.startswith(DISCLOSED, "deepseek-v3")
    share = np.array([LINEAR.get(name, (0.0, 0.005))[1] for name in DISCLOSED])
    allowed = np.where(rounded, 0.5e9, share * table["params_active"])
    assert (off < allowed).all(), DISCLOSED[int((off / allowed).argmax())]


@pytest.mark.parametrize(
    ("name", "total", "active", "embeddings"),
    [
        ("kimi-k2", 1000, 32, 0.5),
        ("glm-4.5", 355, 32, 0),
        ("glm-4.5-air", 106, 12, 0),
        ("minimax-text-01", 456, 45.9, 0),
        ("minimax-m2", 230, 10, 0),
        ("qwen3-next-80b-a3b", 80, 3, 0),
        ("deepseek-v3.2", 671, 37, 1),
    ],
)
def test_models_counted_by_their_shape_are_those_of_their_cards(
    name: str, total: float, active: float, embeddings: float
) -> None:
    # What cards count as active: with both embeddings, with the output's alone, or without.
    params, at_work = (CATALOG.cite(column, {"model": name}).value for column in ("params", "params_active"))
    words = counted([name])["embedding_params"][0] if embeddings < 1 else 0.0
    assert params / 1e9 == pytest.approx(total, rel=0.027)
    digits = 1 if isinstance(active, float) else 0
    assert round((at_work - (1.0 - embeddings) * words) / 1e9, digits) == active


def test_parameters_of_hybrid_models_by_hand() -> None:
    # Qwen3-Next: 36 layers of Gated DeltaNet (q and k of 16 heads of 128, v and gate of 32, two scalars a head), 12 of
    # gated attention (16 heads of 256, 2 of keys), in each 512 experts, a shared one with a gate, and a router.
    h, words = 2048, 2 * 151936 * 2048
    attention = 36 * (h * (2 * 2048 + 2 * 4096 + 2 * 32) + 4096 * h) + 12 * h * (3 * 4096 + 2 * 512)
    rest, expert = 48 * (h * 512 + h) + words, 48 * 3 * h * 512
    for column, experts in (("params", 513), ("params_active", 11)):
        figure = CATALOG.cite(column, {"model": "qwen3-next-80b-a3b"}).value
        assert figure == pytest.approx(attention + rest + experts * expert, rel=0.002)
    # MiniMax-Text-01: 70 layers of lightning attention (q, k, v, gate and output of 64 heads of 128), 10 of softmax.
    h, words = 6144, 2 * 200064 * 6144
    attention = 70 * 5 * h * 8192 + 10 * 2 * h * 128 * (64 + 8)
    rest, expert = 80 * h * 32 + words, 80 * 3 * h * 9216
    for column, experts in (("params", 32), ("params_active", 2)):
        figure = CATALOG.cite(column, {"model": "minimax-text-01"}).value
        assert figure == pytest.approx(attention + rest + experts * expert, rel=0.002)


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
