"""How far off the model is on published runs of a like scale."""

from __future__ import annotations

from gigacost.reports.parts import Block, Day, Label, Paragraph, Section, Table, Text, heads
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import bare, counted, part, told
from gigacost.validation.validate_runs import Figure, reliability

_HEADS = heads(
    *("run", "what was published", "published", "predicted", Label("P5"), Label("P95"), "error"),
    *("inside", "date", "source"),
)

_CAPTION = (
    "Published figures of the runs nearest in parameters, chips and hardware, each predicted from what was known "
    "before it started"
)


def section(context: Context) -> Section | None:
    """How far off the model is."""
    found = context.answers.validation
    if found is None or not found.figures:
        return None
    rows = [_row(context, one) for one in found.figures]
    table = Table("validation", (_CAPTION,), _HEADS, tuple(rows), frozenset({2, 3, 4, 5, 6}), folded=True)
    known = reliability(found.figures)
    said: Text = (
        *("Of ", *counted(known.figures, "alike:figures"), " published figures of "),
        *(*counted(len(found.runs), "alike:runs"), " like runs, "),
        *("the typical error is ", *part(known.median_abs_error, "alike:median_abs_error"), " (half are off by more, "),
        *("half by less; the middle one is off by "),
        *part(known.median_signed_error, "alike:median_signed_error", signed=True),
        *("), and ", *part(known.share_inside, "alike:share_inside"), " lie between the fifth and the "),
        "ninety-fifth percentile of what is predicted.",
    )
    blocks: list[Block] = [Paragraph(said)]
    what: Text = ("Predicted against published: on the diagonal they are equal.",)
    blocks += context.pictured("validate", found.to_dict(), what, "Predicted against published figures", table)
    return Section("validation", "How far off the model is on runs of this kind", tuple(blocks))


def _row(context: Context, one: Figure) -> tuple[Text, ...]:
    path = f"validate:{one.run}, {one.what}"
    published = told(one.published, f"{path}.published", one.unit)
    figures = [bare(getattr(one, name), f"{path}.{name}", one.unit) for name in ("predicted", "low", "high")]
    off = part(one.error, f"{path}.error", signed=True)
    inside: Text = ("yes" if one.is_inside else "no",)
    return (
        (Label(one.run),),
        (Label(one.what),),
        published,
        *figures,
        off,
        inside,
        (Day(one.date),),
        context.cite(one.source),
    )
