"""A sweep as a lazy table of polars: what polars would make of all rows, computed as far as it is asked for."""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import Problem, pick, picks, problems, whole

import gigacost
from gigacost import Model, SpecError, Sweep, ops, scan, zipped
from gigacost.engines import polars_predicates
from gigacost.engines.pushdown import Columns
from gigacost.engines.scan import _frames
from gigacost.ops import Value
from gigacost.queries.export import Part
from gigacost.queries.selection import selected

PINNED = {"tp": 4, "cp": 1, "ep": 1, "microbatch": 1, "pp": 2, "vp": 1}
"""Most axes of the layout, so that no search takes time."""
RUN = {"params": "13B", "tokens": "2T", "precision": "bf16", **PINNED}
AXES = {
    "hardware": ["h100-sxm", "tpu-v5e", "v100-sxm2-32"],
    "chips": [8, 256, 264],
    "region": ["usa", "can"],
    "market": ["own", "on_demand"],
}
COLUMNS = ["cost_total_usd", "train_days", "mfu"]
col = pl.col

LARGE = Sweep(
    {
        "hardware": ["h100-sxm", "b200-sxm", "tpu-v5e"],
        "chips": {"from": 256, "to": 65536, "steps": 100, "scale": "log"},
        "params": {"from": 1e9, "to": 1e13, "steps": 1200, "scale": "log"},
        "tokens": {"from": 1e10, "to": 1e13, "steps": 1000, "scale": "log"},
        "market": ["own", "on_demand", "reserved_1y"],
    },
    columns=COLUMNS,
)
"""A billion combinations."""


def sweeps() -> dict[str, Sweep]:
    """Labels, whole numbers, numbers and nulls, as specifications have them."""
    rows = [{"id": "slow", "rank": 3, "chips": 256}, {"id": "fast", "rank": 1, "chips": 1024}]
    carried = zipped([*rows, {"id": "odd", "rank": 1, "chips": 8}], carry=["id", "rank"])
    uncertain = {"mfu": "normal 90% 0.3..0.5", "pue": "uniform 1.1..1.3"}
    return {
        "plain": Sweep(AXES, fixed=RUN, columns=COLUMNS),
        "conditional": Sweep(
            AXES,
            fixed=RUN,
            where='status != "no_price" or chips > 8',
            derive={"per_chip": "cost_total_usd / chips", "kept": "where(missing(cost_total_usd), 1, 0)"},
            columns=["per_chip", "kept", "train_days", "chips"],
        ),
        "dollars": Sweep({**AXES, "electricity_usd_per_kwh": [0.05, 0.1]}, fixed=RUN, columns=COLUMNS, base_year=2020),
        "carried": Sweep({"c": carried, "market": ["own", "spot"]}, fixed={**RUN, "hardware": "h100-sxm"}),
        "drawn": Sweep(
            {**AXES, "chips": [256]},
            fixed=RUN,
            uncertain=uncertain,
            draws=16,
            columns=["p90(cost_total_usd)", "probability(train_days < 200)", "train_days"],
        ),
    }


