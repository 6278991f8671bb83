"""SkyPilot's catalogues as a price book: what its names mean, per-chip prices by hand, and what is left out."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from cli_runner import invoke, listing

from gigacost.catalog import Catalog
from gigacost.catalog.files import data
from gigacost.catalog.importers.skypilot import Imported, read_catalogs
from gigacost.catalog.importers.skypilot_gpu_info import gpu_info
from gigacost.catalog.importers.skypilot_names import Named, chip_of, tpu_slice
from gigacost.catalog.price_books.loading import found
from gigacost.catalog.toml_writer import book_as_toml
from gigacost.errors import SpecError

CATALOG = Catalog.bundled()
HEAD = "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,SpotPrice,Region,GpuInfo,AvailabilityZone\n"
GPUS = """"{'Gpus': [{'Name': 'H100', 'Manufacturer': 'NVIDIA', 'Count': 8.0}], 'TotalGpuMemoryInMiB': 655360}\""""
AWS = f"""{HEAD}\
p5.48xlarge,H100,8.0,192,2048,55.04,30.1,us-east-1,{GPUS},us-east-1a
p5.48xlarge,H100,8.0,192,2048,48.00,32.0,us-east-2,{GPUS},us-east-2b
p5.4xlarge,H100,1.0,24,256,4.00,,us-east-1,,us-east-1a
p4d.24xlarge,A100,8,96,1152,21.96,,us-east-1,,us-east-1a
g6.xlarge,L4,1,4,16,0.80,0.3,us-east-1,,us-east-1a
g6f.large,H100,0.125,2,8,0.20,,us-east-1,,us-east-1a
m7i.large,,,2,8,0.10,0.04,us-east-1,,us-east-1a
"""
GCP = f"""{HEAD}\
a3-highgpu-8g,,,208,1872,9.0,2.0,us-central1,,us-central1-a
,H100,8,,,79.0,20.0,us-central1,H100,us-central1-a
,H100,8,,,60.0,20.0,us-west1,H100,us-west1-a
,tpu-v5p-16,1,,,33.6,8.0,us-east5,,us-east5-a
,tpu-v6e-8,1,,,21.6,700.0,us-east5,,us-east5-a
,tpu-v6e-16,1,,,43.2,700.0,us-east5,,us-east5-a
"""
RUNPOD = f"""{HEAD}\
2x_A100-80GB_SECURE,A100-80GB,2.0,16,160,3.24,2.38,CA,A100-80GB,CA-MTL-1
2x_A100-80GB-SXM_SECURE,A100-80GB-SXM,2.0,32,160,3.78,,CA,A100-80GB-SXM,CA-MTL-1
"""


def _write(folder: Path, **clouds: str) -> Path:
    for cloud, text in clouds.items():
        (folder / cloud).mkdir(parents=True, exist_ok=True)
        (folder / cloud / "vms.csv").write_text(text)
    return folder


def _read(folder: Path, date: str = "2026-10-01") -> Imported:
    return read_catalogs(folder, lambda name: CATALOG.canonical("hardware", name), data("rental")["providers"], date)


def _prices(imported: Imported) -> dict[tuple[str, str, str], float]:
    """The lowest of the regions' prices."""
    found: dict[tuple[str, str, str], float] = {}
    for row in imported.book["rental"]:
        key = (row["provider"], row["hardware"], row["market"])
        found[key] = min(row["usd_per_chip_hour"], found.get(key, math.inf))
    return found


def _left(imported: Imported) -> dict[tuple[str, str, str], int]:
    return {(kind.accelerator, kind.instance, kind.reason): count for kind, count in imported.left_out.items()}


def test_a_quote_is_the_cheapest_price_per_chip_of_instances_with_several(tmp_path: Path) -> None:
    imported = _read(_write(tmp_path, aws=AWS))
    assert {
        (row["hardware"], row["market"], row["region"]): row["usd_per_chip_hour"] for row in imported.book["rental"]
    } == {
        ("h100-sxm", "on_demand", "us-east-1"): 55.04 / 8,  # not the single chip at 4
        ("h100-sxm", "on_demand", "us-east-2"): 6.0,
        ("h100-sxm", "spot", "us-east-1"): 30.1 / 8,
        ("h100-sxm", "spot", "us-east-2"): 4.0,
        ("a100-sxm-40", "on_demand", "us-east-1"): 21.96 / 8,
    }
    quote = next(row for row in imported.book["rental"] if row["market"] == "spot")
    assert (quote["provider_class"], quote["region"], quote["note"]) == (
        "hyperscaler",
        "us-east-1",
        "p5.48xlarge, 8 chips",
    )
    assert imported.rows == 6
    assert _left(imported) == {
        ("L4", "g6.xlarge", "no such chip in the catalogue"): 1,
        ("H100", "g6f.large", "no whole number of chips"): 1,
    }
    assert list(imported.lines.values()) == [6, 7]


