"""Which designs a report holds against its own: the same one in other markets, or the best of other choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.analysis.choose.designs import CHOSEN
from gigacost.catalog.rental import RENT
from gigacost.errors import Fault, SpecError, show
from gigacost.spec.axes import Axis

if TYPE_CHECKING:
    from gigacost.analysis.choose.records import Choice
    from gigacost.compiler.bound import Bound
    from gigacost.queries.estimates import Estimate
    from gigacost.queries.request import Request
    from gigacost.queries.space import Space

OWNED = "own"
RENTED = "on_demand"
COMMITTED = "reserved_1y"
MOST = 8
"""Designs that are held against each other at most."""
_CHOICES = ("market", "hardware")
"""Axes whose values are choices that one compares; of others the best value is taken."""
FULL = "assumed_fleet_utilisation"
RUNS = "runs_per_year"


def objectives(space: Space, by: str) -> tuple[str, str]:
    """The objectives of the front where nobody says: of models that differ their loss, else days."""
    sized = {"params", "tokens", "model"} & {name for axis in space.spec.axes for name in axis.names}
    return (by, "loss" if sized else "train_days")


def markets(design: Bound) -> list[Mapping[str, Any]]:
    """The design as it is, owned, rented and reserved, as far as there is a price."""
    own = _market(design)
    rows = [{"market": market} for market in dict.fromkeys((own, OWNED, RENTED, COMMITTED))]
    return [row for row in rows if row["market"] == own or _is_priced(design, str(row["market"]))]


def compared(
    request: Request, choice: Choice | None, by: str, best: Mapping[str, Any] | None
) -> list[Mapping[str, Any]] | None:
    """The designs that one chooses among; None where these are the markets of one."""
    if choice is not None:
        return _several([{name: one.estimate.inputs[name] for name in CHOSEN} for one in choice.answers])
    varied = [axis.name for axis in request.spec.axes if isinstance(axis, Axis)]
    groups = [name for name in _CHOICES if name in varied]
    if best is None or not groups:
        return None
    space = request.space()
    names = [name for axis in request.spec.axes for name in axis.names]
    rows = [best, *(row for name in groups for row in _by(space.top(1, by, per=[name]).rows, by))]
    found = [{name: row[name] for name in names} for row in rows]
    unique = [row for i, row in enumerate(found) if row not in found[:i]]
    return _several(unique[:MOST])


def _by(rows: Sequence[Mapping[str, Any]], by: str) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: float(row[by]))


def _several(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]] | None:
    """The designs with the names in which they differ; None of one."""
    names = [name for name in rows[0] if len({row[name] for row in rows}) > 1]
    return [{name: row[name] for name in names} for row in rows] if names else None


def unknowns(estimate: Estimate) -> tuple[str, str]:
    """Along what owning is held against renting, the first that makes a difference.

    How full the fleet is, or how many runs there are if that is given; the rent.
    """
    runs = next((one.value for one in estimate.assumptions if one.name == RUNS), None)
    return (FULL if runs is None else RUNS, RENT)


def owned_and_rented(design: Bound) -> list[str]:
    """The two markets: that of the design, and the other way. Raises SpecError where there is no other way."""
    market = _market(design)
    rented = [one for one in (market, RENTED, COMMITTED, "reserved_3y", "spot") if one not in {OWNED, "colo"}]
    if not _is_priced(design, OWNED):
        raise SpecError(Fault("market", show(OWNED), "the catalogue has no price at which the chip is bought"))
    for one in rented:
        if one == market or _is_priced(design, one):
            return [OWNED, one]
    raise SpecError(Fault("market", show(RENTED), "nobody quotes a rent of the chip"))


def _market(design: Bound) -> str:
    labels = design.labels.get("market")
    return str(labels[1][0]) if labels else RENTED


def _is_priced(design: Bound, market: str) -> bool:
    """Whether the catalogue has a price of the chip in a market."""
    labels = {axis: str(names[0]) for axis, (_, names) in design.labels.items()}
    if "hardware" not in labels or "price_votes" not in design.catalog.columns:
        return True
    axes = design.catalog.columns["price_votes"].axes
    there = {**labels, "market": market}
    return not design.catalog.cite("price_votes", {axis: there[axis] for axis in axes}).is_missing
