"""Where a run stands, and how it will end."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import tracked
from cli_runner import invoke

import gigacost
from gigacost.errors import SpecError

PLAN: dict[str, Any] = {"params": "13B", "tokens": "2T", "hardware": "h100-sxm", "chips": 256}
FILES = [str(tracked.FOLDER / name) for name in ("plan.toml", "log.csv", "bill.csv")]


def log(folder: Path, pace: float, hours: int, more: str = "") -> Path:
    """A constant log: a row each hour."""
    path = folder / "log.csv"
    rows = "".join(f"{hour},{pace * hour:.15g}\n" for hour in range(hours + 1))
    path.write_text(f"hours,tokens\n{rows}{more}", encoding="utf-8")
    return path


def test_the_example_is_what_its_generator_writes() -> None:
    assert (tracked.FOLDER / "log.csv").read_text(encoding="utf-8") == tracked.log()
    assert (tracked.FOLDER / "bill.csv").read_text(encoding="utf-8") == tracked.bills()


def test_the_example_finds_what_it_was_made_with() -> None:
    found = gigacost.track(*FILES)
    assert found.posterior["tokens_per_second"]["p50"] == pytest.approx(tracked.PACE / 3600, rel=0.01)
    rent = found.posterior["rent_usd_per_chip_hour"]
    assert rent["p5"] < tracked.USD_PER_CHIP_HOUR < rent["p95"]
    assert found.wrong[0].name == "mfu"
    assert found.wrong[0].planned > found.wrong[0].p95
    assert found.spent_usd == pytest.approx(9 * 24 * 256 * 2.95, rel=0.02)


def test_a_constant_log_is_the_truth(tmp_path: Path) -> None:
    found = gigacost.track(PLAN, log(tmp_path, 4e9, 250))
    assert found.at_share == 0.5
    assert found.posterior["tokens_per_second"]["p50"] == pytest.approx(4e9 / 3600, rel=0.001)
    assert found.done_hours["p50"] == pytest.approx(500.0, rel=0.005)
    assert found.done_hours["p5"] >= 250 + 245


def test_an_empty_log_leaves_the_plan_with_its_own_uncertainty(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("time,tokens\n", encoding="utf-8")
    found = gigacost.track(PLAN, path)
    plan = gigacost.estimate(PLAN, draws=4096)
    pretraining = plan["training_flop"] / plan["run_flop"]
    for name in ("p5", "p50", "p95"):
        days = plan.intervals["train_days"][name] * pretraining
        assert found.done_hours[name] == pytest.approx(24 * days, rel=0.02)
        assert found.cost_total_usd[name] == pytest.approx(plan.intervals["cost_total_usd"][name], rel=0.02)
    assert found.wrong == ()


def test_a_run_that_is_done_has_one_date(tmp_path: Path) -> None:
    found = gigacost.track(PLAN, log(tmp_path, 4e9, 600))
    assert found.at_share == 1.0
    assert set(found.done_hours.values()) == {500.0}
    assert len(set(found.done.values())) == 1


def test_what_was_billed_is_not_forecast(tmp_path: Path) -> None:
    bills = tmp_path / "bills.csv"
    bills.write_text("hours,usd,what\n250,150000,rent\n500,150000,rent\n", encoding="utf-8")
    found = gigacost.track({**PLAN, "post_training_share": 0}, log(tmp_path, 4e9, 500), bills)
    assert found.total_run_usd["p5"] == pytest.approx(300_000.0)
    assert found.total_run_usd["p95"] == pytest.approx(300_000.0)


def test_bills_that_say_nothing_of_the_rest_are_told(tmp_path: Path) -> None:
    bills = tmp_path / "bills.csv"
    bills.write_text("hours,usd,what\n100,900,people\n100,70,energy\n100,-5,rent\n", encoding="utf-8")
    found = gigacost.track(PLAN, log(tmp_path, 4e9, 250), bills)
    assert found.spent_usd == 965.0
    assert [note.split(":")[0] for note in found.meta["notes"]] == [
        "the log has no dates",
        "bills of rent",
        "bills of energy",
        "bills of people",
    ]
    without = gigacost.track(PLAN, log(tmp_path, 4e9, 250))
    assert found.cost_total_usd == without.cost_total_usd


def test_bills_beyond_the_end_are_the_cost(tmp_path: Path) -> None:
    bills = tmp_path / "bills.csv"
    bills.write_text("hours,usd,what\n900,400000,rent\n", encoding="utf-8")
    found = gigacost.track(PLAN, log(tmp_path, 4e9, 600), bills)
    assert found.total_run_usd["p5"] == pytest.approx(400_000.0)


def test_owned_chips_cost_by_the_hours_and_the_power_that_they_take(tmp_path: Path) -> None:
    plan = {**PLAN, "market": "own"}
    slow = gigacost.track(plan, log(tmp_path, 2e9, 400))
    fast = gigacost.track(plan, log(tmp_path, 4e9, 400))
    assert slow.total_run_usd["p50"] > 1.5 * fast.total_run_usd["p50"]


def test_the_effect_of_what_was_wrong_is_that_of_it_alone(tmp_path: Path) -> None:
    found = gigacost.track(PLAN, log(tmp_path, 2e9, 300))
    effects = {one.name: one for one in found.wrong}
    mfu = effects["mfu"]
    plan = gigacost.estimate(PLAN)
    expected = gigacost.estimate(PLAN, mfu=mfu.now)
    assert mfu.effect_usd == pytest.approx(expected["cost_total_usd"] - plan["cost_total_usd"], rel=1e-6)
    costs = [abs(one.effect_usd) for one in found.wrong]
    assert costs == sorted(costs, reverse=True)


def test_the_answer_is_plain_data_and_the_same_each_time() -> None:
    found = gigacost.track(*FILES)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False)) == gigacost.track(*FILES).to_dict()
    assert pickle.loads(pickle.dumps(found)) == found
    assert "<td>2026-11-24</td>" in found._repr_html_()


def test_a_log_that_begins_in_the_middle_needs_a_start(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("time,tokens\n2026-11-05T00:00Z,3e11\n2026-11-06T00:00Z,4e11\n", encoding="utf-8")
    with pytest.raises(SpecError, match="begins when"):
        gigacost.track(PLAN, path)
    assert gigacost.track(PLAN, path, start="2026-11-02").elapsed_hours == 96.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "a plan and a log are needed"),
        (FILES[:1], "a plan and a log are needed"),
        ((*FILES, "--start", "soon"), 'start = "soon": not a time; allowed: ISO 8601'),
        ((str(tracked.FOLDER.parent / "quickstart.toml"), FILES[1]), "a run is tracked by one design"),
        ((*FILES, "--simulate", "5"), "leave LOG.csv out"),
        ((FILES[0], "no.csv"), 'log = "no.csv": cannot be read'),
    ],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str) -> None:
    found = invoke(capsys, "track", *arguments)
    assert found.code == 2
    assert said in found.err
    assert len(found.err.splitlines()) == 1


def test_the_command_prints_what_python_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(capsys, "track", *FILES, "--json").json == gigacost.track(*FILES).to_dict()


def test_the_screen_is_short(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = invoke(capsys, "track", *FILES).out.splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 80
