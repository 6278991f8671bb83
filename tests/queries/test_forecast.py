"""What writing a sweep will take: rows by a count or a sound interval, bytes and time by strips that stand for all."""

from __future__ import annotations

import bisect
import functools
import math
from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacost import Sweep
from gigacost.queries.forecast import forecast as module
from gigacost.queries.forecast import kept as counting
from gigacost.queries.forecast.designs import designs
from gigacost.queries.forecast.forecast import _Measured, forecast
from gigacost.queries.forecast.kept import interval, kept, sample
from gigacost.queries.forecast.reach import reach_of
from gigacost.queries.forecast.strips import Strip, spread
from gigacost.queries.searched import Searched

EXAMPLES = Path(__file__).parents[2] / "examples"
AXES = {
    "hardware": ["a100-sxm-80", "h100-sxm", "h200-sxm"],
    "chips": {"from": 64, "to": 8192, "steps": 100, "scale": "log", "multiple_of": 8},
    "electricity_usd_per_kwh": {"from": 0.03, "to": 0.12, "steps": 400},
}
FIXED = {"market": "own", "params": "13B", "tokens": "2T"}
COLUMNS = ["cost_total_usd", "train_days", "cost_energy_usd"]


def sweep(where: str | None = None) -> Sweep:
    return Sweep(AXES, fixed=FIXED, where=where, columns=COLUMNS)


def test_rows_without_a_condition_are_known() -> None:
    found = forecast(sweep(), ".csv")
    assert found.low == found.high == found.combinations == sweep().size


def test_rows_are_counted_where_that_is_quick_and_else_in_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    some = sweep("train_days <= 60")
    counted = kept(some.bound, seconds=60.0, threads=1)
    assert counted.low == counted.high == some.count()
    monkeypatch.setattr(counting, "_counted", lambda *_: None)
    drawn = kept(some.bound, seconds=60.0, threads=1)
    assert drawn.low < some.count() < drawn.high
    assert (drawn.high - drawn.low) / some.size < 0.01
    assert drawn.sampled == counting.SAMPLE


def test_a_count_that_takes_too_long_is_given_up() -> None:
    assert counting._counted(Sweep.from_toml(EXAMPLES / "trillion.toml").bound, 0.2, None) is None


def test_places_that_are_told_meet_the_condition_and_others_do_not() -> None:
    some = sweep("train_days <= 60")
    drawn = sample(some.bound, some.size, 60.0, 1)
    assert len(set(drawn.places)) == len(set(drawn.others)) == 12
    assert max(drawn.places) - min(drawn.places) > some.size / 4
    for places, rows in ((drawn.places, 1), (drawn.others, 0)):
        assert [sum(batch.num_rows for batch in some.rows(place, place + 1)) for place in places] == [rows] * 12
    assert sample(some.bound, some.size, 60.0, 1) == drawn


@given(st.integers(0, 40))
def test_a_few_places_are_spread_and_each_is_visited_once(count: int) -> None:
    places = counting._some([10 * place for place in range(count)])
    assert len(set(places)) == len(places) == min(count, 12)


@pytest.mark.parametrize(("where", "share"), [("chips > 1e6", 0), ("chips > 1", 1)])
def test_an_interval_of_what_never_or_always_holds_has_its_end(where: str, share: int) -> None:
    some = sweep(where)
    drawn = sample(some.bound, some.size, 60.0, 1)
    assert drawn.low <= some.size * share <= drawn.high
    assert (drawn.places == (), drawn.others == ()) == (share == 0, share == 1)


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_an_interval_surrounds_the_share_of_the_sample(seen: int, share: float) -> None:
    found = round(seen * share)
    low, high = interval(found, seen)
    assert 0 <= low <= found / seen + 1e-12
    assert found / seen - 1e-12 <= high <= 1
    assert high - low < 4 / math.sqrt(seen)


@pytest.mark.parametrize("share", [0.003, 0.1, 0.5, 0.97])
def test_intervals_of_95_percent_hold_in_about_95_of_100_samples(share: float) -> None:
    drawn = np.random.default_rng(7).binomial(4096, share, 2000)
    held = [low <= share <= high for low, high in (interval(int(found), 4096) for found in drawn)]
    assert 0.935 < np.mean(held) < 0.965


sizes = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@given(sizes, st.data())
def test_designs_are_counted_as_by_hand(sizes: list[int], data: st.DataObject) -> None:
    groups = tuple(data.draw(st.sets(st.sampled_from(range(len(sizes))))))
    whole, total = prod(sizes), prod(sizes[group] for group in groups)
    asked = functools.partial(designs, tuple(sizes), Searched(groups, total, math.inf))
    assert asked(whole) == total
    length = data.draw(st.sampled_from([prod(sizes[place:]) for place in range(len(sizes))]))
    rows = list(product(*map(range, sizes)))[:length]  # whole turns of the axes inside
    assert asked(length) == len({tuple(row[group] for group in groups) for row in rows})


def test_a_column_of_few_values_has_all_designs_searched_at_once() -> None:
    asked = functools.partial(designs, (100, 100, 50), Searched((0, 1), 10**4, 10**4))
    assert (asked(50), asked(5_000), asked(10**4)) == (1, 100, 10**4)


