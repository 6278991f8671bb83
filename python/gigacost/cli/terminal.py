"""What is printed for people: consoles that respect the terminal, and payload for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

_PIPED_WIDTH = 120
"""Columns where nothing tells how wide the reader is."""
_WIDTH = 80
"""Columns where what is said of them makes no sense, as ``COLUMNS=0``."""
NARROW = 60
"""Below this width a table is a block for each row."""
BETWEEN = 3
"""Columns between two columns of a table."""
_NARROWEST = 6
"""Heads are not broken into lines narrower than this."""

_PIPED_ROWS = 20
"""Rows of a table where nothing tells how high the reader's screen is."""
_AROUND = 7
"""Lines that a table's head, what is said below it and the next prompt take."""

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text


@cache
def out() -> Console:
    """Standard output, for people. Colour only on a terminal, and not with NO_COLOR."""
    from rich.console import Console

    class Printer(Console):
        """Ends quietly, not with an error, when the reader has enough."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Printer(highlight=False, soft_wrap=False, emoji=False, width=_columns())


def _columns() -> int | None:
    """The width that ``COLUMNS`` gives, else that of the terminal (None), else that of what is piped."""
    text = os.environ.get("COLUMNS")
    if text:
        return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else _WIDTH
    return None if sys.stdout.isatty() else _PIPED_WIDTH


def show(*renderables: RenderableType) -> None:
    """Print for people, on standard output."""
    printer = out()
    if printer.is_terminal:
        for renderable in renderables:
            printer.print(renderable)
        return
    for renderable in renderables:
        with printer.capture() as printed:
            printer.print(renderable)
        # Tables are padded to their width, which is of no use in a file.
        sys.stdout.write("\n".join(line.rstrip() for line in printed.get().split("\n")))


def show_more(*flags: str) -> None:
    """Print which flags show more: each with what it adds, in brackets."""
    show(literal(f"More: {', '.join(flags)}.", "dim"))


def room() -> int:
    """How many rows of a table are seen at once."""
    return max(out().height - _AROUND, 1) if out().is_terminal else _PIPED_ROWS


def plain(text: str) -> None:
    """Print text as it is, nothing in it taken for markup, long lines left whole."""
    sys.stdout.write(f"{text}\n")


_TAKER: ContextVar[Callable[[Any, Any], None] | None] = ContextVar("taker", default=None)
"""Who takes the payload in place of standard output."""


@contextmanager
def payload_to(taker: Callable[[Any, Any], None]) -> Iterator[None]:
    """Within this, payload is handed over, not printed: for a command that makes something of another's answer.

    With it comes the answer itself, where this is more than its plain data.
    """
    token = _TAKER.set(taker)
    try:
        yield
    finally:
        _TAKER.reset(token)


def payload(value: Any, answer: object = None) -> None:  # noqa: ANN401 - plain data
    """Print data as JSON: UTF-8 and the same bytes whatever the locale. ``answer`` is what the data are of."""
    if taker := _TAKER.get():
        taker(value, answer)
        return
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    data = text.encode("utf-8", "backslashreplace") + b"\n"
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # a stream that takes only text, as in a notebook
        sys.stdout.write(data.decode())
    else:
        sys.stdout.flush()
        buffer.write(data)


def table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], right: Collection[str] = (), title: str = ""
) -> Table | Text:
    """An open table; the columns whose head is in ``right`` are flush right. All text is taken literally.

    Where it is too wide for the terminal, heads break at their underscores first; on a narrow one each row is a block.
    """
    if out().width < NARROW:
        return _blocks(heads, rows, title)
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title or None, title_justify="left", header_style="bold")
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max((len(row[i]) for row in texts), default=0) for i in range(len(heads))]
    wide = sum(max(width, len(head)) + BETWEEN for width, head in zip(widths, heads, strict=True)) > out().width
    for head, width in zip(heads, widths, strict=True):
        shown = _broken(head, max(width, _NARROWEST)) if wide else head
        made.add_column(shown, justify="right" if head in right else "left", overflow="fold")
    for row in texts:
        made.add_row(*(literal(text) for text in row))
    return made


def columns_that_fit(heads: Sequence[str], rows: Sequence[Sequence[str]], least: int) -> int:
    """How many of a table's columns the terminal has room for, at least ``least``; as blocks all of them."""
    room = out().width
    if room < NARROW:
        return len(heads)
    for i, head in enumerate(heads):
        width = max((len(row[i]) for row in rows), default=0)
        lines = _broken(head, max(width, _NARROWEST)).split("\n")
        room -= max(width, *map(len, lines)) + (BETWEEN if i else 0)
        if room < 0:
            return max(i, least)
    return len(heads)


def grid(*justify: str) -> Any:  # noqa: ANN401 - a rich Table
    """A table without lines and heads."""
    from rich.table import Table

    made = Table.grid(padding=(0, 2, 0, 0))
    for one in justify:
        made.add_column(justify=one, overflow="fold")  # type: ignore[arg-type]
    return made


def _blocks(heads: Sequence[str], rows: Sequence[Sequence[object]], title: str) -> Text:
    """A block for each row: its first cell, and under it the others with their heads."""
    from rich.text import Text

    lines = [literal(title, "bold")] if title else []
    for row in rows:
        lines.append(literal(str(row[0]).strip(), "bold"))
        cells = [(head, str(cell)) for head, cell in zip(heads[1:], row[1:], strict=False) if str(cell)]
        lines += [literal(f"  {head} {cell}" if head else f"  {cell}") for head, cell in cells]
    return Text("\n").join(lines)


def _broken(head: str, width: int) -> str:
    """A head in lines no wider than ``width`` where its underscores allow that."""
    lines = [""]
    for i, part in enumerate(head.split("_")):
        piece = f"_{part}" if i else part
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append(piece)
        else:
            lines[-1] += piece
    return "\n".join(lines)


def literal(text: object, style: str = "") -> Any:  # noqa: ANN401 - a rich Text
    """A cell that is taken literally: no markup, control characters escaped."""
    from rich.text import Text

    return Text(escaped(str(text)), style=style)


def indented(text: object, style: str = "") -> Any:  # noqa: ANN401 - a rich Padding
    """A paragraph set in by two, its further lines too."""
    from rich.padding import Padding

    return Padding(literal(text, style), (0, 0, 0, 2))


def shortened(text: str, width: int) -> str:
    """The text, cut to a width between two words."""
    if len(text) <= width:
        return text
    kept = text[: max(width - 1, 0)]
    return f"{kept.rpartition(' ')[0].rstrip(' ,;:') or kept}…"


def escaped(text: str) -> str:
    """The text with whatever could disturb a terminal escaped, of any length."""
    if text.isprintable():
        return text
    pieces = (one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
    return "".join(pieces)
