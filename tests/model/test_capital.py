"""What an owned cluster costs to buy."""

from __future__ import annotations

import math

import pytest

from gigacost.model.capital import (
    chips_capex_usd,
    cluster_capex_usd,
    facility_capex_usd,
    network_capex_usd,
    server_price_factor,
    servers_capex_usd,
)


def test_a_price_of_unknown_scope_is_a_bare_chips() -> None:
    assert server_price_factor(1.21) == 1.21
    assert server_price_factor(math.nan) == 1.64


def test_hundred_chips_with_servers_and_network() -> None:
    assert chips_capex_usd(100.0, 20_000.0) == 2_000_000.0
    assert servers_capex_usd(2_000_000.0, 1.5) == 1_000_000.0
    assert network_capex_usd(2_000_000.0, 1_000_000.0, 0.25) == 1_000_000.0
    assert cluster_capex_usd(2_000_000.0, 1_000_000.0, 1_000_000.0) == 4_000_000.0


def test_the_network_is_its_share_of_the_whole_cluster() -> None:
    network = network_capex_usd(81.0, 0.0, 0.19)
    assert network == pytest.approx(19.0)
    assert network / cluster_capex_usd(81.0, 0.0, network) == pytest.approx(0.19)


def test_a_facility_is_priced_by_the_watt_of_it() -> None:
    assert facility_capex_usd(1.0, 11.0, 1_453.5) == 11.0 * 1_453_500.0
    assert facility_capex_usd(0.0, 11.0, 1_453.5) == 0.0
