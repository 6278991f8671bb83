"""The layouts of a design on a screen: the best, where their time and memory go, what the others lose or lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.charts.layout_words import AXES, HEADS, RECOMPUTE, part, said
from gigacost.cli.terminal import literal, show, table
from gigacost.units.numbers import grouped, scaled, share

if TYPE_CHECKING:
    from gigacost.analysis.layouts.candidates import Layout
    from gigacost.analysis.layouts.layouts import Layouts
    from gigacost.analysis.layouts.rejections import Failure, Loser

_SHOWN = 10
"""Kinds of layouts that lose, and that fail."""
_TOLD = 3
"""Parts that are told of each."""
_LITTLE = 0.0005
"""A part that is less of every step is not shown."""


def show_layouts(found: Layouts) -> None:
    """All of it."""
    show(*(literal(line, "bold") for line in _headline(found)), *(literal(note, "dim") for note in found.notes), "")
    show(literal("Shortest steps", "bold"), _best(found.best))
    times = [{name: value / one.step_seconds for name, value in one.parts.items()} for one in found.best]
    show(literal("Where the time goes", "bold"), _parts(times, share))
    title = f"What fills the {found.mem_gib:.3g} GiB of a chip"
    show(literal(title, "bold"), _parts([one.memory for one in found.best], lambda gib: f"{gib:.1f}"))
    if found.losing:
        show(literal("What other choices lose", "bold"), _losing(found.losing, found.best[0]))
    if found.failing:
        show(literal("What is not possible, or not tried", "bold"), _failing(found.failing))
    show(literal(_trust(found), "yellow"))
    looked = (
        f"{found.candidates:,} layouts looked at: {found.legal:,} legal and worth a try, {found.fitting:,} of them fit"
    )
    show(literal(f"{looked}. All that lose and fail: --json.", "dim"))


def _headline(found: Layouts) -> list[str]:
    inputs = found.inputs
    params = f"{scaled(float(inputs['params']))} parameters" if "params" in inputs else "a model"
    chips = f"{float(inputs.get('chips', 1)):,.0f} x {inputs.get('hardware', 'chips')}"
    batch = f"{found.global_batch_sequences:,.0f} sequences of {found.sequence_tokens:,.0f} tokens a step"
    batch += f", expert_tp {inputs['expert_tp']}" if "expert_tp" in inputs else ""
    return [f"{inputs.get('model', params)} on {chips}, {inputs.get('precision', '')}".rstrip(", "), batch]


def _best(layouts: Sequence[Layout]) -> Any:  # noqa: ANN401 - a rich Table
    columns: dict[str, list[str]] = {"": [str(place) for place in range(1, len(layouts) + 1)]}
    for axis in AXES:
        values = [one.axes[axis] for one in layouts]
        columns[HEADS.get(axis, axis)] = (
            [RECOMPUTE[v] for v in values] if axis == "recompute" else list(map(str, values))
        )
    columns["dp"] = [f"{one.dp:,}" for one in layouts]
    columns["step"] = [_seconds(one.step_seconds) for one in layouts]
    columns["MFU"] = ["—" if one.mfu is None else f"{one.mfu:.1%}".replace("%", " %") for one in layouts]
    columns["GiB"] = [f"{one.memory_per_chip_gib:.3g}" for one in layouts]
    if any(one.idle_chips for one in layouts):
        columns["idle chips"] = [f"{one.idle_chips:,}" for one in layouts]
    if any(one.padding_share for one in layouts):
        columns["padding"] = [share(one.padding_share) for one in layouts]
    return table(list(columns), list(zip(*columns.values(), strict=True)), set(columns) - {"recompute"})


def _parts(columns: Sequence[Mapping[str, float]], cell: Callable[[float], str]) -> Any:  # noqa: ANN401
    """What something is made of, one column for each layout, without parts that are nothing in all of them."""
    names = [name for name in columns[0] if any(column[name] >= _LITTLE for column in columns)]
    places = [str(place) for place in range(1, len(columns) + 1)]
    return table(["", *places], [[part(name), *(cell(column[name]) for column in columns)] for name in names], places)


def _losing(losers: Sequence[Loser], winner: Layout) -> Any:  # noqa: ANN401 - a rich Table
    rows = []
    for one in losers[:_SHOWN]:
        others = {axis: value for axis, value in one.layout.axes.items() if value != winner.axes[axis]}
        also = said({axis: value for axis, value in others.items() if axis not in one.change})
        rows.append([said(one.change), also, _seconds(one.layout.step_seconds), f"+{share(one.slower)}", _by(one)])
    return table(["choice", "best then with", "step", "slower", "by"], rows, ["step", "slower"])


def _by(one: Loser) -> str:
    more = [(name, value) for name, value in one.by.items() if value >= _LITTLE][:_TOLD]
    return ", ".join(f"{part(name)} +{share(value)}" for name, value in more)


def _failing(failures: Sequence[Failure]) -> Any:  # noqa: ANN401 - a rich Table
    return table(["choice", "why"], list(_grouped(failures))[:_SHOWN])


def _grouped(failures: Iterable[Failure]) -> Iterable[tuple[str, str]]:
    """Values of one axis that fail for one reason share a line."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for one in failures:
        text = said(one.change)
        together = (*one.change, one.reason) if len(one.change) == 1 else (text, one.reason)
        lines.setdefault(together, []).append(text)
    for key, (first, *more) in lines.items():
        yield ", ".join([first, *(value.split(" ", 1)[1] for value in more)]), key[-1]


def _trust(found: Layouts) -> str:
    if found.error_band is None:
        return "Step times rest on figures of your own: nothing is known of their error."
    low, high = (f"{end:+.0%}".replace("%", " %") for end in found.error_band)
    if found.is_calibrated:
        return f"Predictions for published runs of this kind were {low} to {high} off (10th to 90th percentile)."
    return f"Extrapolated: no runs of this chip and precision were published; expect {low} to {high}, or worse."


def _seconds(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds < 100 else f"{grouped(seconds)} s"  # noqa: PLR2004 - three digits
