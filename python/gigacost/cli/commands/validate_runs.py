"""``gigacost validate runs``: published runs, predicted from what was known before they started."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gigacost.cli import options

if TYPE_CHECKING:
    from gigacost.validation.validate_runs import Figure, Reliability, RunValidation


@options.command("runs", short_help="Hours, energy, dollars of published runs.")
@options.as_json
def command(*, as_json: bool) -> int:
    """Predict published runs from architecture, tokens, chips and date alone, and report the errors.

    Neither hours nor utilisation nor layouts that were published are used. A published figure should lie between P5 and
    P95 of its prediction; an o marks those that do not. Exits with 1 when fewer do than intervals promise.
    """
    from gigacost.cli import process
    from gigacost.cli.terminal import payload
    from gigacost.validation.validate_runs import validate_runs

    found = validate_runs()
    if as_json:
        payload(found.to_dict())
    else:
        show_validation(found)
    for fault in found.faults:
        process.warn("error", fault)
    return process.FAILED if found.faults else process.DONE


def show_validation(found: RunValidation) -> None:
    """All of it, what sums it up at the end."""
    from gigacost.cli.terminal import literal, show, table

    heads, rows = figure_rows(found)
    show(literal("Predicted from what was known before the run", "bold"), table(heads, rows, heads[3:]))
    if found.unpredicted:
        left_out = [[one.run, one.what, one.reason] for one in found.unpredicted]
        show(literal("Not predicted", "bold"), table(["run", "published", "why"], left_out))
    heads, rows = reliability_rows(found)
    show(literal(f"{len(found.runs)} runs", "bold"), table(heads, rows, heads[1:]))
    show(literal("* its number of chips (or what else is named in catalog show) was not published", "dim"))


def figure_rows(found: RunValidation) -> tuple[list[str], list[list[str]]]:
    """The figures as a table: its heads and its rows."""
    heads = ["run", "figure", "unit", "published", "predicted", "error", "P5", "P95", ""]
    return heads, [_row(one, assumed=one.run in found.assumed) for one in found.figures]


def reliability_rows(found: RunValidation) -> tuple[list[str], list[list[str]]]:
    """How reliable predictions are as a table: its heads and its rows."""
    heads = ["figures of", "figures", "median error", "of P50", "inside P5-P95", "median P95/P5"]
    groups: dict[str, Reliability] = {**found.by_kind, "all": found.reliability}
    return heads, [[name, *_cells(one)] for name, one in groups.items()]


def _row(one: Figure, *, assumed: bool) -> list[str]:
    from gigacost.cli.views.numbers import scaled

    published, predicted, low, high = map(scaled, (one.published, one.predicted, one.low, one.high))
    run, outside = one.run + (" *" if assumed else ""), "" if one.is_inside else "o"
    return [run, one.what, one.unit, published, predicted, _signed(one.error), low, high, outside]


def _cells(one: Reliability) -> list[Any]:
    shares = (one.median_abs_error, one.median_abs_error_of_p50, one.share_inside)
    return [str(one.figures), *(_percent(share) for share in shares), _number(one.median_spread)]


def _percent(share: float) -> str:
    return "—" if math.isnan(share) else f"{share:.1%}".replace("%", " %")


def _number(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.2f}"


def _signed(error: float) -> str:
    return f"{error:+.0%}".replace("%", " %")
