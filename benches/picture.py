"""Draws ``docs/scaling.svg`` from the results: ``python benches/picture.py``."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import results

FILE = Path(__file__).parent.parent / "docs" / "scaling.svg"
PANELS = {
    "rows": "combinations",
    "threads": "threads",
    "axes": "axes",
    "outputs": "outputs",
    "operations": "operations of the model",
}
COLOURS = {"summary": "#0072b2", "scan": "#009e73", "top": "#d55e00"}
"""Of those that everybody can tell apart (Okabe and Ito)."""
LABELS = {"summary": "summary", "scan": "top, all evaluated", "top": "top"}


def draw(found: dict[str, Any]) -> None:
    """One panel for each question, nanoseconds upwards."""
    matplotlib = importlib.import_module("matplotlib")
    matplotlib.use("svg")
    # The same bytes for the same figures.
    matplotlib.rcParams.update({"svg.hashsalt": "gigacost", "svg.fonttype": "none", "font.size": 9})
    plot = importlib.import_module("matplotlib.pyplot")
    figure, panels = plot.subplots(1, len(PANELS), figsize=(13, 3.2), layout="constrained")
    for panel, (key, label) in zip(panels, PANELS.items(), strict=True):
        points = found["scaling"][key]
        for kind, colour in COLOURS.items():
            known = [(float(point["x"]), point[kind]) for point in points if kind in point]
            if known:
                panel.plot(*zip(*known, strict=True), "o-", color=colour, label=LABELS[kind], markersize=4)
        panel.set_xlabel(label)
        panel.grid(visible=True, linewidth=0.3)
        panel.spines[["top", "right"]].set_visible(False)
        if key in {"rows", "operations"}:
            panel.set_xscale("log")
            panel.set_yscale("log")
        else:
            panel.set_ylim(bottom=0)
        if key == "threads":
            panel.set_xticks([point["x"] for point in points])
    panels[0].set_ylabel("nanoseconds for each combination")
    panels[0].legend(frameon=False)
    figure.savefig(FILE, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    everything = results.load()
    if "scaling" in everything:
        draw(everything)
