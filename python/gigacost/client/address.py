"""Where a service is, and how it is reached: directly, or through the proxy that the environment names."""

from __future__ import annotations

import base64
import http.client
import ipaddress
import ssl
import urllib.parse
import urllib.request
from dataclasses import dataclass

from gigacost.errors import Fault, SpecError, show

_FORM = "http://HOST:PORT or https://HOST:PORT"


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a service's URL."""

    scheme: str
    host: str
    port: int
    path: str
    """What stands before the paths of the service, without a slash at its end."""
    proxy: str | None
    """The URL of a proxy; None for none."""

    @property
    def url(self) -> str:
        """The URL, in one form."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    def connection(self, seconds: float, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
        """A connection that is not yet open."""
        near = self.host, self.port
        if self.proxy is not None:
            proxy = urllib.parse.urlsplit(self.proxy)
            near = proxy.hostname or "", proxy.port or 80
        if self.scheme == "http":
            return http.client.HTTPConnection(*near, timeout=seconds)
        made = http.client.HTTPSConnection(*near, timeout=seconds, context=context or ssl.create_default_context())
        if self.proxy is not None:
            made.set_tunnel(self.host, self.port, _authorization(self.proxy))
        return made

    def target(self, path: str) -> str:
        """What a request asks for: of a proxy without a tunnel the whole URL."""
        if self.proxy is not None and self.scheme == "http":
            return self.url + path
        return self.path + path

    @property
    def headers(self) -> dict[str, str]:
        """Headers that a request has for the proxy's sake."""
        return _authorization(self.proxy) if self.proxy is not None and self.scheme == "http" else {}


def read_address(url: str, proxy: str | None = None) -> Address:
    """The parts of a URL; ``proxy`` is that of the environment by default, ``""`` for none. Raises SpecError."""
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except (ValueError, AttributeError):
        raise SpecError(Fault("url", show(url), "not a URL", _FORM)) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isascii():
        raise SpecError(Fault("url", show(url), "not a URL of a service", _FORM))
    if parts.username is not None or parts.query or parts.fragment:
        shown = show(f"{parts.scheme}://{parts.hostname}")  # not what may be a password
        raise SpecError(Fault("url", shown, "with a user, a query or a fragment", f"{_FORM}; a token is of its own"))
    if proxy is None:
        proxy = _proxy(parts.scheme, parts.hostname)
    return Address(parts.scheme, parts.hostname, port, parts.path.rstrip("/"), proxy or None)


def _proxy(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for a host; never for this machine itself."""
    if host == "localhost" or _is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get(scheme)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _authorization(url: str) -> dict[str, str]:
    """What a proxy wants to be shown, if its URL has it."""
    proxy = urllib.parse.urlsplit(url)
    if proxy.username is None:
        return {}
    shown = f"{urllib.parse.unquote(proxy.username)}:{urllib.parse.unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(shown.encode()).decode()}"}
