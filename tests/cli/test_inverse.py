"""``gigacost solve`` and ``gigacost break-even``, for people and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import invoke, spec_file

import gigacost
from gigacost import Sweep

Capture = pytest.CaptureFixture[str]
SPEC = """version = 1

[axes]
hardware = ["h100-sxm", "b200-sxm"]
chips = [256, 512, 1024]
market = ["own", "on_demand"]

[fixed]
params = "13B"
tokens = "2T"
mfu = 0.4

[query]
where = "train_days <= 30"
columns = ["cost_total_usd", "train_days"]
"""
BUDGET = ("--where", "cost_total_usd <= 5e6 and train_days <= 30")
TIGHT = ("--where", "cost_total_usd <= 5e6 and train_days <= 0.01", "--over", "100B..1T")
MARKETS = ("--between", "market=own,on_demand")


def test_solve_prints_what_a_planner_asks_for(capsys: Capture, tmp_path: Path) -> None:
    done = invoke(capsys, "solve", "tokens", spec_file(tmp_path, SPEC), *BUDGET)
    assert done.code == 0
    assert done.out.startswith("largest tokens = ")
    for text in (
        "hardware = ",
        "chips = ",
        "market = ",
        "cost_total_usd <= 5e6",
        "binds",
        "combinations, in",
    ):
        assert text in done.out
    assert done.err == ""


def test_json_is_what_python_gives(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, SPEC)
    done = invoke(capsys, "solve", "tokens", path, *BUDGET, "--over", "1T..20T:9:log", "--json").json
    assert done["meta"].pop("effort")["seconds"] > 0
    over = {"from": "1T", "to": "20T", "steps": 9, "scale": "log"}
    assert done == json.loads(
        json.dumps(gigacost.solve("tokens", Sweep.from_toml(path), where=BUDGET[1], over=over).to_dict())
    )
    done = invoke(capsys, "break-even", "electricity_usd_per_kwh", path, *MARKETS, "--json").json
    assert done["meta"].pop("effort")["seconds"] > 0
    found = gigacost.break_even(
        "electricity_usd_per_kwh", Sweep.from_toml(path), between={"market": ["own", "on_demand"]}
    )
    assert done == json.loads(json.dumps(found.to_dict()))


def test_settings_may_be_all_there_is(capsys: Capture) -> None:
    design = ("--set", "params=13B", "--set", "hardware=h100-sxm", "--set", "chips=256,512", "--set", "mfu=0.4")
    done = invoke(capsys, "solve", "tokens", *design, *BUDGET, "--json")
    assert done.code == 0
    assert done.json["design"]["chips"] in {256, 512}
    assert "did you mean" in invoke(capsys, "solve", "tokens", "--set", "chisp=8").err


def test_the_smallest_of_an_axis_of_the_file(capsys: Capture, tmp_path: Path) -> None:
    done = invoke(capsys, "solve", "chips", spec_file(tmp_path, SPEC), "--smallest", "--where", "train_days <= 12")
    assert done.out.startswith("smallest chips = 256, with hardware = b200-sxm")
    assert "That is the end of the range looked through, 256 to 1,024: --over goes on." in done.out
    done = invoke(capsys, "solve", "chips", spec_file(tmp_path, SPEC), "--where", "cost_total_usd <= 1e12")
    assert done.out.startswith("largest chips = 1,024")


def test_nothing_feasible_says_what_would_have_to_give(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, SPEC)
    done = invoke(capsys, "solve", "tokens", path, *TIGHT)
    assert done.code == 0
    assert "Nothing is feasible unless one of these constraints is relaxed:" in done.out
    assert "train_days <= 0.01" in done.out
    assert "x " in done.out
    assert done.err == "warning: no combination is feasible\n"
    assert invoke(capsys, "solve", "tokens", path, *TIGHT, "--require-feasible").code == 3
    two = invoke(
        capsys, "solve", "tokens", path, "--where", "cost_total_usd <= 5 and train_days <= 0.001", *TIGHT[2:]
    ).out
    assert "two of these constraints are relaxed, as paired here" in two
    gone = invoke(capsys, "solve", "tokens", path, "--set", "hardware=tpu-v5p", "--set", "market=own").out
    assert "Nothing has a cost_total_usd (--by), by which designs are ranked, whatever the condition." in gone
    assert "not_sold" in gone
    assert invoke(capsys, "break-even", "tokens", path, *MARKETS, *TIGHT, "--require-feasible").code == 3


def test_a_combination_that_cannot_be_ends_it(capsys: Capture, tmp_path: Path) -> None:
    done = invoke(
        capsys, "solve", "failures_per_chip_hour", spec_file(tmp_path, SPEC), "--over", "1e-6..1:20:log",
        "--where", "cost_total_usd >= 0",
    )  # fmt: skip
    assert "Beyond it every combination is infeasible, whatever the condition" in done.out


def test_break_even_prints_the_curve(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, SPEC)
    design = ("--set", "hardware=h100-sxm", "--set", "chips=256", "--over", "1..60:60:linear:1")
    done = invoke(capsys, "break-even", "runs_per_year", path, "--between", "market", *design)
    assert done.code == 0
    assert done.out.startswith("best market along runs_per_year: on_demand to ")
    assert "on_demand → own" in done.out
    lines = [line.split() for line in done.out.splitlines()]
    head = next(i for i, line in enumerate(lines) if line[:3] == ["runs_per_year", "own", "on_demand"])
    assert (lines[head + 2][0], lines[head + 2][-1]) == ("1", "on_demand")
    assert 8 <= sum(line[-1:] in (["own"], ["on_demand"]) for line in lines[head + 2 :]) <= 13


def test_one_option_may_be_the_best_everywhere(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, SPEC)
    done = invoke(capsys, "break-even", "rental_usd_per_chip_hour", path, *MARKETS, "--over", "40..50")
    assert done.out.startswith("best market along rental_usd_per_chip_hour: own to 50\n")


def test_values_looked_through_that_are_hardly_meant_are_said_once(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, SPEC.replace("mfu = 0.4", "mfu = 0.99"))
    done = invoke(capsys, "solve", "tokens", path, "--over", "1M..2T", "--json")
    assert done.code == 0
    warnings = done.err.splitlines()
    assert len(warnings) == 2
    assert "mfu" in warnings[0]
    assert "tokens" in warnings[1]
    assert "plausible" in warnings[1]


def test_assertions_are_about_the_designs(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, SPEC)
    assert invoke(capsys, "solve", "tokens", path, *BUDGET, "--assert", "train_days <= 30 and tokens >= 1e12").code == 0
    broken = invoke(capsys, "solve", "tokens", path, *BUDGET, "--assert", "chips < 8")
    assert broken.code == 4
    assert '--assert = "chips < 8": does not hold (tokens = ' in broken.err
    run = ("break-even", "rental_usd_per_chip_hour", path, *MARKETS)
    assert invoke(capsys, *run, "--assert", "rental_usd_per_chip_hour > 0.1").code == 0
    broken = invoke(capsys, *run, "--assert", "rental_usd_per_chip_hour > 100")
    assert broken.code == 4
    assert "does not hold (crossing at rental_usd_per_chip_hour = " in broken.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("solve",), "Missing argument 'UNKNOWN'"),
        (("solve", "toknes", "SPEC"), 'unknown = "toknes": unknown name; did you mean "tokens"?'),
        (("solve", "hardware", "SPEC"), 'unknown = "hardware": has labels, where a number is looked for'),
        (("solve", "tokens", "SPEC", "--over", "1T"), 'over = "1T": not a range; allowed: FROM..TO:STEPS'),
        (("solve", "tokens", "SPEC", "--over", "1..2:3:log:4:5"), "not a range"),
        (("solve", "tokens", "SPEC", "--over", "2T..1T"), 'over.from = "2T": above the end of the range'),
        (("solve", "tokens", "SPEC", "--over", "1T..2 kg"), 'over.to = "2 kg"'),
        (("solve", "tokens", "SPEC", "--over", "1..2", "--over", "1..3"), '--over = "1..3": given twice'),
        (("solve", "tokens", "SPEC", "--by", "cost_totl_usd"), 'did you mean "cost_total_usd"?'),
        (("solve", "tokens", "SPEC", "--where", "train_dais <= 1"), 'did you mean "train_days"?'),
        (("solve", "water_l", "SPEC", "--over", "1..2"), "water_l"),
        (("solve", "tokens", "SPEC", "--assert", "tokns > 1"), 'did you mean "tokens"?'),
        (("solve", "tokens", "SPEC", "--threads", "0"), "out of range; allowed: >= 1"),
        (("solve", "tokens", "nowhere.toml"), "nowhere.toml"),
        (("solve", "tokens", "--set", "params=13B"), "hardware: missing"),
        (("break-even", "tokens", "SPEC"), "--between: missing: the options to compare; allowed: AXIS=OPTION,OPTION"),
        (("break-even", "tokens", "SPEC", "--between", "market=own"), "one option, where several are compared"),
        (
            ("break-even", "tokens", "SPEC", "--between", "market=own,onn_demand"),
            'market[1] = "onn_demand": not in the catalogue',
        ),
        (("break-even", "tokens", "SPEC", "--between", "markt"), 'did you mean "market"?'),
        (("break-even", "tokens", "SPEC", "--between", "market=own,own"), "the same as"),
        (("break-even", "chips", "SPEC", "--between", "chips"), 'between = "chips": the unknown itself'),
        (
            ("break-even", "electricity_usd_per_kwh", "SPEC", "--between", "market=on_demand,reserved_1y"),
            "makes no difference to cost_total_usd of market = on_demand, reserved_1y from 0.01 to 0.5",
        ),
        (("break-evn", "tokens", "SPEC"), 'did you mean "break-even"?'),
    ],
)
def test_inverse_questions_refuse_bad_options_on_stderr_alone(
    capsys: Capture, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    spec = spec_file(tmp_path, SPEC)
    done = invoke(capsys, *(spec if word == "SPEC" else word for word in arguments))
    assert done.code == 2
    assert says in done.err
    assert done.out == ""


@pytest.mark.parametrize("command", ["solve", "break-even"])
def test_help_shows_its_examples_on_lines_of_their_own(capsys: Capture, command: str) -> None:
    done = invoke(capsys, command, "--help")
    assert sum(line.startswith(f"  gigacost {command} ") for line in done.out.splitlines()) == 2
    assert "UNKNOWN [SPEC]" in done.out
