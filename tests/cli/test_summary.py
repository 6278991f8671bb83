"""``summary`` by condition and by group, and quantities in conditions as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import invoke, spec_file

from gigacost import Sweep
from gigacost.units.numbers import usd

Capture = pytest.CaptureFixture[str]
WHERE = "train_days <= 60d and cost_total_usd <= $2M"


def test_a_summary_by_groups_as_json_is_what_python_gives(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    done = invoke(capsys, "summary", spec, "--where", WHERE, "--per", "hardware,chips", "--json").json
    sweep = Sweep.from_toml(spec)
    expected = Sweep(
        {axis.name: list(axis.values) for axis in sweep.spec.axes},  # type: ignore[union-attr]
        fixed=sweep.spec.fixed,
        where=WHERE,
        columns=sweep.columns,
    ).summary(per=["hardware", "chips"])
    assert done["groups"] == [group.to_dict() for group in expected.groups]
    assert done["conditions"] == [one.to_dict() for one in expected.conditions]
    assert [one["condition"] for one in done["conditions"]] == ["train_days <= 60d", "cost_total_usd <= $2M"]
    assert sum(group["feasible"] for group in done["groups"]) == done["feasible"]


def test_a_summary_shows_what_conditions_reject_and_each_group(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    shown = invoke(capsys, "summary", spec, "--where", WHERE, "--per", "precision").out
    told = invoke(capsys, "summary", spec, "--where", WHERE, "--per", "precision", "--json").json
    (least,) = (one["columns"]["cost_total_usd"]["min"] for one in told["groups"] if one["at"] == {"precision": "fp8"})
    lines = [line.split() for line in shown.splitlines()]
    assert ["condition", "rejects", "share", "alone", "with", "others"] in lines
    assert any(line[:3] == ["train_days", "<=", "60d"] for line in lines)
    assert ["precision", "combinations", "feasible", "status"] in lines
    assert ["cost_total_usd", "by", "precision"] in lines
    assert [line[:2] for line in lines].count(["fp8", usd(least)]) == 1
    alone = invoke(capsys, "summary", spec, "--where", "train_days <= 60d").out
    assert "rejects" not in alone  # what one condition rejects is what is not feasible
    assert Sweep.from_toml(spec).summary().groups == ()
    assert "feasible   status" not in alone


def test_assertions_on_a_summary_take_quantities(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    assert invoke(capsys, "summary", spec, "--assert", "cost_total_usd_min >= $1K and train_days_max >= 1h").code == 0
    assert invoke(capsys, "summary", spec, "--assert", "cost_total_usd_mean <= $1K").code == 4
    wrong = invoke(capsys, "summary", spec, "--assert", "cost_total_usd_min <= 90d")
    assert wrong.code == 2
    assert '"d" does not measure the same as $' in wrong.err


@pytest.mark.parametrize(
    ("where", "same"),
    [
        ("train_days <= 60d", "train_days <= 60"),
        ("train_hours <= 60 d", "train_hours <= 1440"),
        ("cost_total_usd <= $2M", "cost_total_usd <= 2e6"),
        ("cost_total_usd / chips <= $20K", "cost_total_usd / chips <= 20000"),
        ("facility_mw >= 500kW and mfu <= 60%", "facility_mw >= 0.5 and mfu <= 0.6"),
        ("tokens >= 1T", "tokens >= 1e12"),
        ("rental_usd_per_chip_hour <= '2.50 $/h'", "rental_usd_per_chip_hour <= 2.5"),
    ],
)
def test_quantities_mean_what_they_mean_elsewhere(capsys: Capture, tmp_path: Path, where: str, same: str) -> None:
    spec = spec_file(tmp_path)
    first, second = (invoke(capsys, "count", spec, "--where", text, "--json").json for text in (where, same))
    assert first["count"] == second["count"]
    assert first["meta"]["spec_sha256"] == second["meta"]["spec_sha256"]


def test_an_expression_has_the_unit_of_what_it_is_made_of() -> None:
    more = {"fixed": {"hardware": "h100-sxm", "chips": 512, "params": "7B", "tokens": "1T"}, "columns": ["each"]}
    derive = {"each": "cost_total_usd / chips", "days": "train_days + 1d", "many": "2 * train_days"}
    for where in ("each <= $1M", "days <= 3 weeks", "P(each <= $1M) >= 0"):
        Sweep(derive=derive, where=where, uncertain={"mfu": "uniform 0.3..0.4"}, **more)  # type: ignore[arg-type]
    for where in ("each <= 90d", "many <= 90d"):
        with pytest.raises(ValueError, match=r"does not measure|nothing tells the unit"):
            Sweep(derive=derive, where=where, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "where", ["cost_total_usd <= 0M", "cost_total_usd <= 00K", "cost_total_usd <= M", "0B < cost_total_usd"]
)
def test_what_a_shell_left_of_an_amount_is_refused(capsys: Capture, tmp_path: Path, where: str) -> None:
    done = invoke(capsys, "count", spec_file(tmp_path), "--where", where)
    assert done.code == 2
    assert "in double quotes a shell takes $5 out of $50M; did you mean the same in single quotes?" in done.err


@pytest.mark.parametrize("option", ["--where", "--columns", "--by", "--per", "--distinct", "--hardware", "--as-of"])
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_option_is_refused(capsys: Capture, tmp_path: Path, option: str, empty: str) -> None:
    done = invoke(capsys, "top", spec_file(tmp_path), option, empty)
    assert done.code == 2
    assert f'error: {option} = "{empty}": missing value; allowed: a value, or no {option} at all' in done.err
