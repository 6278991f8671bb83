"""``exp``, ``log`` and ``power`` in WebAssembly: the algorithms of the engine's ``libm``, operation by operation.

Constants are written, and numbers named, as in the originals: FreeBSD's ``e_exp.c``, ``e_log.c`` and ``e_pow.c``.

Copyright (C) 1993, 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify, and distribute
this software is freely granted, provided that this notice is preserved.
"""

# ruff: noqa: PLR2004, SIM117 - numbers stand as in the originals, and `otherwise` belongs to a `with` of its own

from __future__ import annotations

import math

from gigacost.compiler.wasm.assembler import Code, Function, Local, call, number, select
from gigacost.compiler.wasm.encoding import F64, I32

_LOW_WORD = 0xFFFFFFFF
_EXPONENTIAL = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
"""``P1`` to ``P5``, of ``e_exp.c`` and ``e_pow.c``."""


def _high_word(x: Code) -> Code:
    return (x.bits() >> 32).low()


def _low_word(x: Code) -> Code:
    return x.bits().low()


def _short(x: Code) -> Code:
    """Without the low half of its bits."""
    return (x.bits() & ~_LOW_WORD).float()


def _of_words(high: Code, low: Code | None = None) -> Code:
    """The float of a high word, and of the low word of another float."""
    upper = high.wide() << 32
    return (upper if low is None else upper | low.bits() & _LOW_WORD).float()


def _series(x: Code, *coefficients: float) -> Code:
    """c0 + x·(c1 + x·(c2 + ...))."""
    value = number(coefficients[-1], F64)
    for coefficient in reversed(coefficients[:-1]):
        value = coefficient + x * value
    return value


def scaled() -> Function:
    """Scale x to x · 2^n for n from −1900 to 2046: one step towards what a float's exponent can hold is enough."""
    function = Function((F64, I32), (F64,))
    x, n = function.parameters
    with function.when(n > 1023):
        x.set(x * 2.0**1023)
        n.set(n - 1023)
        function.otherwise()
        with function.when(n < -1022):
            x.set(x * 2.0**-969)
            n.set(n + 969)
    function.give(x * ((n + 1023).wide() << 52).float())
    return function


def exp(scale: int) -> Function:
    """The exponential of x; ``scale`` is the place of ``scaled``."""
    function = Function((F64,), (F64,))
    (x,) = function.parameters
    hx, sign, k = (function.local(I32) for _ in range(3))
    hi, lo, xx, c, y = (function.local(F64) for _ in range(5))
    hx.set(_high_word(x))
    sign.set(hx >> 31)
    hx.set(hx & 0x7FFFFFFF)
    with function.when(hx >= 0x4086232B):
        with function.when(x != x):  # noqa: PLR0124 - NaN alone differs from itself
            function.give(x)
        with function.when(x > 709.782712893383973096):
            function.give(x * 2.0**1023)
        with function.when(x < -745.13321910194110842):
            function.give(0.0)
    with function.when(hx > 0x3FD62E42):
        with function.when(hx >= 0x3FF0A2B2):
            k.set((1.44269504088896338700e00 * x + select(sign, number(-0.5, F64), 0.5)).truncated())
            function.otherwise()
            k.set(1 - sign - sign)
        hi.set(x - k.real() * 6.93147180369123816490e-01)
        lo.set(k.real() * 1.90821492927058770002e-10)
        x.set(hi - lo)
        function.otherwise()
        with function.when(hx > 0x3E300000):
            hi.set(x)
            function.otherwise()
            function.give(1.0 + x)
    xx.set(x * x)
    c.set(x - xx * _series(xx, *_EXPONENTIAL))
    y.set(1.0 + (x * c / (2.0 - c) - lo + hi))
    with function.when(~k):
        function.give(y)
    function.give(call(scale, y, k, to=F64))
    return function


def log() -> Function:
    """The natural logarithm of x."""
    function = Function((F64,), (F64,))
    (x,) = function.parameters
    hx, k = function.local(I32), function.local(I32)
    f, hfsq, s, z, w, dk = (function.local(F64) for _ in range(6))
    hx.set(_high_word(x))
    # Below the smallest normal number: 0 and negative ones too.
    with function.when(hx < 0x00100000):
        with function.when(x == 0.0):
            function.give(-1.0 / (x * x))
        with function.when(hx < 0):
            function.give((x - x) / 0.0)
        k.set(-54)
        x.set(x * 2.0**54)
        hx.set(_high_word(x))
        function.otherwise()
        with function.when(hx >= 0x7FF00000):
            function.give(x)
        with function.when(x == 1.0):
            function.give(0.0)
    hx.set(hx + (0x3FF00000 - 0x3FE6A09E))
    k.set(k + (hx >> 20) - 0x3FF)
    hx.set((hx & 0x000FFFFF) + 0x3FE6A09E)
    x.set(_of_words(hx, x))
    f.set(x - 1.0)
    hfsq.set(0.5 * f * f)
    s.set(f / (2.0 + f))
    z.set(s * s)
    w.set(z * z)
    dk.set(k.real())
    t1 = w * _series(w, 3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)
    t2 = z * _series(
        w, 6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01
    )
    r = t2 + t1
    function.give(s * (hfsq + r) + dk * 1.90821492927058770002e-10 - hfsq + f + dk * 6.93147180369123816490e-01)
    return function


