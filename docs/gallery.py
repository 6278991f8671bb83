"""Draws a picture of every kind of chart, each by the command that the page shows, and writes the page.

``make docs`` runs it; tests fail when a kind is missing, or a picture or the page shows something else.
"""

from __future__ import annotations

import contextlib
import io
import shlex
import time
from pathlib import Path
from typing import NamedTuple

from gigacost.charts.kinds import KINDS
from gigacost.cli import main

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGE = HERE / "gallery.md"
PICTURES = HERE / "_static" / "gallery"
_NOTE = "<!-- Written by `make docs` from docs/gallery.py: change that, not this page. -->"
_INTRODUCTION = (
    "A picture of every kind of chart, with the command that made it. `gigacost chart` draws the answer of another "
    "command, takes its options, and writes SVG, PNG, PDF or HTML; in Python `.chart()` of an answer is an altair "
    "chart. Both need `pip install 'gigacost[charts]'`."
)
_RUN = "--params 70B --tokens 15T --hardware h100-sxm --chips 4096"


class Entry(NamedTuple):
    """One picture."""

    kind: str
    title: str
    arguments: str
    """Of ``gigacost chart KIND``."""
    reads: str
    """What one reads from it."""
    name: str = ""
    """Of the file, where it is not the kind's."""

    @property
    def file(self) -> str:
        """The picture's file name."""
        return f"{self.name or self.kind}.svg"

    @property
    def command(self) -> str:
        """The command that makes it."""
        return f"gigacost chart {self.kind} {self.arguments} -o {self.file}"


ENTRIES = (
    Entry(
        "estimate",
        "Where the money goes",
        f"{_RUN} --draws 1024",
        "The contributions to the cost, the largest first, each with P10 to P90. Here experiments cost more than the "
        "final run.",
    ),
    Entry(
        "compare",
        "Runs side by side",
        f"{_RUN} --market own,on_demand,reserved_1y",
        "What the same run costs on chips that are bought, rented on demand or reserved for a year, by contribution.",
    ),
    Entry(
        "best",
        "The best combinations",
        "examples/quickstart.toml -k 8",
        "The eight cheapest designs, and what differs between them.",
    ),
    Entry(
        "front",
        "Cost against time",
        "examples/planner.toml --minimise cost_total_usd,train_days --where 'loss <= 1.95 and is_extrapolated == 0'",
        "The designs that no other beats in both cost and days, of 51,840,000: the faster a run, the dearer.",
    ),
    Entry(
        "summary",
        "Ranges of all combinations",
        "examples/quickstart.toml --per hardware",
        "Of each quantity the smallest and the largest value, P10 to P90 and the median, by the chip of the designs.",
    ),
    Entry(
        "solve",
        "As many tokens as the money allows",
        "tokens --where 'cost_total_usd <= 5e6' --params 7B --hardware h100-sxm --chips 512,1024 --over 100B..20T",
        "The cost of the best design at each number of tokens, and the number at which it reaches the limit.",
    ),
    Entry(
        "break-even",
        "Own against rent",
        "runs_per_year --params 70B --tokens 2T --hardware h100-sxm --chips 1024 --between market=own,on_demand "
        "--over 1..8",
        "The cost of owning and of renting by runs a year: the lines cross where owning becomes cheaper.",
    ),
    Entry(
        "waterfall",
        "From one cost to another",
        f"{_RUN} --set-a market=own --set-b market=on_demand --no-intervals",
        "The contributions that make the difference between two designs; the last bar is the cost of the second.",
    ),
    Entry(
        "uncertainty",
        "How sure that is, and what it is due to",
        _RUN,
        "The distribution of the cost; how far each uncertain input moves it by itself (the tornado); the share of the "
        "variance that it causes, alone and with others (Sobol' indices).",
    ),
    Entry(
        "over-time",
        "The same capability in other years",
        "examples/calendar.toml --years 2023,2025,2027,2030 --algorithms-of 2024-04-01",
        "The cost of each year's cheapest design with P10 to P90. After the dashed line prices follow trends.",
    ),
    Entry(
        "elasticities",
        "What moves the cost",
        _RUN,
        "By how many per cent the cost changes when an input grows by one per cent.",
    ),
    Entry(
        "validate",
        "Predicted against published",
        "runs",
        "Published figures of runs against predictions from what was known before they started, with P5 to P95.",
    ),
    Entry(
        "validate",
        "Step times against measured ones",
        "throughput",
        "Measured seconds of a step against predicted ones, at the layouts that were run.",
        "validate-throughput",
    ),
    Entry(
        "map",
        "Isocost lines: parameters and tokens",
        "examples/planner.toml --by cost_total_usd --per params,tokens",
        "Along a line, the best design of each pair of parameters and tokens costs the same. Colours are its chips; "
        "grey pairs have no design within the limits of days, megawatts and dollars.",
    ),
    Entry(
        "map",
        "Isocost lines: chips and days",
        "--params 70B --tokens 15T --hardware h100-sxm --set chips=1024..65536:25:log "
        "--set train_hours=120..4800:25:log --per chips,train_hours",
        "Along a line, a cluster of that size in use for that many days costs the same.",
        "map-days",
    ),
    Entry(
        "layout",
        "How a cluster is divided",
        "--model llama-3.1-405b --hardware h100-sxm --chips 16384",
        "Stages and copies of the model, drawn to scale; where time and memory go; how much slower other choices are, "
        "and in which parts.",
    ),
    Entry(
        "scale",
        "How big Colossus 1 is",
        "--preset colossus-1-100k --model llama-3.1-405b --tokens 15.6T",
        "The site at its first 100,000 chips, beside what was reported of it, a reactor and the households of the city "
        "it stands in. Everything is drawn to the numbers below it.",
    ),
    Entry(
        "scale",
        "A 29B model and a cubic millimetre",
        "--model gigachat-29b --tokens 2T --hardware a100-sxm-80 --chips 1024",
        "A cubic millimetre of a mouse's cortex has 523 million synapses; 29 billion parameters are as many as in 55 "
        "of them. Its images are a third of the raw text that 2T tokens are made of.",
        "scale-29b",
    ),
)


