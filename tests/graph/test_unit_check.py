"""Units are checked where a model is extended: what is added computes what its docstring says, money is in dollars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gigacost import Constant, Input, Model, SpecError, Subtotal, contribution, doubt, status
from gigacost.graph.unit_check import unit_faults
from gigacost.model import default
from gigacost.ops import exp, where

MODEL = default()


def quantity(name: str, doc: str, body: Callable[..., Any], **mark: str) -> Any:
    """A function of this name and docstring; a contribution where ``to`` says so."""
    body.__name__, body.__doc__ = name, doc
    return contribution(**mark)(body) if mark else body


def refusal(*parts: Any) -> str:
    with pytest.raises(SpecError) as raised:
        MODEL.extend(*parts)
    return str(raised.value)


@pytest.mark.parametrize(
    ("doc", "body", "says"),
    [
        ("Deposit [$].", lambda facility_mw: facility_mw * 2.0, "x = [$]: computes [MW] of facility_mw [MW]"),
        ("Days [d].", lambda train_hours: train_hours / 24.0, "x = [d]: computes [h] of train_hours [h]"),
        ("Sum [h].", lambda train_hours, chips: train_hours + chips, "x = [h]: cannot add chip and h"),
        ("Sum [h].", lambda train_hours: exp(2.0 * train_hours), "exp of a quantity in h"),
        ("Either [h].", lambda train_hours, chips: where(chips > 8.0, train_hours, 0.0), "cannot compare 1 and chip"),
        ("Flat [$].", lambda: 1000.0, "x = [$]: computes [1] of bare numbers"),
        ("Whether [1].", lambda chips: chips > Constant(8.0, "chip"), "x = [1]: computes [truth]"),
        ("No unit.", lambda train_hours: train_hours, "x: says no unit"),
        ("", lambda train_hours: train_hours, "x: says no unit"),
        ("Odd [h per d].", lambda train_hours: train_hours, "x = [h per d]: not a unit"),
        ("Misspelt [h].", lambda train_hors: train_hors, 'its parameter train_hors; allowed: Input("train_hors", UNIT'),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(doc: str, body: Callable[..., Any], says: str) -> None:
    text = refusal(quantity("x", doc, body))
    assert says in text
    assert "check_units=False" in text
    assert "x" in MODEL.extend(quantity("x", doc, body), check_units=False).quantities


def test_a_contribution_has_the_unit_of_its_subtotal() -> None:
    power = quantity("cost_power_usd", "Power [MW].", lambda facility_mw: facility_mw, to="total_project_usd")
    assert refusal(power) == "cost_power_usd = [MW]: counted in total_project_usd; allowed: [$]"
    own = quantity("cost_power_usd", "Power [MW].", lambda facility_mw: facility_mw, to="own_usd")
    assert "counted in own_usd; allowed: [$]" in refusal(Subtotal("own_usd", "Own."), own)


def test_all_faults_are_told_at_once() -> None:
    parts = [
        quantity(name, "Deposit [$].", body)
        for name, body in (("a", lambda facility_mw: facility_mw), ("b", lambda train_hours: train_hours))
    ]
    assert [line.split(" ")[0] for line in refusal(*parts).splitlines()] == ["a", "b"]


def test_what_fits_is_taken() -> None:
    rate = Input("rate_usd_per_mw", "$/MW", "Rate.", default=1e5)
    hours_per_day = Constant(24.0, "h/d")
    extended = MODEL.extend(
        rate,
        quantity("fee_usd", "Fee [$].", lambda facility_mw, rate_usd_per_mw: facility_mw * rate_usd_per_mw),
        quantity("days", "Days [d].", lambda train_hours: train_hours / hours_per_day),
        quantity("flat_usd", "Flat [$].", lambda: Constant(1e3, "$")),
        quantity("none_usd", "None [$].", lambda: 0.0),
        quantity("share_usd", "Share [$].", lambda cluster_capex_usd, share=0.01: cluster_capex_usd * share),
        quantity("places", "Copies times stages [1].", lambda dp, pp: dp * pp),
        status("wide", spoils="fee_usd")(
            quantity("is_wide", "Whether it is wide.", lambda facility_mw: facility_mw > Constant(30.0, "MW"))
        ),
        doubt(of="fee_usd", what="dear")(
            quantity("is_dear", "Whether it is dear.", lambda fee_usd: fee_usd > Constant(1e9, "$"))
        ),
    )
    assert (
        extended.extend(Model(quantity("twice_usd", "Twice [$].", lambda fee_usd: 2.0 * fee_usd))).unit("twice_usd")
        == "$"
    )


def test_a_state_is_a_condition() -> None:
    wide = quantity("is_wide", "Whether it is wide.", lambda facility_mw: facility_mw)
    assert "is_wide: computes [MW] of facility_mw [MW]; allowed: a condition" in refusal(
        status("wide", spoils="mfu")(wide)
    )


def test_an_override_keeps_the_unit() -> None:
    with pytest.raises(SpecError, match=r"mfu = \[h\]: in another unit than what it replaces; allowed: \[1\]"):
        MODEL.override(mfu=quantity("mfu", "Hours [h].", lambda train_hours: train_hours))
    assert MODEL.override(mfu=quantity("mfu", "Measured.", lambda chips: 0.4 + 0.0 * chips)).unit("mfu") == "1"


def test_the_default_model_passes_its_own_check() -> None:
    assert list(unit_faults(MODEL.quantities.values(), MODEL.units)) == []