SWEEPS = sweeps()
ROWS = {name: pl.DataFrame(sweep) for name, sweep in SWEEPS.items()}
SIGNS: Mapping[str, Callable[[Any, Any], pl.Expr]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@st.composite
def predicates(draw: st.DrawFn, rows: pl.DataFrame) -> pl.Expr:
    return _predicate(draw, rows, 2)


def _value(draw: Callable[[Any], Any], column: pl.Series) -> Any:
    """A value of the column, or one beside it."""
    known = column.drop_nulls().unique(maintain_order=True).to_list()
    if column.dtype == pl.Categorical:
        return pick(draw, [*known, "nothing"])
    value = pick(draw, known) if known else 1.0
    return pick(draw, [value, value, value * 1.5, int(value) if abs(value) < 1e15 else value, -1, 0.5, 2**53])


def _test(draw: Callable[[Any], Any], rows: pl.DataFrame) -> pl.Expr:
    name = pick(draw, rows.columns)
    column, values = col(name), [_value(draw, rows[name]) for _ in range(draw(whole(1, 3)))]
    numeric = rows[name].dtype != pl.Categorical
    kind = draw(whole(0, 8))
    if kind == 0:
        return column.is_null() if draw(st.booleans()) else column.is_not_null()
    if kind == 1:
        exact = int if rows[name].dtype == pl.Int64 else float
        return column.is_in([exact(value) for value in values] if numeric else values)
    if kind == 2 and numeric:
        return column.is_between(min(values), max(values), closed=pick(draw, ["both", "left", "right", "none"]))
    if kind == 3:
        return column * 2 > column + values[0] if numeric else column.cast(pl.String).str.contains("00")
    if kind == 4:
        return column.cast(pl.Float64) >= values[0] if numeric else column.cast(pl.String) == values[0]
    sign = SIGNS[pick(draw, list(SIGNS))]
    return sign(column, values[0]) if kind < 7 else sign(pl.lit(values[0]), column)


def _predicate(draw: Callable[[Any], Any], rows: pl.DataFrame, depth: int) -> pl.Expr:
    kind = draw(whole(0, 5 if depth else 2))
    if kind <= 2:
        return _test(draw, rows)
    if kind == 3:
        return ~_predicate(draw, rows, depth - 1)
    a, b = _predicate(draw, rows, depth - 1), _predicate(draw, rows, depth - 1)
    return a & b if kind == 4 else a | b


def compare(draw: Callable[[Any], Any], sweep: Sweep, rows: pl.DataFrame) -> None:
    """A random question put to the scan, and to all rows."""
    lazy, eager = scan(sweep), rows.lazy()
    for _ in range(draw(whole(1, 2))):
        predicate = draw(predicates(rows))
        lazy, eager = lazy.filter(predicate), eager.filter(predicate)
    if draw(st.booleans()):
        columns = picks(draw, rows.columns, 1)
        lazy, eager = lazy.select(columns), eager.select(columns)
    if draw(st.booleans()):
        first, count = draw(whole(0, 4)), draw(whole(0, 30))
        lazy, eager = lazy.slice(first, count), eager.slice(first, count)
    found = lazy.collect(engine=pick(draw, ["auto", "streaming", "in-memory"]))
    assert found.equals(eager.collect()), lazy.explain()


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(sorted(SWEEPS)))
def test_a_scan_is_what_polars_makes_of_all_rows(data: st.DataObject, name: str) -> None:
    compare(data.draw, SWEEPS[name], ROWS[name])


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), problems(most_rows=100))
def test_so_is_a_scan_of_any_model(data: st.DataObject, problem: Problem) -> None:
    assume("index" not in problem.quantities)
    try:
        rows = pl.DataFrame(problem.sweep)
    except (gigacost.Error, pl.exceptions.ComputeError, ValueError, RuntimeError):
        assume(False)  # noqa: FBT003 - a value that is not finite, an axis without use
    compare(data.draw, problem.sweep, rows)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(sorted(SWEEPS)))
