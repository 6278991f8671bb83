"""``gigacost validate runs``: published runs, predicted from what was known before they started."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options

if TYPE_CHECKING:
    from gigacost.validation.validate_runs import Figure, Reliability, RunValidation

_FIGURE, _UNIT = 1, 2
_LEAST = 8
"""So many letters of what a figure is are shown at least."""
_HEADS = ["figures", "signed", "error", "of P50", "inside", "P95/P5"]
_VIEWS = {
    "all": "all figures",
    "one_vote_per_run": "one a run",
    "chips_published": "chips published",
    "chips_assumed": "chips assumed",
}


@options.command("runs", short_help="Hours, energy, dollars of published runs.")
@click.argument("file", metavar="[FILE.csv]", required=False)
@options.as_json
def command(file: str | None, *, as_json: bool) -> int:
    r"""Predict published runs from architecture, tokens, chips and date alone, and report the errors.

    Neither hours nor utilisation nor layouts that were published are used. A published figure should lie between P5 and
    P95 of its prediction; an o marks those that do not. Exits with 1 when fewer do than intervals promise, or when
    hours are off by more than they should be.

    Without FILE.csv it is the runs among the presets. FILE.csv has a row for each run, numbers with or without units,
    blank where nothing is known, with these columns:

    \b
    run  tokens  hardware  chips         required
    model                                a model of the catalogue, or
    params  params_active  layers  hidden  heads  kv_heads  head_dim  ffn
      glu  vocab  experts  experts_per_token  shared_experts  context_tokens
    precision  as_of  region  post_training_share (blank: 0)  pue  lab  source
    assumed                              columns that were not published, as chips
    chip_hours  train_days  energy_mwh  carbon_t     published, at least one
    """
    from gigacost.cli import process
    from gigacost.cli.terminal import payload
    from gigacost.validation.validate_runs import validate_runs

    found = validate_runs(file)
    if as_json:
        payload(found.to_dict())
    else:
        show_validation(found)
    faults = [] if file else found.faults
    for fault in faults:
        process.warn("error", fault)
    return process.FAILED if faults else process.DONE


def show_validation(found: RunValidation) -> None:
    """All of it, what sums it up at the end."""
    from gigacost.cli.terminal import literal, out, show, table

    heads, rows = _fitted(*figure_rows(found), out().width)
    show(
        literal("Predicted from what was known before the run", "bold"),
        table(heads, rows, heads[heads.index("published") :]),
    )
    if found.unpredicted:
        left_out = [[one.run, one.what, one.reason] for one in found.unpredicted]
        show(literal("Not predicted", "bold"), table(["run", "published", "why"], left_out))
    for title, (heads, rows) in (
        (f"{len(found.runs)} runs", reliability_rows(found)),
        ("Hours, with the pace as it ships and with each run's lab left out of its fit", hours_rows(found)),
    ):
        show(literal(title, "bold"), table(heads, rows, heads[1:]))
    show(literal("* its number of chips (or what else is named in catalog show) was not published", "dim"))


def _fitted(heads: list[str], rows: list[list[str]], width: int) -> tuple[list[str], list[list[str]]]:
    """The figures on a terminal: where they are too wide without units, and what a figure is in fewer words."""
    from gigacost.cli.terminal import BETWEEN, NARROW, shortened

    def room(columns: list[list[str]]) -> int:
        return width - sum(max(map(len, one)) + BETWEEN for i, one in enumerate(columns) if i != _FIGURE) - BETWEEN

    columns = [[head, *(row[i] for row in rows)] for i, head in enumerate(heads)]
    if width >= NARROW and room(columns) < max(map(len, columns[_FIGURE])):
        del columns[_UNIT]
        columns[_FIGURE] = [shortened(cell, max(room(columns), _LEAST)) for cell in columns[_FIGURE]]
    return [one[0] for one in columns], [list(row) for row in zip(*(one[1:] for one in columns), strict=True)]


def figure_rows(found: RunValidation) -> tuple[list[str], list[list[str]]]:
    """The figures as a table: its heads and its rows."""
    heads = ["run", "figure", "unit", "published", "predicted", "error", "P5", "P95", ""]
    return heads, [_row(one, assumed=one.run in found.assumed) for one in found.figures]


def reliability_rows(found: RunValidation) -> tuple[list[str], list[list[str]]]:
    """How reliable predictions are as a table: its heads and its rows."""
    groups: dict[str, Reliability] = {**found.by_kind, "all": found.reliability}
    return ["figures of", *_HEADS], [[name, *_cells(one)] for name, one in groups.items()]


def hours_rows(found: RunValidation) -> tuple[list[str], list[list[str]]]:
    """How reliable predictions of hours are, seen in several ways, as a table: its heads and its rows."""
    rows = [
        [f"{_VIEWS[view]}, {'left out' if name == 'left_out' else name}", *_cells(one)]
        for name, views in found.hours.items()
        for view, one in views.items()
    ]
    return ["hours of", *_HEADS], rows


def _row(one: Figure, *, assumed: bool) -> list[str]:
    from gigacost.units.numbers import scaled

    published, predicted, low, high = map(scaled, (one.published, one.predicted, one.low, one.high))
    run, outside = one.run + (" *" if assumed else ""), "" if one.is_inside else "o"
    return [run, one.what, one.unit, published, predicted, _signed(one.error), low, high, outside]


def _cells(one: Reliability) -> list[Any]:
    signed = "—" if math.isnan(one.median_signed_error) else f"{one.median_signed_error:+.1%}".replace("%", " %")
    shares = (one.median_abs_error, one.median_abs_error_of_p50, one.share_inside)
    return [str(one.figures), signed, *(_percent(share) for share in shares), _number(one.median_spread)]


def _percent(share: float) -> str:
    return "—" if math.isnan(share) else f"{share:.1%}".replace("%", " %")


def _number(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.2f}"


def _signed(error: float) -> str:
    return f"{error:+.0%}".replace("%", " %")
