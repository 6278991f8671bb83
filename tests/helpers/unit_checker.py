"""The unit check: a player that runs a model on numbers with units."""

from __future__ import annotations

from typing import Any

from gigacost.graph.wiring import Player, SearchStep
from gigacost.ops import Value
from gigacost.units.dimension_check import UnitValue


class UnitChecker(Player):
    """Plays a wiring on numbers that carry units."""

    def lift(self, value: Value) -> Value:
        return value

    def search(self, step: SearchStep, values: Any) -> Any:
        """The first candidate, with which everything inside is checked too."""
        first = {axis: UnitValue(candidates[0], "1") for axis, candidates in step.search.over}
        step.replay({**values, **first}, self)
        return first
