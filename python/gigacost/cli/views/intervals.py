"""P10, P50 and P90 beside the central values of totals and days, and what they are over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.cli.terminal import NARROW, grid, literal, out, shortened
from gigacost.units.numbers import amount, grouped, share

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.queries.estimates import Estimate

PERCENTILES = {"P10": "p10", "P50": "p50", "P90": "p90"}
"""The heads under which they stand, and what intervals call them."""
DAYS = "train_days"
_LEAST = 30
"""What a total means is not told in fewer columns than this, beside percentiles."""


def percentiles(interval: Mapping[str, float | None]) -> list[float | None]:
    """P10, P50 and P90 of an interval; none without one."""
    return [interval[name] for name in PERCENTILES.values()] if interval else []


def totals(one: Estimate, model: Model) -> Any:  # noqa: ANN401 - a rich Table or Text
    """The subtotals that are known, the smallest first, each with its percentiles; with percentiles the days too."""
    rows = {name: _row(one, name, value) for name, value in one.subtotals.items() if value is not None}
    if one.intervals and DAYS in one.quantities:
        rows[DAYS] = _row(one, DAYS, one.quantities[DAYS])
    if one.intervals and out().width < NARROW:
        return _lines(rows)
    made = grid("left", *["right"] * max(map(len, rows.values()), default=1), "left")
    if one.intervals:
        made.add_row("", *(literal(head, "dim") for head in ("central", *PERCENTILES)))
    columns = list(zip(*([f"  {name}", *row] for name, row in rows.items()), strict=True))
    left = out().width - sum(max(map(len, column), default=0) + 2 for column in columns)
    for name, row in rows.items():
        doc = model.quantities[name].doc.replace("\n", " ").split(". ")[0].split(" [")[0].removesuffix(".")
        told = out().width >= NARROW and (left >= _LEAST or not one.intervals)
        meaning = [literal(shortened(doc, left), "dim")] if told else []
        made.add_row(
            literal(f"  {name}"), *(literal(text, "" if i else "bold") for i, text in enumerate(row)), *meaning
        )
    return made


def note(estimates: Sequence[Estimate]) -> Iterator[str]:
    """What the percentiles are over, and why those of a total are not around it."""
    first = estimates[0]
    if not first.intervals:
        return
    total = next(reversed([*first.subtotals]), "")
    priced = [one for one in estimates if total in one.intervals]
    feasible = min((one.intervals[total]["feasible"] or 0.0 for one in priced), default=1.0)
    middles = [(one.subtotals[total], one.intervals[total]["p50"]) for one in priced]
    told = f"Over {first.meta['draws']['count']:,} draws of what is left open."
    if feasible < 1.0:
        yield f"{told} {share(1.0 - feasible)} are impossible: dearer than any."
    elif middles and all(
        middle is not None and central is not None and middle > central for central, middle in middles
    ):
        yield f"{told} Skewed inputs lift the total's P50."
    else:
        yield told


def impossible_draws(probabilities: Mapping[str, float]) -> Iterator[str]:
    """In which share of the draws a plan cannot be carried out; told of too many runs even where it is in none."""
    for name, probability in probabilities.items():
        if probability or name == "too_many_runs":
            yield f"P({name}) = {share(probability)}"


def _row(one: Estimate, name: str, central: float | None) -> list[str]:
    values = [central, *percentiles(one.intervals.get(name, {}))]
    if name == DAYS:
        return ["—" if value is None else grouped(value) for value in values]
    return [amount(value, "$") for value in values]


def _lines(rows: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401 - a rich Text
    """Two lines for each row, where it does not fit into one."""
    from rich.text import Text

    lines = []
    for name, (central, *others) in rows.items():
        lines += [literal(f"  {name} {central}", "bold")]
        lines += [literal("    " + "  ".join(f"{head} {text}" for head, text in zip(PERCENTILES, others, strict=True)))]
    return Text("\n").join(lines)
