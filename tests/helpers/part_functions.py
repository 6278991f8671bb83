"""Functions that tests hand to workers, which find them by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from gigacost.compiler.lower import thread_count
from gigacost.errors import Fault, SpecError


def same(*given: Any) -> tuple[Any, ...]:
    return given


def with_process(*given: Any) -> tuple[Any, ...]:
    return (*given, os.getpid())


def lasting(seconds: float, value: Any) -> Any:
    time.sleep(seconds)
    return value


def touching(seconds: float, path: str) -> str:
    """Says that it began before it takes its time."""
    Path(path).touch()
    time.sleep(seconds)
    return path


def kill_once(path: str, value: int, at: int) -> int:
    """Kills its worker with one value, the first time."""
    if value == at and not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def kill_always(value: int, at: int) -> int:
    """Kills its worker with one value, every time."""
    if value == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def threads() -> int:
    return thread_count()


def refuse(value: int) -> None:
    raise SpecError(Fault("chips", str(value), "too many"))


def fail(value: int) -> None:
    raise ZeroDivisionError(value)


class StrangeError(Exception):
    def __reduce__(self) -> Any:
        raise TypeError


def fail_strangely() -> None:
    raise StrangeError("of its own kind")


def unpicklable() -> Any:
    return lambda: None


def best_cost(space: Any, start: int, stop: int) -> float:
    """The least cost of some combinations of a space."""
    return float(min(row["cost_total_usd"] for row in space.part(start, stop)))
