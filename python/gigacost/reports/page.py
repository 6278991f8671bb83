"""The page of a report: all sections of the answers, in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gigacost.reports.answers import Answers, answered
from gigacost.reports.parts import Day, Page, Section, Text
from gigacost.reports.pictures import Painter
from gigacost.reports.sections import (
    again,
    answer,
    basis,
    costs,
    flips,
    front,
    ownership,
    question,
    size,
    uncertainty,
    validity,
)
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import design

if TYPE_CHECKING:
    from gigacost.queries.request import Request

_SECTIONS = (question, answer, costs, uncertainty, ownership, front, flips, basis, validity, size, again)


def page_of(
    request: Request,
    ending: str,
    *,
    minimise: Sequence[str] = (),
    limits: Mapping[str, str | float] | None = None,
    command: str,
    book: str = "",
) -> Page:
    """The page of a request, with pictures as a file of this ending has them. Raises SpecError.

    ``command`` makes it again, ``book`` is the private price book that is named to its questions' commands.
    """
    answers = answered(request, minimise, limits)
    painter = None if ending == ".md" else Painter(paper=ending == ".pdf")
    context = Context(answers, painter, command, book)
    found = (module.section(context) for module in _SECTIONS)
    sections: list[Section] = [section for section in found if section is not None]
    last = basis.appendix(context)
    subtitle: Text = ("Prices of ", Day(context.as_of), ". Made by gigacost.")
    return Page(_title(answers), subtitle, (*sections, last), context.as_of)


def _title(answers: Answers) -> Text:
    """What is trained, as far as that does not vary."""
    trained = design(answers.request.model, answers.held, only=("model", "params", "tokens"))
    return ("What it costs to train ", *(trained or ("a model",)))
