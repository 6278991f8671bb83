"""What gives answers their ``chart``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from gigacost.display.shown import Shown

if TYPE_CHECKING:
    import altair as alt


class Charted(Shown):
    """An answer that can be drawn: one with ``to_dict`` and a kind of chart."""

    __slots__ = ()
    _kind: ClassVar[str]

    def chart(self, kind: str = "", **options: Any) -> alt.TopLevelMixin:  # noqa: ANN401 - those of the kind
        """A chart of this answer, by altair: it shows itself in a notebook, and ``save`` writes it.

        ``kind`` is another one that draws such answers: ``"scale"`` of an estimate, ``"map"`` of the best combinations.

        ``width`` is that of the picture's inner part, in pixels. Needs the extra ``charts``; raises SpecError
        without it, and where there is nothing to draw.
        """
        from gigacost.charts.kinds import drawn, of_such_answers

        return drawn(of_such_answers(kind or self._kind, self._kind), self._drawn(), **options)

    def _drawn(self) -> dict[str, Any]:
        """The document that is drawn."""
        document: dict[str, Any] = self.to_dict()  # type: ignore[attr-defined] # of every Record
        return document
