"""Which pages of other origins may ask from a browser: none, unless an operator names them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import cast

from gigacost.errors import Fault, SpecError, show
from gigacost.service.asgi import App

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")


def refuse_bad_origin(origin: str) -> None:
    """Raise SpecError for what no browser names as an origin."""
    if not _ORIGIN.fullmatch(origin):
        raise SpecError(Fault("--cors", show(origin), "not an origin", "https://HOST or https://HOST:PORT, no path"))


def shared(app: App, origins: Collection[str]) -> App:
    """The application for pages of those origins too."""
    from starlette.middleware.cors import CORSMiddleware

    made = CORSMiddleware(
        app,
        allow_origins=tuple(origin.lower() for origin in origins),
        allow_methods=("GET", "POST", "DELETE"),
        allow_headers=("Authorization", "Content-Type", "If-None-Match", "X-Request-Id"),
        expose_headers=("ETag", "Location", "Retry-After", "X-Request-Id"),
    )
    return cast("App", made)
