"""``docs/scaling.md``: how the cost of a combination changes with the question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markdown_tables import NOTE, digits, table, where

_REDUCTIONS = {"summary": "`summary`", "scan": "`top`, every combination evaluated", "top": "`top`"}


def scaling(found: Mapping[str, Any]) -> str:
    """The text of the page."""
    parts = [NOTE, "# How it scales\n"]
    if "scaling" not in found:
        return "\n".join(parts)
    part = found["scaling"]
    text = (
        "Nanoseconds for each combination, reduced to statistics of the total (`summary`) or to the cheapest thousand: "
        "with a look at every combination, or with what is proven not to be among them left out (`top`, as it comes). "
        "What is left out here would have taken more than a minute.\n"
    )
    parts += [text, f"Measured {where(part)}\n", "![Nanoseconds for each combination](scaling.svg)\n"]
    titles = {
        "rows": ("Combinations", "The workload of [performance](performance.md), with ever more electricity prices."),
        "threads": ("Threads", "134,217,728 combinations."),
        "axes": ("Axes", "2^24 combinations of a model with 24 inputs, zipped into the given number of axes."),
        "outputs": (
            "Outputs",
            "Statistics of up to ten columns over 16,777,216 combinations; the last four vary along some axes only.",
        ),
        "operations": ("Operations of the model", "Generated models over 4,194,304 combinations of four axes."),
    }
    for key, (title, words) in titles.items():
        kinds = [kind for kind in _REDUCTIONS if any(kind in point for point in part[key])]
        lines = [
            [f"{point['x']}", *(digits(point[kind]) if kind in point else "" for kind in kinds)] for point in part[key]
        ]
        parts += [
            f"## {title}\n",
            words + "\n",
            table((title.lower(), *(f"{_REDUCTIONS[kind]}, ns" for kind in kinds)), lines) + "\n",
        ]
    return "\n".join(parts)
