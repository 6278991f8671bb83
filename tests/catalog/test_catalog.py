"""The catalogue as a whole: axes, labels, tables, citations, identity."""

from __future__ import annotations

import copy
import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacost.catalog import Catalog
from gigacost.errors import CatalogError

CATALOG = Catalog.bundled()
AXES = ("hardware", "precision", "market", "provider_class", "region", "model", "as_of")
REFERENCE_NAMES = {
    "H100": "h100-sxm",
    "A100-80G": "a100-sxm-80",
    "A100-40G": "a100-sxm-40",
    "GB200": "gb200-nvl72",
    "GB300": "gb300-nvl72",
    "B200": "b200-sxm",
    "B300": "b300-sxm",
    "H200": "h200-sxm",
    "H800": "h800-sxm",
    "Gaudi2": "gaudi2",
    "TPU v4": "tpu-v4",
}


def test_axes_and_their_defaults() -> None:
    assert CATALOG.axes == AXES
    defaults = {axis: CATALOG.default(axis) for axis in AXES}
    assert defaults == {
        "hardware": None,
        "precision": "bf16",
        "market": "on_demand",
        "provider_class": "neocloud",
        "region": "usa",
        "model": None,
        "as_of": "2026-11-21",
    }
    for axis, default in defaults.items():
        if default is not None and axis != "as_of":
            assert default in CATALOG.labels(axis)
    assert CATALOG.labels("as_of") == ()


def test_announced_chips_are_listed_only_when_asked_for_but_always_understood() -> None:
    announced = set(CATALOG.labels("hardware", announced=True)) - set(CATALOG.labels("hardware"))
    assert announced == {"rubin-nvl72", "mi455x", "ascend-950dt"}
    assert len(CATALOG.labels("hardware", announced=True)) == 43
    assert CATALOG.canonical("hardware", "Rubin") == "rubin-nvl72"


@pytest.mark.parametrize(("name", "label"), REFERENCE_NAMES.items())
def test_names_of_published_measurements_are_understood(name: str, label: str) -> None:
    assert CATALOG.canonical("hardware", name) == label


@pytest.mark.parametrize("axis", AXES[:-1])
def test_every_label_is_its_own_canonical_form_in_any_case(axis: str) -> None:
    for label in CATALOG.labels(axis, announced=True):
        for spelling in (label, label.upper(), label.replace("-", " ").title()):
            assert CATALOG.canonical(axis, spelling) == label


def test_names_and_plain_cloud_regions_are_understood() -> None:
    assert CATALOG.canonical("region", "Germany") == "deu"
    assert CATALOG.canonical("region", "us-east-1") == "aws-us-east-1"
    assert CATALOG.canonical("region", "us-central1") == "gcp-us-central1"
    assert CATALOG.canonical("region", "Texas") == "us-tx"
    assert CATALOG.canonical("market", "3y") == "reserved_3y"
    assert CATALOG.canonical("market", "on-demand") == "on_demand"
    assert CATALOG.canonical("precision", "bfloat16") == "bf16"
    assert CATALOG.canonical("model", "Llama 3.1 405B") == "llama-3.1-405b"


@pytest.mark.parametrize(
    ("axis", "label", "said"),
    [
        ("hardware", "h1000", "h100"),
        ("region", "usaa", "usa"),
        ("market", "on_demnd", "on_demand"),
        ("precision", "fp18", "allowed: fp32, tf32, fp16, bf16, fp8, mxfp8, fp4, int8"),
        ("model", "lama-2-70b", "llama-2-70b"),
        ("as_of", "2026-02-29", "there is no such day"),
        ("as_of", "2026-13-01", "there is no such month"),
        ("as_of", "2026-11-21T24:00", "not a date"),
        ("as_of", "20261121", "not a date"),
        ("as_of", "2026-11", "YYYY-MM-DD"),
        ("as_of", "٢٠٢٦-11-21", "not a date"),
        ("as_of", "0001-01-01", "year outside"),
    ],
)
def test_unknown_labels_are_refused_with_what_was_probably_meant(axis: str, label: str, said: str) -> None:
    with pytest.raises(CatalogError) as caught:
        CATALOG.canonical(axis, label)
    assert axis in str(caught.value)
    assert said in str(caught.value)
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), CatalogError)


def test_labels_that_are_no_text_and_unknown_axes_and_columns_are_refused() -> None:
    with pytest.raises(CatalogError, match="expected text, got int"):
        CATALOG.canonical("hardware", 8)  # type: ignore[arg-type]
    with pytest.raises(CatalogError, match="expected text, got bool"):
        CATALOG.canonical("as_of", True)  # type: ignore[arg-type]  # noqa: FBT003
    with pytest.raises(CatalogError, match='did you mean "hardware"'):
        CATALOG.labels("hardwear")
    with pytest.raises(CatalogError, match='did you mean "mem_gib"'):
        CATALOG.table("mem_gb", {})
    with pytest.raises(CatalogError, match="hardware: no label given"):
        CATALOG.table("mem_gib", {})


