"""Rules between values: what no run could have together, though each value alone is legal; and amounts beyond sense.

Numbers in the ids are the cases' numbers in the list of bad inputs.
"""

from __future__ import annotations

import contextlib
import math
import pickle
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Input, Model, SpecError, Sweep, estimate, zipped
from gigacost.catalog import Catalog
from gigacost.compiler.checks import namespace
from gigacost.graph.declarations import LARGEST, SMALLEST, rule
from gigacost.model import default
from gigacost.ops import Value
from gigacost.spec.namespace import field_of

RUN: dict[str, Any] = {"hardware": "h100-sxm", "chips": 1024, "params": "7B", "tokens": "1T"}
MARKETS = ["own", "reserved_1y", "spot"]
SPEC = """\
version = 1
[axes]
market = ["own", "spot"]
[fixed]
hardware = "h100-sxm"
chips = 1024
params = "7B"
tokens = "1T"
"""


def case(number: int, *values: object) -> Any:
    return pytest.param(*values, id=f"{number}-{values[0]!s:.40}")


REFUSED = [
    case(
        72,
        {"electricity_usd_per_kwh": -0.01},
        "electricity_usd_per_kwh = -0.01: below 0 (negative_electricity_prices = 0); allowed: >= 0; or negative_elec",
    ),
    case(72, {"electricity_usd_per_kwh": -0.01, "negative_electricity_prices": 0}, "below 0"),
    case(
        84, {"heads": 33, "hidden": 4096}, "heads = 33: does not divide hidden (hidden = 4096); allowed: a divisor of"
    ),
    case(84, {"heads": 0}, "heads = 0: out of range; allowed: a whole number, 1 <= heads"),
    case(
        85,
        {"checkpoint_interval_hours": "1 min", "checkpoint_seconds": 120},
        "the next checkpoint is due before the last one is written (checkpoint_seconds = 120)",
    ),
    case(85, {"checkpoint_interval_hours": 0.0005}, "(checkpoint_seconds = 3); allowed: at least checkpoint_seconds"),
    case(85, {"checkpoint_interval_hours": 20, "train_hours": 10}, "the run is over before a checkpoint is written"),
    case(
        0,
        {"experts_per_token": 16, "experts": 8},
        "more than there are experts (experts = 8); allowed: at most experts",
    ),
    case(0, {"dense_layers": 99, "layers": 32, "hidden": 4096}, "more than there are layers (layers = 32)"),
    case(0, {"params_active": 9e12}, "more than there are parameters (params = "),
    case(87, {"network_share": 1}, "network_share = 1: out of range; allowed: 0 <= network_share < 1"),
    case(87, {"licensed_share": 1.1}, "licensed_share = 1.1: out of range"),
    case(87, {"raw_kept_share": 1.1}, "raw_kept_share = 1.1: out of range"),
    case(87, {"residual_share": 1.1}, "residual_share = 1.1: out of range"),
    case(87, {"embodied_use_fraction": 1.1}, "embodied_use_fraction = 1.1: out of range"),
    case(90, {"commitment_hours": -1}, "commitment_hours = -1: out of range; allowed: 0 <= commitment_hours"),
    case(0, {"mfu": 1e-300}, "mfu = 1e-300: too small to compute with; allowed: 0 < mfu <= 1, at least 1e-30"),
    case(
        0, {"bought_chip_usd": 1e300}, "bought_chip_usd = 1e+300: out of range; allowed: 0 <= bought_chip_usd <= 1e+40"
    ),
]


@pytest.mark.parametrize(("given", "says"), REFUSED)
def test_what_no_run_could_have_is_refused(given: dict[str, Any], says: str) -> None:
    for ask in (lambda: estimate({**RUN, **given}), lambda: Sweep({"market": ["own", "spot"]}, fixed={**RUN, **given})):
        with pytest.raises(SpecError) as refused:
            ask()
        assert says in str(refused.value)


