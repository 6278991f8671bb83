"""Epoch AI's accounting: hand-worked figures, laws, the preset wherever a specification is, engine and reference."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import math
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke
from hypothesis import given, settings
from hypothesis import strategies as st
from unit_checker import UnitChecker

from gigacost import SpecError, Sweep, estimate, reference
from gigacost.accounting import ACCOUNTINGS, accounted
from gigacost.accounting.epoch_2024 import dates, electricity, energy, hardware, rental
from gigacost.catalog import Catalog, epoch_rent
from gigacost.catalog.epoch import day_number, day_of, family, is_hyperscaler, known_dates
from gigacost.compiler.checks import namespace
from gigacost.compiler.lower import model_sha256
from gigacost.graph.declarations import Subtotal
from gigacost.graph.model import Model
from gigacost.graph.wiring import SearchStep
from gigacost.model import default
from gigacost.ops import Value
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import Spec
from gigacost.units.algebra import Unit
from gigacost.units.dimension_check import UnitValue
from gigacost.validation.published.costs import COMPARED, SHIPPED

MODEL = accounted(default(), "epoch-2024")
CATALOG = Catalog.bundled()
NAN = math.nan
OPT = {"hardware": "a100-sxm-80", "chips": 1024, "training_flop": 4.3e23, "market": "own", "as_of": "2022-01-28"}


def day(text: str) -> float:
    return day_number(dt.date.fromisoformat(text))


def published(model: str) -> dict[str, float]:
    """The figures of a model in Epoch AI's table, which ships with the package."""
    with SHIPPED.open(encoding="utf-8", newline="") as table:
        row = next(row for row in csv.DictReader(table) if row["model"] == model)
    return {name: float(row[name]) for name in COMPARED if row[name]}


def opt(model: Model | None = None, **given: Any) -> Any:
    """An estimate of OPT but for what is given."""
    return estimate({**OPT, **given}, preset="epoch-2024", model=model)


# Formulas, by hand.


def test_training_begins_by_the_first_date_that_tells() -> None:
    start = dates.estimated_start_day
    published, hours = day("2023-03-15"), 2280.0
    assert start(NAN, NAN, published, 0.0, hours) == day("2022-10-11")  # 60 days and 95 before
    assert start(NAN, day("2022-08-15"), published, 0.0, hours) == day("2022-05-12")
    assert start(day("2022-05-10"), day("2022-08-15"), published, 0.0, hours) == day("2022-05-10")
    assert start(NAN, NAN, NAN, day("2021-01-01"), hours) == day("2021-01-01")


def test_publication_follows_where_it_is_not_known() -> None:
    assert dates.published_day(NAN, day("2022-01-01"), 48.0) == day("2022-03-04")
    assert dates.published_day(day("2022-05-05"), day("2022-01-01"), 48.0) == day("2022-05-05")


def test_a_gpu_is_had_90_days_after_its_release_and_not_before_its_price() -> None:
    released, priced = day("2022-09-20"), day("2022-09-29")
    assert dates.available_day(0.0, released, priced, 0.0) == day("2022-12-19")
    assert dates.available_day(0.0, released, day("2023-05-01"), 0.0) == day("2023-05-01")
    assert dates.available_day(0.0, released, NAN, 0.0) == day("2022-12-19")
    assert dates.available_day(1.0, released, NAN, 0.0) == released
    assert dates.available_day(0.0, NAN, priced, 7.0) == 7.0


def test_a_gpu_is_not_trained_on_before_it_can_be_had_and_a_tpu_is() -> None:
    early, had = day("2020-01-01"), day("2021-01-01")
    assert dates.chip_age_years(dates.start_day(0.0, early, had), had) == 0.0
    assert dates.chip_age_years(dates.start_day(1.0, early, had), had) == -366 / 365.25


def test_age_is_whole_days() -> None:
    assert dates.chip_age_years(1000.99, 1.0) == 999 / 365.25
    assert dates.chip_age_years(0.5, 1.0) == -1 / 365.25


def test_chips_are_rented_60_days_before() -> None:
    assert day_of(dates.procurement_day(day("2022-05-12"))) == dt.date(2022, 3, 13)


def test_a_quarter_of_a_year_at_the_slope_of_the_start() -> None:
    assert hardware.depreciated_share(0.5, 0.14, 0.25) == pytest.approx(0.5 * 0.14 * 2.302585092994046 * 0.25)


def test_a_server_price_is_parted_into_chips_and_the_rest() -> None:
    chips = hardware.chips_capex_usd(8.0, 24_875.0, 1.0, 1.66)
    assert chips == pytest.approx(199_000 / 1.66)
    assert chips + hardware.servers_capex_usd(chips, 1.66) == pytest.approx(199_000)
    single = hardware.chips_capex_usd(1.0, 5_000.0, 1.64, 1.64)
    assert single == pytest.approx(5_000)
    assert hardware.servers_capex_usd(single, 1.64) == pytest.approx(3_200)


