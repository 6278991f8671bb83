"""A bucket, behind a proxy that fails as stores and networks do: the same bytes as in a folder."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_store import BUCKET, FAULTS, SECRET, FaultyStore, emptied, s3_store
from small_dataset import contents, small_sweep

from gigacost import OutputError, SpecError, Sweep, dataset_status, verify_dataset, write_dataset
from gigacost.datasets import cloud
from gigacost.datasets.opening import opened

URL = f"s3://{BUCKET}/some/where/"
PARTS = {"rows_per_part": 12, "partition_by": ["market"]}


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[str, int]]:
    with s3_store() as address:
        yield address


@pytest.fixture
def store(
    behind: tuple[str, int], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FaultyStore]:
    """An empty bucket, with as many faults as the test is parametrised by."""
    emptied(behind)
    seed, share = getattr(request, "param", (0, 0.0))
    found = FaultyStore(behind, seed, share)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    yield found
    found.close()


def stored(url: str = URL) -> dict[str, bytes]:
    """Every object by its name."""
    found = opened(url)
    return {name: found.read(name) or b"" for name in found.names()}


@pytest.mark.parametrize("store", [(0, 0.0), (1, 0.25), (2, 0.25)], indirect=True)
def test_a_bucket_holds_the_same_bytes_as_a_folder(store: FaultyStore, tmp_path: Path) -> None:
    done = write_dataset(small_sweep(), URL, **PARTS)
    assert done == write_dataset(small_sweep(), tmp_path / "d", **PARTS)
    assert write_dataset(small_sweep(), URL, **PARTS, resume=True).computed == 0
    assert verify_dataset(URL, sample=2).ok
    assert dataset_status(URL).complete
    if store.share:
        assert set(FAULTS) <= store.did.keys()
    store.share = 0.0
    assert stored() == contents(tmp_path / "d")


@pytest.mark.usefixtures("store")
def test_labels_stand_in_names_as_they_do_in_a_folder(tmp_path: Path) -> None:
    regions = {name: {"pue": 1.2, "source": "us"} for name in ("a=b", "%2e", "ü 💥", "../x")}
    sweep = Sweep(
        {"region": list(regions)},
        fixed={"hardware": "h100-sxm", "params": "13B", "tokens": "1T", "chips": 64},
        columns="cost_total_usd",
        catalog={"name": "mine", "date": "2026-01-01", "regions": regions},
    )
    for place in (URL, tmp_path / "d"):
        write_dataset(sweep, place, partition_by="region")
    assert stored() == contents(tmp_path / "d")
    assert verify_dataset(URL).ok


@pytest.mark.usefixtures("store")
def test_a_file_of_several_pieces(tmp_path: Path) -> None:
    """Above 5 MiB a file is sent in pieces, and has its name only when all are there."""
    axes = {
        "chips": {"from": 1, "to": 100_000, "steps": 400, "scale": "log"},
        "tokens": {"from": 1e11, "to": 1e13, "steps": 1000},
    }
    columns = ["cost_total_usd", "train_days", "energy_mwh", "cost_energy_usd"]
    sweep = Sweep(axes, fixed={"hardware": "h100-sxm", "params": "13B"}, columns=columns)
    done = write_dataset(sweep, URL, rows_per_part=1 << 20)
    assert done.bytes / done.parts > 5 << 20
    assert done == write_dataset(sweep, tmp_path / "d", rows_per_part=1 << 20)
    assert stored() == contents(tmp_path / "d")


@pytest.mark.usefixtures("store")
def test_an_object_is_created_once() -> None:
    found = opened(URL)
    assert found.create("a", b"1")
    assert not found.create("a", b"2")
    assert found.read("a") == b"1"
    found.replace("a", b"3")
    assert found.read("a") == b"3"
    assert found.read("b") is found.holds("b") is None
    assert list(found.names()) == ["a"]


@pytest.mark.usefixtures("store")
def test_what_is_damaged_or_of_another_dataset() -> None:
    write_dataset(small_sweep(), URL, **PARTS)
    whole = stored()
    found = opened(URL)
    found.replace("market=own/part-000001.parquet", b"x" * len(whole["market=own/part-000001.parquet"]))
    found.replace("_gigacost/parts/000003.json", whole["_gigacost/parts/000003.json"][:50])
    found.replace("_gigacost/manifest.json", b"")
    found.replace("foreign.txt", b"mine")
    assert [fault.part for fault in verify_dataset(URL).faults] == [None, 1, 3]
    assert write_dataset(small_sweep(), URL, **PARTS, resume=True).computed == 2
    assert stored() == whole | {"foreign.txt": b"mine"}
    with pytest.raises(SpecError, match="holds another dataset"):
        write_dataset(small_sweep(), URL, resume=True)
    with pytest.raises(SpecError, match="holds no dataset, and other files"):
        write_dataset(small_sweep(), f"s3://{BUCKET}/some/")


@pytest.mark.usefixtures("store")
def test_a_bucket_that_there_is_not() -> None:
    with pytest.raises(OutputError, match="there is no such bucket"):
        write_dataset(small_sweep(), "s3://nobodys/x/")


def test_a_store_that_only_fails_is_a_failure_without_secrets(
    store: FaultyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "RETRIES", 1)
    monkeypatch.setattr(cloud, "_PAUSE", 0.0)
    store.share = 1.0
    with pytest.raises(OutputError) as failed:
        write_dataset(small_sweep(), URL)
    assert str(failed.value).startswith(URL)
    assert "\n" not in str(failed.value)
    assert SECRET not in str(failed.value)
    assert store.environment["AWS_ACCESS_KEY_ID"] not in str(failed.value)


def test_secrets_of_the_environment_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "abcdef")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    text = f"GET https://me:{SECRET}@host/x?sig=abcdef in us-east-1, {SECRET}"
    assert cloud.masked(text) == "GET https://***@host/x?sig=*** in us-east-1, ***"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://key:secret@bucket/x/", "credentials are taken from the environment alone"),
        ("s3://", "not the URL of a bucket"),
        ("s3:///x/", "not the URL of a bucket"),
        ("s3://bucket/x?versionId=secret", "not the URL of a bucket"),
        ("s3://bucket/../x/", "a prefix with dots"),
        ("http://host/x/", "not the URL of a bucket"),
        ("ftp://host/x/", "allowed: s3://BUCKET/PREFIX/ (gs:// and az:// are untested)"),
    ],
)
def test_urls_that_are_none(url: str, said: str) -> None:
    with pytest.raises(SpecError) as refused:
        write_dataset(small_sweep(), url)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_without_obstore_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(SpecError, match=r"pip install 'gigacost\[cloud\]'; or a folder"):
        write_dataset(small_sweep(), URL)
