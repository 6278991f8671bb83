"""``gigacost elasticities`` and ``gigacost explain`` of a run, for people and as JSON."""

from __future__ import annotations

import re

import pytest
from cli_runner import invoke

from gigacost import elasticities, explain

RUN = {"hardware": "h100-sxm", "chips": 1024, "params": "7B", "tokens": "2T"}
FLAGS = [text for name, value in RUN.items() for text in (f"--{name}", str(value))]
Capture = pytest.CaptureFixture[str]


def test_the_largest_stands_first(capsys: Capture) -> None:
    done = invoke(capsys, "elasticities", "cost_rent_usd", *FLAGS, "--mfu", "0.4")
    assert done.code == 0
    assert done.out.startswith("cost_rent_usd = $")
    lines = [line.split() for line in done.out.splitlines()[3:] if line.startswith(" ")]
    shares = [abs(float(found)) for found in re.findall(r" ([+-]\d\.\d{3}) ", done.out)]
    assert len(shares) == len(lines) - 1  # one is the rule below the heads
    assert shares == sorted(shares, reverse=True)
    assert any(line[0] == "rental_usd_per_chip_hour" and "+1.000" in line for line in lines)
    assert any(line[0] == "mfu" and "-1.000" in line and "given" in line for line in lines)
    assert "* works by steps too" in done.out
    assert "figures with less than 0.0005" in done.out


def test_json_is_what_python_says(capsys: Capture) -> None:
    done = invoke(capsys, "elasticities", *FLAGS, "--market", "own", "--json")
    assert done.json == elasticities("cost_total_usd", RUN, market="own").to_dict()
    some = invoke(capsys, "elasticities", "train_days", *FLAGS, "--inputs", "tokens,chips", "--json").json
    assert sorted(one["name"] for one in some["inputs"]) == ["chips", "tokens"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cost_totl_usd", *FLAGS], 'did you mean "cost_total_usd"'),
        (["train_days", *FLAGS, "--inputs", "hardware"], "a choice of the catalogue, which has no derivative"),
        (["train_days", *FLAGS, "--market", "own,colo"], "a list, where one value is explained"),
        (["train_days", "--hardware", "h100-sxm"], "missing value"),
    ],
)
def test_elasticities_refuses_what_has_no_derivative(capsys: Capture, arguments: list[str], message: str) -> None:
    done = invoke(capsys, "elasticities", *arguments)
    assert done.code == 2
    assert message in done.err


def test_explain_takes_a_run_as_estimate_does(capsys: Capture) -> None:
    done = invoke(capsys, "explain", "cost_total_usd", *FLAGS, "--market", "own", "--depth", "5")
    assert "├─ total_project_usd [$] = " in done.out
    assert ", 100.0%" in done.out
    assert "<- chips_capex_usd * depreciated_share" in done.out
    plain = invoke(capsys, "explain", "cost_total_usd", *FLAGS, "--market", "own", "--json").json
    assert plain == explain("cost_total_usd", **RUN, market="own").to_dict()
    assert invoke(capsys, "explain", "mfu", *FLAGS, "--mfu", "0.3").out.startswith("mfu [1] = 0.3\n")
