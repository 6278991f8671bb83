"""The quantile of the standard normal distribution in WebAssembly: what ``gigacost.sampling.normal`` does."""

from __future__ import annotations

from collections.abc import Sequence

from gigacost.compiler.wasm.assembler import Code, Function, call, number
from gigacost.compiler.wasm.encoding import F64
from gigacost.sampling import normal


def normal_quantile(log: int) -> Function:
    """The number below which a standard normal one is with probability p; ``log`` is the place of the logarithm."""
    function = Function((F64,), (F64,))
    (p,) = function.parameters
    q, r, x = (function.local(F64) for _ in range(3))
    q.set(p - 0.5)
    with function.when(q.op("abs") <= normal.CENTRAL_END):
        x.set(0.180625 - q * q)
        function.give(q * _ratio(normal.CENTRAL, x))
    r.set(p)
    with function.when(q >= 0.0):
        r.set(1.0 - p)
    r.set((-call(log, r, to=F64)).op("sqrt"))
    tail = function.local(F64)
    with function.when(r <= normal.TAIL_END):
        x.set(r - 1.6)
        tail.set(_ratio(normal.TAIL, x))
        function.otherwise()
        x.set(r - 5.0)
        tail.set(_ratio(normal.FAR_TAIL, x))
    with function.when(q < 0.0):
        function.give(-tail)
    function.give(tail)
    return function


def _ratio(of: normal.Ratio, x: Code) -> Code:
    above, below = (_polynomial(coefficients, x) for coefficients in of)
    return above / below


def _polynomial(coefficients: Sequence[float], x: Code) -> Code:
    value = number(coefficients[-1], F64) * x
    for coefficient in coefficients[-2:0:-1]:
        value = (value + coefficient) * x
    return value + coefficients[0]
