"""What chips send each other, by hand."""

from __future__ import annotations

import math

import pytest

from gigacost.model.performance import layer, traffic

NAN = math.nan
INSIDE, OUTSIDE = 400e9, 50e9
"""Bandwidths that collectives reach in a domain and beyond [B/s]."""


@pytest.mark.parametrize(
    ("chips", "domain", "inside", "outside", "unknown"),
    [
        (8.0, 8.0, 450e9, NAN, False),
        (16.0, 8.0, 450e9, NAN, True),
        (16.0, 8.0, 450e9, 50e9, False),
        (8.0, 8.0, NAN, 50e9, True),
        (1.0, NAN, NAN, NAN, False),
        (2.0, NAN, 450e9, NAN, True),
        (2.0, 1.0, 450e9, NAN, True),
    ],
)
def test_a_network_is_missed_only_where_it_is_needed(
    chips: float, domain: float, inside: float, outside: float, *, unknown: bool
) -> None:
    assert traffic.no_network_data(chips, domain, inside, outside) == unknown


def test_collectives_reach_a_share_of_the_links_figure() -> None:
    assert traffic.collective_scaleup_byte_per_s(450e9, 0.75) == 337.5e9
    assert traffic.collective_scaleout_byte_per_s(50e9, 0.8) == 40e9
    assert traffic.collective_scaleup_byte_per_s(NAN, 0.75) == 0.0
    assert traffic.collective_scaleout_byte_per_s(NAN, 0.8) == 0.0


def test_an_overlapping_stack_hides_a_share() -> None:
    assert traffic.tp_exposed_share(1.0, 0.6) == 0.4
    assert traffic.tp_exposed_share(0.0, 0.6) == 1.0


def test_tensor_parallel_traffic_is_two_blocks_in_both_passes_and_nothing_on_one_chip() -> None:
    # 2 blocks · 2 passes · 3/4 · 2 B · 1,000 · 4,096 = 24.576 MB, half of it waited for
    found = traffic.layer_tp_seconds(1000.0, 4096.0, 4.0, 4.0, 1.0, 0.5, INSIDE)
    assert found == pytest.approx(24.576e6 * 0.5 / INSIDE)
    assert traffic.layer_tp_seconds(1000.0, 4096.0, 1.0, 1.0, 1.0, 0.5, INSIDE) == 0.0


@pytest.mark.parametrize(
    ("tp", "expert_tp", "share", "others"),
    [
        (4.0, 1.0, 1.0, 3.0 / 4.0),  # attention alone
        (4.0, 2.0, 1.0, 3.0 / 4.0 + 1.0 / 4.0),
        (4.0, 8.0, 1.0, 3.0 / 4.0 + 7.0 / 4.0),
        (4.0, 1.0, 0.5, 3.0 / 4.0 + 3.0 / 8.0),  # every second layer is dense
        (1.0, 4.0, 1.0, 3.0),
    ],
)
def test_experts_gather_the_tokens_of_those_who_share_them(
    tp: float, expert_tp: float, share: float, others: float
) -> None:
    # 2 passes · 2 B · 1,000 · 4,096 for each of the others
    found = traffic.layer_tp_seconds(1000.0, 4096.0, tp, expert_tp, share, 1.0, INSIDE)
    assert found == pytest.approx(16.384e6 * others / INSIDE)


def test_keys_and_values_go_around_the_ranks_of_a_sequence() -> None:
    # 2 · 2 B · 3 · 1,000 · 8 · 128 / 2 = 6.144 MB, 0.4 of it waited for
    found = [
        traffic.layer_cp_seconds(1000.0, 8.0, 128.0, 2.0, 4.0, domain, 0.6, INSIDE, OUTSIDE) for domain in (8.0, 4.0)
    ]
    assert found == [pytest.approx(6.144e6 * 0.4 / INSIDE), pytest.approx(6.144e6 * 0.4 / OUTSIDE)]
    assert traffic.layer_cp_seconds(1000.0, 8.0, 128.0, 2.0, 1.0, 8.0, 0.6, INSIDE, OUTSIDE) == 0.0


def test_tokens_go_to_their_experts_over_both_networks() -> None:
    # 1.5 · 2 B · 1,000 · 4,096 · 8 / 2 · 3/4 = 36.864 MB, 0.7 of it waited for
    sent = 36.864e6 * 0.7
    inside = traffic.layer_ep_seconds(1000.0, 4096.0, 8.0, 2.0, 4.0, 2.0, 8.0, 0.6, INSIDE, OUTSIDE)
    assert inside == pytest.approx(sent / INSIDE)
    half = traffic.layer_ep_seconds(1000.0, 4096.0, 8.0, 2.0, 4.0, 2.0, 4.0, 0.6, INSIDE, OUTSIDE)
    assert half == pytest.approx(sent * (0.5 / INSIDE + 0.5 / OUTSIDE))
    whole = traffic.layer_ep_seconds(1000.0, 4096.0, 8.0, 2.0, 4.0, 1.0, 4.0, 0.6, INSIDE, OUTSIDE)
    assert whole == inside
    assert traffic.layer_ep_seconds(1000.0, 4096.0, 8.0, 2.0, 1.0, 2.0, 8.0, 0.6, INSIDE, OUTSIDE) == 0.0


