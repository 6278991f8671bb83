"""What an estimate is made of, in dollars: bars of what is known, and the names of what is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from gigacost.cli.terminal import grid, indented, literal, out
from gigacost.units.numbers import share, usd

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.queries.estimates import Estimate

_BAR = 40
_BESIDE_BAR = 46
"""Columns that stand left of a bar."""


def contributions(one: Estimate, most: int | None) -> Any:  # noqa: ANN401 - a rich Table
    """Bars of the contributions, the largest first; of many the largest ``most``, and what the others come to.

    Where some are not known, there is no whole for the others to be a share of.
    """
    known = {short(name): value for name, value in one.breakdown.items() if value}
    whole = total_of(one.breakdown.values())
    ordered = sorted(known.items(), key=lambda item: -item[1])
    if most is not None and len(ordered) > most + 1:
        rest = ordered[most:]
        ordered = [*ordered[:most], (f"{len(rest)} others", sum(value for _, value in rest))]
    width = max(min(out().width - _BESIDE_BAR, _BAR), 0)
    largest = max(known.values(), default=1.0)
    made = grid("left", "right", "right", "left")
    for name, value in ordered:
        bar = "█" * round(width * value / largest)
        part = "" if whole is None else share(value / whole)
        made.add_row(literal(f"  {name}"), literal(usd(value), "bold"), literal(part), literal(bar, "cyan"))
    return made


def unknown(one: Estimate) -> Iterator[str]:
    """The contributions that a missing price leaves open."""
    names = [short(name) for name, value in one.breakdown.items() if value is None]
    if one.missing_prices and names:
        yield f"not known: {', '.join(names)}"


def zeros(one: Estimate, model: Model) -> list[Any]:
    """The contributions that are $0, and how to have them counted."""
    zero = [name for name, value in one.breakdown.items() if value == 0.0]
    later = [name for name in zero if getattr(model.quantities[name].mark, "to", "") == list(one.subtotals)[-1]]
    here = [short(name) for name in zero if name not in later]
    lines = [f"$0: {', '.join(here)}"] if here else []
    if "cost_energy_usd" in zero and one.inputs.get("market") not in {"own", "colo"}:
        lines.append("(rented chips: their energy, upkeep and depreciation are in the rent)")
    if later:
        names = ", ".join(short(name) for name in later)
        lines.append(f"$0: {names}; --set horizon_years=3 adds three years of continuous improvement")
    return [indented(line, "dim") for line in lines]


def total_of(values: Iterable[float | None]) -> float | None:
    """The sum; None where a part is missing."""
    known = [*values]
    return sum(value for value in known if value is not None) if None not in known else None


def short(name: str) -> str:
    """A contribution's name in words, without what all of them have."""
    return name.removeprefix("cost_").removesuffix("_usd").replace("_", " ")
