"""What may be looked for: inputs, and quantities that are figures and no answers of the model."""

from __future__ import annotations

from typing import Any

import pytest

from gigacost import SpecError, Sweep, break_even, solve


@pytest.mark.parametrize(
    ("unknown", "over", "says"),
    [
        ("cost_total_usd", None, 'solve tokens ... --where "cost_total_usd <= 50e6"'),
        ("cost_total_usd", (1e6, 1e9), 'unknown = "cost_total_usd": computed by the model'),
        ("cost_rent_usd", (1e3, 1e9), 'unknown = "cost_rent_usd": computed by the model'),
        ("facility_mw", None, 'solve tokens ... --where "facility_mw <= VALUE"'),
    ],
)
def test_what_the_model_answers_is_no_unknown(unknown: str, over: Any, says: str) -> None:
    run = {"params": "7B", "tokens": "1T", "hardware": "h100-sxm", "chips": 64}
    with pytest.raises(SpecError) as raised:
        solve(unknown, run, where="train_days <= 90", over=over)
    assert says in str(raised.value)
    with pytest.raises(SpecError, match="computed by the model"):
        break_even(unknown, {**run, "market": ["own", "on_demand"]}, between="market", over=over)


def test_a_quantity_with_a_range_a_value_or_a_place_to_look_is_an_unknown() -> None:
    run = {"params": "7B", "tokens": "1T", "hardware": "h100-sxm", "chips": 64, "market": "own"}
    assert solve("mfu", run, where="train_days <= 60", smallest=True).feasible
    assert solve("energy_kwh", run, where="carbon_t <= 1e3", over=(1e3, 1e7)).feasible
    varied = Sweep({"energy_kwh": [10.0, 20.0]}, fixed=run, where="carbon_t <= 1e3")
    assert solve("energy_kwh", varied).value == 20.0
