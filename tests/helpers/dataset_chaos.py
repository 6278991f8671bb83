"""What happens to runs that write datasets: they are killed, disks fill up, stores fail. The bytes must be the same.

As a script it is the run that is killed: ``python dataset_chaos.py FOLDER ROWS_PER_PART STEPS BYTES``.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from faulty_store import BUCKET, FaultyStore, emptied, s3_store
from small_dataset import contents, small_sweep

import gigacost
from gigacost.datasets.opening import opened


class Shape(NamedTuple):
    """A dataset."""

    rows_per_part: int
    steps: int

    def write(self, folder: str | Path, *, resume: bool = False, **more: Any) -> gigacost.WrittenDataset:
        """Write it."""
        sweep = small_sweep(steps=self.steps)
        options = {"rows_per_part": self.rows_per_part, "partition_by": ["market"]}
        return gigacost.write_dataset(sweep, folder, **options, resume=resume, **more)


SHAPES = (Shape(3, 6), Shape(4_000, 5_000))
"""Many small parts, and some whose files take a while to write."""
_PAGE = 4096
FAST = next((place for place in ("/dev/shm",) if os.access(place, os.W_OK)), None)  # noqa: S108 - a folder of our own in it
"""Memory, where there is such a file system: what a process that is killed leaves there is what it leaves on a disk."""


def killed(seed: int, count: int) -> Counter[str]:
    """Runs killed with -9 at random moments, each resumed: how far they were. Raises AssertionError for other bytes."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=FAST) as place:
        wholes = [_whole(Path(place) / f"whole-{number}", shape) for number, shape in enumerate(SHAPES)]
        for number in range(count):
            shape, (whole, seconds) = SHAPES[number % 2], wholes[number % 2]
            folder = Path(place) / str(number)
            process = _victim(folder, shape)
            time.sleep(drawn.uniform(0.0, 1.1 * seconds))
            process.kill()
            process.communicate()
            left = contents(folder) if folder.exists() else {}
            found[_how_far(left)] += 1
            found["half-written files"] += sum(name.endswith(".partial") for name in left)
            done = shape.write(folder, resume=True)
            found["parts kept"] += done.reused
            found["parts computed again"] += done.computed
            assert contents(folder) == whole, f"kill {number} of seed {seed}"
            shutil.rmtree(folder)
    return found


def full_disks(seed: int, count: int) -> Counter[str]:
    """Runs on disks that fill up at random sizes, each resumed on a larger one: what they said."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=FAST) as place:
        wholes = [_whole(Path(place) / f"whole-{number}", shape)[0] for number, shape in enumerate(SHAPES)]
        for number in range(count):
            shape, whole = SHAPES[number % 2], wholes[number % 2]
            sizes = [len(data) for data in whole.values()]
            size = sum(-(-size // _PAGE) * _PAGE for size in sizes) if _mounts() else max(sizes)
            with _small_disk(Path(place), int(drawn.uniform(0.1, 0.9) * size)) as disk:
                process = _victim(disk.folder / "d", shape, limit=disk.limit)
                said = process.communicate()[1].decode()
                assert process.returncode == 1, said
                assert "No space left on device" in said or "File too large" in said, said
                assert str(disk.folder) in said, said
                found[said.rpartition(": ")[2].strip()] += 1
                left = contents(disk.folder)
                assert not any(name.endswith(".partial") for name in left), left.keys()
                assert all(whole[name.removeprefix("d/")] == data for name, data in left.items())
                disk.enlarge()
                done = shape.write(disk.folder / "d", resume=True)
                found["parts kept"] += done.reused
                found["parts computed again"] += done.computed
                assert contents(disk.folder / "d") == whole, f"full disk {number} of seed {seed}"
                shutil.rmtree(disk.folder / "d")
    return found


def faulty_stores(seed: int, count: int, share: float = 0.25) -> Counter[str]:
    """Runs into a bucket whose store fails at this share of requests: what it did."""
    found: Counter[str] = Counter()
    shape = Shape(12, 6)
    with tempfile.TemporaryDirectory(dir=FAST) as place, s3_store() as behind:
        whole, _ = _whole(Path(place) / "whole", shape)
        for number in range(count):
            emptied(behind)
            store = FaultyStore(behind, seed * 100_003 + number, share)
            os.environ.update(store.environment)
            url = f"s3://{BUCKET}/{number}/"
            shape.write(url)
            assert gigacost.verify_dataset(url).ok
            found.update(store.did)
            store.share = 0.0
            there = opened(url)
            assert {name: there.read(name) for name in there.names()} == whole, f"store {number} of seed {seed}"
            store.close()
    return found


def _whole(folder: Path, shape: Shape) -> tuple[dict[str, bytes], float]:
    """A dataset's files, and how long a run takes that is not stopped."""
    shape.write(folder)
    shutil.rmtree(folder)
    process = _victim(folder, shape)
    start = time.monotonic()
    process.communicate()
    assert process.returncode == 0
    return contents(folder), time.monotonic() - start


def _how_far(left: dict[str, bytes]) -> str:
    if "_gigacost/plan.json" not in left:
        return "killed before the plan"
    return "killed when complete" if "_gigacost/manifest.json" in left else "killed between plan and manifest"


def _victim(folder: Path, shape: Shape, limit: int | None = None) -> subprocess.Popen[bytes]:
    """A run of its own, which has begun to write when this returns."""

    command = [sys.executable, __file__, str(folder), *map(str, shape), str(limit or resource.RLIM_INFINITY)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    return process


class _Disk(NamedTuple):
    folder: Path
    limit: int | None
    """Most bytes of a file, where no small disk can be mounted."""

    def enlarge(self) -> None:
        if self.limit is None:
            subprocess.run(["mount", "-o", "remount,size=1g", str(self.folder)], check=True)


@contextmanager
def _small_disk(place: Path, size: int) -> Iterator[_Disk]:
    folder = place / "disk"
    folder.mkdir()
    try:
        if not _mounts():
            yield _Disk(folder, size)
            return
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={max(size, _PAGE)}", "tmpfs", str(folder)], check=True)
        try:
            yield _Disk(folder, None)
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    finally:
        folder.rmdir()


def _mounts() -> bool:
    """Whether a small disk can be mounted here; tried once."""
    if not _CAN_MOUNT:
        with tempfile.TemporaryDirectory() as place:
            command = ["mount", "-t", "tmpfs", "-o", f"size={_PAGE}", "tmpfs", place]
            mounted = (
                shutil.which("mount") is not None
                and subprocess.run(command, check=False, capture_output=True).returncode == 0
            )
            if mounted:
                subprocess.run(["umount", place], check=True)
            _CAN_MOUNT.append(mounted)
    return _CAN_MOUNT[0]


_CAN_MOUNT: list[bool] = []


if __name__ == "__main__":
    shape = Shape(*map(int, sys.argv[2:4]))
    list(small_sweep(steps=shape.steps).part(0, 1))  # what is loaded and compiled once is
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    try:
        shape.write(sys.argv[1], resume=True)
    except gigacost.OutputError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
