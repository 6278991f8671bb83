"""The commands that answer the questions of a report, for who wants a figure again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from gigacost.sampling.draws import Draws
from gigacost.spec.command_line import design_words, written

if TYPE_CHECKING:
    from gigacost.reports.answers import Answers
    from gigacost.spec.spec import Spec

SPECIFICATION = "specification.json"
"""The file in a report that has what was asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a report."""

    name: str
    command: str
    spec: Mapping[str, Any] | None = None
    """What the command reads from a file, as plain data; None where all is in the command."""


def questions(answers: Answers, book: str = "") -> list[Question]:
    """The questions of a report, in the order in which they are told; ``book`` is the private price book of all."""
    flags = shlex.join(design_flags(answers.design.own, book))
    prices = f" --catalog {shlex.quote(book)}" if book else ""
    found: list[Question] = []
    if answers.choice is not None:
        words = [*_open_design(answers.request.bound.own, book), *limit_flags(answers.limits)]
        found.append(Question("choose", f"gigacost choose {shlex.join(words)} --json"))
    found.append(Question("estimate", f"gigacost estimate {flags} --json"))
    if answers.front is not None:
        minimise = ",".join(answers.objectives)
        spec = answers.asked["pareto"]
        found.append(Question("pareto", f"gigacost pareto pareto.json --minimise {minimise}{prices} --json", spec))
    for name, there in (
        ("uncertainty", answers.influences),
        ("designs", None if answers.compared is answers.markets else answers.compared),
        ("markets", answers.markets),
    ):
        if there is not None:
            found.append(Question(name, f"gigacost uncertainty {name}.json{prices} --json", answers.asked[name]))
    if answers.ownership is not None:
        command = f"gigacost break-even {answers.ownership.unknown} break-even.json --between market{prices} --json"
        found.append(Question("break-even", command, answers.asked["break-even"]))
    if answers.validation is not None:
        found.append(Question("validate", "gigacost validate runs --json"))
    return found


def _open_design(spec: Spec, book: str) -> list[str]:
    """The words of an open question; ``choose`` has no options of draws, so that one with draws is read from a file."""
    if spec.is_uncertain or spec.draws != Draws():
        return [SPECIFICATION, *(["--catalog", book] if book else [])]
    return design_flags(spec, book)


def limit_flags(limits: Mapping[str, str | float]) -> list[str]:
    """The options of what a design may take at most."""
    return [word for name, value in limits.items() for word in (f"--{name}", str(value))]


def design_flags(spec: Spec, book: str = "") -> list[str]:
    """The options that describe a specification without axes of its own, with what is chosen among as lists."""
    given = {name: written(value) for name, value in spec.fixed.items()}
    for axis in spec.axes:
        given |= {part.name: ",".join(map(written, part.values)) for part in axis.parts}
    given |= {"as_of": spec.as_of} if spec.as_of else {}
    return design_words(spec, given, book or PurePath(spec.catalog).name)
