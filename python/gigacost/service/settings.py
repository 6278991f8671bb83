"""How a service is run: where it listens, and what it grants clients."""

from __future__ import annotations

from dataclasses import dataclass, fields

from gigacost.service.limits import MIB, Limits, limit

KIB = 1024


@dataclass(frozen=True, slots=True)
class Settings(Limits):
    """Everything that a process of the service needs to know; plain data, so that it can be handed to workers.

    The token is none of it: it stays in the environment.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    ready_file: str | None = None
    origins: tuple[str, ...] = ()
    """Origins whose pages may ask from a browser; none unless an operator names them."""
    hosts: tuple[str, ...] = ()
    """Further names by which a service without a token may be asked, beside those of this machine."""
    access_log: bool = True
    """Whether each request is a line of the log."""
    stop_seconds: float = limit(10.0, "Seconds that running answers have when the service is stopped", 0)
    body_seconds: float = limit(20.0, "Seconds within which a request's body must arrive")
    header_seconds: float = limit(10.0, "Seconds within which a request's headers must arrive")
    idle_seconds: float = limit(30.0, "Seconds that a connection is kept open between two requests")
    write_seconds: float = limit(30.0, "Seconds that a client may leave an answer unread")
    header_bytes: int = limit(32 * KIB, "Bytes of a request's line and headers", 256)
    headers: int = limit(100, "Headers of a request")
    connections: int = limit(500, "Connections of a worker at once")
    jobs: int = limit(32, "Jobs of a worker that have not ended")
    jobs_at_once: int = limit(1, "Jobs of a worker that are computed at once")
    jobs_kept: int = limit(100, "Jobs of a worker that have ended and are kept")
    jobs_bytes: int = limit(64 * KIB * KIB, "Bytes of their answers together")
    job_seconds: float = limit(600.0, "Seconds that a job may be computed")
    job_expiry: float = limit(600.0, "Seconds that a job is kept after its end")
    body_bytes: int = limit(MIB, "Bytes of a request's body")
    memory_bytes: int = limit(4096 * MIB, "Bytes of memory of a worker beyond which it takes no questions")
    at_once: int = limit(2, "Questions of a worker that are computed at once")
    waiting: int = limit(64, "Questions of a worker that wait for those")

    @property
    def limits(self) -> Limits:
        """What an answer may take."""
        return Limits(**{one.name: getattr(self, one.name) for one in fields(Limits)})