def power(scale: int) -> Function:
    """The power x^y; ``scale`` is the place of ``scaled``."""
    function = Function((F64, F64), (F64,))
    x, y = function.parameters
    ix, iy, hx, hy, yisint = (function.local(I32) for _ in range(5))
    hx.set(_high_word(x))
    hy.set(_high_word(y))
    ix.set(hx & 0x7FFFFFFF)
    iy.set(hy & 0x7FFFFFFF)
    with function.when((y == 0.0) | (x == 1.0)):
        function.give(1.0)
    with function.when((x != x) | (y != y)):  # noqa: PLR0124 - NaN alone differs from itself
        function.give(x + y)
    with function.when(hx < 0):
        _parity(function, y, iy, yisint)
    with function.when(~_low_word(y)):
        _special_exponents(function, x, y, (hx, ix, hy, iy))
    with function.when(~_low_word(x)):
        _special_bases(function, x, (hx, ix, hy, yisint))
    s = function.local(F64)
    s.set(1.0)
    with function.when(hx < 0):
        with function.when(~yisint):
            function.give((x - x) / (x - x))
        with function.when(yisint == 1):
            s.set(-1.0)
    t1, t2, ax = (function.local(F64) for _ in range(3))
    ax.set(x.op("abs"))
    with function.when(iy > 0x41E00000):
        _huge_exponents(function, s, (ix, hy, iy), (ax, t1, t2))
        function.otherwise()
        _log2(function, ix, (ax, t1, t2))
    _exp2(function, scale, (s, y), (t1, t2))
    return function


def _parity(function: Function, y: Code, iy: Code, yisint: Local) -> None:
    """What the exponent of a negative number is: 0 no whole number, 1 an odd one, 2 an even one."""
    j, k, ly = (function.local(I32) for _ in range(3))
    ly.set(_low_word(y))
    with function.when(iy >= 0x43400000):
        yisint.set(2)
        function.otherwise()
        with function.when(iy >= 0x3FF00000):
            k.set((iy >> 20) - 0x3FF)
            with function.when(k > 20):
                j.set(ly >> (52 - k))
                with function.when(j << (52 - k) == ly):
                    yisint.set(2 - (j & 1))
                function.otherwise()
                with function.when(~ly):
                    j.set(iy >> (20 - k))
                    with function.when(j << (20 - k) == iy):
                        yisint.set(2 - (j & 1))


def _special_exponents(function: Function, x: Code, y: Code, words: tuple[Code, ...]) -> None:
    """±∞, ±1, 2, 0.5."""
    hx, ix, hy, iy = words
    with function.when(iy == 0x7FF00000):
        with function.when(x.op("abs") == 1.0):
            function.give(1.0)
        with function.when(ix >= 0x3FF00000):
            function.give(select(hy >= 0, y, 0.0))
        function.give(select(hy >= 0, number(0.0, F64), -y))
    with function.when(iy == 0x3FF00000):
        function.give(select(hy >= 0, x, 1.0 / x))
    with function.when(hy == 0x40000000):
        function.give(x * x)
    with function.when((hy == 0x3FE00000) & (hx >= 0)):
        function.give(x.op("sqrt"))


def _special_bases(function: Function, x: Code, words: tuple[Code, ...]) -> None:
    """±0, ±∞, ±1."""
    hx, ix, hy, yisint = words
    with function.when((ix == 0x7FF00000) | (ix == 0) | (ix == 0x3FF00000)):
        z = function.local(F64)
        z.set(x.op("abs"))
        with function.when(hy < 0):
            z.set(1.0 / z)
        with function.when(hx < 0):
            with function.when(~(ix - 0x3FF00000 | yisint)):
                z.set((z - z) / (z - z))
                function.otherwise()
                with function.when(yisint == 1):
                    z.set(-z)
        function.give(z)


def _huge_exponents(function: Function, s: Code, words: tuple[Code, ...], parts: tuple[Local, ...]) -> None:
    """|y| above 2³¹: too large or too small a power, but for bases near 1."""
    ix, hy, iy = words
    ax, t1, t2 = parts
    large, small = number(math.inf, F64), number(0.0, F64)
    with function.when(iy > 0x43F00000):
        with function.when(ix <= 0x3FEFFFFF):
            function.give(select(hy < 0, large, small))
        function.give(select(hy > 0, large, small))
    with function.when(ix < 0x3FEFFFFF):
        function.give(s * select(hy < 0, large, small))
    with function.when(ix > 0x3FF00000):
        function.give(s * select(hy > 0, large, small))
    t, u, v, w = (function.local(F64) for _ in range(4))
    t.set(ax - 1.0)
    w.set((t * t) * (0.5 - t * (0.3333333333333333333333 - t * 0.25)))
    u.set(1.44269502162933349609e00 * t)
    v.set(t * 1.92596299112661746887e-08 - w * 1.44269504088896338700e00)
    t1.set(_short(u + v))
    t2.set(v - (t1 - u))


