"""How many designs are searched for in some of a space's combinations."""

from __future__ import annotations

from math import prod


def designs(sizes: tuple[int, ...], groups: tuple[int, ...], length: int) -> float:
    """About how many combinations of some groups ``length`` combinations that lie together have, wherever they are."""
    inside = {group: prod(sizes[group + 1 :]) for group in groups}
    return prod(min(max(length / inside[group], 1.0), float(sizes[group])) for group in groups)
