"""One run, costed: every quantity of the model at one combination, with what it rests on.

The path is that of a sweep over an empty space: specification, tape, engine. What depends on the names given and not on
their values (the tape, which quantities there are) is made once for each model and kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, KeysView, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gigacost import _engine
from gigacost.accounting import numbers
from gigacost.catalog import Catalog
from gigacost.catalog.opening import opened
from gigacost.catalog.price_age import age
from gigacost.compiler import constant_dollars, lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.checks import namespace
from gigacost.compiler.plan import OK, Question
from gigacost.compiler.rules import broken
from gigacost.errors import Fault, InternalError, SpecError, nearest, show
from gigacost.graph.declarations import Status
from gigacost.graph.model import Model
from gigacost.graph.wiring import SearchStep
from gigacost.model import default as default_model
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import Spec

if TYPE_CHECKING:
    import os


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure or a choice that an estimate rests on."""

    name: str
    value: float | str | None
    """In ``unit``; the label of a choice; None for a figure that is left out."""
    unit: str
    source: str
    """Where it stands, and what was done with it; ``given`` for what the caller said."""
    date: str
    """The date of the source, as far as it is known."""
    origin: str = field(default="", compare=False)
    """``given``, ``preset``, ``model`` (an override), ``catalogue``, ``default``."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        names = ("name", "value", "unit", "source", "date")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, repr=False)
class Estimate:
    """What one training run costs and needs. Made by ``estimate``; plain data, picklable."""

    inputs: Mapping[str, float | str]
    """What was given, in the model's units, and the label of every catalogue axis in play."""
    quantities: Mapping[str, float | None]
    """Every quantity that can be computed, in its own unit; None where a state spoils it."""
    breakdown: Mapping[str, float | None]
    """The contributions [$], in the order in which they are added."""
    subtotals: Mapping[str, float | None]
    """The nested subtotals [$], the smallest first; the last one is the total."""
    intervals: Mapping[str, Mapping[str, float | None]]
    """If asked for, of contributions, subtotals and what a run needs: ``mean``, ``p5``, ``p50`` and others over draws
    of what is left open; None where a state spoils a draw."""
    assumptions: tuple[Assumption, ...]
    """What it rests on: all figures that go in, in the order of first use."""
    status: str
    """``ok``, or the first state of the combination (it then spoils something beside the total)."""
    meta: Mapping[str, Any]
    """What a figure can be rebuilt from: version, hashes, date; and warnings."""

    def __getitem__(self, name: str) -> float | None:
        """A quantity by name. Raises KeyError, with the nearest name."""
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

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``gigacost estimate --json`` prints it."""
        return {
            "inputs": dict(self.inputs),
            "quantities": dict(self.quantities),
            "breakdown": dict(self.breakdown),
            "subtotals": dict(self.subtotals),
            "intervals": {name: dict(figures) for name, figures in self.intervals.items()},
            "assumptions": [one.to_dict() for one in self.assumptions],
            "status": self.status,
            "meta": dict(self.meta),
        }


def specified(
    given: Mapping[str, Any] | None,
    inputs: Mapping[str, Any],
    model: Model | str | None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None,
    told: Mapping[str, Any],
    *,
    strict: bool,
) -> tuple[Spec, Model, Catalog]:
    """The specification of one run as ``estimate`` takes it, with its model and catalogue. Raises SpecError.

    ``told`` are other keys of a specification, None where they are left out.
    """
    fixed = {**(given or {}), **inputs}
    if isinstance(model, str):
        fixed["model"] = model
        model = None
    model = model or default_model()
    catalog = opened(catalog)
    tree: dict[str, Any] = {"version": 1, "fixed": fixed}
    tree |= {key: value for key, value in told.items() if value is not None}
    try:
        spec = read_mapping(tree, namespace(model, catalog), strict=strict)
    except SpecError as error:
        raise SpecError(*unplaced(error.faults)) from None
    return spec, model, catalog


def estimated(spec: Spec, model: Model, catalog: Catalog) -> Estimate:
    """The estimate of a specification without axes. Raises SpecError as ``estimate`` does."""
    bound = Bound(spec, model, catalog)
    made = _plan(bound)
    labels = {axis: where[1][0] for axis, where in bound.labels.items()}
    assumed = {leaf: made.defaults.get(leaf) or assumption(bound, spec, leaf) for leaf in made.compiled.tape.leaves}
    figures = [math.nan if one.value is None else float(one.value) for one in assumed.values()]
    found = dict(zip(made.outputs, _values(made, figures), strict=True))
    _refuse_impossible(bound, made, found, labels)
    quantities = _without_nulls(made, found)
    if faults := unplaced(broken(bound.model.rules, bound.model.inputs, bound.spec, quantities)):
        raise SpecError(*faults)
    _refuse_unfilled(bound, quantities)
    recipe = made.compiled.recipe
    status = next((recipe.states[i] for i, name in enumerate(recipe.conditions, 1) if found[name]), OK)
    return Estimate(
        inputs={**bound.spec.fixed, **labels},
        quantities=quantities,
        breakdown={name: quantities[name] for name in made.contributions},
        subtotals={name: quantities[name] for name in made.subtotals},
        intervals={},
        assumptions=(*choices(spec, bound, labels), *assumed.values()),
        status=status,
        meta={
            "gigacost_version": _engine.__version__,
            "spec_sha256": bound.spec.sha256,
            "model_sha256": made.sha256,
            "catalog_sha256": bound.catalog.sha256,
            "as_of": labels.get("as_of", ""),
            **({} if spec.base_year is None else {"base_year": spec.base_year}),
            "warnings": [str(warning) for warning in unplaced(spec.warnings)],
        },
    )


def unplaced(faults: Iterable[Fault]) -> list[Fault]:
    """Faults named after the keyword alone: who gives keywords knows of no table ``fixed``."""
    return [replace(fault, field=fault.field.removeprefix("fixed.").removeprefix("axes.")) for fault in faults]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an estimate takes from the names that are given, whatever their values."""

    compiled: lower.Compiled
    outputs: tuple[str, ...]
    """The quantities, then the conditions of the states."""
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
    subtotals = [quantity.name for quantity in model.subtotals]
    absent = lacking(bound)
    if absent:
        raise SpecError(*_of_site(bound), *absent)
    names, states = _answers(bound, dict.fromkeys([*found, *numbers, *chosen]))
    made = lower.compiled(bound, Question((*names, *bound.spec.derive, *states)))
    return _Plan(
        compiled=made,
        outputs=made.recipe.question.columns,
        contributions=tuple(quantity.name for quantity in model.contributions if quantity.name in names),
        subtotals=tuple(name for name in subtotals if name in names),
        required=_required(model),
        defaults={leaf: _by_default(bound, leaf) for leaf in made.tape.leaves if bound.origin(leaf) == "default"},
        sha256=made.tape.sha256,
    )