def _log2(function: Function, ix: Local, parts: tuple[Local, ...]) -> None:
    """log₂ of ``ax``, in two parts, the first one short."""
    ax, t1, t2 = parts
    n, j, k = (function.local(I32) for _ in range(3))
    u, v, ss, s_h, s_l, t_h, t_l, s2, r, p_h, p_l, z_h, z_l, t, bp, dp_h, dp_l = (
        function.local(F64) for _ in range(17)
    )
    with function.when(ix < 0x00100000):
        ax.set(ax * 2.0**53)
        n.set(-53)
        ix.set(_high_word(ax))
    n.set(n + (ix >> 20) - 0x3FF)
    j.set(ix & 0x000FFFFF)
    ix.set(j | 0x3FF00000)
    bp.set(1.0)
    with function.when(j > 0x3988E):
        with function.when(j < 0xBB67A):
            k.set(1)
            bp.set(1.5)
            dp_h.set(5.84962487220764160156e-01)
            dp_l.set(1.35003920212974897128e-08)
            function.otherwise()
            n.set(n + 1)
            ix.set(ix - 0x00100000)
    ax.set(_of_words(ix, ax))
    u.set(ax - bp)
    v.set(1.0 / (ax + bp))
    ss.set(u * v)
    s_h.set(_short(ss))
    t_h.set(_of_words((ix >> 1 | 0x20000000) + 0x00080000 + (k << 18)))
    t_l.set(ax - (t_h - bp))
    s_l.set(v * ((u - s_h * t_h) - s_h * t_l))
    s2.set(ss * ss)
    terms = (
        5.99999999999994648725e-01,
        4.28571428578550184252e-01,
        3.33333329818377432918e-01,
        2.72728123808534006489e-01,
        2.30660745775561754067e-01,
        2.06975017800338417784e-01,
    )
    r.set(s2 * s2 * _series(s2, *terms) + s_l * (s_h + ss))
    s2.set(s_h * s_h)
    t_h.set(_short(3.0 + s2 + r))
    t_l.set(r - ((t_h - 3.0) - s2))
    u.set(s_h * t_h)
    v.set(s_l * t_h + t_l * ss)
    p_h.set(_short(u + v))
    p_l.set(v - (p_h - u))
    z_h.set(9.61796700954437255859e-01 * p_h)
    z_l.set(-7.02846165095275826516e-09 * p_h + p_l * 9.61796693925975554329e-01 + dp_l)
    t.set(n.real())
    t1.set(_short(((z_h + z_l) + dp_h) + t))
    t2.set(z_l - (((t1 - t) - dp_h) - z_h))


def _exp2(function: Function, scale: int, of: tuple[Code, ...], parts: tuple[Code, ...]) -> None:
    """Return s · 2^(y · (t1 + t2))."""
    (s, y), (t1, t2) = of, parts
    y1, p_l, p_h, z, t, u, v, w, r = (function.local(F64) for _ in range(9))
    n, i, j, k = (function.local(I32) for _ in range(4))
    y1.set(_short(y))
    p_l.set((y - y1) * t1 + y * t2)
    p_h.set(y1 * t1)
    z.set(p_l + p_h)
    j.set(_high_word(z))
    with function.when(j >= 0x40900000):
        with function.when((z != 1024.0) | (p_l + 8.0085662595372944372e-017 > z - p_h)):
            function.give(s * math.inf)
        function.otherwise()
        with function.when((j & 0x7FFFFFFF) >= 0x4090CC00):
            with function.when((z != -1075.0) | (p_l <= z - p_h)):
                function.give(s * 0.0)
    i.set(j & 0x7FFFFFFF)
    with function.when(i > 0x3FE00000):
        k.set((i >> 20) - 0x3FF)
        n.set(j + (number(0x00100000) >> (k + 1)))
        k.set(((n & 0x7FFFFFFF) >> 20) - 0x3FF)
        t.set(_of_words(n & (number(0x000FFFFF) >> k ^ -1)))
        n.set((n & 0x000FFFFF | 0x00100000) >> (20 - k))
        with function.when(j < 0):
            n.set(0 - n)
        p_h.set(p_h - t)
    t.set(_short(p_l + p_h))
    u.set(t * 6.93147182464599609375e-01)
    v.set((p_l - (t - p_h)) * 6.93147180559945286227e-01 + t * -1.90465429995776804525e-09)
    z.set(u + v)
    w.set(v - (z - u))
    t.set(z * z)
    t1 = function.local(F64)
    t1.set(z - t * _series(t, *_EXPONENTIAL))
    r.set((z * t1) / (t1 - 2.0) - (w + z * w))
    z.set(1.0 - (r - z))
    j.set(_high_word(z) + (n << 20))
    with function.when(j < 0x00100000):
        function.give(s * call(scale, z, n, to=F64))
    function.give(s * _of_words(j, z))
