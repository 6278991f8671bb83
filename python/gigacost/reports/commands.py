"""The commands that answer the questions of a report, for who wants a figure again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost.sampling.draws import Draws

if TYPE_CHECKING:
    from gigacost.reports.answers import Answers
    from gigacost.spec.spec import Spec

SPECIFICATION = "specification.json"
"""The file in a report that has what was asked."""
_FLAGS = (
    *("hardware", "chips", "params", "tokens", "model", "market", "provider_class", "region", "precision", "mfu"),
    *("pace", "as_of"),
)
"""Names that have an option of their own; others are set."""


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
        found.append(
            Question("choose", f"gigacost choose {shlex.join(design_flags(answers.request.bound.own))} --json")
        )
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
    given: dict[str, str] = {name: _text(value) for name, value in spec.fixed.items()}
    for axis in spec.axes:
        given |= {part.name: ",".join(map(_text, part.values)) for part in axis.parts}
    given |= {"as_of": spec.as_of} if spec.as_of else {}
    found = [piece for name in _FLAGS if name in given for piece in (f"--{name.replace('_', '-')}", given[name])]
    found += [piece for name in given if name not in _FLAGS for piece in ("--set", f"{name}={given[name]}")]
    presets = ",".join(name for name in (spec.preset, spec.accounting) if name)
    found += ["--preset", presets] if presets else []
    found += [] if spec.base_year is None else ["--base-year", str(spec.base_year)]
    for name, one in spec.uncertain.items():
        found += ["--uncertain", f"{name}={one.text}"]
    if spec.draws != Draws():
        found += ["--draws", str(spec.draws.count), "--seed", str(spec.draws.seed)]
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else repr(value)
