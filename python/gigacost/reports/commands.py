"""The commands that answer the questions of a report, for who wants a figure again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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


def questions(answers: Answers) -> list[Question]:
    """The questions of a report, in the order in which they are told."""
    flags = shlex.join(design_flags(answers.design.own))
    found: list[Question] = []
    if answers.choice is not None:
        asked = design_flags(answers.request.bound.own)
        asked += [piece for name, value in answers.limits.items() for piece in (f"--{name}", str(value))]
        found.append(Question("choose", f"gigacost choose {shlex.join(asked)} --json"))
    found.append(Question("estimate", f"gigacost estimate {flags} --json"))
    if answers.front is not None:
        minimise = ",".join(answers.objectives)
        spec = answers.asked["pareto"]
        found.append(Question("pareto", f"gigacost pareto pareto.json --minimise {minimise} --json", spec))
    for name, there in (
        ("uncertainty", answers.influences),
        ("designs", None if answers.compared is answers.markets else answers.compared),
        ("markets", answers.markets),
    ):
        if there is not None:
            found.append(Question(name, f"gigacost uncertainty {name}.json --json", answers.asked[name]))
    if answers.ownership is not None:
        command = f"gigacost break-even {answers.ownership.unknown} break-even.json --between market --json"
        found.append(Question("break-even", command, answers.asked["break-even"]))
    if answers.validation is not None:
        found.append(Question("validate", "gigacost validate runs --json"))
    return found


def design_flags(spec: Spec) -> list[str]:
    """The options that describe a specification without axes of its own, with what is chosen among as lists."""
    given = {name: written(value) for name, value in spec.fixed.items()}
    for axis in spec.axes:
        given |= {part.name: ",".join(map(written, part.values)) for part in axis.parts}
    given |= {"as_of": spec.as_of} if spec.as_of else {}
    return design_words(spec, given)
