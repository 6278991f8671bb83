"""Screens: an estimate and its comparisons fit 80 columns and 24 lines; narrow ones are blocks. Explain fits 80."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gigacost
from gigacost.units.numbers import usd

RUN = ("--model", "llama-3.1-405b", "--hardware", "h100-sxm", "--chips", "16384", "--tokens", "15.6T")
MARKETS = ("--market", "own,on_demand,reserved_1y,colo,spot")
UNPRICED = ("--hardware", "trn1", "--params", "1B", "--chips", "64", "--tokens", "100B")
CHIPS = ("--hardware", "h100-sxm,b200-sxm", "--params", "70B", "--chips", "1024,2048,4096", "--tokens", "15T")


def printed(columns: str, *arguments: str, command: str = "estimate") -> list[str]:
    """The lines that the command prints where ``COLUMNS`` says this."""
    program = [str(Path(sys.executable).with_name("gigacost")), command, *arguments]
    environment = {**os.environ, "COLUMNS": columns, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(program, capture_output=True, check=True, env=environment, encoding="utf-8", timeout=60)
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "asked",
    [RUN, (*RUN, "--no-intervals"), (*RUN, *MARKETS, "--no-intervals"), UNPRICED],
    ids=["one", "no intervals", "markets", "unpriced"],
)
def test_the_first_screen_has_24_lines_of_80_columns(asked: tuple[str, ...]) -> None:
    lines = printed("80", *asked)
    assert len(lines) <= 23, "one is left for the prompt"
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("columns", [40, 59, 60, 80, 100, 200])
@pytest.mark.parametrize("asked", [RUN, (*RUN, *MARKETS), CHIPS, UNPRICED], ids=["one", "markets", "chips", "unpriced"])
@pytest.mark.parametrize("more", [(), ("--all",)], ids=["first", "all"])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_cut(
    columns: int, asked: tuple[str, ...], more: tuple[str, ...]
) -> None:
    lines = printed(str(columns), *asked, *more)
    assert max(map(len, lines)) <= columns
    words = set(" ".join(printed("400", *asked, *more)).split())
    cut = {word for line in lines for word in line.split()} - words
    # Bars are as long as there is room for, sums of what is left and texts that are shortened differ.
    assert not {word for word in cut if word.strip("█─") and "…" not in word}


@pytest.mark.parametrize(
    ("params", "model", "here", "there"),
    [
        ("405B", "llama-3.1-405b", "block_layers", "block_layers"),
        ("671B", "deepseek-v3.1", "dense", "params_active"),
    ],
)
def test_a_typical_shape_stands_beside_the_published_one_of_its_size(
    params: str, model: str, here: str, there: str
) -> None:
    asked = ("--hardware", "h100-sxm", "--chips", "16384", "--tokens", "15.6T", "--no-intervals")
    lines = printed("80", "--params", params, *asked)
    (line,) = [line for line in lines if line.startswith("Typical shape: ")]
    run = {"hardware": "h100-sxm", "chips": 16384, "tokens": "15.6T"}
    typical, published = gigacost.estimate(run, params=params), gigacost.estimate(run, model=model)
    mine = "dense" if here == "dense" else f"{typical[here]:.0f} layers"
    theirs = f"{(published[there] or 0) / 1e9:.0f}B active" if there == "params_active" else f"{published[there]:.0f}"
    mfu = [f"{each['mfu']:.0%}".replace("%", " %") for each in (typical, published)]
    total = usd(published["cost_total_usd"] or 0.0)
    assert line == f"Typical shape: {mine}, MFU {mfu[0]}; --model {model}: {theirs}, {mfu[1]}, {total}."
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 23


@pytest.mark.parametrize(
    "asked",
    [
        ("--params", "70B"),  # nearly the same
        ("--params", "390B"),  # no published model of this size
        ("--params", "405B", "--set", "layers=126", "--set", "hidden=16384"),
        ("--params", "671B", "--set", "moe_active_fraction=0.055"),
        ("--model", "llama-3.1-405b"),
    ],
)
def test_a_published_shape_is_spoken_of_where_it_makes_a_difference(asked: tuple[str, ...]) -> None:
    run = ("--hardware", "h100-sxm", "--chips", "16384", "--tokens", "15.6T", "--no-intervals")
    assert not [line for line in printed("80", *asked, *run) if "Typical shape" in line]


def test_what_is_the_same_in_all_columns_is_said_once() -> None:
    lines = printed("80", *RUN, *MARKETS)
    (same,) = [line for line in lines if line.startswith("The same for all: ")]
    assert "staff $53M" in same
    assert sum("staff" in line for line in lines) == 1


def test_totals_and_days_have_their_percentiles_beside_them() -> None:
    lines = printed("80", *RUN)
    (heads,) = [place for place, line in enumerate(lines) if line.split() == ["central", "P10", "P50", "P90"]]
    rows = {line.split()[0]: line.split()[1:] for line in lines[heads + 1 : heads + 6]}
    one = gigacost.estimate(model="llama-3.1-405b", hardware="h100-sxm", chips=16384, tokens="15.6T", draws=4096)
    assert list(rows) == [*one.subtotals, "train_days"]
    figures = [one["cost_total_usd"], *(one.intervals["cost_total_usd"][name] for name in ("p10", "p50", "p90"))]
    assert rows["cost_total_usd"] == [usd(figure) for figure in figures if figure is not None]
    assert "Over 4,096 draws of what is left open. Skewed inputs lift the total's P50." in lines[heads + 6]
    assert not [line for line in printed("80", *RUN, "--no-intervals") if "P50" in line]


def test_each_total_of_a_comparison_has_its_percentiles_below_it() -> None:
    lines = [line.split() for line in printed("80", *RUN, "--market", "own,spot")]
    places = {row[0]: place for place, row in enumerate(lines) if row}
    for name in ("total_run_usd", "total_development_usd", "total_project_usd", "cost_total_usd", "days"):
        assert [row[0] for row in lines[places[name] + 1 : places[name] + 4]] == ["P10", "P50", "P90"]
    same = " ".join(printed("200", *RUN, "--market", "own,on_demand"))
    assert re.search(r"days [0-9.]+ \(P10 [0-9.]+, P50 [0-9.]+, P90 [0-9.]+\)", same), (
        "what is the same for all is said once, with its percentiles"
    )


def test_draws_that_are_impossible_are_told_of() -> None:
    often = "failures_per_chip_hour=x lognormal 90% 0.5..2"  # at most two thirds of these runs come to an end
    asked = (
        "--params",
        "405B",
        "--tokens",
        "15.6T",
        "--hardware",
        "h100-sxm",
        "--chips",
        "262144",
        "--uncertain",
        often,
    )
    (total,) = [line.split() for line in printed("80", *asked) if line.startswith("  cost_total_usd")]
    assert total[-1] == "—", "more than a tenth of the draws"
    assert total[-2].startswith("$")
    assert any("% are impossible: dearer than any." in line for line in printed("80", *asked))


def test_many_columns_stand_in_several_tables() -> None:
    heads = [line for line in printed("80", *CHIPS) if "chips" in line and "sxm" in line]
    assert len(heads) > 1


def test_below_60_columns_each_row_is_a_block() -> None:
    lines = printed("50", *RUN, *MARKETS)
    start = lines.index("cost_total_usd")
    assert [line.split()[0] for line in lines[start + 1 : start + 6]] == MARKETS[1].split(",")


@pytest.mark.parametrize("columns", ["0", "-1", "wide"])
def test_a_width_that_makes_no_sense_is_80(columns: str) -> None:
    assert printed(columns, *RUN) == printed("80", *RUN)


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("name", ["cost_total_usd", "mfu", "chips", "no_price"])
def test_what_explain_prints_is_as_wide_as_the_screen_and_all_of_it_is_the_text(name: str, columns: int) -> None:
    lines = printed(str(columns), name, *RUN, command="explain")
    assert max(map(len, lines)) <= columns
    assert "Inputs" not in lines
    one = gigacost.explain(name, model="llama-3.1-405b", hardware="h100-sxm", chips=16384, tokens="15.6T")
    assert "\n".join(printed(str(columns), name, *RUN, "--all", command="explain")) == one.text
    begun = [line.removesuffix("…") for line in lines[:-2] if "─ " in line]
    assert len(begun) == sum("─ " in line for line in one.text.splitlines()), "a line each"
    assert all(line in one.text for line in begun)
