"""Answers about a part of a space, and the whole answer that is made of those about all parts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gigacost._record import unboxed
from gigacost.compiler.provenance import provenance
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.queries.askers import Merger, Recorder, rows_of
from gigacost.queries.export import Progress
from gigacost.queries.results import Effort

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.queries.space import Space

QUESTIONS = {"top": "top", "pareto": "pareto", "summary": "summary", "count": "counted", "bounds": "bounds"}
"""The questions that parts of a space can answer, each with the method of a space that asks it."""
_SAME = ("spec_sha256", "model_sha256", "catalog_sha256", "version")
_KEYS = ("partial", "spec", "options", "shown", "asks", "effort")


@dataclass(frozen=True)
class Partial:
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
    about = {key: told.get(key) for key in _SAME}
    pairs = [told.get(name) for name in ("part", "range")]
    numbers = [number for pair in pairs if isinstance(pair, list) for number in pair] + [effort.get(n) for n in _EFFORT]
    if len(numbers) != 2 * len(pairs) + len(_EFFORT) or any(type(number) is not int for number in numbers):
        return None
    texts = [*about.values(), told.get("question")]
    (number, count), (first, stop) = pairs
    if any(not isinstance(text, str) for text in texts) or told["question"] not in QUESTIONS:
        return None
    if not 1 <= number <= count or not 0 <= first <= stop:
        return None
    rest = (plain["spec"], plain["options"], plain["shown"], plain["asks"], effort)
    return kind(told["question"], (number, count), (first, stop), about, *rest)


_EFFORT = ("evaluated", "boxes", "designs")
_NO_PARTIAL = "no answer about a part"
_MADE_BY = "what a question with --part K/N prints, whole"


def partial(space: Space, question: str, options: Mapping[str, Any], recorder: Recorder) -> Partial:
    """A question about a part of a space, as ``Sweep.partial`` describes it."""
    if question not in QUESTIONS:
        known = tuple(QUESTIONS)
        raise SpecError(Fault("question", show(question), "unknown", ", ".join(known), nearest(str(question), known)))
    getattr(space, QUESTIONS[question])(**options, executor=recorder)
    return recorded(space, question, options, recorder)


def recorded(
    space: Space,
    question: str,
    options: Mapping[str, Any],
    recorder: Recorder,
    shown: Mapping[str, Any] = MappingProxyType({}),
) -> Partial:
    """What was recorded while a question was asked."""
    bound, part = space.bound, recorder.part
    known = provenance(bound)
    about = {name: known[name] for name in _SAME[:-1]} | {"version": known["gigacost_version"]}
    effort = {
        "evaluated": recorder.effort.evaluated,
        "boxes": recorder.effort.boxes,
        "designs": recorder.effort.designs,
    }
    plain = {name: _plain(value) for name, value in options.items()}
    rows, spec = rows_of(bound, part), bound.own.to_dict()
    return Partial(question, part, rows, about, spec, plain, shown, recorder.asks, effort)


def merge(
    partials: Iterable[Partial],
    *,
    model: Model | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Any:  # noqa: ANN401 - what the question answers
    """The answer to a question about a whole space, of the partial answers of all its parts (``Sweep.partial``).

    Parameters
    ----------
    partials : iterable of Partial
        Those of all parts, in any order; one that comes twice counts once.
    model : Model, optional
        The model, where it is not the default one.
    threads : int, optional
        Number of threads; by default all CPUs.
    progress : callable, optional
        Called with the number of combinations evaluated so far.

    Returns
    -------
    Best, Front, Summary, Counted or Bounds
        What the question about the whole space answers, in every bit; ``meta["effort"]`` is that of the parts.
        Quantiles are found from the counts of all parts, with further passes over the combinations here.

    Raises
    ------
    SpecError
        Where a part is missing, or parts are of different questions, specifications, models, catalogues or versions.
    """
    given = list(partials)
    space, merger = gathered(given, model=model, threads=threads, progress=progress)
    method, asked = getattr(space, QUESTIONS[given[0].question]), dict(given[0].options)
    several = asked.get("of")
    if isinstance(several, list):  # the command line bounds several quantities at once
        return [method(name, executor=merger) for name in several]
    return method(**asked, executor=merger)


def gathered(
    partials: Sequence[Partial],
    *,
    model: Model | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Space, Merger]:
    """The space of partial answers, and who answers with them. Raises SpecError where they are not all of one whole."""
    from gigacost.queries.request import rebuilt

    if not partials:
        raise SpecError(Fault("parts", "", "none given"))
    first = partials[0]
    parts: dict[tuple[int, int], Partial] = {}
    for one in partials:
        for what, a, b in _told(first, one):
            if a != b:
                where = f"part {one.part[0]} of {one.part[1]}"
                raise SpecError(Fault("parts", show(b), f"{where} has another {what}", allowed=show(a)))
        parts.setdefault(one.part, one)
    count = first.part[1]
    missing = [number for number in range(1, count + 1) if (number, count) not in parts]
    if missing:
        named = ", ".join(f"{number}/{count}" for number in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise SpecError(Fault("parts", f"{named}{more}", f"missing, {len(parts)} of {count} are there"))
    space = rebuilt(first.spec, model)
    known = provenance(space.bound)
    for name in _SAME:
        here = known["gigacost_version" if name == "version" else name]
        if first.about[name] != here:
            raise SpecError(Fault("parts", show(first.about[name]), f"made with another {name}", allowed=show(here)))
    ordered = [parts[number, count] for number in range(1, count + 1)]
    effort = Effort()
    for one in ordered:
        effort = effort.and_(Effort(**one.effort))
    return space, Merger({one.part: one.asks for one in ordered}, effort, threads, progress)


_NAMED = 5


def _told(first: Partial, one: Partial) -> list[tuple[str, Any, Any]]:
    """What must be the same in all parts of a whole, of the first and of another one."""
    same = [("question", first.question, one.question), ("number of parts", first.part[1], one.part[1])]
    same += [(name, first.about[name], one.about[name]) for name in _SAME]
    return [*same, ("options", dict(first.options), dict(one.options)), ("shown", dict(first.shown), dict(one.shown))]


def _plain(value: object) -> object:
    """An option as JSON has it."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return unboxed(value)
    return [_plain(one) for one in value]
