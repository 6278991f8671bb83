"""The answer to a question about a whole space, made of those about all its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gigacost.catalog.opening import opened
from gigacost.compiler.checks import namespace
from gigacost.errors import Fault, SpecError, show
from gigacost.queries.askers import Merger
from gigacost.queries.export import Progress
from gigacost.queries.partial import QUESTIONS, Partial, about
from gigacost.queries.request import CatalogLike, costing
from gigacost.queries.results import Effort
from gigacost.queries.space import Space
from gigacost.spec.reader import read_mapping

if TYPE_CHECKING:
    from gigacost.graph.model import Model


def merge(
    partials: Iterable[Partial],
    *,
    model: Model | None = None,
    catalog: CatalogLike = None,
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
    catalog : Catalog, path or mapping, optional
        The catalogue, or the private price book over the bundled one, where the parts were made with one.
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
    space, merger = gathered(given, model=model, catalog=catalog, threads=threads, progress=progress)
    method, asked = getattr(space, QUESTIONS[given[0].question]), dict(given[0].options)
    several = asked.get("of")
    if isinstance(several, list):  # the command line bounds several quantities at once
        return [method(name, executor=merger) for name in several]
    return method(**asked, executor=merger)


def gathered(
    partials: Sequence[Partial],
    *,
    model: Model | None = None,
    catalog: CatalogLike = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Space, Merger]:
    """The space of partial answers, and who answers with them. Raises SpecError where they are not all of one whole."""
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
    doubts = tuple(Fault(**doubt) for doubt in first.doubts)
    own, prices = costing(model), opened(catalog)
    spec = replace(read_mapping(first.spec, namespace(own, prices)), warnings=doubts, strict=first.strict)
    space = Space(spec, own, prices)
    for name, here in about(space.bound).items():
        if first.about[name] != here:
            hint = " (--catalog BOOK, catalog=)" if name == "catalog_sha256" else ""
            what = f"made with another {name}"
            raise SpecError(Fault("parts", show(first.about[name]), what, allowed=f"{show(here)}{hint}"))
    ordered = [parts[number, count] for number in range(1, count + 1)]
    effort = Effort()
    for one in ordered:
        effort = effort.and_(Effort(**one.effort))
    return space, Merger({one.part: one.asks for one in ordered}, effort, threads, progress)


_NAMED = 5


def _told(first: Partial, one: Partial) -> list[tuple[str, Any, Any]]:
    """What must be the same in all parts of a whole, of the first and of another one."""
    same = [("question", first.question, one.question), ("number of parts", first.part[1], one.part[1])]
    same += [(name, value, one.about[name]) for name, value in first.about.items()]
    return [*same, ("options", dict(first.options), dict(one.options)), ("shown", dict(first.shown), dict(one.shown))]
