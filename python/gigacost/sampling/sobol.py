"""Points that fill the unit cube: Sobol's sequence, scrambled, or seeded pseudo-random ones.

All of it is arithmetic of whole numbers: the same seed makes the same bits on every machine.

Sobol's points are scrambled by a random lower triangular matrix and a random digital shift in each dimension
(J. Matoušek, "On the L2-discrepancy for anchored boxes", J. Complexity 14 (1998)): each point is uniform by itself, and
the first 2^m of them stay as evenly spread as they were. Counts that are powers of two are the best ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from gigacost.sampling.sobol_directions import DIRECTIONS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Words = NDArray[np.uint64]

DIMENSIONS = DIRECTIONS.count(";") + 2
"""How many dimensions Sobol's sequence has here."""
BITS = 52
"""Of a point: so that the middle between two of them is still a 64-bit float."""
_DIGITS = 32
"""Of a point before it is scrambled."""


def sobol_points(names: Sequence[str], count: int, seed: int) -> dict[str, Floats]:
    """The first points, strictly inside of the unit cube: one dimension per name, in this order, scrambled by name."""
    return {name: _between(_scrambled(dimension, name, count, seed)) for dimension, name in enumerate(names)}


def random_points(names: Sequence[str], count: int, seed: int) -> dict[str, Floats]:
    """Points strictly inside of the unit cube, independent of each other; a dimension depends on its name alone."""
    return {name: _between(random_words(name, count, seed) >> _shift(64 - BITS)) for name in names}


def random_words(name: str, count: int, seed: int) -> Words:
    """Random 64-bit words, one sequence per name and seed.

    SplitMix64 from a place that is hashed: G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014.
    """
    import hashlib

    import numpy as np

    start = int.from_bytes(hashlib.sha256(f"{seed}\0{name}".encode()).digest()[:8], "little")
    return _mixed(np.full(count, start, np.uint64), np.arange(1, count + 1, dtype=np.uint64))


def _mixed(start: Words, place: Words) -> Words:
    """SplitMix64's words at these places of its sequences, the first of which is 1."""
    import numpy as np

    word = start + place * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> _shift(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> _shift(27))) * np.uint64(0x94D049BB133111EB)
    found: Words = word ^ (word >> _shift(31))
    return found


def _shift(bits: int) -> np.uint64:
    import numpy as np

    return np.uint64(bits)


def _between(words: Words) -> Floats:
    """The middles of the intervals that the bits number."""
    import numpy as np

    return (words.astype(np.float64) + 0.5) * 2.0**-BITS


def _scrambled(dimension: int, name: str, count: int, seed: int) -> Words:
    """One dimension of the points, as whole numbers."""
    import numpy as np

    points = np.empty(count, np.uint64)
    points[0], *flips = steps(dimension, name, count, seed)
    for index, flipped in enumerate(flips):
        done = 1 << index
        points[done : 2 * done] = points[: min(done, count - done)] ^ np.uint64(flipped)
    return points


def steps(dimension: int, name: str, count: int, seed: int) -> list[int]:
    """What one dimension of the points is made of: the first point, and what each binary digit of an index flips."""
    shift, *matrix = (random_words(name, _DIGITS + 1, seed) >> _shift(64 - BITS)).tolist()
    columns = [_below(matrix[digit], BITS - 1 - digit) for digit in range(_DIGITS)]
    found = [shift]
    for direction in _directions(dimension)[: (count - 1).bit_length()]:
        flipped = 0
        for digit in range(_DIGITS):
            if direction >> (_DIGITS - 1 - digit) & 1:
                flipped ^= columns[digit]
        found.append(flipped)
    return found


def _below(bits: int, place: int) -> int:
    """A column of the scrambling matrix: 1 at its place, random bits below it."""
    return 1 << place | bits & (1 << place) - 1


@lru_cache(maxsize=DIMENSIONS)
def _directions(dimension: int) -> tuple[int, ...]:
    """The direction numbers of a dimension, the first binary digit of each the highest bit."""
    if dimension == 0:
        return tuple(1 << _DIGITS - 1 - k for k in range(_DIGITS))
    polynomial, *numbers = map(int, DIRECTIONS.split(";")[dimension - 1].split())
    degree = len(numbers)
    for k in range(degree, _DIGITS):
        number = numbers[k - degree]
        for back in range(1, degree + 1):
            if polynomial >> (degree - back) & 1:
                number ^= numbers[k - back] << back
        numbers.append(number)
    return tuple(number << _DIGITS - 1 - k for k, number in enumerate(numbers))
