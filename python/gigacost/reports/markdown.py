"""A page as Markdown, for the comment of a pull request: tables, no pictures, and never longer than one may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gigacost.reports.parts import (
    Block,
    Cite,
    Code,
    Facts,
    File,
    Inline,
    Listing,
    Page,
    Paragraph,
    Picture,
    Section,
    Sources,
    Table,
    Text,
    Typed,
    plain,
)

MOST = 65_536
"""Characters that a comment may have on GitHub."""
_CUT = 10
"""Rows that a table keeps where the whole is too long."""
_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>#|~&"})


def markdown_of(page: Page) -> str:
    """The page as GitHub's Markdown of at most ``MOST`` characters: where it is longer, long tables are cut."""
    whole = _written(page, None)
    if len(whole) <= MOST:
        return whole
    for rows in (_CUT, _CUT // 2, 1):
        cut = _written(page, rows)
        if len(cut) <= MOST:
            return cut
    return _first(page)


def _first(page: Page) -> str:
    """As many sections as there is room for."""
    kept: list[Section] = []
    for section in page.sections:
        if len(_written(Page(page.title, page.subtitle, (*kept, section), page.date), 1)) > MOST:
            break
        kept.append(section)
    return _written(Page(page.title, page.subtitle, tuple(kept), page.date), 1)


def _written(page: Page, rows: int | None) -> str:
    lines = [f"# {_text(page.title)}", "", _text(page.subtitle), ""]
    for section in page.sections:
        lines += [f"## {_escaped(section.title)}", ""]
        for block in section.blocks:
            lines += [*_block(block, rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def _block(block: Block, rows: int | None) -> Iterator[str]:
    table = block.table if isinstance(block, Picture) else block
    if isinstance(table, Table):
        return _table(table, rows)
    return _WRITTEN[type(table)](table)


def _paragraph(one: Paragraph) -> Iterator[str]:
    yield f"> {_text(one.text)}" if one.kind == "caution" else _text(one.text)


def _listing(one: Listing) -> Iterator[str]:
    return (f"- {_text(item)}" for item in one.items)


def _typed(one: Typed) -> Iterator[str]:
    yield from ("```sh", one.command.replace("```", "` ` `"), "```")


def _facts(one: Facts) -> Iterator[str]:
    yield "| " + " | ".join(_escaped(fact.name) for fact in one.facts) + " |"
    yield "|" + " ---: |" * len(one.facts)
    cells = (f"**{_text(fact.figure)}**" + (f"<br>{_text(fact.beside)}" if fact.beside else "") for fact in one.facts)
    yield "| " + " | ".join(cells) + " |"


def _table(table: Table, rows: int | None) -> Iterator[str]:
    shown = table.rows if rows is None else table.rows[:rows]
    if table.folded:
        yield from ("<details>", f"<summary>{_text(table.caption)}</summary>", "")
    else:
        yield from (_text(table.caption), "")
    yield "| " + " | ".join(map(_text, table.heads)) + " |"
    yield "| " + " | ".join("---:" if i in table.numeric else "---" for i in range(len(table.heads))) + " |"
    yield from ("| " + " | ".join(map(_text, row)) + " |" for row in shown)
    if len(shown) < len(table.rows):
        yield from ("", f"... and {len(table.rows) - len(shown)} more rows: the HTML report has them.")
    if table.folded:
        yield from ("", "</details>")


def _sources(one: Sources) -> Iterator[str]:
    return (f"{i}. {_escaped(text)}" for i, text in enumerate(one.sources, 1))


def _file(one: File) -> Iterator[str]:
    del one  # a comment has no files
    return iter(())


_WRITTEN: Mapping[type, Callable[[Any], Iterator[str]]] = {
    Paragraph: _paragraph,
    Listing: _listing,
    Typed: _typed,
    Facts: _facts,
    Sources: _sources,
    File: _file,
}


def _text(text: Text) -> str:
    return "".join(map(_inline, text))


def _inline(piece: Inline) -> str:
    if isinstance(piece, Code):
        return f"`{piece.text.replace('`', ' ').replace('|', ' ')}`"
    if isinstance(piece, Cite):
        return f" ({piece.source})"
    return _escaped(plain((piece,)))


def _escaped(text: str) -> str:
    """Text that is nothing but text: no mark-up, no line break, no mention of anybody."""
    return " ".join(text.split("\n")).translate(_SPECIAL).replace("@", "@\u200b")
