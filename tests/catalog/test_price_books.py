"""Private price books: what they change, and what is refused, by field, value and line."""

from __future__ import annotations

import os
import pickle
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gigacost.catalog import Catalog, Citation
from gigacost.errors import SpecError

CATALOG = Catalog.bundled()
RENT = "rental_usd_per_chip_hour"
QUOTE = {"hardware": "H100", "market": "on_demand", "usd_per_chip_hour": 2.1, "date": "2026-10-01"}


def _rent(catalog: Catalog, chip: str = "h100-sxm", market: str = "on_demand", **more: str) -> Citation:
    return catalog.cite(RENT, {"hardware": chip, "market": market, **more})


def _refused(book: Any) -> SpecError:
    before = CATALOG.sha256
    with pytest.raises(SpecError) as caught:
        CATALOG.layered(book)
    assert CATALOG.sha256 == before
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), SpecError)
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    return caught.value


def test_a_private_quote_replaces_the_public_ones_of_chip_market_and_class() -> None:
    private = CATALOG.layered({"name": "acme", "rental": [{**QUOTE, "provider_class": "neocloud"}]})
    citation = _rent(private)
    assert (citation.value, citation.source, citation.date) == (2.1, "acme", "2026-10-01")
    assert citation.basis == "quoted; lower median of 1 vote"
    assert _rent(private, provider_class="hyperscaler").value == _rent(CATALOG, provider_class="hyperscaler").value
    assert _rent(private, market="spot").value == _rent(CATALOG, market="spot").value
    assert _rent(CATALOG).value == 3.2


def test_a_private_quote_without_class_holds_in_every_class() -> None:
    private = CATALOG.layered({"rental": [QUOTE]})
    for provider_class in CATALOG.labels("provider_class"):
        assert _rent(private, provider_class=provider_class).value == 2.1


def test_a_reserved_price_derives_from_a_private_quote() -> None:
    private = CATALOG.layered({"rental": [{**QUOTE, "hardware": "gb200-nvl72"}]})
    assert _rent(private, "gb200-nvl72", "reserved_1y").value == pytest.approx(2.1 * (1 - 0.3425), rel=1e-15)


def test_outside_its_dates_a_private_quote_prices_nothing_and_the_public_ones_stay_away() -> None:
    private = CATALOG.layered({"rental": [QUOTE]})
    assert _rent(private, as_of="2026-09-30").is_missing
    assert _rent(private, as_of="2028-04-01").value == 2.1
    assert _rent(private, as_of="2028-04-02").is_missing


def test_several_private_quotes_follow_the_rule() -> None:
    rows = [{**QUOTE, "provider": name, "usd_per_chip_hour": usd} for name, usd in (("a", 3), ("b", 1), ("c", 2))]
    assert _rent(CATALOG.layered({"rental": rows})).value == 2


def test_discounts_come_off_public_prices_only() -> None:
    book = {"name": "acme", "date": "2026-10", "discounts": {"on_demand": 0.1, "spot": 0.25}, "rental": []}
    private = CATALOG.layered(book)
    assert _rent(private).value == 3.2 * (1 - 0.1)
    assert "0.1 off by acme (2026-10)" in _rent(private).basis
    assert _rent(private, market="reserved_1y").value == 2.65
    both = CATALOG.layered({**book, "rental": [QUOTE]})
    assert _rent(both).value == 2.1


def test_a_private_price_of_a_chip_is_cited_and_makes_it_sold() -> None:
    chips = {"TPU v4": {"price_usd": 6000, "price_scope": "board"}}
    private = CATALOG.layered({"name": "acme", "date": "2026-10-01", "accelerators": chips})
    price = private.cite("chip_price_usd", {"hardware": "tpu-v4"})
    assert (price.value, price.source, price.date) == (6000, "acme", "2026-10-01")
    assert price.basis.startswith("quoted: transaction price per board")
    assert private.cite("is_sold", {"hardware": "tpu-v4"}).value == 1
    assert private.cite("server_overhead_factor", {"hardware": "tpu-v4"}).value == 1.21
    untouched = private.cite("mem_gib", {"hardware": "tpu-v4"})
    assert untouched == CATALOG.cite("mem_gib", {"hardware": "tpu-v4"})


