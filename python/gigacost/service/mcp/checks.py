"""What a client sends is held against the protocol here, so that what is wrong is said in our words: one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PROTOCOL_VERSION_META_KEY
from pydantic import ValidationError

from gigacost.errors import Fault, escape, nearest, show, type_name

_TEXT, _OBJECT = (str, "a string"), (dict, "an object")
_METHODS: Mapping[str, Mapping[str, tuple[type, str]]] = {
    "initialize": {"protocolVersion": _TEXT, "capabilities": _OBJECT, "clientInfo": _OBJECT},
    "ping": {},
    "server/discover": {},
    "tools/list": {},
    "tools/call": {"name": _TEXT},
    "resources/list": {},
    "resources/templates/list": {},
    "resources/read": {"uri": _TEXT},
}
"""The requests that are answered, with the parameters they must have."""
_OPTIONAL: Mapping[str, Mapping[str, tuple[type, str]]] = {"tools/call": {"arguments": _OBJECT}}
_ANYWHERE = {"_meta": _OBJECT, "cursor": _TEXT}
_CLIENT = {"name": _TEXT, "version": _TEXT}
_BEFORE = ("initialize", "ping", "server/discover")
"""What may be asked before anything was agreed on."""


class Checks:
    """A middleware of the SDK's server, for one connection."""

    def __init__(self) -> None:
        self._is_begun = False

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """The result of the request. Raises MCPError and nothing else."""
        if ctx.request_id is None:
            return await call_next(ctx)
        self._check(ctx.method, ctx.params or {})
        try:
            result = await call_next(ctx)
        except MCPError:
            raise
        except ValidationError:
            _refuse(f"params: not as {ctx.method} has them in protocol {ctx.protocol_version}")
        except Exception as error:  # noqa: BLE001 - whatever is wrong with us, it is one line
            what = escape(str(error), quotes="", shown=400)
            raise MCPError(code=INTERNAL_ERROR, message=f"internal error: {type(error).__name__}: {what}") from None
        self._is_begun |= ctx.method == "initialize"
        return result

    def _check(self, method: str, params: Mapping[str, Any]) -> None:
        if method not in _METHODS:
            allowed = ", ".join(_METHODS)
            fault = Fault("method", show(method), "unknown", allowed, nearest(method, _METHODS))
            raise MCPError(code=METHOD_NOT_FOUND, message=str(fault))
        for name, (kind, allowed) in _METHODS[method].items():
            _check_one("params." + name, params, name, kind, allowed, needed=True)
        for name, (kind, allowed) in {**_OPTIONAL.get(method, {}), **_ANYWHERE}.items():
            _check_one("params." + name, params, name, kind, allowed)
        if method == "initialize":
            for name, (kind, allowed) in _CLIENT.items():
                _check_one(f"params.clientInfo.{name}", params["clientInfo"], name, kind, allowed, needed=True)
        is_enveloped = PROTOCOL_VERSION_META_KEY in (params.get("_meta") or {})
        if not (self._is_begun or is_enveloped or method in _BEFORE):
            fault = Fault("method", show(method), "nothing is agreed on yet", "initialize first")
            raise MCPError(code=INVALID_REQUEST, message=str(fault))


def _check_one(
    field: str, params: Mapping[str, Any], name: str, kind: type, allowed: str, *, needed: bool = False
) -> None:
    value = params.get(name)
    if value is None and not needed:
        return
    if name not in params:
        _refuse(str(Fault(field, "", "missing", allowed)))
    if not isinstance(value, kind):
        _refuse(str(Fault(field, show(value), f"of type {type_name(value)}", allowed)))


def _refuse(message: str) -> NoReturn:
    raise MCPError(code=INVALID_PARAMS, message=message) from None
