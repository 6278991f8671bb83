"""``exp``, ``log``, ``power`` and the normal quantile in WebAssembly: the bits of the engine's."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from modules import Floats, differing, node

from gigacost._engine import apply
from gigacost.compiler.wasm import functions
from gigacost.compiler.wasm.encoding import module
from gigacost.compiler.wasm.normal import normal_quantile
from gigacost.sampling import normal

MANY = 4000
SPECIAL = [
    *(0.0, 1.0, 2.0, 0.5, 3.0, 7.0, 8.0, 1.5, 0.1, math.pi, math.inf, math.nan, 1e300, 1e-300, 1e-310, 5e-324),
    *(
        2.2250738585072014e-308,
        1.7976931348623157e308,
        709.782712893384,
        709.79,
        745.1332,
        745.14,
        708.4,
        1024.0,
        1075.0,
    ),
    *(2.0**31, 2.0**31 + 1, 2.0**53, 2.0**53 + 2, 2.0**64, 2.0**65, 1 + 2.0**-52, 1 - 2.0**-53, 2.0**-28, 0.34657359),
]


def compiled() -> bytes:
    written = [functions.scaled(), functions.exp(0), functions.log(), functions.power(0), normal_quantile(2)]
    types = list(dict.fromkeys(one.type for one in written))
    return module(
        types=types,
        functions=[(types.index(one.type), one.locals, one.code) for one in written],
        globals_=[],
        exports=[("exp", 1), ("log", 2), ("power", 3), ("normal", 4)],
        pages=1,
        data=[],
    )


def numbers(seed: int) -> Floats:
    """Numbers of every kind: any bits, those near others that matter, whole ones."""
    rng = np.random.default_rng(seed)
    sign = rng.choice([-1.0, 1.0], MANY)
    kinds = [
        rng.integers(0, 2**64, MANY, dtype=np.uint64).view(np.float64),
        rng.uniform(-800.0, 800.0, MANY),
        sign * np.exp(rng.uniform(-40.0, 40.0, MANY)),
        1.0 + rng.uniform(-1e-6, 1e-6, MANY),
        sign * np.round(np.exp(rng.uniform(0.0, 8.0, MANY))),
    ]
    return np.concatenate(kinds)


def pairs(seed: int) -> tuple[Floats, Floats]:
    """Bases and exponents of every kind, and each of the special numbers with each."""
    special = [*SPECIAL, *(-value for value in SPECIAL)]
    crossed = np.array(list(itertools.product(special, special))).T
    rng = np.random.default_rng(seed)
    y = np.concatenate([numbers(seed + 1), rng.uniform(-40.0, 40.0, MANY), np.round(rng.uniform(-300.0, 300.0, MANY))])
    x = np.concatenate([rng.permutation(numbers(seed)), np.exp(rng.uniform(-9.0, 9.0, MANY)), numbers(seed)[-MANY:]])
    return np.concatenate([x, crossed[0]]), np.concatenate([y, crossed[1]])


@pytest.mark.parametrize("name", ["exp", "log"])
def test_functions_of_one_number_have_the_bits_of_the_engine(name: str) -> None:
    x = np.concatenate([numbers(5), SPECIAL, -np.array(SPECIAL)])
    with node() as running:
        running.call(compiled(), name, x)
        found = np.frombuffer(running.answers()[0])
    expected = np.array([apply(name, value) for value in x.tolist()])
    wrong = differing(found, expected)
    assert not wrong.any(), list(zip(x[wrong][:9], found[wrong], expected[wrong], strict=False))
    assert np.isnan(expected).sum() < len(x) / 2


def test_powers_have_the_bits_of_the_engine() -> None:
    x, y = pairs(7)
    with node() as running:
        running.call(compiled(), "power", x, y)
        found = np.frombuffer(running.answers()[0])
    expected = np.array([apply("power", a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
    wrong = differing(found, expected)
    assert not wrong.any(), list(zip(x[wrong][:9], y[wrong], found[wrong], expected[wrong], strict=False))
    # Every way through the function is taken.
    assert (np.isfinite(expected) & (expected != 0.0)).sum() > MANY
    assert ((np.abs(expected) < np.finfo(float).tiny) & (expected != 0.0)).any()
    assert ((np.abs(y) > 2.0**31) & (np.abs(y) < 2.0**64) & np.isfinite(expected) & (np.abs(expected) > 1.0)).any()


def test_normal_numbers_have_the_bits_of_the_draws() -> None:
    rng = np.random.default_rng(11)
    tails = np.exp(-np.exp(rng.uniform(-3.0, 3.5, MANY)))
    p = np.concatenate([rng.uniform(0.0, 1.0, MANY), tails, 1.0 - tails, [0.5, 0.075, 0.925, 2.0**-53, 1 - 2.0**-53]])
    p = p[(p > 0.0) & (p < 1.0)]
    with node() as running:
        running.call(compiled(), "normal", p)
        found = np.frombuffer(running.answers()[0])
    assert not differing(found, normal.normal_quantile(p)).any()
