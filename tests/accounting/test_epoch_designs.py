"""Presets that are in Epoch AI's table of costs cost under its accounting what it published."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cli_runner import invoke
from epoch import published

from gigacost import Sweep, estimate
from gigacost.accounting import EPOCH
from gigacost.catalog import Catalog
from gigacost.catalog.epoch_costs import read_published_costs

PRESETS = {name: one for name, one in Catalog.bundled().presets.items() if one.epoch_row}
ROWS = {row.model for row in read_published_costs()}


def test_the_runs_that_are_in_both_tables_are_told_by_the_name_of_their_row() -> None:
    assert set(PRESETS) == {"gpt-3", "gopher", "palm", "opt-175b", "bloom", "glm-130b"}
    assert {one.epoch_row for one in PRESETS.values()} <= ROWS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_gives_the_published_costs_owned_bought_and_rented(name: str) -> None:
    said = published(PRESETS[name].epoch_row)
    owned = estimate(preset=[name, EPOCH], market="own")
    assert owned["total_run_usd"] == pytest.approx(said["capex_energy_total_usd_nominal"], rel=1e-12)
    assert owned["cluster_capex_usd"] == pytest.approx(said["acquisition_usd_nominal"], rel=1e-12)
    rented = estimate(preset=[name, EPOCH], market="on_demand")
    assert rented["rent_at_rate_usd"] == pytest.approx(said["cloud_usd_nominal"], rel=1e-12)
    assert owned.meta["warnings"] == rented.meta["warnings"] == []


def test_gpt_3_costs_2_11_million_on_one_screen(capsys: pytest.CaptureFixture[str]) -> None:
    done = invoke(capsys, "estimate", "--preset", "gpt-3,epoch-2024")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"total_run_usd +\$2\.11M", done.out)


def test_what_is_from_the_table_is_cited_so() -> None:
    one = estimate(preset=["gpt-3", EPOCH])
    assert one.assumption("chip_hours").source.endswith("GPT-3 175B (davinci) in Epoch AI's table of costs")
    assert one.assumption("tokens").source == "preset gpt-3"
    assert "chip_hours" not in {item.name for item in estimate(preset="gpt-3").assumptions}


@pytest.mark.parametrize("given", [{"hardware": "v100-sxm2-16"}, {"tokens": "600B"}, {"mfu": 0.3}])
def test_another_run_than_the_presets_has_none_of_its_figures(given: dict[str, Any]) -> None:
    one = estimate(preset=["gpt-3", EPOCH], **given)
    assert not [item.name for item in one.assumptions if "table of costs" in item.source]
    space = Sweep({name: [value] for name, value in given.items()}, preset=["gpt-3", EPOCH], columns=["chip_hours"])
    assert space.top(1, "chip_hours").rows[0]["chip_hours"] == one["chip_hours"]


def test_a_run_and_an_accounting_may_be_one_text() -> None:
    both = estimate(preset=f"gpt-3,{EPOCH}")
    assert both["total_run_usd"] == estimate(preset=["gpt-3", EPOCH])["total_run_usd"]
    assert Sweep(preset=f"gpt-3,{EPOCH}").spec == Sweep(preset=["gpt-3", EPOCH]).spec
