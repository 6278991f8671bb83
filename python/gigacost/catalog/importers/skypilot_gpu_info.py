"""What SkyPilot's column GpuInfo says of a row's accelerators: a mapping in the form of Python or of JSON."""

from __future__ import annotations

import ast
import json
from typing import Any, NamedTuple

_LONGEST = 4096


class GpuInfo(NamedTuple):
    """The accelerators of an instance by their maker's name, as far as they are told."""

    name: str
    chips: float | None


def gpu_info(text: str) -> GpuInfo | None:
    """What a cell says; None where it is empty or of another form."""
    found = _read(text) if text.startswith("{") and len(text) <= _LONGEST else None
    gpus = found.get("Gpus") if isinstance(found, dict) else None
    one = gpus[0] if isinstance(gpus, list) and len(gpus) == 1 else None
    if not isinstance(one, dict):
        return None
    name, count = one.get("Name"), one.get("Count")
    number = float(count) if isinstance(count, int | float) and not isinstance(count, bool) else None
    return GpuInfo(name if isinstance(name, str) else "", number)


def _read(text: str) -> Any:  # noqa: ANN401 - any plain data
    try:
        return json.loads(text)
    except ValueError:
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
