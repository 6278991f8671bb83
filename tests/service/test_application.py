"""The questions over HTTP: refusals in one form, answers that are not sent twice, limits, and no file of a client."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke
from served import DESIGN, GRID, served

from gigacost.cli.examples import EXAMPLES
from gigacost.cli.operations import QUESTIONS, Question, questions
from gigacost.cli.served import Books

CLIENT = served()
BOOK = {"name": "ours", "date": "2026-11", "discounts": {"market": {"on_demand": 0.5}}}
BOOK_FILE = 'name = "ours"\ndate = "2026-11"\n[discounts.market]\non_demand = 0.5\n'
PLACE = "/srv/gigacost-secret"


def post(question: str, body: object = None, client: Any = CLIENT, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/v1/{question}", content=content, headers={"content-type": "application/json", **named})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"\xff", "body"),
        (b"[1]", "body"),
        (b'{"options": {}, "options": {}}', "options"),
        (b'{"spec": {"fixed": {"chips": NaN}}}', "body"),
        (b"[" * 100_000, "body"),
    ],
)
def test_a_body_that_is_no_object_of_json_is_a_bad_request(body: bytes, field: str) -> None:
    refused = post("top", body)
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert set(error) <= {"field", "value", "message", "allowed", "hint"}
    assert error["field"] == field


@pytest.mark.parametrize(
    ("question", "body", "field"),
    [
        ("top", {}, "spec"),
        ("top", {"spec": 3}, "spec"),
        ("top", {"spec": DESIGN, "more": 1}, "more"),
        ("top", {"spec": DESIGN, "a": DESIGN}, "a"),
        ("top", {"spec": DESIGN, "catalog": 3}, "catalog"),
        ("top", {"spec": DESIGN, "catalog": "ours"}, "catalog"),
        ("top", {"spec": DESIGN, "options": {"colour": "red"}}, "options.colour"),
        ("top", {"spec": DESIGN, "options": {"k": "many"}}, "options.k"),
        ("top", {"spec": DESIGN, "options": {"by": "beauty"}}, "options.by"),
        ("top", {"spec": {"fixed": {"hardware": "h100-smx", "params": "7B"}}}, "fixed.hardware"),
        ("explain", {"spec": DESIGN}, "options.quantity"),
        ("estimate", {"spec": {"fixed": {}}}, "chips"),
    ],
)
def test_a_question_with_a_fault_is_refused_with_its_field(question: str, body: object, field: str) -> None:
    refused = post(question, body)
    assert refused.status_code == 422
    assert field in [error["field"] for error in refused.json()["errors"]]


def test_what_is_not_there_and_how_it_is_not_asked() -> None:
    assert post("beauty", {}).status_code == 404
    assert CLIENT.get("/v2").status_code == 404
    wrong = CLIENT.get("/v1/top")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    for kind in ("text/plain", "application/xml", ""):
        refused = CLIENT.post("/v1/top", content=b"{}", headers={"content-type": kind})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (415, "content-type")
    assert post("top", {"spec": DESIGN}, content_encoding="gzip").status_code == 415


def test_the_catalogue_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    for path, typed in (
        ("", ("list",)),
        ("/hardware", ("list", "hardware")),
        ("/hardware/h100-sxm", ("show", "hardware", "h100-sxm")),
        ("/hardware/h100-sxm?history=true", ("show", "hardware", "h100-sxm", "--history")),
        ("/hardware/H100?as_of=2024-06-01", ("show", "hardware", "H100", "--as-of", "2024-06-01")),
    ):
        answered = CLIENT.get(f"/v1/catalog{path}")
        assert answered.status_code == 200, answered.text
        assert answered.json() == invoke(capsys, "catalog", *typed, "--json").json
    assert CLIENT.get("/v1/catalog/colour").status_code == 422
    assert CLIENT.get("/v1/catalog/hardware?colour=red").json()["errors"][0]["field"] == "options.colour"


def test_an_answer_that_a_client_has_is_not_sent_again() -> None:
    for asked in (
        lambda **headers: post("top", {"spec": DESIGN}, **headers),
        lambda **headers: CLIENT.get(
            "/v1/catalog/hardware", headers={k.replace("_", "-"): v for k, v in headers.items()}
        ),
        lambda **headers: CLIENT.get("/openapi.json", headers={k.replace("_", "-"): v for k, v in headers.items()}),
        lambda **headers: CLIENT.get("/", headers={k.replace("_", "-"): v for k, v in headers.items()}),
    ):
        first = asked()
        etag = first.headers["etag"]
        for known in (etag, f'W/{etag}, "other"', "*"):
            again = asked(if_none_match=known)
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert asked(if_none_match='"other"').content == first.content or "effort" in first.text


def test_the_tag_of_an_answer_is_what_it_follows_from(tmp_path: Path) -> None:
    file = tmp_path / "book.toml"
    file.write_text(BOOK_FILE)
    bodies: list[dict[str, Any]] = [
        {"spec": DESIGN},
        {"spec": {"fixed": {**DESIGN["fixed"], "chips": 511}}},
        {"spec": DESIGN, "options": {"k": 2}},
        {"spec": DESIGN, "catalog": BOOK},
    ]
    tags = [post("top", body).headers["etag"] for body in bodies]
    tags.append(post("pareto", {"spec": DESIGN}).headers["etag"])
    mounted = served({"ours": str(file)})
    tags.append(post("top", {"spec": DESIGN}, mounted).headers["etag"])
    file.write_text(BOOK_FILE.replace("0.5", "0.6"))
    tags.append(post("top", {"spec": DESIGN}, served({"ours": str(file)})).headers["etag"])
    assert len(set(tags)) == len(tags)
    assert post("top", {"options": {}, "spec": dict(reversed(DESIGN.items()))}).headers["etag"] not in tags[1:]


def test_the_tag_changes_with_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    before = post("count", {"spec": DESIGN}).headers["etag"]
    monkeypatch.setattr("gigacost.compiler.lower.model_sha256", lambda _model: "0" * 64)
    assert post("count", {"spec": DESIGN}, served()).headers["etag"] != before


@pytest.mark.parametrize(
    ("settings", "question", "body", "field"),
    [
        ({"combinations": 29}, "top", {"spec": GRID}, "combinations"),
        ({"draws": 63}, "uncertainty", {"spec": DESIGN, "options": {"draws": 64}}, "draws"),
        ({"columns": 2}, "top", {"spec": GRID, "options": {"columns": ["mfu", "pue", "train_days"]}}, "columns"),
        ({"rows": 29}, "sweep", {"spec": GRID}, "rows"),
        ({"rows": 4}, "top", {"spec": GRID, "options": {"k": 5}}, "rows"),
        ({"boxes": 4}, "top", {"spec": GRID, "options": {"boxes": 5}}, "boxes"),
        ({"seconds": 2}, "top", {"spec": GRID, "options": {"seconds": 3}}, "seconds"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_with_the_limit(
    settings: dict[str, Any], question: str, body: object, field: str
) -> None:
    refused = post(question, body, served(**settings))
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], error["allowed"]) == (field, f"<= {settings[field]:,}")


def test_what_takes_too_long_is_refused_with_the_limit() -> None:
    year = {
        "fixed": {"params": "7B", "tokens": "2T"},
        "axes": {
            "hardware": ["h100-sxm", "b200-sxm"],
            "chips": {"from": 1, "to": 4096, "steps": 4096},
            "pue": {"from": 1, "to": 2, "steps": 4000},
        },
    }
    refused = post("summary", {"spec": year}, served(seconds=0.3))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "seconds"


def test_too_many_questions_and_no_memory_are_told_with_when_to_come_again() -> None:
    refused = post("top", {"spec": DESIGN}, served(memory_bytes=1))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (429, "memory")
    assert int(refused.headers["retry-after"]) > 0


def test_a_mounted_book_is_named_and_its_prices_count(tmp_path: Path) -> None:
    file = tmp_path / "book.toml"
    file.write_text(BOOK_FILE)
    client = served({"ours": str(file)})
    by_name = post("top", {"spec": DESIGN, "catalog": "ours"}, client).json()
    by_value = post("top", {"spec": DESIGN, "catalog": BOOK}, client).json()
    public = post("top", {"spec": DESIGN}, client).json()
    assert by_name["rows"] == by_value["rows"] != public["rows"]
    wrong = post("top", {"spec": DESIGN, "catalog": "our"}, client).json()["errors"][0]
    assert (wrong["allowed"], wrong["hint"]) == ("ours", '"ours"')


_OPENED: list[str] = []
_WATCHING: list[bool] = []


def _noted(event: str, given: tuple[Any, ...]) -> None:
    if _WATCHING and event in {
        "open",
        "socket.connect",
        "urllib.Request",
        "subprocess.Popen",
        "os.listdir",
        "os.scandir",
    }:
        _OPENED.append(repr(given))


@contextmanager
def opening() -> Iterator[list[str]]:
    """What is opened meanwhile, anywhere in the process."""
    if not _WATCHING:
        sys.addaudithook(_noted)  # for as long as the process lives; it looks at nothing otherwise
    _OPENED.clear()
    _WATCHING.append(True)
    try:
        yield _OPENED
    finally:
        _WATCHING.clear()


def texts_of(question: Question) -> Iterator[dict[str, Any]]:
    """Bodies of a question in which some text is the name of a file, or an address."""
    example = dict(EXAMPLES[question.name])
    options = example.pop("options", {})
    specification = CLIENT.get("/openapi.json").json()["components"]["schemas"]["specification"]
    for name in (f"{PLACE}.toml", f"http://127.0.0.1:9{PLACE}.csv"):
        yield {**example, "options": options, "catalog": name}
        for option in question.parameters:
            for value in (name, [f"../..{name}"]):
                yield {**example, "options": {**options, option: value}}
        for document in question.documents[-1:]:
            tree = example.get(document, DESIGN)
            for key in (*specification["properties"], "catalog", "model_config", "train_config"):
                yield {**example, "options": options, document: {**tree, key: name}}
                yield {**example, "options": options, document: {**tree, key: [name]}}
            yield {**example, "options": options, document: {**tree, "fixed": {**DESIGN["fixed"], "hardware": name}}}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_text_of_a_client_is_opened(name: str) -> None:
    question = next(one for one in questions(Books({})) if one.name == name)
    bodies = list(texts_of(question))
    with opening() as opened:
        statuses = [post(name, body).status_code for body in bodies]
    assert set(statuses) <= {200, 422}
    assert [one for one in opened if "gigacost-secret" in one] == []


def test_the_watch_sees_what_is_opened(tmp_path: Path) -> None:
    with opening() as opened:
        (tmp_path / "gigacost-secret").write_text("seen")
    assert any("gigacost-secret" in one for one in opened)


def test_no_option_that_is_offered_is_a_file() -> None:
    for question in questions(Books({})):
        for name, parameter in question.parameters.items():
            shown = (parameter.metavar or "").upper()
            assert not any(word in shown for word in ("FILE", "BOOK", "DIR", "PATH", "URL")), (question.name, name)
            assert "/" not in str(parameter.default or ""), (question.name, name)


def test_questions_asked_at_once_are_answered_as_alone() -> None:
    client = served(at_once=8)
    asked = [(name, dict(EXAMPLES[name])) for name in QUESTIONS] * 2

    def answer(one: tuple[str, dict[str, Any]]) -> Any:
        return _timeless(post(*one, client).json())

    alone = [answer(one) for one in asked[: len(QUESTIONS)]]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(answer, asked)) == alone * 2


def _timeless(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _timeless(value) for key, value in document.items() if key != "effort"}
    return [_timeless(one) for one in document] if isinstance(document, list) else document
