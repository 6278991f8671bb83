"""The description of the API: valid, of every path, and true of what is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import click
import jsonschema
import pytest
from asked_service import service
from jsonschema.validators import validator_for
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import gigacost
from gigacost._engine import __version__
from gigacost.cli import options
from gigacost.cli.operations import QUESTIONS, questions
from gigacost.cli.served import Books
from gigacost.service.examples import CALLS
from gigacost.service.examples import QUESTIONS as EXAMPLES
from gigacost.service.openapi import results

DESIGN = {"fixed": {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}}
GRID = {**DESIGN, "axes": {"market": ["own", "on_demand", "spot"], "pue": {"from": 1.1, "to": 1.5, "steps": 10}}}
CLIENT = service(rows=50, draws=5000, boxes=70_000)
DOCUMENT = CLIENT.get("/openapi.json").json()
ASKED = {
    path.removeprefix("/v1/"): methods["post"]
    for path, methods in DOCUMENT["paths"].items()
    if methods.get("post", {}).get("tags") == ["questions"]
}
OTHERS: Mapping[str, tuple[Any, ...]] = {
    "estimate": ({"spec": {"fixed": {**DESIGN["fixed"], "market": "own"}}, "options": {"draws": 128}},),
    "choose": ({"spec": DESIGN, "options": {"within": "1d"}},),
    "sweep": ({"spec": GRID, "options": {"columns": "mfu"}}, {"spec": DESIGN, "options": {"where": "mfu > 1"}}),
    "top": ({"spec": GRID, "options": {"per": "market", "columns": ["mfu"]}}, {"spec": GRID, "options": {"k": 50}}),
    "pareto": ({"spec": GRID, "options": {"maximise": "mfu"}},),
    "count": ({"spec": GRID},),
    "bounds": ({"spec": GRID, "options": {"of": "mfu"}},),
    "summary": ({"spec": GRID, "options": {"where": "cost_total_usd < 1", "per": "market"}},),
    "solve": ({"spec": DESIGN, "options": {"unknown": "tokens", "where": "cost_total_usd < 1M"}},),
    "break-even": ({"spec": DESIGN, "options": {"unknown": "mfu", "between": "hardware=h100-sxm,h200-sxm"}},),
    "uncertainty": ({"spec": DESIGN, "options": {"draws": 128, "uncertain": {"mfu": "uniform 0.3..0.5"}}},),
    "over-time": ({"spec": GRID, "options": {"years": [2025], "same": "flop"}},),
    "elasticities": ({"spec": DESIGN, "options": {"quantity": "train_days"}},),
    "compare": ({"spec": DESIGN, "options": {"settings_b": {"chips": 1024}}},),
    "diff": ({"a": DESIGN, "b": {"fixed": {**DESIGN["fixed"], "chips": 256}}},),
    "layout": ({"spec": DESIGN},),
    "explain": ({"spec": DESIGN, "options": {"quantity": "cost_total_usd"}},),
}


def check(instance: object, schema: Mapping[str, Any]) -> None:
    """Raise for what does not fit a schema of the document."""
    registry = Registry().with_resource("urn:api", Resource(contents=DOCUMENT, specification=DRAFT202012))
    text = json.dumps(schema).replace('"#/components', '"urn:api#/components')
    validator = jsonschema.Draft202012Validator(json.loads(text), registry=registry)
    validator.validate(json.loads(json.dumps(instance)))


def body_of(name: str) -> Any:
    return ASKED[name]["requestBody"]["content"]["application/json"]["schema"]


def answer_of(name: str) -> Any:
    return ASKED[name]["responses"]["200"]["content"]["application/json"]["schema"]


def schemas_in(part: object) -> Iterator[Mapping[str, Any]]:
    """Every schema below ``schema``, and those of the components."""
    if isinstance(part, dict):
        if isinstance(part.get("schema"), dict):
            yield part["schema"]
        for one in part.values():
            yield from schemas_in(one)
    elif isinstance(part, list):
        for one in part:
            yield from schemas_in(one)


def test_every_question_is_described() -> None:
    assert sorted(ASKED) == sorted(QUESTIONS)
    assert DOCUMENT["info"]["version"] == __version__
    assert len({one["operationId"] for path in DOCUMENT["paths"].values() for one in path.values()}) == sum(
        map(len, DOCUMENT["paths"].values())
    )


def test_the_document_is_one_of_openapi_31() -> None:
    validation = pytest.importorskip("openapi_spec_validator")
    validation.validate(DOCUMENT)
    for schema in (*schemas_in(DOCUMENT["paths"]), *DOCUMENT["components"]["schemas"].values()):
        validator_for(schema, jsonschema.Draft202012Validator).check_schema(schema)


def test_every_path_that_the_application_has_is_described() -> None:
    routes = {re.sub(r"/v1/\{question\}", "", one.path) for one in CLIENT.app.routes} - {""}  # type: ignore[attr-defined]
    process = {"/healthz", "/readyz", "/metrics", "/v1/jobs", "/v1/jobs/{id}", "/v1/jobs/{id}/events"}
    prices = {"/v1/catalog/prices", "/v1/catalog/prices/{chip}"}  # an axis, and a label, as the routes have it
    assert set(DOCUMENT["paths"]) - prices == routes | process | {f"/v1/{name}" for name in QUESTIONS}


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_example_is_answered_as_described(name: str) -> None:
    example = ASKED[name]["requestBody"]["content"]["application/json"]["examples"]["usual"]["value"]
    assert example == EXAMPLES[name]
    check(example, body_of(name))
    answered = CLIENT.post(f"/v1/{name}", json=example)
    assert answered.status_code == 200, answered.text
    check(answered.json(), answer_of(name))


@pytest.mark.parametrize("name", QUESTIONS)
def test_other_answers_are_as_described(name: str) -> None:
    for asked in OTHERS[name]:
        check(asked, body_of(name))
        answered = CLIENT.post(f"/v1/{name}", json=asked)
        assert answered.status_code == 200, answered.text
        check(answered.json(), answer_of(name))


def test_a_schema_of_answers_holds_more_than_that_they_are_objects() -> None:
    for name in QUESTIONS:
        schema = DOCUMENT["components"]["schemas"][results.name(name)]
        assert schema["x-version"] == results.VERSION
        assert len(schema["required"]) > 1
        with pytest.raises(jsonschema.ValidationError):
            check({}, schema)


def test_an_option_of_a_command_is_in_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    command: click.Command = import_module("gigacost.cli.commands.count").command
    option = options.once("--colour", type=click.Choice(["red", "blue"]), help="Colour of what --where counts.")
    holder = click.command("holder")(option(lambda: None))
    monkeypatch.setattr(command, "params", [*command.params, *holder.params])
    described = service().get("/openapi.json").json()
    schema = described["paths"]["/v1/count"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    found = schema["properties"]["options"]["properties"]["colour"]
    assert found == {"enum": ["red", "blue"], "description": "Colour of what where counts."}
    assert "colour" not in body_of("count")["properties"]["options"]["properties"]


def test_limits_are_named_where_they_hold() -> None:
    top = body_of("top")["properties"]["options"]["properties"]
    assert (top["k"]["maximum"], top["draws"]["maximum"], top["boxes"]["maximum"]) == (50, 5000, 70_000)
    assert "At most 50 here (limit rows)." in top["k"]["description"]
    assert DOCUMENT["info"]["x-limits"]["rows"]["value"] == 50
    assert "`rows`: 50." in DOCUMENT["info"]["description"]


def test_what_must_be_there_is_what_the_service_wants() -> None:
    for name in QUESTIONS:
        needed, properties = body_of(name), body_of(name)["properties"]
        for body in ({}, {"options": {}}, {"spec": DESIGN}, {"a": DESIGN}, {"a": DESIGN, "b": DESIGN}):
            try:
                check(body, needed)
            except jsonschema.ValidationError:
                assert CLIENT.post(f"/v1/{name}", json=body).status_code == 422, (name, body)
        assert set(properties) == {*questions_of(name).documents, "options", "catalog"}


def questions_of(name: str) -> Any:
    return next(one for one in questions(Books({})) if one.name == name)


def test_a_specification_names_no_files() -> None:
    schema = DOCUMENT["components"]["schemas"]["specification"]
    assert "catalog" not in schema["properties"]
    assert "csv" not in json.dumps(schema["properties"]["zip"])
    check({"hardware": ["h100-sxm"]}, schema["properties"]["zip"])
    with pytest.raises(jsonschema.ValidationError):
        check("prices.csv", schema["properties"]["zip"])


def test_a_price_book_fits_its_schema() -> None:
    book = {
        "name": "ours",
        "date": "2026-11",
        "regions": {"my-site": {"electricity_usd_per_kwh": 0.05, "country": "Germany", "pue": 1.05}},
        "discounts": {"market": {"on_demand": 0.5}},
    }
    schema = DOCUMENT["components"]["schemas"]["price_book"]
    check(book, schema)
    answered = CLIENT.post("/v1/estimate", json={"spec": DESIGN, "catalog": book})
    plain = CLIENT.post("/v1/estimate", json={"spec": DESIGN})
    assert answered.json()["quantities"]["cost_total_usd"] < plain.json()["quantities"]["cost_total_usd"]
    for wrong in ({"rents": []}, {"discounts": {"market": {"on_demand": 1}}}):
        with pytest.raises(jsonschema.ValidationError):
            check({**book, **wrong}, schema)
        assert CLIENT.post("/v1/estimate", json={"spec": DESIGN, "catalog": {**book, **wrong}}).status_code == 422


@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if path.startswith("/v1/catalog")])
def test_a_path_of_the_catalogue_is_answered_with_its_examples(path: str) -> None:
    for one in DOCUMENT["paths"][path]["get"]["parameters"]:
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", one["example"])
    assert CLIENT.get(path).status_code == 200


def test_a_token_is_described_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "security" not in DOCUMENT
    assert "401" not in ASKED["top"]["responses"]
    monkeypatch.setenv("GIGACOST_TOKEN", "open-sesame")
    described = service().get("/openapi.json").json()
    assert described["security"] == [{"bearer": []}]
    assert described["paths"]["/healthz"]["get"]["security"] == []
    assert "401" in described["paths"]["/v1/top"]["post"]["responses"]


@pytest.mark.parametrize("name", CALLS)
def test_a_call_of_the_client_is_one_of_the_package(name: str) -> None:
    verbs = (
        "estimate",
        "choose",
        "solve",
        "break_even",
        "uncertainty",
        "over_time",
        "elasticities",
        "compare",
        "layouts",
    )
    methods = {verb: getattr(gigacost, verb) for verb in (*verbs, "explain")}
    exec(CALLS[name], {"client": SimpleNamespace(sweep=gigacost.Sweep, **methods)})  # noqa: S102 - our own
