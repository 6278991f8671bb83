"""No text of a client is opened: neither as a file nor as an address, wherever it stands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from asked_service import service

from gigacost.cli.operations import QUESTIONS, Question, questions
from gigacost.cli.served import Books
from gigacost.service.examples import QUESTIONS as EXAMPLES

CLIENT = service()
DESIGN = {"fixed": {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}}
PLACE = "/srv/gigacost-secret"
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
        statuses = [CLIENT.post(f"/v1/{name}", json=body).status_code for body in bodies]
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
