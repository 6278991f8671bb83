"""The socket that a service listens on, and which addresses are this machine's alone."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket

from gigacost.errors import Fault, OutputError, SpecError, show

BACKLOG = 2048
"""Connections that wait for a worker to take them."""


def address(host: str, port: int) -> tuple[socket.AddressFamily, str]:
    """The address that a host's name stands for, with its family. Raises SpecError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE) if host else []
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise SpecError(Fault("--host", show(host), "no address of this machine", "127.0.0.1, ::1, 0.0.0.0, a name"))
    family, _, _, _, place = found[0]
    return family, str(place[0])


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    found = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def refuse_open(host: str, port: int, *, token: str | None) -> None:
    """Raise SpecError where a service would be reached from other machines and nobody would have to show a token."""
    from gigacost.service.bearer import VARIABLE

    if token is None and not is_loopback(address(host, port)[1]):
        what = f"other machines reach it, and {VARIABLE} is not set"
        raise SpecError(Fault("--host", show(host), what, f"127.0.0.1, ::1; or a token in {VARIABLE}"))


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises SpecError for a bad host, OutputError where the port cannot be had."""
    family, place = address(host, port)
    # Without its protocol asyncio would not see that it is TCP, and answers would wait for the client's
    # acknowledgement, up to 40 ms; connections of this socket inherit the option too.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((place, port))
        made.listen(BACKLOG)
    except OSError as problem:
        made.close()
        why = "the port is taken" if problem.errno == errno.EADDRINUSE else os.strerror(problem.errno or 0)
        raise OutputError(f"{host}:{port}: {why}") from None
    return made


def url(listener: socket.socket) -> str:
    """Where clients of this machine find a listening socket."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
