"""Why a cost changed: two designs, and what each driver and each assumption contributes to their difference."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost._engine import __version__
from gigacost._record import Record
from gigacost.analysis.compare import shapley
from gigacost.analysis.compare.designs import Design, Given, Side, sweep_of
from gigacost.analysis.compare.differences import Change, Driver, assumptions, drivers, minus
from gigacost.analysis.compare.hybrids import Hybrids
from gigacost.analysis.sensitivity.intervals import Interval, intervals_of_both
from gigacost.catalog.opening import opened
from gigacost.charts.charted import Charted
from gigacost.compiler import lower
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.sampling.draws import Drawn, Draws, as_draws

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model
    from gigacost.queries.space import Space

BY = "cost_total_usd"
"""What is compared when nothing else is asked for."""


@dataclass(frozen=True, repr=False)
class Comparison(Charted, Record):
    """Why a quantity differs between two designs. Made by ``compare``; plain data, picklable."""

    _kind = "waterfall"

    by: str
    """The quantity."""
    unit: str
    a: Side
    b: Side
    difference: float | None
    """``b.value - a.value``; None where a side has no value for want of a price."""
    drivers: tuple[Driver, ...]
    """The terms of the quantity, nested as its subtotals are; none for a quantity that is no subtotal."""
    drivers_residue: float
    """What the contributions among the drivers leave of the difference: the model's own sums are rounded."""
    assumptions: tuple[Change, ...]
    """What differs, by the size of its contribution."""
    residue: float
    """What the contributions of the assumptions leave of the difference: each of them is rounded once."""
    intervals: Mapping[str, Interval]
    """If asked for, of ``a``, ``b`` and the ``difference``: ``mean``, ``p10``, ``p50`` and others over draws of what is
    left open, the same draws for both, as those of an estimate."""
    meta: Mapping[str, Any]
    """The method, and whether it took all orders (``exact``) or a sample; how many ``orders`` counted, how many
    hybrids were evaluated (``mixtures``) and how many of these are ``impossible``; version and hash of the model."""

    def __repr__(self) -> str:
        most = ", ".join(f"{one.name} {one.contribution:+.6g}" for one in self.assumptions[:3] if one.contribution)
        a, b = ("None" if side.value is None else f"{side.value:.6g}" for side in (self.a, self.b))
        values = f"{a} -> {b}" + ("" if self.difference is None else f" ({self.difference:+.6g})")
        return f"<Comparison of {self.by}: {values}{f': {most}' if most else ''}>"

    def assumption(self, name: str) -> Change:
        """One of the assumptions that differ. Raises KeyError, with the nearest name."""
        for one in self.assumptions:
            if one.name == name:
                return one
        guess = nearest(name, [one.name for one in self.assumptions])
        message = f"{show(name)} does not differ" + (f"; did you mean {guess}?" if guess else "")
        raise KeyError(message)


def compare(
    a: Given,
    b: Given,
    *,
    by: str = BY,
    model: Model | None = None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
    strict: bool = False,
    draws: Drawn = 0,
    threads: int | None = None,
) -> Comparison:
    """Explain why a quantity differs between two designs.

    Parameters
    ----------
    a, b : Sweep, path or mapping
        The designs: a sweep, the file of a specification, or the keywords of an estimate (``catalog``, ``as_of``,
        ``base_year`` and ``preset`` among them). One with axes is represented by the combination with the smallest
        ``by``.
    by : str
        The quantity.
    model : Model, optional
        The model of both; the default one without.
    catalog : Catalog, path or mapping, optional
        The catalogue of designs that bring none.
    strict : bool
        Treat warnings as errors.
    draws : int or Draws
        Number of Monte Carlo draws that the ``intervals`` rest on; 0: no intervals.
    threads : int, optional
        Number of threads; by default all CPUs.

    Returns
    -------
    Comparison
        ``difference`` with the contribution of each driver (nested as the subtotals) and of each assumption that
        differs: its Shapley value, the mean effect of changing it over all orders in which the assumptions can change.
        Both add up to the difference, but for a ``residue`` of rounding. Where one side has no price, the terms that
        both have are compared, and what differs is listed without contributions.

    Raises
    ------
    SpecError
        For bad values, and for a design that is infeasible, with the reason; where both lack a price.

    Examples
    --------
    >>> import gigacost
    >>> run = {"params": "7B", "tokens": "2T", "chips": 1024}
    >>> found = gigacost.compare({**run, "hardware": "h100-sxm"}, {**run, "hardware": "b200-sxm"}, by="train_days")
    >>> [one.name for one in found.assumptions if one.contribution]
    ['hardware']
    """
    book = opened(catalog)
    first, second = (sweep_of(name, given, model, book, strict=strict) for name, given in (("a", a), ("b", b)))
    return compared(first, second, by, draws=as_draws(draws) if draws else None, threads=threads)


