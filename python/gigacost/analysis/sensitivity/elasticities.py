"""Local elasticities: by how many per cent a quantity changes for one per cent of each figure that goes in.

An elasticity is derivative · input / quantity. The derivative is that of what is computed at one combination, by the
engine's reverse pass: exact, piece by piece. Layout and architecture are held fixed; what is rounded is flat; of
``minimum``, ``maximum`` and ``where`` only the branch that was taken counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gigacost._engine import Program
from gigacost._record import Record
from gigacost.charts.charted import Charted
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.compiler.provenance import provenance
from gigacost.configs.source import ConfigLike
from gigacost.errors import Fault, InternalError, SpecError, nearest, show
from gigacost.graph.declarations import Input
from gigacost.queries import arguments
from gigacost.queries.assumptions import Assumption, assumption
from gigacost.queries.estimates import estimated
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request
from gigacost.units.algebra import combined

if TYPE_CHECKING:
    from gigacost.queries.space import Space

QUANTITY = "cost_total_usd"
"""What is asked about when nothing is said."""


@dataclass(frozen=True, slots=True)
class Elasticity(Record):
    """How much a quantity depends on one figure that goes in."""

    name: str
    elasticity: float | None
    """Per cent of the quantity for one per cent of the input: 0 for an input of 0. None where there is no derivative,
    and where the quantity is 0."""
    derivative: float | None
    """None for an input that is left out, and where what is computed has none (0 · √x at 0) or an infinite one."""
    derivative_unit: str
    value: float | None
    """Of the input; None where it is left out."""
    unit: str
    whole: bool
    """Whether the input takes whole numbers only: its next value may do what no derivative says."""
    stepped: bool
    """Whether the quantity follows the input by steps too, through rounded numbers (a shape, a batch, a count of
    replicas): these are held fixed. A design with another value tells more than the derivative then."""
    origin: str
    """``given``, ``preset``, ``model`` (an override), ``catalogue``, ``default``."""
    source: str
    date: str


@dataclass(frozen=True, repr=False)
class Elasticities(Charted, Record):
    """How much a quantity depends on each figure that goes in, the largest elasticity first.

    Figures alone: labels and switches (inputs of 0 or 1, inputs with named values) have no derivative.
    """

    _kind = "elasticities"

    quantity: str
    unit: str
    value: float
    inputs: tuple[Elasticity, ...]
    meta: Mapping[str, Any]
    """What a figure can be rebuilt from: version, hashes, date."""

    def __getitem__(self, name: str) -> Elasticity:
        """That of one input. Raises KeyError, with the nearest name."""
        for one in self.inputs:
            if one.name == name:
                return one
        guess = nearest(name, [one.name for one in self.inputs])
        message = f"no elasticity along {show(name)}" + (f"; did you mean {guess}?" if guess else "")
        raise KeyError(message)

    def _ipython_key_completions_(self) -> list[str]:
        """The names of the inputs, for who types ``elasticities["``."""
        return [one.name for one in self.inputs]

    def __iter__(self) -> Iterator[Elasticity]:
        return iter(self.inputs)

    def __len__(self) -> int:
        return len(self.inputs)

    def __repr__(self) -> str:
        largest = [f"{one.name}: {one.elasticity:.3g}" for one in self.inputs[:5] if one.elasticity]
        return f"<Elasticities of {self.quantity} = {self.value:.6g} {self.unit}: {', '.join(largest)}, ...>"


def elasticities(
    quantity: str = QUANTITY,
    given: Mapping[str, Any] | None = None,
    /,
    *,
    inputs: Sequence[str] = (),
    model: ModelLike = None,
    catalog: CatalogLike = None,
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
    strict: bool = False,
    **fixed: Any,  # noqa: ANN401 - a value as people write it
) -> Elasticities:
    """Compute by how many per cent a quantity of one run changes for one per cent of each input.

    Parameters
    ----------
    quantity : str
        The quantity.
    given : mapping, optional
        Inputs by name, beside those given by keyword.
    inputs : sequence of str
        The inputs of interest; by default all that the quantity depends on. A quantity that is set (``mfu=0.4``)
        counts as an input.
    model, catalog, as_of, base_year, preset, model_config, train_config, strict
        As for `estimate`.
    **fixed
        The run, as for `estimate`.

    Returns
    -------
    Elasticities
        One `Elasticity` per input, by size: derivative times input over quantity, with the derivative, its unit, and
        the input's value and source.

    Raises
    ------
    SpecError
        As `estimate`; for a quantity that is no number or null, and for an input without a derivative.

    Notes
    -----
    Derivatives are exact (reverse mode over the tape). Layout and architecture are held fixed, what is rounded is
    flat, and of ``minimum``, ``maximum`` and ``where`` only the branch taken counts.

    Examples
    --------
    >>> import gigacost
    >>> found = gigacost.elasticities("cost_rent_usd", params="7B", tokens="2T", hardware="h100-sxm", chips=1024)
    >>> round({one.name: one.elasticity for one in found}["rental_usd_per_chip_hour"], 3)
    1.0
    """
    request = Request.of(
        given, fixed, model, catalog, as_of, base_year, preset, model_config, train_config, strict=strict, several=False
    )
    return elasticities_of_run(quantity, request.bound, inputs)


def elasticities_of_run(quantity: str, bound: Bound, inputs: Sequence[str] = ()) -> Elasticities:
    """As ``elasticities``, of a bound specification without axes. Raises SpecError as ``estimate`` does."""
    estimated(bound, quantity)  # says what is wrong with a run
    return _found(quantity, bound, inputs)


def at_combination(sweep: Space, quantity: str, at: int, inputs: Sequence[str] = ()) -> Elasticities:
    """As ``elasticities``, for one combination of a sweep by its index."""
    settings = sweep.bound.settings(arguments.combination(at, sweep.size))
    alone = replace(sweep.spec, axes=(), where=None, fixed=settings)
    return _found(quantity, Bound(alone, sweep.model, sweep.bound.catalog), inputs)


def _found(quantity: str, bound: Bound, inputs: Sequence[str]) -> Elasticities:
    model = bound.model
    arguments.number(bound, "quantity", quantity)
    made = lower.compiled(bound, Query((quantity,)))
    names = [leaf for leaf in made.tape.leaves if _is_figure(bound, leaf)]
    asked = frozenset(_checked(bound, quantity, names, inputs) if inputs else names)
    program = lower.program(bound, made)
    _refuse_null(made, program, quantity)
    ((value, slopes, steps),) = program.gradients(made.nodes[quantity], [0])
    if not math.isfinite(value):
        message = f"{quantity} is {value}, and no state says why"
        raise InternalError(message)
    unit = model.unit(quantity) if quantity in model.quantities or quantity in model.inputs else ""
    every = [
        _elasticity((value, unit), assumption(bound, leaf), slope, stepped=stepped, whole=_is_whole(bound, leaf))
        for leaf, slope, stepped in zip(made.tape.leaves, slopes, steps, strict=True)
        if leaf in asked
    ]
    every.sort(key=lambda one: -math.inf if one.elasticity is None else abs(one.elasticity), reverse=True)
    return Elasticities(quantity, unit, value, tuple(every), provenance(bound, draws=False))


def _elasticity(of: tuple[float, str], leaf: Assumption, slope: float, *, stepped: bool, whole: bool) -> Elasticity:
    """That along a leaf, of a quantity with this value and unit."""
    quantity, unit = of
    value = None if leaf.value is None else float(leaf.value)
    relative = slope * value / quantity if value is not None and quantity else math.nan
    return Elasticity(
        name=leaf.name,
        elasticity=relative + 0.0 if math.isfinite(relative) else None,
        derivative=slope + 0.0 if math.isfinite(slope) else None,
        derivative_unit=combined(unit, leaf.unit, divide=True) if unit and leaf.unit else "",
        value=value,
        unit=leaf.unit,
        whole=whole,
        stepped=stepped,
        origin=leaf.origin,
        source=leaf.source,
        date=leaf.date,
    )


def _is_figure(bound: Bound, leaf: str) -> bool:
    """Whether a leaf is an amount, not what a label is tested for and not a switch."""
    return leaf not in bound.special and not _is_switch(bound.model.inputs.get(leaf))


def _is_switch(known: Input | None) -> bool:
    return known is not None and bool(known.words or (known.integer and known.high - known.low <= 1.0))


def _is_whole(bound: Bound, leaf: str) -> bool:
    known = bound.model.inputs.get(leaf)
    return known is not None and known.integer


def _checked(bound: Bound, quantity: str, names: Sequence[str], inputs: Sequence[str]) -> tuple[str, ...]:
    """The inputs that are asked for. Raises SpecError with all that have no derivative."""
    faults = []
    asked = arguments.listed("inputs", inputs)
    known = [*names, *bound.model.names, *bound.catalog.axes]
    for name in asked:
        if name in names:
            continue
        if name not in known:
            fault = Fault("inputs", show(name), "neither input nor quantity of the model", hint=nearest(name, known))
        elif name in bound.catalog.axes:
            fault = Fault("inputs", show(name), "a choice of the catalogue, which has no derivative")
        elif _is_switch(bound.model.inputs.get(name)):
            fault = Fault("inputs", show(name), "a switch, which has no derivative")
        elif name in bound.model.quantities and name not in bound.given:
            fault = Fault("inputs", show(name), "computed here", allowed=f"give it a value: {name} = ...")
        else:
            fault = Fault("inputs", show(name), f"{quantity} does not depend on it here")
        faults.append(fault)
    if faults:
        raise SpecError(*faults)
    return asked


def _refuse_null(made: lower.Compiled, program: Program, quantity: str) -> None:
    null = made.nulls[quantity]
    if null is None:
        return
    is_null, state = program.values(0, [null, made.state])
    if is_null:
        label = made.plan.states[int(state)]
        raise SpecError(Fault("quantity", show(quantity), f"null at this combination, whose status is {label}"))
