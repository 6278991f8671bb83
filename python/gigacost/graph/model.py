"""A model as a graph: functions wired by the names of their parameters."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any, TypeAlias, TypeVar

from gigacost._cache import LruCache
from gigacost.display.shown import Shown
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.graph.declarations import Alternative, Contribution, Doubt, Input, Rule, Status, Subtotal, marking
from gigacost.graph.resolver import Resolver
from gigacost.graph.wiring import NO_AGGREGATES, Aggregation, Function, Quantity, Search, Wiring, quantity_of
from gigacost.ops import total
from gigacost.units.algebra import Unit

Part: TypeAlias = "Function | Input | Alternative | Subtotal | Search | ModuleType | Model"
T = TypeVar("T")

_KEPT = 64
"""How many compiled forms of a model are kept."""
_WIRINGS = 256
"""How many wirings of a model's own quantities are kept."""


class Model(Shown):
    """Functions whose parameter names are the wiring, with their inputs. Never changed; ``extend`` makes another.

    Parts are functions (quantities, named as they are, and rules), ``Input``, ``Alternative``, ``Subtotal`` and
    ``Search`` objects, modules (everything public that they define) and other models. A parameter that no part explains
    is an input without limits; its default value, if it has one, is the input's.

    Examples
    --------
    >>> from gigacost import Model, Sweep
    >>> def twice(x):
    ...     return 2.0 * x
    >>> [row["twice"] for row in Sweep({"x": [3.0, 1.0]}, model=Model(twice)).top(2, "twice").rows]
    [2.0, 6.0]
    """

    __slots__ = (
        *("_compiled", "_wirings", "alternatives", "columns", "inputs", "quantities"),
        *("replaced", "rules", "searches", "values"),
    )

    inputs: Mapping[str, Input]
    quantities: Mapping[str, Quantity]
    alternatives: tuple[Alternative, ...]
    rules: tuple[Quantity, ...]
    """Conditions that no run could be in."""
    searches: tuple[Search, ...]
    values: Mapping[str, float]
    """Quantities and inputs overridden by a number."""
    replaced: frozenset[str]
    """Quantities and inputs overridden by a function: the catalogue's figures of them no longer count."""

    columns: tuple[str, ...]
    """The quantities shown when none are asked for."""

    def __init__(self, *parts: Part, columns: Sequence[str] = ()) -> None:
        parcel = _Parcel()
        for part in parts:
            parcel.add(part)
        parcel.columns = [*columns, *parcel.columns]
        self._settle(parcel)

    def _settle(self, parcel: _Parcel) -> None:
        self.quantities = MappingProxyType(parcel.wired())
        self.alternatives = tuple(parcel.alternatives)
        self.rules = tuple(parcel.rules)
        self.searches = tuple(parcel.searches)
        self.inputs = MappingProxyType(parcel.all_inputs(self.quantities))
        shown = [name for name, quantity in self.quantities.items() if quantity.unit != "truth"]
        self.columns = tuple(dict.fromkeys(parcel.columns)) or tuple(shown)
        self.values = MappingProxyType(dict(parcel.values))
        self.replaced = frozenset(parcel.replaced)
        self._compiled = LruCache(_KEPT)
        self._wirings = LruCache(_WIRINGS)

    def extend(self, *parts: Part, check_units: bool = True) -> Model:
        """This model and more parts.

        What is added is called once with the units of its parameters: its docstring's unit must be what it computes,
        and a contribution's that of its subtotal. ``check_units=False`` takes docstrings at their word. Raises
        SpecError with every fault of that, and when a name is taken (``override`` replaces).
        """
        extended = Model(self, *parts)
        if check_units:
            from gigacost.graph.unit_check import unit_faults

            known = self.quantities.keys()
            added = [quantity for name, quantity in extended.quantities.items() if name not in known]
            faults = list(unit_faults(added, extended.units)) if added else []
            if faults:
                raise SpecError(*faults)
        return extended

    def override(self, **replacements: float | Function) -> Model:
        """This model with quantities or inputs replaced by numbers or by functions of that meaning.

        Raises SpecError when the model has no such name.
        """
        parcel = _Parcel()
        parcel.add(self)
        searched = {axis: search.name for search in self.searches for axis, _ in search.over}
        for name, replacement in replacements.items():
            if name in searched:
                what = f"an axis of the search {searched[name]}; give it a value in the sweep instead"
                raise SpecError(Fault(name, show(replacement), what))
            if name not in self.quantities and name not in self.inputs:
                known = [*self.quantities, *self.inputs]
                raise SpecError(
                    Fault(name, show(replacement), "the model has no such quantity or input", hint=nearest(name, known))
                )
            if callable(replacement):
                parcel.replace(name, replacement)
            else:
                value = _number(name, replacement)
                limits = self.inputs.get(name)
                if limits and not limits.accepts(value):
                    raise SpecError(Fault(name, show(replacement), "out of range", allowed=limits.allowed))
                parcel.values[name] = value
        return _from_parcel(parcel)

    def search(
        self,
        name: str,
        *,
        over: Mapping[str, Sequence[float]],
        minimise: str,
        among: str,
        unless: Sequence[str] = (),
    ) -> Model:
        """This model with axes whose values it chooses itself: the legal ones that make ``minimise`` smallest.

        Outside of the search an axis is an ordinary quantity, its value at the winner (missing when no candidate is
        legal). Of equally good candidates the first in the order of ``over`` (first axis outermost) wins; a missing
        objective never does. ``unless`` names conditions that each make a candidate not worth trying; one is not asked
        where an axis it is made of is given. Raises SpecError when an axis has no values.
        """
        axes = tuple((axis, tuple(_number(axis, value) for value in values)) for axis, values in over.items())
        for axis, values in axes:
            if not values:
                raise SpecError(Fault(f"{name}.{axis}", "", "an axis without values"))
        return self.extend(Search(name, axes, minimise, among, tuple(unless)))

    def _shown(self) -> dict[str, Any]:
        counts = {"quantities": len(self.quantities), "inputs": len(self.inputs), "states": len(self.states)}
        return {"counts": counts, "subtotals": {one.name: list(one.parameters) for one in self.subtotals}}

    @property
    def states(self) -> tuple[Quantity, ...]:
        """The row states, in the order of declaration."""
        return tuple(quantity for quantity in self.quantities.values() if isinstance(quantity.mark, Status))

    @property
    def doubts(self) -> tuple[Quantity, ...]:
        """The conditions that are warned about, in the order of declaration."""
        return tuple(quantity for quantity in self.quantities.values() if isinstance(quantity.mark, Doubt))

    @property
    def contributions(self) -> tuple[Quantity, ...]:
        """The contributions to the cost, in the order of declaration."""
        return tuple(quantity for quantity in self.quantities.values() if isinstance(quantity.mark, Contribution))

    @property
    def subtotals(self) -> tuple[Quantity, ...]:
        """The subtotals, in the order of declaration."""
        return tuple(quantity for quantity in self.quantities.values() if isinstance(quantity.mark, Subtotal))

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that can be asked for or given."""
        searched = (axis for search in self.searches for axis, _ in search.over)
        return tuple(dict.fromkeys([*self.inputs, *self.quantities, *searched]))

    def unit(self, name: str) -> str:
        """The unit of a quantity or input."""
        return self.quantities[name].unit if name in self.quantities else self.inputs[name].unit

    @property
    def units(self) -> Mapping[str, str]:
        """The units of all names; empty where nothing says one."""
        searched = dict.fromkeys((axis for search in self.searches for axis, _ in search.over), "1")
        # A plain number has the unit 1, and so has a parameter with one as its default.
        inputs = {name: one.unit or ("" if one.default is None else "1") for name, one in self.inputs.items()}
        conditions = {one.name: "truth" for one in (*self.states, *self.doubts)}
        return {**searched, **inputs, **{name: one.unit for name, one in self.quantities.items()}, **conditions}

    def wire(
        self,
        outputs: Iterable[str],
        given: Collection[str],
        extra: Mapping[str, Quantity] | None = None,
        aggregation: Aggregation = NO_AGGREGATES,
    ) -> Wiring:
        """The steps that make the outputs when the given names are supplied from outside.

        ``extra`` are quantities beside the model's, ``aggregation`` what there is to aggregate over draws. Raises
        SpecError when the functions need each other in a circle.
        """
        if extra or aggregation is not NO_AGGREGATES:
            return Resolver(self, given, extra or {}, aggregation).resolve(outputs)
        names, known = tuple(outputs), frozenset(given)
        return self._wirings.get((names, known), lambda: Resolver(self, known, {}).resolve(names))

    def compiled(self, key: Hashable, compile_: Callable[[], T]) -> T:
        """What ``compile_`` makes of this model; kept by its key as long as it is among the last asked for."""
        return self._compiled.get(key, compile_)

    def __reduce__(self) -> tuple[Any, ...]:
        """Models are pickled by their parts; functions by their place, as Python does."""
        parts = (*self.inputs.values(), *self.alternatives, *(rule.function for rule in self.rules), *self.searches)
        return _rebuilt, (parts, tuple(self.quantities.values()), dict(self.values), self.columns, self.replaced)


def _rebuilt(
    parts: tuple[Any, ...],
    quantities: tuple[Quantity, ...],
    values: dict[str, float],
    columns: tuple[str, ...],
    replaced: frozenset[str],
) -> Model:
    parcel = _Parcel()
    for part in parts:
        parcel.add(part)
    for quantity in quantities:
        parcel.quantities[quantity.name] = quantity
    parcel.values.update(values)
    parcel.columns.extend(columns)
    parcel.replaced.update(replaced)
    return _from_parcel(parcel)


def _from_parcel(parcel: _Parcel) -> Model:
    model = Model.__new__(Model)
    model._settle(parcel)  # noqa: SLF001 - the other way to make one
    return model


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SpecError(Fault(name, show(value), f"expected a number, got {type(value).__name__}"))
    if not math.isfinite(value):
        raise SpecError(Fault(name, show(value), "not finite"))
    return float(value) + 0.0


@dataclass(slots=True)
class _Parcel:
    """The parts of a model while it is put together."""

    inputs: dict[str, Input] = field(default_factory=dict)
    quantities: dict[str, Quantity] = field(default_factory=dict)
    alternatives: list[Alternative] = field(default_factory=list)
    rules: list[Quantity] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)

    def add(self, part: Part) -> None:
        match part:
            case Model():
                self._add_model(part)
            case ModuleType():
                self._add_module(part)
            case Input():
                if self.inputs.get(part.name, part) != part:
                    raise SpecError(Fault(part.name, "", "two inputs of this name"))
                self.inputs[part.name] = part
            case Alternative():
                self._add_alternative(part)
            case Search():
                self.searches.append(part)
            case Subtotal():
                self._put(Quantity(part.name, total, (), "$", part.doc, part))
            case _ if callable(part) and isinstance(marking(part), Rule):
                self.rules.append(quantity_of(part.__name__, part))
            case _ if callable(part):
                self._put(quantity_of(part.__name__, part))
            case _:
                raise TypeError(f"a model is made of functions, inputs and subtotals, not of {type(part).__name__}")

    def _add_model(self, model: Model) -> None:
        self.inputs.update(model.inputs)
        self.quantities.update(model.quantities)
        self.alternatives.extend(model.alternatives)
        self.rules.extend(model.rules)
        self.searches.extend(model.searches)
        self.values.update(model.values)
        self.columns.extend(model.columns)
        self.replaced.update(model.replaced)

    def _add_alternative(self, alternative: Alternative) -> None:
        if alternative not in self.alternatives:
            self.alternatives.append(alternative)

    def _add_module(self, module: ModuleType) -> None:
        for name, member in vars(module).items():
            own = isinstance(member, FunctionType) and member.__module__ == module.__name__
            if isinstance(member, Input | Alternative | Subtotal | Search) or (own and not name.startswith("_")):
                self.add(member)

    def replace(self, name: str, function: Function) -> None:
        known = self.quantities.get(name)
        made = quantity_of(name, function)
        mark = made.mark or (known.mark if known else None)
        meant = known.unit if known else self.inputs[name].unit
        if made.unit and meant and Unit.parse(made.unit) != Unit.parse(meant):
            raise SpecError(Fault(name, f"[{made.unit}]", "in another unit than what it replaces", f"[{meant}]"))
        unit = made.unit or meant
        self.quantities[name] = replace(made, mark=mark, unit=unit)
        self.values.pop(name, None)
        self.replaced.add(name)

    def _put(self, quantity: Quantity) -> None:
        known = self.quantities.get(quantity.name)
        if known is not None and known.function is not quantity.function:
            raise SpecError(Fault(quantity.name, "", "the model has a quantity of this name; override() replaces it"))
        self.quantities[quantity.name] = quantity

    def _check(self) -> None:
        """Refuse what would be two things of one name."""
        searched: set[str] = set()
        for search in self.searches:
            for axis, _ in search.over:
                if axis in searched or axis in self.quantities:
                    other = "another search's axis" if axis in searched else "a quantity"
                    raise SpecError(Fault(f"{search.name}.{axis}", "", f"the name of {other} already"))
                searched.add(axis)
        labels = {"ok"}
        for quantity in self.quantities.values():
            if isinstance(quantity.mark, Status):
                if quantity.mark.label in labels:
                    raise SpecError(Fault(quantity.name, show(quantity.mark.label), "a state of this label exists"))
                labels.add(quantity.mark.label)

    def wired(self) -> dict[str, Quantity]:
        """The quantities, each subtotal made of the contributions that were declared to it."""
        self._check()
        wired = dict(self.quantities)
        for quantity in self.quantities.values():
            if isinstance(quantity.mark, Subtotal) and quantity.function is total:
                added = [
                    other.name
                    for other in self.quantities.values()
                    if isinstance(other.mark, Contribution) and other.mark.to == quantity.name
                ]
                below = [quantity.mark.of] if quantity.mark.of else []
                wired[quantity.name] = replace(quantity, parameters=(*below, *added))
            elif isinstance(quantity.mark, Contribution) and quantity.mark.to not in self.quantities:
                raise SpecError(
                    Fault(quantity.name, show(quantity.mark.to), "counted in a subtotal that the model does not have")
                )
        return wired

    def all_inputs(self, quantities: Mapping[str, Quantity]) -> dict[str, Input]:
        """The declared inputs, and those that only a parameter tells of."""
        inputs = dict(self.inputs)
        searched = {axis for search in self.searches for axis, _ in search.over}
        for quantity in quantities.values():
            if quantity.function is total:
                continue
            for name in quantity.parameters:
                if name not in inputs and name not in quantities and name not in searched:
                    inputs[name] = _input_of_parameter(name, quantity)
        return inputs


def _input_of_parameter(name: str, quantity: Quantity) -> Input:
    """The input that only a function's parameter tells of; its default value is the input's."""
    parameter = inspect.signature(quantity.function).parameters[name]
    if parameter.default is parameter.empty:
        return Input(name, "", "", low=-math.inf)
    source = f"default of {quantity.name}()"
    return Input(name, "", "", default=float(parameter.default), source=source, low=-math.inf)
