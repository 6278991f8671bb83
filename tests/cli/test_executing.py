"""What is seen of parts: one line for all of them, or a log; and the options that say where they are computed."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import part_functions as parts
import pytest
from click.testing import CliRunner
from driving import tasks

from gigacost import SpecError
from gigacost.cli import options, progress
from gigacost.cli.progress import parts_watched
from gigacost.distribute.driver import Event, Job, Task, drive


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


def test_one_line_counts_all_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "_AFTER", 0.0)
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    with parts_watched("summary", 200, 10**12) as report:
        assert report is not None
        for i in range(3):
            report(Event("part", Task((), f"part {i}", (i * 10**10, (i + 1) * 10**10)), "host:1", 0.5))
        report(Event("lost", Task((), "part 4", (0, 1)), why="gone"))
    *_, last, cleared = terminal.getvalue().split("\r\x1b[2K")
    assert cleared == ""
    assert last.startswith("summary  3 of 200 parts, 1 lost  [#.......................]   3%  ")
    assert "/s  " in last
    assert len(last) < 80


def test_nothing_is_shown_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with parts_watched("summary", 200, 10**12) as report:
        assert report is None
    assert capsys.readouterr().err == ""


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    printed = capsys.readouterr()
    assert printed.out == ""
    return [json.loads(line) for line in printed.err.splitlines()]


def test_a_log_has_an_object_for_each_event(capsys: pytest.CaptureFixture[str]) -> None:
    with parts_watched("rows", 3, 3, log="json", rows=len, executor="here") as report:
        drive(Job(parts.same), tasks(3), lambda *_: None, report=report)
    plan, *done, end = logged(capsys)
    assert (plan["event"], plan["question"], plan["parts"], plan["combinations"]) == ("plan", "rows", 3, 3)
    assert plan["executor"] == "here"
    assert [(one["event"], one["part"], one["range"], one["rows"], one["tries"], one["done"]) for one in done] == [
        ("part", f"part {i}", [i, i + 1], 1, 1, i + 1) for i in range(3)
    ]
    assert all(one["worker"] and one["seconds"] >= 0 for one in done)
    assert (end["event"], end["parts"], end["done"], end["complete"]) == ("end", 3, 3, True)


def test_a_log_says_what_was_lost_and_ends_when_all_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    def losing() -> None:
        with parts_watched("rows", 3, 3, log="json") as report:
            assert report is not None
            report(Event("lost", Task((), "part 1", (1, 2)), tries=1, why="killed\nby signal 9"))
            report(Event("retry", Task((), "part 1", (1, 2)), tries=2))
            report(Event("object", Task((), "part 1", (1, 2))))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        losing()
    _, lost, retry, end = logged(capsys)
    assert (lost["event"], lost["range"], lost["tries"], lost["why"]) == ("lost", [1, 2], 1, "killed\nby signal 9")
    assert (retry["event"], retry["range"], retry["tries"]) == ("retry", [1, 2], 2)
    assert (end["event"], end["done"], end["complete"]) == ("end", 0, False)


def given(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    @options.command("some")
    @options.executing
    def command(**given: Any) -> None:
        found.update(given)

    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return found


def test_where_parts_are_computed() -> None:
    assert given() == {"executor": None, "retries": None, "log": None}
    found = given("--executor", "processes:2", "--retries", "0", "--log", "json")
    assert found == {"executor": "processes:2", "retries": 0, "log": "json"}


@pytest.mark.parametrize("arguments", [("--retries", "-1"), ("--retries", "many"), ("--executor", "")])
def test_bad_options_are_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SpecError):
        given(*arguments)
