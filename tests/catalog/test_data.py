"""The bundled files: every figure has a source, a date and a plausible value; nothing is zero that is missing."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata

import pytest

from gigacost.catalog import Catalog
from gigacost.catalog.dates import last_day
from gigacost.catalog.files import DATA_FILES, data, data_text
from gigacost.catalog.labels import Labels, fold
from gigacost.catalog.price_books.fields import ACCELERATOR, CLASSES, GENERATIONS, PRECISIONS, RENTED, SCOPES
from gigacost.catalog.price_books.peaks import near
from gigacost.catalog.price_books.schema import Faults, Kind, Number, Text, check_table

CATALOG = Catalog.bundled()
CHIPS = data("accelerators")["accelerators"]
SOURCES = data("accelerators")["sources"]
RENTAL = data("rental")
REGIONS = data("regions")["regions"]
MODELS = data("models")["models"]
LIST_PRICE: dict[str, Kind] = {
    "list_price_usd": Number(),
    "list_price_date": Text(date=True),
    "list_price_scope": Text(SCOPES),
    "list_price_basis": Text(),
    "price_source": Text(),
    "status_note": Text(),
    "mem_type": Text(),
    "scaleup": Text(),
    "scaleup_gbyte_per_s_basis": Text(),
    "scaleout_gbit_per_s_basis": Text(),
}
UNDATED = {("h100-sxm", "fpt")}
# FP8 not twice BF16, each declared in its entry: the vendors' own rates differ.
FP8_PER_BF16 = {"rubin-nvl72": 4.375, "trn3": 3.751, "gaudi3": 1.0, "trn1": 1.0, "trn2": 1.948, "ascend-950dt": 1.891}
CONFIDENCE = {"verified", "verified-price-inferred-date", "secondary", "secondary-derived"}


@pytest.mark.parametrize("name", DATA_FILES)
def test_files_are_text_in_nfc_with_lines_of_readable_length(name: str) -> None:
    text = data_text(name)
    assert unicodedata.is_normalized("NFC", text)
    assert "\t" not in text
    assert "\r" not in text
    assert max(map(len, text.splitlines())) < 700


@pytest.mark.parametrize("name", ["accelerators", "markets", "precisions", "presets", "regions"])
def test_every_source_has_a_title_and_a_date(name: str) -> None:
    for source in data(name)["sources"].values():
        assert source["title"]
        last_day(source["date"])


@pytest.mark.parametrize("chip", CHIPS)
def test_accelerators_are_complete_and_in_range(chip: str) -> None:
    entry = dict(CHIPS[chip])
    sources, unverified = entry.pop("sources"), entry.pop("unverified", [])
    assert sources
    assert set(sources) <= set(SOURCES)
    faults = Faults("")
    # A system of one chip the size of a wafer has more of everything.
    check_table(
        chip, entry, ACCELERATOR | LIST_PRICE, faults, ("name", "vendor", "kind", "generation", "status", "release")
    )
    assert not faults.found
    for field in unverified:
        table, _, key = field.partition(".")
        assert table in entry or table in {"scaleout_gbit_per_s", "scaleup_domain", "scaleup"}
        assert not key or key in entry[table]
    assert entry["mem_gib"] <= entry["mem_label_gb"]
    assert set(entry["dense_tflops"]) <= set(PRECISIONS)
    if "price_usd" in entry:
        assert {"price_date", "price_scope", "price_kind", "price_basis"} <= set(entry)
        assert 1_000 < entry["price_usd"] < 60_000 or entry["price_scope"] == "system"
    if "system_w" in entry:
        assert {"power_basis", "system_w_basis"} <= set(entry)
        if "tdp_w" in entry and entry["power_basis"] == "nameplate":
            assert 1 <= entry["system_w"] / entry["tdp_w"] <= 2.1


@pytest.mark.parametrize("chip", CHIPS)
def test_peaks_are_dense_and_in_their_usual_ratios(chip: str) -> None:
    peaks = CHIPS[chip]["dense_tflops"]
    if "fp8" in peaks and "bf16" in peaks:
        ratio = peaks["fp8"] / peaks["bf16"]
        if chip in FP8_PER_BF16:
            assert CHIPS[chip]["fp8_per_bf16"] == pytest.approx(FP8_PER_BF16[chip], abs=0.001)
            assert ratio == pytest.approx(FP8_PER_BF16[chip], abs=0.001)
        else:
            assert near(ratio, 2)
    # H800: the TF32 of the data set is not half of its BF16.
    if "tf32" in peaks and CHIPS[chip]["vendor"] == "NVIDIA" and chip != "h800-sxm":
        assert near(peaks["bf16"] / peaks["tf32"], 2)
    if "fp16" in peaks and "bf16" in peaks and chip != "gaudi3":
        assert peaks["fp16"] == peaks["bf16"]
    for precision, achieved in CHIPS[chip].get("achieved_tflops", {}).items():
        assert 0.4 < achieved / peaks[precision] < 1


def test_aliases_mean_one_thing() -> None:
    for axis, entries in (("hardware", CHIPS), ("region", REGIONS), ("model", MODELS)):
        said: dict[str, str] = {fold(name): name for name in entries}
        for name, entry in entries.items():
            for alias in entry.get("aliases", ()):
                assert said.setdefault(fold(alias), name) == name, alias
        assert Labels(axis, entries).all == tuple(entries)


def test_every_present_figure_is_cited_with_source_date_and_basis_and_is_not_zero_for_missing() -> None:
    may_be_zero = {"system_power_is_mean", "is_sold", "glu", "tied_embeddings", "shared_experts", "dense_layers"}
    may_be_zero |= {"dense_ffn", "mla", "relative_positions", "is_calibrated", "is_tpu"}
    may_be_negative = {"step_error_low", "moe_step_error_low"}
    for name, column in CATALOG.columns.items():
        if name == "rental_usd_per_chip_hour" or column.axes[0] in {"market", "as_of"}:
            continue
        labels = [CATALOG.labels(axis, announced=True) for axis in column.axes]
        for row in itertools.product(*labels):
            citation = CATALOG.cite(name, dict(zip(column.axes, row, strict=True)))
            assert re.match("(quoted|derived|default|fitted|extrapolated|missing)", citation.basis)
            if citation.is_missing:
                assert citation.basis.startswith("missing: ")
                assert citation.source == citation.date == ""
            else:
                assert citation.source
                last_day(citation.date)
                assert citation.value > 0 or (citation.value == 0 and name in may_be_zero) or name in may_be_negative


def test_quotes_are_complete_and_exact() -> None:
    providers, sources = RENTAL["providers"], RENTAL["sources"]
    assert {provider["class"] for provider in providers.values()} == set(CLASSES)
    count = 0
    undated = set()
    for chip, terms in RENTAL["quotes"].items():
        assert chip in CHIPS
        assert set(terms) <= {*RENTED, "capacity_block"}
        for rows in terms.values():
            assert len({tuple(row) for row in rows}) == len(rows)
            for usd, date, provider, source, *rest in rows:
                count += 1
                assert 0.1 < usd < 20
                assert provider in providers
                assert source in sources
                assert len(rest) <= 3
                assert rest[2:] in ([], ["single"])
                if date:
                    assert 2017 <= last_day(date).year <= 2026
                else:
                    undated.add((chip, provider))
    assert count == 522
    assert undated == UNDATED
    for source in sources.values():
        assert source.get("title") or source["via"] in sources
        assert source.get("confidence", "verified") in CONFIDENCE


def test_discounts_grow_with_the_term() -> None:
    for provider, offered in RENTAL["discounts"].items():
        if provider != "source":
            assert provider in RENTAL["providers"]
            assert 0 < offered["reserved_1y"] < offered["reserved_3y"] < 1


@pytest.mark.parametrize("region", REGIONS)
def test_regions_are_complete_and_in_range(region: str) -> None:
    entry = REGIONS[region]
    if entry["level"] != "country":
        assert REGIONS[entry["country"]]["level"] == "country"
    if "usd_per_kwh" in entry:
        assert 0.03 < entry["usd_per_kwh"] < 0.3
        last_day(entry["year"])
    if "pue" in entry:
        assert 1 < entry["pue"] < 1.5
    if "g_per_kwh" in entry:
        assert 10 < entry["g_per_kwh"] < 1000
        last_day(entry["carbon_year"])


def test_regions_without_an_official_tariff_have_none() -> None:
    assert len(REGIONS) == 135
    missing = [name for name in REGIONS if CATALOG.cite("electricity_usd_per_kwh", {"region": name}).is_missing]
    assert len(missing) == 39
    assert {"gbr", "chn", "ind", "aws-cn-north-1", "rus"} <= set(missing)


def test_published_shapes_are_whole() -> None:
    known = {name: entry for name, entry in MODELS.items() if "layers" in entry}
    assert len(known) >= 50
    for name, entry in known.items():
        required = {"hidden", "heads", "kv_heads", "head_dim", "ffn", "glu", "vocab", "tied_embeddings", "experts"}
        assert required <= set(entry), name
        assert entry["params_active"] <= entry["params"]
        assert entry["experts_per_token"] <= entry["experts"]
        assert entry["kv_heads"] <= entry["heads"]
        assert entry.get("dense_layers", 0) < entry["layers"]


# What published training runs were made on, as their tables call it; dense TFLOP/s in bf16, fp8, mxfp8 and fp4, TB/s of
# memory, GB/s within the fast domain and chips in it, GB/s beyond.
TRAINED_ON: dict[str, tuple[str, tuple[float | None, ...], float, float, int, float | None]] = {
    "A100-40G": ("a100-sxm-40", (312, None, None, None), 1.555, 300, 8, 25),
    "A100-80G": ("a100-sxm-80", (312, None, None, None), 2.04, 300, 8, 25),
    "H100": ("h100-sxm", (989.5, 1979, None, None), 3.35, 450, 8, 50),
    "H800": ("h800-sxm", (989.5, 1979, None, None), 3.35, 200, 8, 50),
    "H200": ("h200-sxm", (989.5, 1979, None, None), 4.8, 450, 8, 50),
    "B200": ("b200-sxm", (2250, 4500, 4500, 9000), 8.0, 900, 8, 50),
    "GB200": ("gb200-nvl72", (2500, 5000, 5000, 10000), 8.0, 900, 72, 50),
    "B300": ("b300-sxm", (2250, 4500, 4500, 12600), 8.0, 900, 8, 100),
    "GB300": ("gb300-nvl72", (2500, 5000, 5000, 15000), 8.0, 900, 72, 100),
    "Gaudi2": ("gaudi2", (432, 865, None, None), 2.46, 262.5, 8, 37.5),
    "TPU v3": ("tpu-v3", (123, None, None, None), 0.9, 328, 1024, 3.125),
    "TPU v4": ("tpu-v4", (275, None, None, None), 1.2, 300, 4096, 6.25),
    "Trainium1": ("trn1", (190, 190, None, None), 0.88, 206.2, 16, 6.25),
}


@pytest.mark.parametrize("said", TRAINED_ON)
def test_the_chips_of_published_runs_are_known_by_their_usual_names(said: str) -> None:
    chip, peaks, memory, scaleup, domain, scaleout = TRAINED_ON[said]
    assert CATALOG.canonical("hardware", said) == chip

    def figure(column: str, precision: str = "bf16") -> float | None:
        citation = CATALOG.cite(column, {"hardware": chip, "precision": precision})
        return None if citation.is_missing else pytest.approx(citation.value, rel=0.001)

    for precision, peak in zip(("bf16", "fp8", "mxfp8", "fp4"), peaks, strict=True):
        assert figure("peak_flop_per_s", precision) == (peak and peak * 1e12), precision
    assert figure("mem_bw_byte_per_s") == memory * 1e12
    assert figure("scaleup_byte_per_s") == scaleup * 1e9
    assert figure("scaleup_domain") == domain
    assert figure("scaleout_byte_per_s") == (scaleout and scaleout * 1e9)
    assert not CATALOG.cite("mem_gib", {"hardware": chip}).is_missing


def test_block_scaled_fp8_is_a_precision_of_its_own_at_the_rate_of_fp8() -> None:
    assert CATALOG.canonical("precision", "MXFP8") == "mxfp8"
    assert {CATALOG.canonical("precision", said) for said in ("NVFP4", "fp4")} == {"fp4"}
    have = {name for name, entry in CHIPS.items() if "mxfp8" in entry["dense_tflops"]}
    assert {name for name, entry in CHIPS.items() if entry["generation"] == "blackwell"} < have
    for name in have:
        assert CHIPS[name]["dense_tflops"]["mxfp8"] == CHIPS[name]["dense_tflops"]["fp8"]


def test_every_accelerator_is_of_a_generation() -> None:
    assert {entry["generation"] for entry in CHIPS.values()} <= set(GENERATIONS)
    for name, generation in (("a100-sxm-80", "ampere"), ("h800-sxm", "hopper"), ("gb300-nvl72", "blackwell")):
        assert CHIPS[name]["generation"] == generation


def test_what_is_not_published_of_a_model_is_missing() -> None:
    gigachat = CATALOG.cite("layers", {"model": "gigachat-29b"})
    assert math.isnan(gigachat.value)
    assert CATALOG.cite("params", {"model": "gigachat-29b"}).value == 29e9
    assert CATALOG.cite("params_active", {"model": "gigachat-3-10b-a1.8b"}).value == 1.8e9
    for entry in MODELS.values():
        assert entry["source"]
        last_day(entry["date"])


def test_what_is_taken_for_a_model_is_marked_at_each_figure_that_it_makes() -> None:
    marked = {name: entry["basis"] for name, entry in MODELS.items() if "basis" in entry}
    for name in ("gpt-4", "gpt-4.5", "gigachat-29b"):
        assert {"params_active"} <= set(marked[name])
        assert MODELS[name]["taken_as"]
    for name, bases in marked.items():
        for column, basis in bases.items():
            assert column in MODELS[name]
            assert CATALOG.cite(column, {"model": name}).basis == basis
    assert CATALOG.cite("params", {"model": "gigachat-29b"}).basis == "quoted"
    own = {"name": "mine", "date": "2026-01-01", "models": {"gpt-4": {"params": 2e12}}}
    assert CATALOG.layered(own).cite("params", {"model": "gpt-4"}).basis == "quoted"


def test_estimates_of_models_have_the_compute_that_they_are_estimates_of() -> None:
    for name, flop in (("gpt-4", 2.1e25), ("gpt-4.5", 2.1e26)):
        active, tokens = (CATALOG.cite(column, {"model": name}).value for column in ("params_active", "trained_tokens"))
        assert 6 * active * tokens == pytest.approx(flop, rel=0.005)
