"""Years and spans of time as people write them."""

from __future__ import annotations

import pytest

from gigacost import SpecError
from gigacost.analysis.years import read_days, read_years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2025", (2025,)),
        ("2023..2026", (2023, 2024, 2025, 2026)),
        ("2023, 2025..2026", (2023, 2025, 2026)),
        ("2023..2023,", (2023,)),
        ("", ()),
    ],
)
def test_a_list_of_years_may_hold_ranges(text: str, years: tuple[int, ...]) -> None:
    assert read_years("years", text) == years


def test_what_is_no_year_is_refused_all_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        read_years("years", "2023...2025,20,2025..2023,2027,1000..9000,\u0662\u0660\u0662\u0663")
    assert [fault.value for fault in caught.value.faults] == [
        '"2023...2025"', '"20"', '"2025..2023"', '"1000..9000"', '"\u0662\u0660\u0662\u0663"',
    ]  # fmt: skip
    assert {fault.field for fault in caught.value.faults} == {"years"}


@pytest.mark.parametrize(("given", "days"), [("1y", 365.25), ("6 months", 182.625), ("400 d", 400.0), (30, 30.0)])
def test_a_span_of_time_is_in_days_or_has_a_unit(given: str | float, days: float) -> None:
    assert read_days("within", given) == days


@pytest.mark.parametrize("given", ["", "soon", "0 d", "-1 y", "3 kg", True, float("inf"), float("nan"), None])
def test_what_is_no_span_of_time_is_refused(given: object) -> None:
    with pytest.raises(SpecError) as caught:
        read_days("within", given)  # type: ignore[arg-type] # that is the point
    assert caught.value.field == "within"
