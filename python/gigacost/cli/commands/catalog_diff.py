"""``gigacost catalog diff``: what changed from one catalogue to another, and what that does to a cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options

if TYPE_CHECKING:
    from gigacost.analysis.compare.compare import Comparison
    from gigacost.catalog import Catalog
    from gigacost.catalog.diff import Difference

_SHIPPED = "shipped"
_KINDS = ("added", "removed", "changed")
_SHOWN = 40


@options.command("diff", short_help="What changed between two catalogues.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@options.once("--spec", metavar="SPEC", help="Specification whose cost to compare.")
@options.once(
    "--by",
    metavar="NAME",
    shell_complete=options.quantities,
    help="Quantity of SPEC to compare [default: cost_total_usd].",
)
@options.once("--as-of", metavar="DATE", help="Date of prices [default: that of the newer catalogue].")
@options.as_json
def command(old: str, new: str, spec: str | None, by: str | None, as_of: str | None, *, as_json: bool) -> None:
    r"""The figures that were added, removed or changed from OLD to NEW: price books (.toml, .csv), or "shipped".

    A book is laid over the catalogue that is shipped; a folder is the catalogue of another release: its package, or its
    source tree. With --spec, its best combination is costed with both, in place of the book that it names itself.

    \b
    gigacost catalog diff shipped mine.toml
    gigacost catalog diff ../gigacost-0.2 shipped
    gigacost catalog diff q3.toml q4.toml --spec plan.toml
    """
    from gigacost.analysis.compare.compare import BY
    from gigacost.cli.terminal import payload

    books = [_opened(name) for name in (old, new)]
    day = books[1].canonical("as_of", as_of) if as_of else max(book.date for book in books)
    found = _differing(books, (old, new), day)
    compared = _compared(spec, books, day if as_of else "", day, by or BY) if spec else None
    if as_json:
        by_kind = {kind: [one.to_dict() for one in found if one.kind == kind] for kind in _KINDS}
        payload({"old": old, "new": new, "as_of": day, **by_kind, "cost": _cost(compared)})
    else:
        _show(found, compared, day)


def _differing(books: Sequence[Catalog], names: Sequence[str], day: str) -> list[Difference]:
    """What differs. Raises SpecError where the files of another release have another form."""
    from gigacost.catalog.diff import differences
    from gigacost.errors import Fault, SpecError, show

    try:
        return differences(books[0], books[1], day)
    except (KeyError, TypeError, ValueError) as error:
        if all(name == _SHIPPED or not Path(name).is_dir() for name in names):
            raise
        what = f"files of another form than this release reads: {type(error).__name__}: {error}"
        raise SpecError(Fault("catalog", " and ".join(map(show, names)), what)) from error


def _opened(name: str) -> Catalog:
    """What is shipped, with a book over it, or the catalogue of another release. Raises SpecError."""
    from gigacost.catalog import Catalog

    if Path(name).is_dir():
        return Catalog.released(name)
    return options.opened_catalog(None if name == _SHIPPED else name)


def _compared(spec: str, books: Sequence[Catalog], as_of: str, default: str, by: str) -> Comparison | str:
    """What the change does to the best combination; where one of them has none, why."""
    from dataclasses import replace

    from gigacost.analysis.compare import compare
    from gigacost.errors import SpecError
    from gigacost.model import default as default_model
    from gigacost.queries import arguments
    from gigacost.queries.request import Request
    from gigacost.queries.space import Space
    from gigacost.spec.files import read_document

    model = default_model()
    document, sweeps = read_document(spec), []
    for book in books:
        read = Request(document, model, book, (("as_of", as_of),) if as_of else ()).spec
        sweep = Space(read, model, book)
        if not sweep.spec.as_of and "as_of" not in {*read.fixed, *sweep.bound.digits}:
            sweep = Space(replace(read, as_of=default), model, book)
        arguments.number(sweep.bound, "by", by)
        sweeps.append(sweep)
    try:
        found = compare.compared(sweeps[0], sweeps[1], by)
    except SpecError as error:
        return "\n".join(str(replace(fault, field=_of_side(fault.field))) for fault in error.faults)
    lacking = [
        f"{name}.{price.message}"
        for name, side in (("old", found.a), ("new", found.b))
        for price in side.missing_prices
    ]
    return "\n".join(lacking) or found


def _of_side(field: str) -> str:
    """A field of a side of a comparison, named after the catalogue."""
    side, dot, rest = field.partition(".")
    return {"a": "old", "b": "new"}.get(side, side) + dot + rest


def _cost(compared: Comparison | str | None) -> dict[str, Any] | None:
    if compared is None:
        return None
    if isinstance(compared, str):
        return {"refused": compared}
    plain = compared.to_dict()
    ratio = compared.b.value / compared.a.value if compared.a.value and compared.b.value is not None else None
    told = {"by": compared.by, "old": compared.a.value, "new": compared.b.value, "ratio": ratio}
    return told | {key: plain[key] for key in ("unit", "difference", "drivers", "assumptions")}


def _show(found: Sequence[Difference], compared: Comparison | str | None, day: str) -> None:
    from gigacost.cli.terminal import literal, show, table
    from gigacost.units.numbers import amount

    counts = ", ".join(f"{sum(one.kind == kind for one in found):,} {kind}" for kind in _KINDS)
    show(literal(f"{counts}, at {day}"))
    rows = []
    for one in sorted(found, key=lambda one: _KINDS.index(one.kind))[:_SHOWN]:
        values = [amount(side.value, side.unit) if side else "—" for side in (one.old, one.new)]
        rows.append([one.kind, one.column, ", ".join(one.of), *values, _percent(one.change)])
    if rows:
        show(table(["", "figure", "of", "old", "new", "change"], rows, ["old", "new", "change"]))
    if len(found) > _SHOWN:
        show(literal(f"... and {len(found) - _SHOWN:,} more; --json lists all", "dim"))
    if isinstance(compared, str):
        show(literal(compared, "yellow"))
    elif compared is not None:
        from gigacost.cli.views.compare import show_comparison
        from gigacost.model import default

        show_comparison(compared, default(), figures=False)


def _percent(change: float | None) -> str:
    return "" if change is None else f"{change:+.1%}".replace("%", " %")
