"""What lies where in a module's memory: figures, values of searched axes, and what is kept from design to design.

A *row* keeps what nodes of one mask are for others: it changes when a digit of one of its groups does. Where there are
few combinations of these groups, each has a row, which is filled when it is first asked for.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gigacost.compiler.wasm.assembler import Code, load, number, store
from gigacost.compiler.wasm.encoding import F64, I32, instruction, unsigned
from gigacost.compiler.wasm.graph import Graph

PAGE = 1 << 16
"""The bytes of a page of memory."""
_MOST = 1 << 20
"""So many bytes of rows are kept for a mask."""
_ROWS, _WHOLE = 1 << 24, 1 << 25
"""Rows are kept in so many bytes, and all that is in so many, or little more."""
_FLAG = 8
"""A row that is kept begins with whether it is filled."""


class Place(NamedTuple):
    """A place in memory: what a pointer holds, and so many bytes more."""

    pointer: Code
    offset: int

    def load(self, type_: int) -> Code:
        """What lies there."""
        return load(self.pointer, self.offset, type_)

    def store(self, value: Code) -> bytes:
        """The instructions that put a value there."""
        return store(self.pointer, self.offset, value)


ABSOLUTE = number(0)
"""A pointer to the beginning."""


@dataclass
class Row:
    """What is kept of a mask's nodes."""

    mask: int
    slots: dict[int, int] = field(default_factory=dict)
    """Where in the row each node is."""
    bytes: int = 0
    address: int = 0
    pointer: int | None = None
    """The global variable with the address of the row at hand; None where there is one alone."""

    def place(self, node: int) -> Place:
        """Where a node is."""
        if self.pointer is None:
            return Place(ABSOLUTE, self.address + self.slots[node])
        return Place(Code(instruction("global.get", unsigned(self.pointer)), I32), self.slots[node])


class Memory:
    """The memory of a module. The first globals are the digits of the groups."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.data: list[tuple[int, bytes]] = []
        """What lies there from the beginning."""
        self.globals: list[tuple[int, int]] = [(I32, -1)] * len(graph.sizes)
        self.top = 8
        """The first byte that is free."""
        self._figures: dict[int, int] = {}
        self._axes: dict[tuple[int, int], int] = {}

    def room(self, count: int) -> int:
        """The address of so many new bytes."""
        address = self.top
        self.top += -(-count // 8) * 8
        return address

    def variable(self, value: int = 0) -> int:
        """A new global variable."""
        self.globals.append((I32, value))
        return len(self.globals) - 1

    def digit(self, group: int) -> Code:
        """The digit of a group in the design at hand."""
        return Code(instruction("global.get", unsigned(group)), I32)

    def index(self, groups: Sequence[int]) -> Code:
        """Which combination of some groups the design at hand has."""
        found: Code | None = None
        for group in groups:
            found = self.digit(group) if found is None else found * self.graph.sizes[group] + self.digit(group)
        return number(0) if found is None else found

    def figure(self, table: int) -> Code:
        """What a table has for the design at hand."""
        groups, values = self.graph.tables[table]
        if table not in self._figures:
            self._figures[table] = self._laid(values.astype("<f8").tobytes())
        return load(self.index(groups) << 3, self._figures[table], F64)

    def axis_value(self, search: int, axis: int, digit: Code) -> Code:
        """The value of a search's axis at a digit."""
        import numpy as np

        values = self.graph.searches[search][axis]
        key = (search, axis)
        if key not in self._axes:
            self._axes[key] = self._laid(np.array(values, dtype="<f8").tobytes())
        return load(digit << 3, self._axes[key], F64)

    def _laid(self, content: bytes) -> int:
        address = self.room(len(content))
        self.data.append((address, content))
        return address

    def row(self, mask: int, nodes: Iterable[int], types: dict[int, int], *, worth: bool) -> Row:
        """A row for nodes; one for each combination of their groups where that is ``worth`` while and fits."""
        row = Row(mask)
        at = _FLAG
        for node in sorted(nodes, key=lambda one: types[one] == I32):
            row.slots[node] = at
            at += 4 if types[node] == I32 else 8
        row.bytes = -(-at // 8) * 8
        points = self.graph.points(mask)
        if worth and points * row.bytes <= _MOST and self.top + points * row.bytes <= _ROWS:
            row.pointer = self.variable()
            row.address = self.room(points * row.bytes)
        else:
            row.address = self.room(row.bytes)
        return row

    def kept(self, mask: int, reads: Sequence[int]) -> Place | None:
        """A place for a whole number that depends on some nodes alone, which vary over a mask; None without room.

        Digits that differ in none of these nodes share it.
        """
        classes = [self._classes(group, reads) for group in self.graph.groups(mask)]
        size = 4 * math.prod(1 + max(one) for one in classes)
        if self.top + size > _WHOLE:
            return None
        found = number(0)
        for group, one in zip(self.graph.groups(mask), classes, strict=True):
            digit = self.digit(group)
            if 1 + max(one) < len(one):
                digit = load(digit << 2, self._laid(struct.pack(f"<{len(one)}I", *one)), I32)
            found = found * (1 + max(one)) + digit
        return Place(found << 2, self.room(size))

    def _classes(self, group: int, reads: Sequence[int]) -> list[int]:
        """A number for each digit of a group, the same for those that differ in none of some nodes."""
        import numpy as np

        graph = self.graph
        keys = [b""] * graph.sizes[group]
        for node in reads:
            if not graph.masks[node] >> group & 1:
                continue
            values = graph.values[node]
            if values is None:
                return list(range(graph.sizes[group]))
            place = graph.groups(graph.masks[node]).index(group)
            rows = np.moveaxis(np.where(np.isnan(values), np.nan, values), place, 0)
            keys = [key + row.tobytes() for key, row in zip(keys, rows, strict=True)]
        known: dict[bytes, int] = {}
        return [known.setdefault(key, len(known)) for key in keys]
