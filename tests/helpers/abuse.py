"""What nobody should send to a service, and what is looked at while it is sent."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from services import Reply, Service

TOKEN = "correct-horse-battery-staple"  # noqa: S105 - of the tests
SHOWN = {"authorization": f"Bearer {TOKEN}", "content_type": "application/json"}
RUN = {"params": "13B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
ASKED = {"spec": {"fixed": RUN}, "options": {"no_intervals": True}}
LIMITS = (
    "--seconds=2", "--body-seconds=2", "--header-seconds=2", "--combinations=10000000",
    "--job-seconds=2", "--threads=1",
)  # fmt: skip
SOON = 15.0
"""Seconds in which anything is answered on a busy machine: far more than any limit, far less than a hang."""
MIB = 2**20
MORE = 400 * MIB
"""Memory that a refusal may take, at most, for as long as it lasts."""


def memory(service: Service, what: str) -> int:
    """Bytes that the service has (``VmRSS``), or had at most (``VmHWM``)."""
    lines = Path(f"/proc/{service.pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def ask(service: Service, asked: object, question: str = "estimate", **headers: str) -> Reply:
    return service.ask("POST", f"/v1/{question}", asked, **{**SHOWN, **headers})


def refused(reply: Reply, *statuses: int) -> list[dict[str, str]]:
    """The faults of a refusal in the documented form."""
    assert reply.status in (statuses or (400, 422)), reply.body[:500]
    assert reply.headers["content-type"] == "application/json"
    errors = reply.json["errors"]
    assert errors
    for one in errors:
        assert one.keys() - {"hint"} == {"field", "value", "message", "allowed"}
        assert all(isinstance(text, str) and text.isprintable() for text in one.values())
        assert one["message"]
    assert len(reply.body) < 64 * 1024
    found: list[dict[str, str]] = errors
    return found


def head(method: str, path: str, length: int = 0, token: str = TOKEN, more: str = "connection: close\r\n") -> str:
    """The head of a request."""
    return (
        f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{more}"
        f"content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )


def raw(service: Service, sent: bytes) -> tuple[bytes, bytes]:
    """The head and the rest of what comes back on a connection of its own."""
    with service.connect() as one:
        one.settimeout(SOON)
        with contextlib.suppress(ConnectionError):
            one.sendall(sent)
        found = b""
        with contextlib.suppress(ConnectionError):
            while piece := one.recv(65536):
                found += piece
    head, _, rest = found.partition(b"\r\n\r\n")
    return head, rest


BODIES = {
    "empty": b"",
    "blank": b" \n ",
    "brackets": b"[" * 100_000,
    "braces": b'{"spec":' * 100_000,
    "closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "a deep specification": b'{"spec":{"fixed":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}}",
    "a deep option": b'{"options":{"where":' + b"[" * 90_000 + b"]" * 90_000 + b"}}",
    "a list": b"[]",
    "a text": b'"estimate"',
    "a number": b"1",
    "null": b"null",
    "cut": b'{"spec": {"fixed": {"chips": 1',
    "two": b"{}{}",
    "NaN": b'{"spec":{"fixed":{"chips":NaN}}}',
    "Infinity": b'{"spec":{"fixed":{"chips":Infinity}}}',
    "-Infinity": b'{"spec":{"fixed":{"chips":-Infinity}}}',
    "beyond floats": b'{"spec":{"fixed":{"chips":1e400}}}',
    "a huge integer": b'{"spec":{"fixed":{"chips":' + b"9" * 200_000 + b"}}}",
    "a large integer": b'{"spec":{"fixed":{"chips":' + b"9" * 4_000 + b"}}}",
    "a huge option": b'{"spec":{"fixed":{"chips":1}},"options":{"draws":' + b"9" * 4_000 + b"}}",
    "a huge fraction": b'{"spec":{"fixed":{"mfu":0.' + b"3" * 100_000 + b"1e-999999}}}",
    "a doubled key": b'{"spec":{"fixed":{"chips":1}},"spec":{"fixed":{"chips":2}}}',
    "a doubled key within": b'{"spec":{"fixed":{"chips":1,"chips":2}}}',
    "no UTF-8": b'{"spec":{"fixed":{"hardware":"\xff\xfe"}}}',
    "overlong UTF-8": b'{"spec":{"fixed":{"hardware":"\xc0\xaf"}}}',
    "UTF-16": '{"spec":{"fixed":{}}}'.encode("utf-16"),
    "half a pair": b'{"spec":{"fixed":{"hardware":"\\ud800"}}}',
    "half a pair as a key": b'{"spec":{"fixed":{"\\udfff":1}}}',
    "NUL": b'{"spec":{"fixed":{"hardware":"h100\\u0000"}}}',
    "NUL as a key": b'{"spec":{"fixed":{"\\u0000":1}}}',
    "escapes": b'{"spec":{"fixed":{"hardware":"\\u001b[31m\\u202e"}}}',
    "escapes as a key": b'{"spec":{"fixed":{"\\u001b]0;x\\u0007":1}}}',
    "many keys": json.dumps({"spec": {"fixed": {f"k{i}": i for i in range(60_000)}}}).encode(),
    "many options": json.dumps({"spec": {}, "options": {f"k{i}": i for i in range(60_000)}}).encode(),
    "a long name": json.dumps({"spec": {"fixed": {"a" * 1_000_000: 1}}}).encode(),
    "a long label": json.dumps({"spec": {"fixed": {**RUN, "hardware": "a" * 1_000_000}}}).encode(),
    "a long condition": json.dumps({"spec": {"fixed": RUN, "query": {"where": "(" * 500_000}}}).encode(),
    "a long sum": json.dumps({"spec": {"fixed": RUN, "derive": {"x": "+".join(["chips"] * 150_000)}}}).encode(),
    "a long distribution": json.dumps({"spec": {"fixed": RUN, "uncertain": {"mfu": "normal " * 100_000}}}).encode(),
    "a long list": json.dumps({"spec": {"fixed": RUN, "axes": {"chips": ["x"] * 200_000}}}).encode(),
    "spec is a list": b'{"spec":[]}',
    "options is a list": b'{"spec":{},"options":[]}',
    "axes is a text": b'{"spec":{"axes":"all"}}',
    "fixed is a number": b'{"spec":{"fixed":3}}',
    "query is null": b'{"spec":{"query":null,"fixed":null,"axes":null,"zip":null}}',
    "zip is nested": b'{"spec":{"zip":[[[[]]]]}}',
    "draws is a text": b'{"spec":{"draws":"many"}}',
    "a version of tomorrow": b'{"spec":{"version":99}}',
    "unknown keys": b'{"__proto__":{},"constructor":1,"__class__":2}',
}


PATHS = (
    "/v1/%2e%2e/%2e%2e/etc/passwd", "/v1/../../etc/passwd", "//v1//estimate", "/v1//estimate", "/v1/estimate/",
    "/v1/estimate%00", "/v1/estimate%2f..%2fchoose", "/v1/%65stimate/..", "/v1/catalog/..%2f..%2fetc%2fpasswd",
    "/v1/catalog/hardware/..%2f..", "/v1/catalog/%00", "/v1/catalog/hardware/%ff%fe", "/v1/catalog/../healthz/..",
    "/v1/catalog/hardware/" + "a" * 8000, "/v1/jobs/../../x", "/v1/jobs/0-" + "a" * 40, "/v1/jobs/%2e%2e",
    "/v1/" + "a/" * 4000, "/openapi.json/..", "/static/../x", "/v1/estimate;x=1", "/v1/estimate?x=" + "y" * 8000,
    "/\\..\\..\\windows", "/v1/ESTIMATE", "/v1/%D0%B5stimate", "*", "estimate", "http://other.example/v1/estimate",
    "http://169.254.169.254/latest/meta-data", "/v1/catalog/hardware?" + "a=b&" * 5000,
    "/v1/catalog?as_of=%00&as_of=../../x", "/v1/catalog/hardware/h100-sxm/../../..", "/.git/config",
    "/metrics/..%2f", "/v1/__class__",
)  # fmt: skip


WRONG = (
    TOKEN[:-1], TOKEN + "x", TOKEN[:-1] + "f", "x" + TOKEN[1:], TOKEN.upper(), TOKEN[1:],
    "", " ", "\u00e9", "a" * 20_000,
)  # fmt: skip
"""Tokens, all but the last few of which are wrong by a byte."""


_OPEN = {name: value for name, value in RUN.items() if name != "chips"}
_MANY = {"mfu": {"from": 0.2, "to": 0.6, "steps": 99}}


def _chips(to: int, **more: object) -> dict[str, object]:
    return {"axes": {"chips": {"from": 8, "to": to, "step": 1}, **more}, "fixed": _OPEN}


_DRAWN = {"draws": {"count": 60_000}, "uncertain": "default"}
A_YEAR: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {
    "a space beyond all": ("top", _chips(1_000_000_000), {}),
    "a product beyond 64 bits": (
        "count", {"axes": {name: {"from": 0.001, "to": 1, "steps": 10**9} for name in ("mfu", "pue")}}, {},
    ),
    "a step of nothing": ("top", {"axes": {"mfu": {"from": 0.1, "to": 1, "step": 1e-300}}}, {}),
    "layouts of many designs": (
        "top", {**_chips(100_000, model="*", hardware="*"), "fixed": {"tokens": "2T"}}, {},
    ),
    "a sum of all": ("summary", _chips(100_000, **_MANY), {"columns": "cost_total_usd"}),
    "a front of everything": ("pareto", _chips(9_000, mfu={"from": 0.2, "to": 0.6, "steps": 999}), {}),
    "a group of each": ("summary", _chips(900_000), {"per": "chips"}),
    "draws without end": ("uncertainty", {"fixed": RUN, "draws": {"count": 4_000_000}}, {}),
    "draws of many": ("top", {**_chips(90_000), **_DRAWN}, {"by": "p90(cost_total_usd)"}),
    "estimates of many": ("estimate", _chips(9_999), {}),
}  # fmt: skip
"""A question, its specification and its options."""


FILES = {
    "a price book": {"spec": {"fixed": RUN, "catalog": "FILE"}},
    "a price book beside": {"spec": {"fixed": RUN}, "catalog": "FILE"},
    "a price book in the folder above": {"spec": {"fixed": RUN}, "catalog": "../FILE"},
    "a table": {"spec": {"fixed": RUN, "zip": "FILE"}},
    "tables": {"spec": {"fixed": RUN, "zip": ["FILE"]}},
    "a table among the axes": {"spec": {"fixed": RUN, "axes": {"x": {"zip": "FILE"}}}},
    "an axis": {"spec": {"fixed": RUN, "axes": {"mfu": "FILE"}}},
    "a preset": {"spec": {"fixed": RUN, "preset": "FILE"}},
    "a model": {"spec": {"fixed": {**RUN, "model": "FILE"}}},
    "a configuration": {"spec": {"fixed": RUN, "model_config": "FILE"}},
    "another configuration": {"spec": {"fixed": RUN, "train_config": "FILE"}},
    "an output": {"spec": {"fixed": RUN}, "options": {"output": "FILE"}},
    "an option of a book": {"spec": {"fixed": RUN}, "options": {"catalog": "FILE"}},
    "an executor": {"spec": {"fixed": RUN}, "options": {"executor": "dask://FILE"}},
    "an address": {"spec": {"fixed": RUN}, "catalog": "http://127.0.0.1:9/FILE"},
    "a distribution": {"spec": {"fixed": RUN, "uncertain": {"mfu": "empirical FILE"}}},
    "a book that names one": {"spec": {"fixed": RUN}, "catalog": {"name": "x", "include": "FILE", "base": "FILE"}},
}  # fmt: skip


FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "<script>alert(1)</script>",
    "{0.__class__}",
    "${HOME}",
    "'; DROP TABLE x; --",
]
