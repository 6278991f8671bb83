"""Development costs by Epoch AI's accounting: the published medians, and the cases they are medians of."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import invoke

from gigacost import estimate
from gigacost.accounting.epoch_designs import owned_design
from gigacost.catalog.epoch_costs import SHIPPED, read_published_costs
from gigacost.catalog.files import data
from gigacost.sampling.draws import Draws
from gigacost.validation.published.development import developments, dollars_of_2023
from gigacost.validation.validate_development import PARTS, validate_development

FEW = Draws(64)
FOUND = validate_development()
GPT_4 = next(one for one in developments(FEW) if one.name == "GPT-4")


def published(model: str) -> dict[str, float]:
    """What Epoch AI publishes of a model's development: its columns `devcost_*` in the table that ships."""
    with SHIPPED.open(encoding="utf-8", newline="") as table:
        row = next(row for row in csv.DictReader(table) if row["model"] == model)
    return {name: float(cell) for name, cell in row.items() if name.startswith("devcost_")}


@pytest.mark.parametrize("one", FOUND.predictions, ids=lambda one: one.model)
def test_medians_and_shares_are_as_published(one: Any) -> None:
    assert abs(one.error) < 0.05
    assert abs(one.share_difference) < 0.03
    for part in PARTS[:-1]:
        assert one.predicted[part].median == pytest.approx(one.published[part].median, rel=0.05)


def test_the_page_shows_the_medians_and_shares() -> None:
    page = (Path(__file__).parents[2] / "docs" / "epoch.md").read_text(encoding="utf-8")
    for one in FOUND.predictions:
        money = f"{one.predicted_usd / 1e6:.2f} | {one.published_usd / 1e6:.2f}"
        shares = f"{100 * one.staff_share:.1f} % | {100 * one.published_staff_share:.1f} %"
        assert f"| {one.model} | {money} | {100 * one.error:+.1f} % | {shares} |" in page


def test_the_four_models_have_as_many_contributors_as_published() -> None:
    assert [one.model for one in FOUND.predictions] == [
        *("GPT-3 175B (davinci)", "OPT-175B", "GPT-4", "Gemini 1.0 Ultra"),
    ]
    people = [sum(group["count"] for group in one.entry["contributors"]) for one in developments(FEW)]
    assert people == [published(one.name)["devcost_n_contributors"] for one in developments(FEW)]


def test_intervals_are_as_published_where_pay_is_of_many() -> None:
    for one in FOUND.predictions[2:]:
        for part in PARTS:
            for end in ("p5", "p95"):
                assert getattr(one.predicted[part], end) == pytest.approx(getattr(one.published[part], end), rel=0.07)


def test_a_seed_gives_the_same_cases_and_another_seed_others() -> None:
    first, again, other = (developments(Draws(16, seed=seed))[1].cases(0.08) for seed in (0, 0, 1))
    assert first == again
    assert not [case for case in other if case in first]


def test_the_parts_of_a_case_are_the_models_development_cost() -> None:
    row = next(row for row in read_published_costs() if row.model == "GPT-4")
    design = owned_design(row)
    assert design is not None
    for case in GPT_4.cases(0.0806)[:4]:
        costs = estimate({**design, **case, "training_flop": 1e25}, preset="epoch-2024")
        run = [costs[f"cost_{name}_usd"] for name in ("chips", "servers", "network", "energy")]
        paid = case["staff_fte_years"] * (case["salary_usd"] * case["salary_overhead_factor"] + case["equity_usd"])
        assert costs["cost_staff_usd"] == pytest.approx(paid)
        assert costs["total_development_usd"] == pytest.approx(case["experiments_factor"] * sum(run) + paid)


def mean_of_lognormal(low: float, high: float) -> float:
    """The mean of a lognormal distribution with this 90 % interval."""
    sigma = math.log(high / low) / 2 / 1.6448536  # the normal distribution's 95th percentile
    return math.sqrt(low * high) * math.exp(sigma**2 / 2)


def test_a_team_is_the_sum_of_its_people() -> None:
    team = GPT_4.team()
    # Epoch AI, arXiv 2405.21015 A.6: lognormal with these 90 % intervals
    assert np.mean(team["fte"]) == pytest.approx(284 * mean_of_lognormal(0.05, 0.8), rel=0.02)
    assert np.all((team["salary_overhead_factor"] > 1.25) & (team["salary_overhead_factor"] < 1.40))
    assert np.mean(team["equity_usd"]) == pytest.approx(mean_of_lognormal(35_468, 501_747), rel=0.05)


def test_leads_are_paid_as_the_upper_quarter_is() -> None:
    ordinary, leads = ({"count": 1}, {"count": 1, "fte": "lognormal 90% 0.3..0.9", "pay_between": [0.75, 0.99]})
    gemini = developments(FEW)[-1]
    salary, of_leads = (gemini._of_person(group)["salary_usd"] for group in (ordinary, leads))
    assert of_leads.quantile(np.array([0.05, 0.95])) == pytest.approx(salary.quantile(np.array([0.75, 0.99])))


def test_hardware_is_in_dollars_of_2023() -> None:
    assert dollars_of_2023("2023-12") == 1.0
    rows = {row.model: row for row in read_published_costs()}
    # producer prices of 2023-12 over those of 2020-05, from the table that ships
    assert dollars_of_2023("2020-05") == pytest.approx(119.029 / 113.4)
    assert len(data("epoch")["producer_prices"]) == len({"source"}) + 23
    assert {one.name for one in developments(FEW)} <= set(rows)


def test_the_command_gives_what_python_gives_and_refuses_draws_beyond_its_limits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran = invoke(capsys, "validate", "development", "--draws", "64", "--json")
    assert ran.code == 0
    assert ran.json == validate_development(FEW).to_dict()
    assert ran.json["rows"] == 4
    row = ran.json["per_row"][0]
    assert row["model"] == "GPT-3 175B (davinci)"
    assert row["published_median_usd"] == published(row["model"])["devcost_total_of_medians_usd2023"]
    assert {"predicted_median_usd", "error", "staff_share", "published_staff_share", "parts"} <= row.keys()
    shown = invoke(capsys, "validate", "development", "--draws", "8", "--seed", "3")
    assert "Gemini 1.0 Ultra" in shown.out
    assert invoke(capsys, "validate", "development", "--draws", "0").code == 2
    assert invoke(capsys, "validate", "development", "--draws", "1e3").code == 2
    assert invoke(capsys, "validate", "development", "--draws", "99999999").code == 2