def test_googles_host_is_added_and_tpu_slices_are_counted_in_chips(tmp_path: Path) -> None:
    imported = _read(_write(tmp_path, gcp=GCP))
    assert _prices(imported) == {
        ("Google Cloud", "h100-sxm", "on_demand"): (79.0 + 9.0) / 8,
        ("Google Cloud", "h100-sxm", "spot"): (20.0 + 2.0) / 8,
        ("Google Cloud", "tpu-v5p", "on_demand"): 33.6 / 8,  # 16 cores are 8 chips
        ("Google Cloud", "tpu-v5p", "spot"): 1.0,
        ("Google Cloud", "tpu-v6e", "on_demand"): 2.7,
    }
    assert _left(imported) == {
        ("H100", "", "priced without its host"): 1,
        ("tpu-v6e-8", "", "one price for slices of every size"): 1,
        ("tpu-v6e-16", "", "one price for slices of every size"): 1,
    }


def _info(name: str, count: float) -> str:
    return f"""\"{{'Gpus': [{{'Name': '{name}', 'Manufacturer': 'Nvidia', 'Count': {count}}}]}}\""""


@pytest.mark.parametrize(
    ("cloud", "row", "left"),
    [
        ("aws", f"p5.48xlarge,H100,12,192,2048,118.0,,us-east-1,{_info('H100', 8)},a", "12 chips in a size that has 8"),
        ("aws", "p5.48xlarge,H100,12,192,2048,118.0,,us-east-1,,a", "12 chips, which no server has"),
        ("runpod", "8x_H100_SECURE,H100,12,192,2048,118.0,,US,,a", "12 chips in a size that has 8"),
        ("lambda", "gpu_8x_h100_sxm5,H100,4,208,1800,31.92,,us-east-1,,", "4 chips in a size that has 8"),
        ("nebius", "gpu-h100-sxm_8gpu-128vcpu-1600gb,H100,1,128,1600,23.6,,eu-north1,,", "1 chip in a size that has 8"),
        ("azure", f"NV12ads,H100,1,12,110,0.9,,eastus,{_info('H100', 0.333)},", "1 chip in a size that has 0.333"),
        ("azure", "NV12ads,H100,0.333,12,110,0.9,,eastus,,", "no whole number of chips"),
        ("azure", "Standard_NC80adis_H100_v5,H100,2,80,640,13.96,,eastus,,", "H100 NVL, which is not in the catalogue"),
        ("vast", f"2x_H100,H100,2,80,640,6.0,,CA,{_info('H100 NVL', 2)},", "H100 NVL, which is not in the catalogue"),
        ("vast", "8x-H100-192-2048,H100,8,192,2048,0.0,,US,,", "a price of 0, on_demand"),
    ],
)  # fmt: skip
def test_what_no_server_is_or_costs_is_left_out_by_name(tmp_path: Path, cloud: str, row: str, left: str) -> None:
    good = "good,H100,8,192,2048,14.75,7.0,somewhere,,"
    imported = _read(_write(tmp_path, **{cloud: f"{HEAD}{good}\n{row}\n"}))
    assert [(one["market"], one["usd_per_chip_hour"]) for one in imported.book["rental"]] == [
        ("on_demand", 14.75 / 8), ("spot", 7.0 / 8),
    ]  # fmt: skip
    instance = row.split(",", maxsplit=1)[0]
    assert _left(imported) == {("H100", instance, left): 1}
    assert list(imported.lines.values()) == [3]


