"""Requests that a schema makes, sent to the service: none fails, and each answer is what the schema says.

schemathesis makes them, in all of its phases: examples, edges of the schema, random ones, and sequences. The schema is
that of the service; of the inputs of a specification, which are alike and some hundreds, it keeps some of each kind.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services import Service, started_service

KEPT = frozenset({"hardware", "chips", "params", "mfu", "as_of"})
"""Inputs of which values are made: a label, a whole number, a number, a share, a day."""
LIMITS = ("--combinations=1000000", "--seconds=5", "--draws=1024", "--job-seconds=5")
SETTINGS = """\
request-timeout = 60.0
warnings = false

[checks]
# What a schema cannot say is refused as 422; what clients cannot help is none of their faults: too many at once.
positive_data_acceptance.expected-statuses = ["2xx", 304, 401, 403, 404, 422, 429]
# DELETE cancels a job, which is told of until it expires.
use_after_free.enabled = false
"""
_TESTED = re.compile(r"(\d+) generated")
_SECONDS = 60 * 60
MIB = 2**20


@dataclass(frozen=True)
class Run:
    """What schemathesis found."""

    code: int
    """0 where nothing failed."""
    requests: int
    told: str
    """What it printed."""
    rss_before: int
    rss_after: int
    """Bytes of the service."""


def fuzz(seed: int, count: int, more: Sequence[str] = (), seconds: float = _SECONDS) -> Run:
    """Send so many random requests of each operation, and all the others."""
    with started_service(*LIMITS) as service, tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "schema.json").write_text(json.dumps(few_inputs(_schema(service))))
        (place / "schemathesis.toml").write_text(SETTINGS)
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "schema.json",
            "--url", service.url, "--seed", str(seed), "--max-examples", str(count), "--continue-on-failure", *more,
        ]  # fmt: skip
        environment = {**os.environ, "NO_PROXY": "*", "NO_COLOR": "1"}
        before = _resident(service)
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
        found = _TESTED.search(done.stdout)
        after = _resident(service)
        assert "Traceback" not in service.err, service.err[-5000:]
    return Run(done.returncode, int(found[1]) if found else 0, done.stdout + done.stderr, before, after)


def few_inputs(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with few of the inputs that a specification may have."""
    given = schema["components"]["schemas"]["specification"]["properties"]
    for table in ("axes", "fixed"):
        given[table]["properties"] = _few(given[table]["properties"])
    _shorten(given)
    return schema


def _few(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name in KEPT}


def _shorten(node: Any) -> None:
    """Cut long lists of labels and long tables, wherever they stand."""
    for name, value in node.items() if isinstance(node, dict) else enumerate(node):
        if name in {"enum", "examples"} and isinstance(value, list):
            node[name] = value[:6]
        elif name == "properties" and len(value) > 4 * len(KEPT):
            node[name] = _few(value)
        elif isinstance(value, dict | list):
            _shorten(value)


def _schema(service: Service) -> dict[str, Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{service.url}/openapi.json") as reply:
        schema: dict[str, Any] = json.load(reply)
    return schema


def _resident(service: Service) -> int:
    lines = Path(f"/proc/{service.pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))
