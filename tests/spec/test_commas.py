"""Commas in what is typed: lists, thousands set apart, decimals."""

from __future__ import annotations

import pytest
from cli_runner import invoke

Capture = pytest.CaptureFixture[str]
RUN = ("estimate", "--params", "7B", "--tokens", "1T", "--hardware", "h100-sxm", "--no-intervals", "--json")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chips=1,024", '"1024"'),
        ("salary_usd=200,000", '"200000"'),
        ("salary_usd=1,000,000", '"1000000"'),
        ("electricity_usd_per_kwh=0,08", '"0.08"'),
        ("pue=1,5", '"1.5", or "1.0,5.0"'),
        ("pue=1,25", '"1.25", or "1.0,25.0"'),
        ("unique_tokens=1,5T", '"1.5T"'),
    ],
)
def test_a_comma_that_is_hardly_one_of_a_list_is_refused(capsys: Capture, typed: str, meant: str) -> None:
    chips = () if typed.startswith("chips") else ("--chips", "64")
    done = invoke(capsys, *RUN, *chips, "--set", typed)
    assert done.code == 2
    assert "a comma separates the values of a list" in done.err
    assert f"did you mean {meant}?" in done.err


@pytest.mark.parametrize(
    ("typed", "count", "says"),
    [
        ("chips=64,128", 2, "chips is a list of 64 and 128; for 64128 write it without the comma"),
        ("chips=16,384", 2, "chips is a list of 16 and 384; for 16384 write it without the comma"),
        ("chips=128,256,512", 3, ""),
        ("chips=8,16", 2, ""),
        ("chips=2048,4096", 2, ""),
        ("pue=1.1,1.2", 2, ""),
        ("pue=1.0,2.0", 2, ""),
        ("market=own,on_demand", 2, ""),
    ],
)
def test_a_list_stays_one_and_what_could_be_a_number_says_how_it_is_read(
    capsys: Capture, typed: str, count: int, says: str
) -> None:
    chips = () if typed.startswith("chips") else ("--chips", "64")
    done = invoke(capsys, *RUN, *chips, "--set", typed)
    assert done.code == 0
    assert len(done.json) == count
    assert ("note:" in done.err) == bool(says)
    assert says in done.err
