"""Functions of WebAssembly, written as Python expressions: ``t.set(x * x + 1.0)``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from gigacost.compiler.wasm.encoding import F64, I32, I64, NOTHING, constant, instruction, unsigned

_PREFIX = {F64: "f64", I32: "i32", I64: "i64"}

Plain: TypeAlias = "Code | float"


class Code:
    """Instructions that leave one value on the stack."""

    __slots__ = ("bytes", "type")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, code: bytes, type_: int) -> None:
        self.bytes = code
        self.type = type_

    def lifted(self, other: Plain) -> Code:
        """Another value, a plain number as one of the same type."""
        return other if isinstance(other, Code) else Code(constant(other, self.type), self.type)

    def op(self, name: str, *others: Plain, to: int | None = None) -> Code:
        """An instruction of this type, on this value and others; ``to`` is the type of what it leaves."""
        operands = b"".join(self.lifted(other).bytes for other in others)
        made = self.bytes + operands + instruction(f"{_PREFIX[self.type]}.{name}")
        return Code(made, self.type if to is None else to)

    def __add__(self, other: Plain) -> Code:
        return self.op("add", other)

    def __sub__(self, other: Plain) -> Code:
        return self.op("sub", other)

    def __rsub__(self, other: Plain) -> Code:
        return self.lifted(other).op("sub", self)

    def __mul__(self, other: Plain) -> Code:
        return self.op("mul", other)

    def __rmul__(self, other: Plain) -> Code:
        return self.lifted(other).op("mul", self)

    def __radd__(self, other: Plain) -> Code:
        return self.lifted(other).op("add", self)

    def __truediv__(self, other: Plain) -> Code:
        return self.op("div", other)

    def __rtruediv__(self, other: Plain) -> Code:
        return self.lifted(other).op("div", self)

    def __neg__(self) -> Code:
        return self.op("neg")

    def __and__(self, other: Plain) -> Code:
        return self.op("and", other)

    def __or__(self, other: Plain) -> Code:
        return self.op("or", other)

    def __xor__(self, other: Plain) -> Code:
        return self.op("xor", other)

    def __lshift__(self, other: Plain) -> Code:
        return self.op("shl", other)

    def __rshift__(self, other: Plain) -> Code:
        """The bits further down, zeros above."""
        return self.op("shr_u", other)

    def _compared(self, name: str, other: Plain) -> Code:
        """Integers as signed ones."""
        return self.op(name if self.type == F64 else f"{name}_s", other, to=I32)

    def __lt__(self, other: Plain) -> Code:
        return self._compared("lt", other)

    def __le__(self, other: Plain) -> Code:
        return self._compared("le", other)

    def __gt__(self, other: Plain) -> Code:
        return self._compared("gt", other)

    def __ge__(self, other: Plain) -> Code:
        return self._compared("ge", other)

    def __eq__(self, other: Plain) -> Code:  # type: ignore[override]
        return self.op("eq", other, to=I32)

    def __ne__(self, other: Plain) -> Code:  # type: ignore[override]
        return self.op("ne", other, to=I32)

    def __invert__(self) -> Code:
        """1 for 0, else 0."""
        return self.op("eqz", to=I32)

    def converted(self, name: str, to: int) -> Code:
        """By an instruction that makes a value of another type."""
        return Code(self.bytes + instruction(f"{_PREFIX[to]}.{name}_{_PREFIX[self.type]}"), to)

    def real(self) -> Code:
        """A signed integer as a float."""
        return Code(self.bytes + instruction(f"f64.convert_{_PREFIX[self.type]}_s"), F64)

    def truncated(self) -> Code:
        """A float's whole part as a signed integer, which must be able to hold it."""
        return Code(self.bytes + instruction("i32.trunc_f64_s"), I32)

    def bits(self) -> Code:
        """The bits of a float."""
        return self.converted("reinterpret", I64)

    def float(self) -> Code:
        """The float that has these bits."""
        return self.converted("reinterpret", F64)

    def wide(self) -> Code:
        """32 bits as the lower ones of 64."""
        return Code(self.bytes + instruction("i64.extend_i32_u"), I64)

    def low(self) -> Code:
        """The lower 32 of 64 bits."""
        return self.converted("wrap", I32)


