"""Values of nodes that vary over little, known when a module is written: so it is known what encloses them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from gigacost._engine import apply
from gigacost.compiler.wasm.intervals import NAN, Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST = 1 << 12
"""So many values of a node are looked at."""


def computed(name: str, operands: Sequence[Floats]) -> Floats:
    """An operation on arrays that fit each other, value by value as the engine computes it."""
    import numpy as np

    with np.errstate(all="ignore"):
        if name in _OPERATIONS:
            found = _OPERATIONS[name](np, *operands)
        else:
            found = np.vectorize(lambda *values: apply(name, *values), otypes=[np.float64])(*operands)
        return np.asarray(found, dtype=np.float64)


def hull_of(values: Floats) -> Interval:
    """What encloses the values of an array."""
    import numpy as np

    missing = np.isnan(values)
    nan = bool(missing.any())
    numbers = values[~missing] if nan else values.ravel()
    if not numbers.size:
        return NAN
    low, high = float(numbers.min()), float(numbers.max())
    if low == 0.0:
        low = -0.0 if np.signbit(numbers[numbers == 0.0]).any() else 0.0
    if high == 0.0:
        high = -0.0 if np.signbit(numbers[numbers == 0.0]).all() else 0.0
    return Interval(low, high, nan)


def _extreme(np: Any, chosen: Any, a: Floats, b: Floats) -> Floats:  # noqa: ANN401 - a module, and what it gives
    found: Floats = np.where(chosen | np.isnan(a), a, b)
    return found


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "negative": lambda np, a: np.negative(a),
    "sqrt": lambda np, a: np.sqrt(a),
    "floor": lambda np, a: np.floor(a),
    "ceil": lambda np, a: np.ceil(a),
    "round_half_even": lambda np, a: np.rint(a),
    "add": lambda np, a, b: np.add(a, b),
    "subtract": lambda np, a, b: np.subtract(a, b),
    "multiply": lambda np, a, b: np.multiply(a, b),
    "divide": lambda np, a, b: np.divide(a, b),
    "minimum": lambda np, a, b: _extreme(np, a < b, a, b),
    "maximum": lambda np, a, b: _extreme(np, a > b, a, b),
    "less": lambda _, a, b: a < b,
    "less_equal": lambda _, a, b: a <= b,
    "equal": lambda _, a, b: a == b,
    "not_equal": lambda _, a, b: a != b,
    "both": lambda _, a, b: (a != 0.0) & (b != 0.0),
    "either": lambda _, a, b: (a != 0.0) | (b != 0.0),
    "negate": lambda _, a: a == 0.0,
    "missing": lambda np, a: np.isnan(a),
    "where": lambda np, condition, a, b: np.where(condition != 0.0, a, b),
}
"""Those that numpy computes to the same bits; the others are the engine's own."""
