"""PDF with its objects in one order: vl-convert writes them, and what refers to them, in another one each time."""

from __future__ import annotations

import re

_ENTRIES = re.compile(rb"(?<=<<\n)(?: *  /\w+ \d+ \d+ R\n)+")
"""The entries of a dictionary of resources."""
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_OBJECT = re.compile(rb"(\d+) 0 obj\n")
_ROW = re.compile(rb"(\d{10}) 00000 n")


def ordered(pdf: bytes) -> bytes:
    """The same PDF, its objects numbered and written in the order in which they are come to from its root."""
    start = int(pdf[pdf.rindex(b"startxref\n") :].split()[1])
    trailer = pdf[pdf.index(b"trailer", start) : pdf.rindex(b"startxref")]
    starts = sorted(int(place) for place in _ROW.findall(pdf[start:]))
    objects: dict[bytes, bytes] = {}
    for begin, end in zip(starts, [*starts[1:], start], strict=True):
        found = _OBJECT.match(pdf, begin)
        if found is None:  # of another form: as it is
            return pdf
        head, stream, data = pdf[found.end() : end].partition(b"\nstream\n")
        objects[found[1]] = _ENTRIES.sub(_sorted, head) + stream + data
    numbers = _numbered(trailer, objects)
    written, places = bytearray(pdf[: starts[0]]), []
    for old in numbers:
        head, stream, data = objects[old].partition(b"\nstream\n")
        places.append(len(written))
        written += b"%d 0 obj\n" % numbers[old] + _renumbered(head, numbers) + stream + data
    rows = b"".join(b"%010d 00000 n\r\n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(places) + 1)
    return bytes(written) + table + rows + _renumbered(trailer, numbers) + b"startxref\n%d\n%%%%EOF" % len(written)


def _sorted(entries: re.Match[bytes]) -> bytes:
    return b"".join(sorted(entries[0].splitlines(keepends=True)))


def _numbered(trailer: bytes, objects: dict[bytes, bytes]) -> dict[bytes, int]:
    """A number from 1 on for each object, by its old one, in the order in which they are come to."""
    numbers: dict[bytes, int] = {}
    ahead = _REFERENCE.findall(trailer)[::-1]
    while ahead:
        old = ahead.pop()
        if old not in numbers:
            numbers[old] = len(numbers) + 1
            ahead += _REFERENCE.findall(objects[old].partition(b"\nstream\n")[0])[::-1]
    return numbers


def _renumbered(text: bytes, numbers: dict[bytes, int]) -> bytes:
    size = re.sub(rb"/Size \d+", b"/Size %d" % (len(numbers) + 1), text)
    return _REFERENCE.sub(lambda one: b"%d 0 R" % numbers[one[1]], size)
