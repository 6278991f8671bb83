"""The batch and the layout: by hand, and which layouts are legal."""

from __future__ import annotations

import math

import pytest

from gigacost.model.performance import batch, layout

NAN = math.nan


def test_the_batch_grows_with_the_tokens() -> None:
    # Step Law: 0.58 · (10^12)^0.571 = 0.58 · 10^6.852
    assert batch.global_batch_tokens(1e12) == pytest.approx(0.58 * 10**6.852)


@pytest.mark.parametrize(
    ("tokens", "sequence", "sequences"),
    [
        (16e6, 8192.0, 2048.0),  # 1,953 sequences, nearest 2^11
        (1.4e6, 1024.0, 1024.0),  # 1,367: 2^10.42
        (1.5e6, 1024.0, 2048.0),  # 1,465: 2^10.52
        (100.0, 8192.0, 1.0),
    ],
)
def test_sequences_are_the_nearest_power_of_two(tokens: float, sequence: float, sequences: float) -> None:
    assert batch.global_batch_sequences(tokens, sequence) == sequences


def test_steps_are_tokens_over_the_batch() -> None:
    assert batch.step_tokens(2048.0, 8192.0) == 16_777_216.0
    assert batch.training_steps(15.6e12, 16_777_216.0) == pytest.approx(929_832.5)


def test_what_no_copy_of_the_model_uses_idles() -> None:
    # 1,500 chips hold 11 copies of 128
    assert layout.model_chips(8.0, 16.0, 1.0) == 128.0
    assert layout.model_copies(1500.0, 128.0) == 11.0
    assert layout.model_copies(100.0, 128.0) == 0.0
    assert layout.dp(11.0) == 11.0
    assert layout.idle_chips(1500.0, 11.0, 128.0) == 92.0


def test_context_parallel_ranks_share_state() -> None:
    assert layout.shards(16.0, 4.0) == 64.0


@pytest.mark.parametrize(("expert_tp", "ep", "chips"), [(2.0, 8.0, 16.0), (2.0, 128.0, 128.0), (1.0, 8.0, 8.0)])
def test_experts_are_spread_over_all_chips_of_a_stage_at_most(expert_tp: float, ep: float, chips: float) -> None:
    # tp 2 and 64 ranks besides: 128 chips
    assert layout.expert_shards(2.0, ep, expert_tp, 64.0) == chips


def test_experts_have_a_split_of_their_own_and_dense_models_none() -> None:
    assert layout.ffn_ranks(4.0, 2.0, 8.0) == 2.0
    assert layout.ffn_ranks(4.0, 2.0, 1.0) == 4.0


def test_the_batch_rounds_up_to_whole_microbatches() -> None:
    # 100 sequences on 16 ranks, 2 at a time: 4 rounds have room for 128
    assert layout.microbatches(100.0, 16.0, 2.0) == 4.0
    assert layout.padding_share(100.0, 16.0, 2.0, 4.0) == 1.0 - 100.0 / 128.0
    assert layout.padding_share(128.0, 16.0, 2.0, 4.0) == 0.0


@pytest.mark.parametrize(
    ("layers", "pp", "vp", "longest"), [(126.0, 8.0, 8.0, 16.0), (126.0, 16.0, 1.0, 8.0), (96.0, 8.0, 12.0, 12.0)]
)
def test_the_longest_stage_counts(layers: float, pp: float, vp: float, longest: float) -> None:
    assert layout.stage_layers(layers, pp, vp) == longest


def test_a_rank_works_on_its_piece_of_the_sequence() -> None:
    assert layout.microbatch_tokens(2.0, 8192.0, 4.0) == 4096.0


@pytest.mark.parametrize(
    ("heads", "tp", "domain", "legal"),
    [
        (128.0, 8.0, 8.0, True),
        (128.0, 16.0, 8.0, False),
        (25.0, 2.0, 8.0, False),
        (25.0, 5.0, 8.0, True),
        (32.0, 1.0, NAN, True),
        (32.0, 2.0, NAN, False),
    ],
)
def test_heads_divide_within_the_fast_network(heads: float, tp: float, domain: float, *, legal: bool) -> None:
    assert layout.tensor_layout_legal(heads, tp, domain) == legal


