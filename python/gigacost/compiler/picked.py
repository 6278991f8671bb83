"""Some combinations of a bound specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from gigacost.compiler.bound import Bound, Digit, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Picked:
    """Some combinations of a bound specification as a space of their own, one digit each."""

    def __init__(self, bound: Bound, indices: Sequence[int] | NDArray[np.int64]) -> None:
        import numpy as np

        self._bound = bound
        self.model = bound.model
        self._places: dict[int, NDArray[np.int64]] = {}
        self.indices: NDArray[np.int64] = np.array(indices, dtype=np.int64)
        left = self.indices
        for group in range(len(bound.sizes) - 1, -1, -1):
            left, self._places[group] = np.divmod(left, bound.sizes[group])
        self.sizes = (len(indices),)

    @cached_property
    def digits(self) -> Mapping[str, Digit]:
        """The axes, each with its value in each of the combinations."""
        rows = {group: places.tolist() for group, places in self._places.items()}
        return {
            name: replace(digit, group=0, values=tuple([digit.values[row] for row in rows[digit.group]]))
            for name, digit in self._bound.digits.items()
        }

    def table(self, name: str) -> Table:
        """The values of a leaf in these combinations. Raises SpecError when it has none."""
        whole = self._bound.table(name)
        if not whole.groups:  # what is drawn is over the draws alone
            return whole
        import numpy as np

        place = np.zeros(self.sizes, dtype=np.int64)
        for group in whole.groups:
            place = place * self._bound.sizes[group] + self._places[group]
        return Table((0,), np.asarray(whole.values)[place])
