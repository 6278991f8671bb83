"""What a page is made of: texts with numbers in them, tables, pictures. Plain data; how it looks is said elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A figure of an answer."""

    value: float
    quantity: str
    """Its name, or the question and the place of it in that question's JSON."""
    text: str
    """As people read it."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name of the catalogue or the specification, or a text of theirs: what is in it is no figure of an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """What is typed, or the hash of something."""

    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date, or as much of it as is known: ``2024-05``."""

    text: str


@dataclass(frozen=True, slots=True)
class Cite:
    """A mark that leads to a source, by its place in the list of sources; the first is 1."""

    source: int


Inline: TypeAlias = "str | Number | Label | Code | Day | Cite"
Text: TypeAlias = tuple[Inline, ...]
"""What stands in a line. Text of one's own has no digits: figures are numbers, labels or dates."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: Text
    kind: str = ""
    """``lead``, ``note`` or ``caution``."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Sentences one below the other."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """A command to be copied."""

    command: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the figures that a reader takes away."""

    name: str
    figure: Text
    beside: Text
    """In smaller type: its interval."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures that a reader takes away."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; what is in it can be had as CSV."""

    name: str
    """Of its file."""
    caption: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    """Their first cell names the row."""
    numeric: frozenset[int] = frozenset()
    """The columns of figures."""
    folded: bool = False
    """Whether it is opened on demand (in print it is open)."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources that are cited, in order."""

    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the table of what it shows."""

    name: str
    caption: Text
    said: str
    """What it shows, for who cannot see it."""
    svg: str
    """In the page's colours, or on white for paper."""
    table: Table


@dataclass(frozen=True, slots=True)
class File:
    """A text to be taken out of the page."""

    name: str
    said: str
    media: str
    text: str


Block: TypeAlias = "Paragraph | Listing | Typed | Facts | Table | Sources | Picture | File"


@dataclass(frozen=True, slots=True)
class Section:
    """A question of the reader's, and its answer."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A report."""

    title: Text
    subtitle: Text
    sections: tuple[Section, ...]
    date: str
    """That of the prices."""

    @property
    def pictures(self) -> int:
        """How many there are."""
        return sum(isinstance(block, Picture) for block in self._blocks())

    @property
    def tables(self) -> int:
        """How many there are, those of pictures among them."""
        return sum(isinstance(block, Picture | Table) for block in self._blocks())

    @property
    def sources(self) -> tuple[str, ...]:
        """Those that are cited, in order."""
        return next((block.sources for block in self._blocks() if isinstance(block, Sources)), ())

    def _blocks(self) -> Iterator[Block]:
        for section in self.sections:
            yield from section.blocks


def heads(*names: str | Label) -> tuple[Text, ...]:
    """The heads of a table's columns."""
    return tuple((name,) for name in names)


def plain(text: Text) -> str:
    """A text without its marks."""
    return "".join(_plain(piece) for piece in text)


def _plain(piece: Inline) -> str:
    if isinstance(piece, str):
        return piece
    return f"[{piece.source}]" if isinstance(piece, Cite) else piece.text


def joined(texts: list[Text], between: str = ", ") -> Text:
    """Some texts as one."""
    found: list[Inline] = []
    for i, text in enumerate(texts):
        found += [*([between] if i else []), *text]
    return tuple(found)
