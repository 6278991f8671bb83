"""The front: what less of one costs in the other."""

from __future__ import annotations

from gigacost.queries.pareto import Front
from gigacost.reports.answers import FRONT_ROWS
from gigacost.reports.parts import Block, Label, Paragraph, Section, Table, Text, heads
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import counted, told, unit_of, valued, words

_SHOWN = 25
"""Rows of the front that the table has, spread over it."""


def section(context: Context) -> Section | None:
    """What no other combination dominates; None where there is but one design."""
    answers = context.answers
    front = answers.front
    if front is None:
        return None
    document = {"rows": [front.rows[i] for i in _spread(len(front.rows), FRONT_ROWS)], "meta": dict(front.meta)}
    table = _table(context, front, _spread(len(front.rows), _SHOWN))
    several = [(Label(name),) for name in answers.objectives]
    names: Text = several[0] if len(several) == 1 else (*several[0], " and ", *several[1])
    of_all = counted(context.answers.request.spec.size, "pareto:meta.combinations")
    beaten = " combinations are beaten by no other in both "
    front_of = counted(len(front.rows), "pareto:meta.front")
    said: Text = (*front_of, " of ", *of_all, beaten, *names, ": what is less of one is more of the other.")
    if len(several) > 2:  # noqa: PLR2004 - a picture has two axes
        said = (*front_of, " of ", *of_all, " combinations are beaten by no other in all objectives.")
    blocks: list[Block] = [Paragraph(said)]
    caption: Text = ("Each point is a combination on the front.",)
    what = " against ".join(words(name) for name in answers.objectives[:2])
    blocks += context.pictured("front", document, caption, f"The front: {what}", table)
    return Section("front", "The front", tuple(blocks))


def _spread(count: int, most: int) -> list[int]:
    """At most so many places, spread evenly, the first and the last among them."""
    if count <= most:
        return [*range(count)]
    return sorted({place * (count - 1) // (most - 1) for place in range(most)})


def _table(context: Context, front: Front, places: list[int]) -> Table:
    """The rows at some places of the front."""
    answers = context.answers
    rows = [front.rows[place] for place in places]
    first = rows[0] if rows else {}
    axes = [name for axis in answers.request.spec.axes for name in axis.names]
    same = [name for name in axes if len({row[name] for row in rows}) == 1]
    names = [name for name in axes if name not in same]
    figures = [name for name in first if name not in {"index", "status", *axes}]
    figures.sort(key=lambda name: (_bare(name) not in answers.objectives, _order(answers.objectives, name)))
    cells = []
    for place, row in zip(places, rows, strict=True):
        path = f"pareto:rows[{place}]"
        left: list[Text] = [valued(context.model, name, row[name], f"{path}.{name}") for name in names]
        right = [told(row[name], f"{path}.{name}", unit_of(context.model, _bare(name))) for name in figures]
        cells.append((*(left or [told(row["index"], f"{path}.index")]), *right))
    columns = [*(names or ["index"]), *figures]
    numeric = frozenset(i for i, name in enumerate(columns) if not isinstance(first.get(name), str))
    alike = [f"{name} = {first[name]}" for name in same]
    caption: Text = ("The front", *((", all with ", Label(", ".join(alike))) if alike else ()))
    return Table("front", caption, heads(*(Label(_head(name)) for name in columns)), tuple(cells), numeric)


def _bare(name: str) -> str:
    """The quantity of an aggregate: ``p10(cost_total_usd)`` is of ``cost_total_usd``."""
    return name.partition("(")[2].rstrip(")") or name


def _head(name: str) -> str:
    """The head of a column: a percentile stands beside what it is of."""
    return name.partition("(")[0].upper() if name.startswith(("p10(", "p90(")) else name


def _order(objectives: tuple[str, ...], name: str) -> tuple[int, bool]:
    """Where a column stands: each objective before its percentiles."""
    bare = _bare(name)
    return (objectives.index(bare) if bare in objectives else len(objectives), bare != name)
