"""The names by which a service without a token may be asked.

A page in somebody's browser can have its own name point to this machine and so read what is answered here; the name
stands in the request.
"""

from __future__ import annotations

from collections.abc import Collection

from gigacost.service.asgi import App, Receive, Scope, Send, header, refuse
from gigacost.service.listening import is_loopback


class Hosts:
    """Lets those requests pass that ask for this machine, or for a name that the operator gave."""

    def __init__(self, app: App, names: Collection[str]) -> None:
        self._app = app
        self._names = {"localhost", *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, if it was asked for."""
        if scope["type"] != "http" or self._known(header(scope, b"host").decode("latin-1").lower()):
            await self._app(scope, receive, send)
            return
        what, allowed = "not a name of this service", "127.0.0.1, localhost; or what --allow-host names"
        await refuse(scope, send, 421, "host", what, allowed)

    def _known(self, given: str) -> bool:
        name, colon, port = given.rpartition(":")
        if not (colon and port.isdigit()):
            name = given
        try:
            return name in self._names or is_loopback(name.removeprefix("[").removesuffix("]"))
        except ValueError:  # no address
            return False
