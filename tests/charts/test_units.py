"""Units are read from names, as the model has them; numbers are written as people write them."""

from __future__ import annotations

import altair as alt
import pytest
from drawings import Drawing

from gigacost.charts.theme import figure, named
from gigacost.charts.units import _LABELS, axis, is_log, said, scale, title, told, unit_of
from gigacost.model import default

MODEL = default()


def test_money_is_read_as_money_and_nothing_else_is() -> None:
    read = {name for name in MODEL.names if unit_of(name).startswith("$")}
    assert read == {name for name in MODEL.names if MODEL.unit(name).startswith("$")}


def test_the_unit_of_what_is_asked_for_most_is_that_of_the_model() -> None:
    names = [quantity.name for quantity in (*MODEL.contributions, *MODEL.subtotals)]
    names += ["train_days", "chip_hours", "facility_mw", "energy_mwh", "carbon_t", "training_flop", "chips", "params"]
    names += ["electricity_usd_per_kwh", "rental_usd_per_chip_hour", "runs_per_year", "stored_tb", "water_l"]
    assert {name: unit_of(name) for name in names} == {name: MODEL.unit(name) for name in names}


def test_a_number_without_a_unit_is_read_as_no_time_energy_or_data() -> None:
    plain = {name for name in MODEL.names if MODEL.unit(name) == "1"}
    assert {unit_of(name) for name in plain} <= {"", "chip", "1/token"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cost_total_usd", "total cost [$]"),
        ("cost_rent_usd", "rent [$]"),
        ("p90(cost_total_usd)", "P90 of total cost [$]"),
        ("quantile(train_days, 0.25)", "P25 of training time [days]"),
        ("train_days", "training time [days]"),
        ("electricity_usd_per_kwh", "electricity [$/kWh]"),
        ("facility_mw", "power of the site [MW]"),
        ("chips", "chips"),
        ("loss", "loss"),
        ("carbon_t", "emissions of operation [t CO2e]"),
    ],
)
def test_an_axis_is_named_in_words_with_its_unit(name: str, text: str) -> None:
    assert title(name) == text


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (301771876.47, "cost_total_usd", "$302M"),
        (0.05, "electricity_usd_per_kwh", "$0.05/kWh"),
        (16384, "chips", "16,384 chips"),
        (405e9, "params", "405B parameters"),
        (30.805, "runs_per_year", "30.8 per year"),
        (2026.5, "as_of_year", "2026"),
        ("h100-sxm", "hardware", "h100-sxm"),
        (8, "tp", "8"),
    ],
)
def test_values_are_told_as_people_tell_them(value: float | str, name: str, text: str) -> None:
    assert said(value, name) == text


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (1.1, "pue", "PUE 1.1"),
        (16384, "chips", "16,384 chips"),
        (0.05, "electricity_usd_per_kwh", "electricity $0.05/kWh"),
        ("own", "market", "own"),
    ],
)
def test_what_a_bare_number_is_of_is_told(value: float | str, name: str, text: str) -> None:
    assert told(value, name) == text


def labels(name: str, *values: float) -> list[str]:
    """The labels of a horizontal axis."""
    x = alt.X("x:Q", axis=axis(name, values), scale=scale(values))
    chart = alt.Chart(named("rows")).mark_point().encode(x=x)
    return Drawing(figure(chart, {"rows": [{"x": value} for value in values]}, title="t", width=640)).texts(
        "axis-label"
    )


def test_billions_of_dollars_are_b_and_thousands_k() -> None:
    assert "$1.2B" in labels("cost_total_usd", 0.8e9, 1.4e9)
    assert "$12K" in labels("cost_total_usd", 1e4, 2e4)
    assert all(text.startswith("−$") for text in labels("cost_total_usd", -3e6, -1e6))
    assert not any("G" in text or "k" in text for text in labels("cost_total_usd", 1e3, 1e10))


def test_small_numbers_are_no_milli_anything() -> None:
    assert "0.05" in labels("mfu", 0.02, 0.06)
    assert "$0.05" in labels("electricity_usd_per_kwh", 0.02, 0.06)


def test_an_axis_is_logarithmic_where_decades_span_and_all_is_above_zero() -> None:
    assert is_log([1.0, 50.0])
    assert not is_log([1.0, 49.0])
    assert not is_log([0.0, 1e6])
    assert not is_log([])
    assert labels("tokens", 1e9, 1e14) == ["1B", "10B", "100B", "1T", "10T", "100T"]
    assert labels("chips", 1, 200) == ["1", "2", "5", "10", "20", "50", "100", "200"]


def test_years_are_years() -> None:
    assert labels("as_of_year", 2023, 2026) == ["2023", "2024", "2025", "2026"]


def test_words_that_stand_for_numbers_are_those_of_the_model() -> None:
    for name, words_ in _LABELS.items():
        assert words_ == {value: f"{MODEL.inputs[name].word(value)} {name}" for value in words_}