def test_a_condition_holds_where_the_predicate_is_true(data: st.DataObject, name: str) -> None:
    check_condition(name, data.draw(predicates(ROWS[name])))


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("name", ["train_days", "chips", "hardware"])
def test_comparisons_and_their_negations_are_exact_at_the_value_itself(sign: str, name: str) -> None:
    rows = ROWS["plain"]
    test = SIGNS[sign](col(name), sorted(rows[name].drop_nulls().to_list())[len(rows) // 3])
    for predicate in (test, ~test, ~(test | col("train_days").is_null()), ~(test & (col("market") == "own"))):
        assert check_condition("plain", predicate)


def check_condition(name: str, predicate: pl.Expr) -> bool:
    """Whether all of a predicate could be said. What could be holds nowhere less, and if it is all, nowhere more."""
    sweep, rows = SWEEPS[name], ROWS[name]
    tests = Columns(sweep.bound)
    said, whole_of_it = polars_predicates.read(tests, predicate)
    found = pl.DataFrame(Part(selected(sweep.bound, sweep.column_names, tests.settled(said))))
    assert found.filter(predicate).equals(rows.filter(predicate)), said.text
    if whole_of_it:
        assert len(found) == len(rows.filter(predicate)), said.text
    return whole_of_it


def told(caplog: pytest.LogCaptureFixture, question: pl.LazyFrame, **how: Any) -> dict[str, Any]:
    """What the scan of a question says of itself."""
    caplog.clear()
    with caplog.at_level(logging.DEBUG, "gigacost.scan"):
        question.collect(**how)
    found: dict[str, Any] = {"rows": 0, "computed": 0}
    for record in caplog.records:
        assert isinstance(record.args, dict)
        found |= record.args
    return found


TEXTS = [
    (col("train_days") <= 90, "train_days <= 90.0"),
    (pl.lit(90) > col("train_days"), "train_days < 90.0"),
    (~(col("train_days") <= 90), "train_days > 90.0"),
    (col("chips") == 8, "chips == 8"),
    (col("chips") > 8.5, "chips > 8.5"),
    (col("hardware") == "tpu-v5e", 'hardware == "tpu-v5e"'),
    (col("hardware") == "nothing", "false"),
    (col("hardware") != "nothing", "true"),
    (col("hardware").is_in(["tpu-v5e", "nothing"]), 'hardware in ["tpu-v5e", "nothing"]'),
    (~col("market").is_in(["own"]), 'market not in ["own"]'),
    (col("chips").is_in([8, 256]), "chips == 8 or chips == 256"),
    (col("cost_total_usd").is_null(), "missing(cost_total_usd)"),
    (col("cost_total_usd").is_not_null() & (col("mfu") > 0.1), "not missing(cost_total_usd) and mfu > 0.1"),
    (col("chips").is_null(), "false"),
    (col("mfu").is_between(0.1, 0.2, closed="left"), "mfu >= 0.1 and mfu < 0.2"),
    (~col("mfu").is_between(0.1, 0.2), "mfu < 0.1 or mfu > 0.2"),
    ((col("mfu") > 0.1) | ((col("chips") < 9) & (col("market") == "own")), None),
    (col("status") != "ok", 'status != "ok"'),
]


@pytest.mark.parametrize(("predicate", "text"), TEXTS, ids=lambda value: str(value)[:40])
def test_what_the_grammar_can_say_becomes_part_of_the_condition(
    predicate: pl.Expr, text: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    said = told(caplog, scan(SWEEPS["plain"]).filter(predicate))
    assert said["left"] is None
    assert said["where"] == (text or 'mfu > 0.1 or (chips < 9 and market == "own")')
    assert said["rows"] == len(ROWS["plain"].filter(predicate))


def test_other_predicates_are_left_to_polars_and_what_stands_beside_them_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    odd = col("train_days") * 2 < col("cost_total_usd")
    said = told(caplog, scan(SWEEPS["plain"]).filter(odd, col("chips") == 8))
    assert said["where"] == "chips == 8"
    assert "train_days" in said["left"]
    assert said["rows"] == len(ROWS["plain"].filter(odd, col("chips") == 8))


def test_polars_tells_at_which_values_of_an_axis_any_test_holds(caplog: pytest.LogCaptureFixture) -> None:
    said = told(caplog, scan(LARGE).filter(col("hardware").cast(pl.String).str.starts_with("tpu")).head(20))
    assert said["left"] is None
    assert said["computed"] < 100_000  # the first TPU is combination 720 million


def test_nothing_rests_on_how_polars_writes_predicates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polars_predicates, "_rebuilt", lambda _: iter(()))
    monkeypatch.setattr(polars_predicates, "_of_an_axis", lambda *_: None)
    for predicate, _ in TEXTS:
        assert scan(SWEEPS["plain"]).filter(predicate).collect().equals(ROWS["plain"].filter(predicate))


@pytest.mark.parametrize("engine", ["auto", "streaming", "in-memory"])
def test_the_first_rows_of_a_billion_come_at_once(engine: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert LARGE.size > 1_000_000_000
    said = told(caplog, scan(LARGE).head(20), engine=engine)
    assert (said["rows"], said["computed"]) == (20, 20)


def test_so_do_those_that_meet_a_condition(caplog: pytest.LogCaptureFixture) -> None:
    cheap = (col("train_days") <= 90) & (col("hardware") == "b200-sxm") & (col("market") != "own")
    question = scan(LARGE).filter(cheap).select("chips", "cost_total_usd").head(20)
    said = told(caplog, question, engine="streaming")
    assert set(said["columns"]) == {"hardware", "chips", "market", "cost_total_usd", "train_days"}
    assert said["computed"] < 100_000
    assert said["combinations"] == LARGE.size


def test_ranges_of_axes_without_rows_are_not_computed(caplog: pytest.LogCaptureFixture) -> None:
    one = (col("params") < 1e9 * 1.001) & (col("chips") == 256) & (col("hardware") == "b200-sxm")
    assert told(caplog, scan(LARGE).filter(one))["computed"] < 50_000


def test_the_condition_of_the_sweep_stays() -> None:
    sweep = Sweep(AXES, fixed=RUN, columns=COLUMNS, where="chips > 8 and train_days < 200")
    rows = scan(sweep).filter(col("market") == "own").collect()
    expected = ROWS["plain"].filter(col("chips") > 8, col("train_days") < 200, col("market") == "own")
    assert rows.equals(expected)
    assert len(scan(sweep).head(2).collect()) == 2


def double(x: Value) -> Value:
    """Twice x [1]."""
    return x * 2.0


def endless(x: Value) -> Value:
    """More than there is [1]."""
    return ops.exp(x)


@gigacost.status("odd", spoils="x")
def is_odd(y: Value) -> Value:
    """Whether y is 1 [truth]."""
    return y == 1.0


def test_an_axis_is_never_null_even_where_a_state_spoils_what_it_sets() -> None:
    sweep = Sweep({"x": [1.0, 2.0], "y": [0.0, 1.0]}, model=Model(double, is_odd))
    rows = scan(sweep).filter(col("x") > 1).collect()
    assert rows.rows() == [(2.0, 0.0, "ok", 4.0), (2.0, 1.0, "odd", None)]


def test_columns_that_are_not_asked_for_are_not_computed() -> None:
    sweep = Sweep({"x": [1.0, 2000.0]}, model=Model(double, endless))
    assert scan(sweep).select("double").collect().rows() == [(2.0,), (4000.0,)]
    with pytest.raises(pl.exceptions.ComputeError, match=r"endless is inf at combination 1 \(x = 2000.0\)"):
        scan(sweep).collect()


def test_a_state_is_that_of_the_whole_row_whatever_is_asked() -> None:
    whole_rows = ROWS["plain"]
    assert whole_rows["status"].n_unique() > 1
    for columns in (["status"], ["status", "train_days"], ["chips", "status"]):
        assert scan(SWEEPS["plain"]).select(columns).collect().equals(whole_rows.select(columns))


@pytest.mark.parametrize("size", [1, 7, 100])
def test_batches_are_no_larger_than_asked(size: int) -> None:
    frames = [*_frames(SWEEPS["plain"], 1, ["chips", "mfu"], None, 30, size)]
    assert [len(frame) for frame in frames] == [size] * (30 // size) + [30 % size] * (30 % size > 0)
    assert pl.concat(frames).equals(ROWS["plain"].select("chips", "mfu").head(30))


def test_the_schema_is_known_before_anything_is_computed() -> None:
    for name, sweep in SWEEPS.items():
        assert scan(sweep).collect_schema() == ROWS[name].schema


def test_aggregates_and_joins_read_a_scan() -> None:
    lazy, rows = scan(SWEEPS["plain"]), ROWS["plain"]
    best = [frame.group_by("market").agg(col("cost_total_usd").min()).sort("market") for frame in (lazy, rows.lazy())]
    assert best[0].collect().equals(best[1].collect())
    assert lazy.join(lazy, on=["hardware", "chips", "region", "market"]).select(pl.len()).collect().item() == len(rows)


def test_faults_are_told_before_polars_runs() -> None:
    with pytest.raises(SpecError, match=r"sweep: expected a Sweep, got table"):
        scan({"chips": 8})  # type: ignore[arg-type]
    with pytest.raises(SpecError, match=r"threads = 0: not a number of threads"):
        scan(SWEEPS["plain"], threads=0)
    idle = Sweep({"mfu": [0.3, 0.4]}, fixed={"params": "1B", "tokens": "1T"}, columns=["loss"])
    with pytest.raises(SpecError, match=r"axes\.mfu: nothing that is asked for depends on this axis"):
        scan(idle)


def test_polars_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(SpecError, match=r"polars is not installed; allowed: pip install polars"):
        scan(SWEEPS["plain"])


def test_numbers_beyond_64_bit_floats_are_left_to_polars(caplog: pytest.LogCaptureFixture) -> None:
    for value in (2**53 + 1, math.inf, math.nan):
        said = told(caplog, scan(SWEEPS["plain"]).filter(col("cost_total_usd") < value))
        assert said["rows"] == len(ROWS["plain"].filter(col("cost_total_usd") < value))


def test_a_test_of_what_is_made_of_an_axis_is_no_test_of_the_axis() -> None:
    axes = {"chips": {"from": 8, "to": 4096, "steps": 200}, "tokens": {"from": 1e10, "to": 1e13, "steps": 100}}
    sweep = Sweep(
        axes,
        fixed={"hardware": "h100-sxm", "params": "1B"},
        uncertain={"pue": "uniform 1.1..1.3"},
        draws=2,
        columns=["mean(chips * 2)", "loss"],
    )
    found = scan(sweep).filter(col("mean(chips * 2)") > 8000).collect()
    assert found.equals(pl.DataFrame(sweep).filter(col("mean(chips * 2)") > 8000))
    assert len(found) > 0
