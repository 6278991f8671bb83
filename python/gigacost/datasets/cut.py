"""Where a dataset is cut into parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Cut:
    """Blocks of equal length, each cut into parts of equal length but for its last: all ranges follow from it.

    A block is all of some inner axes, and a part some values of its outermost one, so that a part is a box and as
    little as possible is repeated in it of what varies along few axes.
    """

    combinations: int
    """Of the dataset: those of the space, or the first of them."""
    block: int
    part: int

    @property
    def parts(self) -> int:
        """How many parts there are; at least one, so that a dataset without rows has its columns."""
        whole, rest = divmod(self.combinations, self.block)
        return max(whole * self._of_a_block + -(-rest // self.part), 1)

    def range(self, number: int) -> tuple[int, int]:
        """The first combination of a part, and the one before which it ends."""
        block, place = divmod(number, self._of_a_block)
        start = block * self.block + place * self.part
        end = min(start + self.part, (block + 1) * self.block, self.combinations)
        return start, max(end, start)

    @property
    def _of_a_block(self) -> int:
        return -(-self.block // self.part)

    def to_dict(self) -> dict[str, int]:
        """Plain data, as the plan has it."""
        return asdict(self)


def cut(sizes: Sequence[int], combinations: int, most: int) -> Cut:
    """The cut of a space into parts of at most ``most`` combinations, along the outermost axes.

    ``sizes`` are those of the axes that parts may span, innermost last; ``combinations`` those that there are, of the
    whole space.
    """
    inner = 1
    for size in reversed(sizes):
        if inner * size > most:
            pieces = -(-size // (most // inner))
            return Cut(combinations, inner * size, -(-size // pieces) * inner)
        inner *= size
    return Cut(combinations, inner, inner)
