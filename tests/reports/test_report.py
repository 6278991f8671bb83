"""The file of a report: its bytes, its kinds, what it says of validation, what is refused."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke, spec_file
from pypdf import PdfReader
from report_pages import OPEN, RUN, SPEC, ReportPage, written

import gigacost
from gigacost.errors import SpecError
from gigacost.reports.html import html_of
from gigacost.reports.markdown import MOST, markdown_of
from gigacost.reports.parts import Label, Number, Page, Paragraph, Section, Table

BOOK = """name = "<script>alert('book')</script> & \\"Co\\""
date = "2026-10-01"

[[rental]]
hardware = "h100-sxm"
market = "on_demand"
usd_per_chip_hour = 1.95
provider = "<img src=x onerror=alert(1)>"
source = "</style><script>alert(\\"it's us\\")</script>"
"""


_MADE = """
import sys, gigacost
run = {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
for ending in ("html", "pdf", "md"):
    gigacost.report(run, output=f"{sys.argv[1]}.{ending}")
"""


def _without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Some modules are not installed."""
    there = importlib.util.find_spec

    def found(asked: str, *more: Any) -> Any:
        return None if asked in modules else there(asked, *more)

    monkeypatch.setattr(importlib.util, "find_spec", found)


def test_the_same_question_gives_the_same_bytes(tmp_path: Path) -> None:
    """In processes that have as little in common as can be."""
    for seed, zone, name in (("1", "UTC", "a"), ("2", "Asia/Tokyo", "b")):
        (tmp_path / name).mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        subprocess.run([sys.executable, "-c", _MADE, name], cwd=tmp_path / name, env=environment, check=True)
    for ending in ("html", "pdf", "md"):
        one, other = ((tmp_path / name / f"{name}.{ending}").read_bytes() for name in ("a", "b"))
        assert one == other


def test_what_is_printed_is_what_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.html"
    made = invoke(capsys, "report", *RUN, "-o", str(file), "--json").json
    data = file.read_bytes()
    text = data.decode()
    assert made["file"] == str(file)
    assert made["bytes"] == len(data) <= 1_000_000
    assert made["sha256"] == hashlib.sha256(data).hexdigest()
    assert made["figures"] == text.count("<figure") >= 5
    assert made["tables"] == text.count("<table>") > 10


def test_a_file_has_a_policy_and_neither_script_nor_address(report: Callable[..., Path]) -> None:
    text = report("run").read_text()
    assert "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-" in text
    assert "<script" not in text.lower()
    assert re.findall(r"\s(?:src|xlink:href|style|on\w+)=", text) == []
    assert [
        link
        for link in re.findall(r'href="([^"]*)"', text)
        if not link.startswith(("#", "data:text/csv", "data:application/json"))
    ] == []
    ids = ReportPage(text).ids
    assert len(ids) == len(set(ids))


def test_every_picture_has_its_table_and_its_file(report: Callable[..., Path]) -> None:
    text = report("spec").read_text()
    pictures = re.findall(r'<figure id="picture-([\w-]+)"', text)
    assert {"costs", "uncertainty", "break-even", "front", "validation", "size"} == set(pictures)
    for name in pictures:
        rest = text[text.index(f'id="picture-{name}"') :]
        assert rest.index("<table>") < rest.index(f'download="gigacost-{name}.csv"') < 400_000
        assert re.search(r'<svg role="img" aria-label="\w', rest)


def test_it_says_how_to_get_it_again(report: Callable[..., Path], tmp_path: Path) -> None:
    text = report("run").read_text()
    assert f"gigacost report {' '.join(RUN)} -o report.html" in text
    estimate = gigacost.estimate(params="405B", tokens="15.6T", hardware="h100-sxm", chips=16384)
    for name in ("spec_sha256", "model_sha256", "catalog_sha256", "gigacost_version"):
        assert f"<code>{estimate.meta[name]}</code>" in text
    assert str(tmp_path) not in text


def test_single_votes_are_marked_and_ages_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = ReportPage(written(capsys, tmp_path, *RUN, "--market", "own").read_text())
    votes = [text for _, name, text in page.numbers if name == "price_votes"]
    assert votes
    assert set(votes) == {"one vote"}
    ages = {name: (value, text) for value, name, text in page.numbers if name.startswith("age_days(")}
    assert ages["age_days(experiments_factor)"] == ("934", "2\u00a0years")  # from 2024-05-01 to 2026-11-21


def test_errors_told_are_those_of_the_runs_in_its_table(report: Callable[..., Path]) -> None:
    page = ReportPage(report("run").read_text())
    errors = [
        float(value) for value, name, _ in page.numbers if name.startswith("validate:") and name.endswith(".error")
    ]
    runs = {name.partition(":")[2].partition(",")[0] for _, name, _ in page.numbers if name.startswith("validate:")}
    assert "llama-3.1-405b" in runs
    assert len(runs) == int(page.value("alike:runs")) == 8
    assert float(page.value("alike:median_abs_error")) == statistics.median(map(abs, errors))
    assert float(page.value("alike:median_signed_error")) == statistics.median(errors)


def test_some_runs_are_predicted_as_among_all() -> None:
    few = gigacost.validate_runs(runs=["llama-3.1-405b", "gpt-3"])
    every = gigacost.validate_runs()
    assert few.figures == tuple(one for one in every.figures if one.run in {"llama-3.1-405b", "gpt-3"})
    with pytest.raises(SpecError, match="gpt-3"):
        gigacost.validate_runs(runs=["gpt3"])


def test_labels_and_sources_are_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "book.toml").write_text(BOOK)
    text = written(capsys, tmp_path, *RUN, "--catalog", str(tmp_path / "book.toml")).read_text()
    assert "&lt;/style&gt;&lt;script&gt;alert(&quot;it&#x27;s us&quot;)&lt;/script&gt;" in text
    assert "<script" not in text.lower()
    assert "<img" not in text
    comment = written(capsys, tmp_path, *RUN, "--catalog", str(tmp_path / "book.toml"), name="report.md").read_text()
    assert "\\<script\\>" in comment
    assert re.search(r"(?<!\\)<(?!/?(details|summary|br)>)", comment) is None


