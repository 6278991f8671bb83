"""What the commands that look for an unknown share: their options, how they end, and why nothing is feasible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options
from gigacost.cli.query import querying, timed, warn_of

if TYPE_CHECKING:
    from gigacost.analysis.inverse.break_even import BreakEven
    from gigacost.analysis.inverse.infeasibility import Relaxation
    from gigacost.analysis.inverse.solve import Solution
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.query import QueryOptions
    from gigacost.queries.space import Space

_MANY, _TENTH = 9.0, 0.1
"""From here on a change is told as a factor, and without tenths of a per cent."""
_RANGE = "LOW..HIGH[:STEPS[:linear|log[:MULTIPLE]]]"


def looking(command: Callable[..., int]) -> Callable[..., int]:
    """The options of a command that looks for an unknown."""
    by = "Quantity to minimise among feasible designs [default: cost_total_usd]."
    over = f"Search range, {_RANGE} [default: the axis of SPEC, else the input's plausible range]."
    asked = options.once("--by", metavar="NAME", shell_complete=options.quantities, help=by)(command)
    asked = options.once("--over", metavar="RANGE", help=over)(asked)
    asked = querying("Quantities to show for each design.", "the columns of each design")(asked)
    return click.argument("unknown", metavar="UNKNOWN", shell_complete=options.quantities)(asked)


def range_of(over: str | None) -> dict[str, object] | None:
    """The range that ``--over`` means. Raises SpecError."""
    from gigacost.spec.overrides import typed_range

    return None if over is None else typed_range("over", over, "--over")


def assertions(query: QueryOptions, sweep: Space, unknown: str, by: str) -> Assertions:
    """What ``--assert`` says of designs."""
    from gigacost.cli.views.rows import asserting

    axes = [digit.name for digit in sweep.bound.digits.values() if digit.kind == "label"]
    names = [*sweep.columns, *sweep.bound.digits, unknown, by]
    return asserting(query, sweep, {name: unit_of(sweep, name) or "1" for name in names}, axes)


def tell(
    query: QueryOptions, sweep: Space, found: BreakEven | Solution, seconds: float, show_found: Callable[[], None]
) -> None:
    """Say what was found, for people or as JSON, and what is doubtful about it."""
    from gigacost.cli.terminal import literal, payload, show
    from gigacost.units.numbers import duration

    warn_of(sweep.spec, found.meta)
    if query.as_json:
        plain = found.to_dict()
        payload({**plain, "meta": timed(plain["meta"], seconds)}, found)
    else:
        show_found()
        show(literal(f"{found.meta['combinations']:,} combinations, in {duration(seconds)}", "dim"))


def unit_of(sweep: Space, name: str) -> str:
    """The unit of a quantity of the model; of anything else empty."""
    return sweep.model.unit(name) if name in sweep.model.names else ""


def named(sweep: Space, design: Mapping[str, Any], *others: str) -> str:
    """What tells a design from the others of a sweep, beside some axes: ``hardware = b200-sxm, chips = 824``."""
    from gigacost.cli.views.rows import said

    several = [name for name, digit in sweep.bound.digits.items() if len(digit.values) > 1 and name not in others]
    return ", ".join(f"{name} = {said(sweep, name, design[name])}" for name in several if name in design)


def figures(sweep: Space, design: Mapping[str, Any], by: str, shown: Collection[str]) -> str:
    """The columns of a design that are not shown already: ``cost_total_usd $44.4M, train_days 90``."""
    from gigacost.units.numbers import cell

    names = dict.fromkeys([by, *(sweep.spec.columns or ())])
    return ", ".join(
        f"{name} {cell(design[name], unit_of(sweep, name))}" for name in names if name in design and name not in shown
    )


def show_relaxations(sweep: Space, relaxations: Sequence[Relaxation], meta: Mapping[str, Any], unknown: str) -> None:
    """Say which constraints would have to give, and by how much; where none is to blame, what is."""
    from gigacost.cli.terminal import literal, show, table
    from gigacost.units.numbers import cell

    if not relaxations:
        states = ", ".join(f"{state} {count:,}" for state, count in meta["states"].items())
        counted = f"Nothing has a {meta['by']} (--by), by which designs are ranked, whatever the condition."
        show(literal(counted, "bold"), literal(f"combinations: {states}"))
        return
    together = len(relaxations[0].yielding)
    ways = {1: "one of these constraints is relaxed", 2: "two of these constraints are relaxed, as paired here"}
    show(literal(f"Nothing is feasible unless {ways.get(together, 'all of these constraints are relaxed')}:", "bold"))
    rows = []
    for relaxation in relaxations:
        design = relaxation.design
        at = f"{unknown} = {cell(design[unknown], unit_of(sweep, unknown))}, {named(sweep, design, unknown)}"
        for one in relaxation.yielding:
            needed = "no limit" if one.needed is None else cell(one.needed, unit_of(sweep, one.quantity))
            rows.append([one.constraint, needed, _percent(one.change), at.removesuffix(", ")])
            at = ""
    heads = ["constraint", "relaxed to", "change", "then feasible"]
    show(table(heads, rows, heads[1:3]))


def _percent(change: float | None) -> str:
    """A change as people read it: ``+48 %``, ``-2.5 %``, ``x 35``."""
    if change is None:
        return ""
    if change >= _MANY:
        return f"x {1.0 + change:.3g}"
    return f"{change:+.{0 if abs(change) >= _TENTH else 1}%}".replace("%", " %")
