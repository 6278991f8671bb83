"""Available memory (cgroup limits included) and free disk space."""

from __future__ import annotations

import os

from gigacost.errors import Fault, SpecError

_MEMINFO = "/proc/meminfo"
_MEMBERSHIP = "/proc/self/cgroup"
_CGROUP = "/sys/fs/cgroup"
_V2 = ("memory.max", "memory.current")
_V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes")
_UNLIMITED = 1 << 60
"""Version 1 of control groups says "no limit" by a number near 2^63."""
_KIB = 1024
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def available_memory() -> int | None:
    """Bytes that can still be used: what the system has free, or what the control group leaves; None if unknown."""
    known = [free for free in (_system_memory(), *_cgroup_memory()) if free is not None]
    return min(known) if known else None


def free_disk(path: str | os.PathLike[str]) -> int | None:
    """Bytes that may still be written into the folder of ``path``; None if that cannot be told."""
    import shutil

    try:
        return shutil.disk_usage(os.path.dirname(os.path.abspath(path))).free  # noqa: PTH100, PTH120 - bytes work too
    except OSError:
        return None


def require_memory(rows: int, row_bytes: int) -> None:
    """Raise SpecError unless the rows fit into memory twice: in batches, and joined."""
    available = available_memory()
    needed = 2 * rows * row_bytes
    if available is None or needed <= available:
        return
    what = f"{rows} rows take about {in_bytes(needed)} of memory, and {in_bytes(available)} are available"
    ways = "fewer rows (where, rows(start, stop)); batches(); write() to Parquet; top(); summary()"
    raise SpecError(Fault("rows", str(rows), what, ways))


def in_bytes(count: float) -> str:
    """A number of bytes as people write it: ``3.2 GiB``."""
    size, unit = float(count), _UNITS[0]
    for larger in _UNITS[1:]:
        if size < _KIB:
            break
        size, unit = size / _KIB, larger
    return f"{size:.0f} B" if unit == "B" else f"{size:.3g} {unit}"


def _system_memory() -> int | None:
    for line in _read(_MEMINFO).splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * _KIB
    return None


def _cgroup_memory() -> list[int]:
    """What each limit on the way from this process's group to the root leaves."""
    left = []
    for line in _read(_MEMBERSHIP).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if controllers == "":
            left += _along(_CGROUP, group, _V2)
        elif "memory" in controllers.split(","):
            left += _along(f"{_CGROUP}/memory", group, _V1)
    return left


def _along(root: str, group: str, files: tuple[str, str]) -> list[int]:
    left = []
    parts = [part for part in group.split("/") if part and part != ".."]
    for depth in range(len(parts), -1, -1):
        folder = "/".join([root, *parts[:depth]])
        limit, used = (_read(f"{folder}/{name}").strip() for name in files)
        if limit.isdigit() and used.isdigit() and int(limit) < _UNLIMITED:
            left.append(max(int(limit) - int(used), 0))
    return left


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:  # noqa: PTH123 - importing pathlib takes 5 ms
            return file.read()
    except OSError:
        return ""