@pytest.mark.parametrize(
    ("sequence_parallel", "chips", "times", "bandwidth"),
    [(1.0, 64.0, 1.0, OUTSIDE), (0.0, 64.0, 2.0, OUTSIDE), (1.0, 8.0, 1.0, INSIDE)],
)
def test_stages_pass_activations_and_gradients_on(
    sequence_parallel: float, chips: float, times: float, bandwidth: float
) -> None:
    # 2 · 4 pieces · 2 B · 1,000 · 4,096 / 2 = 32.768 MB, a fifth of it waited for
    ranks = layer.residual_ranks(2.0, sequence_parallel)

    def seconds(pp: float) -> float:
        value: float = traffic.stage_transfer_seconds(1000.0, 4096.0, pp, 4.0, ranks, chips, 8.0, 0.2, INSIDE, OUTSIDE)
        return value

    assert seconds(8.0) == pytest.approx(times * 32.768e6 * 0.2 / bandwidth)
    assert seconds(1.0) == 0.0


@pytest.mark.parametrize(
    ("shards", "tp", "domain", "hierarchical", "bandwidth"),
    [
        (4.0, 2.0, 8.0, 1.0, INSIDE),  # four ranks of two chips fill a domain
        (64.0, 2.0, 8.0, 1.0, 4 * OUTSIDE),
        (64.0, 2.0, 8.0, 0.0, OUTSIDE),
        (64.0, 8.0, 8.0, 1.0, OUTSIDE),
        (1.0, 1.0, NAN, 1.0, INSIDE),
    ],
)
def test_ranks_of_a_domain_send_at_once(
    shards: float, tp: float, domain: float, hierarchical: float, bandwidth: float
) -> None:
    assert traffic.shard_byte_per_s(shards, tp, domain, hierarchical, INSIDE, OUTSIDE) == bandwidth


@pytest.mark.parametrize(("microbatches", "pp", "rounds"), [(16.0, 1.0, 16.0), (16.0, 16.0, 1.0), (20.0, 16.0, 2.0)])
def test_shared_weights_are_gone_through_in_rounds(microbatches: float, pp: float, rounds: float) -> None:
    assert traffic.sharding_rounds(microbatches, pp) == rounds


@pytest.mark.parametrize(("stage", "gathers", "reductions"), [(0.0, 1.0, 1.0), (1.0, 1.0, 1.0), (2.0, 5.0, 5.0),
                                                              (3.0, 10.0, 5.0)])  # fmt: skip
def test_what_is_shared_travels_in_every_round(stage: float, gathers: float, reductions: float) -> None:
    assert traffic.weight_gathers(stage, 5.0) == gathers
    assert traffic.gradient_reductions(stage, 5.0) == reductions


@pytest.mark.parametrize(
    ("stage", "gathers", "reductions", "byte"), [(0.0, 1.0, 1.0, 4.0 + 4.0), (1.0, 1.0, 1.0, 2.0 + 4.0),
                                                 (3.0, 10.0, 5.0, 20.0 + 20.0)],
)  # fmt: skip
def test_weights_and_gradients_of_a_step(stage: float, gathers: float, reductions: float, byte: float) -> None:
    found = traffic.dp_traffic_seconds(1e9, 16.0, gathers, reductions, stage, 2.0, 4.0, OUTSIDE)
    assert found == pytest.approx(1e9 * byte / OUTSIDE)
    assert traffic.dp_traffic_seconds(1e9, 1.0, gathers, reductions, stage, 2.0, 4.0, OUTSIDE) == 0.0


def test_traffic_hides_behind_computing() -> None:
    assert traffic.dp_exposed_floor(1.0, 0.3, 0.4) == 0.3
    assert traffic.dp_exposed_floor(2.0, 0.3, 0.4) == 0.4
    # ZeRO 1: the microbatches that fill the pipeline; else all
    assert traffic.dp_window_seconds(1.0, 16.0, 4.0, 0.5) == 2.0
    assert traffic.dp_window_seconds(1.0, 2.0, 4.0, 0.5) == 1.0
    assert traffic.dp_window_seconds(3.0, 16.0, 4.0, 0.5) == 8.0
    assert traffic.dp_seconds(10.0, 0.25, 9.0) == 2.5
    assert traffic.dp_seconds(10.0, 0.25, 4.0) == 6.0
