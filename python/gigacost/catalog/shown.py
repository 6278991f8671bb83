"""What a notebook shows of a catalogue."""

from __future__ import annotations

from typing import Any

from gigacost.display.shown import Shown


class ShownCatalog(Shown):
    """A catalogue's view: its date, its axes with their labels, how much else it holds."""

    __slots__ = ()

    def _shown(self: Any) -> dict[str, Any]:
        return {
            "date": self.date,
            "sha256": self.sha256,
            "axes": {axis: list(self.labels(axis)) for axis in self.axes},
            "columns": len(self.columns),
            "presets": len(self.presets),
        }
