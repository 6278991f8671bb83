"""Whose requests a service without a token answers: those that this machine's own programs and pages make.

A page in somebody's browser can have its own name point to this machine and read what is answered under it, so the name
that stands in the request has to be known. And it can send to this machine what needs no permission and read nothing:
such requests tell the page's origin.
"""

from __future__ import annotations

from collections.abc import Collection

from gigacost.service.asgi import App, Receive, Scope, Send, header, refuse
from gigacost.service.listening import is_loopback


class Hosts:
    """Lets those requests pass that ask for this machine, or for a name that the operator gave, from pages of it."""

    def __init__(self, app: App, names: Collection[str], origins: Collection[str]) -> None:
        self._app = app
        self._names = {"localhost", *(name.lower() for name in names)}
        self._origins = {origin.lower() for origin in origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, if it was asked for."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = header(scope, b"host").decode("latin-1").lower()
        origins = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"origin"]
        if not self._known(host):
            what, allowed = "not a name of this service", "127.0.0.1, localhost; or what --allow-host names"
            await refuse(scope, send, 421, "host", what, allowed)
        elif not all(origin in self._origins or self._own(origin, host) for origin in origins):
            await refuse(scope, send, 403, "origin", "a page of another origin", "what --cors names")
        else:
            await self._app(scope, receive, send)

    def _known(self, given: str) -> bool:
        name, colon, port = given.rpartition(":")
        if not (colon and port.isdigit()):
            name = given
        try:
            return name in self._names or is_loopback(name.removeprefix("[").removesuffix("]"))
        except ValueError:  # no address
            return False

    def _own(self, origin: str, host: str) -> bool:
        """Whether a page is the service's own, whatever a proxy has made of the name."""
        scheme, _, place = origin.partition("://")
        return scheme in {"http", "https"} and (place == host or place.partition(":")[0] in self._names - {"localhost"})
