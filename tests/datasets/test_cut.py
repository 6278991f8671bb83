import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gigacost.datasets.cut import cut

sizes_drawn = st.lists(st.integers(1, 7), max_size=5)


@given(sizes_drawn, st.integers(1, 4), st.integers(1, 60), st.integers(0, 1_000))
def test_parts_are_the_space_one_after_the_other(sizes: list[int], partitions: int, most: int, limit: int) -> None:
    partition = math.prod(sizes)
    total = min(partition * partitions, limit)
    made = cut(sizes, total, most)
    ranges = [made.range(number) for number in range(made.parts)]
    assert ranges[0][0] == 0
    assert ranges[-1][1] == total
    assert all(before[1] == after[0] for before, after in pairwise(ranges))
    assert all(0 < end - start <= most for start, end in ranges) or total == 0
    assert all(start // partition == (end - 1) // partition for start, end in ranges if end > start)


@given(sizes_drawn, st.integers(1, 60))
def test_a_part_is_a_box(sizes: list[int], most: int) -> None:
    """All of the inner axes, some neighbouring values of one, one value of each outer one."""
    made = cut(sizes, math.prod(sizes), most)
    for number in range(made.parts):
        start, end = made.range(number)
        varied = 0
        for place in range(len(sizes)):
            inner = math.prod(sizes[place + 1 :])
            if start // inner != (end - 1) // inner:
                assert start % inner == 0
                assert end % inner == 0 or varied
                varied += 1
        assert varied <= len(sizes)
        assert end - start in {made.part, made.block % made.part}


@given(sizes_drawn, st.integers(1, 60))
def test_no_cut_into_boxes_of_that_size_has_fewer_parts(sizes: list[int], most: int) -> None:
    """Tried one after the other: each number of values of each axis, with all of the inner ones."""
    total = math.prod(sizes)
    boxes = [total] if total <= most else []
    for place, size in enumerate(sizes):
        inner = math.prod(sizes[place + 1 :])
        outer = total // (inner * size)
        boxes += [outer * -(-size // values) for values in range(1, size + 1) if values * inner <= most]
    assert cut(sizes, total, most).parts == min(boxes, default=total)


def test_parts_of_a_space_too_large_to_list_are_counted() -> None:
    made = cut([10**6, 10**6, 10**6], 10**18, 4_000_000)
    assert made.parts == 250_000_000_000
    assert made.range(made.parts - 1) == (10**18 - 4_000_000, 10**18)