@pytest.mark.parametrize(
    ("published", "revised", "price"),
    [
        ("2009-12-31", 0, NAN),
        ("2010-01-01", 0, 0.0677),
        ("2015-07-01", 0, 0.0691),
        ("2019-12-31", 0, 0.0681),
        ("2020-01-01", 0, 0.0667),
        ("2023-12-31", 0, 0.0806),
        ("2024-01-01", 0, 0.0806),
        ("2024-12-31", 1, 0.0771),
        ("2025-01-01", 0, 0.0826),
        ("2031-01-01", 1, 0.0826),
    ],
)
def test_electricity_has_the_price_of_the_year(published: str, revised: float, price: float) -> None:
    found = electricity.electricity_usd_per_kwh(0.0, day(published), float(revised))
    assert found == pytest.approx(price, rel=0, abs=0, nan_ok=True)


def test_every_year_has_its_first_day_and_its_price() -> None:
    for year in range(2010, 2026):
        assert getattr(electricity, f"YEAR_{year}") == day(f"{year}-01-01")
        price = getattr(electricity, f"PRICE_{year}")
        assert electricity.electricity_usd_per_kwh(0.0, day(f"{year}-06-01"), 1.0) == price


def test_power_is_that_of_servers_and_half_of_a_day() -> None:
    assert energy.server_w(NAN, 400.0, 2.03125) == 812.5
    assert energy.owned_server_w(0.0, 373.0, 170.0, 2.0) == 746.0
    assert energy.owned_server_w(1.0, NAN, NAN, 2.0) == 0.0
    assert (energy.load_factor(0.0), energy.load_factor(1.0)) == (0.75, 0.43)
    assert (energy.pue(0.0), energy.pue(1.0)) == (1.25, 1.10)


def test_rent_is_that_of_three_years() -> None:
    assert rental.rent_usd_per_chip_hour(1.0, 3.49, 0.0, 0.56) == pytest.approx(1.5356)
    assert rental.rent_usd_per_chip_hour(1.0, 2.4, 0.41, 0.64) == pytest.approx(2.4 * 0.36 / 0.59)
    assert rental.rent_usd_per_chip_hour(0.0, 2.4, 0.41, 0.64) == 0.0


# Chips, organisations and models by their names.


@pytest.mark.parametrize(
    ("chip", "per_chip", "per_tdp", "scope"),
    [
        ("NVIDIA A100 SXM4 80 GB", 1.66, 6500 / 8 / 400, "server"),
        ("NVIDIA Tesla V100 DGXS 32 GB", 1.69, (10 / 16 / 0.3 + 1.5 / 4 / 0.3) / 2, "server"),
        ("NVIDIA H100 PCIe", 1.64, 10.2 / 8 / 0.7, "server"),
        ("NVIDIA P100", 1.54, 1.8, ""),
        ("NVIDIA Tesla K80", 1.64, 1.8, "chip"),
        ("NVIDIA GTX Titan X", 1.64, 1.8, "chip"),
        ("Huawei Ascend 910", 1.64, 1.8, ""),
        ("Google TPU v1", 1.64, 2.93, "chip"),
        ("Google TPU v2", 1.64, 1.64, "chip"),
        ("Google TPU v3", 1.64, 1.47, "chip"),
        ("Google TPU v4", 1.64, 1.56, "chip"),
        ("Google TPU v5p", 1.64, 1.56, ""),
    ],
)
def test_a_family_of_chips_has_epochs_factors_of_price_and_power(
    chip: str, per_chip: float, per_tdp: float, scope: str
) -> None:
    found = family(chip)
    assert found.server_per_chip_price == per_chip
    assert found.server_power_per_tdp == pytest.approx(per_tdp, rel=1e-15)
    assert found.price_scope == scope
    assert found.is_tpu == ("TPU" in chip)
    assert found.price_factor == (1.0 if scope == "server" else per_chip)


def test_an_organization_with_a_cloud_among_its_names_is_a_hyperscaler() -> None:
    large = ["Google DeepMind", "Meta AI", "Microsoft,NVIDIA", "Amazon", "Jagiellonian University,Google Brain"]
    assert all(map(is_hyperscaler, large))
    assert not any(map(is_hyperscaler, ["OpenAI", "Inflection AI", "Hugging Face,BigScience", "NVIDIA", ""]))


