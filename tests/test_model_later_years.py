"""Other years: trends of algorithms, prices and chips, each once."""

from __future__ import annotations

import pytest

from gigacost.model import later_years, rental, workload
from gigacost.model.energy import server_w

RENTED = {"is_rented": 1.0, "rental_usd_per_chip_hour": 3.0, "price_performance_gain": 1.38}


def test_now_everything_is_as_without_it() -> None:
    assert later_years.run_flop(1e24, 0.05, 2.8, 0.0) == workload.run_flop(1e24, 0.05)
    assert later_years.rent_usd_per_chip_hour(**RENTED, years_ahead=0.0, rental_level=1.0) == 3.0
    assert later_years.bought_chip_usd(1.0, 25_000.0, 1.38, 0.0) == 25_000.0
    assert later_years.server_w(1275.0, 1.4, 0.0) == server_w(1275.0)
    assert rental.rent_at_rate_usd(3.0, 10.0) == 30.0


def test_a_year_divides_by_the_gain_of_a_year() -> None:
    assert later_years.run_flop(1e24, 0.0, 2.8, 1.0) == pytest.approx(1e24 / 2.8)
    assert later_years.run_flop(1e24, 0.0, 2.8, -1.0) == pytest.approx(1e24 * 2.8)
    assert later_years.rent_usd_per_chip_hour(**RENTED, years_ahead=2.0, rental_level=1.0) == pytest.approx(
        3.0 / 1.38**2
    )
    assert later_years.bought_chip_usd(1.0, 25_000.0, 1.38, 1.0) == pytest.approx(25_000.0 / 1.38)
    assert later_years.server_w(1275.0, 1.4, 1.0) == pytest.approx(1275.0 / 1.4)
    assert later_years.owned_server_w(0.0, 1275.0, 1.4, 1.0) == later_years.server_w(1275.0, 1.4, 1.0)


def test_the_level_of_the_market_is_known_up_to_the_date_of_prices() -> None:
    assert later_years.rent_usd_per_chip_hour(**RENTED, years_ahead=0.0, rental_level=2.0) == 3.0
    assert later_years.rent_usd_per_chip_hour(**RENTED, years_ahead=1.0, rental_level=2.0) > 3.0


def test_what_is_not_rented_or_bought_costs_nothing() -> None:
    assert later_years.rent_usd_per_chip_hour(**{**RENTED, "is_rented": 0.0}, years_ahead=1.0, rental_level=1.0) == 0
    assert later_years.bought_chip_usd(0.0, 25_000.0, 1.38, 1.0) == 0
    assert later_years.owned_server_w(1.0, 1275.0, 1.4, 1.0) == 0