@pytest.mark.parametrize(
    ("name", "count", "fewest"),
    [("trillion", 110_592, 110_592), ("quadrillion", 979_200, 979_200), ("frontier", 20, 80)],
)
def test_the_designs_that_are_searched_are_those_that_a_layout_depends_on(name: str, count: int, fewest: int) -> None:
    found = Sweep.from_toml(EXAMPLES / f"{name}.toml")
    assert found.searched.designs == prod(found.bound.sizes[group] for group in found.searched.groups) == count
    assert found.searched.fewest_values == fewest


def test_nothing_is_searched_where_the_utilisation_is_given() -> None:
    assert Sweep(AXES, fixed={**FIXED, "mfu": 0.4}, columns=COLUMNS).searched == ((), 1, math.inf)


@given(st.integers(1, 10**6), st.integers(1, 8), st.integers(1, 10**4))
def test_strips_lie_in_the_space_and_are_spread(size: int, parts: int, length: int) -> None:
    begins = spread(size, parts, min(length, size))
    assert all(0 <= begin <= size - min(length, size) for begin in begins)
    if length * parts < size:
        ends = [size * (part + 1) // parts for part in range(parts)]
        assert len({bisect.bisect(ends, begin) for begin in begins}) == parts


def strip(length: int, share: float, *, searched: float = 0.0) -> Strip:
    """Of a file that takes 1 s, 2 s a thousand combinations and 8 s a thousand rows; 500 bytes, and 20 a row."""
    rows = round(length * share)
    return Strip(length, rows, 500 + 20 * rows, 1 + 0.002 * length + 0.008 * rows, searched)


def measured(*strips: Strip, others: tuple[Strip, ...] = (), share: float = 1.0) -> _Measured:
    longer = strips[0] if strips else others[0]
    pilot = strip(1000, longer.rows / longer.length, searched=longer.searching * 1000 / longer.length)
    shorter = [pilot, strip(1, 0)]
    return _Measured(shorter, strips, others, share, lambda length: min(length / 10, 10**4), whole=False)


def test_the_first_few_strips_lie_in_all_of_the_space() -> None:
    for count in (3, 4, 6):
        begins = sorted(spread(12_000, 12, 1)[:count])
        gaps = [after - before for before, after in zip([0, *begins], [*begins, 12_000], strict=True)]
        assert max(gaps) <= 12_000 * 1.6 / count + 1_000


def test_time_and_bytes_grow_with_combinations_and_rows() -> None:
    found = measured(strip(10_000, 1.0), strip(10_000, 1.0))
    assert found.cpu(10**6) == pytest.approx(1 + 10_000)
    assert found.size(1e6, 1) == pytest.approx(500 + 20e6, rel=1e-3)


def test_rows_that_lie_together_count_as_often_as_they_are_met() -> None:
    found = measured(strip(10_000, 1.0), others=(strip(10_000, 0.0),), share=0.25)
    assert found.cpu(10**6) == pytest.approx(1 + 2000 + 8000 / 4)
    assert found.size(250_000, 1) == pytest.approx(500 + 20 * 250_000, rel=1e-3)
    assert measured(others=(strip(10_000, 0.0),), share=0.0).size(0, 1) == 500


def test_each_design_is_searched_once() -> None:
    found = measured(strip(10_000, 1.0, searched=5.0))  # 1,000 designs, and 10,000 in all
    assert found.cpu(10**6) - measured(strip(10_000, 1.0)).cpu(10**6) == pytest.approx(50.0)


def test_what_larger_groups_of_rows_save_is_counted_for_each_group() -> None:
    strips = [Strip(rows, rows, 500 + 3000 + 5 * rows, 1.0) for rows in (10_000, 1_000, 1)]
    found = _Measured([*strips[1:-1], Strip(1, 1, 500, 1.0)], strips[:1], [], 1.0, lambda _: 1.0, whole=False)
    assert found.size(10**6, 10**5) == pytest.approx(500 + 10 * 3000 + 5 * 10**6)


def test_a_limit_is_reached_only_after_the_combinations_that_are_not_kept() -> None:
    late = sweep("chips >= 4096")
    reach = reach_of(late, 1000, None)
    before = sum(chips < 4096 for chips in late.bound.digits["chips"].values) * 400
    assert reach.length == pytest.approx(before + 1000, rel=0.3)
    assert reach.share == 1000 / reach.length
    assert reach.rows.low == reach.rows.high == 1000
    assert forecast(late, ".csv", limit=1000).rows == 1000
    assert all(place < reach.length for place in (*reach.rows.places, *reach.rows.others))


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".csv.gz", ".arrow"])
@pytest.mark.parametrize("where", [None, "train_days <= 60"])
def test_a_file_too_large_to_be_written_for_a_forecast_is_foretold_by_strips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, where: str | None
) -> None:
    for name, seconds in (("_PILOT", 0.1), ("_STRIP", 0.1), ("_GROUP", 0.0)):
        monkeypatch.setattr(module, name, seconds)
    some = sweep(where)
    found = forecast(some, ending)
    path = tmp_path / f"rows{ending}"
    rows = some.write(path)
    assert found.low == found.high == rows
    assert found.size == pytest.approx(path.stat().st_size, rel=0.5 if ending in {".parquet", ".arrow"} else 0.1)
    assert found.cpu_seconds > 0
    assert found.core_seconds == pytest.approx(found.seconds * found.threads)
