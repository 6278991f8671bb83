"""Other years: trends of algorithms, prices and chips, each once."""

from __future__ import annotations

import math

import pytest

from gigacost.model import later_years, people, rental, workload
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


def test_people_follow_the_arithmetic_of_the_year() -> None:
    given = {"staff_fte": math.nan, "project_life_years": 1.0, "algorithmic_gain": 2.8}
    as_now = later_years.staff_fte_years(**given, training_flop=1e24, algorithm_years=0.0)
    assert as_now == people.staff_fte_years(math.nan, 1.0, 1e24)
    a_year_later = later_years.staff_fte_years(**given, training_flop=2.8e24, algorithm_years=1.0)
    assert a_year_later == pytest.approx(as_now)
    stated = {**given, "staff_fte": 12.0}
    assert later_years.staff_fte_years(**stated, training_flop=1e24, algorithm_years=3.0) == 12.0


def test_the_level_of_the_market_is_known_up_to_the_date_of_prices() -> None:
    assert later_years.rent_usd_per_chip_hour(**RENTED, years_ahead=0.0, rental_level=2.0) == 3.0
    assert later_years.rent_usd_per_chip_hour(**RENTED, years_ahead=1.0, rental_level=2.0) > 3.0


def test_what_is_not_rented_or_bought_costs_nothing() -> None:
    assert later_years.rent_usd_per_chip_hour(**{**RENTED, "is_rented": 0.0}, years_ahead=1.0, rental_level=1.0) == 0
    assert later_years.bought_chip_usd(0.0, 25_000.0, 1.38, 1.0) == 0
    assert later_years.owned_server_w(1.0, 1275.0, 1.4, 1.0) == 0
