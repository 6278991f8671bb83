"""Uncertainty of a design, or of a few that are compared: how wide, from what, and what would change the best."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from gigacost._record import Record
from gigacost.analysis.sensitivity import influence
from gigacost.analysis.sensitivity.influence import Influence
from gigacost.analysis.sensitivity.perturbation import Variations
from gigacost.analysis.sensitivity.probabilities import probabilities
from gigacost.analysis.sensitivity.sobol_indices import Index, sobol_indices
from gigacost.analysis.sensitivity.uncertain_inputs import (
    Uncertain,
    as_table,
    draws_for,
    is_aggregate,
    relevant,
    uncertain_inputs,
)
from gigacost.charts.charted import Charted
from gigacost.compiler.bound import Bound
from gigacost.compiler.checks import namespace
from gigacost.configs.source import ConfigLike
from gigacost.errors import Fault, SpecError, show, unplaced
from gigacost.queries import arguments, doubts
from gigacost.queries.estimates import estimated
from gigacost.queries.lacking import lacking
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request
from gigacost.queries.space import Space
from gigacost.sampling.draws import Drawn, Draws, as_draws
from gigacost.sampling.statistics import Spread, spread
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import DEFAULT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST = 64
"""How many options are compared at most."""


@dataclass(frozen=True, slots=True)
class Option(Record):
    """One of the designs that are compared."""

    inputs: Mapping[str, Any]
    """Its values of the axes; empty for a single design."""
    spread: Spread
    best: float
    """Share of the draws in which it is the best option."""
    probabilities: Mapping[str, float]
    """In which share of the draws the plan cannot be carried out, as in ``Estimate.probabilities``."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        impossible = {"probabilities": dict(self.probabilities)}
        return {"inputs": dict(self.inputs), **self.spread.to_dict(), "best": self.best, **impossible}


@dataclass(frozen=True, slots=True)
class Uncertainty(Charted, Record):
    """How uncertain a quantity is, and from what. Made by ``uncertainty``."""

    _kind = "uncertainty"

    of: str
    unit: str
    inputs: Mapping[str, float | str]
    """What all options have in common, in the model's units, with the label of every catalogue axis that applies."""
    options: tuple[Option, ...]
    best: int
    """Which option is the best at central values."""
    influences: tuple[Influence, ...]
    """What each uncertain name does, those first that move the best option furthest."""
    worth_of_all: float | None
    """By how much the expected value gets better if everything is known before an option is chosen; None for one."""
    draws: Draws
    meta: Mapping[str, Any]

    @property
    def spread(self) -> Spread:
        """Of the best option."""
        return self.options[self.best].spread

    def influence(self, name: str) -> Influence:
        """Of one name. Raises KeyError."""
        return {one.input.name: one for one in self.influences}[name]


