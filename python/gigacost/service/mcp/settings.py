"""How the server is run, and what it grants a client."""

from __future__ import annotations

from dataclasses import dataclass

from gigacost.service.limits import MIB, limit


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set of it."""

    shown: int = limit(20, "Entries of a list that are shown, unless a client asks for the list")
    answer_bytes: int = limit(100_000, "Bytes of an answer, which an agent has to read", 1000)
    at_once: int = limit(2, "Answers that are computed at once; others wait")
    requests: int = limit(64, "Requests in work; further ones are read when one of these is answered")
    line_bytes: int = limit(MIB, "Bytes of a message", 1000)
    stop_seconds: float = limit(1.0, "Seconds that answers have when a client sends no more", 0)