def _answers(bound: Bound, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The quantities that can be computed, without a search that nothing required rests on; the states of these."""
    names, required, states = list(names), _required(bound.model), bound.model.states
    wiring = bound.model.wire([*names, *required, *(state.name for state in states)], bound.given)
    above = wiring.upstream()
    absent = frozenset(leaf for leaf in wiring.leaves if not bound.available(leaf))
    chosen = frozenset(axis for step in wiring.steps if isinstance(step, SearchStep) for axis, _ in step.search.over)
    needless = chosen.difference(*(above[name] for name in required))
    answered = [name for name in names if above[name].isdisjoint(absent | needless)]
    read = frozenset[str]().union(*(above[name] for name in answered))
    spoils = {s.name: s.mark.spoils for s in states if isinstance(s.mark, Status) and above[s.name].isdisjoint(absent)}
    told: list[str] = []
    # What a state looks at may be spoilt by another.
    while more := [name for name, spoilt in spoils.items() if name not in told and not read.isdisjoint(spoilt)]:
        told += more
        read = read.union(*(above[name] for name in more))
    return answered, [name for name in spoils if name in told]


def lacking(bound: Bound, names: Iterable[str] = ()) -> list[Fault]:
    """What has to be given before there can be an estimate (or these quantities); nothing when all is there."""
    return _lacking(bound, names or _required(bound.model))


def _of_site(bound: Bound) -> list[Fault]:
    """Where a preset is a site, that it needs a run to be estimated."""
    preset = bound.spec.preset
    if not preset or bound.catalog.presets[preset].kind != "site":
        return []
    what = "a site, which says where to train and not what; it needs params and tokens"
    return [Fault("preset", show(preset), what, "with a run, as --params 1T --tokens 10T")]


def _required(model: Model) -> tuple[str, ...]:
    """The total; of a model without subtotals, what it shows."""
    return tuple(quantity.name for quantity in model.subtotals[-1:]) or model.columns


def _lacking(bound: Bound, names: Iterable[str]) -> list[Fault]:
    """What has to be given before the quantities can be computed, each name once."""
    leaves = bound.model.wire(names, bound.given).leaves
    faults: dict[str, Fault] = {}
    for leaf in leaves:
        if not bound.available(leaf):
            fault = bound.lacking(leaf)
            others = [one.given for one in bound.model.alternatives if one.name == leaf]
            if others:
                shortest = min(others, key=len)
                fault = replace(fault, allowed=f"{fault.allowed}; or give {', '.join(shortest)}")
            faults.setdefault(fault.field, fault)
    return list(faults.values())


def _values(made: _Plan, figures: list[float]) -> list[float]:
    program = _engine.Program(made.compiled.tape, [], [((), (figure,)) for figure in figures], lower.simd_level())
    return program.values(0, [made.compiled.nodes[name] for name in made.outputs])


def assumption(bound: Bound, spec: Spec, leaf: str) -> Assumption:
    """A figure that goes in, with its source; ``spec`` is what was given, before a preset filled it up.

    Raises SpecError when it has no value.
    """
    origin = bound.origin(leaf)
    known = bound.model.inputs.get(leaf)
    quantity = bound.model.quantities.get(leaf)
    unit = quantity.unit if quantity else known.unit if known else ""
    if leaf == bound.deflator:
        cited = constant_dollars.cited(bound)
        return Assumption(leaf, cited.value, cited.unit, f"{cited.source} ({cited.basis})", cited.date, origin)
    if origin == "catalogue":
        cited = bound.catalog.cite(leaf, {axis: bound.labels[axis][1][0] for axis in bound.catalog.columns[leaf].axes})
        told = age(leaf, cited.date, bound.labels["as_of"][1][0])
        basis = f"{cited.basis}; {told}" if told else cited.basis
        source = f"{cited.source} ({basis})" if cited.source else basis
        return Assumption(leaf, _plain(cited.value + 0.0), cited.unit, source, cited.date, origin)
    if origin == "spec":
        number = float(bound.spec.fixed[leaf])
        if leaf in spec.fixed:
            return Assumption(leaf, number, unit, "given", "", "given")
        return Assumption(leaf, number, unit, f"preset {spec.preset}", "", "preset")
    if origin == "model":
        counted = leaf in numbers(bound.spec.accounting)
        source = f"preset {bound.spec.accounting}" if counted else "override of the model"
        return Assumption(leaf, bound.model.values[leaf], unit, source, "", "model")
    return _by_default(bound, leaf)


def _by_default(bound: Bound, leaf: str) -> Assumption:
    known = bound.model.inputs.get(leaf)
    if known is None or known.default is None:
        raise SpecError(bound.lacking(leaf))
    source = known.source or ("left out" if math.isnan(known.default) else "default")
    return Assumption(leaf, _plain(known.default), known.unit, source, known.date, "default")


def choices(spec: Spec, bound: Bound, labels: Mapping[str, str]) -> list[Assumption]:
    """The labels in play, as assumptions; ``spec`` is what was given, before a preset filled it up."""
    found = []
    for axis, label in labels.items():
        given = axis in spec.fixed or (axis == "as_of" and spec.as_of)
        preset = axis in bound.spec.fixed or (axis == "as_of" and bound.spec.as_of)
        origin = "given" if given else "preset" if preset else "default"
        source = {"given": "given", "preset": f"preset {spec.preset}", "default": "default, nothing else was given"}
        date = bound.catalog.date if axis == "as_of" and origin == "default" else ""
        found.append(Assumption(axis, label, "", source[origin], date, origin))
    return found


def _refuse_impossible(bound: Bound, made: _Plan, found: Mapping[str, float], labels: Mapping[str, str]) -> None:
    spoiled = made.compiled.recipe.spoiled
    true = [[state for state in spoiled[name] if found[state]] for name in made.required]
    if not all(true):
        return
    from gigacost.queries.infeasible import reasons  # noqa: PLC0415 - only the impossible need it

    states = list(dict.fromkeys(state for conditions in true for state in conditions))
    raise SpecError(*reasons(bound, states, found, labels))


def _refuse_unfilled(bound: Bound, quantities: Mapping[str, float | None]) -> None:
    """Raise SpecError where batch and layout are given in full and do not fit each other; else a batch rounds up."""
    if quantities.get("padding_share"):
        from gigacost.queries.infeasible_layout import unfilled_batch  # noqa: PLC0415 - as above

        if fault := unfilled_batch(bound, quantities):
            raise SpecError(fault)


def _without_nulls(made: _Plan, found: Mapping[str, float]) -> dict[str, float | None]:
    """The quantities, null where a state spoils them. Raises InternalError for what is neither null nor finite."""
    spoiled = made.compiled.recipe.spoiled
    conditions = frozenset(made.compiled.recipe.conditions)
    true = frozenset(state for state in conditions if found[state])
    quantities: dict[str, float | None] = {}
    for name, value in found.items():
        if name in conditions:
            continue
        if true and not true.isdisjoint(spoiled[name]):
            quantities[name] = None
        elif not math.isfinite(value):
            message = f"{name} is {value}, and no state says why"
            raise InternalError(message)
        else:
            quantities[name] = value
    return quantities


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
