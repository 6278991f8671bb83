"""Shapley values by all orders, one by one: what the contributions of a comparison are held against."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction

from gigacost import Comparison


def shapley(names: list[str], value: Callable[[frozenset[str]], float | None]) -> dict[str, float] | None:
    """The mean over all orders whose every step has a value, one by one; None where there is no such order."""
    known = {changed: value(changed) for changed in map(frozenset, subsets(names))}
    sums, orders = dict.fromkeys(names, Fraction(0)), 0
    for order in itertools.permutations(names):
        steps = [known[frozenset(order[:i])] for i in range(len(order) + 1)]
        if None not in steps:
            orders += 1
            for name, before, after in zip(order, steps, steps[1:], strict=False):
                sums[name] += Fraction(after) - Fraction(before)  # type: ignore[arg-type]
    return {name: float(moved / orders) for name, moved in sums.items()} if orders else None


def subsets(names: list[str]) -> list[tuple[str, ...]]:
    return [chosen for size in range(len(names) + 1) for chosen in itertools.combinations(names, size)]


def contributions(found: Comparison) -> dict[str, float]:
    return {one.name: one.contribution for one in found.assumptions if one.contribution is not None}
