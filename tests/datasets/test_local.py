"""Folders that no dataset can be put into are refused before anything is touched."""

import os
from pathlib import Path

import pytest
from small_dataset import contents, small_sweep

from gigacost import SpecError, write_dataset
from gigacost.datasets.local import LocalStore


def refusal(path: str | os.PathLike[str]) -> str:
    with pytest.raises(SpecError) as refused:
        write_dataset(small_sweep(), path)
    assert refused.value.field == "path"
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_folders_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    write_dataset(small_sweep(), tmp_path / "d")
    before = contents(tmp_path)
    assert "is a file, not a folder" in refusal(tmp_path / "file")
    assert "is a file, not a folder" in refusal(tmp_path / "dangling")
    assert "is a file, not a folder" in refusal("/dev/full")
    assert "a name of 300 bytes; allowed: at most 255 bytes" in refusal(tmp_path / ("x" * 300))
    assert "a name of 300 bytes" in refusal(tmp_path / ("ü" * 150))
    assert f"there is no folder {tmp_path}/gone" in refusal(tmp_path / "gone" / "d")
    assert "there is no folder" in refusal(tmp_path / "file" / "d")
    assert "not the name of a folder" in refusal(f"{tmp_path}/a\0b")
    assert "not the name of a folder" in refusal("")
    assert f"lies within the dataset {tmp_path}/d" in refusal(tmp_path / "d" / "inner")
    assert "cannot be made" in refusal("/proc/gigacost")
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "name", ["with space", "ünïcode 💥", "-o", "~", "$HOME", "a\nb", "a%20b", "*", b"not utf-8 \xff"]
)
def test_any_other_name_is_a_folder(tmp_path: Path, name: str | bytes) -> None:
    folder = tmp_path / os.fsdecode(name)
    done = write_dataset(small_sweep(), folder, rows_per_part=30)
    assert done.parts == 3
    assert (folder / "part-000002.parquet").exists()
    assert [path.name for path in tmp_path.iterdir()] == [os.fsdecode(name)]
    assert write_dataset(small_sweep(), folder, rows_per_part=30, resume=True).computed == 0


def test_a_link_to_a_folder_is_that_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_dataset(small_sweep(), tmp_path / "link", partition_by="market")
    assert (tmp_path / "real/market=own/part-000000.parquet").exists()


@pytest.mark.parametrize("inner", ["market=own", "_gigacost"])
def test_a_link_that_leads_out_of_the_dataset_is_refused(tmp_path: Path, inner: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / inner).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SpecError, match="leads out of the dataset"):
        write_dataset(small_sweep(), tmp_path / "d", partition_by="market")
    assert not any((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("name", ["part-000000.parquet", "_gigacost/parts/000000.json", "_gigacost/manifest.json"])
def test_a_link_in_place_of_a_file_is_replaced_never_followed(tmp_path: Path, name: str) -> None:
    (tmp_path / "precious").write_text("mine")
    write_dataset(small_sweep(), tmp_path / "d")
    whole = contents(tmp_path / "d")
    for target in ("precious", "nowhere"):
        (tmp_path / "d" / name).unlink()
        (tmp_path / "d" / name).symlink_to(tmp_path / target)
        write_dataset(small_sweep(), tmp_path / "d", resume=True)
        assert contents(tmp_path / "d") == whole
        assert not (tmp_path / "d" / name).is_symlink()
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_file_is_created_once(tmp_path: Path) -> None:
    store = LocalStore(str(tmp_path), "path")
    assert store.create("a", b"1")
    assert not store.create("a", b"2")
    assert store.read("a") == b"1"
    store.replace("a", b"3")
    assert store.read("a") == b"3"
    assert store.read("b") is store.holds("b") is None
    assert list(contents(tmp_path)) == ["a"]


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    store = LocalStore(str(tmp_path), "path")
    assert store.create("a", b"1")
    assert not store.create("a", b"2")
    assert store.read("a") == b"1"
    assert list(contents(tmp_path)) == ["a"]
