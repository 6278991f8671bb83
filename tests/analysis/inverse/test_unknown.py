"""Between two values lie others, until they are as close as matters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gigacost.analysis.inverse.unknown import CLOSE, Unknown, _at, _place
from gigacost.graph.declarations import SMALLEST
from gigacost.spec.fields import Field

anything = st.floats(-1e300, 1e300).filter(lambda value: value == 0.0 or abs(value) >= SMALLEST)


def unknown(multiple: int | None = None) -> Unknown:
    return Unknown(Field("x", "integer" if multiple else "number"), (0.0, 1.0), gridded=False, multiple=multiple)


@given(anything, anything)
def test_places_are_in_the_order_of_numbers(a: float, b: float) -> None:
    assert _at(_place(a)) == a
    assert (_place(a) < _place(b)) == (a < b)


@given(anything, anything)
def test_a_gap_narrows_to_what_matters_in_a_few_rounds(a: float, b: float) -> None:
    low, high = sorted((a, b))
    for rounds in range(30):
        inner = unknown().between(low, high)
        assert inner == sorted(set(inner))
        assert all(low < value < high for value in inner)
        if not inner:
            close = high - low <= CLOSE * max(abs(low), abs(high))
            assert close or {low, high} in ({0.0, SMALLEST}, {0.0, -SMALLEST})
            break
        # Wherever it is looked for.
        ends = [low, *inner, high]
        place = (rounds * 7) % (len(ends) - 1)
        low, high = ends[place], ends[place + 1]
    assert rounds <= 24


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6), st.integers(1, 128))
def test_multiples_end_where_they_are_neighbours(first: int, more: int, multiple: int) -> None:
    low, high = first * multiple, (first + more) * multiple
    while inner := unknown(multiple).between(low, high):
        assert all(value % multiple == 0 and low < value < high for value in inner)
        low, high = int(inner[-1]), int(high)
    assert high - low in {0, multiple}
