"""Epoch AI's accounting: laws, the preset wherever a specification is, engine and reference."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke
from epoch import CATALOG, MODEL, NAN, OPT, day, opt, published
from hypothesis import given, settings
from hypothesis import strategies as st
from unit_checker import UnitChecker

from gigacost import SpecError, Sweep, estimate, reference
from gigacost.accounting import ACCOUNTINGS, accounted
from gigacost.accounting.epoch_2024 import energy
from gigacost.compiler.checks import namespace
from gigacost.compiler.lower import model_sha256
from gigacost.graph.declarations import Subtotal
from gigacost.graph.wiring import SearchStep
from gigacost.model import default
from gigacost.ops import Value
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import Spec
from gigacost.units.algebra import Unit
from gigacost.units.dimension_check import UnitValue

# Laws of the model.


def test_every_quantity_has_the_unit_that_its_docstring_says() -> None:
    for given_names in (("training_flop",), ("chips", "train_hours", "training_flop"), ("params", "tokens")):
        wiring = MODEL.wire(list(MODEL.quantities), given_names)
        leaves = {}
        for name in wiring.leaves:
            item = MODEL.inputs.get(name)
            unit = item.unit if item else MODEL.quantities[name].unit
            known = MODEL.values.get(name, item.default if item and item.default is not None else NAN)
            leaves[name] = UnitValue(0.5 if math.isnan(known) else known, Unit.parse(unit))
        values = wiring.replay(leaves, UnitChecker())
        for step in wiring.steps:
            if isinstance(step, SearchStep):
                continue
            unit = "$" if isinstance(step.mark, Subtotal) else step.unit or MODEL.inputs[step.name].unit
            found = getattr(values[step.name], "unit", "1")  # of a constant it is a text
            assert Unit.parse(str(found)) == Unit.parse(unit), step.name


def test_columns_of_the_catalogue_have_the_units_of_the_inputs() -> None:
    shared = [name for name in CATALOG.columns if name in MODEL.inputs]
    assert {"as_of_day", "release_day", "earliest_price_usd", "is_tpu"} <= set(shared)
    assert all(CATALOG.columns[name].unit == MODEL.inputs[name].unit for name in shared)


def test_capex_and_energy_are_all_there_is_to_a_run() -> None:
    found = opt()
    parts = {name for name, value in found.breakdown.items() if value}
    assert parts == {
        *("cost_chips_usd", "cost_servers_usd", "cost_network_usd", "cost_energy_usd"),
        *("cost_experiments_usd", "cost_staff_usd"),
    }
    owned = sum(found[name] for name in ("cost_chips_usd", "cost_servers_usd", "cost_network_usd", "cost_energy_usd"))
    assert found["total_run_usd"] == pytest.approx(owned)
    assert found["cost_network_usd"] == pytest.approx(0.19 * (owned - found["cost_energy_usd"]))
    assert found["total_development_usd"] == pytest.approx(2.2 * owned + found["cost_staff_usd"])
    assert found["cost_total_usd"] == found["total_development_usd"]


@given(hours=st.floats(1.0, 1e7), chips=st.integers(1, 100_000))
@settings(max_examples=25)
def test_the_cost_follows_chip_hours_however_many_chips_share_them(hours: float, chips: int) -> None:
    found, other = (opt(chip_hours=hours, chips=number) for number in (chips, 1))
    assert found["total_run_usd"] == pytest.approx(other["total_run_usd"], rel=1e-12)
    assert found["cluster_capex_usd"] == pytest.approx(chips * other["cluster_capex_usd"], rel=1e-12)
    assert opt(chip_hours=2 * hours)["total_run_usd"] == pytest.approx(2 * other["total_run_usd"], rel=1e-12)


def test_the_later_the_cheaper() -> None:
    costs = [opt(as_of=date)["cost_chips_usd"] for date in ("2021-06-01", "2022-06-01", "2023-06-01")]
    assert costs == sorted(costs, reverse=True)
    assert costs[1] / costs[0] == pytest.approx(10**-0.14, rel=1e-3)


def test_chip_hours_are_the_first_that_is_known() -> None:
    by_flop = 4.3e23 / (312e12 * 0.375) / 3600
    assert opt()["chip_hours"] == pytest.approx(by_flop)
    assert opt(train_hours=793.5)["chip_hours"] == 1024 * 793.5
    assert opt(train_hours=793.5, chip_hours=812_000)["chip_hours"] == 812_000
    assert opt(chip_hours=1024 * 100.0)["train_hours"] == 100.0


def test_what_is_given_wins_over_the_preset() -> None:
    assert opt(pue=1.5)["energy_kwh"] == pytest.approx(1.2 * opt()["energy_kwh"])
    assert opt(mfu=0.75)["chip_hours"] == pytest.approx(opt()["chip_hours"] / 2)
    assert opt(chip_price_usd=49_750)["cost_chips_usd"] == pytest.approx(2 * opt()["cost_chips_usd"])
    assert opt(electricity_usd_per_kwh=0)["cost_energy_usd"] == 0.0


def test_a_published_energy_is_paid_for() -> None:
    # at the $0.0832 per kWh of 2022 (EIA, electricity_usd_per_kwh of the runs of that year in Epoch AI's table)
    assert opt(published_energy_kwh=1e6)["cost_energy_usd"] == pytest.approx(1e6 * 0.0832)


def test_a_tpu_has_a_price_and_its_power_of_the_paper() -> None:
    found = opt(hardware="tpu-v4", is_hyperscaler=1, chip_hours=132e6, chips=55_000)
    row = published("Gemini 1.0 Ultra")
    assert found["cluster_capex_usd"] == pytest.approx(row["acquisition_usd_nominal"])
    assert found["energy_kwh"] == pytest.approx(row["energy_kwh"])


def test_a_chip_that_epoch_never_priced_has_the_price_of_the_catalogue() -> None:
    plain = estimate({**OPT, "hardware": "b200", "as_of": "2026-01-01", "params": "1T"})
    found = opt(hardware="b200", as_of="2026-01-01")
    assert found["cluster_capex_usd"] == pytest.approx(plain["cluster_capex_usd"])


@pytest.mark.parametrize("market", ["own", "on_demand"])
@pytest.mark.parametrize("as_of", ["2018-01-01", "2023-06-01", "2026-06-01"])
def test_what_is_not_known_is_no_figure_and_never_breaks(market: str, as_of: str) -> None:
    costed = 0
    for chip in CATALOG.labels("hardware", announced=True):
        design = {**OPT, "hardware": chip, "market": market, "as_of": as_of}
        with contextlib.suppress(SpecError):
            costed += estimate(design, preset="epoch-2024", precision="fp16")["total_run_usd"] is not None
    assert costed


def test_without_a_chip_of_the_catalogue() -> None:
    run = {"chips": 8, "chip_hours": 1000, "training_flop": 1e20, "peak_flop_per_s": 1e14, "publication_day": 19_000}
    rented = estimate(run, market="on_demand", rental_usd_per_chip_hour=2, preset="epoch-2024")
    assert rented["total_run_usd"] == 2000
    owned = estimate(run, market="own", earliest_price_usd=1000, tdp_w=300, preset="epoch-2024")
    assert owned["cluster_capex_usd"] == pytest.approx(8 * 1640 / 0.81)
    assert owned["chip_age_years"] == 0
    unpriced = estimate(run, market="own", tdp_w=300, preset="epoch-2024")
    assert (unpriced.status, unpriced["total_run_usd"], unpriced["chip_hours"]) == ("no_chip_price", None, 1000)


def test_gpt_4_from_the_catalogue() -> None:
    found = estimate(
        hardware="a100-sxm-40", chips=25_000, chip_hours=57e6, market="own", preset="epoch-2024", as_of="2022-05-12",
        training_flop=2.1e25, publication_day=day("2023-03-15"), known_end_day=day("2022-08-15"), dated_hours=2280,
    )  # fmt: skip
    row = published("GPT-4")
    assert found["total_run_usd"] == pytest.approx(row["capex_energy_total_usd_nominal"], rel=1e-12)
    assert found["cluster_capex_usd"] == pytest.approx(row["acquisition_usd_nominal"], rel=1e-12)
    assert found["facility_mw"] == pytest.approx(row["cluster_power_kw"] / 1000, rel=1e-12)


# The engine answers what the reference answers.


axes = st.fixed_dictionaries({
    "hardware": st.lists(
        st.sampled_from(["a100-sxm-80", "h100-sxm", "tpu-v4", "tpu-v3", "v100-sxm2-16", "b200", "mi300x"]),
        min_size=1, max_size=3, unique=True,
    ),
    "as_of": st.lists(st.dates(dt.date(2018, 1, 1), dt.date(2026, 1, 1)).map(str), min_size=1, max_size=3, unique=True),
    "market": st.lists(st.sampled_from(["own", "colo", "on_demand", "reserved_3y"]), min_size=1, unique=True),
    "training_flop": st.lists(st.floats(1e20, 1e26), min_size=1, max_size=2, unique=True),
})  # fmt: skip
more = st.fixed_dictionaries(
    {},
    optional={
        "train_hours": st.floats(1, 5000),
        "publication_day": st.floats(14_000, 20_500),
        "known_start_day": st.floats(16_000, 20_500),
        "term_discount": st.floats(0, 0.6),
        "is_hyperscaler": st.sampled_from([0, 1]),
        "electricity_revised": st.sampled_from([0, 1]),
        "mfu": st.floats(0.1, 0.9),
        "staff_fte": st.floats(1, 1000),
    },
)


@given(axes, more, st.integers(1, 3))
@settings(max_examples=40)
def test_engine_and_reference_agree_on_the_preset(
    varied: Mapping[str, Any], fixed: Mapping[str, Any], threads: int
) -> None:
    sweep = Sweep(
        varied,
        fixed={"chips": 64, "precision": "fp16", **fixed},
        columns=["cost_total_usd", "total_run_usd", "cluster_capex_usd", "chip_age_years", "energy_kwh", "facility_mw"],
        preset="epoch-2024",
    )
    found = sweep.to_numpy(threads=threads)
    for index, row in enumerate(reference.rows(sweep)):
        for name in sweep.columns:
            value = found[name][index]
            assert (None if math.isnan(value) else value) == row[name], (name, row)
        assert found["status"][index] == row["status"]


# The preset, wherever a specification is.


def read(**tree: Any) -> Spec:
    return read_mapping({"version": 1, **tree}, namespace(default(), CATALOG))


@pytest.mark.parametrize(
    ("preset", "run", "accounting"),
    [
        ("epoch-2024", "", "epoch-2024"),
        (["epoch-2024"], "", "epoch-2024"),
        (["gpt-3", "epoch-2024"], "gpt-3", "epoch-2024"),
        (["epoch-2024", "gpt-3"], "gpt-3", "epoch-2024"),
        ("gpt-3", "gpt-3", ""),
    ],
)
def test_a_preset_is_a_run_an_accounting_or_both(preset: Any, run: str, accounting: str) -> None:
    spec = read(preset=preset)
    assert (spec.preset, spec.accounting) == (run, accounting)
    assert read_mapping(spec.to_dict(), namespace(default(), CATALOG)) == spec


@pytest.mark.parametrize(
    ("preset", "says"),
    [
        (["gpt-3", "palm"], 'preset[1] = "palm": gpt-3 is one of this kind already'),
        (["epoch-2024", "epoch-2024"], "preset[1]"),
        ("epoch-204", "unknown preset; allowed: apertus-70b, bloom,"),
        ("epoch-204", 'did you mean "epoch-2024"?'),
        (3, "preset = 3: expected string, got integer"),
        ([3], "preset[0] = 3: expected string, got integer"),
    ],
)
def test_other_presets_are_refused(preset: Any, says: str) -> None:
    with pytest.raises(SpecError) as refused:
        read(preset=preset)
    assert says in str(refused.value)


def test_names_of_the_accounting_belong_to_it_alone() -> None:
    fixed = {"publication_day": 19_000}
    assert read(preset="epoch-2024", fixed=fixed).fixed == fixed
    with pytest.raises(SpecError, match="unknown name"):
        read(fixed=fixed)


def test_a_file_and_its_settings_speak_of_the_accounting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "opt.toml"
    path.write_text(
        'version = 1\npreset = "epoch-2024"\nas_of = "2022-01-28"\n[axes]\nchips = [512, 1024]\n[fixed]\n'
        'hardware = "a100-sxm-80"\ntraining_flop = 4.3e23\nmarket = "own"\npublication_day = 19_000\n'
        '[query]\ncolumns = ["total_run_usd", "chip_age_years"]\n'
    )
    sweep = Sweep.from_toml(path)
    expected = [opt(publication_day=19_000, chips=chips)["total_run_usd"] for chips in (512, 1024)]
    assert sweep.to_numpy()["total_run_usd"].tolist() == expected
    moved = Sweep.from_toml(path, settings=[("publication_day", "19100")])
    assert moved.to_numpy()["chip_age_years"][0] > sweep.to_numpy()["chip_age_years"][0]
    assert moved.spec.sha256 != sweep.spec.sha256
    copied = pickle.loads(pickle.dumps(sweep))
    assert copied.meta == sweep.meta
    assert copied.to_numpy()["total_run_usd"].tolist() == sweep.to_numpy()["total_run_usd"].tolist()
    ran = invoke(capsys, "top", str(path), "--by", "total_run_usd", "--json", "--set", "is_hyperscaler=1")
    assert ran.code == 0


def test_the_command_line_takes_the_preset_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    run = ["--hardware", "a100-sxm-80", "--chips", "1024", "--market", "own", "--as-of", "2022-01-28"]
    found = invoke(capsys, "estimate", "--preset", "epoch-2024", *run, "--set", "training_flop=4.3e23", "--json").json
    assert found["quantities"]["total_run_usd"] == opt()["total_run_usd"]
    numbers = {one["name"]: one["source"] for one in found["assumptions"]}
    assert numbers["facility_usd_per_w"] == "preset epoch-2024"
    both = invoke(capsys, "estimate", "--preset", "gpt-3,epoch-2024", "--json").json
    assert both["quantities"]["whole_run_utilisation"] == 0.375
    shown = invoke(capsys, "explain", "chip_age_years", "--preset", "epoch-2024")
    assert "365.25" in shown.out
    schema = invoke(capsys, "schema").json["properties"]["preset"]
    assert "epoch-2024" in schema["anyOf"][0]["enum"]


def test_to_apply_it_again_changes_nothing() -> None:
    again = accounted(MODEL, "epoch-2024")
    assert model_sha256(again) == model_sha256(MODEL) != model_sha256(default())
    assert again.alternatives == MODEL.alternatives
    assert accounted(default(), "") is default()
    assert set(ACCOUNTINGS) == {"epoch-2024"}


def test_it_is_made_of_the_quantities_of_any_model_that_has_them() -> None:
    def cost_insurance_usd(cluster_capex_usd: Value) -> Value:
        """Insurance [$]."""
        return cluster_capex_usd * 0.01

    extended = default().extend(cost_insurance_usd)
    found = opt(model=extended)
    assert found["cost_insurance_usd"] == pytest.approx(0.01 * opt()["cluster_capex_usd"])
    assert found["total_run_usd"] == opt()["total_run_usd"]


def test_a_function_in_the_place_of_a_figure_of_the_catalogue_is_asked_and_not_the_catalogue() -> None:
    def pue(chips: Value) -> Value:
        """A PUE that falls with size [1]."""
        return 1.5 - chips * 1e-5

    model = default().override(pue=pue)
    assert pickle.loads(pickle.dumps(default().override(pue=energy.pue))).replaced == {"pue"}
    design = {**OPT, "params": "7B", "as_of": "2024-01-01"}
    found = estimate(design, model=model)
    assert found["facility_overhead"] == pytest.approx(1.5 - 1024e-5)
    given_too = estimate(design, model=model, pue=1.1)
    assert given_too["facility_overhead"] == 1.1