def test_a_spot_price_that_is_no_lower_than_the_one_on_demand_is_none(tmp_path: Path) -> None:
    rows = "p5.48xlarge,H100,8,192,2048,55.04,{spot},us-east-1,,us-east-1a\n"
    imported = _read(_write(tmp_path, aws=HEAD + rows.format(spot=55.04) + rows.format(spot=60) + rows.format(spot=55)))
    assert _prices(imported)["Amazon Web Services", "h100-sxm", "spot"] == 55 / 8
    assert _left(imported) == {("H100", "p5.48xlarge", "a spot price that is no lower than the one on demand"): 2}


def test_the_makers_name_says_which_card_it_is(tmp_path: Path) -> None:
    """RunPod's rows, as they are: A100-80GB is its PCIe card, at the same price as the spot one."""
    info = _info("A100 PCIe", 2)
    row = f"2x_A100-80GB_SECURE,A100-80GB,2.0,16.0,234.0,2.78,2.78,CA,{info},CA-MTL-1\n"
    assert _prices(_read(_write(tmp_path, runpod=HEAD + row))) == {("RunPod", "a100-pcie-80", "on_demand"): 1.39}


@pytest.mark.parametrize(
    "text", ["", "H100", "{", "{'Gpus': []}", "{'Gpus': [1]}", '{"Gpus": 3}', "{1: __import__('os')}"]
)
def test_what_is_no_gpu_info_says_nothing(text: str) -> None:
    assert gpu_info(text) is None


def test_gpu_info_is_read_in_both_forms() -> None:
    assert gpu_info("{'Gpus': [{'Name': 'A100 PCIe', 'Count': 2.0}]}") == ("A100 PCIe", 2.0)
    assert gpu_info('{"Gpus": [{"Name": "H100", "Count": 1}]}') == ("H100", 1.0)
    assert gpu_info("{'Gpus': [{'Count': True}]}") == ("", None)


def test_a_providers_vote_is_that_of_its_regions(tmp_path: Path) -> None:
    rows = "".join(
        f"p5.48xlarge,H100,8,192,2048,{usd},,{region},,{region}a\n"
        for usd, region in ((48, "us-east-1"), (56, "us-west-2"), (64, "eu-west-1"))
    )
    private = CATALOG.layered(_read(_write(tmp_path, aws=HEAD + rows)).book)
    price = private.cite("rental_usd_per_chip_hour", {"hardware": "h100-sxm", "provider_class": "hyperscaler"})
    assert price.value == 7.0


def test_the_bare_name_is_the_card_where_a_cloud_has_an_sxm_of_it(tmp_path: Path) -> None:
    prices = _prices(_read(_write(tmp_path, runpod=RUNPOD)))
    assert prices["RunPod", "a100-pcie-80", "on_demand"] == 1.62
    assert prices["RunPod", "a100-sxm-80", "on_demand"] == 1.89


@pytest.mark.parametrize(
    ("name", "cloud", "instance", "chip"),
    [
        ("A100", "aws", "p4d.24xlarge", "a100-sxm-40"),
        ("A100-80GB", "azure", "Standard_ND96amsr_A100_v4", "a100-sxm-80"),
        ("A100-80GB", "azure", "Standard_NC24ads_A100_v4", "a100-pcie-80"),
        ("H100", "azure", "Standard_NC40ads_H100_v5", None),
        ("H100", "lambda", "gpu_1x_h100_pcie", "h100-pcie"),
        ("H100-NVL", "runpod", "1x_H100-NVL", None),
        ("V100", "aws", "p3.16xlarge", "v100-sxm2-16"),
        ("MI300X", "runpod", "8x_MI300X", "mi300x"),
        ("Trainium2", "aws", "trn2.48xlarge", "trn2"),
        ("tpu-v5litepod", "gcp", "", "tpu-v5e"),
        ("GeForce 256", "vast", "", None),
    ],
)
def test_a_name_in_a_cloud_means_this_chip_or_none(name: str, cloud: str, instance: str, chip: str | None) -> None:
    found, instead = chip_of(Named(name, cloud, instance, ""), (), lambda text: CATALOG.canonical("hardware", text))
    assert (found or None, bool(instead)) == (chip, chip is None)


def test_a_tpu_slice_names_its_generation_and_its_chips() -> None:
    assert tpu_slice("tpu-v4-4096") == ("tpu-v4", 2048)
    assert tpu_slice("tpu-v5litepod-8") == ("tpu-v5litepod", 8)
    assert tpu_slice("H100") is None


