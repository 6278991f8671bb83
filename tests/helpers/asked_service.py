"""The application of a service without its process: asked as a client asks, answered in this one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.testclient import TestClient

from gigacost.cli.served import application
from gigacost.service.metrics import Metrics
from gigacost.service.settings import Settings

DESIGN: Mapping[str, Any] = {"hardware": "h100-sxm", "chips": 512, "params": "13B", "tokens": "2T"}
SEVERAL = {
    "axes": {"hardware": ["h100-sxm", "h200-sxm"], "chips": [256, 512]},
    "fixed": {"params": "13B", "tokens": "2T"},
}
JSON = {"content-type": "application/json"}


def service(mounted: Mapping[str, str] | None = None, **settings: Any) -> TestClient:
    """A client of an application with some settings. What fails within is an answer with status 500."""
    app = application(Metrics(0), mounted=mounted or {}, settings=Settings(**settings)).app
    return TestClient(app, raise_server_exceptions=False)


def refused(reply: Any, status: int) -> list[dict[str, str]]:
    """The errors of a refusal in the one form that refusals have."""
    assert reply.status_code == status, reply.text
    errors: list[dict[str, str]] = json.loads(reply.content)["errors"]
    for one in errors:
        assert (
            {"field", "value", "message", "allowed"} <= one.keys() <= {"field", "value", "message", "allowed", "hint"}
        )
        assert all(isinstance(text, str) for text in one.values())
        assert one["message"]
        assert "\n" not in one["message"]
    assert errors
    return errors
