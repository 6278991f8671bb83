"""What an owned cluster costs to buy: chips, servers, network, and the building around them.

Capital spent is a memo, not a cost of the run: the run is charged with what it wears out (``depreciation``), with the
money tied up while it lasts (``financing``) and with upkeep.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING, Constant, Input
from gigacost.model.constants import W_PER_KW
from gigacost.ops import Value, missing, total, where

SERVER_OVERHEAD_FACTOR = catalogued(
    "server_overhead_factor",
    "Price of the server per chip ÷ price of the chip as quoted: 1.64 for a chip or card, 1.21 for a board, 1 for a "
    "server, rack or system. Missing counts as a bare chip.",
    default=MISSING,
    plausible=(1.0, 2.1),
)
NETWORK_SHARE = Input(
    "network_share",
    "1",
    "The cluster network's share of what the cluster costs (chips, servers and network).",
    default=0.19,
    source="Epoch AI, arXiv 2405.21015 A.1: interconnect is 19 % of cluster CapEx (90 % CI: a factor of 1.07 to 1.32)",
    date="2024-05",
    high=1.0,
    high_open=True,
    plausible=(0.05, 0.3),
)
FACILITY_USD_PER_W = Input(
    "facility_usd_per_w",
    "$/W",
    "Building, power and cooling, per W of nameplate IT power.",
    default=11.0,
    source="Turner & Townsend Data Centre Construction Cost Index: N. Virginia 10.92 (Dallas 9.54, Tokyo 15.2); "
    "builds for AI up to 20",
    date="2025",
    high=1e6,
    plausible=(8.0, 20.0),
)

BARE_CHIP_SERVER_FACTOR = Constant(
    1.64, "1", "Epoch AI training-cost-trends: mean of server price ÷ chip price for A100, V100, P100", "2026-04-01"
)


def server_price_factor(server_overhead_factor: Value) -> Value:
    """Price of a server per chip ÷ price of the chip as quoted [1].

    The catalogue's factor by what the price covers; 1.64, a bare chip's, where that is not known.

    Source: Epoch AI training-cost-trends (server ÷ chip: A100 1.66, V100 1.69, P100 1.54, mean 1.64).
    """
    return where(missing(server_overhead_factor), BARE_CHIP_SERVER_FACTOR, server_overhead_factor)


def chips_capex_usd(chips: Value, bought_chip_usd: Value) -> Value:
    """Price of all chips, in the form they are quoted in [$].

    chips · price. A price per server or rack already holds the server: then servers_capex_usd is 0.

    Source: definition.
    """
    return chips * bought_chip_usd


def servers_capex_usd(chips_capex_usd: Value, server_price_factor: Value) -> Value:
    """Price of the servers around the chips [$].

    chips_capex_usd · (server_price_factor − 1).

    Source: Epoch AI, arXiv 2405.21015 A.1 (server components).
    """
    return chips_capex_usd * (server_price_factor - 1)


def network_capex_usd(chips_capex_usd: Value, servers_capex_usd: Value, network_share: Value) -> Value:
    """Price of the cluster's network [$].

    (chips + servers) · s / (1 − s), so that the network is the share s of the whole cluster.

    Source: Epoch AI, arXiv 2405.21015 A.1 (s = 0.19, that is ÷ 0.81).
    """
    return (chips_capex_usd + servers_capex_usd) * network_share / (1 - network_share)


def cluster_capex_usd(chips_capex_usd: Value, servers_capex_usd: Value, network_capex_usd: Value) -> Value:
    """Capital spent on chips, servers and network; 0 where they are rented [$].

    A memo, not a cost of the run: compare it with published acquisition costs.

    Source: Epoch AI, arXiv 2405.21015 (hardware acquisition cost).
    """
    return total(chips_capex_usd, servers_capex_usd, network_capex_usd)


def facility_capex_usd(owns_facility: Value, facility_usd_per_w: Value, it_nameplate_kw: Value) -> Value:
    """Capital spent on building, power and cooling; 0 where they are not owned [$].

    $/W · nameplate IT power of the cluster, other IT included. A memo, not a cost of the run.

    Source: Turner & Townsend Data Centre Construction Cost Index 2025 ($/W of IT).
    """
    return where(owns_facility == 1, facility_usd_per_w * it_nameplate_kw * W_PER_KW, 0)
