"""An answer as a few lines of text: numbers to three digits, tables of rows. The structured content is exact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from gigacost.errors import escape
from gigacost.units.numbers import cell

_WIDTH = 120
"""Characters of a line of names and values."""
_EFFORT = ("effort", "seconds")
_TEXT = 1000
"""Characters of a text."""


def text(answer: Any) -> str:  # noqa: ANN401 - any JSON
    """The lines, without digests and without what is empty."""
    return "\n".join(_lines("", answer, ""))


def _lines(key: str, value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        yield from _of_mapping(key, _told(value), indent)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from _of_list(key, value, indent)
    else:
        yield f"{indent}{key}: {_cell(key, value)}" if key else f"{indent}{_cell(key, value)}"


def _told(value: Mapping[str, Any]) -> dict[str, Any]:
    """What is worth a word: no digests, nothing of how long it took, nothing empty, no contribution that is 0."""
    return {
        key: one
        for key, one in value.items()
        if not key.endswith("_sha256")
        and key not in _EFFORT
        and one not in ("", [], {}, None)
        and not (key.startswith("cost_") and one == 0)
    }


def _of_mapping(key: str, value: Mapping[str, Any], indent: str) -> Iterator[str]:
    if value and key and all(_is_plain(one) for one in value.values()):
        cells = [f"{name} {_cell(name if '_' in name else key, one)}" for name, one in value.items()]
        yield from wrap(f"{key}: {', '.join(cells)}", _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ")
        return
    if key and value:
        yield f"{indent}{key}:"
        indent += "  "
    for name, one in value.items():
        yield from _lines(name, one, indent)


def _of_list(key: str, value: Sequence[Any], indent: str) -> Iterator[str]:
    if all(_is_plain(one) for one in value):
        yield f"{indent}{key}: {', '.join(_cell(key, one) for one in value)}"
        return
    if all(_is_row(one) for one in value):
        value = [_flat(one) for one in value]
        heads = list(dict.fromkeys(name for one in value for name in one))
        yield f"{indent}{key or 'rows'}: {' | '.join(heads)}"
        for one in value:
            yield f"{indent}  {' | '.join(_cell(name, one.get(name)) for name in heads)}"
        return
    if key:
        yield f"{indent}{key}:"
    for place, one in enumerate(value, 1):
        yield from _lines(f"{place}", one, f"{indent}  " if key else indent)


def _is_row(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether most of it are plain cells, and what is within the others is not worth a line."""
    if not isinstance(value, Mapping) or any(isinstance(one, list) and one for one in value.values()):
        return False
    return sum(map(_is_plain, value.values())) > len(value) / 2


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what is within its cells."""
    return {name: one for name, one in row.items() if _is_plain(one)}


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return not isinstance(value, Mapping | list)


def _cell(name: str, value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return escape(value, quotes="", shown=_TEXT)
    if name.endswith("year") and isinstance(value, float):
        return f"{value:.1f}"
    return cell(value, "$" if name.endswith("_usd") else "")
