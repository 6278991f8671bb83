"""The two sides of a comparison: each is one design, given as such or the best that a sweep has."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost._record import Record, plain
from gigacost.accounting import preset_values
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.picked import Picked
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, InternalError, SpecError, show, unplaced
from gigacost.queries import doubts
from gigacost.queries.assumptions import Assumption, assumption, choices
from gigacost.queries.estimates import Estimate, estimated
from gigacost.queries.missing_prices import MissingPrice
from gigacost.queries.request import Request
from gigacost.queries.space import Space

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model
    from gigacost.spec.spec import Spec

Given: TypeAlias = "Space | Mapping[str, Any] | str | os.PathLike[str]"
"""A side as it is given: a sweep, the keyword arguments of an estimate, the path of a specification."""


@dataclass(frozen=True, slots=True)
class Side(Record):
    """What is told of one side."""

    source: str
    """The file it was read from; empty for what was given otherwise."""
    value: float | None
    """Of the quantity that is compared; None for want of a price."""
    inputs: Mapping[str, float | str]
    """What was given, in the model's units, and the label of every catalogue axis that applies."""
    axes: Mapping[str, Any]
    """Where there was a choice: the values of the axes in the best combination that is kept."""
    combinations: int
    """Among how many it is the best."""
    missing_prices: tuple[MissingPrice, ...]
    """The prices for want of which it has no value, as in an estimate."""
    meta: Mapping[str, Any]
    """What it can be rebuilt from: hashes, date; and warnings."""


class Design:
    """The best combination that a sweep keeps: the one with the smallest ``by``.

    A single design that lacks nothing but a price has no value. Raises SpecError where there is none at all.
    """

    def __init__(
        self,
        name: str,
        sweep: Space,
        by: str,
        threads: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        found = sweep.find(1, by, threads=threads, progress=progress)
        self.name = name
        self.by = by
        self.sweep = sweep
        digits = Picked(sweep.bound, found or [0]).digits
        self.axes = {name: digit.values[0] for name, digit in digits.items()}
        alone = replace(sweep.spec, axes=(), where=None, fixed=sweep.bound.settings(found[0] if found else 0))
        self.spec = _without_preset(alone, sweep.bound.catalog)
        self.unpriced = None if found else self._unpriced()
        """The estimate of a design without a price."""
        self.bound = Bound(self.spec, sweep.model, sweep.bound.catalog)
        self.value = None if self.unpriced else self.values([by])[by]

    @cached_property
    def made(self) -> lower.Compiled:
        """The quantity that is compared, compiled for what this side gives."""
        return lower.compiled(self.bound, Query((self.by,)))

    @cached_property
    def doubts(self) -> list[Fault]:
        """What is doubtful about it. Raises SpecError with it where warnings are errors."""
        return doubts.about_rows(self.bound, [0], [self.by])

    @cached_property
    def labels(self) -> dict[str, str]:
        """The label of every catalogue axis that applies."""
        return {axis: labels[0] for axis, (_, labels) in self.bound.labels.items()}

    @property
    def missing_prices(self) -> tuple[MissingPrice, ...]:
        """The prices for want of which it has no value."""
        return self.unpriced.missing_prices if self.unpriced else ()

    @property
    def unpriced_faults(self) -> list[Fault]:
        """What they are to who cannot do without."""
        return _of_side(self.name, [price.fault for price in self.missing_prices])

    def terms(self, names: Sequence[str]) -> dict[str, float | None]:
        """Some of the terms of the compared quantity, None for want of a price."""
        if self.unpriced:
            return {name: self.unpriced.quantities[name] for name in names}
        return {**self.values(names)}

    def values(self, names: Sequence[str]) -> dict[str, float]:
        """Some of the quantities that the compared one is made of."""
        made = lower.compiled(self.bound, Query(tuple(names)))
        found = lower.program(self.bound, made).values(0, [made.nodes[name] for name in names])
        return dict(zip(names, found, strict=True))

    def assumption(self, name: str) -> Assumption | None:
        """What a choice or a figure is on this side; None where it has no part in it."""
        bound = self.bound
        if name in bound.catalog.axes:
            return next((one for one in choices(bound) if one.name == name), None)
        if bound.origin(name) != "default":
            return assumption(bound, name)
        wiring = self.made.plan.wiring
        if name in wiring.leaves:
            return assumption(bound, name)
        if name not in wiring.upstream()[self.by]:
            return None
        unit = bound.model.quantities[name].unit if name in bound.model.quantities else "1"
        return Assumption(name, plain(self.values([name])[name]), unit, "computed by the model", "", "computed")

    def side(self) -> Side:
        """What is told of it."""
        missing = [price.fault for price in self.missing_prices]
        return Side(
            source=self.spec.source,
            value=self.value,
            inputs={**self.bound.spec.fixed, **self.labels},
            axes=self.axes,
            combinations=self.sweep.size,
            missing_prices=self.missing_prices,
            meta={
                "spec_sha256": self.sweep.spec.sha256,
                "catalog_sha256": self.bound.catalog.sha256,
                "as_of": self.labels.get("as_of", ""),
                "warnings": [str(warning) for warning in (*unplaced(self.spec.warnings), *self.doubts, *missing)],
            },
        )

    def _unpriced(self) -> Estimate:
        """The estimate of a single design that lacks but a price. Raises SpecError with why any other is impossible."""
        if self.sweep.size == 1:
            try:
                one = estimated(Bound(self.spec, self.sweep.model, self.sweep.bound.catalog))
                if one.missing_prices and one.quantities.get(self.by, 0.0) is None:
                    return one
            except SpecError as error:
                raise SpecError(*_of_side(self.name, error.faults)) from None
            except InternalError:  # of another quantity: not what keeps this one from being compared
                pass
        source = show(self.spec.source) if self.spec.source else ""
        what = f"none of its {self.sweep.size:,} combinations is feasible; gigacost summary says why"
        raise SpecError(Fault(self.name, source, what))


def sweep_of(name: str, given: Given, model: Model | None, catalog: Catalog, *, strict: bool = False) -> Space:
    """A side as a sweep; ``catalog`` is that of sides that bring none. Raises SpecError."""
    if isinstance(given, Space):
        return given
    if isinstance(given, str | os.PathLike):
        return Request.of_file(given, model=model, catalog=catalog, strict=strict).space()
    if not isinstance(given, Mapping):
        what = f"expected a sweep, a path or a mapping, got {type(given).__name__}"
        raise SpecError(Fault(name, show(given), what))
    inputs = dict(given)
    own: dict[str, Any] = {key: inputs.pop(key) for key in ("catalog", "as_of", "base_year", "preset") if key in inputs}
    try:
        keys: dict[str, Any] = {"model": model, **own, "catalog": own.get("catalog") or catalog}
        return Request.of(None, inputs, **keys, strict=strict, several=False).space()
    except SpecError as error:
        raise SpecError(*_of_side(name, error.faults)) from None


def _of_side(name: str, faults: Iterable[Fault]) -> list[Fault]:
    return [replace(fault, field=f"{name}.{fault.field}") for fault in unplaced(faults)]


def _without_preset(spec: Spec, catalog: Catalog) -> Spec:
    """The specification before its preset filled it up: what is from the preset is cited so."""
    if not spec.preset:
        return spec
    preset = preset_values(catalog.presets[spec.preset], spec.accounting)
    own = {name: value for name, value in spec.fixed.items() if preset.get(name) != value}
    return replace(spec, fixed=own, as_of="" if preset.get("as_of") == spec.as_of else spec.as_of)