def test_folders_of_all_forms_are_found_and_the_newest_form_counts(tmp_path: Path) -> None:
    _write(tmp_path / "v7", aws=AWS.replace("48.00", "80.00"), runpod=RUNPOD)
    _write(tmp_path / "v10", aws=AWS)
    imported = _read(tmp_path)
    assert [Path(file).parent.parent.name for file in imported.files] == ["v10", "v7"]
    assert _prices(imported)["Amazon Web Services", "h100-sxm", "on_demand"] == 6.0
    assert _prices(_read(tmp_path / "v7"))["Amazon Web Services", "h100-sxm", "on_demand"] == 55.04 / 8
    assert _read(tmp_path / "v10" / "aws").book["rental"] == _read(tmp_path / "v10").book["rental"]


def test_without_a_date_the_day_counts_on_which_a_file_was_written(tmp_path: Path) -> None:
    _write(tmp_path, aws=AWS, runpod=RUNPOD)
    os.utime(tmp_path / "aws" / "vms.csv", (0, 1_767_225_600))  # 2026-01-01
    os.utime(tmp_path / "runpod" / "vms.csv", (0, 1_772_323_200))  # 2026-03-01
    imported = _read(tmp_path, "")
    assert imported.book["date"] == "2026-03-01"
    dates = {row["provider"]: row["date"] for row in imported.book["rental"]}
    assert dates == {"Amazon Web Services": "2026-01-01", "RunPod": "2026-03-01"}


def test_the_written_book_prices_chips(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path / "v8", aws=AWS, gcp=GCP)
    out = tmp_path / "sky.toml"
    ran = invoke(capsys, "catalog", "import-skypilot", tmp_path, "-o", out, "--date", "2026-10-01")
    assert (ran.code, ran.out) == (0, "")
    assert "10 quotes to" in ran.err
    assert "1 x gcp H100 (line 4): priced without its host" in ran.err
    assert "1 x aws L4 in g6.xlarge (line 6): no such chip in the catalogue" in ran.err
    private = CATALOG.layered(out)
    price = private.cite("rental_usd_per_chip_hour", {"hardware": "h100-sxm", "provider_class": "hyperscaler"})
    assert (price.value, price.source, price.date) == (6.0, "SkyPilot catalogue, aws/vms.csv", "2026-10-01")
    assert out.read_text() == book_as_toml(_read(tmp_path).book)
    plain = invoke(capsys, "catalog", "import-skypilot", tmp_path, "--date", "2026-10-01")
    assert plain.out == out.read_text()
    told = invoke(capsys, "catalog", "import-skypilot", tmp_path, "--json").json
    assert (told["rows"], told["quotes"], told["output"]) == (11, 10, None)
    assert {
        "cloud": "aws",
        "accelerator": "L4",
        "instance": "g6.xlarge",
        "reason": "no such chip in the catalogue",
        "line": 6,
        "rows": 1,
    } in told["left_out"]


def test_any_text_of_a_book_survives_being_written(tmp_path: Path) -> None:
    quote = {"hardware": "h100-sxm", "market": "spot", "usd_per_chip_hour": 1.5, "note": 'a "b"\\ü\x7f\t#'}
    path = tmp_path / "book.toml"
    path.write_text(book_as_toml({"name": "x", "date": "2026", "rental": [quote]}), encoding="utf-8")
    assert found(path).tables()[0]["rental"] == [quote]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no catalogue of SkyPilot in it"),
        ({"aws": "a,b\n1,2\n"}, "the column InstanceType is missing"),
        ({"aws": ""}, "the column InstanceType is missing"),
        ({"aws": HEAD + '"x'}, "not CSV"),
    ],
)
def test_what_is_no_catalogue_is_refused(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        _read(_write(tmp_path, **files))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("DIR", "-o", "book.csv"), "a name that ends in .toml"),
        (("DIR", "-o", "/nowhere/at/all/book.toml"), "there is no folder"),
        (("DIR", "--date", "2026-02-30"), "there is no such day"),
        (("DIR/none",), "cannot be read"),
    ],
)
def test_bad_calls_leave_everything_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    _write(tmp_path, aws=AWS)
    before = listing(tmp_path)
    ran = invoke(capsys, "catalog", "import-skypilot", *(text.replace("DIR", str(tmp_path)) for text in arguments))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert listing(tmp_path) == before
