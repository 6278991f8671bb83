"""The normal distribution's probabilities and quantiles, of whole arrays, with the same bits on every machine.

Only + − × ÷ √ of numpy are used, which are exact everywhere; ``exp`` and ``log`` are the engine's. The quantile is that
of ``statistics.NormalDist``, which leaves the bits of these two to the platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from gigacost._engine import Program, Tape, TapeBuilder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def exps(x: Floats) -> Floats:
    """E to the power of each number."""
    return _each("exp", x)


def logs(x: Floats) -> Floats:
    """The natural logarithm of each number."""
    return _each("log", x)


def normal_quantile(p: Floats) -> Floats:
    """The number below which a standard normal one is with probability ``p``, 0 < p < 1.

    M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988),
    routine PPND16: about 16 digits.
    """
    import numpy as np

    q = p - 0.5
    central = np.abs(q) <= CENTRAL_END
    z = np.empty_like(q)
    inner = q[central]
    z[central] = inner * _ratio(CENTRAL, 0.180625 - inner * inner)
    outer = ~central
    below = q[outer] < 0.0
    r = np.sqrt(-logs(np.where(below, p[outer], 1.0 - p[outer])))
    tail = np.where(r <= TAIL_END, _ratio(TAIL, r - 1.6), _ratio(FAR_TAIL, r - 5.0))
    z[outer] = np.where(below, -tail, tail)
    return z


def normal_probability(z: Floats) -> Floats:
    """The probability that a standard normal number is below ``z``, strictly between 0 and 1.

    G. West, "Better approximations to cumulative normal functions", Wilmott (May 2005), after J. F. Hart.
    """
    import numpy as np

    x = np.abs(z)
    density = exps(-0.5 * x * x)
    fraction = x + 0.65
    for k in (4.0, 3.0, 2.0, 1.0):
        fraction = x + k / fraction
    upper = np.where(x < _HART_END, density * _ratio(_HART, x), density / (fraction * _ROOT_OF_TWO_PI))
    return np.clip(np.where(z > 0.0, 1.0 - upper, upper), 2.0**-60, 1.0 - 2.0**-53)


def _each(op: str, x: Floats) -> Floats:
    """The engine's operation on each number, as a tape of one step. Raises InternalError for what is not finite."""
    import numpy as np

    tape, node = _tape(op)
    found = np.empty(x.size)
    if x.size:
        Program(tape, (x.size,), [((0,), x.ravel())]).fill([(node, None)], [found], 1)
    return found.reshape(x.shape)


@cache
def _tape(op: str) -> tuple[Tape, int]:
    builder = TapeBuilder()
    node = builder.apply(op, builder.leaf("x", "1", "A number."))
    return builder.finish([(op, "1", "", node)]), node


Ratio = tuple[Sequence[float], Sequence[float]]
"""Numerator and denominator of a quotient of polynomials, the constant terms first."""


def _ratio(of: Ratio, x: Floats) -> Floats:
    above, below = (_polynomial(coefficients, x) for coefficients in of)
    return above / below


def _polynomial(coefficients: Sequence[float], x: Floats) -> Floats:
    value = coefficients[-1] * x
    for coefficient in coefficients[-2:0:-1]:
        value = (value + coefficient) * x
    return value + coefficients[0]


CENTRAL_END, TAIL_END, _HART_END = 0.425, 5.0, 7.07106781186547
"""Up to where the coefficients below hold: of the distance of p from 0.5, of √(−log p), of |z|."""
_ROOT_OF_TWO_PI = 2.5066282746310002
CENTRAL = (
    (
        3.3871328727963666080,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ),
    (
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ),
)
TAIL = (
    (
        1.42343711074968357734,
        4.63033784615654529590,
        5.76949722146069140550,
        3.64784832476320460504,
        1.27045825245236838258,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ),
    (
        1.0,
        2.05319162663775882187,
        1.67638483018380384940,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ),
)
FAR_TAIL = (
    (
        6.65790464350110377720,
        5.46378491116411436990,
        1.78482653991729133580,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ),
    (
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ),
)
_HART = (
    (
        220.206867912376,
        221.213596169931,
        112.079291497871,
        33.912866078383,
        6.37396220353165,
        0.700383064443688,
        3.52624965998911e-2,
    ),
    (
        440.413735824752,
        793.826512519948,
        637.333633378831,
        296.564248779674,
        86.7807322029461,
        16.064177579207,
        1.75566716318264,
        8.83883476483184e-2,
    ),
)