def test_a_new_chip_region_and_model_are_labels_at_once() -> None:
    book = {
        "name": "acme",
        "date": "2026-10",
        "accelerators": {
            "x1": {
                "vendor": "Acme",
                "kind": "other",
                "release": "2026-01",
                "dense_tflops": {"bf16": 500, "fp8": 1000},
                "tdp_w": 500,
                "aliases": ["Acme One"],
            }
        },
        "regions": {"my-site": {"electricity_usd_per_kwh": 0.05, "country": "Germany", "pue": 1.05}},
        "models": {"my-13b": {"params": 13e9, "layers": 40}},
        "rental": [{**QUOTE, "hardware": "x1"}],
    }
    private = CATALOG.layered(book)
    assert private.canonical("hardware", "acme one") == "x1"
    assert private.labels("hardware")[-1] == "x1"
    peak = private.cite("peak_flop_per_s", {"hardware": "x1"})
    assert (peak.value, peak.source, peak.date) == (500e12, "acme", "2026-10")
    assert private.cite("system_w", {"hardware": "x1"}).value == 900
    assert private.cite("mem_gib", {"hardware": "x1"}).is_missing
    assert private.cite("release_year", {"hardware": "x1"}).source == "acme"
    assert private.cite("is_sold", {"hardware": "x1"}).source == "acme"
    assert _rent(private, "x1").value == 2.1
    region = {"region": "my-site"}
    assert private.cite("electricity_usd_per_kwh", region).value == 0.05
    assert private.cite("pue", region).source == "acme"
    assert private.cite("carbon_g_per_kwh", region).value == CATALOG.cite("carbon_g_per_kwh", {"region": "deu"}).value
    assert private.cite("params_active", {"model": "my-13b"}).value == 13e9
    assert private.cite("heads", {"model": "my-13b"}).is_missing
    for column in private.columns.values():
        private.table(column.name, {axis: private.labels(axis) or ("2026-11-21",) for axis in column.axes})


def test_books_lie_over_books_and_the_last_wins() -> None:
    one = CATALOG.layered({"date": "2026-10", "regions": {"usa": {"pue": 1.3}}, "rental": [QUOTE]})
    two = one.layered({"date": "2026-11", "regions": {"USA": {"pue": 1.2}}})
    assert two.cite("pue", {"region": "usa"}).value == 1.2
    assert _rent(two).value == 2.1
    assert two.cite("carbon_g_per_kwh", {"region": "usa"}) == CATALOG.cite("carbon_g_per_kwh", {"region": "usa"})
    assert len({CATALOG.sha256, one.sha256, two.sha256}) == 3
    assert pickle.loads(pickle.dumps(two)) == two


def test_a_newer_book_moves_the_date_of_the_catalogue() -> None:
    private = CATALOG.layered({"date": "2027-02", "discounts": {}})
    assert private.date == private.default("as_of") == "2027-02-28"
    assert CATALOG.layered({"date": "2025", "discounts": {}}).date == "2026-11-21"


def test_a_book_is_copied() -> None:
    book: dict[str, Any] = {"date": "2026-10", "regions": {"usa": {"pue": 1.3}}}
    private = CATALOG.layered(book)
    book["regions"]["usa"]["pue"] = 9
    assert private.cite("pue", {"region": "usa"}).value == 1.3


def test_numpy_numbers_are_numbers() -> None:
    row = {**QUOTE, "usd_per_chip_hour": np.float64(2.5)}
    private = CATALOG.layered({"date": "2026", "rental": [row], "models": {"m": {"params": np.int64(7_000_000_000)}}})
    assert _rent(private).value == 2.5


