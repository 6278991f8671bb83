"""A validation on a screen: every run, then how far off they are by source and kind, then what was left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gigacost.cli.terminal import literal, show, table

if TYPE_CHECKING:
    from gigacost.validation.validate_throughput import Accuracy, Choice, Prediction, Search, Skipped, Validation

_HEADS = ("runs", "median error", "90th percentile", "within 15 %")


def show_validation(found: Validation) -> None:
    """All of it, what sums it up at the end."""
    if found.predictions:
        show(literal("Predicted at the layout that was run", "bold"), _runs(found.predictions, found.assumed))
    if found.skipped:
        show(literal("Not counted", "bold"), _skipped(found.skipped))
    if found.search is not None:
        show(literal("At the layout that the tool chooses", "bold"), _choices(found.search.choices))
    show(literal("How far off", "bold"), _accuracies(found))
    for reason in dict.fromkeys(found.assumed.values()):
        runs = sum(said == reason for said in found.assumed.values())
        show(literal(f"* {runs} runs: {reason}", "dim"))
    if found.too_large:
        show(literal(f"{len(found.too_large)} runs do not fit in the model: {', '.join(found.too_large)}", "dim"))
    if found.search is not None:
        show(*(literal(line) for line in _compared(found.search)))


def _runs(predictions: Iterable[Prediction], assumed: Mapping[str, str]) -> Any:  # noqa: ANN401 - a rich Table
    heads = ["run", "kind", "chip", "precision", "published s", "predicted s", "error"]
    rows = [
        [
            one.id + (" *" if one.id in assumed else ""),
            one.kind,
            one.chip,
            one.precision,
            _seconds(one.published_seconds),
            _seconds(one.predicted_seconds),
            _signed(one.error),
        ]
        for one in predictions
    ]
    return table(heads, rows, heads[4:])


def _skipped(skipped: Iterable[Skipped]) -> Any:  # noqa: ANN401 - a rich Table
    rows = [[one.id, one.chip, _seconds(one.predicted_seconds), one.reason] for one in skipped]
    return table(["run", "chip", "predicted s", "why"], rows, ["predicted s"])


def _choices(choices: Iterable[Choice]) -> Any:  # noqa: ANN401 - a rich Table
    heads = ["run", "published layout", "chosen layout", "chosen s", "of its prediction", "of the published time"]
    rows = [
        [
            one.id,
            _layout(one.published),
            _layout(one.chosen),
            _seconds(one.chosen_seconds),
            f"{one.over_predicted:.2f}",
            f"{one.over_published:.2f}",
        ]
        for one in choices
    ]
    return table(heads, rows, heads[3:])


def _layout(axes: Mapping[str, float]) -> str:
    """As ``tp8 pp16 vp8 mb1 z1 r0``: without those that are 1 anyway."""
    short = {"microbatch": "mb", "zero_stage": "z", "recompute": "r"}
    always = {"tp", "pp", *short}
    return " ".join(
        f"{short.get(axis, axis)}{value:g}" for axis, value in axes.items() if axis in always or value > 1.0
    )


def _accuracies(found: Validation) -> Any:  # noqa: ANN401 - a rich Table
    rows = [[name, *_cells(one)] for name, one in found.by_source.items()]
    rows += [[""] * (len(_HEADS) + 1)]
    rows += [[f"all {name}", *_cells(one)] for name, one in found.by_kind.items()]
    rows += [["all", *_cells(found.accuracy)]]
    return table(["source", *_HEADS], rows, _HEADS)


def _cells(one: Accuracy) -> list[str]:
    shares = (one.median_abs_error, one.p90_abs_error, one.share_within_15pct)
    return [str(one.rows), *("—" if math.isnan(value) else f"{value:.1%}".replace("%", " %") for value in shares)]


def _compared(search: Search) -> list[str]:
    lines = [f"no layout found: {', '.join(search.without)}"] if search.without else []
    if not search.choices:
        return lines
    predicted = (
        f"chosen layouts take {search.median_over_predicted:.2f} times what is predicted for those that were run"
    )
    published = f"and {search.median_over_published:.2f} times what was measured (medians)"
    return [predicted, f"{published}; {search.share_with_same_split:.0%} have the same tp and pp", *lines]


def _seconds(seconds: float | None) -> str:
    return "—" if seconds is None else f"{seconds:.4g}"


def _signed(error: float) -> str:
    return f"{error:+.1%}".replace("%", " %")
