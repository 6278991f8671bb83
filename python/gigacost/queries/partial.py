"""Answers about a part of a space, and the whole answer that is made of those about all parts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from types import MappingProxyType
from typing import Any

from gigacost._record import unboxed
from gigacost.compiler.bound import Bound
from gigacost.compiler.provenance import provenance
from gigacost.display.shown import Shown
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.queries.askers import Recorder, rows_of

QUESTIONS = {"top": "top", "pareto": "pareto", "summary": "summary", "count": "counted", "bounds": "bounds"}
"""The questions that parts of a space can answer, each with the method of a space that asks it."""
_ABOUT = {
    "spec_sha256": "spec_sha256",
    "model_sha256": "model_sha256",
    "catalog_sha256": "catalog_sha256",
    "version": "gigacost_version",
}
"""What must be the same in all parts of a whole, by its name in the provenance."""
_KEYS = ("partial", "spec", "options", "shown", "asks", "effort")


@dataclass(frozen=True)
class Partial(Shown):
    """The answer of one part of a space; ``gigacost.merge`` makes the whole answer of those of all parts."""

    question: str
    part: tuple[int, int]
    """Its number, from 1 on, and how many parts there are."""
    range: tuple[int, int]
    """The combinations of the part: the first, and the one past the last."""
    about: Mapping[str, str]
    """The hashes of specification, model and catalogue, and the version."""
    spec: Mapping[str, Any]
    """What is specified, as a document has it."""
    doubts: Sequence[Mapping[str, str]]
    """What is doubtful about it, with where it stands in its file."""
    strict: bool
    """Whether that is an error."""
    options: Mapping[str, Any]
    """Those of the question."""
    shown: Mapping[str, Any]
    """Further options of the command that asked, which say what is shown of the answer."""
    asks: Mapping[str, Any] = field(repr=False)
    """What the engine found in the part, by what it was asked."""
    effort: Mapping[str, int] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        told = {"question": self.question, "part": list(self.part), "range": list(self.range), **self.about}
        return {
            "partial": told,
            "spec": dict(self.spec),
            "doubts": [dict(doubt) for doubt in self.doubts],
            "strict": self.strict,
            "options": dict(self.options),
            "shown": dict(self.shown),
            "asks": dict(self.asks),
            "effort": dict(self.effort),
        }

    @classmethod
    def from_dict(cls, plain: object, name: str = "") -> Partial:
        """What ``to_dict`` gave; ``name`` is what it is called in messages. Raises SpecError for anything else."""
        made = _made(cls, plain)
        if made is None:
            raise SpecError(Fault("parts", show(name), _NO_PARTIAL, allowed=_MADE_BY))
        return made

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Partial:
        """What a file has. Raises SpecError for a file that has none."""
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib takes 5 ms
                plain = json.loads(file.read())
        except OSError as error:
            raise SpecError(Fault("parts", show(os.fspath(path)), error.strerror or "cannot be read")) from None
        except (ValueError, RecursionError):
            raise SpecError(Fault("parts", show(os.fspath(path)), _NO_PARTIAL, allowed=_MADE_BY)) from None
        return cls.from_dict(plain, os.fspath(path))


def _made(kind: type[Partial], plain: object) -> Partial | None:
    """What ``to_dict`` gave as a partial answer; None for anything else."""
    if not isinstance(plain, Mapping) or any(not isinstance(plain.get(key), Mapping) for key in _KEYS):
        return None
    told, effort = plain["partial"], plain["effort"]
    same = {key: told.get(key) for key in _ABOUT}
    pairs = [told.get(name) for name in ("part", "range")]
    numbers = [number for pair in pairs if isinstance(pair, list) for number in pair] + [effort.get(n) for n in _EFFORT]
    if len(numbers) != 2 * len(pairs) + len(_EFFORT) or any(type(number) is not int for number in numbers):
        return None
    texts = [*same.values(), told.get("question")]
    (number, count), (first, stop) = pairs
    if any(not isinstance(text, str) for text in texts) or told["question"] not in QUESTIONS:
        return None
    if not 1 <= number <= count or not 0 <= first <= stop:
        return None
    doubts, strict = plain.get("doubts"), plain.get("strict")
    if not isinstance(doubts, list) or not isinstance(strict, bool) or not all(map(_is_doubt, doubts)):
        return None
    rest = (plain["spec"], doubts, strict, plain["options"], plain["shown"], plain["asks"], effort)
    return kind(told["question"], (number, count), (first, stop), same, *rest)


def _is_doubt(plain: object) -> bool:
    names = {field.name for field in fields(Fault)}
    return isinstance(plain, Mapping) and plain.keys() == names and all(isinstance(one, str) for one in plain.values())


_EFFORT = ("evaluated", "boxes", "designs")
_NO_PARTIAL = "no answer about a part"
_MADE_BY = "what a question with --part K/N prints, whole"


def method_of(question: str) -> str:
    """The method of a space that asks a question. Raises SpecError for an unknown one."""
    if question not in QUESTIONS:
        known = tuple(QUESTIONS)
        raise SpecError(Fault("question", show(question), "unknown", ", ".join(known), nearest(str(question), known)))
    return QUESTIONS[question]


def recorded(
    bound: Bound,
    question: str,
    options: Mapping[str, Any],
    recorder: Recorder,
    shown: Mapping[str, Any] = MappingProxyType({}),
) -> Partial:
    """What was recorded while a question was asked."""
    rows, spec, own = rows_of(bound, recorder.part), bound.own.to_dict(), bound.own
    doubts = [asdict(doubt) for doubt in own.warnings]
    plain = {name: _plain(value) for name, value in options.items()}
    effort = {name: getattr(recorder.effort, name) for name in _EFFORT}
    kept = (plain, shown, recorder.asks, effort)
    return Partial(question, recorder.part, rows, about(bound), spec, doubts, own.strict, *kept)


def about(bound: Bound) -> dict[str, str]:
    """The hashes of specification, model and catalogue, and the version: the same in all parts of a whole."""
    known = provenance(bound)
    return {name: known[there] for name, there in _ABOUT.items()}


def _plain(value: object) -> object:
    """An option as JSON has it."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return unboxed(value)
    return [_plain(one) for one in value]
