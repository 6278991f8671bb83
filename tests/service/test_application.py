"""The questions over HTTP: what is answered, what is refused, and how long either takes."""

from __future__ import annotations

import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from asked_service import DESIGN, JSON, SEVERAL, refused, service
from cli_runner import invoke

from gigacost.cli.operations import questions
from gigacost.cli.served import Books
from gigacost.service.limits import Limits
from gigacost.service.operation import Asked, Watch

CLIENT = service()
BOOK = """name = "ours"
date = "2026-11"

[regions.my-site]
electricity_usd_per_kwh = 0.05
country = "Germany"
pue = 1.05
"""
GRID = {"from": 1.1, "to": 2, "steps": 10_000}
LAYOUTS = {"from": 512, "to": 131072, "steps": 1000, "multiple_of": 8}
YEAR: dict[str, Any] = {
    "axes": {
        "chips": LAYOUTS,
        "params": {"from": "1B", "to": "1T", "steps": 1000},
        "hardware": ["h100-sxm", "b200-sxm"],
    },
    "fixed": {"tokens": "2T"},
}
"""Millions of layouts to be searched for."""


def test_a_question_is_answered_with_what_its_operation_answers() -> None:
    reply = CLIENT.post("/v1/top", json={"spec": SEVERAL, "options": {"k": 2}})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    top = next(one for one in questions(Books({})) if one.name == "top")
    expected = top.answer(Asked({"spec": SEVERAL}, {"k": 2}), Watch(Limits())).document
    found = reply.json()
    assert found["meta"].pop("effort").keys() == expected["meta"].pop("effort").keys()
    assert found == expected
    assert len(found["rows"]) == 2


def test_an_answer_that_the_client_has_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"spec": SEVERAL, "options": {"k": 2}}
    etag = CLIENT.post("/v1/top", json=asked).headers["etag"]
    for given in (etag, f'W/{etag}, "other"'):
        reply = CLIENT.post("/v1/top", json=asked, headers={"if-none-match": given})
        assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", etag)
    monkeypatch.setattr("gigacost.cli.operations.run_of", None)  # nothing is answered from here on
    assert CLIENT.post("/v1/top", json=asked, headers={"if-none-match": etag}).status_code == 304
    assert CLIENT.post("/v1/top", json=asked).status_code == 500


def test_an_etag_follows_from_model_and_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def etag() -> str:
        mounted = service({"ours": str(tmp_path / "ours.toml")})
        return str(mounted.post("/v1/estimate", json={"spec": {"fixed": DESIGN}}).headers["etag"])

    (tmp_path / "ours.toml").write_text(BOOK)
    first = etag()
    assert etag() == first
    (tmp_path / "ours.toml").write_text(BOOK.replace("0.05", "0.06"))
    changed = etag()
    monkeypatch.setattr("gigacost.compiler.lower.model_sha256", lambda _: "of another model")
    assert len({first, changed, etag()}) == 3


