"""Marks on what is little known about a design, in every table, and what the marks mean below it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import invoke, spec_file

from gigacost.queries.marks import legend, marks_of

SPEC = """version = 1

[axes]
hardware = ["h100-sxm", "gb200-nvl72", "mi300x"]
chips = [512, 576]
market = ["own", "on_demand", "reserved_1y", "spot"]

[fixed]
params = "13B"
tokens = "2T"

[query]
columns = ["cost_total_usd"]
"""
DESIGN = ("--params", "13B", "--tokens", "2T", "--chips", "576")


def test_a_mark_stands_for_one_thing_and_nothing_that_is_not_known() -> None:
    assert marks_of({"price_votes": 1.0, "price_age_days": 366.0, "is_derived": 1.0}) == "vdo"
    assert marks_of({"price_votes": 2.0, "price_age_days": 365.0, "is_derived": 0.0}) == ""
    assert marks_of({"is_extrapolated": 1.0, "spot_is_beyond_region": 1.0}) == "xs"
    assert marks_of({"price_votes": None, "price_age_days": None, "is_derived": None}) == ""
    assert legend(["vo", "", "o"]) == ["Marks: v price of one vote · o over a year old"]
    assert legend(["", ""]) == []


def _marked(out: str) -> dict[tuple[str, ...], str]:
    """The last cell of each row by its first three."""
    rows = [
        line.split() for line in out.splitlines() if line.split()[:1] in (["h100-sxm"], ["gb200-nvl72"], ["mi300x"])
    ]
    return {tuple(row[:3]): row[4] if len(row) > 4 else "" for row in rows}


def test_rows_are_marked_each_for_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = invoke(capsys, "top", spec_file(tmp_path, SPEC), "-k", "24")
    marks = _marked(ran.out)
    assert marks["h100-sxm", "512", "on_demand"] == ""
    assert marks["h100-sxm", "512", "spot"] == "o"
    assert marks["h100-sxm", "576", "spot"] == "os"
    assert marks["gb200-nvl72", "576", "reserved_1y"] == "vd"
    assert marks["mi300x", "576", "on_demand"] == "x"
    assert "Marks: v price of one vote · d derived price · o over a year old · x extrapolated speed" in ran.out
    front = invoke(capsys, "pareto", spec_file(tmp_path, SPEC), "--minimise", "cost_total_usd,price_age_days")
    assert "Marks: " in front.out


def test_what_is_given_is_not_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ("--set", "rental_usd_per_chip_hour=2", "--set", "chip_price_usd=30000", "--set", "mfu=0.4")
    ran = invoke(capsys, "top", spec_file(tmp_path, SPEC), "-k", "24", *given, "--set", "spot_region_chips=1000")
    assert "marks" not in ran.out.lower()


def test_an_estimate_says_what_is_little_known_of_its_price(capsys: pytest.CaptureFixture[str]) -> None:
    def said(*more: str) -> str:
        return " ".join(invoke(capsys, "estimate", *DESIGN, "--no-intervals", *more).out.split())

    assert "Price of one vote, derived from another term." in said(
        "--hardware", "gb200-nvl72", "--market", "reserved_1y"
    )
    assert "Price over a year old; 576 spot chips are more than a region may hold." in said(
        "--hardware", "h100-sxm", "--market", "spot"
    )
    plain = said("--hardware", "h100-sxm", "--market", "on_demand")
    assert "A quote for on_demand does not mean that 576 chips can be had." in plain
    assert "Price" not in plain
    several = said("--hardware", "h100-sxm", "--market", "own,on_demand,spot")
    assert "own vo on_demand spot os" in several
    assert "Marks: v price of one vote · o over a year old · s spot beyond a region" in several


def test_both_sides_of_a_comparison_say_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = spec_file(tmp_path, SPEC)
    sides = ("--set-a", "market=on_demand", "--set-b", "market=own", "--hardware", "h100-sxm", "--chips", "512")
    ran = invoke(capsys, "compare", spec, spec, *sides)
    assert ran.out.count("price of one vote, over a year old") == 1
    told = invoke(capsys, "compare", spec, spec, *sides, "--json").json
    assert told["a"]["evidence"]["price_votes"] > 1
    assert told["b"]["evidence"]["price_votes"] == 1


def test_the_prices_of_all_chips_tell_their_votes(capsys: pytest.CaptureFixture[str]) -> None:
    told = invoke(capsys, "catalog", "prices", "--json").json
    of_h100 = {
        one["market"]: one
        for one in told["prices"]
        if (one["hardware"], one["provider_class"]) == ("h100-sxm", "neocloud")
    }
    one = invoke(capsys, "catalog", "prices", "h100-sxm", "--json").json
    assert of_h100["on_demand"]["price_votes"] == one["price"]["price_votes"] == len(one["votes"])
    shown = invoke(capsys, "catalog", "prices")
    (row, *_) = [line.split() for line in shown.out.splitlines() if line.split()[:1] == ["h100-sxm"]]
    assert row[1:3] == ["$3.20", f"{len(one['votes'])}"]
    assert "Marks: v price of one vote · d derived price · o over a year old" in shown.out
    spot = invoke(capsys, "catalog", "prices", "--market", "spot", "--provider-class", "marketplace").out
    assert "on_demand" not in spot
    assert "neocloud" not in spot
    assert "no rent is known" in invoke(capsys, "catalog", "prices", "--as-of", "2010-01-01").out
    assert "The votes at 2026-11-21 (* their lower median)" in invoke(capsys, "catalog", "prices", "h100").out