CHIP = "accelerators.h100-sxm"
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "catalog", "empty"),
    ({"acelerators": {}}, "acelerators", 'did you mean "accelerators"'),
    ({"name": 3}, "name", "expected text, got integer"),
    ({"date": "2026-02-29"}, "date", "there is no such day"),
    ({"date": "2026-11-21T24:00"}, "date", "not a date"),
    ({"date": 2026}, "date", "expected text, got integer"),
    ({"rental": {}}, "rental", "expected a list of tables, got table"),
    ({"regions": []}, "regions", "expected a table, got list"),
    ({"rental": [3]}, "rental[0]", "expected a table, got integer"),
    ({"rental": [{**QUOTE, "hardware": "h1000"}]}, "rental[0].hardware", 'did you mean "h100'),
    ({"rental": [{**QUOTE, "market": "own"}]}, "rental[0].market", "on_demand, reserved_1y, reserved_3y, spot"),
    ({"rental": [{**QUOTE, "provider_class": "neoclod"}]}, "rental[0].provider_class", 'did you mean "neocloud"'),
    ({"rental": [{**QUOTE, "usd_per_chip_hour": 0}]}, "rental[0].usd_per_chip_hour", "> 0 and finite"),
    ({"rental": [{**QUOTE, "usd_per_chip_hour": -2.0}]}, "rental[0].usd_per_chip_hour", "-2.0"),
    ({"rental": [{**QUOTE, "usd_per_chip_hour": float("nan")}]}, "rental[0].usd_per_chip_hour", "nan"),
    ({"rental": [{**QUOTE, "usd_per_chip_hour": float("inf")}]}, "rental[0].usd_per_chip_hour", "inf"),
    ({"rental": [{**QUOTE, "usd_per_chip_hour": True}]}, "rental[0].usd_per_chip_hour", "got boolean"),
    ({"rental": [{**QUOTE, "usd_per_chip_hour": "2.1"}]}, "rental[0].usd_per_chip_hour", "got text"),
    ({"rental": [{**QUOTE, "usd_per_chip_hour": None}]}, "rental[0].usd_per_chip_hour", "got NoneType"),
    ({"rental": [{**QUOTE, "usd_per_chip_hour": 10**400}]}, "rental[0].usd_per_chip_hour", "out of range"),
    ({"rental": [{**QUOTE, "price": 3}]}, "rental[0].price", "unknown key"),
    ({"rental": [{"hardware": "h100", "market": "spot", "date": "2026"}]}, "rental[0].usd_per_chip_hour", "missing"),
    ({"rental": [{**QUOTE, "date": "2025-02-29"}]}, "rental[0].date", "there is no such day"),
    ({"rental": [QUOTE, {**QUOTE, "usd_per_chip_hour": 3}]}, "rental[1]", "the same quote as rental[0]"),
    ({"rental": [QUOTE, {**QUOTE, "hardware": "h100-sxm"}]}, "rental[1]", "the same quote as rental[0]"),
    ({"rental": [{key: QUOTE[key] for key in QUOTE if key != "date"}]}, "rental[0].date", "the book has no date"),
    ({"discounts": {"spot": 1.0}}, "discounts.spot", ">= 0 and < 1"),
    ({"discounts": {"spot": 1.5}}, "discounts.spot", "1.5"),
    ({"discounts": {"spot": -0.1}}, "discounts.spot", "-0.1"),
    ({"discounts": {"sopt": 0.1}}, "discounts.sopt", 'did you mean "spot"'),
    ({"accelerators": {"h100": {"price_usd": 3}}}, f"{CHIP}.price_scope", "missing beside price_usd"),
    ({"accelerators": {"h100": {"tdp_w": 0}}}, "accelerators.h100.tdp_w", "> 0"),
    ({"accelerators": {"h100": {"tdb_w": 1}}}, "accelerators.h100.tdb_w", 'did you mean "tdp_w"'),
    ({"accelerators": {"h100": {}, "H100": {}}}, "accelerators.H100", "the same as accelerators.h100"),
    ({"accelerators": {"h100": {"mem_gib": 81}}}, f"{CHIP}.mem_gib", "more than is sold"),
    ({"accelerators": {"h100": {"aliases": ["b200"]}}}, f"{CHIP}.aliases", "already means b200-sxm"),
    ({"accelerators": {"h100": {"dense_tflops": {"bf16": 1978.8, "fp8": 3958}}}}, f"{CHIP}.dense_tflops", "sparse"),
    ({"accelerators": {"h100": {"dense_tflops": {"fp8": 3500}}}}, f"{CHIP}.dense_tflops.fp8", "dense and sparse mixed"),
    ({"accelerators": {"h100": {"dense_tflops": {"fp7": 1}}}}, "accelerators.h100.dense_tflops.fp7", "unknown key"),
    ({"accelerators": {"x": {"dense_tflops": {"bf16": 1}}}}, "accelerators.x.vendor", "missing"),
    ({"regions": {"usa": {"electricity_usd_per_kwh": 0}}}, "regions.usa.electricity_usd_per_kwh", "> 0"),
    ({"regions": {"usa": {"pue": 0.99}}}, "regions.usa.pue", ">= 1"),
    ({"regions": {"x": {"country": "atlantis"}}}, "regions.x.country", "not a region"),
    ({"models": {"x": {"layers": 4}}}, "models.x.params", "missing"),
    ({"models": {"x": {"params": 1e9, "layers": 4.5}}}, "models.x.layers", "a whole number"),
    ({"models": {"x": {"params": 1e9, "params_active": 2e9}}}, "models.x.params_active", "more than params"),
    ({"models": {"a\u202eb": {"params": 1e9}}}, "models.a", "cannot be seen"),
    ({"regions": {"caf\u00e9": {}, "cafe\u0301": {}}}, "regions.caf\u00e9", "two spellings"),
    ({"regions": {3: {"pue": 1.1}}}, "regions", "expected a table"),
]


