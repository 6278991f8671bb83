"""How a number is made: every name of the model can be explained, with and without values."""

from __future__ import annotations

import json
import math

import pytest

from gigacost import SpecError, explain
from gigacost.model import default


@pytest.mark.parametrize("name", default().names)
def test_every_name_can_be_explained(name: str) -> None:
    one = explain(name)
    assert one.name == name
    assert name in one.text
    assert one.doc
    json.dumps(one.to_dict(), allow_nan=False)


def test_a_formula_comes_with_unit_source_and_uses() -> None:
    one = explain("chip_hours")
    assert (one.unit, one.formula) == ("chip·h", "chips · train_hours.")
    assert one.source == "definition."
    assert [part.name for part in one.made_of] == ["chips", "train_hours"]
    assert "rent_at_rate_usd" in one.used_by


def test_constants_carry_their_sources() -> None:
    constants = {item.name: item for item in explain("staff_fte_years").constants}
    assert constants["STAFF_EXPONENT"].value == 0.74
    assert "Epoch" in constants["STAFF_EXPONENT"].source


def test_shares_of_a_sum_add_up_to_one() -> None:
    one = explain("cost_total_usd", preset="olmo-2-7b", as_of="2026-06-01", market="own")
    assert one.value is not None
    assert math.fsum(part.share or 0.0 for part in one.made_of) == pytest.approx(1.0)


def test_a_catalogue_figure_is_cited_with_the_choice_alone() -> None:
    assert explain("tdp_w").value is None
    one = explain("tdp_w", hardware="h100-sxm")
    assert one.value == 700.0
    assert "http" in one.source


def test_a_contribution_says_where_it_is_counted_and_a_state_what_it_spoils() -> None:
    assert explain("cost_staff_usd").counted_in == "total_development_usd"
    assert explain("no_price").counted_in == "rental_usd_per_chip_hour"


def test_an_axis_that_is_searched_says_how() -> None:
    one = explain("tp")
    assert one.kind == "searched"
    assert "tried are 1, 2, 4, 8, 16, 32, 64." in one.formula
    assert "smallest layout_seconds" in one.formula
    assert [part.name for part in one.made_of][:2] == ["layout_seconds", "layout_legal"]
    assert explain("tp", model="llama-3.1-405b", hardware="h100-sxm", chips=16384, tokens="15.6T").value == 8.0
    assert explain("tp", tp=4).kind == "input"


def test_axes_and_unknown_names() -> None:
    assert "on_demand" in explain("market").text
    with pytest.raises(SpecError, match='did you mean "mfu"'):
        explain("mfuu")