def uncertainty(
    given: Space | Mapping[str, Any] | None = None,
    /,
    *,
    of: str = "cost_total_usd",
    uncertain: Uncertain | None = None,
    defaults: bool | None = None,
    draws: Drawn | None = None,
    model: ModelLike = None,
    catalog: CatalogLike = None,
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
    strict: bool = False,
    threads: int | None = None,
    **inputs: Any,  # noqa: ANN401 - a value as people write it, a list or a range of them
) -> Uncertainty:
    """Quantify how uncertain a quantity is, which inputs cause it, and what would change the best option.

    Parameters
    ----------
    given : Sweep or mapping, optional
        The designs, as for `solve`: each combination of axes is an option, at most 64.
    of : str
        The quantity.
    uncertain : mapping or "default", optional
        Distributions of inputs (``{"pue": "triangular 1.05 1.1 1.3"}``), beside those of a sweep.
    defaults : bool, optional
        Whether to add the distributions that ship, for inputs that nobody gave a value; by default where a sweep
        states none or, as ``uncertain`` may, ``"default"``.
    draws : int or Draws, optional
        Number of draws; 4096 where neither it nor a sweep says.
    model, catalog, as_of, base_year, preset, model_config, train_config, strict
        As for `estimate`.
    threads : int, optional
        Number of threads; by default all CPUs.
    **inputs
        As for `solve`.

    Returns
    -------
    Uncertainty
        Summary statistics of each option over the draws; of the option that is best at central values, for each
        uncertain input (``influences``): the swing between its 5th and 95th percentile, first-order and total-order
        Sobol indices with standard errors, and for several options the expected value of knowing it (EVPPI) and the
        values at which another option becomes the best. ``worth_of_all`` is the expected value of perfect information
        (EVPI).

    Raises
    ------
    SpecError
        For bad values, a condition, more than 64 options, or if nothing that the quantity depends on is uncertain.

    Notes
    -----
    Parallel layouts are those of the central values. Results are the same for any number of threads, on any machine.

    Examples
    --------
    >>> import gigacost
    >>> found = gigacost.uncertainty(params="7B", tokens="2T", hardware="h100-sxm", chips=1024, draws=256)
    >>> found.spread.p5 < found.spread.p50 < found.spread.p95
    True
    """
    sweep = Request.of(
        given, inputs, model, catalog, as_of, base_year, preset, model_config, train_config, strict=strict
    ).space()
    with_defaults = sweep.spec.default_uncertain or not sweep.spec.uncertain
    table = {DEFAULT: with_defaults, **as_table(uncertain)} | ({} if defaults is None else {DEFAULT: defaults})
    chosen = draws_for(sweep.spec) if draws is None else as_draws(draws)
    return _Question(_stating(sweep, table, chosen), of, threads).answer()


def _stating(sweep: Space, table: Mapping[str, str | bool], draws: Draws) -> Space:
    """The sweep with more that is uncertain, and other draws. Raises SpecError."""
    tree = sweep.spec.to_dict()
    tree |= {"uncertain": {**tree.get("uncertain", {}), **table}, "draws": draws.to_dict()}
    spec = replace(read_mapping(tree, namespace(sweep.model, sweep.bound.catalog)), strict=sweep.spec.strict)
    return Space(spec, sweep.model, sweep.bound.catalog)


def _refuse_aggregate(of: str) -> NoReturn:
    raise SpecError(Fault("of", show(of), "an aggregate over draws; expected a plain quantity", "a plain quantity"))


