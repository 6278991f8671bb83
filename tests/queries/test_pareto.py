"""Fronts: worked by hand, laws that hold for any, and what is done with a front of many rows."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from gigacost import Input, InternalError, Model, SpecError, Sweep, reference, status, zipped
from gigacost.ops import Value


def double(x: Value) -> Value:
    """Twice x [1]."""
    return x * 2.0


def half(z: Value) -> Value:
    """Half of z [1]."""
    return z / 2.0


def sold(is_sold: Value) -> Value:
    """Whether the chip is sold, from the catalogue [1]."""
    return is_sold + 0.0


MODEL = Model(double, half, sold, Input("w", "1", "", default=0.0, low=-math.inf))


def sweep(points: list[tuple[float, float]], before: dict[str, list[float]] | None = None, **options: Any) -> Sweep:
    """Combinations at points (x, z), all of them once for each value of the axes before."""
    table = zipped({"x": [x for x, _ in points], "z": [z for _, z in points]})
    return Sweep({**(before or {}), "points": table}, model=MODEL, **options)


POINTS = [(3.0, 3.0), (4.0, 1.0), (2.0, 2.0), (1.0, 5.0), (1.0, 4.0), (5.0, 1.0)]
"""(3, 3) is beaten by (2, 2), (1, 5) by (1, 4), and (5, 1) by (4, 1)."""


@pytest.mark.parametrize(
    ("minimise", "maximise", "front"),
    [
        (["double", "half"], [], [4, 2, 1]),
        (["half", "double"], [], [1, 2, 4]),
        (["x", "z"], [], [4, 2, 1]),
        (["double"], ["half"], [3]),
        ([], ["double", "half"], [5, 0, 3]),
        (["half"], ["double"], [5]),
        (["double"], [], [3]),
        ([], ["half"], [3]),
    ],
)
def test_fronts_worked_by_hand(minimise: list[str], maximise: list[str], front: list[int]) -> None:
    made = sweep(POINTS)
    assert made.pareto(minimise, maximise).indices.tolist() == front
    assert reference.pareto(made, minimise, maximise) == front


def test_of_equal_combinations_only_the_first_is_on_the_front() -> None:
    made = sweep(POINTS, {"w": [1.0, 2.0, 3.0]})
    assert made.pareto(["double", "half"]).indices.tolist() == [4, 2, 1]
    assert made.pareto(["double", "half"], ["w"]).indices.tolist() == [16, 14, 13]
    zeros = Sweep({"x": [1.0, 0.0], "w": [-1.0, 0.0]}, model=MODEL, derive={"product": "x * w"}, columns=["double"])
    assert zeros.pareto(["x"], ["product"]).indices.tolist() == [2], "0 * -1 is -0, and equal to 0"


def test_a_condition_and_a_missing_objective_keep_combinations_out() -> None:
    assert sweep(POINTS, where="double > 2").pareto(["double", "half"]).indices.tolist() == [2, 1]
    assert sweep(POINTS, where="double > 99").pareto(["double", "half"]).indices.tolist() == []

    @status("secret", spoils="half")
    def unknown(x: Value) -> Value:
        """Whether half is not known [truth]."""
        return x < 3.0

    table = zipped({"x": [x for x, _ in POINTS], "z": [z for _, z in POINTS]})
    made = Sweep({"points": table}, model=Model(double, half, unknown), columns=["double", "half"])
    front = made.pareto(["double"])
    assert [(row["x"], row["status"], row["half"]) for row in front.rows] == [(1.0, "secret", None)]
    assert made.pareto(["double", "half"]).indices.tolist() == [0, 1]


def test_a_front_holds_the_best_in_each_objective_and_none_that_another_beats() -> None:
    axes = {
        "hardware": ["h100-sxm", "b200-sxm", "tpu-v5p"],
        "chips": {"from": 64, "to": 4096, "steps": 12, "scale": "log"},
        "market": ["own", "on_demand", "spot"],
        "precision": ["bf16", "fp8"],
    }
    known = "cost_total_usd > 0 and mfu > 0"
    made = Sweep(axes, fixed={"params": "7B", "tokens": "1T"}, columns=["mfu"], where=known)
    front = made.pareto(["cost_total_usd", "train_days"], ["mfu"])
    assert len(front.rows) > 3
    for by, largest in (("cost_total_usd", False), ("train_days", False), ("mfu", True)):
        (best,) = made.find(1, by, largest=largest)
        found = [row[by] for row in front.rows]
        assert made.top(1, by, largest=largest).rows[0][by] == (max(found) if largest else min(found))
        assert made.pareto([] if largest else [by], [by] if largest else []).indices.tolist() == [best]
    points = [(row["cost_total_usd"], row["train_days"], -row["mfu"]) for row in front.rows]
    assert points == sorted(points)
    for point in points:
        assert not any(other != point and all(a <= b for a, b in zip(other, point, strict=True)) for other in points)
    for threads in (1, 2, 5):
        again = made.pareto(["cost_total_usd", "train_days"], ["mfu"], threads=threads)
        assert again.indices.tolist() == front.indices.tolist()


def test_rows_have_their_index_their_axes_the_columns_and_the_objectives() -> None:
    front = sweep(POINTS, columns=["half"]).pareto(["double", "z"])
    assert front.to_dict()["rows"] == list(front.rows)
    assert front.rows[0] == {"index": 4, "x": 1.0, "z": 4.0, "half": 2.0, "double": 2.0}
    assert front.meta["objectives"] == {"minimise": ["double", "z"], "maximise": []}
    assert {name: front.meta[name] for name in ("combinations", "effort", "exact", "warnings")} == {
        "combinations": 6,
        "effort": {"evaluated": 6, "boxes": 0},
        "exact": True,
        "warnings": [],
    }
    again = pickle.loads(pickle.dumps(front))
    assert (again.to_dict(), repr(again.rows)) == (front.to_dict(), "<3 of 6 combinations>")


MANY = 40_000
LONG = Sweep(
    {"x": {"from": 1.0, "to": 2.0, "steps": MANY}, "hardware": ["a100-sxm-80", "h100-sxm"]},
    model=MODEL,
    derive={"less": "-x * where(hardware == 'h100-sxm', 1, 0.5)"},
    columns=["double"],
)
"""Each second combination is on the front of x and less."""


def test_of_a_long_front_what_is_looked_at_is_computed() -> None:
    front = LONG.pareto(["x", "less"])
    assert front.indices.tolist() == list(range(1, 2 * MANY, 2))
    assert front.rows[-1] == {"index": 2 * MANY - 1, "x": 2.0, "hardware": "h100-sxm", "double": 4.0, "less": -2.0}
    assert [row["index"] for row in front.rows[10:40:10]] == [21, 41, 61]
    assert [row["index"] for row in front.rows] == front.indices.tolist()
    with pytest.raises(IndexError):
        front.rows[MANY]


def test_a_long_front_is_a_table_arrays_and_files(tmp_path: Path) -> None:
    front = LONG.pareto(["x", "less"])
    table = pa.table(front)
    assert table.column_names == ["index", "x", "hardware", "double", "less"] == list(front.rows.column_names)
    assert table["index"].to_pylist() == front.indices.tolist()
    assert table["hardware"].unique().to_pylist() == ["h100-sxm"]
    arrays = front.to_numpy()
    assert {name: values.dtype.kind for name, values in arrays.items()} == {
        "index": "i",
        "x": "f",
        "hardware": "U",
        "double": "f",
        "less": "f",
    }
    np.testing.assert_array_equal(arrays["double"], table["double"].to_numpy())
    assert list(front.to_numpy(["less", "index"])) == ["less", "index"]
    with pytest.raises(SpecError, match=r'columns = "lest": unknown column; did you mean "less"'):
        front.to_numpy(["lest"])
    assert front.write(tmp_path / "front.parquet") == MANY
    assert pl.read_parquet(tmp_path / "front.parquet")["less"].to_list() == arrays["less"].tolist()
    assert front.rows[:2].write(tmp_path / "front.csv") == 2
    text = (tmp_path / "front.csv").read_text().splitlines()
    assert text[:2] == ["index,x,hardware,double,less", "1,1.0,h100-sxm,2.0,-1.0"]


def test_an_empty_front_keeps_its_columns(tmp_path: Path) -> None:
    front = Sweep(
        {"hardware": ["h100-sxm"], "chips": [8]}, fixed={"params": "1B", "tokens": "1T"}, where="chips > 8"
    ).pareto()
    assert (list(front.rows), len(front.rows), front.to_dict()["rows"]) == ([], 0, [])
    kinds = {name: values.dtype.kind for name, values in front.to_numpy().items()}
    assert (kinds["index"], kinds["hardware"], kinds["status"], kinds["train_days"]) == ("i", "U", "U", "f")
    assert front.write(tmp_path / "front.parquet") == 0
    assert pa.table(front).num_rows == 0


def test_what_is_not_finite_is_told_with_its_inputs(tmp_path: Path) -> None:
    def inverse(x: Value) -> Value:
        """One over x [1]."""
        return 1.0 / x

    made = Sweep({"x": [2.0, 1.0, 0.0]}, model=Model(inverse, double), columns=["inverse"])
    told = r"inverse is inf at combination 2 \(x = 0\.0\)"
    with pytest.raises(InternalError, match=told):
        made.pareto(["inverse"])
    front = made.pareto(["double"])
    for ask in (front.to_dict, front.to_numpy, lambda: front.rows[0], lambda: front.write(tmp_path / "front.csv")):
        with pytest.raises(InternalError, match=told):
            ask()
    with pytest.raises(Exception, match=told):
        pa.table(front)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda s: s.pareto([]), r"minimise = \[\]: no objectives; allowed: 1 to 6 quantities"),
        (lambda s: s.pareto("doubel"), r'minimise = "doubel": .*did you mean "double"'),
        (lambda s: s.pareto([], 7), r"maximise = 7: expected a name, or a list of names"),
        (lambda s: s.pareto(None), "minimise = None: expected a name, or a list of names"),
        (lambda s: s.pareto([7]), "minimise = 7: not a name"),
        (lambda s: s.pareto([["double"]]), r"minimise = \['double'\]: not a name"),
        (lambda s: s.pareto(["doubel"]), r'minimise = "doubel": not a number .*did you mean "double"'),
        (lambda s: s.pareto(["double"], ["halv"]), r'maximise = "halv": .*did you mean "half"'),
        (lambda s: s.pareto(["double", "double"]), r'minimise = "double": given twice'),
        (lambda s: s.pareto([], ["double", "double"]), r'maximise = "double": given twice'),
        (lambda s: s.pareto(["double"], ["double"]), r'maximise = "double": minimised already'),
        (lambda s: s.pareto(["big"]), 'minimise = "big": a condition, not a number'),
        (lambda s: s.pareto(["hardware"]), 'minimise = "hardware": an axis of labels, not a number'),
        (lambda s: s.pareto([f"a{i}" for i in range(7)]), "7 objectives; allowed: 1 to 6 quantities"),
        (lambda s: s.pareto(["double"], threads=0), "threads = 0"),
        (lambda s: s.pareto(["double"]).rows.write("front.txt"), "parquet"),
        (lambda s: s.pareto(["double"]).rows.write("front.csv", limit=-1), "limit = -1"),
    ],
)
def test_a_front_that_makes_no_sense_is_refused(ask: Callable[[Sweep], Any], said: str) -> None:
    def big(x: Value) -> Value:
        """Whether x is big [truth]."""
        return x > 1.0

    model = Model(double, half, big, sold)
    made = Sweep({"x": [1.0, 2.0], "hardware": ["h100-sxm", "b200-sxm"]}, model=model, columns=["double"])
    with pytest.raises(SpecError, match=said):
        ask(made)


def test_everything_wrong_with_objectives_is_told_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        sweep(POINTS).pareto(["halv", "double"], ["double", "doubel"])
    assert [(fault.field, fault.value) for fault in caught.value.faults] == [
        ("minimise", '"halv"'),
        ("maximise", '"double"'),
        ("maximise", '"doubel"'),
    ]
