"""Markets and the states in which they have nothing to offer."""

from __future__ import annotations

import math

from gigacost.graph.declarations import Status, marking
from gigacost.model.market import (
    bought_chip_usd,
    no_chip_price,
    no_price,
    not_sold,
    not_yet_available,
    rent_usd_per_chip_hour,
    spot_is_beyond_region,
)


def test_not_yet_available_until_90_days_after_release() -> None:
    # released 2026.00: 90 d / 365.25 = 0.2464 years later
    assert not_yet_available(as_of_year=2026.24, release_year=2026.0)
    assert not not_yet_available(as_of_year=2026.25, release_year=2026.0)
    assert not not_yet_available(as_of_year=2026.25, release_year=math.nan)


def test_not_sold_only_to_who_buys() -> None:
    assert not_sold(owns_chips=1.0, is_sold=0.0)
    assert not not_sold(owns_chips=0.0, is_sold=0.0)
    assert not not_sold(owns_chips=1.0, is_sold=1.0)


def test_a_missing_price_is_a_state_only_where_it_is_paid() -> None:
    assert no_chip_price(owns_chips=1.0, chip_price_usd=math.nan)
    assert not no_chip_price(owns_chips=0.0, chip_price_usd=math.nan)
    assert no_price(is_rented=1.0, rental_usd_per_chip_hour=math.nan)
    assert not no_price(is_rented=0.0, rental_usd_per_chip_hour=math.nan)


def test_a_price_of_zero_is_a_price() -> None:
    assert not no_chip_price(owns_chips=1.0, chip_price_usd=0.0)
    assert not no_price(is_rented=1.0, rental_usd_per_chip_hour=0.0)


def test_what_is_not_paid_is_zero_even_where_missing() -> None:
    assert bought_chip_usd(owns_chips=0.0, chip_price_usd=math.nan) == 0.0
    assert bought_chip_usd(owns_chips=1.0, chip_price_usd=23_500.0) == 23_500.0
    assert rent_usd_per_chip_hour(is_rented=0.0, rental_usd_per_chip_hour=math.nan) == 0.0
    assert rent_usd_per_chip_hour(is_rented=1.0, rental_usd_per_chip_hour=2.65) == 2.65


def test_only_spot_is_beyond_a_region_and_only_above_what_it_holds() -> None:
    assert spot_is_beyond_region(is_interruptible=1.0, chips=513.0, spot_region_chips=512.0) == 1.0
    assert spot_is_beyond_region(is_interruptible=1.0, chips=512.0, spot_region_chips=512.0) == 0.0
    assert spot_is_beyond_region(is_interruptible=0.0, chips=513.0, spot_region_chips=512.0) == 0.0


def test_states_spoil_what_they_make_meaningless() -> None:
    assert marking(not_yet_available) == Status("not_yet_available", ("chip_hours",))
    assert marking(not_sold) == Status("not_sold", ("chip_price_usd",))
    assert marking(no_chip_price) == Status("no_chip_price", ("chip_price_usd",))
    assert marking(no_price) == Status("no_price", ("rental_usd_per_chip_hour",))