def compared(
    a: Space,
    b: Space,
    by: str = BY,
    *,
    draws: Draws | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """The comparison of the best combinations of two sweeps. Raises SpecError as ``compare`` does."""
    if _identity(a.model) != _identity(b.model):
        raise SpecError(Fault("b", "", "costed by another model than a", "one model for both"))
    if a.spec.base_year != b.spec.base_year:
        raise SpecError(Fault("b.base_year", show(b.spec.base_year), "in other dollars than a", show(a.spec.base_year)))
    if "(" in by:
        what = "an aggregate over draws; give it a name under [derive]"
        raise SpecError(Fault("by", show(by), what, "a name"))
    before = Design("a", a, by, threads, progress)
    after = Design("b", b, by, threads, progress and (lambda done: progress(a.size + done)))
    _refuse_another_meaning(by, before, after)
    _refuse_two_unpriced(before, after)
    hybrids = Hybrids(before.bound, after.bound, by, threads)
    difference = minus(after.value, before.value)
    found = None if difference is None else shapley.attributed(len(hybrids.changes), hybrids.evaluate, hybrids.chosen)
    by_driver, by_assumption = drivers(before, after), assumptions(before, after, hybrids, found)
    terms = [term.difference or 0.0 for driver in by_driver for term in driver.contributions()]
    return Comparison(
        by=by,
        unit=a.model.unit(by) if by in {*a.model.inputs, *a.model.quantities} else "",
        a=before.side(),
        b=after.side(),
        difference=difference,
        drivers=by_driver,
        drivers_residue=_left(difference, terms) if terms else 0.0,
        assumptions=by_assumption,
        residue=_left(difference, [one.contribution for one in by_assumption if one.contribution is not None]),
        intervals=_known(intervals_of_both(before.bound, after.bound, by, draws, threads)) if draws else {},
        meta={
            **({"draws": draws.to_dict()} if draws else {}),
            "gigacost_version": __version__,
            "model_sha256": lower.model_sha256(a.model),
            **(_method(found) if found else {}),
        },
    )


def _known(intervals: Mapping[str, Interval]) -> dict[str, Interval]:
    """The intervals of what has a value in any draw."""
    return {name: one for name, one in intervals.items() if one["feasible"]}


def _method(found: shapley.Attribution) -> dict[str, Any]:
    """How a difference was attributed."""
    return {
        "method": "shapley",
        "exact": found.exact,
        "orders": found.orders,
        "mixtures": found.hybrids,
        "impossible": found.impossible,
        "seed": None if found.exact else shapley.SEED,
    }


def _identity(model: Model) -> tuple[Any, ...]:
    """What tells models apart that cost otherwise."""
    return lower.model_sha256(model), dict(model.values), repr(dict(model.inputs))


def _refuse_another_meaning(by: str, a: Design, b: Design) -> None:
    first, second = ({name: one.canonical for name, one in design.spec.derive.items()} for design in (a, b))
    if by in first and first != second:
        raise SpecError(Fault("by", show(by), "derived otherwise on the two sides", "one [derive] for both"))


def _refuse_two_unpriced(a: Design, b: Design) -> None:
    """Raise SpecError where neither side has a price: there is nothing to compare."""
    if a.unpriced and b.unpriced:
        raise SpecError(*a.unpriced_faults, *b.unpriced_faults)


def _left(whole: float | None, parts: Sequence[float]) -> float:
    """What some parts leave of a whole, rounded once; of one that is not known, nothing."""
    return 0.0 if whole is None else math.fsum([whole, *(-part for part in parts)])
