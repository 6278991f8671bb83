"""What can go wrong between a client and a service, beside a bad question (SpecError)."""

from __future__ import annotations

from gigacost.errors import Error


class ServiceError(Error, ConnectionError):
    """A service cannot be reached, does not let us in, is too busy, or has failed.

    ``status`` is that of its answer, 0 without one; ``request_id`` finds the answer in its log.
    """

    def __init__(self, message: str, status: int = 0, request_id: str = "") -> None:
        super().__init__(message, status, request_id)
        self.status = status
        self.request_id = request_id

    def __str__(self) -> str:
        return str(self.args[0])


class ServiceTimeoutError(ServiceError, TimeoutError):
    """A service has not answered in time."""
