"""Epoch AI's accounting by hand: dates, prices, power, rents; chips, organisations and models by their names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from epoch import CATALOG, NAN, day, opt

from gigacost.accounting.epoch_2024 import dates, electricity, energy, hardware, rental
from gigacost.catalog import epoch_rent
from gigacost.catalog.epoch import day_of, family, is_hyperscaler, known_dates

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
