"""Memory of one chip: by hand, and against the published formula."""

from __future__ import annotations

import math

import pytest

from gigacost.model.performance import memory

NAN = math.nan
GIB = 2.0**30
NONE, SELECTIVE, FULL = 0.0, 1.0, 2.0
GPT = {  # Korthikanti et al. 2022 (arXiv 2205.05198) table 3: heads, hidden
    "22B": (64.0, 6144.0),
    "175B": (96.0, 12288.0),
    "530B": (128.0, 20480.0),
    "1T": (160.0, 25600.0),
}


def layer_activation_gib(heads: float, hidden: float, *, tp: float = 8.0, flash: float = 0.0) -> float:
    """One layer of a GPT for one sequence of 2,048 tokens, in bf16, with sequence parallelism."""
    scores = memory.layer_scores_gib(2048.0, 2048.0, heads, tp, flash)
    value: float = memory.layer_activation_gib(
        2048.0, hidden, heads, heads, hidden / heads, 4.0 * hidden, 2.0, 1.0, 1.0, tp, tp, scores, 2.0
    )
    return value


@pytest.mark.parametrize(("heads", "hidden"), GPT.values(), ids=GPT)
def test_a_layer_keeps_what_korthikanti_counted(heads: float, hidden: float) -> None:
    # s·b·h / t · (34 + 5·a·s/h), of which 2 are masks of dropout, which nobody uses any more
    published = 2048.0 * hidden / 8.0 * (34.0 + 5.0 * heads * 2048.0 / hidden) / GIB
    masks = 2048.0 * hidden / 8.0 * 2.0 / GIB
    assert layer_activation_gib(heads, hidden) == pytest.approx(published - masks, rel=1e-12)


@pytest.mark.parametrize(("model", "saved"), [("175B", 0.70), ("530B", 0.65)])
def test_selective_recomputation_saves_what_was_published(model: str, saved: float) -> None:
    # arXiv 2205.05198 section 5: 70 % for GPT-3, 65 % for MT-NLG
    heads, hidden = GPT[model]
    whole = layer_activation_gib(heads, hidden)
    scores = memory.layer_scores_gib(2048.0, 2048.0, heads, 8.0, 0.0)
    kept = memory.kept_activation_gib(SELECTIVE, 0.0, whole, 0.0, scores)
    assert 1.0 - kept / whole == pytest.approx(saved, abs=0.02)
    assert kept == pytest.approx(layer_activation_gib(heads, hidden, flash=1.0))


def test_full_recomputation_keeps_a_layers_input() -> None:
    # 2·s·b·h / t
    kept = memory.layer_input_gib(2048.0, 12288.0, 8.0)
    assert kept == 2.0 * 2048.0 * 12288.0 / 8.0 / GIB
    assert memory.layer_input_gib(2048.0, 12288.0, 1.0) == 8.0 * kept
    assert memory.kept_activation_gib(FULL, 0.0, 9.0, kept, 5.0) == kept
    assert memory.kept_activation_gib(NONE, 0.0, 9.0, kept, 5.0) == 9.0
    assert memory.kept_activation_gib(SELECTIVE, 1.0, 9.0, kept, 0.0) == 4.5


@pytest.mark.parametrize(
    ("microbatches", "pp", "vp", "held"), [(512.0, 8.0, 1.0, 8.0), (4.0, 8.0, 1.0, 4.0), (512.0, 8.0, 4.0, 9.75)]
)
def test_the_first_stage_keeps_the_most_microbatches(microbatches: float, pp: float, vp: float, held: float) -> None:
    # interleaved: pp · (1 + (pp − 1) / (pp · vp)) = 8 · (1 + 7/32)
    assert memory.microbatches_in_flight(microbatches, pp, vp) == held


def test_activations_are_those_of_the_fuller_end() -> None:
    # first stage: 10 layers · 1 GiB · 4; last: 10 layers and 6 B · 2^20 tokens · 1,024 words / 2 = 3 GiB
    assert memory.activations_gib(10.0, 1.0, 2.0, NONE, 4.0, 2.0**20, 1024.0, 2.0) == 40.0
    assert memory.activations_gib(10.0, 1.0, 2.0, NONE, 1.0, 2.0**20, 1024.0, 2.0) == 13.0
    assert memory.activations_gib(10.0, 1.0, 2.0, FULL, 4.0, 2.0**20, 1024.0, 2.0) == 42.0


