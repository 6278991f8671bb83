"""One run, costed: every quantity of the model at one combination, with what it rests on.

The path is that of a sweep over an empty space: specification, tape, engine. What depends on the names given and not on
their values (the tape, which quantities there are) is made once for each model and kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost._engine import Program
from gigacost._record import Record
from gigacost.catalog import price_evidence
from gigacost.charts.charted import Charted
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.conditions import OK
from gigacost.compiler.given_prices import is_about_given
from gigacost.compiler.plan import Query
from gigacost.compiler.provenance import provenance
from gigacost.compiler.rules import broken
from gigacost.errors import Fault, InternalError, SpecError, nearest, show, unplaced
from gigacost.graph.declarations import Doubt, Status
from gigacost.graph.wiring import Quantity, SearchStep
from gigacost.queries import doubts
from gigacost.queries.assumptions import Assumption, assumption, by_default, choices
from gigacost.queries.lacking import lacking, lacking_at_site, required
from gigacost.queries.missing_prices import MissingPrice

if TYPE_CHECKING:
    import altair as alt

MaybeNone: TypeAlias = Any
"""None now and then: where it is not, arithmetic needs no check for it, as in typeshed."""


@dataclass(frozen=True, repr=False)
class Estimate(Charted, Record):
    """What one training run costs and needs. Made by ``estimate``; plain data, picklable."""

    _kind = "estimate"
    _if_any = ("config",)

    inputs: Mapping[str, float | str]
    """What was given, in the model's units, and the label of every catalogue axis that applies."""
    quantities: Mapping[str, float | None]
    """Every quantity that can be computed, in its own unit; None where a state spoils it."""
    breakdown: Mapping[str, float | None]
    """The contributions [$], in the order in which they are added."""
    subtotals: Mapping[str, float | None]
    """The nested subtotals [$], the smallest first; the last one is the total."""
    intervals: Mapping[str, Mapping[str, float | None]]
    """If asked for, of contributions, subtotals and what a run needs: ``mean``, ``p10``, ``p50``, ``p90`` and others
    over draws of what is left open, and the share of these that is ``feasible``; with others in it there is no mean,
    and they count as dearer than any."""
    probabilities: Mapping[str, float]
    """If intervals are asked for, in which share of the draws the plan cannot be carried out, by the name of the state:
    ``too_many_runs`` where runs_per_year is given, ``outlives_chips``."""
    assumptions: tuple[Assumption, ...]
    """What it rests on: all figures that go in, in the order of first use."""
    status: str
    """``ok``, or the first state of the combination: what it spoils is None."""
    missing_prices: tuple[MissingPrice, ...]
    """The prices for want of which there is no total, each with the nearest quotes; empty where there is one."""
    meta: Mapping[str, Any]
    """What a figure can be rebuilt from: version, hashes, date; and warnings."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """Of configuration files: which fields were ``read``, what was ``derived`` of them, what was ``ignored`` and why,
    what is ``unknown``; empty without such files."""

    def chart(self, kind: str = "", *, beside: Sequence[Estimate] = (), **options: Any) -> alt.TopLevelMixin:  # noqa: ANN401
        """A chart of where the money goes, by altair; with others ``beside`` it, of all of them side by side.

        ``kind`` is another one that draws estimates: ``"scale"``, of how big the site is. ``width`` is that of the
        picture's inner part, in pixels. Needs the extra ``charts``; raises SpecError without it, and where no cost is
        known.
        """
        if not beside:
            return super().chart(kind, **options)
        from gigacost.charts.kinds import drawn

        return drawn(kind or "compare", [one.to_dict() for one in (self, *beside)], **options)

    def __getitem__(self, name: str) -> float | MaybeNone:
        """A quantity by name; None where a state spoils it. Raises KeyError, with the nearest name."""
        try:
            return self.quantities[name]
        except KeyError:
            raise KeyError(self._unknown(name)) from None

    def __contains__(self, name: object) -> bool:
        """Whether there is a quantity of that name."""
        return name in self.quantities

    def __iter__(self) -> Iterator[str]:
        """The names of the quantities."""
        return iter(self.quantities)

    def __len__(self) -> int:
        """How many quantities there are."""
        return len(self.quantities)

    def get(self, name: str, default: float | None = None) -> float | None:
        """A quantity by name, or ``default`` where there is none of that name."""
        return self.quantities.get(name, default)

    def keys(self) -> KeysView[str]:
        """The names of the quantities: ``dict(estimate)`` is all of them."""
        return self.quantities.keys()

    def _ipython_key_completions_(self) -> list[str]:
        """The names of the quantities, for who types ``estimate["``."""
        return [*self.quantities]

    def _unknown(self, name: str) -> str:
        if name in self.inputs:
            return f"{show(name)} is an input: estimate.inputs[{show(name)}]"
        if any(one.name == name for one in self.assumptions):
            return f"{show(name)} is an assumption: estimate.assumption({show(name)})"
        guess = nearest(name, [*self.quantities, *self.inputs]) if isinstance(name, str) else ""
        return f"no quantity {show(name)}" + (f"; did you mean {guess}?" if guess else "")

    def __repr__(self) -> str:
        shown = {name: self.quantities.get(name) for name in ("train_days", "chip_hours", "facility_mw")}
        figures = [f"{name}={value:.6g}" for name, value in {**self.subtotals, **shown}.items() if value is not None]
        figures += [f"{name}=None" for name in [*self.subtotals][-1:] if self.subtotals[name] is None]
        inputs = ", ".join(f"{name}={value!r}" for name, value in self.inputs.items())
        return f"<Estimate of {inputs}: {', '.join(figures)}, status={self.status!r}>"

    def assumption(self, name: str) -> Assumption:
        """One of the assumptions. Raises KeyError."""
        for one in self.assumptions:
            if one.name == name:
                return one
        guess = nearest(name, [one.name for one in self.assumptions])
        message = f"no assumption {show(name)}" + (f"; did you mean {guess}?" if guess else "")
        raise KeyError(message)


def estimated(bound: Bound, needed: str = "") -> Estimate:
    """The estimate of a specification without axes. Raises SpecError as ``estimate`` does.

    Raises it for a missing price too where this leaves the quantity null that is ``needed``.
    """
    spec, made = bound.spec, _plan(bound)
    labels = {axis: where[1][0] for axis, where in bound.labels.items()}
    assumed = {leaf: made.defaults.get(leaf) or assumption(bound, leaf) for leaf in made.compiled.tape.leaves}
    unknown = [leaf for leaf, one in assumed.items() if one.value is None or is_about_given(bound, leaf)]
    figures = [math.nan if leaf in unknown else float(one.value or 0.0) for leaf, one in assumed.items()]
    found = dict(zip(made.outputs, _values(made, figures), strict=True))
    unpriced = _unpriced(bound, made, found, labels)
    quantities = _without_nulls(made, found)
    if unpriced and quantities.get(needed, 0.0) is None:
        raise SpecError(*(one.fault for one in unpriced))
    if faults := unplaced(broken(bound.model.rules, bound.model.inputs, bound.spec, bound.catalog, quantities)):
        raise SpecError(*faults)
    _refuse_unfilled(bound, quantities)
    odd = doubts.refused(bound, [*_doubts(made, found, quantities), *(one.fault for one in unpriced)])
    plan = made.compiled.plan
    status = next((plan.states[i] for i, name in enumerate(plan.conditions, 1) if found[name]), OK)
    return Estimate(
        inputs={**spec.fixed, **labels},
        quantities=quantities,
        breakdown={name: quantities[name] for name in made.contributions},
        subtotals={name: quantities[name] for name in made.subtotals},
        intervals={},
        probabilities={},
        assumptions=(*choices(bound), *(one for leaf, one in assumed.items() if leaf not in price_evidence.NAMES)),
        status=status,
        missing_prices=unpriced,
        meta={
            **provenance(bound, made.sha256, draws=False),
            **({} if spec.base_year is None else {"base_year": spec.base_year}),
            **({"accounting": spec.accounting} if spec.accounting else {}),
            "warnings": [str(warning) for warning in (*unplaced(spec.warnings), *odd)],
        },
        config=spec.config,
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an estimate takes from the names that are given, whatever their values."""

    compiled: lower.Compiled
    outputs: tuple[str, ...]
    """The quantities, then the conditions of the states and the doubts."""
    doubts: Sequence[tuple[Quantity, Doubt]]
    """The conditions that are warned about, and what of."""
    contributions: tuple[str, ...]
    subtotals: tuple[str, ...]
    required: tuple[str, ...]
    """Without these there is no estimate."""
    defaults: Mapping[str, Assumption]
    """What goes in by default."""
    sha256: str


def _plan(bound: Bound) -> _Plan:
    derive = tuple((name, expression.canonical) for name, expression in bound.spec.derive.items())
    plan: _Plan = bound.model.compiled(("estimate", bound.given, derive), lambda: _planned(bound))
    return plan


def _planned(bound: Bound) -> _Plan:
    model = bound.model
    found = [alternative.name for alternative in model.alternatives if alternative.name not in bound.given]
    numbers = [name for name, quantity in model.quantities.items() if quantity.unit != "truth"]
    chosen = [axis for search in model.searches for axis, _ in search.over if axis not in bound.given]
    evidence = [name for name in model.inputs if name in price_evidence.NAMES]
    subtotals = [quantity.name for quantity in model.subtotals]
    absent = lacking(bound)
    if absent:
        raise SpecError(*lacking_at_site(bound), *absent)
    names, states = answerable(bound, dict.fromkeys([*found, *numbers, *chosen, *evidence]))
    doubtful = doubts.concerned(bound, names)
    warned = [doubt.name for doubt, _ in doubtful]
    made = lower.compiled(bound, Query((*names, *bound.spec.derive, *states, *warned)))
    return _Plan(
        compiled=made,
        outputs=made.plan.query.columns,
        doubts=doubtful,
        contributions=tuple(quantity.name for quantity in model.contributions if quantity.name in names),
        subtotals=tuple(name for name in subtotals if name in names),
        required=required(model),
        defaults={leaf: by_default(bound, leaf) for leaf in made.tape.leaves if bound.origin(leaf) == "default"},
        sha256=made.tape.sha256,
    )


def answerable(bound: Bound, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The quantities that can be computed, without a search that nothing required rests on; the states of these."""
    names, needed, states = list(names), required(bound.model), bound.model.states
    wiring = bound.model.wire([*names, *needed, *(state.name for state in states)], bound.given)
    above = wiring.upstream()
    absent = frozenset(leaf for leaf in wiring.leaves if not bound.available(leaf))
    chosen = frozenset(axis for step in wiring.steps if isinstance(step, SearchStep) for axis, _ in step.search.over)
    needless = chosen.difference(*(above[name] for name in needed))
    answered = [name for name in names if above[name].isdisjoint(absent | needless)]
    read = frozenset[str]().union(*(above[name] for name in answered))
    spoils = {s.name: s.mark.spoils for s in states if isinstance(s.mark, Status) and above[s.name].isdisjoint(absent)}
    told: list[str] = []
    # What a state looks at may be spoilt by another.
    while more := [name for name, spoilt in spoils.items() if name not in told and not read.isdisjoint(spoilt)]:
        told += more
        read = read.union(*(above[name] for name in more))
    return answered, [name for name in spoils if name in told]


def _values(made: _Plan, figures: list[float]) -> list[float]:
    program = Program(made.compiled.tape, [], [((), (figure,)) for figure in figures], lower.simd_level())
    return program.values(0, [made.compiled.nodes[name] for name in made.outputs])


def _unpriced(
    bound: Bound, made: _Plan, found: Mapping[str, float], labels: Mapping[str, str]
) -> tuple[MissingPrice, ...]:
    """The prices for want of which there is no total. Raises SpecError where there is none for another reason."""
    spoiled = made.compiled.plan.spoiled
    true = [[state for state in spoiled[name] if found[state]] for name in made.required]
    if not all(true):
        return ()
    from gigacost.queries.infeasible import missing, reasons

    states = list(dict.fromkeys(state for conditions in true for state in conditions))
    unpriced = missing(bound, states, found, labels)
    if unpriced is None:
        raise SpecError(*reasons(bound, states, found, labels))
    return unpriced


def _refuse_unfilled(bound: Bound, quantities: Mapping[str, float | None]) -> None:
    """Raise SpecError where batch and layout are given in full and do not fit each other; else a batch rounds up."""
    if quantities.get("padding_share"):
        from gigacost.queries.infeasible_layout import unfilled_batch

        if fault := unfilled_batch(bound, quantities):
            raise SpecError(fault)


def _without_nulls(made: _Plan, found: Mapping[str, float]) -> dict[str, float | None]:
    """The quantities, null where a state spoils them. Raises InternalError for what is neither null nor finite."""
    spoiled, absent = made.compiled.plan.spoiled, made.compiled.plan.absent
    states = frozenset(made.compiled.plan.conditions)
    conditions = states.union(doubt.name for doubt, _ in made.doubts)
    true = frozenset(state for state in states if found[state])
    quantities: dict[str, float | None] = {}
    for name, value in found.items():
        if name in conditions:
            continue
        if (true and not true.isdisjoint(spoiled[name])) or (name in absent and math.isnan(value)):
            quantities[name] = None
        elif not math.isfinite(value):
            message = f"{name} is {value}, and no state says why"
            raise InternalError(message)
        else:
            quantities[name] = value
    return quantities


def _doubts(made: _Plan, found: Mapping[str, float], quantities: Mapping[str, float | None]) -> Iterator[Fault]:
    """What is doubtful about the run, of quantities that it has."""
    for doubt, mark in made.doubts:
        if found[doubt.name] and (value := quantities.get(mark.of)) is not None:
            yield doubts.told(doubt, mark, f"{value:.6g}")
