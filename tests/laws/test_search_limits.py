"""A search that is limited: what it finds until then, and what is proven of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from gigacost import Model, SpecError, Sweep
from gigacost.compiler import lower
from gigacost.ops import Value

ALWAYS_PRUNED = (1 << 13, 1 << 13, 1 << 26, 1 << 16, 0)
AXES = {name: [float(value) for value in range(1, 41)] for name in ("a", "b", "c", "d")}


def cost(a: Value, b: Value, c: Value, d: Value) -> Value:
    """Falls and rises along every axis [1]."""
    return a / b + b / c + c / d + d / a


@pytest.fixture(autouse=True)
def _pruned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lower, "BLOCKS", ALWAYS_PRUNED)


def sweep(**options: Any) -> Sweep:
    return Sweep(AXES, model=Model(cost), where="a >= 3 * d", columns=["cost"], **options)


@pytest.mark.parametrize("largest", [False, True])
@pytest.mark.parametrize("boxes", [1, 10, 100, 1000])
def test_nothing_is_better_than_what_is_found_or_the_bound(boxes: int, largest: bool) -> None:  # noqa: FBT001
    exact = sweep().top(5, "cost", largest=largest)
    limited = sweep().top(5, "cost", largest=largest, boxes=boxes, threads=1)
    sign = -1.0 if largest else 1.0
    values = [sign * row["cost"] for row in exact.rows]
    found = [sign * row["cost"] for row in limited.rows]
    assert exact.meta["exact"]
    assert all(one >= best for one, best in zip(found, values, strict=False))
    if limited.meta["exact"]:
        assert found == values
    else:
        assert all(best >= sign * limited.meta["bound"] for best in values if best not in found)


def test_a_search_with_one_box_proves_little() -> None:
    limited = sweep().top(5, "cost", boxes=1, threads=1)
    assert limited.meta["exact"] is False
    assert limited.meta["bound"] <= sweep().top(1, "cost").rows[0]["cost"]


def test_an_instant_is_enough_for_nothing_but_a_bound() -> None:
    limited = sweep().top(5, "cost", seconds=1e-9)
    assert limited.meta["exact"] is False
    assert limited.meta["bound"] <= sweep().top(1, "cost").rows[0]["cost"]


def test_a_large_limit_is_none() -> None:
    limited = sweep().top(5, "cost", boxes=10**9, seconds=1e6)
    assert limited.meta["exact"] is True
    assert limited.rows == sweep().top(5, "cost").rows


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"boxes": 0}, "boxes = 0: not a number of boxes; allowed: > 0"),
        ({"boxes": 1.5}, "boxes = 1.5: not a number of boxes; allowed: > 0"),
        ({"boxes": True}, "boxes = True: not a number of boxes"),
        ({"seconds": -1.0}, "seconds = -1.0: not a time; allowed: > 0"),
        ({"seconds": float("nan")}, "not a time"),
        ({"boxes": 5, "per": ["a"]}, "boxes = 5: not with per"),
        ({"seconds": 5, "per": ["a"]}, "seconds = 5: not with per"),
    ],
)
def test_what_is_no_limit_is_refused(limits: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError) as refused:
        sweep().top(1, "cost", **limits)
    assert says in str(refused.value)
