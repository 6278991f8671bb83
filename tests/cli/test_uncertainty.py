"""``gigacost uncertainty`` and ``gigacost estimate --draws``, for people and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import invoke, spec_file

import gigacost
from gigacost.sampling.draws import Draws

Capture = pytest.CaptureFixture[str]
DESIGN = ("--params", "70B", "--tokens", "15T", "--hardware", "h100-sxm", "--chips", "2048")
SPEC = """version = 1

[axes]
market = ["own", "on_demand"]

[fixed]
params = "70B"
tokens = "15T"
hardware = "h100-sxm"
chips = 2048
"""


def test_it_prints_what_a_planner_asks_for(capsys: Capture) -> None:
    done = invoke(capsys, "uncertainty", *DESIGN, "--market", "own,on_demand", "--draws", "256")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("cost_total_usd = $")
    for text in (
        "; P10 $",
        "Which one",
        "the best in",
        "Which inputs cause it (own)",
        "chip_price_usd",
        "x 0.5 to 2",
        "others move it by $",
        "What would change the best option",
        "own → on_demand",
        "Expected value of perfect information",
        "all inputs (EVPI) $",
        "256 draws of",
    ):
        assert text in done.out


def test_one_design_is_not_compared(capsys: Capture) -> None:
    done = invoke(capsys, "uncertainty", *DESIGN, "--draws", "64")
    assert "Which inputs cause it\n" in done.out
    assert "Which one" not in done.out
    assert "What would change the best option" not in done.out


def test_json_is_what_python_gives(capsys: Capture, tmp_path: Path) -> None:
    asked = ("--draws", "128", "--seed", "3", "--method", "random", "--uncertain", "pue=uniform 1.05..1.3", "--json")
    typed = invoke(capsys, "uncertainty", *DESIGN, "--market", "own,on_demand", *asked).json
    read = invoke(capsys, "uncertainty", spec_file(tmp_path, SPEC), *asked, "--threads", "1").json
    found = gigacost.uncertainty(
        {"params": "70B", "tokens": "15T", "hardware": "h100-sxm", "chips": 2048, "market": ["own", "on_demand"]},
        uncertain={"pue": "uniform 1.05..1.3"},
        draws=Draws(128, 3, "random"),
    )
    plain = json.loads(json.dumps(found.to_dict()))
    for answer in (typed, read, plain):
        answer["meta"].pop("effort", None)
        assert len(answer["meta"].pop("spec_sha256")) == 64
    assert typed == plain
    assert read == plain


def test_what_is_typed_wins_over_a_file(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, SPEC)
    done = invoke(capsys, "uncertainty", path, "--market", "own", "--set", "chips=4096", "--draws", "16", "--json")
    assert [option["inputs"] for option in done.json["options"]] == [{}]
    assert done.json["inputs"]["chips"] == 4096
    assert "from the command line replaces" in done.err


def test_only_what_is_stated(capsys: Capture) -> None:
    asked = ("--only", "--of", "train_days", "--uncertain", "goodput=normal 90% 80 %..95 % within 0.5..1", "--json")
    done = invoke(capsys, "uncertainty", *DESIGN, *asked).json
    (only,) = done["influences"]
    assert (only["name"], only["distribution"], only["source"]) == (
        *("goodput", "normal 90% 0.8..0.95 within 0.5..1"),
        "stated",
    )
    assert done["unit"] == "d"
    assert done["options"][0]["p5"] < done["options"][0]["p95"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--uncertain", "pue"), '--uncertain = "pue": not a setting; allowed: NAME=VALUE'),
        (("--uncertain", "pue=1.2"), 'uncertain.pue = "1.2": unknown distribution "1.2"; allowed: normal'),
        (("--uncertain", "peu=uniform 1..2"), 'did you mean "pue"?'),
        (("--only",), "uncertain: nothing that cost_total_usd is made of is uncertain"),
        (("--method", "sobl"), 'draws.method = "sobl": unknown method; allowed: sobol, random; did you mean "sobol"?'),
        (("--draws", "0"), "--draws"),
        (("--draws", "99999999"), "draws.count = 99999999: out of range"),
        (("--of", "cost"), 'of = "cost": not a number of this model'),
        (("--set", "chips=256..65536:100"), "combinations = 100: too many options to compare; allowed: <= 64"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(capsys: Capture, asked: tuple[str, ...], says: str) -> None:
    chips = DESIGN[:-2] if "chips=" in asked[-1] else DESIGN
    done = invoke(capsys, "uncertainty", *chips, *asked)
    assert done.code == 2
    assert says in done.err
    assert done.out == ""


def test_a_preset_fills_up_a_file(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, 'version = 1\n[axes]\nmarket = ["own", "on_demand"]\n')
    by_flag = invoke(capsys, "uncertainty", path, "--preset", "llama-3.1-405b", "--draws", "64", "--json").json
    path = spec_file(tmp_path, 'version = 1\npreset = "llama-3.1-405b"\n[axes]\nmarket = ["own", "on_demand"]\n')
    in_file = invoke(capsys, "uncertainty", path, "--draws", "64", "--json").json
    for found in (by_flag, in_file):
        del found["meta"]["effort"]
    assert by_flag == in_file


def test_an_estimate_has_intervals_unless_they_are_left_out(capsys: Capture) -> None:
    plain = invoke(capsys, "estimate", *DESIGN, "--no-intervals", "--json").json
    done = invoke(capsys, "estimate", *DESIGN, "--json").json
    assert plain["intervals"] == {}
    assert done["meta"].pop("draws") == {"count": 4096, "seed": 0, "method": "sobol"}
    assert {**done, "intervals": {}, "probabilities": {}} == plain
    found = gigacost.uncertainty(params="70B", tokens="15T", hardware="h100-sxm", chips=2048).spread.to_dict()
    assert done["intervals"]["cost_total_usd"].items() <= found.items(), "the same draws as gigacost uncertainty"
    several = invoke(capsys, "estimate", *DESIGN, "--market", "own,on_demand", "--draws", "16", "--json").json
    assert [sorted(one["intervals"]) == sorted(done["intervals"]) for one in several] == [True, True]
    assert several[0]["meta"]["draws"]["count"] == 16


def test_intervals_of_many_alternatives_are_drawn_only_if_asked(capsys: Capture) -> None:
    many = (*DESIGN[:-2], "--set", "chips=1024..4096:13", "--json")
    assert [one["intervals"] for one in invoke(capsys, "estimate", *many).json] == [{}] * 13
    assert all(one["intervals"] for one in invoke(capsys, "estimate", *many, "--draws", "8").json)


def test_what_is_stated_wins_over_what_ships(capsys: Capture) -> None:
    exact = ("--uncertain", "rental_usd_per_chip_hour=x uniform 1..1.0000001", "--json")
    known = invoke(capsys, "estimate", *DESIGN, *exact).json["intervals"]["cost_total_usd"]
    open_ = invoke(capsys, "estimate", *DESIGN, "--json").json["intervals"]["cost_total_usd"]
    assert known["std"] < open_["std"]
    assert (
        invoke(capsys, "estimate", *DESIGN, "--uncertain", "default", *exact).json["intervals"]["cost_total_usd"]
        == known
    )


def test_intervals_are_not_both_left_out_and_asked_for(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", *DESIGN, "--no-intervals", "--draws", "16")
    assert (done.code, done.out) == (2, "")
    assert "--no-intervals draws nothing" in done.err
    illegal = invoke(capsys, "estimate", *DESIGN, "--uncertain", "pue=uniform 0.5..1.2")
    assert (illegal.code, illegal.out) == (2, "")
    assert 'uncertain.pue = "uniform 0.5..1.2": draws 0.5' in illegal.err
