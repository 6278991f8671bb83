"""A tape's operations, read from its bytes (``rust/engine/src/tape/codec.rs`` writes them)."""

from __future__ import annotations

import struct
from typing import NamedTuple, TypeAlias

from gigacost._engine import Tape

UNARY = ("negative", "sqrt", "floor", "ceil", "round_half_even", "exp", "log", "negate", "missing")
BINARY = (
    *("add", "subtract", "multiply", "divide", "power", "minimum", "maximum"),
    *("less", "less_equal", "equal", "not_equal", "both", "either"),
)
_MAGIC = b"gigatape\1\0\0\0"


class Op(NamedTuple):
    """An operation: its name, the nodes it reads, and what else it is about.

    ``constant`` a number; ``leaf`` its place among the leaves; ``axis`` of a search, and ``pick``, the numbers of
    search and axis; ``winner`` the number of its search; ``quantile`` which.
    """

    name: str
    operands: tuple[int, ...] = ()
    about: tuple[float, ...] = ()


SearchAxes: TypeAlias = "tuple[tuple[float, ...], ...]"
"""The values of the axes of a search, the first axis outermost."""


class Operations(NamedTuple):
    """What a tape computes."""

    ops: list[Op]
    searches: list[SearchAxes]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = len(_MAGIC)

    def number(self) -> int:
        (found,) = struct.unpack_from("<I", self.data, self.at)
        self.at += 4
        return int(found)

    def float(self) -> float:
        (found,) = struct.unpack_from("<d", self.data, self.at)
        self.at += 8
        return float(found)

    def skip_texts(self, count: int) -> None:
        for _ in range(count):
            length = self.number()
            self.at += length

    def axes(self) -> SearchAxes:
        self.skip_texts(1)
        found = []
        for _ in range(self.number()):
            self.skip_texts(1)
            found.append(tuple(self.float() for _ in range(self.number())))
        return tuple(found)

    def op(self) -> Op:
        code = self.data[self.at]
        self.at += 1
        if code == 0:
            return Op("constant", (), (self.float(),))
        if code == 1:
            return Op("leaf", (), (self.number(),))
        if code == 2:  # noqa: PLR2004 - the codes of the tape's own form
            return Op("axis", (), (self.number(), self.number()))
        if code in _PLAIN:
            names, count = _PLAIN[code]
            name = names[self.number()] if len(names) > 1 else names[0]
            return Op(name, tuple(self.number() for _ in range(count)))
        return self.of_a_search(code)

    def of_a_search(self, code: int) -> Op:
        if code == 6:  # noqa: PLR2004 - as above
            search = self.number()
            return Op("winner", (self.number(), self.number()), (search,))
        if code == 7:  # noqa: PLR2004 - as above
            about = (self.number(), self.number())
            return Op("pick", (self.number(),), about)
        q = self.float()
        return Op("quantile", (self.number(),), (q,))


_PLAIN = {3: (UNARY, 1), 4: (BINARY, 2), 5: (("where",), 3), 8: (("mean",), 1)}
"""The codes of operations on nodes alone: the names that there are, and of how many nodes."""


def operations(tape: Tape) -> Operations:
    """What a tape computes."""
    reader = _Reader(tape.to_bytes())
    if reader.data[: len(_MAGIC)] != _MAGIC:
        message = "a tape of another version"
        raise ValueError(message)
    reader.skip_texts(3 * reader.number())
    searches = [reader.axes() for _ in range(reader.number())]
    return Operations([reader.op() for _ in range(reader.number())], searches)
