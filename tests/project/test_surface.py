"""What was public in the last release is still there, and means what it meant."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import click
import pytest
from scripts import loaded

import gigacost
from gigacost.cli.app import gigacost as group

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return loaded(ROOT / "docs/surface.py")


@pytest.fixture(scope="module")
def now(script: ModuleType) -> dict[str, str]:
    found: dict[str, str] = script.surface()
    return found


def test_nothing_public_is_gone_or_another(script: ModuleType, now: dict[str, str]) -> None:
    assert list(script.faults(script.recorded()["surface"], now, script.deprecations())) == []


def test_the_record_is_of_a_release() -> None:
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    recorded = loaded(ROOT / "docs/surface.py").recorded()["version"]
    assert recorded in {*versions, gigacost.__version__}


def test_the_surface_has_every_kind(now: dict[str, str]) -> None:
    assert now["python estimate(strict)"] == "by name, default False"
    assert now["python Sweep.top(k)"] == "at 1, default 10"
    assert now["python Sweep.size"] == "attribute"
    assert now["python Best.rows"] == now["python RowView.indices"] == "attribute"
    assert now["python SpecError"] == "exception: Error, ValueError, Exception, BaseException"
    assert now["python SpecError.allowed"] == "attribute"
    assert "python SpecError.args" not in now
    assert "python Estimate(meta)" not in now, "a result's constructor"
    assert now["command sweep --limit"] == "option"
    assert now["command sweep --csv-safe"] == now["command sweep --no-csv-safe"] == "flag"
    assert now["command completion SHELL bash"] == "choice"
    assert now["command catalog show LABEL"] == "argument, required"
    assert now["exit code 3"] == "infeasible"
    assert now["quantity cost_total_usd"] == "$"
    assert now["input electricity_usd_per_kwh"] == "$/kWh"
    assert now["state out_of_memory"] == "state"
    assert now["label hardware h100-sxm"] == "label"
    assert now["preset olmo-2-7b"] == "preset"
    assert now["specification axes"] == now["specification query.where"] == "key"
    assert now["json top: meta"] == now["json init: []name"] == "key"


def test_every_command_of_the_last_release_that_prints_json_is_asked(script: ModuleType) -> None:
    """But for those whose JSON is a table of its own (catalog, schema)."""
    printing = {
        name
        for name, command in script._all_commands(group)
        if any(isinstance(one, click.Option) and "--json" in one.opts for one in command.params)
    }
    before = {name.removeprefix("command ") for name in script.recorded()["surface"] if name.startswith("command ")}
    own = {name for name in printing if name.partition(" ")[0] in {"catalog", "schema"}}
    assert (printing & before) - own <= set(script.CALLS)
    assert set(script.CALLS) <= printing


def test_what_fails() -> None:
    script = loaded(ROOT / "docs/surface.py")
    before = {
        "python f": "function",
        "python f(a)": "at 0, required",
        "quantity x": "h",
        "command top --per": "option",
        "json top: rows": "key",
    }
    assert list(script.faults(before, before, {})) == []
    more = {"python g": "function", "python f(c)": "by name, default 1", "state new": "state"}
    assert list(script.faults(before, before | more, {})) == []
    changed = before | {"quantity x": "d"}
    assert list(script.faults(before, changed, {})) == ["quantity x: was h, is d"]
    assert list(script.faults(before, changed, {"quantity x": "y"})) == []
    gone = {name: like for name, like in before.items() if name != "command top --per"}
    assert list(script.faults(before, gone, {})) == ["command top --per: gone"]
    assert list(script.faults(before, gone, {"command top --per": "`--by`"})) == []
    required = before | {"python f(b)": "at 1, required"}
    assert list(script.faults(before, required, {})) == ["python f(b): new, and required"]
    assert list(script.faults(before, before, {"command tpo": "top"})) == [
        "command tpo: deprecated, but was not public"
    ]


def test_a_new_command_or_function_may_require_what_it_likes() -> None:
    script = loaded(ROOT / "docs/surface.py")
    new = {
        "python g": "function",
        "python g(a)": "at 0, required",
        "command c": "command",
        "command c X": "argument, required",
    }
    assert list(script.faults({"python f": "function"}, {"python f": "function"} | new, {})) == []


def test_the_list_of_what_is_deprecated_is_read(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (ROOT / "docs/stability.md").read_text(encoding="utf-8")
    row = "| `command top --draws` | 0.2 | 0.3 | `--k` |\n"
    (tmp_path / "stability.md").write_text(text.replace("|---|---|---|---|\n", f"|---|---|---|---|\n{row}"))
    monkeypatch.setattr(script, "HERE", tmp_path)
    assert script.deprecations() == {"command top --draws": "`--k`"}
