"""The same dataset is the same bytes, whatever happened on the way; nothing else is touched."""

import errno
import fcntl
import json
import os
import pickle
import platform
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_dataset import contents, small_sweep

from gigacost import OutputError, SpecError, verify_dataset, write_dataset
from gigacost.datasets import canonical
from gigacost.datasets.plan import planned
from gigacost.datasets.record import record_name, write_part

ROOT = Path(__file__).parents[2]
PARTS = {"rows_per_part": 12, "partition_by": ["market"]}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every file of a dataset that was written in one go."""
    folder = tmp_path_factory.mktemp("whole") / "d"
    assert write_dataset(small_sweep(), folder, **PARTS).computed == 9
    return contents(folder)


def written(folder: Path) -> Path:
    write_dataset(small_sweep(), folder, **PARTS)
    return folder


def resumed(folder: Path) -> int:
    """How many parts were computed."""
    return write_dataset(small_sweep(), folder, **PARTS, resume=True).computed


def test_a_dataset_is_the_rows_of_the_sweep(tmp_path: Path) -> None:
    done = write_dataset(small_sweep(), tmp_path / "d", rows_per_part=12)
    assert (done.parts, done.computed, done.reused, done.rows) == (9, 9, 0, 90)
    files = sorted((tmp_path / "d").glob("*.parquet"))
    assert done.bytes == sum(path.stat().st_size for path in files)
    assert done.manifest_sha256 == sha256((tmp_path / "d/_gigacost/manifest.json").read_bytes()).hexdigest()
    assert pl.read_parquet(files).rows(named=True) == list(small_sweep())


def test_parts_in_csv(tmp_path: Path) -> None:
    done = write_dataset(small_sweep(), tmp_path / "d", rows_per_part=12, part_format="csv.gz")
    frames = [pl.read_csv(path) for path in sorted((tmp_path / "d").glob("*.csv.gz"))]
    assert len(frames) == done.parts == 9
    assert pl.concat(frames)["cost_total_usd"].to_list() == [row["cost_total_usd"] for row in small_sweep()]
    assert verify_dataset(tmp_path / "d", sample=9).ok


def test_records_say_what_there_is_and_nothing_of_when_where_or_who(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """Another folder, another number of threads, other files before: the same bytes."""
    (tmp_path / "another place").mkdir()
    write_dataset(small_sweep(), tmp_path / "another place", **PARTS, threads=1)
    assert contents(tmp_path / "another place") == whole
    record = json.loads(whole["_gigacost/parts/000004.json"])
    data = whole[record["path"]]
    assert record["path"] == "market=on_demand/part-000004.parquet"
    assert (record["part"], record["range"], record["rows"]) == (4, [42, 54], 12)
    assert (record["bytes"], record["sha256"]) == (len(data), sha256(data).hexdigest())
    assert record["plan_sha256"] == sha256(whole["_gigacost/plan.json"]).hexdigest()


def test_a_finished_dataset_is_resumed_without_computing_anything(tmp_path: Path, whole: dict[str, bytes]) -> None:
    folder = written(tmp_path / "d")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert resumed(folder) == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == {
        path: time for path, time in before.items() if path.is_file()
    }
    assert contents(folder) == whole


@pytest.mark.parametrize("begun", ["absent", "empty", "died before its plan"])
def test_resume_begins_where_there_is_nothing(tmp_path: Path, whole: dict[str, bytes], begun: str) -> None:
    folder = tmp_path / "d"
    if begun != "absent":
        folder.mkdir()
    if begun == "died before its plan":
        (folder / "_gigacost/parts").mkdir(parents=True)
        (folder / "_gigacost/.plan.json.0123456789abcdef.partial").write_bytes(b"{")
    assert resumed(folder) == 9
    assert contents(folder) == whole


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def swapped(folder: Path) -> None:
    one, other = (folder / "market=own" / f"part-00000{number}.parquet" for number in (0, 1))
    one_data, other_data = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_data)
    other.write_bytes(one_data)


def of_another_spec(folder: Path) -> None:
    """A part with its record, both in order, of a sweep that has another model."""
    other = folder.with_name("other")
    write_dataset(small_sweep(fixed={"hardware": "h100-sxm", "params": "14B"}), other, **PARTS)
    for name in ("market=own/part-000001.parquet", "_gigacost/parts/000001.json"):
        (folder / name).write_bytes((other / name).read_bytes())


DAMAGE: dict[str, tuple[Callable[[Path], object], int]] = {
    "one bit of a part": (lambda folder: flipped(folder / "market=own/part-000001.parquet"), 1),
    "a truncated part": (lambda folder: truncated(folder / "market=own/part-000001.parquet"), 1),
    "an empty part": (lambda folder: (folder / "market=own/part-000001.parquet").write_bytes(b""), 1),
    "a part missing": (lambda folder: (folder / "market=own/part-000001.parquet").unlink(), 1),
    "two parts swapped": (swapped, 2),
    "a part of another spec": (of_another_spec, 1),
    "a record missing": (lambda folder: (folder / "_gigacost/parts/000001.json").unlink(), 1),
    "a truncated record": (lambda folder: truncated(folder / "_gigacost/parts/000001.json"), 1),
    "all records missing": (lambda folder: [path.unlink() for path in folder.glob("_gigacost/parts/*")], 9),
    "the manifest missing": (lambda folder: (folder / "_gigacost/manifest.json").unlink(), 0),
    "the manifest cut short": (lambda folder: truncated(folder / "_gigacost/manifest.json"), 0),
    "the manifest edited": (
        lambda folder: (folder / "_gigacost/manifest.json").write_bytes(
            (folder / "_gigacost/manifest.json").read_bytes().replace(b'"rows":90', b'"rows":91')
        ),
        0,
    ),
}
"""What happens to a dataset, and how many parts are then computed again."""


@pytest.mark.parametrize("damage", DAMAGE)
def test_resume_computes_again_what_is_damaged_and_nothing_else(
    tmp_path: Path, whole: dict[str, bytes], damage: str
) -> None:
    folder = written(tmp_path / "d")
    act, parts = DAMAGE[damage]
    act(folder)
    assert contents(folder) != whole
    assert resumed(folder) == parts
    assert contents(folder) == whole


def test_a_record_that_contradicts_what_is_computed_is_refused_by_name(tmp_path: Path) -> None:
    folder = written(tmp_path / "d")
    path = folder / "_gigacost/parts/000001.json"
    record = json.loads(path.read_bytes())
    path.write_bytes(canonical.as_json({**record, "sha256": "0" * 64}))
    edited = path.read_bytes()
    with pytest.raises(OutputError, match=r"_gigacost/parts/000001\.json: says that the part is something else"):
        resumed(folder)
    assert path.read_bytes() == edited


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"rows_per_part": 18}, "(other parts)"),
        ({"partition_by": ["chips"]}, "partitions, parts"),
        ({"limit": 10}, "other limit, parts"),
        ({"part_format": "csv.gz"}, "other form of parts"),
    ],
)
def test_another_dataset_in_the_folder_is_refused_with_both_hashes(
    tmp_path: Path, other: dict[str, Any], told: str
) -> None:
    folder = written(tmp_path / "d")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    there = sha256((folder / "_gigacost/plan.json").read_bytes()).hexdigest()[:16]
    for resume in (True, False):
        with pytest.raises(SpecError) as refused:
            write_dataset(small_sweep(), folder, **{**PARTS, **other}, resume=resume)
        assert f"holds another dataset, {there}; this one is " in str(refused.value)
        assert told in str(refused.value)
        assert "\n" not in str(refused.value)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"where": "train_days <= 90"}, "condition"),
        ({"columns": "cost_total_usd"}, "columns"),
        ({"as_of": "2026-01-01"}, "specification"),
    ],
)
def test_another_question_is_another_dataset(tmp_path: Path, more: dict[str, Any], told: str) -> None:
    folder = written(tmp_path / "d")
    with pytest.raises(SpecError, match=told):
        write_dataset(small_sweep(**more), folder, **PARTS, resume=True)


def test_without_resume_a_folder_with_a_dataset_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "d")
    with pytest.raises(SpecError, match=r"holds this dataset; allowed: --resume \(resume=True\)"):
        written(folder)


def test_what_is_foreign_is_never_touched(tmp_path: Path, whole: dict[str, bytes]) -> None:
    folder = written(tmp_path / "d")
    (folder / "part-000000.parquet").unlink(missing_ok=True)
    names = (
        "README",
        "x.parquet",
        ".hidden",
        "market=own/mine.csv",
        "_gigacost/note",
        "market=gone/part-000099.parquet",
    )
    names += (".mine.0123456789abcdef.partial", "_gigacost/parts/mine.json")
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)
    flipped(folder / "market=own/part-000001.parquet")
    assert resumed(folder) == 1
    assert contents(folder) == whole | {name: name.encode() for name in names}


@pytest.mark.parametrize("resume", [True, False])
def test_a_folder_of_other_files_is_refused(tmp_path: Path, *, resume: bool) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/mine.parquet").write_text("mine")
    with pytest.raises(SpecError, match=r"holds no dataset, and other files: \"mine\.parquet\""):
        write_dataset(small_sweep(), tmp_path / "d", resume=resume)
    assert contents(tmp_path / "d") == {"mine.parquet": b"mine"}


def test_what_dead_runs_left_half_written_is_swept_and_what_the_living_write_is_not(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    folder = written(tmp_path / "d")
    dead = (
        "market=own/.part-000001.parquet",
        "_gigacost/.manifest.json",
        "_gigacost/parts/.000001.json",
        "_gigacost/.plan.json",
    )
    for name in dead:
        (folder / f"{name}.0123456789abcdef.partial").write_text("half")
    alive = folder / "market=own/.part-000002.parquet.0123456789abcdef.partial"
    with alive.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        resumed(folder)
        assert contents(folder) == whole | {str(alive.relative_to(folder)): b""}
    resumed(folder)
    assert contents(folder) == whole


@settings(max_examples=15)
@given(
    limit=st.integers(0, 100),
    rows_per_part=st.integers(5, 40),
    where=st.sampled_from([None, "train_days <= 200", "chips >= 128", "chips > 1e9"]),
    partition_by=st.sampled_from([[], ["market"], ["chips", "market"]]),
    lost=st.sets(st.integers(0, 17)),
)
def test_a_limit_takes_the_first_rows_in_their_order(
    tmp_path_factory: pytest.TempPathFactory,
    limit: int,
    rows_per_part: int,
    where: str | None,
    partition_by: list[str],
    lost: set[int],
) -> None:
    """With parts lost and computed again, too; and what was computed again is the same."""
    folder = tmp_path_factory.mktemp("limit") / "d"
    sweep = small_sweep(where=where)
    options: dict[str, Any] = {"rows_per_part": rows_per_part, "partition_by": partition_by, "limit": limit}
    done = write_dataset(sweep, folder, **options)
    plan, parted = planned(sweep, **options)
    rows = [{name: row[name] for name in plan.columns} for row in parted][:limit]
    files = sorted(folder.rglob("*.parquet"), key=lambda path: path.name)
    assert len(files) == done.parts
    found = [row for path in files for row in pq.ParquetFile(path).read().to_pylist()]
    assert found == rows
    assert done.rows == len(rows)
    before = contents(folder)
    for number in lost & set(range(done.parts)):
        files[number].unlink()
    assert write_dataset(sweep, folder, **options, resume=True).computed == len(lost & set(range(done.parts)))
    assert contents(folder) == before
    assert verify_dataset(folder, sample=3).ok


@pytest.mark.parametrize("name", ["plan.json", "000004.json", "manifest.json"])
def test_a_disk_that_fills_up_in_a_small_file_leaves_nothing_of_it(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(staged: str, path: str, **_: object) -> None:
        if path.endswith(name):
            raise OSError(errno.ENOSPC, "No space left on device")
        link(staged, path)

    link = os.link
    monkeypatch.setattr(os, "link", full)
    with pytest.raises(OutputError) as failed:
        written(tmp_path / "d")
    assert (failed.value.errno, Path(failed.value.filename).name) == (errno.ENOSPC, name)
    left = contents(tmp_path / "d")
    assert left.items() <= whole.items()
    assert not [path for path in left if path.endswith(name)]
    monkeypatch.undo()
    assert resumed(tmp_path / "d") == {"plan.json": 9, "000004.json": 5, "manifest.json": 0}[name]
    assert contents(tmp_path / "d") == whole


def test_two_runs_at_once_do_each_other_no_harm(tmp_path: Path, whole: dict[str, bytes]) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        runs = [pool.submit(resumed, tmp_path / "d") for _ in range(3)]
        assert sum(run.result() for run in runs) >= 9
    assert contents(tmp_path / "d") == whole


def test_a_part_can_be_written_in_another_process(tmp_path: Path, whole: dict[str, bytes]) -> None:
    folder = written(tmp_path / "d")
    plan, space = planned(small_sweep(), **PARTS)
    (folder / plan.file(3)).unlink()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        data = pool.submit(write_part, space, plan, str(folder), 3, None, 1).result()
    assert data == whole[record_name(3)]
    assert contents(folder) == whole


def test_a_worker_that_does_not_see_the_folder_says_so_and_writes_nothing(tmp_path: Path) -> None:
    plan, space = planned(small_sweep(), **PARTS)
    with pytest.raises(SpecError) as refused:
        write_part(space, plan, str(tmp_path / "d"), 3, None, 1)
    assert platform.node() in str(refused.value)
    assert str(tmp_path / "d") in str(refused.value)
    assert not (tmp_path / "d").exists()
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"rows_per_part": 0}, "rows_per_part"),
        ({"rows_per_part": 1.5}, "rows_per_part"),
        ({"max_partitions": 0}, "max_partitions"),
        ({"limit": -1}, "limit"),
        ({"part_format": "arrow"}, "part_format"),
        ({"executor": "nowhere"}, "executor"),
    ],
)
def test_bad_arguments(tmp_path: Path, options: dict[str, Any], field: str) -> None:
    with pytest.raises(SpecError) as refused:
        write_dataset(small_sweep(), tmp_path / "d", **options)
    assert refused.value.field == field
    assert not (tmp_path / "d").exists()


def test_what_is_wrong_with_the_question_is_said_before_a_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(SpecError):
        write_dataset(small_sweep(fixed={"hardware": "h100-sxm"}), tmp_path / "d")
    with pytest.raises(SpecError):
        write_dataset(
            small_sweep(strict=True, fixed={"hardware": "h100-sxm", "params": "13B", "pue": 3}), tmp_path / "d"
        )
    assert not (tmp_path / "d").exists()


def test_progress_counts_every_combination(tmp_path: Path) -> None:
    seen: list[int] = []
    write_dataset(small_sweep(), tmp_path / "d", rows_per_part=12, progress=seen.append)
    assert seen[-1] == 90
    assert seen == sorted(seen)
    assert [path.name for path in tmp_path.iterdir()] == ["d"]
