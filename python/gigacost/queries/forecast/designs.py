"""How many designs are searched for in some of a space's combinations."""

from __future__ import annotations

from math import prod

from gigacost.queries.searched import Searched

_TABLE = 1 << 16
"""Up to so many values (and combinations asked for) a column is computed at once before the rows are."""


def designs(sizes: tuple[int, ...], searched: Searched, length: int) -> float:
    """About how many designs are searched when ``length`` combinations that lie together are written, wherever."""
    if searched.fewest_values <= min(length, _TABLE):
        return searched.designs
    inside = {group: prod(sizes[group + 1 :]) for group in searched.groups}
    return prod(min(max(length / inside[group], 1.0), float(sizes[group])) for group in searched.groups)
