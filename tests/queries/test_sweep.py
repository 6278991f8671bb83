"""What a sweep refuses, and corners that a random model hardly ever meets."""

from __future__ import annotations

import io
import math
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gigacost import Alternative, Input, InternalError, Model, SpecError, Subtotal, Sweep, contribution, status, zipped
from gigacost.compiler import lower
from gigacost.graph.declarations import MISSING
from gigacost.model import default
from gigacost.ops import Value, where


def double(x: Value) -> Value:
    """Twice x [1]."""
    return x * 2.0


def half(z: Value) -> Value:
    """Half of z [1]."""
    return z / 2.0


def doubled(values: list[float], **options: Any) -> Sweep:
    return Sweep({"x": values}, model=Model(double), **options)


class ShortRaw(io.RawIOBase):
    """Takes ten bytes at a time, as a pipe may."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.taken += bytes(data[:10])
        return min(10, len(data))


def test_a_raw_sink_gets_every_byte() -> None:
    raw, whole = ShortRaw(), io.BytesIO()
    assert doubled([1.0, 2.0, 3.0]).write_csv(raw) == doubled([1.0, 2.0, 3.0]).write_csv(whole) == 3
    assert raw.taken == whole.getvalue() == b"x,double\n1.0,2.0\n2.0,4.0\n3.0,6.0\n"


def test_what_a_sink_raises_is_raised() -> None:
    class Full(io.RawIOBase):
        def write(self, _: Any) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        doubled([1.0]).write_csv(Full())


def test_batches_go_on_after_an_interruption_without_losing_or_repeating_rows() -> None:
    axis = {"from": 1.0, "to": 2.0, "steps": 1_000_000}
    batches = Sweep({"z": [1.0, 2.0, 3.0, 4.0], "x": axis}, model=Model(double, half)).batches(threads=2)

    class AlarmError(Exception):
        pass

    def ring(*_: object) -> None:
        raise AlarmError

    rows, rung, after = 0, 0, 0.002
    before = signal.signal(signal.SIGALRM, ring)
    try:
        while True:
            try:
                # One alarm at a time, and none outside of this block; ever sooner, until a batch takes longer.
                signal.setitimer(signal.ITIMER_REAL, after if rung < 20 else 0)
                batch = next(batches, None)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except AlarmError:
                rung += 1
                continue
            if batch is None:
                break
            rows += batch.num_rows
            after = max(after / 2, 1e-6)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rung
    # A batch can be lost between the engine and this loop, where Python itself runs the handler; none is repeated.
    assert rows <= 4_000_000
    assert rows >= 4_000_000 - rung * 65_536


def test_a_limit_does_not_depend_on_threads_or_on_what_lies_behind_it() -> None:
    def inverse(x: Value) -> Value:
        """One over x [1]."""
        return 1.0 / x

    sweep = Sweep({"x": [3.0, 2.0, 1.0, 0.0]}, model=Model(inverse))
    for threads in (1, 2, 8):
        assert sweep.write_csv(io.BytesIO(), limit=3, threads=threads) == 3
    for limit in (-1, True, 1.5):
        with pytest.raises(SpecError, match="limit"):
            sweep.write_csv(io.BytesIO(), limit=limit)  # type: ignore[arg-type]


def test_what_is_not_finite_is_told_with_its_inputs_wherever_rows_are_asked_for(tmp_path: Path) -> None:
    def inverse(x: Value) -> Value:
        """One over x [1]."""
        return 1.0 / x

    sweep = Sweep({"x": [2.0, 0.0]}, model=Model(inverse))
    told = r"inverse is inf at combination 1 \(x = 0\.0\)"
    for ask in (
        lambda: sweep.write(tmp_path / "x.csv"),
        lambda: list(sweep.batches()),
        sweep.to_numpy,
        sweep.summary,
    ):
        with pytest.raises(InternalError, match=told):
            ask()
    with pytest.raises(Exception, match=told):
        pa.table(sweep)


def test_a_variance_beyond_the_largest_float_is_infinite() -> None:
    column = doubled([1e200, -1e200]).summary(["double"]).columns["double"]
    assert (column.sum, column.mean, column.std) == (0.0, 0.0, math.inf)


def test_per_on_both_columns_of_a_large_table_counts_its_rows_not_their_product() -> None:
    table = zipped({"x": [float(i) for i in range(20_000)], "z": [float(-i) for i in range(20_000)]})
    sweep = Sweep({"candidates": table}, model=Model(double, half))
    assert sweep.find(1, "double", per=["x", "z"]) == list(range(20_000))


def test_per_groups_by_value_not_by_row() -> None:
    table = zipped({"x": [1.0, 1.0, 2.0, 2.0], "z": [4.0, 3.0, 2.0, 1.0]})
    sweep = Sweep({"candidates": table}, model=Model(double, half))
    assert sweep.find(1, "half", per=["x"]) == [1, 3]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda s: s.top(0), "k = 0"),
        (lambda s: s.top(2**70, "double"), "k = 1180591620717411303424"),
        (lambda s: s.top(1, "double", per=7), r"per = 7: expected a name, or a list"),
        (lambda s: s.top(1, "double", per=["y"]), r'per = "y": not an axis'),
        (lambda s: s.top(1, "double", distinct="y"), r'distinct = "y": not a number'),
        (lambda s: s.top(1, 7), "by = 7: not a name"),
        (lambda s: s.summary(7), r"columns = 7: expected a name, or a list"),
        (lambda s: s.top(1, "doubel"), r'by = "doubel": .*did you mean "double"'),
        (lambda s: s.rows(0, 9), "stop = 9"),
        (lambda s: s.rows(2, 1), "start = 2"),
        (lambda s: s.summary(["nothing"]), 'columns = "nothing"'),
        (lambda s: s.summary(quantiles=[2]), "quantiles = 2"),
        (lambda s: s.batches(threads=0), "threads = 0"),
        (lambda s: s.write("x.txt"), "parquet"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(ask: Callable[[Sweep], Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        ask(doubled([1.0, 2.0]))


def test_a_condition_cannot_be_ranked() -> None:
    def big(x: Value) -> Value:
        """Whether x is big [truth]."""
        return x > 1.0

    with pytest.raises(SpecError, match="a condition, not a number"):
        Sweep({"x": [1.0, 2.0]}, model=Model(big, double), columns=["double"]).top(1, "big", largest=True)


def test_a_summary_needs_only_what_its_columns_need() -> None:
    sweep = Sweep({"x": [1.0, 2.0]}, model=Model(double, half), columns=["double"])
    assert sweep.summary(["double"]).columns["double"].sum == 6.0
    with pytest.raises(SpecError, match="z: missing value"):
        sweep.summary(["half"])


def test_the_models_hash_is_the_models() -> None:
    asked = [Sweep({"x": [1.0]}, model=Model(double, half), columns=[name], fixed={"z": 1.0}) for name in ("double",)]
    other = Sweep({"z": [1.0, 2.0]}, model=Model(double, half), columns=["half"], where="half > 0")
    assert asked[0].meta["model_sha256"] == other.meta["model_sha256"] != ""
    assert Sweep({"x": [1.0]}, model=Model(double)).meta["model_sha256"] != other.meta["model_sha256"]


def test_a_derived_quantity_may_be_called_where() -> None:
    sweep = doubled([1.0, 2.0], derive={"where": "double * 10"}, where="double > 2", columns=["where"])
    assert sweep.to_numpy()["where"].tolist() == [40.0]


def test_arrays_filled_in_place_are_what_the_batches_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = {
        "hardware": ["h100-sxm", "mi300x", "tpu-v5p"],
        "market": ["own", "on_demand", "spot"],
        "chips": {"from": 64, "to": 4096, "steps": 9, "scale": "log"},
        "tokens": {"from": 1e11, "to": 1e13, "steps": 300},
    }
    sweep = Sweep(axes, fixed={"params": "7B"})
    batches = list(sweep.batches())
    arrays = sweep.to_numpy(threads=2)
    assert list(arrays) == list(sweep.column_names)
    assert len(set(arrays["status"])) > 1, "some rows are null"
    for name, values in arrays.items():
        labels = batches[0].labels(name)
        parts = np.concatenate([batch.column(name) for batch in batches])
        expected = parts if labels is None else np.array(labels)[parts]
        np.testing.assert_array_equal(values, expected, name)
    some = sweep.to_numpy(["loss", "chips", "status"], threads=1)
    assert list(some) == ["loss", "chips", "status"]
    for name, values in some.items():
        np.testing.assert_array_equal(values, arrays[name])
    # Cut small, so that three workers fill many parts of an array.
    monkeypatch.setattr(lower, "BLOCKS", (64, 16, 64, 32, 0))
    for name, values in sweep.to_numpy(threads=3).items():
        np.testing.assert_array_equal(values, arrays[name])
    with pytest.raises(SpecError, match=r"lost.*loss"):
        sweep.to_numpy(["lost"])


def test_columns_of_no_rows_keep_their_types() -> None:
    sweep = Sweep({"hardware": ["h100-sxm"], "chips": [8]}, fixed={"params": "1B", "tokens": "1T"}, where="chips > 8")
    kinds = {name: column.dtype.kind for name, column in sweep.to_numpy().items()}
    assert (kinds["hardware"], kinds["chips"], kinds["status"], kinds["cost_total_usd"]) == ("U", "i", "U", "f")


def searching(**axes: list[float]) -> Model:
    def cost(a: Value, x: Value) -> Value:
        """A cost [1]."""
        return (a - x) * (a - x)

    def legal(a: Value) -> Value:
        """Whether it may be [truth]."""
        return a > 0.0

    return Model(cost, legal).search("plan", over=axes, minimise="cost", among="legal")


def test_a_search_finds_what_the_sweep_finds_and_can_be_pinned() -> None:
    model = searching(a=[-1.0, 1.0, 2.0, 5.0])
    free = Sweep({"x": [0.0, 1.9, 9.0]}, model=model, columns=["a", "cost"]).to_numpy()
    assert free["a"].tolist() == [1.0, 2.0, 5.0]
    swept = Sweep({"x": [0.0, 1.9, 9.0], "a": [1.0, 2.0, 5.0]}, model=model, columns=["cost"])
    assert [row["a"] for row in swept.top(1, "cost", per=["x"]).rows] == [1.0, 2.0, 5.0]
    pinned = Sweep({"x": [0.0, 9.0]}, fixed={"a": 2.0}, model=model, columns=["cost"]).to_numpy()
    assert pinned["cost"].tolist() == [4.0, 49.0]


def test_searches_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(SpecError, match="the name of a quantity already"):
        searching(cost=[1.0])
    with pytest.raises(SpecError, match="another search's axis"):
        searching(a=[1.0]).search("other", over={"a": [2.0]}, minimise="cost", among="legal")
    with pytest.raises(SpecError, match="without values"):
        searching(a=[])
    many = {f"a{i}": [float(value) for value in range(3000)] for i in range(3)}
    model = searching(a=[1.0]).search("huge", over=many, minimise="cost", among="legal")
    with pytest.raises(SpecError, match="candidates"):
        Sweep({"x": [1.0]}, model=model, columns=["a0"]).to_numpy()


def test_states_have_labels_of_their_own() -> None:
    def bad(x: Value) -> Value:
        """Whether x is bad [truth]."""
        return x > 1.0

    for label in ("ok", "used"):
        good = status("used", spoils="double")(lambda z: z > 1.0)
        good.__name__ = "is_used"
        with pytest.raises(SpecError, match="a state of this label exists"):
            Model(double, good, status(label, spoils="double")(bad))


def test_states_null_what_they_spoil_by_hand() -> None:
    """Expectations worked by hand: engine and reference share the code that decides them."""

    def price(x: Value) -> Value:
        """A price [$]."""
        return x

    def bill(price: Value, y: Value) -> Value:
        """Price times y [$]."""
        return where(y == 0.0, 0.0, price * y)

    def weight(y: Value) -> Value:
        """Not downstream of the price [kg]."""
        return y + 1.0

    @status("dear", spoils="bill")
    def too_dear(price: Value) -> Value:
        """Whether it is too dear [truth]."""
        return price > 2.0

    @status("no_price", spoils="price")
    def unpriced(price: Value, y: Value) -> Value:
        """Whether a price is needed and missing [truth]."""
        return where(y > 0.0, price, 0.0) < 0.0

    model = Model(price, bill, weight, too_dear, unpriced)
    axes = {"x": [-1.0, 1.0, 3.0], "y": [0.0, 2.0]}
    rows = Sweep(axes, model=model, columns=["price", "bill", "weight"]).to_numpy()
    nan = math.nan
    assert rows["status"].tolist() == ["ok", "no_price", "ok", "ok", "dear", "dear"]
    assert rows["price"].tolist() == pytest.approx([-1.0, nan, 1.0, 1.0, 3.0, 3.0], nan_ok=True)
    assert rows["bill"].tolist() == pytest.approx([0.0, nan, 0.0, 2.0, nan, nan], nan_ok=True)
    assert rows["weight"].tolist() == [1.0, 3.0] * 3
    # A query looks at the rows that have what it reads, whatever else is wrong with them.
    kept = Sweep(axes, model=model, where="bill >= 0", columns=["weight"]).to_numpy()
    assert kept["x"].tolist() == [
        -1.0,
        1.0,
        1.0,
    ]
    assert [row["index"] for row in Sweep(axes, model=model).top(9, "price").rows] == [0, 2, 3, 4, 5]


def test_users_extend_and_override_a_model() -> None:
    @contribution(to="total_project_usd")
    def cost_insurance_usd(cluster_capex_usd: Value, insured_share: Value = 0.01) -> Value:
        """Insurance of the cluster [$]."""
        return cluster_capex_usd * insured_share

    fixed = {"hardware": "h100-sxm", "chips": 1024, "params": "13B", "tokens": "2T", "market": "own"}
    plain = Sweep({}, fixed=fixed).to_numpy()["cost_total_usd"][0]
    model = default().extend(cost_insurance_usd)
    insured = Sweep({}, fixed=fixed, model=model, columns=["cost_total_usd", "cost_insurance_usd"]).to_numpy()
    assert insured["cost_insurance_usd"][0] > 1e5
    assert insured["cost_total_usd"][0] == pytest.approx(plain + insured["cost_insurance_usd"][0])
    assert Sweep({}, fixed=fixed, model=default().override(mfu=0.5), columns=["mfu"]).to_numpy()["mfu"].tolist() == [
        0.5
    ]
    for mistake, said in (
        ({"mfu": 45}, "0 < mfu <= 1"),
        ({"mfuu": 0.4}, 'did you mean "mfu"'),
        ({"mfu": math.nan}, "finite"),
    ):
        with pytest.raises(SpecError, match=said):
            default().override(**mistake)
    with pytest.raises(SpecError, match="override"):
        default().extend(lambda_named_mfu())


def lambda_named_mfu() -> Callable[..., Value]:
    def mfu(chips: Value) -> Value:
        """Another efficiency [1]."""
        return 0.4 + 0.0 * chips

    return mfu


def test_an_alternative_is_taken_when_its_names_are_given() -> None:
    def area(width: Value, height: Value) -> Value:
        """An area [m2]."""
        return width * height

    sides = Input("width", "m", "", default=None), Input("height", "m", "", default=MISSING, low=-1)
    model = Model(area, *sides, Alternative("width", ("height",), lambda height: height))
    assert Sweep({"height": [3.0]}, model=model, columns=["area"]).to_numpy()["area"].tolist() == [9.0]
    with pytest.raises(SpecError, match="width: missing value"):
        Sweep({}, model=model, columns=["area"]).to_numpy()
    assert Model(Subtotal("total_usd", "")).subtotals[0].parameters == ()


def test_branching_in_a_model_names_the_function_and_the_cure() -> None:
    def stepped(x: Value) -> Value:
        """Stepped [1]."""
        return 1.0 if x > 1.0 else 0.0

    with pytest.raises(TypeError, match="use where") as caught:
        Sweep({"x": [1.0]}, model=Model(stepped)).to_numpy()
    assert any("stepped" in note for note in caught.value.__notes__)


def test_what_no_quantity_could_be_is_refused() -> None:
    fixed = {"hardware": "h100-sxm", "chips": 1024, "params": "13B", "tokens": "2T"}
    for name in ("cost_total_usd", "facility_mw", "train_days"):
        with pytest.raises(SpecError, match=f"fixed.{name} = -5"):
            Sweep({}, fixed={**fixed, name: -5})
