"""Warnings about what is computed: they reach every answer, and are errors where warnings are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke, listing, spec_file

from gigacost import Model, SpecError, Sweep, break_even, compare, estimate, solve, uncertainty
from gigacost.graph.declarations import Input, doubt, status
from gigacost.model.people import long_run
from gigacost.model.workload import many_epochs
from gigacost.ops import Value
from gigacost.queries import doubts

Capture = pytest.CaptureFixture[str]
RUN: dict[str, Any] = {"hardware": "h100-sxm", "params": "70B", "tokens": "15T", "mfu": 0.4, "goodput": 1}
LONG = "longer than 15 months: a run that starts later, on better chips, is done before"
FLAGS = ("--hardware", "h100-sxm", "--params", "70B", "--tokens", "15T", "--mfu", "0.4", "--set", "goodput=1")


def area(a: Value, b: Value) -> Value:
    """Area [1]."""
    return a * b


def edge(a: Value, b: Value) -> Value:
    """Edge [1]."""
    return a + b


@doubt(of="area", what="hardly meant")
def wide(area: Value) -> Value:
    return area > 4.0


@status("too_wide", spoils="area")
def too_wide(area: Value) -> Value:
    return area > 8.0


MODEL = Model(Input("a", "1", "", low=0.0), Input("b", "1", "", low=0.0), area, edge, wide, too_wide)
ANSWERS: dict[str, Callable[[Sweep], Any]] = {
    "top": lambda sweep: sweep.top(9, "area"),
    "pareto": lambda sweep: sweep.pareto(["area"], ["edge"]),
    "count": lambda sweep: sweep.counted(),
    "summary": lambda sweep: sweep.summary(),
    "bounds": lambda sweep: sweep.bounds("area"),
}


def areas(a: list[float], **more: Any) -> Sweep:
    return Sweep({"a": a, "b": [1.0, 2.0]}, columns=["area"], where="area >= 0", model=MODEL, **more)


def test_a_run_is_long_beyond_15_months() -> None:
    assert not long_run(1.25)
    assert long_run(1.2501)


def test_data_are_repeated_too_often_beyond_100_times() -> None:
    assert not many_epochs(100.0)
    assert many_epochs(100.1)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("top", "area = 6: hardly meant (wide; in 1 of 3 combinations)"),
        ("pareto", "area = 6: hardly meant (wide; in 1 of 3 combinations)"),
        ("count", "area: hardly meant (wide; in 1 of 4 combinations)"),
        ("summary", "area: hardly meant (wide; in 1 of 4 combinations)"),
        ("bounds", "area = 6: hardly meant (wide; in 1 of 2 combinations)"),
    ],
)
def test_every_answer_is_warned_about_what_it_shows_or_counts(answer: str, told: str) -> None:
    # areas 2, 4, 6 and 12, of which the last is impossible
    assert ANSWERS[answer](areas([2.0, 6.0])).meta["warnings"] == [told]
    assert ANSWERS[answer](areas([1.0, 2.0])).meta["warnings"] == []


@pytest.mark.parametrize("answer", ANSWERS)
def test_strict_makes_it_an_error(answer: str) -> None:
    with pytest.raises(SpecError, match="hardly meant"):
        ANSWERS[answer](areas([2.0, 6.0], strict=True))
    ANSWERS[answer](areas([1.0, 2.0], strict=True))


def test_only_the_rows_that_are_shown_are_doubtful() -> None:
    assert areas([2.0, 6.0]).top(2, "area").meta["warnings"] == []


def test_the_worst_of_several_is_told() -> None:
    told = areas([5.0, 7.0]).top(9, "area").meta["warnings"]
    assert told == ["area = 7: hardly meant (wide; the largest in 2 of 2 combinations)"]


def test_what_has_nothing_to_do_with_the_answer_is_no_doubt_about_it() -> None:
    only_a = Sweep({"a": [7.0]}, fixed={"b": 1.0}, columns=["edge"], model=MODEL.override(edge=lambda a: a))
    assert only_a.top(1, "edge").meta["warnings"] == []


def test_rows_are_refused_before_a_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="hardly meant"):
        areas([2.0, 6.0], strict=True).write(tmp_path / "rows.csv")
    assert not listing(tmp_path)
    assert areas([2.0, 6.0]).write(tmp_path / "rows.csv") == 3
    assert [str(one) for one in areas([2.0, 6.0]).doubts()] == ["area: hardly meant (wide; in 1 of 4 combinations)"]


def test_of_a_very_large_space_a_sample_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [float(value) for value in range(1000)]
    sweep = Sweep({"a": values, "b": values}, columns=["area"], model=MODEL)
    wide = sum(4 < a * b <= 8 for a in range(1, 9) for b in range(1, 9))  # of more, the area is null
    (exact,) = sweep.doubts()
    assert exact.what == f"hardly meant (wide; in {wide} of 1,000,000 combinations)"
    monkeypatch.setattr(doubts, "COUNTED", 1000)
    many = Sweep({"a": values, "b": [0.1, 0.2, 5.0]}, columns=["area"], model=MODEL)
    (guess,) = many.doubts()
    found = re.fullmatch(r"hardly meant \(wide; in (.+) of 65,536 combinations of a sample\)", guess.what)
    assert found
    share = sum(4 < round(a * b, 9) <= 8 for a in values for b in (0.1, 0.2, 5.0)) / 3000
    assert int(found[1].replace(",", "")) / 65536 == pytest.approx(share, rel=0.01)
    assert (
        len({place // 3 for place in doubts.sample(3000)})
        == len({place % 1000 for place in doubts.sample(3000)})
        == 1000
    )


def test_an_estimate_is_warned() -> None:
    assert estimate(RUN, chips=512, market="spot").meta["warnings"] == []
    (said,) = estimate(RUN, chips=256, market="spot").meta["warnings"]
    assert said.startswith("run_years = ")
    assert said.endswith(f": {LONG} (long_run)")
    with pytest.raises(SpecError, match="long_run"):
        estimate(RUN, chips=256, market="spot", strict=True)


def test_many_epochs_and_retrainings_side_by_side_are_doubtful() -> None:
    assert estimate(RUN, chips=2048, unique_tokens="150B").meta["warnings"] == []
    assert "many_epochs" in str(estimate(RUN, chips=2048, unique_tokens="149B").meta["warnings"])
    assert "many_epochs" in str(estimate(RUN, chips=2048, epochs=101).meta["warnings"])
    again = {"horizon_years": 1, "retraining_interval_years": 0.2}
    (said,) = estimate(RUN, chips=2048, market="on_demand", **again).meta["warnings"]
    assert "concurrent_retrainings" in said
    assert estimate(RUN, chips=4096, market="on_demand", **again).meta["warnings"] == []


def test_questions_that_ask_others_are_warned() -> None:
    found = solve("chips", RUN, where="train_days >= 470", over=(64, 512))
    assert "long_run" in str(found.meta["warnings"])
    with pytest.raises(SpecError, match="long_run"):
        solve("chips", RUN, where="train_days >= 470", over=(64, 512), strict=True)
    assert solve("chips", RUN, where="train_days <= 400", over=(64, 1024), strict=True).meta["warnings"] == []
    crossing = break_even(
        "tokens", between={"market": ["own", "on_demand"]}, over=("10T", "90T"), **{**RUN, "chips": 1024}
    )
    assert "long_run" in str(crossing.meta["warnings"])
    both = compare({**RUN, "chips": 128}, {**RUN, "chips": 2048})
    assert "long_run" in str(both.a.meta["warnings"])
    assert both.b.meta["warnings"] == []
    assert "long_run" in str(uncertainty(RUN, chips=128, draws=16).meta["notes"])
    with pytest.raises(SpecError, match="long_run"):
        uncertainty(RUN, chips=128, draws=16, strict=True)


COMMANDS = {
    "estimate": ("estimate", *FLAGS, "--chips", "128"),
    "top": ("top", *FLAGS, "--set", "chips=128,4096"),
    "pareto": ("pareto", *FLAGS, "--set", "chips=128,4096", "--minimise", "facility_mw,train_days"),
    "count": ("count", *FLAGS, "--set", "chips=128,4096", "--where", "train_days > 1"),
    "summary": ("summary", *FLAGS, "--set", "chips=128,4096"),
    "bounds": ("bounds", *FLAGS, "--set", "chips=128,4096", "--of", "train_days"),
    "solve": ("solve", "chips", *FLAGS, "--over", "64..128", "--where", "train_days > 1"),
    "sweep": ("sweep", *FLAGS, "--set", "chips=128,4096", "-o", "-"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_say_it_on_stderr_and_refuse_it_if_strict(capsys: Capture, command: str) -> None:
    done = invoke(capsys, *COMMANDS[command])
    assert done.code == 0
    assert done.err.count(f"{LONG} (long_run") == 1
    assert done.err.startswith("warning: run_years")
    assert "long_run" not in done.out
    strict = invoke(capsys, *COMMANDS[command], "--strict")
    assert (strict.code, strict.out) == (2, "")
    assert strict.err.startswith("error: run_years")


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "sweep"])
def test_what_is_said_is_in_the_json_too(capsys: Capture, command: str) -> None:
    assert "long_run" in str(invoke(capsys, *COMMANDS[command], "--json").json["meta"]["warnings"])


def test_compare_says_it_of_each_side(capsys: Capture, tmp_path: Path) -> None:
    axes = 'version = 1\n[axes]\nchips = [CHIPS]\n[fixed]\nhardware = "h100-sxm"\nparams = "70B"\ntokens = "15T"\n'
    (tmp_path / "few").mkdir()
    few, many = (
        spec_file(tmp_path / "few", axes.replace("CHIPS", "128")),
        spec_file(tmp_path, axes.replace("CHIPS", "8192")),
    )
    assert invoke(capsys, "compare", few, many).err.count("long_run") == 1
    assert invoke(capsys, "compare", few, many, "--strict").code == 2
