"""The token that clients show: ``Authorization: Bearer TOKEN``."""

from __future__ import annotations

import hmac
import os
import re

from gigacost.errors import Fault, SpecError
from gigacost.service.asgi import App, Receive, Scope, Send, header, refuse

VARIABLE = "GIGACOST_TOKEN"
"""Where an operator puts it: on a command line everybody on the machine would see it."""
_FORM = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What may stand behind ``Bearer`` (RFC 6750, section 2.1)."""
OPEN = frozenset({"/healthz", "/readyz"})
"""What is answered to anybody: it says nothing but that the service is there."""


def token() -> str | None:
    """The token of this process's environment, None without. Raises SpecError for one that no header can hold."""
    found = os.environ.get(VARIABLE)
    if found is None:
        return None
    if not _FORM.fullmatch(found):
        what = "empty" if not found else "has characters that no bearer token has"
        raise SpecError(Fault(VARIABLE, "", what, "letters, digits and -._~+/, then ="))
    return found


class Bearer:
    """Lets those pass who show the token."""

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._expected = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or ask for the token."""
        if scope["type"] != "http" or scope["path"] in OPEN or self._shown(scope):
            await self._app(scope, receive, send)
            return
        challenge = (b"www-authenticate", b'Bearer realm="gigacost"')
        what, allowed = "missing or wrong token", "Bearer TOKEN"
        await refuse(scope, send, 401, "authorization", what, allowed, reason="token", headers=[challenge])

    def _shown(self, scope: Scope) -> bool:
        scheme, _, given = header(scope, b"authorization").partition(b" ")
        # In the same time wherever the two differ.
        return hmac.compare_digest(given.strip(), self._expected) and scheme.lower() == b"bearer"
