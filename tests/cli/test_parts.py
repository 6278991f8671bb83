"""Parts of a question on the command line, what merges them, and workers that answer them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Outcome, invoke, spec_file

SPACE = """
version = 1
[axes]
hardware = ["h100-sxm", "b200-sxm", "h200-sxm"]
chips = [256, 512, 1024]
tokens = ["1T", "2T", "4T"]
[fixed]
params = "13B"
[query]
where = "train_days <= 400d"
columns = ["cost_total_usd", "train_days"]
"""
ASKED = [
    ("top", "-k", "3"),
    ("top", "--per", "hardware"),
    ("top", "--distinct", "tokens", "--limit", "2"),
    ("pareto", "--maximise", "tokens"),
    ("pareto", "--limit", "1"),
    ("summary", "--per", "chips"),
    ("summary", "--no-quantiles", "--columns", "train_days"),
    ("count", "--where", "train_days <= 30d"),
    ("bounds", "--of", "cost_total_usd,train_days"),
]


@pytest.fixture(autouse=True)
def _capturing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "run", lambda *arguments: invoke(capsys, *arguments))


def run(*arguments: str) -> Outcome:
    """Run ``gigacost``; set for each test."""
    raise NotImplementedError


def told(*arguments: str) -> dict[str, Any]:
    """The JSON of a command, but for what depends on how it was found."""
    answer: dict[str, Any] = run(*arguments, "--json").json
    assert {"evaluated", "boxes", "seconds"} == set(answer["meta"].pop("effort"))
    assert {"combinations", "searched_designs"} <= set(answer["meta"])
    return answer


def parts_of(folder: Path, question: tuple[str, ...], count: int) -> list[str]:
    """Files with what the parts of a question answer."""
    spec = spec_file(folder, SPACE)
    names = []
    for number in range(1, count + 1):
        done = run(*question, spec, "--part", f"{number}/{count}", "--json")
        assert (done.code, done.err) == (0, "")
        names.append(str(folder / f"{number}of{count}.json"))
        Path(names[-1]).write_text(done.out)
    return names


@pytest.mark.parametrize("question", ASKED, ids=" ".join)
def test_merged_parts_print_what_the_whole_question_does(tmp_path: Path, question: tuple[str, ...]) -> None:
    names = parts_of(tmp_path, question, 3)
    whole = told(*question, spec_file(tmp_path, SPACE))
    assert told("merge", names[2], names[0], names[1], names[0]) == whole
    shown = run("merge", *names)
    assert shown.code == 0
    assert shown.out.splitlines()[0] == run(*question, spec_file(tmp_path, SPACE)).out.splitlines()[0]


def test_doubts_about_a_file_are_told_as_the_whole_tells_them(tmp_path: Path) -> None:
    old = SPACE.replace('"h100-sxm", ', '"v100-sxm2-32", ').replace("400d", "40000d")
    spec = spec_file(tmp_path, old.replace('params = "13B"', 'params = "13B"\nmarket = "own"'))
    whole = told("top", spec)
    assert any("spec.toml" in warning for warning in whole["meta"]["warnings"])
    names = []
    for number in (1, 2):
        names.append(str(tmp_path / f"{number}.json"))
        Path(names[-1]).write_text(run("top", spec, "--part", f"{number}/2").out)
    assert told("merge", *names) == whole


def test_parts_with_private_prices_are_merged_with_these(tmp_path: Path) -> None:
    book = tmp_path / "book.toml"
    book.write_text(
        'name = "prices"\ndate = "2026-11-01"\n\n'
        '[[rental]]\nhardware = "h100-sxm"\nmarket = "on_demand"\nusd_per_chip_hour = 1.5\n'
    )
    spec = spec_file(tmp_path, SPACE)
    names = []
    for number in (1, 2):
        done = run("top", spec, "--catalog", str(book), "--part", f"{number}/2")
        assert done.code == 0, done.err
        names.append(str(tmp_path / f"{number}.json"))
        Path(names[-1]).write_text(done.out)
    assert told("merge", *names, "--catalog", str(book)) == told("top", spec, "--catalog", str(book))
    refused = run("merge", *names)
    assert refused.code == 2
    assert "made with another catalog_sha256" in refused.err
    assert "--catalog BOOK" in refused.err


def test_a_part_says_what_it_is_of(tmp_path: Path) -> None:
    (name, _) = parts_of(tmp_path, ("count",), 2)
    about = json.loads(Path(name).read_text())["partial"]
    assert set(about) == {"question", "part", "range", "spec_sha256", "model_sha256", "catalog_sha256", "version"}
    assert (about["question"], about["part"]) == ("count", [1, 2])
    assert 0 == about["range"][0] < about["range"][1] < 27


def test_a_job_array_says_which_part_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_COMPLETION_INDEX", "1")
    done = run("count", spec_file(tmp_path, SPACE), "--part", "auto/4", "--json")
    assert done.json["partial"]["part"] == [2, 4]


def test_the_front_of_parts_is_written_to_a_file(tmp_path: Path) -> None:
    names = parts_of(tmp_path, ("pareto",), 2)
    out, whole = tmp_path / "merged.csv", tmp_path / "whole.csv"
    assert run("merge", *names, "-o", str(out)).code == 0
    assert run("pareto", spec_file(tmp_path, SPACE), "-o", str(whole)).code == 0
    assert out.read_bytes() == whole.read_bytes()


def test_assertions_and_feasibility_hold_for_merged_parts(tmp_path: Path) -> None:
    names = parts_of(tmp_path, ("count", "--where", "train_days <= 0.001d"), 2)
    assert run("merge", *names, "--require-feasible").code == 3
    assert run("merge", *names, "--assert", "count >= 1").code == 4


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda names: names[:1], "parts = 2/2: missing, 1 of 2 are there"),
        (lambda names: [*names, "nowhere.json"], 'parts = "nowhere.json": No such file'),
        (lambda names: [_cut(names[0]), names[1]], "no answer about a part"),
        (lambda names: [_edited(names[0], "version", "0.0.1"), names[1]], "another version"),
        (lambda names: [_edited(names[0], "spec_sha256", "0"), names[1]], "another spec_sha256"),
        (lambda names: [_edited(names[0], "part", [3, 2]), names[1]], "no answer about a part"),
        (lambda names: [_edited(names[0], "question", "toop"), names[1]], "no answer about a part"),
    ],
)
def test_what_are_not_the_parts_of_a_whole_is_refused(tmp_path: Path, damage: Any, said: str) -> None:
    names = damage(parts_of(tmp_path, ("top",), 2))
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run("merge", *names)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_parts_of_two_runs_are_not_merged(tmp_path: Path) -> None:
    first, other = parts_of(tmp_path, ("top",), 2), parts_of(tmp_path, ("top", "-k", "2"), 3)
    done = run("merge", first[0], other[1])
    assert done.code == 2
    assert "has another number of parts" in done.err


def test_options_that_a_hand_has_edited_are_refused(tmp_path: Path) -> None:
    (name,) = parts_of(tmp_path, ("top",), 1)
    plain = json.loads(Path(name).read_text())
    for shown in ({**plain["shown"], "k": "many"}, {"k": 3}):
        Path(name).write_text(json.dumps({**plain, "shown": shown}))
        done = run("merge", name)
        assert (done.code, done.err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("top", "--part", "5/4"), '--part = "5/4": there is no part 5 of 4'),
        (("top", "--part", "0/4"), "there is no part 0 of 4"),
        (("top", "--part", "a/b"), "not a part"),
        (("top", "--part", "1/2", "--seconds", "3"), "seconds = 3: not for parts of a space"),
        (("top", "--part", "1/2", "--executor", "processes:2"), "--part or --executor"),
        (("top", "--retries", "3"), "--retries = 3: without --executor there are no workers"),
        (("top", "--log", "json"), '--log = "json": without --executor'),
        (("top", "--executor", "threads:2"), "unknown executor; allowed: processes:N, dask://HOST:PORT"),
        (("pareto", "--part", "1/2", "-o", "x.csv"), "gigacost merge -o"),
        (("sweep", "--executor", "processes:2", "-o", "x.csv"), "workers write parts, and this is one file"),
        (("sweep", "--part", "1/2", "--format", "focus", "-o", "x.csv"), "billing data is written whole"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    question, *options = arguments
    done = run(question, spec_file(tmp_path, SPACE), *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_workers_answer_and_their_parts_are_logged(tmp_path: Path) -> None:
    spec = spec_file(tmp_path, SPACE)
    done = run("summary", spec, "--executor", "processes:2", "--log", "json", "--json")
    events = [json.loads(line) for line in done.err.splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["plan", "end"]
    assert events[-1]["complete"]
    assert {event["event"] for event in events[1:-1]} == {"part"}
    answer = done.json
    del answer["meta"]["effort"]
    assert answer == told("summary", spec)


def test_a_part_of_a_sweep_is_a_file_of_its_rows(tmp_path: Path) -> None:
    spec, whole = spec_file(tmp_path, SPACE), tmp_path / "whole.csv"
    assert run("sweep", spec, "-o", str(whole)).code == 0
    lines = []
    for number in range(1, 5):
        out = tmp_path / f"{number}.csv"
        assert run("sweep", spec, "-o", str(out), "--part", f"{number}/4").code == 0
        head, *rows = out.read_text().splitlines()
        lines += rows if lines else [head, *rows]
    assert lines == whole.read_text().splitlines()


def test_processes_write_a_dataset_together(tmp_path: Path) -> None:
    spec, whole, shared = spec_file(tmp_path, SPACE), f"{tmp_path}/whole/", f"{tmp_path}/shared/"
    asked = ("--rows-per-part", "6", "--json")
    written = run("sweep", spec, "-o", whole, *asked).json
    found = [run("sweep", spec, "-o", shared, "--part", f"{number}/2", *asked).json for number in (2, 1)]
    assert [one["manifest_sha256"] for one in found] == [None, written["manifest_sha256"]]
    files = {path.relative_to(whole): path.read_bytes() for path in Path(whole).rglob("*") if path.is_file()}
    assert {path.relative_to(shared): path.read_bytes() for path in Path(shared).rglob("*") if path.is_file()} == files


def _cut(name: str) -> str:
    text = Path(name).read_text()
    Path(name).write_text(text[: len(text) // 2])
    return name


def _edited(name: str, key: str, value: Any) -> str:
    plain = json.loads(Path(name).read_text())
    plain["partial"][key] = value
    Path(name).write_text(json.dumps(plain))
    return name
