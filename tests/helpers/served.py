"""The application of ``gigacost serve`` within the process of a test."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from gigacost.cli.served import application
from gigacost.service.metrics import Metrics
from gigacost.service.settings import Settings

DESIGN = {"fixed": {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}}
GRID = {**DESIGN, "axes": {"market": ["own", "on_demand", "spot"], "pue": {"from": 1.1, "to": 1.5, "steps": 10}}}


def served(books: dict[str, str] | None = None, **settings: Any) -> TestClient:
    """A client of an application with these settings."""
    made = application(Metrics(), mounted=books or {}, settings=Settings(**settings))
    return TestClient(made.app, raise_server_exceptions=False)  # type: ignore[arg-type] # of its own types