def page(entries: tuple[Entry, ...] = ENTRIES) -> str:
    """The page, in the order of the kinds."""
    listed = "\n".join(
        f"* [{kind.name}](#{_anchor(first.title)}): {kind.doc}"
        for kind in KINDS.values()
        for first in entries
        if first == next(entry for entry in entries if entry.kind == kind.name)
    )
    parts = [_NOTE, "# Gallery", _INTRODUCTION, listed]
    parts += [
        f"## {one.title}\n\n{one.reads}\n\n```sh\n{one.command}\n```\n\n![{one.title}](_static/gallery/{one.file})"
        for one in entries
    ]
    return "\n\n".join(parts) + "\n"


def _anchor(title: str) -> str:
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def drawn(entry: Entry, folder: Path) -> Path:
    """Draw a picture by its command into a folder. Raises RuntimeError where the command fails."""
    output = folder / entry.file
    said = io.StringIO()
    command = ["chart", entry.kind, *shlex.split(entry.arguments), "-o", str(output)]
    with contextlib.chdir(ROOT), contextlib.redirect_stderr(said):
        try:
            main(command)
        except SystemExit as ended:
            if ended.code:
                message = f"{entry.command}: exit code {ended.code}\n{said.getvalue()}"
                raise RuntimeError(message) from None
    return output


def write() -> None:
    """Draw all, in place of what was there, and write the page; say how long it took."""
    begin = time.perf_counter()
    PICTURES.mkdir(parents=True, exist_ok=True)
    paths = [drawn(entry, PICTURES) for entry in ENTRIES]
    for old in set(PICTURES.iterdir()).difference(paths):
        old.unlink()
    total = sum(path.stat().st_size for path in paths)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    took = time.perf_counter() - begin
    print(f"{took:5.1f} s  {PAGE.relative_to(ROOT)}: {len(ENTRIES)} pictures, {total:,} bytes")


if __name__ == "__main__":
    write()
