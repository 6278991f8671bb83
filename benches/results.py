"""What was measured, in ``results.json``: each part of the benches replaces its own and leaves the others."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import hoisted

FILE = Path(__file__).with_name("results.json")


def load() -> dict[str, Any]:
    """All parts."""
    return dict(json.loads(FILE.read_text(encoding="utf-8"))) if FILE.exists() else {}


def merge(part: str, found: Mapping[str, Any], packages: Iterable[str] = ("gigacost", "numpy")) -> None:
    """Put a part into the file, with the machine and the versions that it was measured on."""
    everything = load()
    everything[part] = {"measured": {**machine(), "versions": versions(packages)}, **found}
    text = json.dumps(dict(sorted(everything.items())), indent=1, ensure_ascii=False)
    FILE.write_text(text + "\n", encoding="utf-8", newline="\n")


def machine() -> dict[str, Any]:
    """The processor, its cores, the memory and the date; nothing that tells whose machine it is."""
    return {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "cpu": _cpu(),
        "cores": hoisted.CORES,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of Python and of what is installed of some packages."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def say(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr, flush=True)


def _cpu() -> str:
    from gigacost import _engine  # noqa: PLC0415 - only here

    info = Path("/proc/cpuinfo")
    match = re.search(r"model name\s*:\s*(.+)", info.read_text(encoding="utf-8")) if info.exists() else None
    return f"{match[1] if match else platform.processor() or 'unknown'}, {_engine.simd()}"
