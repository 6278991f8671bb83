"""The uncertainty of a design, or of several that are compared, on one screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from gigacost.cli.terminal import BETWEEN, indented, literal, out, show, table
from gigacost.cli.views.estimate import place
from gigacost.cli.views.intervals import PERCENTILES, impossible_draws
from gigacost.units.numbers import amount, cell, duration, scaled, share, usd

if TYPE_CHECKING:
    from gigacost.analysis.sensitivity.influence import Influence
    from gigacost.analysis.sensitivity.uncertain_inputs import UncertainInput
    from gigacost.analysis.sensitivity.uncertainty import Uncertainty
    from gigacost.sampling.statistics import Spread

_SHOWN = 12
"""Influences that are shown; the others say little."""
_LEAST = 0.001
"""A worth below this share of the central value is not told."""
_BAR = 30
"""The longest bar, where there is room for it."""


def show_uncertainty(found: Uncertainty, seconds: float) -> None:
    """How wide it is, which option, where it comes from, what would change the best option, what is worth knowing."""
    show(literal(_headline(found), "bold"), literal(place(found.inputs), "dim"))
    show(*map(literal, impossible_draws(found.options[found.best].probabilities)), "")
    if len(found.options) > 1:
        show(literal("Which one", "bold"), _options(found), "")
    of_best = f" ({_named(found, found.best)})" if len(found.options) > 1 else ""
    show(literal(f"Which inputs cause it{of_best}", "bold"), _influences(found))
    rest = found.influences[_SHOWN:]
    if rest:
        show(literal(f"{len(rest)} others move it by {amount(rest[0].swing, found.unit)} or less", "dim"))
    show(literal("S1, ST: first-order and total-order Sobol indices, shares of the variance", "dim"), "")
    if len(found.options) > 1:
        flips = list(_flips(found))
        show(literal("What would change the best option", "bold"))
        show(*(indented(line) for line in flips or ["no input within its central 90 %, alone"]), "")
        show(literal("Expected value of perfect information", "bold"), indented(_worth(found)), "")
    show(*(literal(note, "yellow") for note in found.meta["notes"]))
    drawn = f"{found.draws.count:,} draws of {len(found.influences)} names, seed {found.draws.seed}"
    show(
        literal(
            f"{drawn}; {found.meta['evaluations']:,} evaluations in {duration(seconds)}. --json has sources.", "dim"
        )
    )


def _headline(found: Uncertainty) -> str:
    spread = found.spread
    central = f"{found.of} = {amount(spread.central, found.unit)}"
    if spread.mean is None:
        return f"{central}, and impossible in {share(1.0 - spread.feasible)} of the draws"
    told = [f"{head} {amount(getattr(spread, name), found.unit)}" for head, name in PERCENTILES.items()]
    return f"{central}; {', '.join(told)}, mean {amount(spread.mean, found.unit)}"


def _named(found: Uncertainty, option: int | None) -> str:
    """An option by its values of the axes."""
    if option is None:
        return "none"
    return ", ".join(cell(value) for value in found.options[option].inputs.values())


def _options(found: Uncertainty) -> Any:  # noqa: ANN401 - a rich Table
    axes = list(found.options[0].inputs)
    figures = {"central": "central", **PERCENTILES, "mean": "mean"}
    rows = []
    for option in found.options:
        labels = [cell(option.inputs[axis]) for axis in axes]
        rows.append([*labels, *_figures(option.spread, figures.values(), found.unit), share(option.best)])
    return table([*axes, *figures, "the best in"], rows, [*figures, "the best in"])


def _figures(spread: Spread, names: Iterable[str], unit: str) -> list[str]:
    return [amount(getattr(spread, name), unit) for name in names]


def _influences(found: Uncertainty) -> Any:  # noqa: ANN401 - a rich Table
    heads = ["input", "central 90 %", "gives", "", "S1", "ST", ""]
    rows = []
    for one in found.influences[:_SHOWN]:
        shares = [_share(one.index.first), _share(one.index.total)] if one.index else ["—", "—"]
        over = f"{_at(one.input, one.low)} to {_at(one.input, one.high).removeprefix('x ')}"
        low, high = (amount(value, found.unit) for value in (one.at_low, one.at_high))
        rows.append([one.input.name, over, low, f"to {high}", *shares])
    beside = BETWEEN + sum(max(map(len, column)) + BETWEEN for column in zip(heads, *rows, strict=False))
    width = min(max(out().width - beside, 0), _BAR)
    most = max((one.swing for one in found.influences), default=0.0)
    for row, one in zip(rows, found.influences, strict=False):
        row.append("█" * round(width * one.swing / most) if most else "")
    return table(heads, rows, ["gives", "S1", "ST"])


def _share(index: float) -> str:
    """A share of the variance; estimates of nothing may fall below 0."""
    return share(max(index, 0.0))


def _at(one: UncertainInput, value: float) -> str:
    """A value of a name, or its factor."""
    if one.distribution.relative:
        return f"x {scaled(value)}"
    return usd(value) if one.unit.startswith("$") else scaled(value)


def _flips(found: Uncertainty) -> Iterator[str]:
    for one in found.influences:
        for flip in one.flips:
            change = f"{_named(found, flip.below)} → {_named(found, flip.above)}"
            yield f"{one.input.name} from {_at(one.input, flip.value)} on: {change}"


def _worth(found: Uncertainty) -> str:
    central = abs(found.spread.central or 0.0)
    known = sorted(found.influences, key=lambda one: -(one.worth or 0.0))
    one_by_one = [f"{one.input.name} {amount(one.worth, found.unit)}" for one in known if _matters(one, central)]
    of_all = f"all inputs (EVPI) {amount(found.worth_of_all, found.unit)}"
    return f"{of_all}; one input (EVPPI): {', '.join(one_by_one)}" if one_by_one else of_all


def _matters(one: Influence, central: float) -> bool:
    return one.worth is not None and one.worth > _LEAST * central
