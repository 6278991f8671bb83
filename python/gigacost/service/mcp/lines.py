"""Standard input and output as lines of bytes, with nothing else of the process reading or writing there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK = 1 << 16


@contextmanager
def claimed() -> Iterator[tuple[int, int]]:
    """Input and output as descriptors of our own; within this, what is printed by mistake goes to standard error."""
    sys.stdout.flush()
    inward, outward = os.dup(0), os.dup(1)
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        try:
            os.dup2(2, 1)
        except OSError:  # standard error is closed
            os.dup2(nothing, 1)
        os.close(nothing)
        yield inward, outward
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os.dup2(outward, 1)
        os.dup2(inward, 0)


def lines(descriptor: int, most: int) -> Iterator[bytes | None]:
    """The lines that are not empty, without their ends; None for one of more than ``most`` bytes, which is not kept."""
    begun, is_too_long = bytearray(), False
    while chunk := os.read(descriptor, _CHUNK):
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            line = bytes(begun + piece)
            begun.clear()
            if is_too_long or len(line) > most:
                yield None
            elif line.strip():
                yield line
            is_too_long = False
        begun += rest
        if len(begun) > most:
            begun.clear()
            is_too_long = True
    if is_too_long:
        yield None
    elif begun.strip():
        yield bytes(begun)


def write(descriptor: int, line: bytes) -> None:
    """Write all of it. Raises OSError when nobody reads any more."""
    left = memoryview(line)
    while left:
        left = left[os.write(descriptor, left) :]
