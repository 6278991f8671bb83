"""gigacost made to look at every combination, or to prove away what it can in a space of any size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gigacost.compiler import lower

_CUT = (1 << 13, 1 << 13, 1 << 26, 1 << 16)
"""The engine's own choice for all but the smallest spaces: values of a table, rows of a region, winners, a chunk."""
NEVER, ALWAYS = 1 << 62, 0
"""From how many combinations on the engine looks for what it can leave out."""


@contextmanager
def pruned_from(combinations: int) -> Iterator[None]:
    """What is asked inside leaves combinations out only in spaces of so many."""
    before, lower.BLOCKS = lower.BLOCKS, (*_CUT, combinations)
    try:
        yield
    finally:
        lower.BLOCKS = before
