"""How many of a search's candidates are left when some of its axes are known: counted at some designs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gigacost.compiler.wasm import tables
from gigacost.compiler.wasm.graph import Graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]

_DESIGNS = 3
_MOST = 1 << 22
"""So many candidates, of all subsets of axes, are counted at a design."""
_HOLDS = 0.4
"""How often a condition holds that is not counted, or so."""


class Candidates:
    """The legal candidates of a search; ``bits`` are those of its axes, ``sizes`` their sizes."""

    def __init__(self, graph: Graph, bits: Sequence[int], sizes: Sequence[int], conditions: Sequence[int]) -> None:
        self.graph = graph
        self.bits = bits
        self.sizes = sizes
        own = sum(bits)
        self.masks = [graph.masks[one] & own for one in conditions]
        small = math.prod(size + 1 for size in sizes) <= _MOST
        self.samples = [
            [self._values(one, digits, {}) if small else None for one in conditions] for digits in _designs(graph.sizes)
        ]
        self._known: dict[int, float] = {}

    def left(self, mask: int) -> float:
        """How many combinations of a mask's axes no condition on these axes alone rules out, on the average."""
        if mask not in self._known:
            found = [self._left(mask, sample) for sample in self.samples]
            self._known[mask] = max(sum(found) / len(found), 1e-3)
        return self._known[mask]

    def _left(self, mask: int, sample: Sequence[Bools | None]) -> float:
        import numpy as np

        shape = self._shape(mask, mask)
        alive = np.ones(shape, np.bool_)
        unknown = 0
        for own, holds in zip(self.masks, sample, strict=True):
            if own & ~mask or not own:
                continue
            if holds is None:
                unknown += 1
            else:
                alive &= holds.reshape(self._shape(mask, own))
        return float(np.count_nonzero(alive)) * _HOLDS**unknown

    def _shape(self, mask: int, own: int) -> list[int]:
        return [size if own & bit else 1 for bit, size in zip(self.bits, self.sizes, strict=True) if mask & bit]

    def _values(self, node: int, digits: Sequence[int], known: dict[int, NDArray[np.float64] | None]) -> Bools | None:
        """Where a condition holds at a design, over the search's axes that it is about; None where it is unknown."""
        found = self._at(node, digits, known)
        return None if found is None else found != 0.0

    def _at(
        self, node: int, digits: Sequence[int], known: dict[int, NDArray[np.float64] | None]
    ) -> NDArray[np.float64] | None:
        if node not in known:
            known[node] = self._found(node, digits, known)
        return known[node]

    def _found(
        self, node: int, digits: Sequence[int], known: dict[int, NDArray[np.float64] | None]
    ) -> NDArray[np.float64] | None:
        import numpy as np

        graph, mask = self.graph, self.graph.masks[node]
        if mask & ~(graph.outer | sum(self.bits)):
            return None
        values, op = graph.values[node], graph.nodes[node]
        if values is not None:
            return np.asarray(values[tuple(digits[group] for group in graph.groups(mask))])
        if op.name == "leaf":
            groups, table = graph.tables[int(op.about[0])]
            whole = table.reshape([graph.sizes[group] for group in groups])
            return np.asarray(whole[tuple(digits[group] for group in groups)])
        if op.name in {"winner", "pick"}:
            return None
        own = mask & sum(self.bits)
        arrays = []
        for operand in op.operands:
            found = self._at(operand, digits, known)
            if found is None:
                return None
            arrays.append(found.reshape(self._shape(own, graph.masks[operand])))
        return tables.computed(op.name, arrays)


def _designs(sizes: Sequence[int]) -> list[list[int]]:
    """Some designs, spread over the space."""
    return [[size * (2 * place + 1) // (2 * _DESIGNS) for size in sizes] for place in range(_DESIGNS)]


def order_of_axes(
    candidates: Candidates, groups: Mapping[int, Sequence[int]], floors: Sequence[int], rest: float
) -> tuple[list[int], set[int]]:
    """The order of loops in which the least is computed, or so, and which masks are better computed before the loops.

    ``groups`` has the nodes of each mask of axes, ``floors`` the masks of floors, of which a share ``rest`` passes.
    """
    bits, sizes = candidates.bits, candidates.sizes
    whole = 0
    for mask in groups:
        whole |= mask
    best: dict[int, tuple[float, list[int], frozenset[int]]] = {0: (0.0, [], frozenset())}
    for mask in sorted(_subsets(whole), key=int.bit_count)[1:]:
        ways = []
        for axis, bit in enumerate(bits):
            if not mask & bit:
                continue
            before = mask & ~bit
            cost, order, tabled = best[before]
            passing = rest if any(not floor & ~before for floor in floors) else 1.0
            cost += _ENTERED * passing * candidates.left(before) * sizes[axis]
            runs = passing * candidates.left(mask)
            new = [one for one in groups if one & bit and not one & ~mask]
            for one in new:
                work = len(groups[one])
                ahead = _ENTERED * math.prod(size for size, own in zip(sizes, bits, strict=True) if one & own)
                ahead += candidates.left(one) * work + runs
                cost += min(ahead, runs * work)
                tabled = tabled | {one} if ahead < runs * work else tabled
            ways.append((cost, [*order, axis], tabled))
        best[mask] = min(ways, key=lambda way: way[:2])
    _, order, tabled = best[whole]
    return order, set(tabled)


_ENTERED = 3.0
"""What a turn of a loop takes beside what is computed in it."""


def _subsets(mask: int) -> list[int]:
    """All masks of a mask's bits."""
    found, part = [0], mask
    while part:
        found.append(part)
        part = (part - 1) & mask
    return found
