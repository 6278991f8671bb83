"""A page as one HTML file: no script, no request, and a policy that forbids both."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from gigacost.reports.csv_file import csv_of
from gigacost.reports.parts import (
    Block,
    Cite,
    Code,
    Day,
    Facts,
    File,
    Inline,
    Listing,
    Number,
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
from gigacost.reports.style import STYLE

_ARIA = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


def html_of(page: Page, *, paper: bool = False) -> str:
    """The page as HTML. ``paper``: nothing is there to be clicked."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    writer = _Writer(page.sources, paper=paper)
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="generator" content="gigacost">',
            f'<meta name="dcterms.created" content="{escape(page.date)}">',
            f'<meta name="dcterms.modified" content="{escape(page.date)}">',
            f"<title>{escape(plain(page.title))}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            *([] if paper else ['<a class="skip" href="#answer">To the answer</a>']),
            "<header>",
            f"<h1>{writer.text(page.title)}</h1>",
            f'<p class="subtitle">{writer.text(page.subtitle)}</p>',
            "</header>",
            *([] if paper else [_contents(page)]),
            "<main>",
            *(writer.section(section) for section in page.sections),
            "</main>",
            "</body>",
            "</html>",
            "",
        )
    )


def _contents(page: Page) -> str:
    entries = (f'<li><a href="#{one.name}">{escape(one.title)}</a></li>' for one in page.sections)
    return f'<nav aria-label="Contents"><ol>{"".join(entries)}</ol></nav>'


class _Writer:
    """Writes parts as HTML; all text is escaped here."""

    def __init__(self, sources: Sequence[str], *, paper: bool) -> None:
        self.sources, self.paper = sources, paper
        self._written: Mapping[type, Callable[[Any], str]] = {
            Paragraph: self._paragraph,
            Listing: self._listing,
            Typed: self._typed,
            Facts: self._facts,
            Table: self._table,
            Sources: self._sources,
            Picture: self._picture,
            File: self._file,
        }

    def section(self, section: Section) -> str:
        """A section with its heading."""
        blocks = "\n".join(self._block(block) for block in section.blocks)
        head = f'<h2 id="{section.name}">{escape(section.title)}</h2>'
        return f'<section aria-labelledby="{section.name}">\n{head}\n{blocks}\n</section>'

    def text(self, text: Text) -> str:
        """What stands in a line."""
        return "".join(map(self._inline, text))

    def _inline(self, piece: Inline) -> str:
        if isinstance(piece, str):
            return escape(piece)
        if isinstance(piece, Number):
            name = escape(piece.quantity)
            return f'<data value="{piece.value!r}" data-quantity="{name}">{escape(piece.text)}</data>'
        if isinstance(piece, Cite):
            mark = f"[{piece.source}]"
            return f'<a class="cite" href="#source-{piece.source}" aria-label="source {piece.source}">{mark}</a>'
        if isinstance(piece, Code):
            return f"<code>{escape(piece.text)}</code>"
        if isinstance(piece, Day):
            return f'<time datetime="{escape(piece.text)}">{escape(piece.text)}</time>'
        return f'<span class="label">{escape(piece.text)}</span>'

    def _block(self, block: Block) -> str:
        return self._written[type(block)](block)

    def _paragraph(self, one: Paragraph) -> str:
        kind = f' class="{one.kind}"' if one.kind else ""
        return f"<p{kind}>{self.text(one.text)}</p>"

    def _listing(self, one: Listing) -> str:
        return "<ul>" + "".join(f"<li>{self.text(item)}</li>" for item in one.items) + "</ul>"

    def _typed(self, one: Typed) -> str:
        return f'<pre tabindex="0"><code>{escape(one.command)}</code></pre>'

    def _facts(self, facts: Facts) -> str:
        cards = (
            f'<div><dt>{escape(one.name)}</dt><dd><span class="figure">{self.text(one.figure)}</span>'
            f'<span class="beside">{self.text(one.beside)}</span></dd></div>'
            for one in facts.facts
        )
        return f'<dl class="facts">{"".join(cards)}</dl>'

    def _table(self, table: Table) -> str:
        inner = self._scrolled(table, f"<caption><span>{self.text(table.caption)}</span></caption>")
        inner += self._csv(table)
        if not table.folded:
            return inner
        return f"<details><summary>{escape(plain(table.caption))}</summary>{inner}</details>"

    def _scrolled(self, table: Table, caption: str) -> str:
        """A table that can be wider than the page."""
        rows = "".join(self._row(table, row) for row in table.rows)
        heads = "".join(
            f'<th scope="col"{self._aligned(table, i)}>{self.text(head)}</th>' for i, head in enumerate(table.heads)
        )
        grid = f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        said = escape(plain(table.caption))
        return f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {said}">{grid}</div>'

    def _row(self, table: Table, row: tuple[Text, ...]) -> str:
        first, *others = row
        cells = "".join(f"<td{self._aligned(table, i)}>{self.text(cell)}</td>" for i, cell in enumerate(others, 1))
        return f'<tr><th scope="row">{self.text(first)}</th>{cells}</tr>'

    @staticmethod
    def _aligned(table: Table, column: int) -> str:
        return ' class="number"' if column and column in table.numeric else ""

    def _csv(self, table: Table) -> str:
        rows = csv_of(table, self.sources)
        link = _link(f"gigacost-{table.name}.csv", f"{plain(table.caption)} as CSV", "text/csv", rows, "CSV")
        return "" if self.paper else f'<p class="download">{link}</p>'

    def _sources(self, one: Sources) -> str:
        items = (f'<li id="source-{i}">{escape(text)}</li>' for i, text in enumerate(one.sources, 1))
        return f'<ol class="sources">{"".join(items)}</ol>'

    def _picture(self, one: Picture) -> str:
        drawn = _named(one.svg, one.said)
        scroll = f'<div class="scroll drawing" tabindex="0" role="region" aria-label="Picture: {escape(one.said)}">'
        caption = f"<figcaption>{self.text(one.caption)}</figcaption>"
        return f'<figure id="picture-{one.name}">{scroll}{drawn}</div>{caption}</figure>\n{self._table(one.table)}'

    def _file(self, one: File) -> str:
        link = _link(one.name, one.said, one.media, one.text, one.name)
        return "" if self.paper else f'<p class="download">{link}: {escape(one.said)}</p>'


def _named(svg: str, said: str) -> str:
    """A drawing as one image with a name: its parts are in the table below it."""
    return _ARIA.sub("", svg).replace("<svg ", f'<svg role="img" aria-label="{escape(said)}" ', 1)


def _link(name: str, said: str, media: str, text: str, shown: str) -> str:
    data = base64.b64encode(text.encode()).decode()
    href = f"data:{media};charset=utf-8;base64,{data}"
    return f'<a href="{href}" download="{escape(name)}" aria-label="Download: {escape(said)}">{escape(shown)}</a>'
