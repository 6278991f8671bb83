"""People: years of work and what they cost."""

from __future__ import annotations

import math

import pytest

from gigacost.model.people import cost_staff_usd, project_life_years, staff_fte_years, usd_per_fte_year


def test_a_project_lasts_at_least_as_long_as_its_run() -> None:
    assert project_life_years(1.0, 0.2) == 1.0
    assert project_life_years(1.0, 1.5) == 1.5


def test_staff_follows_from_the_run() -> None:
    assert staff_fte_years(math.nan, 1.0, 1e24) == pytest.approx(9.0)
    # a hundredfold run: 9 · 100^0.74 = 9 · 30.2
    assert staff_fte_years(math.nan, 1.0, 1e26) == pytest.approx(271.8, rel=1e-3)


def test_a_given_head_count_works_for_the_projects_life() -> None:
    assert staff_fte_years(12.0, 1.5, 1e24) == 18.0
    assert staff_fte_years(0.0, 1.5, 1e24) == 0.0


def test_overhead_is_on_the_salary_only() -> None:
    # $200k · 1.3 + $100k
    assert usd_per_fte_year(200_000.0, 1.3, 100_000.0) == pytest.approx(360_000.0)


def test_staff_cost_their_years_of_work_at_a_years_pay() -> None:
    assert cost_staff_usd(9.0, 387_100.0) == 3_483_900.0