@pytest.mark.parametrize(("book", "field", "said"), BAD)
def test_bad_books_are_refused_by_field(book: dict[str, Any], field: str, said: str) -> None:
    if "date" not in book and book and "the book has no date" not in said:
        book = {"date": "2026-10", **book}
    refusal = _refused(book)
    line = next(line for line in str(refusal).splitlines() if line.startswith(field))
    assert said in line


def test_all_faults_are_told_at_once() -> None:
    refusal = _refused({"date": "2026", "discounts": {"spot": 2, "own": 0.1}, "regions": {"usa": {"pue": 0}}})
    assert [fault.field for fault in refusal.faults] == ["regions.usa.pue", "discounts.spot", "discounts.own"]
    assert refusal.field == "regions.usa.pue"
    assert refusal.value == "0"


@pytest.mark.parametrize("book", [3, None, ["x"], 2.5])
def test_what_is_no_book_is_refused(book: object) -> None:
    assert "expected a path or a mapping" in str(_refused(book))


TOML = """\
name = "acme"
date = "2026-10-01"

[accelerators.h100-sxm]
price_usd = 24_000
price_scope = "board"

[[rental]]
hardware = "h100"
market = "on_demand"
usd_per_chip_hour = 2.10

[[rental]]
hardware = "h200"
market = "spot"
usd_per_chip_hour = 1.10
"""


