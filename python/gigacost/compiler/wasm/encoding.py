"""The binary form of WebAssembly: numbers, instructions, sections.

Source: WebAssembly Core Specification 1.0 (W3C, 2019-12), chapter 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Final

I32: Final = 0x7F
I64: Final = 0x7E
F64: Final = 0x7C
"""The types of values."""
NOTHING: Final = 0x40
"""The type of a block without a value."""

_MAGIC = b"\0asm\1\0\0\0"

_COMPARISONS = ("eqz", "eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u")
_ARITHMETIC = (*("add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u", "and", "or", "xor", "shl", "shr_s", "shr_u"),)


def _series(prefix: str, first: int, names: Sequence[str]) -> dict[str, int]:
    """Instructions of a type whose bytes follow each other."""
    return {f"{prefix}.{name}": first + place for place, name in enumerate(names)}


INSTRUCTIONS: Final = {
    "unreachable": 0x00,
    "block": 0x02,
    "loop": 0x03,
    "if": 0x04,
    "else": 0x05,
    "end": 0x0B,
    "br": 0x0C,
    "br_if": 0x0D,
    "return": 0x0F,
    "call": 0x10,
    "select": 0x1B,
    "local.get": 0x20,
    "local.set": 0x21,
    "local.tee": 0x22,
    "global.get": 0x23,
    "global.set": 0x24,
    "i32.load": 0x28,
    "f64.load": 0x2B,
    "i32.store": 0x36,
    "f64.store": 0x39,
    "i32.store8": 0x3A,
    "i32.const": 0x41,
    "i64.const": 0x42,
    "f64.const": 0x44,
    **_series("i32", 0x45, _COMPARISONS),
    **_series("i64", 0x50, _COMPARISONS),
    **_series("f64", 0x61, ("eq", "ne", "lt", "gt", "le", "ge")),
    **_series("i32", 0x6A, _ARITHMETIC),
    **_series("i64", 0x7C, _ARITHMETIC),
    **_series("f64", 0x99, ("abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt")),
    **_series("f64", 0xA0, ("add", "sub", "mul", "div", "min", "max", "copysign")),
    "i32.wrap_i64": 0xA7,
    "i32.trunc_f64_s": 0xAA,
    "i32.trunc_f64_u": 0xAB,
    "i64.extend_i32_u": 0xAD,
    "f64.convert_i32_s": 0xB7,
    "f64.convert_i32_u": 0xB8,
    "f64.convert_i64_u": 0xBA,
    "i64.reinterpret_f64": 0xBD,
    "f64.reinterpret_i64": 0xBF,
}
"""The byte of each instruction that is used here."""


def unsigned(number: int) -> bytes:
    """A number from 0 on, seven bits a byte, the lowest first (LEB128)."""
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        if not number:
            out.append(low)
            return bytes(out)
        out.append(low | 0x80)


def signed(number: int) -> bytes:
    """A number of either sign: as ``unsigned``, the highest bit written being the sign."""
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        if number == (-1 if low & 0x40 else 0):
            out.append(low)
            return bytes(out)
        out.append(low | 0x80)


def instruction(name: str, *operands: bytes) -> bytes:
    """An instruction with what follows it."""
    return bytes((INSTRUCTIONS[name],)) + b"".join(operands)


def constant(value: float, type_: int) -> bytes:
    """The instruction that pushes a number."""
    if type_ == F64:
        return instruction("f64.const", struct.pack("<d", value))
    bits = 32 if type_ == I32 else 64
    number = int(value) & ((1 << bits) - 1)
    if number >> (bits - 1):
        number -= 1 << bits
    return instruction("i32.const" if type_ == I32 else "i64.const", signed(number))


def vector(items: Sequence[bytes]) -> bytes:
    """So many things, one behind the other."""
    return unsigned(len(items)) + b"".join(items)


def _section(number: int, content: bytes) -> bytes:
    return bytes((number,)) + unsigned(len(content)) + content


def _sized(content: bytes) -> bytes:
    return unsigned(len(content)) + content


def _named(name: str) -> bytes:
    return _sized(name.encode())


def module(
    *,
    types: Iterable[tuple[Sequence[int], Sequence[int]]],
    functions: Sequence[tuple[int, Sequence[int], bytes]],
    globals_: Sequence[tuple[int, int]],
    exports: Sequence[tuple[str, int]],
    pages: int,
    data: Sequence[tuple[int, bytes]],
) -> bytes:
    """A module with a memory of its own, which it exports.

    ``types`` are parameters and results; ``functions`` a place among the types, the types of the locals, and the code
    without its end; ``globals_`` a type and a whole number; ``exports`` a name and the function of this place; ``data``
    an address and what lies there.
    """
    signatures = [
        b"\x60" + vector([bytes((one,)) for one in a]) + vector([bytes((one,)) for one in b]) for a, b in types
    ]
    end = instruction("end")
    bodies = [_sized(vector(_runs(local)) + code + end) for _, local, code in functions]
    exported = [_named("memory") + b"\x02\0", *(_named(name) + b"\0" + unsigned(place) for name, place in exports)]
    return _MAGIC + b"".join(
        (
            _section(1, vector(signatures)),
            _section(3, vector([unsigned(place) for place, _, _ in functions])),
            _section(5, vector([b"\0" + unsigned(pages)])),
            _section(6, vector([bytes((type_, 1)) + constant(value, type_) + end for type_, value in globals_])),
            _section(7, vector(exported)),
            _section(10, vector(bodies)),
            _section(11, vector([b"\0" + constant(at, I32) + end + _sized(content) for at, content in data])),
        )
    )


def _runs(types: Sequence[int]) -> list[bytes]:
    """The types of locals, as how many of the same follow each other."""
    runs: list[tuple[int, int]] = []
    for one in types:
        if runs and runs[-1][1] == one:
            runs[-1] = (runs[-1][0] + 1, one)
        else:
            runs.append((1, one))
    return [unsigned(count) + bytes((one,)) for count, one in runs]
