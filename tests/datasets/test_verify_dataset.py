"""Every fault of a dataset is found and told."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from small_dataset import contents, small_sweep

from gigacost import Catalog, SpecError, contribution, dataset_status, verify_dataset, write_dataset
from gigacost.datasets import canonical
from gigacost.datasets.manifest import Entry, manifest
from gigacost.datasets.plan import read_plan
from gigacost.model import default

PARTS = {"rows_per_part": 12, "partition_by": ["market"]}
PART = "market=own/part-000001.parquet"
RECORD = "_gigacost/parts/000001.json"
MANIFEST = "_gigacost/manifest.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_dataset(small_sweep(), tmp_path / "d", **PARTS)
    return tmp_path / "d"


def edited(path: Path, old: bytes, new: bytes) -> None:
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))


def swapped(folder: Path) -> None:
    one, other = folder / PART, folder / "market=spot/part-000007.parquet"
    one_data, other_data = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_data)
    other.write_bytes(one_data)


def of_another_spec(folder: Path, *, record: bool) -> None:
    other = folder.with_name("other")
    write_dataset(small_sweep(fixed={"hardware": "h100-sxm", "params": "14B"}), other, **PARTS)
    for name in (PART, RECORD) if record else (PART,):
        (folder / name).write_bytes((other / name).read_bytes())


def forged(folder: Path) -> None:
    """A part of another spec with a record and a manifest that say that it is right: only computing it tells."""
    of_another_spec(folder, record=False)
    data = (folder / PART).read_bytes()
    record = json.loads((folder / RECORD).read_bytes()) | {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
    (folder / RECORD).write_bytes(canonical.as_json(record))
    plan = read_plan((folder / "_gigacost/plan.json").read_bytes(), "")
    records = [json.loads(path.read_bytes()) for path in sorted((folder / "_gigacost/parts").iterdir())]
    entries = [Entry(record["rows"], record["bytes"], record["sha256"]) for record in records]
    (folder / MANIFEST).write_bytes(manifest(plan, entries))


FAULTS: dict[str, tuple[Callable[[Path], object], list[tuple[int | None, str]]]] = {
    "manifest edited": (
        lambda folder: edited(folder / MANIFEST, b'"rows":12', b'"rows":13'),
        [(None, "manifest.json is damaged")],
    ),
    "manifest truncated": (
        lambda folder: (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes()[:99]),
        [(None, "manifest.json is damaged")],
    ),
    "manifest missing": (lambda folder: (folder / MANIFEST).unlink(), [(None, "unfinished: there is no")]),
    "wrong hash in a record": (
        lambda folder: edited(folder / RECORD, b'"sha256":"', b'"sha256":"0'),
        [(1, f"{RECORD} and {MANIFEST} contradict each other")],
    ),
    "record truncated": (
        lambda folder: (folder / RECORD).write_bytes((folder / RECORD).read_bytes()[:50]),
        [(1, f"{RECORD} is damaged, or of another dataset")],
    ),
    "record missing": (lambda folder: (folder / RECORD).unlink(), [(1, f"{RECORD} is missing")]),
    "part missing": (lambda folder: (folder / PART).unlink(), [(1, f"{PART} is missing")]),
    "part truncated": (
        lambda folder: (folder / PART).write_bytes((folder / PART).read_bytes()[:-1]),
        [(1, f"{PART} is not what was written: ")],
    ),
    "one bit of a part": (
        lambda folder: (folder / PART).write_bytes(bytes([ord("P") ^ 1]) + (folder / PART).read_bytes()[1:]),
        [(1, f"{PART} is not what was written: its SHA-256 is")],
    ),
    "part extra": (
        lambda folder: (folder / "market=own/part-000099.parquet").write_bytes(b"x"),
        [(None, "market=own/part-000099.parquet is no part of this dataset")],
    ),
    "record extra": (
        lambda folder: (folder / "_gigacost/parts/000099.json").write_bytes(b"x"),
        [(None, "_gigacost/parts/000099.json is no record of this dataset")],
    ),
    "parts swapped": (
        swapped,
        [
            (1, f"{PART} is not what was written: it is part 7"),
            (7, "market=spot/part-000007.parquet is not what was written: it is part 1"),
        ],
    ),
    "part of another spec": (
        lambda folder: of_another_spec(folder, record=False),
        [(1, f"{PART} is not what was written: ")],
    ),
    "part and record of another spec": (
        lambda folder: of_another_spec(folder, record=True),
        [(1, f"{RECORD} is damaged, or of another dataset"), (1, f"{PART} is not what was written: ")],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_told(folder: Path, fault: str) -> None:
    act, meant = FAULTS[fault]
    act(folder)
    before = contents(folder)
    found = verify_dataset(folder)
    assert not found.ok
    assert [one.part for one in found.faults] == [part for part, _ in meant]
    for one, (_, said) in zip(found.faults, meant, strict=True):
        assert said in one.fault
    assert contents(folder) == before


def test_a_dataset_without_a_fault(folder: Path) -> None:
    found = verify_dataset(folder, sample=4)
    assert (found.ok, found.parts, found.recomputed, found.faults) == (True, 9, 4, ())
    assert found.to_dict() == {"ok": True, "parts": 9, "recomputed": 4, "faults": []}


def test_more_parts_than_there_are_are_all_computed_again(folder: Path) -> None:
    assert verify_dataset(folder, sample=1_000).recomputed == 9


def test_what_agrees_with_its_records_and_is_wrong_is_found_by_computing_it(folder: Path) -> None:
    forged(folder)
    assert verify_dataset(folder).ok
    found = verify_dataset(folder, sample=9)
    assert [one.part for one in found.faults] == [1, 1]
    assert f"{PART} is not what is computed: " in found.faults[0].fault


def test_other_files_are_no_fault(folder: Path) -> None:
    (folder / "README").write_text("what this is")
    assert verify_dataset(folder).ok


def test_a_dataset_that_was_stopped(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    for number, name in ((8, "market=spot/part-000008.parquet"), (7, "market=spot/part-000007.parquet")):
        (folder / name).unlink()
        (folder / f"_gigacost/parts/00000{number}.json").unlink()
    status = dataset_status(folder)
    assert (status.complete, status.parts, status.done, status.missing, status.rows) == (False, 9, 7, 2, 72)
    found = verify_dataset(folder, sample=2)
    assert (found.ok, found.parts, found.recomputed) == (False, 7, 2)
    assert [one.fault for one in found.faults] == [f"unfinished: there is no {MANIFEST}, and 7 of 9 parts are recorded"]


def test_a_part_without_a_record_is_told_of_an_unfinished_dataset(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    (folder / RECORD).unlink()
    assert [(one.part, one.fault) for one in verify_dataset(folder).faults[1:]] == [(1, f"{PART} has no record")]


def test_the_status_of_a_finished_dataset(folder: Path) -> None:
    status = dataset_status(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    assert status.to_dict() == {"complete": True, "parts": 9, "done": 9, "missing": 0, "rows": 90, "bytes": size}


@pytest.mark.parametrize("ask", [dataset_status, verify_dataset])
@pytest.mark.parametrize("place", ["nothing", "empty", "file"])
def test_where_there_is_no_dataset(tmp_path: Path, ask: Callable[[Path], object], place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(SpecError, match="is a file, not a folder" if place == "file" else "holds no dataset"):
        ask(tmp_path / place)


def test_another_model_is_needed_by_who_computes_again(tmp_path: Path) -> None:
    """Functions are not stored in a dataset; digests need none."""

    @contribution(to="total_project_usd")
    def cost_coffee_usd(chips: float) -> float:
        """Coffee [$]. Source: assumption."""
        return chips * 2.0

    model = default().extend(cost_coffee_usd, check_units=False)
    sweep = small_sweep(model=model, columns=("cost_coffee_usd",))
    write_dataset(sweep, tmp_path / "d")
    assert verify_dataset(tmp_path / "d").ok
    assert verify_dataset(tmp_path / "d", sample=1, model=model).ok
    with pytest.raises(SpecError):
        verify_dataset(tmp_path / "d", sample=1)


def test_private_prices_are_not_in_the_dataset_and_needed_by_who_computes_again(tmp_path: Path) -> None:
    usa = {"electricity_usd_per_kwh": 0.123456, "source": "our contract"}
    book = {"name": "mine", "date": "2026-01-01", "regions": {"usa": usa}}
    catalog = Catalog.bundled().layered(book)
    write_dataset(small_sweep(catalog=catalog), tmp_path / "d")
    assert not any(b"0.123456" in data or b"our contract" in data for data in contents(tmp_path / "d").values())
    assert verify_dataset(tmp_path / "d").ok
    assert verify_dataset(tmp_path / "d", sample=1, catalog=book).ok
    with pytest.raises(SpecError, match="the price book that made it, by --catalog") as refused:
        verify_dataset(tmp_path / "d", sample=1)
    assert refused.value.field == "catalog_sha256"