class _Question:
    """What is asked, as far as it is checked."""

    def __init__(self, sweep: Space, of: str, threads: int | None) -> None:
        if sweep.spec.where is not None:
            what = "options are compared without a condition; remove it"
            raise SpecError(Fault("query.where", show(sweep.spec.where.text), what))
        if sweep.size > MOST:
            raise SpecError(Fault("combinations", show(sweep.size), "too many options to compare", f"<= {MOST}"))
        if "(" in of:
            _refuse_aggregate(of)
        self.of = arguments.number(sweep.bound, "of", of)
        self.unit = sweep.model.unit(of) if of in sweep.model.names else ""
        self.several = sweep.size > 1
        self.sweep = sweep
        self.draws = sweep.spec.draws
        self.threads = threads
        self.bound = sweep.bound
        absent = lacking(self.bound, [of]) if of in sweep.model.names else []
        if absent:
            raise SpecError(*unplaced(absent))
        if is_aggregate(self.bound, of):
            _refuse_aggregate(of)
        self.uncertain = relevant(self.bound, [of], uncertain_inputs(self.bound))
        if not self.uncertain:
            raise SpecError(Fault("uncertain", "", f"nothing that {of} is made of is uncertain", "NAME = DISTRIBUTION"))

    def answer(self) -> Uncertainty:
        options = self._variations(self.bound)
        central = options.values({})[self.of]
        (winner,) = influence.best(central)
        if winner is None:
            self._refuse()
        moved = influence.one_at_a_time(options, self.of, self.uncertain)
        idle = [name for name, at in moved.items() if self.uncertain[name].shipped and _same(at, central)]
        for name in idle:
            del self.uncertain[name]
        drawn = self.bound.draws
        columns = {name: drawn[name] for name in self.uncertain}
        values = options.values(columns)[self.of]
        told = [spread(row, float(middle[0])) for row, middle in zip(values.tolist(), central, strict=True)]
        alone = self._alone(winner)
        found = self._influences(
            options, alone, columns, {name: at[winner] for name, at in moved.items()}, told[winner]
        )
        return Uncertainty(
            self.of,
            self.unit,
            self._inputs(),
            tuple(self._options(told, values, columns)),
            winner,
            tuple(sorted(found, key=lambda one: (-one.swing, one.input.name))),
            influence.worth_of_all(values) if self.several else None,
            self.draws,
            self._meta(idle, options.evaluations + alone.evaluations),
        )

    def _refuse(self) -> NoReturn:
        """Raise SpecError where nothing is feasible: a single design says why."""
        if not self.several:
            estimated(self.sweep.bound, self.of)
        what = "no option is feasible at central values; gigacost summary says why"
        raise SpecError(Fault("combinations", show(self.sweep.size), what))

    def _influences(
        self,
        options: Variations,
        alone: Variations,
        drawn: Mapping[str, Floats],
        moved: Mapping[str, Floats],
        spread: Spread,
    ) -> list[Influence]:
        """What each name does to the option that is the best, and what it does to which one is."""
        independent = not self.draws.correlate
        indices = self._indices(alone) if independent else {}
        found = []
        for name, one in self.uncertain.items():
            at_low, at_high = map(_known, moved[name].tolist())
            index = indices.get(name)
            worth = influence.worth(options, self.of, one, drawn) if self.several and independent else None
            flips = influence.flips(options, self.of, one) if self.several else ()
            ends = influence.ends(one)
            found.append(Influence(one, *ends, at_low, at_high, index, _left(spread.std, index), worth, flips))
        return found

    def _options(self, told: Sequence[Spread], values: Floats, drawn: Mapping[str, Floats]) -> Iterator[Option]:
        winners = influence.best(values)
        impossible = probabilities(self.bound, self.of, self._moving(), drawn, self.threads)
        for row, one in enumerate(told):
            yield Option(self.bound.axis_values(row), one, winners.count(row) / len(winners), impossible[row])

    def _inputs(self) -> dict[str, float | str]:
        labels = {axis: labels[0] for axis, (group, labels) in self.bound.labels.items() if group is None}
        return {**self.bound.spec.fixed, **labels}

    def _variations(self, bound: Bound) -> Variations:
        return Variations(bound, (self.of,), self._moving(), self.threads)

    def _moving(self) -> dict[str, bool]:
        return {name: one.distribution.relative for name, one in self.uncertain.items()}

    def _alone(self, row: int) -> Variations:
        """One option by itself."""
        spec = replace(self.bound.spec, axes=(), fixed=self.bound.settings(row))
        return self._variations(Bound(spec, self.bound.model, self.bound.catalog))

    def _indices(self, alone: Variations) -> Mapping[str, Index]:
        """Those of each name; none where the quantity is not there in all draws."""

        def function(moves: Mapping[str, Floats]) -> Floats:
            found: Floats = alone.values(moves)[self.of][0]
            return found

        distributions = {name: one.distribution for name, one in self.uncertain.items()}
        return sobol_indices(distributions, function, self.draws) or {}

    def _meta(self, idle: Sequence[str], evaluations: int) -> dict[str, Any]:
        correlated = (
            "Sobol indices and the worth of one name are of independent inputs: there are none with correlations"
        )
        odd = doubts.about_rows(self.sweep.bound, range(self.sweep.size), [self.of])
        notes = [*map(str, (*self.sweep.spec.warnings, *odd)), *([correlated] if self.draws.correlate else [])]
        return {**self.sweep.meta, "idle": list(idle), "evaluations": evaluations, "notes": notes}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _same(values: Floats, central: Floats) -> bool:
    """Whether no option differs at the ends of a name from what it is otherwise."""
    import numpy as np

    return bool(np.array_equal(values, np.broadcast_to(central, values.shape), equal_nan=True))


def _left(std: float | None, index: Index | None) -> float | None:
    """The standard deviation without the share of the variance that knowing a name takes away."""
    if std is None or index is None:
        return None
    return std * math.sqrt(min(max(1.0 - index.first, 0.0), 1.0))