def test_another_question_has_another_etag(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(BOOK)
    other = service({"ours": str(tmp_path / "ours.toml")})
    fixed = {"spec": {"fixed": DESIGN}}
    tags = [
        CLIENT.post("/v1/estimate", json=fixed).headers["etag"],
        CLIENT.post("/v1/layout", json=fixed).headers["etag"],
        CLIENT.post("/v1/estimate", json={**fixed, "options": {"no_intervals": True}}).headers["etag"],
        CLIENT.post("/v1/estimate", json={"spec": {"fixed": {**DESIGN, "chips": 256}}}).headers["etag"],
        other.post("/v1/estimate", json=fixed).headers["etag"],
        other.post("/v1/estimate", json={**fixed, "catalog": "ours"}).headers["etag"],
        CLIENT.get("/v1/catalog/hardware").headers["etag"],
        CLIENT.get("/v1/catalog/hardware?as_of=2024-01-01").headers["etag"],
    ]
    assert len(set(tags)) == len(tags)
    assert CLIENT.get("/v1/catalog/hardware", headers={"if-none-match": tags[-2]}).status_code == 304


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"{", "column 2"),
        (b"[]", "not a table"),
        (b"null", "not a table"),
        (b'{"spec": {}, "spec": {}}', "twice"),
        (b'{"spec": {"fixed": {"chips": 1, "chips": 2}}}', "twice"),
        (b'{"spec": {"fixed": {"chips": NaN}}}', "NaN"),
        (b'{"spec": {"fixed": {"chips": -Infinity}}}', "Infinity"),
        (b'{"spec": {"fixed": {"chips": ' + b"9" * 5000 + b"}}}", "too many digits"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"spec":' * 100_000, "nested too deeply"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"spec": {"fixed": {"chips": "\x00"}}}', "control character"),
    ],
)
def test_what_is_no_json_is_refused(body: bytes, said: str) -> None:
    (error, *_) = refused(CLIENT.post("/v1/top", content=body, headers=JSON), 400)
    assert said in error["message"]
    assert error["field"] in {"body", "chips", ".".join("a" * 32)}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{}", "spec"),
        ('{"spec": null}', "spec"),
        ('{"spec": []}', "spec"),
        ('{"spec": {}, "options": null}', "options"),
        ('{"spec": {}, "options": {"k": null}}', "options.k"),
        ('{"spec": {}, "option": {}}', "option"),
        ('{"spec": {}, "a": {}}', "a"),
        ('{"spec": {}, "catalog": null}', "catalog"),
        ('{"spec": {}, "catalog": 1}', "catalog"),
        ('{"spec": {}, "catalog": "/etc/passwd"}', "catalog"),
        ('{"spec": {}, "catalog": {"regions": {"x": {"pue": 1e308, "date": "2026"}}}}', "regions.x.pue"),
        ('{"spec": {"catalog": "prices.toml"}}', "catalog"),
        ('{"spec": {"zip": "rows.csv"}}', "zip[0]"),
        ('{"spec": {"fixed": {"chips": 1e999}}}', "fixed.chips"),
        ('{"spec": {"fixed": {"chips": 18446744073709551616}}}', "fixed.chips"),
        ('{"spec": {"fixed": {"chips": true}}}', "fixed.chips"),
        ('{"spec": {"fixed": {"hardware": "h100\\u0000"}}}', "fixed.hardware"),
        ('{"spec": {"fixed": {"hardware": "\\ud800"}}}', "fixed.hardware"),
        ('{"spec": {"fixed": {"hardware": "h100‑sxm"}}}', "fixed.hardware"),
        ('{"spec": {"axes": {"pue": {"from": 1.1, "to": 1.2, "step": 1e-18}}}}', "axes.pue.step"),
        ('{"spec": {"derive": {"a": "' + "(" * 5000 + '"}}}', "derive.a"),
        ('{"spec": {}, "options": {"by": "\\ud800"}}', "options.by"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_field(body: str, field: str) -> None:
    errors = refused(CLIENT.post("/v1/top", content=body.encode(), headers=JSON), 422)
    assert field in [one["field"] for one in errors]


@pytest.mark.parametrize(
    ("body", "said"),
    [(b'{"a":' * 40 + b"1" + b"}" * 40, "nested too deeply"), (b'{"\\ud800": {}}', "invisible character")],
)
def test_json_that_no_specification_holds_is_refused(body: bytes, said: str) -> None:
    (error, *_) = refused(CLIENT.post("/v1/top", content=body, headers=JSON), 422)
    assert said in error["message"]


@pytest.mark.parametrize("question", ["compare", "diff"])
@pytest.mark.parametrize(("given", "missing"), [("a", "b"), ("b", "a")])
def test_one_of_two_specifications_is_not_enough(question: str, given: str, missing: str) -> None:
    (error,) = refused(CLIENT.post(f"/v1/{question}", json={given: {"fixed": DESIGN}}), 422)
    assert (error["field"], error["message"]) == (missing, "missing")


def test_all_faults_are_told_at_once() -> None:
    spec = {"fixed": {"chips": 0, "hardware": "h1000"}}
    errors = refused(CLIENT.post("/v1/top", json={"spec": spec}), 422)
    assert [one["field"] for one in errors] == ["fixed.chips", "fixed.hardware"]
    assert all(one["allowed"] for one in errors)


@pytest.mark.parametrize(
    ("method", "path", "status", "field"),
    [
        ("POST", "/v1/nothing", 404, "path"),
        ("GET", "/v1/catalog/nothing", 404, "axis"),
        ("GET", "/v1/catalog/hardware/h1000", 404, "hardware"),
        ("GET", "/v1/catalog/../../etc/passwd", 404, "path"),
        ("GET", "/v1/catalog/hardware/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404, "path"),
        ("GET", "/v1/catalog/hardware/%00", 404, "hardware"),
        ("GET", "/v1/catalog/hardware?as_of=1&as_of=2", 422, "options.as_of"),
        ("GET", "/v1/catalog/hardware?catalog=/etc/passwd", 422, "catalog"),
        ("GET", "/v1/catalog/hardware?axis=region", 422, "options.axis"),
        ("GET", "/v1/catalog/hardware/h100-sxm?history=maybe", 422, "options.history"),
        ("GET", "/v1/top", 405, "method"),
        ("PUT", "/v1/top", 405, "method"),
        ("POST", "/v1/catalog/hardware", 405, "method"),
        ("POST", "/v1/top", 415, "content-type"),
    ],
)
def test_other_paths_methods_and_types_are_refused(method: str, path: str, status: int, field: str) -> None:
    (error, *_) = refused(CLIENT.request(method, path), status)
    assert error["field"] == field


def test_compressed_bodies_are_not_read() -> None:
    reply = CLIENT.post("/v1/top", content=b"x", headers={**JSON, "content-encoding": "gzip"})
    assert refused(reply, 415)[0]["field"] == "content-encoding"


@pytest.mark.parametrize(
    ("question", "spec", "given", "field"),
    [
        ("top", {**SEVERAL, "axes": {"pue": GRID, "experiments_factor": GRID}}, {}, "combinations"),
        ("top", {"fixed": DESIGN, "uncertain": "default", "draws": {"count": 4096}}, {}, "draws"),
        ("top", {"fixed": DESIGN, "query": {"columns": ["mfu", "pue", "loss", "chips"]}}, {}, "columns"),
        ("top", {"fixed": DESIGN}, {"k": 1001}, "rows"),
        ("sweep", {"fixed": DESIGN, "axes": {"pue": {**GRID, "steps": 1001}}}, {}, "rows"),
        (
            "pareto",
            {"fixed": {**DESIGN, "market": "own"}, "axes": {"pue": {**GRID, "steps": 1001}}},
            {"maximise": "pue"},
            "rows",
        ),
        ("top", YEAR, {"boxes": 2}, "boxes"),
        ("top", {"fixed": DESIGN}, {"seconds": 31}, "seconds"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_with_its_name(
    question: str, spec: dict[str, Any], given: dict[str, Any], field: str
) -> None:
    limits = {"combinations": 10_000_000, "draws": 1024, "columns": 3, "rows": 1000, "boxes": 1}
    reply = service(**limits).post(f"/v1/{question}", json={"spec": spec, "options": given})
    (error,) = refused(reply, 422)
    assert error["field"] == field
    assert error["allowed"].startswith("<= ")


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("top", {}),
        ("top", {"distinct": ["chips"], "k": 1000}),
        ("pareto", {}),
        ("summary", {}),
        ("bounds", {}),
        ("count", {"where": "train_days <= 30"}),
        ("solve", {"unknown": "tokens", "where": "cost_total_usd <= 1e7"}),
        ("break-even", {"unknown": "runs_per_year", "between": "market=own,on_demand"}),
        ("over-time", {"years": "2022,2023,2024,2025,2026,2027"}),
        ("compare", {"settings_a": ["pue=1.2"], "settings_b": ["pue=1.3"]}),
        ("estimate", {}),
        ("sweep", {"where": "train_days <= 0.001"}),
    ],
)
def test_a_question_that_would_take_a_year_ends_in_time_and_leaves_its_thread(
    question: str, given: dict[str, Any]
) -> None:
    client = service(seconds=0.5, at_once=1, waiting=1)
    spec = {"fixed": DESIGN, "axes": {"pue": {**GRID, "steps": 5000}}} if question == "estimate" else YEAR
    start = time.monotonic()
    (error,) = refused(client.post(f"/v1/{question}", json={"spec": spec, "options": given}), 422)
    assert error["field"] == "seconds"
    assert time.monotonic() - start < 5
    deadline = time.monotonic() + 10  # the only thread that answers is free again
    while client.get("/v1/catalog").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_more_questions_at_once_than_granted_are_refused_until_one_is_answered() -> None:
    client = service(at_once=1, waiting=1)
    with client, ThreadPoolExecutor(8) as pool:
        start = threading.Barrier(8)

        def ask(_: int) -> Any:
            start.wait()
            return client.post("/v1/summary", json={"spec": {**YEAR, "axes": {**YEAR["axes"], "chips": [512]}}})

        replies = list(pool.map(ask, range(8)))
        answered = [one for one in replies if one.status_code == 200]
        others = [one for one in replies if one.status_code != 200]
        assert answered
        assert others
        for one in others:
            assert refused(one, 429)[0] == {
                "field": "questions", "value": "", "message": "too many questions at once", "allowed": "<= 2",
            }  # fmt: skip
            assert int(one.headers["retry-after"]) >= 1
        assert client.post("/v1/count", json={"spec": SEVERAL}).status_code == 200


def test_without_memory_no_question_is_taken() -> None:
    reply = service(memory_bytes=1).post("/v1/count", json={"spec": SEVERAL})
    assert refused(reply, 429)[0]["field"] == "memory"
    assert "retry-after" in reply.headers


def test_a_book_is_taken_by_its_name_and_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(BOOK)
    client = service({"ours": str(tmp_path / "ours.toml")})
    spec = {"fixed": {**DESIGN, "region": "my-site"}}
    named, sent = (
        client.post("/v1/estimate", json={"spec": spec, "catalog": book}).json()
        for book in ("ours", tomllib.loads(BOOK))
    )
    assert named["quantities"] == sent["quantities"]
    assert named["meta"]["catalog_sha256"] == sent["meta"]["catalog_sha256"]
    assert [one["region"] for one in client.get("/v1/catalog/region?catalog=ours").json()][-1] == "my-site"
    assert "my-site" not in client.get("/v1/catalog/region").text
    (error,) = refused(client.post("/v1/estimate", json={"spec": spec, "catalog": "theirs"}), 422)
    assert error["allowed"] == "ours"


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("", ("list",)),
        ("/hardware", ("list", "hardware")),
        ("/region", ("list", "region")),
        ("/model", ("list", "model")),
        ("/presets", ("list", "presets")),
        ("/hardware/h100-sxm", ("show", "hardware", "h100-sxm")),
        ("/hardware/h100-sxm?history=true", ("show", "hardware", "h100-sxm", "--history")),
        ("/prices", ("prices",)),
        ("/prices/h100-sxm?market=own", ("prices", "h100-sxm", "--market", "own")),
    ],
)
def test_the_catalogue_is_what_its_command_prints(
    capsys: pytest.CaptureFixture[str], path: str, command: tuple[str, ...]
) -> None:
    reply = CLIENT.get(f"/v1/catalog{path}")
    assert reply.status_code == 200, reply.text
    assert reply.json() == invoke(capsys, "catalog", *command, "--json").json


def test_a_head_request_is_answered_without_a_body() -> None:
    reply = CLIENT.head("/openapi.json")
    assert (reply.status_code, reply.content) == (200, b"")
    assert CLIENT.get("/openapi.json").json()["openapi"] == "3.1.0"
