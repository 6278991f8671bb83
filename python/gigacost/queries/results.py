"""What results have in common: what an answer took, what it rests on, nulls as None."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from gigacost.compiler.bound import Bound
from gigacost.compiler.provenance import provenance
from gigacost.errors import Fault


class Effort(NamedTuple):
    """What an answer took."""

    evaluated: int = 0
    """Combinations that were evaluated one by one."""
    boxes: int = 0
    """Boxes of combinations that were bounded, of which most need no further look."""
    bound: float | None = None
    """What no combination is better than that was not looked at; None where all was decided."""
    designs: int = 0
    """Designs whose layout is searched for the answer."""

    def and_(self, other: Effort) -> Effort:
        """What two answers took."""
        designs = max(self.designs, other.designs)
        return Effort(self.evaluated + other.evaluated, self.boxes + other.boxes, None, designs)

    def to_dict(self, combinations: int) -> dict[str, Any]:
        """Plain data for the ``meta`` of an answer about ``combinations``: ``effort`` depends on how it was found."""
        return {
            "combinations": combinations,
            "searched_designs": self.designs,
            **({"exact": True} if self.bound is None else {"exact": False, "bound": self.bound}),
            "effort": {"evaluated": self.evaluated, "boxes": self.boxes},
        }


def described(bound: Bound, doubts: Iterable[Fault]) -> dict[str, Any]:
    """What results carry: the provenance, and what is doubtful about the specification and about what is computed."""
    return {**provenance(bound), "warnings": [str(warning) for warning in (*bound.spec.warnings, *doubts)]}


def answered(bound: Bound, effort: Effort, doubts: Iterable[Fault]) -> dict[str, Any]:
    """What answers about combinations carry."""
    return {**described(bound, doubts), **effort.to_dict(bound.size)}