def test_control_characters_do_not_reach_the_message() -> None:
    with pytest.raises(CatalogError) as caught:
        CATALOG.canonical("hardware", "h100\x1b[31m\u202e")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", CATALOG.columns)
def test_table_is_dense_over_the_columns_axes_and_agrees_with_cite(name: str) -> None:
    column = CATALOG.columns[name]
    assert column.name == name
    assert column.unit
    assert column.doc
    assert set(column.axes) <= set(AXES)
    selection = {axis: CATALOG.labels(axis) or ("2024-01-15", "2026-11-21") for axis in column.axes}
    table = CATALOG.table(name, selection)
    assert table.dtype == np.float64
    assert table.shape == tuple(len(selection[axis]) for axis in column.axes)
    assert not np.isinf(table).any()
    assert not np.signbit(table[table == 0]).any()
    for place in list(np.ndindex(table.shape))[:: max(1, table.size // 400)]:
        choice = {axis: selection[axis][at] for axis, at in zip(column.axes, place, strict=True)}
        citation = CATALOG.cite(name, choice)
        assert citation.unit == column.unit
        assert citation.value == table[place] or (citation.is_missing and math.isnan(table[place]))


def test_columns_of_the_contract_are_there_over_their_axes() -> None:
    over = {name: column.axes for name, column in CATALOG.columns.items()}
    assert over["peak_flop_per_s"] == ("hardware", "precision")
    assert over["rental_usd_per_chip_hour"] == ("hardware", "market", "provider_class", "as_of")
    assert over["electricity_usd_per_kwh"] == ("region",)
    assert over["commitment_hours"] == ("market",)
    assert over["as_of_year"] == ("as_of",)
    assert over["params"] == ("model",)


@given(st.data())
def test_a_table_is_the_same_in_any_order_and_part(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["peak_flop_per_s", "system_w", "pue", "rental_usd_per_chip_hour"]))
    axes = CATALOG.columns[name].axes
    dates = st.dates().filter(lambda day: 2016 < day.year < 2030).map(str)
    chosen = {
        axis: data.draw(st.lists(dates if axis == "as_of" else st.sampled_from(CATALOG.labels(axis)), max_size=4))
        for axis in axes
    }
    table = CATALOG.table(name, chosen)
    for place in np.ndindex(table.shape):
        one = {axis: (chosen[axis][at],) for axis, at in zip(axes, place, strict=True)}
        np.testing.assert_array_equal(CATALOG.table(name, one).ravel()[0], table[place])


def test_figures_are_those_of_the_data_sheets_in_units_of_the_model() -> None:
    def value(column: str, **choice: str) -> float:
        return CATALOG.cite(column, choice).value

    assert value("peak_flop_per_s", hardware="h100-sxm") == 989.4e12
    assert value("peak_flop_per_s", hardware="h100-sxm", precision="fp8") == 1979e12
    assert math.isnan(value("peak_flop_per_s", hardware="a100-sxm-80", precision="fp8"))
    assert value("mem_bw_byte_per_s", hardware="h100-sxm") == 3350e9
    assert value("scaleout_byte_per_s", hardware="h100-sxm") == 50e9  # 400 Gbit/s
    assert value("system_w", hardware="h100-sxm") == 1275.0  # DGX: 10.2 kW / 8
    assert value("system_w", hardware="mi300x") == 1.8 * 750
    assert value("system_w", hardware="tpu-v7-ironwood") == 1.56 * 980
    assert math.isnan(value("system_w", hardware="tpu-v5p"))  # neither is published
    assert value("system_power_is_mean", hardware="tpu-v4") == 1
    assert value("average_power_fraction", hardware="h100-sxm") == 0.75
    assert value("average_power_fraction", hardware="tpu-v4") == 0.43
    assert 20_000 <= value("chip_price_usd", hardware="h100-sxm") <= 27_000
    assert value("server_overhead_factor", hardware="h100-sxm") == 1.21
    assert value("server_overhead_factor", hardware="v100-sxm2-32") == 1.64
    assert value("server_overhead_factor", hardware="gb200-nvl72") == 1
    assert value("is_sold", hardware="tpu-v4") == 0
    assert value("is_sold", hardware="trn2") == 0
    assert value("is_sold", hardware="mi300x") == 1
    assert value("commitment_hours", market="reserved_3y") == 26298
    assert value("as_of_year", as_of="2024-07-02") == 2024.5
    assert value("release_year", hardware="gb300-nvl72") == pytest.approx(2025 + 364 / 365)
    assert value("electricity_usd_per_kwh", region="usa") == 0.0813
    assert value("params", model="llama-3.1-405b") == 405.85e9


def test_all_in_prices_of_owned_chips_match_what_was_paid() -> None:
    """ACCOUNTING: an H100 all-in costs $45-55k, a GB200 $70-82k, with the network at 19 % and $11 per W of IT."""
    for chip, low, high in (("h100-sxm", 45e3, 55e3), ("gb200-nvl72", 70e3, 82e3)):
        price = CATALOG.cite("chip_price_usd", {"hardware": chip}).value
        overhead = CATALOG.cite("server_overhead_factor", {"hardware": chip}).value
        it_watts = CATALOG.cite("system_w", {"hardware": chip}).value * 1.14
        assert low <= price * overhead / 0.81 + 11 * it_watts <= high


def test_pue_and_carbon_fall_back_to_the_country_and_say_so_but_tariffs_do_not() -> None:
    carbon = CATALOG.cite("carbon_g_per_kwh", {"region": "us-tx"})
    assert carbon.value == CATALOG.cite("carbon_g_per_kwh", {"region": "usa"}).value
    assert carbon.basis == "derived: that of the country, United States"
    assert CATALOG.cite("pue", {"region": "us-tx"}).basis.startswith("derived")
    assert CATALOG.cite("pue", {"region": "gcp-us-west1"}).basis.startswith("quoted")
    private = CATALOG.layered({"date": "2026", "regions": {"here": {"country": "usa"}}})
    assert private.cite("electricity_usd_per_kwh", {"region": "here"}).is_missing
    assert private.cite("carbon_g_per_kwh", {"region": "here"}).value == carbon.value


def test_the_catalogue_cannot_be_changed_and_survives_pickling_and_threads() -> None:
    with pytest.raises(AttributeError):
        CATALOG.date = "2030-01-01"  # type: ignore[misc]
    with pytest.raises(TypeError):
        CATALOG.columns["x"] = None  # type: ignore[index]
    assert pickle.loads(pickle.dumps(CATALOG)) is CATALOG
    assert copy.deepcopy(CATALOG) == CATALOG
    private = CATALOG.layered({"date": "2026-11", "discounts": {"on_demand": 0.1}})
    again = pickle.loads(pickle.dumps(private))
    assert again == private
    assert hash(again) == hash(private)
    fresh = Catalog()
    selection = {axis: fresh.labels(axis) for axis in ("hardware", "market", "provider_class")}
    with ThreadPoolExecutor(10) as pool:
        tables = list(pool.map(lambda _: fresh.table("rental_usd_per_chip_hour", selection), range(20)))
    for table in tables:
        np.testing.assert_array_equal(table, CATALOG.table("rental_usd_per_chip_hour", selection))


def test_a_pickle_of_other_figures_is_refused() -> None:
    rebuild, (layers, _) = CATALOG.__reduce__()
    with pytest.raises(ValueError, match="other bundled figures"):
        rebuild(layers, "0" * 64)


def test_the_hash_is_of_the_content() -> None:
    assert len(CATALOG.sha256) == 64
    one = CATALOG.layered({"date": "2026", "discounts": {"spot": 0.5}})
    two = CATALOG.layered({"discounts": {"spot": 0.5}, "date": "2026"})
    other = CATALOG.layered({"date": "2026", "discounts": {"spot": 0.25}})
    assert one.sha256 == two.sha256
    assert len({CATALOG.sha256, one.sha256, other.sha256}) == 3


def test_entries_show_what_is_recorded() -> None:
    entry = CATALOG.entry("hardware", "H100")
    assert entry["list_price_usd"] == 31904.63
    assert entry["mem_label_gb"] == 80
    with pytest.raises(TypeError):
        entry["name"] = "x"  # type: ignore[index]


def test_presets_can_be_repeated() -> None:
    assert {"gpt-3", "llama-3.1-405b", "deepseek-v3", "colossus-1-100k", "colossus-1-200k"} <= set(CATALOG.presets)
    for name, preset in CATALOG.presets.items():
        assert preset.name == name
        assert preset.doc
        assert preset.published
        for field, value in preset.fixed.items():
            if field in AXES:
                assert CATALOG.canonical(field, str(value)) == value
            else:
                assert isinstance(value, int | float)
                assert value >= 0
        for published in preset.published:
            assert math.isfinite(published.value)
            assert published.unit
            assert published.source
            assert published.date