def _write(folder: Path, text: str | bytes, name: str = "book.toml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("change", [lambda text: text, lambda text: "\ufeff" + text.replace("\n", "\r\n")])
def test_a_toml_book_is_read_from_a_path_as_text_or_object(tmp_path: Path, change: Any) -> None:
    path = _write(tmp_path, change(TOML))
    private = CATALOG.layered(path)
    assert private == CATALOG.layered(str(path))
    assert _rent(private, "h200-sxm", "spot").value == 1.1
    assert private.cite("chip_price_usd", {"hardware": "h100-sxm"}).value == 24000


def test_faults_of_a_file_name_its_line(tmp_path: Path) -> None:
    path = _write(tmp_path, TOML.replace("= 1.10", "= -1.10").replace('scope = "board"', 'scope = "bord"'))
    refusal = _refused(path)
    assert [fault.path for fault in refusal.faults] == [f"{path}:6", f"{path}:16"]
    refusal = _refused(_write(tmp_path, TOML.replace("= 1.10", "= -1.10")))
    assert [(fault.field, fault.path) for fault in refusal.faults] == [("rental[1].usd_per_chip_hour", f"{path}:16")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty price book"),
        (b"# nothing\n", "an empty price book"),
        (b"a = \n", "book.toml:1)"),
        (b"a = 1\na = 2\n", "duplicate key ("),
        (b'name = "\xff"', "not UTF-8 at byte 8"),
        (TOML.encode("utf-16"), "not UTF-8 at byte 0"),
        (TOML.replace("\n", "\r").encode(), "carriage return"),
        (b"a = " + b"[" * 100_000, "recurs"),
        (TOML.replace('"2026-10-01"', "2026-10-01").encode(), "date"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in str(_refused(_write(tmp_path, content)))


def test_only_regular_files_of_bounded_size_are_read(tmp_path: Path) -> None:
    assert "cannot be read" in str(_refused(tmp_path / "none.toml"))
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    assert "book" in str(_refused(tmp_path / "book.xlsx"))
    assert "not a regular file" in str(_refused(folder))
    os.mkfifo(tmp_path / "fifo.toml")
    assert "not a regular file" in str(_refused(tmp_path / "fifo.toml"))
    zero = tmp_path / "zero.toml"
    zero.symlink_to("/dev/zero")
    assert "not a regular file" in str(_refused(zero))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.toml"))
        assert "cannot be read" in str(_refused(tmp_path / "s.toml"))
    large = tmp_path / "large.toml"
    with large.open("wb") as file:
        file.truncate(10 * 1024 * 1024 + 1)
    assert "at most 10 MiB" in str(_refused(large))
    assert "cannot be read" in str(_refused("nul\0.toml"))


CSV = """\
hardware,market,usd_per_chip_hour,date,provider
H100,on_demand,2.10,2026-10-01,acme
H200,spot,1.10,2026-10,acme
"""


def test_a_csv_price_list_is_a_book_of_quotes(tmp_path: Path) -> None:
    private = CATALOG.layered(_write(tmp_path, CSV, "prices.csv"))
    assert _rent(private).value == 2.1
    assert _rent(private, "h200-sxm", "spot").source == "prices.csv"
    assert str(tmp_path) not in _rent(private).source


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        (CSV, "", "row 1", "an empty price list"),
        (CSV.splitlines()[0] + "\n", "", "row 1", "the header is missing"),
        (CSV, CSV.splitlines()[0] + "\n", "row 2", "without prices"),
        (",provider", ",provider,date", "row 1, column 6", "the same as column 4"),
        (",provider", ",providr", "row 1, column 5", 'did you mean "provider"'),
        (",date", "", "row 1", "the column date is missing"),
        ("10-01,acme", "10-01,acme,x", "row 2", "6 cells under 5 columns"),
        ("10-01,acme", "10-01", "row 2", "4 cells under 5 columns"),
        ("2.10", "#N/A", "row 2, column usd_per_chip_hour", "an error of the spreadsheet"),
        ("2.10", '"2,100.50"', "row 2, column usd_per_chip_hour", "separator of thousands"),
        ("2.10", "2 100", "row 2, column usd_per_chip_hour", "separator of thousands"),
        ("2.10", "", "row 2, column usd_per_chip_hour", "missing"),
        ("2.10", "nan", "row 2, column usd_per_chip_hour", "not a number"),
        ("2.10", "1_0", "row 2, column usd_per_chip_hour", "not a number"),
        ("2.10", "٣", "row 2, column usd_per_chip_hour", "not a number"),
        ("2.10", "1e999", "row 2, column usd_per_chip_hour", "> 0 and finite"),
        ("2.10", "0", "row 2, column usd_per_chip_hour", "> 0 and finite"),
        ("2.10", "-1", "row 2, column usd_per_chip_hour", "> 0 and finite"),
        ("10-01,acme", '10-01,"ac\nme"', "row 2, column provider", "a line break within a cell"),
        ("10-01,acme", '10-01,"acme', "row", "not CSV"),
        ("H200,spot,1.10,2026-10,", "h100,on_demand,9,2026-10-01,", "row 3", "the same quote as row 2"),
        ("H200", "H2000", "rental[1].hardware", "not in the catalogue"),
        ("spot", "own", "rental[1].market", "unknown"),
        ("2026-10-01", "2026-02-30", "rental[0].date", "there is no such day"),
    ],
)
def test_bad_price_lists_are_refused_by_row_and_column(
    tmp_path: Path, old: str, new: str, field: str, said: str
) -> None:
    path = _write(tmp_path, CSV.replace(old, new, 1), "prices.csv")
    refusal = _refused(path)
    assert refusal.field.startswith(field)
    assert said in str(refusal)
    assert str(path) in refusal.path
    if field.startswith("rental["):
        row = int(field[7]) + 2
        assert refusal.path == f"{path}:{row}"
