"""Signals that are not lost: what a handler raises in a destructor, the interpreter drops."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def noticed() -> Iterator[list[Callable[[], object]]]:
    """Calls that handle once more the interrupts that came meanwhile; none where this is not the main thread.

    Who waits looks at them now and then: one that was handled as it should did not come this far.
    """
    came: list[Callable[[], object]] = []
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(number)
            if callable(handler):
                before[number] = handler
                signal.signal(number, _noting(came, handler))
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _noting(
    came: list[Callable[[], object]], handler: Callable[[int, FrameType | None], object]
) -> Callable[[int, FrameType | None], None]:
    def note(number: int, frame: FrameType | None) -> None:
        came.append(lambda: handler(number, None))
        handler(number, frame)

    return note
