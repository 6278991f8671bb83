"""The designs to choose among: chips that can be had, in clusters of whole servers, in markets that have a price."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost.analysis.choose.records import LeftOut
from gigacost.analysis.sensitivity.uncertain_inputs import draws_for
from gigacost.catalog import Catalog
from gigacost.catalog.rental import RENT
from gigacost.compiler.bound import Bound
from gigacost.compiler.checks import namespace
from gigacost.errors import Fault, SpecError
from gigacost.queries.lacking import lacking
from gigacost.queries.request import Request
from gigacost.queries.rows import RowView
from gigacost.queries.space import Space
from gigacost.spec.axes import Axis, Zipped
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import DEFAULT, Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.integer]

MARKETS = ("on_demand", "reserved_1y", "own")
"""The markets that are asked about where none is named."""
MOST_CHIPS = 65_536
"""The largest cluster that is tried: an assumption; few sites of one kind of chip are larger."""
_SERVER = 8
"""Chips of a server, where its fast domain has fewer or is cut into slices."""
_WHOLE_DOMAIN = 144
"""Fast domains of at most so many chips are sold whole: the racks of 72 (NVL72) and of 144 (Trainium 3) are."""
_PART_OF_SERVER = (1, 2, 4)
MEETS = "where_holds_"
"""The column that is 1 where a design meets the condition of the specification; it ends as no name that people give."""
CHOSEN = ("hardware", "chips", "market", "provider_class")
"""The axes that are chosen over."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a design is given, and what is left to be chosen."""

    bound: Bound
    """The specification as it was given."""
    hardware: tuple[str, ...] | None
    """The chips that are named; None where they are to be chosen among all."""
    chips: tuple[int, ...] | None
    market: tuple[str, ...] | None
    provider_class: tuple[str, ...] | None

    @property
    def catalog(self) -> Catalog:
        """What has chips and prices."""
        return self.bound.catalog

    @property
    def as_of(self) -> str:
        """The date of prices and availability."""
        return str(self.bound.labels["as_of"][1][0])

    @property
    def markets(self) -> tuple[str, ...]:
        """The markets that are asked about."""
        return self.market or MARKETS

    def sizes(self, chip: str) -> tuple[int, ...]:
        """The numbers of chips that are tried, the smallest first."""
        return self.chips or cluster_sizes(self.catalog, chip)


def asked(request: Request) -> Asked:
    """What a request leaves to be chosen. Raises SpecError for axes beside those that are chosen over."""
    bound = request.bound
    others = [axis.name for axis in request.spec.axes if isinstance(axis, Zipped) or axis.name not in CHOSEN]
    if others:
        what = "several values, where one design is chosen"
        raise SpecError(*(Fault(name, "", what, "one value; gigacost top chooses among any") for name in others))
    return Asked(bound, *(_given(request.spec, name) for name in CHOSEN))


def leaves_chips_open(request: Request) -> bool:
    """Whether an estimate lacks nothing but its chips: which, how many, or both."""
    bound = request.bound
    if {"hardware", "chips"} <= bound.spec.valued.keys():
        return False
    fields = {fault.field for fault in lacking(bound)}
    return bool(fields) and fields <= {"hardware", "chips"}


def _given(spec: Spec, name: str) -> tuple[Any, ...] | None:
    """The values that are given to an axis that is chosen over, but for those of a preset; None without."""
    for axis in spec.axes:
        if axis.name == name and isinstance(axis, Axis):
            return axis.values
    return (spec.fixed[name],) if name in spec.fixed else None


def cluster_sizes(catalog: Catalog, chip: str) -> tuple[int, ...]:
    """Whole servers or domains of a chip, 1, 2, 3, 4, 6, 8, 12 ... of them, and 1, 2 and 4 chips of one.

    A domain of more than 8 chips that is sold whole, as the rack of 72, takes the place of a server of 8.
    """
    domain = float(catalog.table("scaleup_domain", {"hardware": [chip]})[0])
    whole = int(domain) if _SERVER < domain <= _WHOLE_DOMAIN else _SERVER
    most = MOST_CHIPS // whole
    steps = {step for power in range(most.bit_length()) for step in (2**power, 3 * 2**power) if step <= most}
    return (*_PART_OF_SERVER, *(whole * step for step in sorted(steps)))


def space_of(question: Asked, columns: Sequence[str]) -> tuple[Space | None, list[LeftOut]]:
    """All designs with these columns, in the catalogue's order, smaller clusters first; and the chips without any.

    None where there is no design.
    """
    left_out: list[LeftOut] = []
    rows: list[tuple[str, int, str, str]] = []
    for chip in question.catalog.labels("hardware", announced=True):
        if question.hardware is not None and chip not in question.hardware:
            continue
        for market in question.markets:
            offer = _offer(question, chip, market)
            if isinstance(offer, LeftOut):
                left_out.append(offer)
            else:
                rows += [(chip, count, market, offer) for count in question.sizes(chip)]
    if not rows:
        return None, left_out
    own = question.bound.own
    tree = own.to_dict()
    table = dict(zip(CHOSEN, map(list, zip(*rows, strict=True)), strict=True))
    tree["axes"] = {"designs": {"zip": table}}
    tree["fixed"] = {name: value for name, value in own.fixed.items() if name not in CHOSEN}
    tree["query"] = {"columns": list(columns)}
    if own.where:  # not the condition of the space: what does not meet it is left out for a reason
        tree["derive"] = {**tree.get("derive", {}), MEETS: f"where({own.where.text}, 1, 0)"}
        tree["query"]["columns"].append(MEETS)
    return _space(tree, question), left_out


def drawn(question: Asked, space: Space, columns: Sequence[str], places: Sequence[int] | Places) -> RowView:
    """Some designs of a space with aggregates over draws of what is left open, as columns. Raises SpecError."""
    tree = space.spec.to_dict()
    tree["query"] = {"columns": list(columns)}
    tree["uncertain"] = {**tree.get("uncertain", {}), DEFAULT: True}
    tree["draws"] = draws_for(question.bound.own).to_dict()
    return RowView(_space(tree, question).bound, places)


def _space(tree: Mapping[str, Any], question: Asked) -> Space:
    """The space that a specification as plain data means. Raises SpecError."""
    model, catalog = question.bound.model, question.catalog
    return Space(read_mapping(tree, namespace(model, catalog)), model, catalog)


def _offer(question: Asked, chip: str, market: str) -> str | LeftOut:
    """The class of provider whose price a chip has in a market, or why it is not chosen among there."""
    catalog = question.catalog
    classes = question.provider_class or _classes(question)
    status = catalog.entry("hardware", chip)["status"]
    if question.hardware is None and status in _NOT_HAD:
        return LeftOut(chip, market, _NOT_HAD[status], status.replace("-", "_"))
    rented = catalog.cite("is_rented", {"market": market}).value == 1.0
    if not rented or RENT in question.bound.user_given:
        return classes[0]
    for provider in classes:
        if not math.isnan(catalog.rent(chip, market, provider, question.as_of).usd):
            return provider
    return LeftOut(chip, market, f"no quote ({', '.join(classes)})", "no_quote")


def _classes(question: Asked) -> tuple[str, ...]:
    """The classes of provider whose prices count where none is named, the first that has a quote.

    A marketplace's, which are the lowest and the least sure, only for chips that are named.
    """
    default = str(question.catalog.default("provider_class"))
    return (default, "hyperscaler", *(() if question.hardware is None else ("marketplace",)))


_NOT_HAD = {"announced": "announced, not to be had yet", "china-export": "made for China alone"}
"""Chips of these kinds are chosen only by who names them."""
