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
        "Experiments cost more than the final run; what is left open could double either.",
    ),
    Entry(
        "compare",
        "Runs side by side",
        f"{_RUN} --market own,on_demand,reserved_1y",
        "What rent is to one market, chips, financing and idle hardware are to another.",
    ),
    Entry(
        "best",
        "The best combinations",
        "examples/quickstart.toml -k 8",
        "How little the runners-up cost more, and what they have otherwise.",
    ),
    Entry(
        "front",
        "Cost against time",
        "examples/frontier.toml --minimise cost_total_usd,train_days",
        "Which days can be bought, for how much, and from where on none can.",
    ),
    Entry(
        "summary",
        "Ranges of all combinations",
        "examples/quickstart.toml --per hardware",
        "How far apart the designs with one chip are, beside the chips.",
    ),
    Entry(
        "solve",
        "As many tokens as the money allows",
        "tokens --where 'cost_total_usd <= 5e6' --params 7B --hardware h100-sxm --chips 512,1024 --over 100B..20T",
        "The cost of ever more tokens, and where it reaches the limit.",
    ),
    Entry(
        "break-even",
        "Own against rent",
        "runs_per_year --params 70B --tokens 2T --hardware h100-sxm --chips 1024 --between market=own,on_demand "
        "--over 1..8",
        "From how many runs a year on a bought cluster is the cheaper one.",
    ),
    Entry(
        "waterfall",
        "From one cost to another",
        f"{_RUN} --set-a market=own --set-b market=on_demand --no-intervals",
        "Which contributions make the difference; the steps end at the other cost.",
    ),
    Entry(
        "uncertainty",
        "How sure that is, and what it is due to",
        _RUN,
        "P10 to P90 of the cost; the tornado says what each input does by itself, Sobol' indices what it does to the "
        "variance, alone and with others.",
    ),
    Entry(
        "over-time",
        "The same capability in other years",
        "examples/calendar.toml --years 2023,2025,2027,2030 --algorithms-of 2024-04-01",
        "What waiting saves, and how soon nobody knows by how much.",
    ),
    Entry(
        "elasticities",
        "What moves the cost",
        _RUN,
        "The per cent that each per cent of an input costs or saves.",
    ),
    Entry(
        "validate",
        "Predicted against published",
        "runs",
        "How far predictions of published runs were off, from what was known before these started.",
    ),
    Entry(
        "validate",
        "Step times against measured ones",
        "throughput",
        "How far the seconds of a step are off, at the layouts that were run.",
        "validate-throughput",
    ),
    Entry(
        "map",
        "Isocost lines: parameters and tokens",
        "examples/planner.toml --by cost_total_usd --per params,tokens",
        "What a larger model leaves for its tokens at the same cost, and with which chip; where no design meets the "
        "limits of days, megawatts and dollars.",
    ),
    Entry(
        "map",
        "Isocost lines: chips and days",
        "--params 70B --tokens 15T --hardware h100-sxm --set chips=1024..65536:25:log "
        "--set train_hours=120..4800:25:log --per chips,train_hours",
        "What a cluster costs that is kept busy for so many days.",
        "map-days",
    ),
    Entry(
        "layout",
        "How a cluster is divided",
        "--model llama-3.1-405b --hardware h100-sxm --chips 16384",
        "Stages and copies of the model, to scale; where time and memory go; what other choices lose, and by what.",
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
    for old in PICTURES.glob("*.svg"):
        old.unlink()
    total = sum(drawn(entry, PICTURES).stat().st_size for entry in ENTRIES)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    took = time.perf_counter() - begin
    print(f"{took:5.1f} s  {PAGE.relative_to(ROOT)}: {len(ENTRIES)} pictures, {total:,} bytes")


if __name__ == "__main__":
    write()
