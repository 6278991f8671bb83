"""Puts what the model says of published runs and of other years into the pages that speak of it.

``make docs`` runs it; a test fails when a page shows something else. What stands between ``<!-- table NAME -->`` and
``<!-- end -->`` is written here, the text around it by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from gigacost import OverTime, RunValidation, Sweep, over_time, validate_runs
from gigacost.cli.commands.validate_runs import figure_rows, hours_rows, reliability_rows
from gigacost.cli.views.over_time import driver_rows, year_rows

HERE = Path(__file__).parent
CALENDAR = HERE.parent / "examples/calendar.toml"
PAGES = ("validation.md", "over-time.md")
_TABLE = re.compile(r"(<!-- table ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


@cache
def runs() -> RunValidation:
    """The published runs, predicted."""
    return validate_runs()


@cache
def years() -> OverTime:
    """The example of other years."""
    return over_time(Sweep.from_toml(CALENDAR), algorithms_of="2024-04-01")


def _trends() -> tuple[list[str], list[list[str]]]:
    rows = [
        [f"`{name}`", one["distribution"], f"{one['source']} ({one['date']})"] for name, one in years().trends.items()
    ]
    return ["trend", "distribution", "source"], rows


def _unpredicted() -> tuple[list[str], list[list[str]]]:
    return ["run", "published", "why"], [[one.run, one.what, one.reason] for one in runs().unpredicted]


TABLES: Mapping[str, Callable[[], tuple[list[str], list[list[str]]]]] = {
    "reliability": lambda: reliability_rows(runs()),
    "hours": lambda: hours_rows(runs()),
    "figures": lambda: figure_rows(runs()),
    "unpredicted": _unpredicted,
    "trends": _trends,
    "years": lambda: year_rows(years()),
    "drivers": lambda: driver_rows(years()),
}


def rebuilt(text: str) -> str:
    """A page with its tables as they are now."""
    return _TABLE.sub(lambda found: f"{found[1]}{_markdown(*TABLES[found[2]]())}{found[3]}", text)


def _markdown(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heads)]
    lines += [
        ["---"] * len(lines[0]),
        *([cell.replace("*", r"\*").replace("|", r"\|") for cell in row] for row in rows),
    ]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


if __name__ == "__main__":
    for page in PAGES:
        path = HERE / page
        path.write_text(rebuilt(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