@pytest.mark.parametrize(("given", "says"), REFUSED)
def test_the_command_line_refuses_the_same_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, given: dict[str, Any], says: str
) -> None:
    path = tmp_path / "spec.toml"
    path.write_text(
        SPEC + "".join(f'{name} = "{v}"\n' if isinstance(v, str) else f"{name} = {v}\n" for name, v in given.items())
    )
    done = invoke(capsys, "sweep", str(path), "-o", str(tmp_path / "rows.csv"))
    assert done.code == 2
    assert says in done.err
    assert f"({path}:9)" in done.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["spec.toml"]


def test_what_is_meant_is_legal() -> None:
    paid = estimate(RUN, market="own", electricity_usd_per_kwh=0.0)
    earned = estimate(RUN, market="own", electricity_usd_per_kwh=-0.01, negative_electricity_prices=1)
    cost, gain = paid["cost_total_usd"], earned["cost_total_usd"]
    assert cost is not None
    assert gain is not None
    assert gain < cost
    assert estimate(RUN, heads=32, hidden=4096).status == "ok"
    assert estimate(RUN, heads=33, hidden=4096, head_dim=128).status == "ok"
    assert estimate(RUN, checkpoint_interval_hours=1.0).status == "ok"


def test_an_interval_longer_than_the_computed_run_is_refused_where_one_run_is_asked_about() -> None:
    given = {**RUN, "chips": 8, "checkpoint_interval_hours": 300.0, "tokens": "10B"}
    with pytest.raises(SpecError, match="the run is over before a checkpoint is written"):
        estimate(given)


def test_a_run_that_never_ends_is_a_row_without_a_cost() -> None:
    sweep = Sweep({"restart_seconds": [600, 1e7]}, fixed=RUN, columns=["cost_total_usd", "train_days"])
    usual, endless = sweep.rows(0, 1), sweep.rows(1, 2)
    assert next(usual).labels("status")[0] == "ok"  # type: ignore[index]
    row = next(endless)
    assert row.labels("status")[row.column("status")[0]] == "never_finishes"  # type: ignore[index]
    assert math.isnan(row.column("cost_total_usd")[0])
    assert math.isnan(row.column("train_days")[0])
    assert sweep.summary().states["never_finishes"] == 1
    with pytest.raises(SpecError, match="never finishes"):
        estimate(RUN, restart_seconds=1e7)


def test_every_combination_of_the_axes_is_looked_at() -> None:
    fixed = {key: value for key, value in RUN.items() if key != "chips"}
    legal = {"heads": [16, 32], "chips": [8, 16], "hidden": [4096, 8192]}
    assert Sweep(legal, fixed=fixed).size == 8
    with pytest.raises(SpecError, match=r"axes.heads = 32: does not divide hidden \(hidden = 4112\)"):
        Sweep({**legal, "hidden": [4096, 4112]}, fixed=fixed)
    pairs = zipped({"heads": [32, 33], "hidden": [4096, 4224]})  # which go together row by row
    assert Sweep({"pairs": pairs}, fixed=RUN).size == 2
    with pytest.raises(SpecError, match=r"axes.electricity_usd_per_kwh = -0.5: below 0"):
        Sweep({"electricity_usd_per_kwh": [0.1, -0.5], "negative_electricity_prices": [1, 0]}, fixed=RUN)
    allowed = {"electricity_usd_per_kwh": [0.1, -0.5]}
    assert Sweep(allowed, fixed={**RUN, "negative_electricity_prices": 1}).size == 2


def test_a_users_model_has_rules_of_its_own() -> None:
    model = Model(area, longer_than_wide, Input("length", "m", "", low=0), Input("width", "m", "", low=0))
    assert "longer_than_wide" not in model.quantities
    for each in (model, model.extend(), pickle.loads(pickle.dumps(model))):
        assert Sweep({"length": [1.0, 2.0]}, fixed={"width": 2.0}, model=each).size == 2
        with pytest.raises(SpecError, match=r"axes.length = 3: longer than wide \(width = 2\); allowed: <= width"):
            Sweep({"length": [1.0, 3.0]}, fixed={"width": 2.0}, model=each)


def area(length: Value, width: Value) -> Value:
    """Area of the floor [m^2]."""
    return length * width


@rule("longer than wide", allowed="<= width")
def longer_than_wide(length: Value, width: Value) -> Value:
    """Whether a room is longer than it is wide [truth]."""
    return length > width


