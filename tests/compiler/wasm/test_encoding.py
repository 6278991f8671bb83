"""The binary form: numbers in LEB128, instructions, sections."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacost.compiler.wasm import encoding
from gigacost.compiler.wasm.encoding import F64, I32, I64


def decoded(data: bytes, *, with_sign: bool) -> int:
    """The number that LEB128 bytes are, read as the specification says."""
    value = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(data))
    return value - (1 << 7 * len(data)) if with_sign and data[-1] & 0x40 else value


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "00"), (127, "7f"), (128, "8001"), (624485, "e58e26"), (2**32 - 1, "ffffffff0f")]
)
def test_unsigned_numbers_of_the_specification(number: int, expected: str) -> None:
    assert encoding.unsigned(number).hex() == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "00"), (63, "3f"), (64, "c000"), (-1, "7f"), (-64, "40"), (-65, "bf7f"), (-123456, "c0bb78")],
)
def test_signed_numbers_of_the_specification(number: int, expected: str) -> None:
    assert encoding.signed(number).hex() == expected


@given(st.integers(0, 2**64 - 1))
def test_unsigned_numbers_are_read_back_from_the_fewest_bytes(number: int) -> None:
    data = encoding.unsigned(number)
    assert decoded(data, with_sign=False) == number
    assert len(data) == max(1, -(-number.bit_length() // 7))
    assert all(byte & 0x80 for byte in data[:-1])
    assert data[-1] < 0x80


@given(st.integers(-(2**63), 2**63 - 1))
def test_signed_numbers_are_read_back(number: int) -> None:
    data = encoding.signed(number)
    assert decoded(data, with_sign=True) == number
    assert len(data) <= 10


def test_constants() -> None:
    assert encoding.constant(1.5, F64) == b"\x44" + struct.pack("<d", 1.5)
    assert encoding.constant(-1, I32) == b"\x41\x7f"
    assert encoding.constant(0xFFFFFFFF, I32) == b"\x41\x7f"
    assert encoding.constant(1 << 31, I32) == encoding.constant(-(1 << 31), I32)
    assert encoding.constant(~0xFFFFFFFF, I64) == b"\x42" + encoding.signed(-(1 << 32))


@pytest.mark.parametrize(
    ("name", "byte"),
    [
        *(("i32.eqz", 0x45), ("i32.ge_u", 0x4F), ("i64.eqz", 0x50), ("i64.ge_u", 0x5A), ("f64.eq", 0x61)),
        *(("f64.ge", 0x66), ("i32.add", 0x6A), ("i32.shr_u", 0x76), ("i64.add", 0x7C), ("i64.shr_u", 0x88)),
        *(("f64.abs", 0x99), ("f64.nearest", 0x9E), ("f64.sqrt", 0x9F), ("f64.add", 0xA0), ("f64.copysign", 0xA6)),
    ],
)
def test_instructions_of_the_specification(name: str, byte: int) -> None:
    assert encoding.INSTRUCTIONS[name] == byte


def test_locals_of_one_type_are_told_together() -> None:
    assert encoding._runs([F64, F64, I32, F64]) == [b"\x02\x7c", b"\x01\x7f", b"\x01\x7c"]
    assert encoding._runs([]) == []