def test_parts_of_a_page_are_escaped_wherever_they_stand() -> None:
    evil = "\"><script>alert('x')</script>"
    table = Table("x", (Label(evil),), ((Label(evil),), (evil,)), (((Label(evil),), (Number(1.0, evil, evil),)),))
    page = Page((evil,), (Label(evil),), (Section("a", evil, (Paragraph((evil,)), table)),), "2026-11-21")
    for text in (html_of(page), html_of(page, paper=True)):
        assert "<script" not in text
        assert '"">' not in text


def test_markdown_has_tables_and_no_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.md"
    made = invoke(capsys, "report", spec_file(tmp_path, SPEC), "-o", str(file), "--json").json
    text = file.read_text()
    assert made["figures"] == 0
    assert "![" not in text
    assert "<svg" not in text
    heads = re.findall(r"^\| (?:---:?|:?---)(?: \| ---:?)* \|$", text, re.MULTILINE)
    assert len(heads) == made["tables"] + 1  # the first figures stand side by side
    assert "| in total |" in text
    assert len(text) <= MOST


@pytest.mark.parametrize("rows", [50, 2_000, 10_000])
def test_markdown_is_never_longer_than_a_comment_may_be(rows: int) -> None:
    table = Table("t", ("Many",), (("a",), ("b",)), tuple(((f"row {i}",), ("x" * 40,)) for i in range(rows)))
    page = Page(("Long",), ("text",), tuple(Section(f"s{i}", f"Part {i}", (table,)) for i in range(4)), "2026-11-21")
    text = markdown_of(page)
    assert len(text) <= MOST
    assert ("more rows" in text) == (rows > 50)


def test_a_comment_that_is_far_too_long_has_its_first_sections() -> None:
    table = Table("t", ("Many",), (("a",), ("b",)), tuple(((f"row {i}",), ("x" * 40,)) for i in range(20)))
    page = Page(("Long",), (), tuple(Section(f"s{i}", f"{i} " + "x" * 900, (table,)) for i in range(100)), "2026-11-21")
    text = markdown_of(page)
    assert MOST * 0.9 < len(text) <= MOST
    assert text.index("## 0 ") < text.index("## 50 ")


def test_a_pdf_says_what_the_page_says(report: Callable[..., Path]) -> None:
    reader = PdfReader(report("run", "pdf"))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert reader.metadata is not None
    assert reader.metadata.title == "What it costs to train 405B parameters on 15.6T tokens"
    for told in (
        "$302M",
        "$190M",
        "$554M",
        "Own or rent",
        "experiments_factor",
        "llama-3.1-405b",
        "Sources",
        "own is cheaper",
    ):
        assert told in text or told.lower() in text.lower(), told
    assert "CSV" not in text


def test_a_sweep_and_a_mapping_are_reported_in_python(tmp_path: Path) -> None:
    sweep = gigacost.Sweep.from_toml(spec_file(tmp_path, SPEC))
    made = gigacost.report(sweep, output=tmp_path / "report.html")
    page = ReportPage((tmp_path / "report.html").read_text())
    assert "gigacost report specification.json -o report.html" in page.text
    (tmp_path / "specification.json").write_text(page.downloads["specification.json"])
    again = gigacost.report(gigacost.Sweep.from_toml(tmp_path / "specification.json"), output=tmp_path / "again.html")
    assert (made.sha256, made.figures, made.tables) == (again.sha256, again.figures, again.tables)
    run = gigacost.report({"params": "7B"}, tokens="2T", hardware="h100-sxm", chips=512, output=tmp_path / "run.md")
    command = "gigacost report --params 7000000000 --tokens 2000000000000 --hardware h100-sxm --chips 512 -o "
    assert command in Path(run.file).read_text()
    front = gigacost.report(sweep, minimise=["train_days", "cost_total_usd"], output=tmp_path / "front.md")
    command = "gigacost report specification.json --minimise train_days,cost_total_usd -o report.html"
    assert command in Path(front.file).read_text()


