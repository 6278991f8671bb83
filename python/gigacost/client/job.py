"""A question that takes longer than a request: asked for now, answered when it is done."""

from __future__ import annotations

import time
from typing import Any, Generic, TypeVar

from gigacost.client.asked import Asked
from gigacost.client.failures import ServiceError, ServiceTimeoutError
from gigacost.client.transport import Transport, read_fault
from gigacost.errors import SpecError, unplaced

T = TypeVar("T")
JOBS = "/v1/jobs"
_OPEN = {"queued", "running"}
_FIRST, _LONGEST = 0.05, 2.0
"""Seconds between two looks, which get longer."""
_MEANT = {400, 413, 422}


class Job(Generic[T]):
    """A question that a service is answering. It has an end there, and expires some time after it."""

    def __init__(self, transport: Transport, asked: Asked[T]) -> None:
        self._transport = transport
        self._asked = asked
        self._document: dict[str, Any] = transport.ask(
            "POST", JOBS, {"question": asked.question, **asked.body}
        ).document
        self.id: str = self._document["id"]
        """What the service calls it."""

    def __repr__(self) -> str:
        return f"<Job {self.id}: {self._asked.question}, {self._document['state']}>"

    @property
    def state(self) -> str:
        """``queued``, ``running``, ``done``, ``failed`` or ``cancelled``: asked for, unless it has ended."""
        if self._document["state"] in _OPEN:
            self._document = self._transport.ask("GET", f"{JOBS}/{self.id}").document
        state: str = self._document["state"]
        return state

    @property
    def progress(self) -> tuple[int, int | None]:
        """How many combinations are done, and of how many; None where nobody knows."""
        _ = self.state
        progress = self._document["progress"]
        return progress["done"], progress["of"]

    def result(self, timeout: float | None = None) -> T:
        """The answer, once it is there. Raises SpecError, ServiceError, ServiceTimeoutError."""
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST
        while self.state in _OPEN:
            left = pause if deadline is None else min(pause, deadline - time.monotonic())
            if left <= 0.0:
                raise ServiceTimeoutError(f"job {self.id}: no answer within {timeout:g} s")
            time.sleep(left)
            pause = min(pause * 1.5, _LONGEST)
        document = self._document
        if document["state"] == "done":
            return self._asked.made(document["answer"])
        faults = [read_fault(one) for one in document.get("errors", [])]
        if faults and document.get("status") in _MEANT:
            raise SpecError(*(unplaced(faults) if self._asked.by_keyword else faults))
        first = f": {faults[0]}" if faults else ""
        raise ServiceError(f"job {self.id} is {document['state']}{first}", document.get("status", 0))

    def cancel(self) -> None:
        """End it; what was computed is lost."""
        if self._document["state"] in _OPEN:
            self._document = self._transport.ask("DELETE", f"{JOBS}/{self.id}").document
