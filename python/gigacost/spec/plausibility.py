"""Values that are legal but implausible: outside of the plausible band of what they set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gigacost.errors import Fault
from gigacost.spec.namespace import Namespace
from gigacost.spec.spec import Spec


def implausible(spec: Spec, namespace: Namespace) -> Iterator[Fault]:
    """A warning for each name with values outside of its plausible band; its field is the name."""
    given: dict[str, tuple[Any, ...]] = {name: (value,) for name, value in spec.fixed.items()}
    for axis in spec.axes:
        given |= {part.name: part.values for part in axis.parts}
    for name, values in given.items():
        limits = namespace.inputs.get(name) or namespace.ranges.get(name)
        if not limits or not limits.plausible or name in namespace.label_axes:
            continue
        low, high = limits.plausible
        if not low <= min(values) <= max(values) <= high:
            odd = [value for value in values if not low <= value <= high]
            more = f" (and {len(odd) - 1} more values)" if len(odd) > 1 else ""
            band = f"{low:.15g} to {high:.15g} {limits.unit}".removesuffix(" 1")
            yield Fault(name, f"{odd[0]:.15g}", f"outside of the plausible band {band}{more}")
