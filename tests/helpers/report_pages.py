"""Reads a report: its numbers with their names, its downloads, its texts; and the answers that the numbers are from."""

from __future__ import annotations

import base64
import csv
import math
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

RUN = ("--hardware", "h100-sxm", "--chips", "16384", "--params", "405B", "--tokens", "15.6T")
OPEN = ("--params", "70B", "--tokens", "15T")
SPEC = """version = 1

[axes]
hardware = ["h100-sxm", "b200-sxm"]
chips = [512, 1024, 2048]
market = ["own", "on_demand"]

[fixed]
params = "13B"
tokens = "2T"

[query]
where = "train_days <= 60"
columns = ["cost_total_usd", "train_days", "facility_mw"]
"""
_NOT_OURS = frozenset({"svg", "style", "code", "data", "time", "title"})
"""Elements whose digits are figures, names, or those of a picture."""
_NO_FIGURES = re.compile(r"\bP(5|10|50|90|95)\b|SHA-256")
_STEP = re.compile(r"([\w-]+(?:\([^)]*\))?)((?:\[\d+\])*)(?:\.|$)")


@dataclass
class ReportPage(HTMLParser):
    """A report as HTML."""

    text: str
    numbers: list[tuple[str, str, str]] = field(default_factory=list)
    """Value, quantity and text of each."""
    downloads: dict[str, str] = field(default_factory=dict)
    headings: list[int] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    """Texts outside of numbers, dates, labels, commands and pictures."""
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if "id" in known:
            self.ids.append(known["id"])
        if tag == "meta":
            return
        self._open.append((tag, known.get("class", "")))
        if tag == "data":
            self.numbers.append((known["value"], known["data-quantity"], ""))
        if tag == "a" and "download" in known:
            self.downloads[known["download"]] = base64.b64decode(known["href"].partition("base64,")[2]).decode()
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._open}
        classes = {name for _, name in self._open}
        if self._open and self._open[-1][0] == "data":
            value, quantity, text = self.numbers[-1]
            self.numbers[-1] = (value, quantity, text + data)
        if not tags & _NOT_OURS and not classes & {"label", "cite", "sources"} and data.strip():
            self.loose.append(data.strip())

    @property
    def loose_digits(self) -> list[str]:
        """Texts of our own with digits in them that are no number of the page."""
        return [text for text in self.loose if re.search(r"\d", _NO_FIGURES.sub("", text))]

    def value(self, quantity: str) -> str:
        """The full value of a quantity. Raises KeyError."""
        return {name: value for value, name, _ in self.numbers}[quantity]


def written(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str, name: str = "report.html") -> Path:
    """The file of a report."""
    made = invoke(capsys, "report", *arguments, "-o", str(folder / name), "--json")
    assert made.code == 0, made.err
    return folder / name


def questions(page: ReportPage, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The answers to the questions of a report, each by the very command that it names."""
    for name, text in page.downloads.items():
        if name.endswith(".json"):
            (folder / name).write_text(text)
    capsys.readouterr()  # what was printed when the report was made
    found = {}
    for name, command in [*csv.reader(page.downloads["gigacost-questions.csv"].splitlines())][1:]:
        files = (".json", ".toml")
        words = [str(folder / word) if word.endswith(files) else word for word in shlex.split(command)]
        answer = invoke(capsys, *words[1:])
        assert answer.code == 0, answer.err
        found[name] = answer.json
    return found


def expected(quantity: str, answers: dict[str, Any]) -> float:
    """What a number of a report has to be, by its name."""
    estimate = answers["estimate"]
    if ":" in quantity:
        question, _, path = quantity.partition(":")
        return _at_path(question, path, answers)
    if " / " in quantity:
        above, below = quantity.split(" / ")
        return float(estimate["quantities"][above] / estimate["quantities"][below])
    found = re.fullmatch(r"(p10|p50|p90|feasible)\((\w+)\)", quantity)
    if found:
        return float(estimate["intervals"][found[2]][found[1]])
    for prefix in ("probabilities", "meta"):
        if quantity.startswith(f"{prefix}."):
            return float(_walk(estimate, quantity))
    assumed = {one["name"]: one["value"] for one in estimate["assumptions"]}
    known = {**assumed, **estimate["inputs"], **estimate["quantities"]}
    return float(known[quantity])


def _at_path(question: str, path: str, answers: dict[str, Any]) -> float:
    if question == "validate":
        named, _, field_ = path.rpartition(".")
        one = next(one for one in answers["validate"]["per_figure"] if f"{one['run']}, {one['what']}" == named)
        return float(one[field_])
    if question == "pareto" and path == "meta.front":
        return float(len(answers["pareto"]["rows"]))
    return float(_walk(answers[question], path))


def _walk(document: Any, path: str) -> Any:
    """What stands at a place of a document: ``rows[0].p10(cost_total_usd)``."""
    for name, indices in _steps(path):
        document = document[name]
        for index in indices:
            document = document[index]
    return document


def _steps(path: str) -> Iterator[tuple[str, list[int]]]:
    for step in _STEP.finditer(path):
        yield step[1], [int(number) for number in re.findall(r"\d+", step[2])]


def is_derived(quantity: str) -> bool:
    """Whether a number is made of a date or of a count, and stands in no answer."""
    return quantity.startswith(("age_days(", "len(", "axes.", "alike:"))


def same(text: str, value: float) -> bool:
    """Whether a full value is a figure, digit for digit."""
    return float(text) == value and not math.isnan(value)
