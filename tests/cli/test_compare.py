"""``gigacost compare`` as a command: what it prints, for people and as JSON, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import SPEC, Outcome, invoke, spec_file

import gigacost
from gigacost.cli.views.compare import _bars, _Step

Capture = pytest.CaptureFixture[str]

DESIGN = """version = 1

[fixed]
hardware = "h100-sxm"
chips = 1024
params = "70B"
tokens = "2T"
"""


@pytest.fixture
def design(tmp_path: Path) -> str:
    path = tmp_path / "design.toml"
    path.write_text(DESIGN)
    return str(path)


def compared(capsys: Capture, design: str, *more: str) -> Outcome:
    return invoke(capsys, "compare", design, design, *more)


def test_drivers_and_assumptions_lead_from_a_to_b(capsys: Capture, design: str) -> None:
    done = compared(capsys, design, "--set-b", "hardware=b200-sxm", "--set-b", "market=own", "--set-b", "loss=2")
    assert done.code == 0
    text = done.out
    assert "1,024 x h100-sxm · bf16 · on_demand" in text
    assert "1,024 x b200-sxm · bf16 · own" in text
    by_driver, by_assumption = text.split("cost_total_usd, by assumption")
    assert "cost_total_usd, by driver" in by_driver
    for name in ("rent", "unused", "experiments", "chips"):
        assert f"\n  {name} " in by_driver
    assert "hardware  h100-sxm → b200-sxm" in by_assumption
    assert "market    on_demand → own" in by_assumption
    assert "no effect: loss" in by_assumption
    assert "all orders of the changes, exact; 4 hybrids" in by_assumption
    for part in (by_driver, by_assumption):
        assert [line.split()[0] for line in part.splitlines() if line.endswith("│")] == ["A", "B"]


def test_json_is_what_python_gives(capsys: Capture, design: str) -> None:
    done = compared(capsys, design, "--set", "chips=512", "--set-b", "region=us-tx", "--by", "carbon_t", "--json")
    run = {"hardware": "h100-sxm", "chips": 512, "params": "70B", "tokens": "2T"}
    expected = gigacost.compare(run, {**run, "region": "us-tx"}, by="carbon_t", draws=4096).to_dict()
    told = done.json
    for side in ("a", "b"):
        assert told[side].pop("source") == design
        assert expected[side].pop("source") == ""
        assert told[side]["meta"]["as_of"] == expected[side]["meta"]["as_of"]
    assert told == expected
    assert told["drivers"] == []


def test_a_quantity_without_drivers_has_assumptions_only(capsys: Capture, design: str) -> None:
    done = compared(capsys, design, "--set-b", "chips=2048", "--by", "train_days")
    assert "by driver" not in done.out
    assert "chips  1,024 → 2,048" in done.out
    assert "days" in done.out


def test_between_equal_designs_nothing_differs(capsys: Capture, design: str) -> None:
    done = compared(capsys, design)
    assert done.code == 0
    assert "Nothing differs." in done.out


def test_the_best_of_a_side_is_said(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    done = invoke(capsys, "compare", spec, spec, "--set-a", "hardware=a100-sxm-80", "--by", "train_days")
    assert f"A {spec}, the best of 6 by train_days" in done.out
    assert f"B {spec}, the best of 12 by train_days" in done.out
    assert "note: hardware" in done.err


def test_figures_that_come_with_a_choice_have_their_sources(capsys: Capture, design: str) -> None:
    asked = (design, "--set-b", "hardware=b200-sxm")
    assert "peak_flop_per_s" not in compared(capsys, *asked).out
    done = compared(capsys, *asked, "--figures")
    assert "peak_flop_per_s" in done.out
    assert "Epoch AI" in done.out


def test_many_changes_come_with_their_errors(capsys: Capture, design: str) -> None:
    names = ("pue=1.3", "salary_usd=500K", "experiments_factor=3", "goodput=0.9", "mfu=0.4", "runs_per_year=2",
             "tokens=3T", "chips=2048", "market=own", "region=us-tx", "hardware=b200-sxm")  # fmt: skip
    done = compared(capsys, design, *(word for name in names for word in ("--set-b", name)))
    assert "2,048 random orders of 11 changes (seed 0)" in " ".join(done.out.split())
    assert "±" in done.out
    assert "(computed) → 0.4" in done.out


def test_infeasible_hybrids_are_reported(capsys: Capture, design: str) -> None:
    tpu = ("--set-a", "hardware=tpu-v5p", "--set-a", "provider_class=hyperscaler", "--set-b", "market=own")
    done = compared(capsys, design, *tpu)
    assert "3 of the hybrids are infeasible; orders through them do not count." in done.out


@pytest.mark.parametrize(
    ("condition", "code"), [("difference > 0", 0), ("change < 0.01", 4), ("b < 2 * a", 0), ("a > b", 4)]
)
def test_a_difference_can_be_asserted(capsys: Capture, design: str, condition: str, code: int) -> None:
    assert compared(capsys, design, "--set-b", "chips=2048", "--assert", condition).code == code


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("--by cost_totl_usd", 'by = "cost_totl_usd": not a number of this model; did you mean "cost_total_usd"?'),
        ("--set-a chisp=8", 'did you mean "chips"?'),
        ("--set-b chips", '--set = "chips": not a setting; allowed: NAME=VALUE'),
        ("--set chips=8 --set-b chips=16", 'chips = "16": set twice (--set)'),
        ("--strict --set-b market=own --set-b hardware=tpu-v5p", 'b.market = "own": tpu-v5p cannot be bought'),
        ("--set-a params=400T", "a."),
        ("--by train_days --by mfu", '--by = "mfu": given twice'),
        ("--assert diference>0", 'did you mean "difference"?'),
        ("--threads 0", '--threads = "0": out of range; allowed: >= 1'),
    ],
)
def test_compare_refuses_bad_options_on_stderr_alone(capsys: Capture, design: str, more: str, says: str) -> None:
    done = compared(capsys, design, *more.split(" "))
    assert done.code == 2
    assert says in done.err
    assert done.out == ""


def test_nothing_feasible_and_no_such_file(capsys: Capture, design: str, tmp_path: Path) -> None:
    never = spec_file(tmp_path, SPEC.replace("[query]", '[query]\nwhere = "train_days < 0.001"'))
    done = invoke(capsys, "compare", design, never)
    assert (done.code, done.out) == (2, "")
    assert "none of its 12 combinations is feasible; gigacost summary says why" in done.err
    assert "nowhere.toml" in invoke(capsys, "compare", design, "nowhere.toml").err
    assert invoke(capsys, "compare", design).code == 2


def test_bars_begin_where_the_last_one_ended() -> None:
    run = {"hardware": "h100-sxm", "chips": 1024, "params": "70B", "tokens": "2T"}
    found = gigacost.compare(run, {**run, "chips": 2048, "market": "own", "salary_usd": "100K"})
    steps = [_Step(one.name, "", one.contribution or 0.0, one.share) for one in found.assumptions]
    bars = list(_bars(found, steps, 30))
    assert len(bars) == len(steps) + 2
    place = bars[0].index("│")
    for step, bar in zip(steps, bars[1:-1], strict=True):
        start, stop = len(bar) - len(bar.lstrip()), len(bar)
        assert place in (start, stop) or stop - start == 1
        place = stop if step.moved > 0 else start
    assert abs(bars[-1].index("│") - place) <= 1
    assert list(_bars(found, steps, 5)) == [""] * len(bars)


def test_intervals_are_printed_unless_they_are_left_out(capsys: Capture, design: str) -> None:
    text = compared(capsys, design, "--set-b", "tokens=3T").out
    heads, *rows = [
        line.split() for line in text.split("cost_total_usd, 4,096 draws of what is left open\n")[1].splitlines()[:4]
    ]
    assert heads == ["central", "P10", "P50", "P90"]
    assert [row[0] for row in rows] == ["A", "B", "B"]
    assert all(figure.startswith("$") for row in rows[:2] for figure in row[1:])
    assert "P50" not in compared(capsys, design, "--set-b", "tokens=3T", "--no-intervals").out
    fewer = compared(capsys, design, "--draws", "16", "--uncertain", "default", "--json").json
    assert fewer["meta"]["draws"]["count"] == 16
    assert set(fewer["intervals"]) == {"a", "b", "difference"}


def test_aggregates_are_compared_by_name_and_have_no_interval(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, DESIGN + '\n[derive]\nsafe = "p90(cost_total_usd)"\n[draws]\ncount = 16\n')
    done = compared(capsys, path, "--uncertain", "default", "--set-b", "tokens=3T", "--by", "safe", "--json").json
    assert done["difference"] > 0
    assert done["intervals"] == {}
    refused = compared(capsys, path, "--uncertain", "default", "--by", "p90(cost_total_usd)")
    assert refused.code == 2
    assert 'by = "p90(cost_total_usd)": an aggregate over draws; give it a name under [derive]' in refused.err