def test_dates_are_known_of_the_runs_that_epoch_dates() -> None:
    ended = {"known_end_day": day("2022-08-15")}
    assert known_dates("GPT-4", of_paper=True) == known_dates("GPT-4", of_paper=False) == ended
    assert known_dates("GPT-4 Turbo", of_paper=True) == ended
    assert known_dates("GPT-4 Turbo", of_paper=False) == {}
    assert known_dates("GPT-3.5 (text-davinci-003)", of_paper=True) == {"known_start_day": day("2022-03-14")}
    assert known_dates("GPT-3 175B (davinci)", of_paper=False) == {"known_start_day": day("2019-10-01")}
    assert known_dates("Gemini 1.0 Ultra", of_paper=True) == {"known_start_day": day("2023-05-10")}
    assert known_dates("PaLM 2", of_paper=True) == {}


# What a chip is rented for.

OFF = {"aws": {"reserved_1y": 0.41, "reserved_3y": 0.64}, "azure": {"reserved_1y": 0.25, "reserved_3y": 0.49}}
OFF |= {"google": {"reserved_1y": 0.37, "reserved_3y": 0.56}, "lambda": {"reserved_1y": 0.34, "reserved_3y": 0.56}}


def rented(*offers: tuple[str, str, Mapping[str, float]], organisation: str = "", on: str = "2022-03-13") -> Any:
    """What is paid, to whom, when it was asked: of offers of vendors on days, by term."""
    listed = [epoch_rent.Offer(vendor, dt.date.fromisoformat(date), usd) for vendor, date, usd in offers]
    found = epoch_rent.rate(listed, epoch_rent.vendors(organisation), dt.date.fromisoformat(on), OFF)
    return found and (found.usd, found.offer.vendor, str(found.offer.date))


def test_each_organisation_asks_its_own_cloud_first() -> None:
    assert epoch_rent.vendors("OpenAI") == ("azure", "aws", "google", "lambda")
    assert epoch_rent.vendors("Google DeepMind") == ("google", "aws", "azure", "lambda")
    assert epoch_rent.vendors("Meta AI") == ("aws", "azure", "google", "lambda")
    assert epoch_rent.vendors("NVIDIA", tpu=True) == ("google",)


def test_the_latest_offer_before_counts_and_else_the_earliest_after() -> None:
    early, late, after = ("aws", "2021-01-01", 1.0), ("aws", "2022-03-13", 2.0), ("aws", "2022-03-14", 3.0)
    offers = [(vendor, date, {"reserved_3y": usd}) for vendor, date, usd in (after, early, late)]
    assert rented(*offers) == (2.0, "aws", "2022-03-13")
    assert rented(*offers, on="2020-01-01") == (1.0, "aws", "2021-01-01")
    assert rented(*offers, on="2023-01-01") == (3.0, "aws", "2022-03-14")


def test_a_vendor_whose_nearest_offer_lacks_a_term_has_none_and_others_are_asked() -> None:
    older, nearest = ("aws", "2021-01-01", {"reserved_3y": 1.0}), ("aws", "2022-01-01", {"on_demand": 4.0})
    assert rented(older, nearest, ("lambda", "2024-01-01", {"reserved_3y": 1.5})) == (1.5, "lambda", "2024-01-01")
    assert rented(older, nearest) == (4.0 * (0.36 / 1.0), "aws", "2022-01-01")


def test_longer_terms_come_before_vendors() -> None:
    year = ("azure", "2022-01-01", {"reserved_1y": 2.0, "on_demand": 9.0})
    assert rented(year, ("aws", "2022-01-01", {"on_demand": 1.0})) == (2.0 * (0.51 / 0.75), "azure", "2022-01-01")
    three = ("google", "2022-01-01", {"reserved_3y": 5.0})
    assert rented(year, three, organisation="Microsoft")[1] == "google"
    assert rented(("elsewhere", "2022-01-01", {"reserved_3y": 1.0})) is None


@pytest.mark.parametrize(
    ("chip", "began", "usd", "quoted"),
    [
        ("tpu-v4", "2023-05-10", 1.45, "2022-09-11"),
        ("tpu-v4", "2021-12-08", 1.45, "2022-05-11"),
        ("tpu-v3", "2021-08-31", 0.9, "2021-03-07"),
        ("tpu-v3", "2019-08-03", 2.0 * 0.44, "2018-10-11"),
        ("a100-sxm-40", "2022-04-06", 1.45, "2022-01-25"),
    ],
)
def test_rents_of_published_models_from_the_catalogue(chip: str, began: str, usd: float, quoted: str) -> None:
    cited = CATALOG.cite("nearest_rental_usd_per_chip_hour", {"hardware": chip, "as_of": began})
    assert (cited.value, cited.date) == (pytest.approx(usd), quoted)
    found = opt(hardware=chip, as_of=began, chip_hours=1000, market="on_demand")
    assert found["total_run_usd"] == pytest.approx(1000 * usd)


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
    with pytest.raises(SpecError, match="price"):
        estimate(run, market="own", tdp_w=300, preset="epoch-2024")


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
        ("epoch-2025", "unknown preset; allowed: apertus-70b, bloom,"),
        ("epoch-2025", 'did you mean "epoch-2024"?'),
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