class Local(Code):
    """A variable of a function, as the value it has."""

    __slots__ = ("function", "place")

    def __init__(self, function: Function, place: int, type_: int) -> None:
        super().__init__(instruction("local.get", unsigned(place)), type_)
        self.function = function
        self.place = place

    def set(self, value: Plain) -> None:
        """Give it a value."""
        self.function.add(self.lifted(value).bytes + instruction("local.set", unsigned(self.place)))

    def tee(self, value: Code) -> Code:
        """The value, which it is given too."""
        return Code(value.bytes + instruction("local.tee", unsigned(self.place)), self.type)


class Function:
    """A function being written."""

    def __init__(self, parameters: Sequence[int] = (), results: Sequence[int] = ()) -> None:
        self.type = (tuple(parameters), tuple(results))
        self.locals: list[int] = []
        self.parameters = tuple(Local(self, place, one) for place, one in enumerate(parameters))
        self._code = bytearray()

    @property
    def code(self) -> bytes:
        """What has been written."""
        return bytes(self._code)

    def add(self, code: bytes) -> None:
        """Write instructions."""
        self._code += code

    def local(self, type_: int) -> Local:
        """A new variable."""
        self.locals.append(type_)
        return Local(self, len(self.parameters) + len(self.locals) - 1, type_)

    def give(self, value: Plain) -> None:
        """Return a value."""
        result = value if isinstance(value, Code) else Code(constant(value, self.type[1][0]), self.type[1][0])
        self.add(result.bytes + instruction("return"))

    @contextmanager
    def when(self, condition: Code) -> Iterator[None]:
        """What follows is done where a condition holds."""
        self.add(condition.bytes + instruction("if", bytes((NOTHING,))))
        yield
        self.add(instruction("end"))

    def otherwise(self) -> None:
        """What follows is done where the condition of the ``when`` around it does not hold."""
        self.add(instruction("else"))

    @contextmanager
    def block(self, kind: str = "block") -> Iterator[None]:
        """A block that can be left, or a ``loop`` that can be begun again."""
        self.add(instruction(kind, bytes((NOTHING,))))
        yield
        self.add(instruction("end"))

    def leave(self, condition: Code | None = None, levels: int = 0) -> None:
        """Leave the block that is so many levels out (of a loop: begin again), if a condition holds."""
        if condition is None:
            self.add(instruction("br", unsigned(levels)))
        else:
            self.add(condition.bytes + instruction("br_if", unsigned(levels)))


def call(place: int, *arguments: Code, to: int) -> Code:
    """What a function gives."""
    made = b"".join(argument.bytes for argument in arguments)
    return Code(made + instruction("call", unsigned(place)), to)


def select(condition: Code, value: Code, other: Plain) -> Code:
    """A value where a condition holds, else another one; both are computed."""
    return Code(value.bytes + value.lifted(other).bytes + condition.bytes + instruction("select"), value.type)


def load(address: Code, offset: int, type_: int) -> Code:
    """What lies in memory."""
    name = "f64.load" if type_ == F64 else "i32.load"
    return Code(address.bytes + instruction(name, bytes((3 if type_ == F64 else 2,)), unsigned(offset)), type_)


def store(address: Code, offset: int, value: Code) -> bytes:
    """The instructions that put a value into memory."""
    name = "f64.store" if value.type == F64 else "i32.store"
    place = bytes((3 if value.type == F64 else 2,)) + unsigned(offset)
    return address.bytes + value.bytes + instruction(name, place)


def number(value: float, type_: int = I32) -> Code:
    """A constant."""
    return Code(constant(value, type_), type_)