@pytest.mark.parametrize(
    ("module", "name", "install"),
    [
        ("altair", "report.html", "pip install 'gigacost[charts]'"),
        ("vl_convert", "report.pdf", "pip install 'gigacost[charts]'"),
        ("weasyprint", "report.pdf", "pip install 'gigacost[pdf]'"),
    ],
)
def test_a_missing_extra_is_named_before_anything_is_computed(
    module: str,
    name: str,
    install: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _without(monkeypatch, module)
    refused = invoke(capsys, "report", *RUN, "-o", str(tmp_path / name))
    assert refused.code == 2
    assert install in refused.err
    assert refused.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_comment_needs_no_extra(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _without(monkeypatch, "altair", "vl_convert", "weasyprint")
    assert written(capsys, tmp_path, *RUN, name="report.md").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*RUN, "-o", "report.docx"), "unknown kind of report"),
        ((*RUN, "-o", "nowhere/report.html"), "there is no folder"),
        ((*RUN, "-o", ".html"), "unknown kind of report"),
        ((*RUN,), "-o"),
        (("-o", "report.html"), "SPEC"),
        ((*RUN[:6], "-o", "report.html"), "tokens"),
        ((*RUN, "--minimise", "loss", "-o", "report.html"), "only a specification with axes has a front"),
        ((*RUN, "--set", "pue=0.5", "-o", "report.html"), "pue"),
        ((*RUN, "--budget", "50M", "-o", "report.html"), "a limit of an open question"),
        ((*OPEN, "--budget", "1", "-o", "report.html"), "no design is within the limits"),
        ((*OPEN, "--within", "soon", "-o", "report.html"), "within"),
        ((*RUN[:2], "--chips", "8", *RUN[4:], "-o", "report.html"), "memory"),
    ],
)
def test_what_cannot_be_reported_is_refused(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = invoke(capsys, "report", *arguments)
    assert refused.code == 2
    assert said in refused.err
    assert list(tmp_path.iterdir()) == []


def test_a_space_without_a_design_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = spec_file(tmp_path, SPEC.replace("train_days <= 60", "train_days <= 0.01"))
    refused = invoke(capsys, "report", spec, "-o", str(tmp_path / "report.md"))
    assert refused.code == 2
    assert "no combination is feasible" in refused.err


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "report.md").mkdir()
    refused = invoke(capsys, "report", *OPEN, "-o", str(tmp_path / "report.md"))
    assert refused.code == 2
    assert "not a regular file" in refused.err


def test_an_open_question_may_have_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    limits = ("--within", "60d", "--budget", "$60M", "--sure", "0.5")
    text = written(capsys, tmp_path, *OPEN, *limits, name="report.md").read_text()
    chosen = invoke(capsys, "choose", *OPEN, *limits, "--json").json
    cheapest = min((one["estimate"] for one in chosen["answers"]), key=lambda one: one["subtotals"]["cost_total_usd"])
    assert "within 60 days, for at most $60M, all of that in 50" in text
    chips, hardware = cheapest["inputs"]["chips"], cheapest["inputs"]["hardware"]
    assert f"on 15T tokens · {chips:,} x {hardware} · " in text
    assert f"gigacost report {' '.join(OPEN)} --within 60d --budget '$60M' --sure 0.5 -o report.html" in text
    again = gigacost.report(params="70B", tokens="15T", within="60d", budget="$60M", sure=0.5, output=tmp_path / "a.md")
    assert Path(again.file).read_text().split("## The same again")[0] == text.split("## The same again")[0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("--hardware", "tpu-v5p", "--provider-class", "hyperscaler"),
            "the catalogue has no price at which the chip",
        ),
        (("--hardware", "h100-sxm"), "of its hours in use (assumed\\_fleet\\_utilisation) on, own is cheaper than on"),
        (("--hardware", "h100-sxm", "--set", "runs_per_year=3"), "runs a year (runs\\_per\\_year) on, own is cheaper"),
        (("--hardware", "h100-sxm", "--preset", "epoch-2024"), "(rental\\_usd\\_per\\_chip\\_hour) on, own is cheaper"),
    ],
)
def test_own_or_rent_is_told_along_what_makes_a_difference(
    asked: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = written(
        capsys, tmp_path, "--params", "70B", "--tokens", "2T", "--chips", "512", *asked, name="report.md"
    ).read_text()
    assert said in text.partition("## Own or rent")[2].partition("## What would flip")[0]