def test_parameters_of_the_routed_experts_of_a_layer() -> None:
    # 57 of 60 layers have 64 experts of three matrices
    share = memory.expert_layer_share(60.0, 3.0)
    found = memory.expert_params_per_layer(share, 64.0, 3.0, 1000.0, 500.0)
    assert found == pytest.approx(57 / 60 * 64 * 3 * 500_000.0)
    assert memory.expert_params_per_layer(share, 1.0, 3.0, 1000.0, 500.0) == 0.0
    assert memory.dense_params_per_layer(12.0, 10.0) == 2.0


def test_parameters_of_the_fullest_stage() -> None:
    # 16 layers of 30 M + 70 M, and one of two embeddings
    assert memory.stage_dense_params(16.0, 30e6, 70e6, 200e6, 2.0, 8.0, 4.0) == 425e6
    assert memory.stage_dense_params(16.0, 30e6, 70e6, 200e6, 2.0, 1.0, 4.0) == 450e6
    assert memory.stage_expert_params(16.0, 640e6, 32.0) == 320e6
    assert memory.stage_params(425e6, 320e6) == 745e6


def test_state_is_shared_by_all_copies_there_are() -> None:
    # 64 ranks; experts over 16 chips: 4 · 64 / 16 = 16 copies
    assert memory.owned_params(640.0, 160.0, 64.0, 4.0, 16.0) == 20.0
    assert memory.owned_params(640.0, 160.0, 4.0, 1.0, 8.0) == 320.0


def test_a_chip_has_a_layer_or_a_piece_of_its_stage_whole() -> None:
    assert memory.piece_params(800.0, 10.0, 1.0, 1.0) == 80.0
    assert memory.piece_params(800.0, 10.0, 4.0, 5.0) == 160.0


@pytest.mark.parametrize(
    ("stage", "weights", "gradients", "optimiser"),
    [
        (0.0, 800.0 * 2, 800.0 * 4, 800.0 * 12),
        (1.0, 800.0 * 2, 800.0 * 4, 50.0 * 12),
        (2.0, 800.0 * 2, 50.0 * 4, 50.0 * 12),
        (3.0, 210.0 * 2, 50.0 * 4, 50.0 * 12),  # its own 50 and two layers of 80
    ],
)
def test_zero_shares_more_from_stage_to_stage(stage: float, weights: float, gradients: float, optimiser: float) -> None:
    assert memory.weights_gib(800 * GIB, 50 * GIB, 80 * GIB, stage, 2.0) == weights
    assert memory.gradients_gib(800 * GIB, 50 * GIB, 80 * GIB, 1.0, stage, 4.0) == gradients
    assert memory.optimiser_gib(800 * GIB, 50 * GIB, stage, 12.0) == optimiser


def test_a_pipeline_adds_up_the_gradients_of_a_piece() -> None:
    assert memory.gradients_gib(800 * GIB, 50 * GIB, 80 * GIB, 4.0, 2.0, 4.0) == 130.0 * 4.0


def test_sixteen_bytes_for_each_parameter_without_sharding() -> None:
    # Rajbhandari et al. 2020 (arXiv 1910.02054) section 3.1: 16 B; 7.5 B parameters take 120 GB
    whole = 7.5e9
    parts = (
        memory.weights_gib(whole, whole, whole, 0.0, 2.0),
        memory.gradients_gib(whole, whole, whole, 1.0, 0.0, 2.0),
        memory.optimiser_gib(whole, whole, 0.0, 12.0),
    )
    assert math.fsum(parts) * GIB == pytest.approx(120e9)


def test_memory_is_the_sum_and_its_use_the_ratio() -> None:
    assert memory.memory_per_chip_gib(1.0, 2.0, 4.0, 8.0, 16.0) == 31.0
    assert memory.memory_use(60.0, 80.0) == 0.75


def test_unknown_memory_is_a_state() -> None:
    assert memory.no_memory_data(NAN, 80.0)
    assert memory.no_memory_data(1e12, NAN)
    assert not memory.no_memory_data(1e12, 80.0)
