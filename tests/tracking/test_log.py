"""Logs and bills as people have them, and what is wrong with others."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pytest

import gigacost
from gigacost.errors import SpecError
from gigacost.tracking.bills import read_bills
from gigacost.tracking.log import read_log

START = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


def written(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_times_and_hours_tokens_and_their_rate_say_the_same(tmp_path: Path) -> None:
    texts = [
        "time,tokens\n2026-11-02T00:00Z,0\n2026-11-02T01:00Z,3600\n2026-11-02T03:00:00+00:00,10800\n",
        "hours,tokens\n0,0\n1,3600\n3,10800\n",
        "hours,tokens_per_second,gpu\n1,1,x\n3,1,y\n",
    ]
    for text in texts:
        found = read_log(written(tmp_path, text))
        assert found.hours.tolist() == [0.0, 1.0, 3.0]
        assert found.tokens.tolist() == [0.0, 3600.0, 10800.0]
    assert read_log(written(tmp_path, texts[0])).start == START


def test_odd_rows_are_made_sense_of_and_told(tmp_path: Path) -> None:
    text = "hours,tokens,state\n0,0,\n2,20,running\n1,10,\n1,10,\n3,15,failure\n"
    found = read_log(written(tmp_path, text))
    assert found.tokens.tolist() == [0.0, 10.0, 20.0, 15.0]
    assert found.stopped.tolist() == [False, False, False, True]
    assert found.stops == {"failure": 1}
    assert [note.split(":")[0] for note in found.notes] == [
        "rows out of order",
        "rows that repeat another",
        "tokens go back",
    ]


def test_a_gap_in_a_rate_is_told(tmp_path: Path) -> None:
    rows = "".join(f"{hour},1\n" for hour in (0, 1, 2, 3, 30, 31))
    assert "gaps: 1" in read_log(written(tmp_path, f"hours,tokens_per_second\n{rows}")).notes[0]


def test_power_may_be_missing_in_some_rows(tmp_path: Path) -> None:
    found = read_log(written(tmp_path, "hours,tokens,power_mw\n0,0,\n1,5,0.3\n"))
    assert math.isnan(found.power_mw[0])
    assert found.power_mw[1] == 0.3


@pytest.mark.parametrize(
    ("text", "field", "what"),
    [
        ("", "row 1", "an empty file"),
        ("when,tokens\n1,2\n", "row 1", "no such column"),
        ("hours,time,tokens\n", "row 1", "both columns"),
        ("hours,tokens,tokens\n", "row 1, column 3", "the same as one before"),
        ("hours,tokens\nx,1\n", "row 2, column hours", "not a number"),
        ("hours,tokens\n1,nan\n", "row 2, column tokens", "not a number"),
        ("hours,tokens\n1,-5\n", "row 2, column tokens", "out of range"),
        ("hours,tokens\n1,1e999\n", "row 2, column tokens", "out of range"),
        ("hours,tokens\n-1,5\n", "row 2, column hours", "out of range"),
        ("hours,tokens\n1\n", "row 2", "1 cells under 2 columns"),
        ("time,tokens\nyesterday,5\n", "row 2, column time", "not a time"),
        ("hours,tokens\n1,5\n1,6\n", "row 3", "another value than row 2"),
    ],
)
def test_a_bad_row_is_refused_by_row_and_column(tmp_path: Path, text: str, field: str, what: str) -> None:
    with pytest.raises(SpecError) as raised:
        read_log(written(tmp_path, text))
    assert raised.value.field == field
    assert what in str(raised.value)
    assert "\n" not in str(raised.value)


def test_bills_by_day_by_hour_and_of_focus_say_the_same(tmp_path: Path) -> None:
    texts = [
        "date,usd,what\n2026-11-02,100,rent\n2026-11-04,50.5,\n",
        "hours,usd,what\n24,100,Rent\n72,50.5,rent\n",
        "BilledCost,ChargePeriodEnd,ServiceCategory\n100,2026-11-03T00:00:00Z,Compute\n50.5,2026-11-05,Compute\n",
    ]
    for text in texts:
        found = read_bills(written(tmp_path, text), START)
        assert [(one.hours, one.usd, one.what) for one in found] == [(24.0, 100.0, "rent"), (72.0, 50.5, "rent")]


def test_a_focus_file_of_ours_says_what_each_row_is_of(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    fixed = {"params": "13B", "tokens": "2T", "hardware": "h100-sxm", "chips": 256}
    with path.open("w", encoding="utf-8") as sink:
        gigacost.focus.write(gigacost.Sweep(fixed=fixed), sink)
    rent = sum(one.usd for one in read_bills(path, START) if one.what == "rent")
    assert rent == pytest.approx(gigacost.estimate(fixed)["cost_rent_usd"])


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("usd\n5\n", "row 1"),
        ("date,usd,what\n2026-13-01,5,rent\n", "row 2, column date"),
        ("date,usd,what\n2026-11-02,five,rent\n", "row 2, column usd"),
        ("date,usd,what\n2026-10-02,5,rent\n", "row 2"),
    ],
)
def test_a_bad_bill_is_refused_by_row_and_column(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(SpecError) as raised:
        read_bills(written(tmp_path, text), START)
    assert raised.value.field == field