@pytest.mark.parametrize(
    ("layers", "pp", "vp", "legal"),
    [
        (125.0, 16.0, 8.0, True),  # 128 pieces: three may be none of the layers
        (126.0, 127.0, 1.0, False),
        (126.0, 64.0, 4.0, False),
        (126.0, 1.0, 2.0, False),
        (1.0, 1.0, 1.0, True),
    ],
)
def test_there_is_a_layer_for_each_piece(layers: float, pp: float, vp: float, *, legal: bool) -> None:
    assert layout.pipeline_layout_legal(layers, pp, vp) == legal


def test_experts_divide_among_their_ranks() -> None:
    assert layout.expert_layout_legal(256.0, 64.0)
    assert not layout.expert_layout_legal(256.0, 24.0)
    assert not layout.expert_layout_legal(1.0, 2.0)


@pytest.mark.parametrize(
    ("experts", "width", "tp", "ep", "expert_tp", "copies", "domain", "legal"),
    [
        (8.0, 14336.0, 4.0, 8.0, 1.0, 8.0, 8.0, True),  # 4 · 8 chips, groups of 8
        (8.0, 14336.0, 4.0, 8.0, 2.0, 8.0, 8.0, True),
        (8.0, 14336.0, 1.0, 8.0, 2.0, 9.0, 8.0, False),  # 9 chips, groups of 16
        (8.0, 14336.0, 1.0, 8.0, 2.0, 8.0, 8.0, False),  # 8 chips, groups of 16
        (8.0, 14337.0, 1.0, 1.0, 2.0, 8.0, 8.0, False),
        (8.0, 14336.0, 1.0, 1.0, 16.0, 32.0, 8.0, False),
        (8.0, 14336.0, 1.0, 1.0, 2.0, 8.0, NAN, False),
        (8.0, 14337.0, 2.0, 8.0, 2.0, 3.0, 8.0, True),  # as the rest of the layer
        (1.0, 14337.0, 1.0, 1.0, 2.0, 3.0, 8.0, True),  # no experts
    ],
)
def test_experts_split_of_their_own_divide_the_chips_of_a_stage(
    experts: float,
    width: float,
    tp: float,
    ep: float,
    expert_tp: float,
    copies: float,
    domain: float,
    *,
    legal: bool,
) -> None:
    assert layout.expert_tensor_layout_legal(experts, width, tp, 1.0, ep, expert_tp, copies, domain) == legal


def test_the_chips_hold_a_copy_of_the_model_and_its_experts() -> None:
    assert layout.cluster_layout_legal(2.0, 8.0, 4.0, 64.0)
    assert not layout.cluster_layout_legal(2.0, 8.0, 4.0, 65.0)
    assert not layout.cluster_layout_legal(0.0, 8.0, 1.0, 1.0)


def test_an_interleaved_schedule_needs_a_microbatch_for_each_stage() -> None:
    # 16 stages, 2 copies, 1 sequence at a time: the sixteenth round begins after 30 sequences
    assert layout.schedule_legal(8.0, 16.0, 31.0, 2.0, 1.0)
    assert not layout.schedule_legal(8.0, 16.0, 30.0, 2.0, 1.0)
    assert layout.schedule_legal(1.0, 16.0, 1.0, 2.0, 1.0)


@pytest.mark.parametrize("broken", range(6))
def test_a_layout_is_legal_when_all_its_conditions_hold(broken: int) -> None:
    conditions = [position != broken for position in range(6)]
    assert layout.layout_legal(True, True, True, True, True, True)  # noqa: FBT003 - six conditions
    assert not layout.layout_legal(*conditions)


def test_sequences_are_split_only_where_they_are_long() -> None:
    assert layout.context_split_short(8192.0, 2.0, 8192.0)
    assert not layout.context_split_short(16384.0, 2.0, 8192.0)
    assert not layout.context_split_short(1024.0, 1.0, 8192.0)
    assert layout.context_split_in_vain(2.0, 2.0)
    assert not layout.context_split_in_vain(2.0, 1.0)
    assert not layout.context_split_in_vain(1.0, 2.0)


def test_what_saves_nothing_is_not_tried() -> None:
    assert layout.recompute_in_vain(1.0, 1.0, 0.0)
    assert not layout.recompute_in_vain(1.0, 0.0, 0.0)
    assert not layout.recompute_in_vain(1.0, 1.0, 1.0)
    assert not layout.recompute_in_vain(2.0, 1.0, 0.0)
    # 64 copies with 4 of a batch of 128: 2 would take all of it
    assert layout.microbatch_in_vain(4.0, 64.0, 128.0)
    assert not layout.microbatch_in_vain(4.0, 64.0, 129.0)
    assert not layout.microbatch_in_vain(1.0, 64.0, 16.0)
