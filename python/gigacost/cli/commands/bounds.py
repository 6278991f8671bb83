"""``gigacost bounds``: between which values quantities lie, and where they are attained."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from gigacost.cli import options
from gigacost.cli.asking import Asking, askable
from gigacost.cli.query import QueryOptions, querying, timed, warn_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gigacost.queries.bounds import Bounds
    from gigacost.queries.space import Space

_OF = "cost_total_usd"


@options.command("bounds")
@querying("Quantities to show in each row.", "NAME_min and NAME_max of each quantity")
@options.quantity_names("--of", help=f"Quantities to bound [default: {_OF}].")
@options.explaining
@askable
def command(query: QueryOptions, of: str | None, *, asking: Asking) -> int:
    r"""Minimum and maximum of quantities over the combinations of SPEC, and the first combinations that attain them.

    \b
    gigacost bounds SPEC --of train_days
    gigacost bounds SPEC --of cost_total_usd,facility_mw --where "train_days <= 90" --json
    """
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.terminal import literal, payload, show
    from gigacost.queries import arguments
    from gigacost.units.numbers import duration

    sweep = query.space()
    names = [arguments.number(sweep.bound, "of", name) for name in dict.fromkeys(options.names(of) or [_OF])]
    ends = {f"{name}_{end}": _unit(sweep, name) for name in names for end in ("min", "max")}
    asserted = Assertions(query.assertions, ends)
    start = time.perf_counter()
    with asking.asker(f"bounds of {', '.join(names)}", sweep, query.threads) as asker:
        found = [sweep.bounds(name, executor=asker) for name in names]
    if asking.part:
        return asking.tell("bounds", sweep, asker, {"of": names})
    seconds = time.perf_counter() - start
    warn_of(sweep.spec, *(one.meta for one in found))
    if query.as_json:
        payload({"bounds": [_without_meta(one) for one in found], "meta": timed(found[0].meta, seconds)})
    else:
        _print(sweep, found)
        show(literal(f"of {sweep.size:,} combinations, in {duration(seconds)}", "dim"))
        for one in found:
            query.explained(one.meta)
    asserted.check({f"{one.of}_{end}": getattr(one, end) for one in found for end in ("min", "max")})
    return query.ended(asserted, feasible=any(one.least for one in found), advice="; gigacost summary says why")


def _unit(sweep: Space, name: str) -> str:
    return sweep.unit(name) or "1"


def _without_meta(found: Bounds) -> dict[str, Any]:
    """Plain data of one quantity; what they have in common is told once."""
    return {name: value for name, value in found.to_dict().items() if name != "meta"}


def _print(sweep: Space, found: Sequence[Bounds]) -> None:
    from gigacost.cli.terminal import show, table
    from gigacost.cli.views.rows import said
    from gigacost.units.numbers import cell

    axes = sweep.bound.digits
    rows = []
    for one in found:
        for name, bound, row in ((one.of, "least", one.least), ("", "greatest", one.greatest)):
            known = row or {}
            where = [said(sweep, axis, known.get(axis)) for axis in axes]
            rows.append([name, bound, cell(known.get(one.of), _unit(sweep, one.of)), *where])
    numbers = ["value", *(axis for axis in axes if axes[axis].kind != "label")]
    show(table(["quantity", "bound", "value", *axes], rows, numbers))