@pytest.mark.parametrize(
    ("book", "says"),
    [
        case(84, {"models": {"mine": {"params": 1e9, "hidden": 4096, "heads": 33}}}, "does not divide hidden, 4096"),
        case(84, {"models": {"mine": {"params": 1e9, "vocab": 0}}}, "models.mine.vocab = 0: out of range"),
        case(90, {"discounts": {"spot": 1.2}}, "discounts.spot = 1.2: out of range; allowed: >= 0 and < 1"),
        case(
            0, {"accelerators": {"h100-sxm": {"tdp_w": 1e-300}}}, "accelerators.h100-sxm.tdp_w = 1e-300: out of range"
        ),
    ],
)
def test_books_keep_the_same_rules(book: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError) as refused:
        Catalog.bundled().layered({"date": "2026-10-01", **book})
    assert says in str(refused.value)


def every_row(axes: dict[str, list[Any]], fixed: dict[str, Any]) -> None:
    sweep = Sweep(axes, fixed=fixed)
    assert sum(batch.num_rows for batch in sweep.rows(0, sweep.size)) == sweep.size


def test_no_amount_makes_an_internal_error() -> None:
    """The smallest and the largest legal value of every name, and some between, one at a time."""
    names = namespace(default(), Catalog.bundled())
    tried = 0
    for name in default().names:
        field = field_of(names, name)
        if field is None or field.kind == "label" or field.limits is None:
            continue
        limits = field.limits
        values = [limits.low, SMALLEST, 1e-12, 1.0, 1e12, LARGEST, limits.high]
        values = sorted({value for value in values if math.isfinite(value) and limits.accepts(value)})
        values = [int(value) if field.kind == "integer" else value for value in values]
        tried += len(MARKETS) * len(values)
        try:
            every_row({name: values, "market": MARKETS}, {key: RUN[key] for key in RUN if key != name})
        except SpecError:  # of one of them, which says nothing of the others
            for value, market in product(values, MARKETS):
                with contextlib.suppress(SpecError):  # in words; an InternalError fails the test
                    estimate({**RUN, "market": market, name: value})
    assert tried > 1000


def test_a_sweep_says_that_a_date_lies_in_the_future() -> None:
    sweep = Sweep({"as_of": ["2026-01-01", "2027-01-01"]}, fixed=RUN)
    said = (
        "axes.as_of = 2027-01-01: prices are those of 2026-11-21: no trend is assumed, "
        "and quotes that are too old by then no longer count"
    )
    assert [str(warning) for warning in sweep.spec.warnings] == [said]
    assert sweep.top(1).meta["warnings"] == [said]
    assert sweep.summary().meta["warnings"] == [said]
    assert Sweep({"as_of": ["2026-01-01"]}, fixed=RUN).top(1).meta["warnings"] == []
    with pytest.raises(SpecError, match="no trend is assumed"):
        Sweep({"chips": [8]}, fixed={key: RUN[key] for key in RUN if key != "chips"}, as_of="2028-01-01", strict=True)


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"experts_per_token": 300}, "experts_per_token", "more than there are experts (experts = 256)"),
        ({"experts": 4}, "experts", "experts_per_token = 8 is more than there are experts"),
        ({"dense_layers": 99}, "dense_layers", "more than there are layers (layers = 61)"),
        ({"params_active": "1T"}, "params_active", "more than there are parameters"),
    ],
)
def test_what_is_given_is_held_against_the_shape_of_a_published_model(
    given: dict[str, Any], field: str, says: str
) -> None:
    run = {"model": "deepseek-v3", "hardware": "h100-sxm", "chips": 1024, "tokens": "1T"}
    with pytest.raises(SpecError) as refused:
        estimate(run, **given)
    assert (refused.value.faults[0].field, refused.value.faults[0].what[: len(says)]) == (field, says)
    (name, value), *_ = given.items()
    fixed = {key: one for key, one in run.items() if key != "model"}
    with pytest.raises(SpecError, match="more than there are"):
        Sweep({"model": ["llama-3.1-8b", "deepseek-v3"], name: [value]}, fixed=fixed)
