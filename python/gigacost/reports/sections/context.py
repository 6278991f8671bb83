"""What every section is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gigacost.errors import SpecError
from gigacost.graph.model import Model
from gigacost.queries.estimates import Estimate
from gigacost.reports.answers import Answers
from gigacost.reports.parts import Block, Cite, Label, Paragraph, Picture, Table, Text
from gigacost.reports.pictures import Painter
from gigacost.reports.telling import interval, unit_of

_SHORT = 24
"""A source of so few characters, as ``given``, is said where it is cited."""


@dataclass
class Context:
    """The answers, who draws, and the sources that have been cited."""

    answers: Answers
    painter: Painter | None
    """None where there are no pictures."""
    command: str
    """How the report is made again."""
    book: str = ""
    """The private price book that is named to commands."""
    sources: dict[str, int] = field(default_factory=dict)
    """Each source with its number."""

    @property
    def model(self) -> Model:
        """The model."""
        return self.answers.request.model

    @property
    def estimate(self) -> Estimate:
        """Of the design that the report is about."""
        return self.answers.estimate

    @property
    def as_of(self) -> str:
        """The date of the prices."""
        return str(self.estimate.meta["as_of"])

    @cached_property
    def assumed(self) -> Mapping[str, Any]:
        """The figures and choices that go in, by name."""
        return {one.name: one.value for one in self.estimate.assumptions}

    def unit(self, name: str) -> str:
        """The unit of a quantity."""
        return unit_of(self.model, name)

    def interval(self, name: str) -> Text:
        """P10 to P90 of a quantity of the design."""
        return interval(self.estimate.intervals.get(name, {}), name, self.unit(name))

    def cite(self, source: str) -> Text:
        """The mark of a source, which it is given when it is first cited."""
        if len(source) <= _SHORT:
            return (Label(source),) if source else ()
        return (Cite(self.sources.setdefault(source, len(self.sources) + 1)),)

    def pictured(self, kind: str, document: Any, caption: Text, said: str, table: Table) -> list[Block]:  # noqa: ANN401
        """A picture with its table; where it cannot be drawn the table, and why."""
        if self.painter is None:
            return [table]
        try:
            drawn = self.painter.draw(kind, table.name, document)
        except SpecError as error:
            return [table, Paragraph(("No picture: ", error.faults[0].what, "."), "note")]
        return [Picture(table.name, caption, said, drawn, table)]
