"""Every number of a report is that of the question it names, digit for digit."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_runner import invoke, spec_file
from report_pages import OPEN, RUN, SPEC, ReportPage, expected, is_derived, questions, same, written


def _checked(page: ReportPage, folder: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """How many numbers were held against an answer; each has to be equal to its own."""
    answers = questions(page, folder, capsys)
    asked = [(value, quantity) for value, quantity, _ in page.numbers if not is_derived(quantity)]
    wrong = [(quantity, value) for value, quantity in asked if not same(value, expected(quantity, answers))]
    assert wrong == []
    return len(asked)


def test_numbers_of_a_run_are_those_of_its_questions(
    report: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = ReportPage(report("run").read_text())
    assert _checked(page, tmp_path, capsys) > 400
    total = invoke(capsys, "estimate", *RUN, "--json").json
    assert float(page.value("cost_total_usd")) == total["quantities"]["cost_total_usd"]
    assert float(page.value("p90(cost_total_usd)")) == total["intervals"]["cost_total_usd"]["p90"]


def test_numbers_of_an_open_question_are_those_of_its_questions(
    report: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = ReportPage(report("open").read_text())
    assert _checked(page, tmp_path, capsys) > 400
    choice = invoke(capsys, "choose", *OPEN, "--json").json
    totals = [one["estimate"]["quantities"]["cost_total_usd"] for one in choice["answers"]]
    assert float(page.value("cost_total_usd")) == min(totals)


def test_numbers_of_a_specification_are_those_of_its_questions(
    report: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = spec_file(tmp_path, SPEC)
    page = ReportPage(report("spec").read_text())
    assert _checked(page, tmp_path, capsys) > 400
    best = invoke(capsys, "top", spec, "-k", "1", "--json").json["rows"][0]
    front = invoke(capsys, "pareto", spec, "--json").json["rows"]
    assert float(page.value("cost_total_usd")) == best["cost_total_usd"]
    assert [float(page.value(f"pareto:rows[{i}].train_days")) for i in range(len(front))] == [
        row["train_days"] for row in front
    ]


def test_own_prices_and_draws_are_in_the_commands_of_the_questions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "mine.toml"
    rent = 'hardware = "h100-sxm"\nmarket = "on_demand"\nusd_per_chip_hour = 0.9\n'
    book.write_text(f'name = "mine"\ndate = "2026-10-01"\n\n[[rental]]\n{rent}')
    given = ("--params", "7B", "--tokens", "1T", "--catalog", str(book))
    drawn = ("--draws", "64", "--uncertain", "goodput=uniform 0.8..0.95")
    page = ReportPage(written(capsys, tmp_path, *given, *drawn).read_text())
    assert _checked(page, tmp_path, capsys) > 200


def test_no_figure_stands_outside_of_a_number(report: Callable[..., Path]) -> None:
    for name in ("run", "open", "spec"):
        page = ReportPage(report(name).read_text())
        assert page.loose_digits == []


def test_dollars_have_their_interval(report: Callable[..., Path]) -> None:
    """Wherever a total of a design is told in a table, P10 and P90 of it are."""
    page = ReportPage(report("spec").read_text())
    names = {name for _, name, _ in page.numbers}
    for name in names:
        if name.startswith(("pareto:", "break-even:curve")) and name.endswith(".cost_total_usd"):
            place = name.removesuffix("cost_total_usd")
            assert {f"{place}p10(cost_total_usd)", f"{place}p90(cost_total_usd)"} <= names
    assert {"p10(cost_total_usd)", "p50(cost_total_usd)", "p90(cost_total_usd)"} <= names


def test_texts_of_numbers_are_short(report: Callable[..., Path]) -> None:
    page = ReportPage(report("run").read_text())
    assert [text for _, _, text in page.numbers if len("".join(c for c in text if c.isdigit())) > 7] == []


def test_csv_files_have_full_values(report: Callable[..., Path]) -> None:
    page = ReportPage(report("run").read_text())
    costs = page.downloads["gigacost-costs.csv"].splitlines()
    rent = next(line for line in costs if line.startswith("rent,"))
    assert rent.split(",")[1] == page.value("cost_rent_usd")
    assert len(costs) > 4


def test_sources_stand_in_full_in_csv_files(report: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    page = ReportPage(report("run").read_text())
    known = {one["name"]: one["source"] for one in invoke(capsys, "estimate", *RUN, "--json").json["assumptions"]}
    rows = list(csv.DictReader(page.downloads["gigacost-figures.csv"].splitlines()))
    told = {row["figure"]: row["source"] for row in rows}
    assert len(told) > 50
    assert all(told.values())
    assert max(map(len, told.values())) > 100
    assert all(source.split(" (")[0][:40] in known[name] for name, source in told.items())


def test_limits_that_would_have_to_give_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    limits = ("--within", "60d", "--budget", "50M")
    page = ReportPage(written(capsys, tmp_path, *OPEN, *limits).read_text())
    needed = invoke(capsys, "choose", *OPEN, *limits, "--json").json["needed"]
    assert needed
    assert "the cheapest within the limits" in page.text
    days = page.value("choose:needed[0].limits.within_days")
    assert float(days) == needed[0]["limits"]["within_days"]


def test_an_option_that_is_no_longer_possible_is_not_called_dearer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ("--params", "70B", "--tokens", "2T", "--hardware", "h100-sxm", "--chips", "1024", "--market", "own")
    text = written(capsys, tmp_path, *run, "--set", "runs_per_year=4").read_text()
    assert "is no longer possible, which leaves" in text


def test_a_preset_is_named_in_the_title(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = written(capsys, tmp_path, "--preset", "llama-3.1-405b").read_text()
    assert "<title>What it costs to train llama-3.1-405b on 15.6T tokens</title>" in text
