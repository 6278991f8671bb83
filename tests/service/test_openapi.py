"""The description of the API: of one text with the commands, valid, with examples that are answered as it says."""

from __future__ import annotations

import json
from typing import Any

import click
import jsonschema
import pytest
from asked_service import refused, service
from openapi_spec_validator import OpenAPIV31SpecValidator

from gigacost.cli import operations
from gigacost.cli.operations import command_of
from gigacost.cli.terminal import payload, payload_to
from gigacost.service import examples, results

CLIENT = service()
DOCUMENT: dict[str, Any] = CLIENT.get("/openapi.json").json()
QUESTIONS = [
    path.removeprefix("/v1/") for path, one in DOCUMENT["paths"].items() if "post" in one and path != "/v1/jobs"
]


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """Of a schema of the description, which may refer to others of it."""
    return jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def asked(question: str) -> dict[str, Any]:
    content: dict[str, Any] = DOCUMENT["paths"][f"/v1/{question}"]["post"]["requestBody"]["content"]["application/json"]
    return content


def test_it_is_valid() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_it_has_every_question_and_operations_of_different_names() -> None:
    assert {*QUESTIONS} == {*operations.QUESTIONS} == {*examples.QUESTIONS}
    every = [one["operationId"] for path in DOCUMENT["paths"].values() for one in path.values()]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_example_of_a_question_is_answered_in_the_form_that_is_described(question: str) -> None:
    (example,) = asked(question)["examples"].values()
    validator(asked(question)["schema"]).validate(example["value"])
    reply = CLIENT.post(f"/v1/{question}", json=example["value"])
    assert reply.status_code == 200, reply.text
    schema = DOCUMENT["components"]["schemas"][f"answer-{question}"]
    assert (schema["$id"], schema["x-version"]) == (
        f"urn:gigacost:answer:{question}:{results.VERSION}",
        results.VERSION,
    )
    validator({key: value for key, value in schema.items() if key != "$id"}).validate(reply.json())
    one = schema["anyOf"][0] if "anyOf" in schema else schema
    assert reply.json().keys() == one["properties"].keys(), "every key of an answer is described"


@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if path.startswith("/v1/catalog")])
def test_the_example_of_a_path_of_the_catalogue_is_answered(path: str) -> None:
    for name, text in examples.CATALOGUE.get(path, {}).items():
        path = path.replace(f"{{{name}}}", text)
    assert CLIENT.get(path).status_code == 200


def test_what_is_no_question_by_its_form_is_refused_as_described() -> None:
    for body in ({}, {"spec": 1}, {"spec": {"fixd": {}}}, {"spec": {}, "options": {"k": "many"}}, {"spec": {}, "x": 1}):
        assert list(validator(asked("top")["schema"]).iter_errors(body))
        refused(CLIENT.post("/v1/top", json=body), 422)
        validator(DOCUMENT["components"]["schemas"]["errors"]).validate(CLIENT.post("/v1/top", json=body).json())


def test_an_option_that_a_command_gets_is_described_and_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = command_of("count")

    def callback(*, colour: str | None, **given: Any) -> Any:
        if colour is None:
            return plain.callback(**given)  # type: ignore[misc]
        found: list[Any] = []
        with payload_to(lambda document, _: found.append(document)):
            plain.callback(**given)  # type: ignore[misc]
        return payload({**found[0], "colour": colour})

    more = click.Option(["--colour"], type=click.Choice(["red", "blue"]), help="Colour of the answer.")
    changed = click.Command("count", params=[*plain.params, more], callback=callback, help=plain.help)
    monkeypatch.setattr("gigacost.cli.commands.count.command", changed)
    client = service()
    schema = client.get("/openapi.json").json()["paths"]["/v1/count"]["post"]["requestBody"]["content"]
    options = schema["application/json"]["schema"]["properties"]["options"]["properties"]
    assert options["colour"] == {"enum": ["red", "blue"], "description": "Colour of the answer."}
    assert "Colour of the answer." in client.get("/").text
    asked = examples.QUESTIONS["count"]
    red = client.post("/v1/count", json={**asked, "options": {**asked["options"], "colour": "red"}})
    assert red.json()["colour"] == "red"
    (error,) = refused(client.post("/v1/count", json={**asked, "options": {"colour": "green"}}), 422)
    assert (error["field"], error["allowed"]) == ("options.colour", "red, blue")


def test_no_option_says_where_something_is_read_or_written() -> None:
    text = json.dumps([asked(question)["schema"]["properties"]["options"] for question in QUESTIONS])
    for name in ("output", "executor", "threads", "catalog", "log", "model_config", "train_config", "as_json", "part"):
        assert f'"{name}"' not in text
    assert "catalog" not in DOCUMENT["components"]["schemas"]["specification"]["properties"]


def test_limits_are_told() -> None:
    told = service(rows=7).get("/openapi.json").json()["info"]["x-limits"]
    assert told["rows"]["value"] == 7
    assert {"combinations", "boxes", "seconds", "body_bytes", "columns", "draws", "jobs", "memory_bytes"} <= told.keys()
