"""The columns of a sweep as numpy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacost._engine import Batch
from gigacost.compiler.bound import Digit
from gigacost.spec.fields import Kind

Arrays = dict[str, NDArray[Any]]

_TYPES: Mapping[Kind, type] = {"integer": np.int64, "number": np.float64, "label": np.str_}


def along(digit: Digit, sizes: Sequence[int]) -> NDArray[Any]:
    """An axis over all combinations of groups of these sizes, in the order of the rows."""
    shape = [size if group == digit.group else 1 for group, size in enumerate(sizes)]
    values: NDArray[Any] = np.array(digit.values, dtype=_TYPES[digit.kind]).reshape(shape)
    return np.ascontiguousarray(np.broadcast_to(values, sizes)).reshape(-1)


def gathered(batches: Iterable[Batch], kinds: Mapping[str, Kind]) -> Arrays:
    """Columns of these names and kinds as they come in batches: null as NaN, labels as strings."""
    parts = list(batches)
    if not parts:
        return {name: np.empty(0, dtype=_TYPES[kind]) for name, kind in kinds.items()}
    found: Arrays = {}
    for name in kinds:
        values = np.concatenate([part.column(name) for part in parts])
        labels = parts[0].labels(name)
        found[name] = np.array(labels)[values] if labels is not None else values
    return found
