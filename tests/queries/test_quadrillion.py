"""The best of a quadrillion combinations, and cuts of it that brute force can look at whole."""

from __future__ import annotations

import random
from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
import pytest

from gigacost import Sweep
from gigacost.compiler import lower
from gigacost.spec.axes import Axis, Zipped

EXAMPLE = Path(__file__).parents[2] / "examples" / "quadrillion.toml"
SEARCHED = ("chips", "params", "tokens", "hardware")
"""The axes that a layout depends on."""
KEPT = {"chips": 5, "params": 6, "tokens": 8, "hardware": 4, "market": 5, "region": 3}
"""How many values of an axis a cut has; of the others 2."""
K = 50
ALWAYS_PRUNED = (1 << 13, 1 << 13, 1 << 26, 1 << 16, 0)
"""The engine's own choice, but for the size from which on it looks for what it can leave out."""


def cut(seed: int) -> Sweep:
    """The example with some of the values of each axis."""
    rng = random.Random(seed)  # noqa: S311 - a test, not a secret

    def thinned(axis: Axis | Zipped) -> Axis | Zipped:
        parts = axis.axes if isinstance(axis, Zipped) else (axis,)
        places = sorted(rng.sample(range(len(axis)), KEPT.get(parts[0].name, 2)))
        left = tuple(replace(part, values=tuple(part.values[place] for place in places)) for part in parts)
        return Zipped(left) if isinstance(axis, Zipped) else left[0]

    spec = Sweep.from_toml(EXAMPLE).spec
    return Sweep.from_spec(replace(spec, axes=tuple(thinned(axis) for axis in spec.axes)))


def test_it_has_near_a_million_designs_whose_layout_is_searched() -> None:
    sweep = Sweep.from_toml(EXAMPLE)
    assert prod(len(sweep.bound.digits[name].values) for name in SEARCHED) == 979_200


@pytest.mark.parametrize("seed", range(3))
def test_a_cut_is_answered_as_by_brute_force(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = cut(seed)
    assert 500_000 < sweep.size <= 1_000_000
    rows = sweep.to_numpy()
    known = np.flatnonzero(~np.isnan(rows["cost_total_usd"]))
    best = known[np.argsort(rows["cost_total_usd"][known], kind="stable")[:K]]
    assert len(best) == K
    monkeypatch.setattr(lower, "BLOCKS", ALWAYS_PRUNED)
    found = sweep.top(K)
    assert found.meta["effort"]["boxes"] > 0
    for place, row in zip(best, found.rows, strict=True):
        assert {name: rows[name][place] for name in rows} == {name: row[name] for name in rows}
