"""What a table of Spark is to be: its options, which are texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.queries.request import Request
from gigacost.queries.rows import RowView
from gigacost.queries.space import Space
from gigacost.spec.aggregates import pieces
from gigacost.spec.files import Document, parse_document, read_document

_LARGEST = 1_000_000
_KNOWN = ("spec", "path", "columns", "where", "parts", "top", "by", "per", "distinct", "largest", "question", "asked")
_OF_TOP = ("by", "per", "distinct", "largest")


@dataclass(frozen=True)
class Options:
    """The options, read."""

    document: Document
    query: Mapping[str, Any]
    parts: int
    """How many partitions; 0 where nobody says."""
    top: int
    """How many of the best; 0 for all rows."""
    by: str = "cost_total_usd"
    per: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    largest: bool = False
    question: str = ""
    """What each partition answers for its part, in place of rows; empty where nothing is asked."""
    asked: str = "{}"
    """The options of the question, as JSON."""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Options:
        """The options of these names and texts. Raises SpecError with all that is wrong with them."""
        texts = {name.lower(): text for name, text in given.items()}
        faults = [
            Fault(name, show(text), "unknown option", ", ".join(_KNOWN), nearest(name, _KNOWN))
            for name, text in texts.items()
            if name not in _KNOWN
        ]
        if "spec" not in texts and "path" not in texts:
            faults.append(Fault("spec", "", "missing value", allowed="the path of a specification, or its text"))
        faults += [
            Fault(name, show(texts[name]), "only with top") for name in _OF_TOP if name in texts and "top" not in texts
        ]
        if texts.get("largest", "false").lower() not in {"true", "false"}:
            faults.append(Fault("largest", show(texts["largest"]), "not a choice", allowed="true, false"))
        numbers = {name: _number(name, texts.get(name), faults) for name in ("parts", "top")}
        if faults:
            raise SpecError(*faults)
        query = {"where": texts.get("where"), "columns": [*_names(texts.get("columns"))]}
        return cls(
            document=_document(texts["spec"] if "spec" in texts else texts["path"]),
            query={name: value for name, value in query.items() if value},
            parts=numbers["parts"],
            top=numbers["top"],
            by=texts.get("by", cls.by),
            per=_names(texts.get("per")),
            distinct=_names(texts.get("distinct")),
            largest=texts.get("largest", "false").lower() == "true",
            question=texts.get("question", cls.question),
            asked=texts.get("asked", cls.asked),
        )

    def space(self) -> Space:
        """The space that is meant. Raises SpecError."""
        return Request.of_document(self.document, query=self.query).space()

    def column_names(self, space: Space) -> tuple[str, ...]:
        """The columns of the table."""
        return RowView(space.bound, (), (self.by,)).column_names if self.top else space.column_names

    def best(self) -> RowView:
        """The best combinations. Raises SpecError."""
        space = self.space()
        found = space.find(self.top, self.by, per=self.per, distinct=self.distinct, largest=self.largest)
        return RowView(space.bound, found, (self.by,))


def _document(spec: str) -> Document:
    if spec.lower().endswith((".toml", ".json")) and "\n" not in spec:
        return read_document(spec)
    return parse_document(spec, "spec", "json" if spec.lstrip().startswith("{") else "toml")


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(pieces(text)) if text else ()


def _number(name: str, text: str | None, faults: list[Fault]) -> int:
    """A whole number that is written out; 0 for none."""
    if text is None:
        return 0
    if text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST)) and 1 <= int(text) <= _LARGEST:
        return int(text)
    faults.append(Fault(name, show(text), "not a number", allowed=f"1 to {_LARGEST}"))
    return 0
