"""``gigacost mcp``, asked by the SDK's own client."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import click
import pytest
from cli_runner import invoke
from jsonschema import Draft202012Validator
from mcp.shared.exceptions import MCPError
from mcp_peers import MODES, talk

from gigacost.catalog import Catalog
from gigacost.cli.operations import command_of as command_named
from gigacost.cli.tools import EXAMPLES, tools

DESIGN = {"hardware": "h100-sxm", "chips": 1024, "params": "13B", "tokens": "1T"}


def ask(name: str, *options: str, **arguments: Any) -> Any:
    return talk(lambda client: client.call_tool(name, arguments), *options)


def command_of(name: str) -> list[str]:
    """The command line that asks the same as the example of a tool."""
    if name == "catalog":
        return ["catalog", "list", "hardware", "--json"]
    arguments = dict(EXAMPLES[name])
    words = [name, *(str(arguments.pop(one)) for one in ("unknown", "quantity") if one in arguments)]
    for key, value in arguments.items():
        flag = f"--{key.replace('_', '-').replace('settings', 'set')}"
        if isinstance(value, dict):
            words += [word for each in value.items() for word in (flag, "=".join(each))]
        else:
            words += [flag, ",".join(value) if isinstance(value, list) else str(value)]
    return [*words, "--json"]


def without_effort(answer: Any) -> Any:
    meta = answer.get("meta", {}) if isinstance(answer, dict) else {}
    for name in ("effort", "seconds"):
        meta.pop(name, None)
    return answer


@pytest.fixture(scope="module", params=MODES)
def told(request: pytest.FixtureRequest) -> dict[str, Any]:
    """All that a client is told, and the whole answers to the examples."""

    async def hear(client: Any) -> dict[str, Any]:
        calls = {name: await client.call_tool(name, {**asked, "show": ["*"]}) for name, asked in EXAMPLES.items()}
        return {
            "info": client.server_info,
            "instructions": client.instructions,
            "protocol": client.protocol_version,
            "tools": (await client.list_tools()).tools,
            "resources": (await client.list_resources()).resources,
            "glossary": await client.read_resource("gigacost://docs/glossary.md"),
            "answers": calls,
        }

    return talk(hear, "--answer-bytes", "1000000", mode=request.param)


def test_the_server_says_what_it_is_for(told: dict[str, Any]) -> None:
    assert told["protocol"] in {"2025-11-25", "2026-07-28"}
    assert told["info"].name == "gigacost"
    assert all(f": {name}" in told["instructions"] or name in told["instructions"] for name in EXAMPLES)


def test_the_tools_are_few_read_only_and_explained(told: dict[str, Any]) -> None:
    assert [tool.name for tool in told["tools"]] == list(EXAMPLES)
    for tool in told["tools"]:
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert not tool.annotations.open_world_hint
        assert json.dumps(EXAMPLES[tool.name]) in tool.description
        assert "SPEC" not in tool.description
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator(tool.input_schema).validate(EXAMPLES[tool.name])
        for name, schema in tool.input_schema["properties"].items():
            assert schema["description"], (tool.name, name)
            assert "--" not in schema["description"], (tool.name, name)
    assert len(json.dumps([tool.model_dump(mode="json", exclude_none=True) for tool in told["tools"]])) < 50_000


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_answer_is_what_the_command_prints(
    told: dict[str, Any], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = told["answers"][name]
    assert not answer.is_error, answer.content[0].text
    printed = invoke(capsys, *command_of(name))
    assert printed.code == 0
    assert without_effort(answer.structured_content["answer"]) == without_effort(printed.json)
    assert "left_out" not in answer.structured_content


def test_pages_are_resources(told: dict[str, Any]) -> None:
    page = told["glossary"].contents[0]
    assert page.text == (Path(__file__).parents[2] / "docs/glossary.md").read_text("utf-8")
    assert page.mime_type == "text/markdown"
    sizes = {str(one.uri): one.size for one in told["resources"]}
    assert sizes["gigacost://docs/glossary.md"] == len(page.text.encode())


REFUSED = {
    "chip": ("estimate", DESIGN | {"hardware": "h100-sxn"}, "hardware", 'did you mean "h100-sxm"?'),
    "called elsewhere": ("estimate", {"gpu": "h100"}, "gpu", 'did you mean "hardware"?'),
    "of choose": ("estimate", DESIGN | {"within": "30d"}, "within", 'did you mean "within" of the tool choose?'),
    "near": ("top", DESIGN | {"larges": True}, "larges", 'did you mean "largest"?'),
    "look-alike": ("estimate", DESIGN | {"tokеns": "1T"}, "tok\\u0435ns", 'did you mean "tokens"?'),
    "unknown": ("estimate", DESIGN | {"zebra": 1}, "zebra", "allowed: hardware, chips, params"),
    "input": ("estimate", DESIGN | {"pue": 1.1}, "pue", 'did you mean "settings": {"pue": 1.1}?'),
    "quantity": (
        "explain",
        {"quantity": "rental price"},
        "quantity",
        "allowed: chip_price_usd, rental_usd_per_chip_hour",
    ),
    "name": ("top", DESIGN | {"where": "cost < 5e6"}, "query.where", 'unknown name "cost"; allowed: cost_total_usd'),
    "range": ("top", DESIGN | {"chips": "64..1024"}, "chips", "allowed: as 64..1024:5, which is five values"),
    "axis for a label": ("catalog", {"hardware": "h100"}, "hardware", 'did you mean "label"?'),
    "long": ("estimate", DESIGN | {"settings": {"a" * 10_000: 1}}, f"fixed.{'a' * 71}...", "unknown name"),
    "type": ("estimate", DESIGN | {"chips": {"n": 8}}, "chips", "expected text or a number"),
    "number": ("top", DESIGN | {"k": "many"}, "k", "not a whole number; allowed: >= 1"),
    "flag": ("top", DESIGN | {"largest": "yes"}, "largest", "expected true or false"),
    "missing": ("explain", {}, "quantity", "missing"),
    "expression": ("top", DESIGN | {"where": "train_days <"}, "query.where", "train_days <"),
    "document": ("top", {"spec": "planner.toml"}, "spec", "an object, as"),
    "file": ("top", {"spec": {"catalog": "/etc/passwd"}}, "catalog", "a file, which is not read here"),
    "book": ("estimate", DESIGN | {"catalog": "theirs"}, "catalog", "no book of that name; allowed: a price"),
    "axis": ("catalog", {"axis": "hardwares"}, "axis", 'did you mean "hardware"?'),
    "label": ("catalog", {"label": "h100-sxn"}, "label", 'did you mean "h100-sxm"?'),
    "part": ("estimate", DESIGN | {"show": ["asumptions"]}, "show", 'did you mean "assumptions"?'),
    "show": ("estimate", DESIGN | {"show": 3}, "show", "of type integer; allowed: a list of strings"),
    "size": ("choose", {"params": "70B", "tokens": "15T", "show": ["*"]}, "show", "at most 100,000 are returned"),
    "limit": (
        "top",
        DESIGN | {"chips": "1..100000:100000", "tokens": "1T..9T:90000"},
        "combinations",
        "<= 100,000,000",
    ),
    "draws": ("estimate", DESIGN | {"draws": 10**7}, "draws", "<= 65,536"),
}


@pytest.fixture(scope="module")
def refusals() -> dict[str, Any]:
    async def hear(client: Any) -> dict[str, Any]:
        return {case: await client.call_tool(name, asked) for case, (name, asked, _, _) in REFUSED.items()}

    return talk(hear)


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_can_be_mended(refusals: dict[str, Any], case: str) -> None:
    answer = refusals[case]
    _, _, field, what = REFUSED[case]
    assert answer.is_error
    (line,) = answer.content[0].text.splitlines()
    (error,) = answer.structured_content["errors"]
    assert error["message"] == line
    assert error["field"] == field
    assert what in line
    assert "http" not in line


def test_an_option_of_a_command_is_an_argument_of_its_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    command = command_named("top")
    monkeypatch.setattr(command, "params", [*command.params, click.Option(["--spread"], help="As --by says.")])
    (tool,) = (one for one in tools(lambda _: Catalog.bundled()) if one.name == "top")
    assert tool.arguments["properties"]["spread"]["description"] == "As by says."


def test_what_an_agent_would_give_is_understood() -> None:
    sides = [DESIGN, DESIGN | {"hardware": "b200"}]

    async def hear(client: Any) -> list[Any]:
        return [
            await client.call_tool(
                "estimate", {"params": 13e9, "tokens": "1T", "hardware": "NVIDIA H100", "chips": "1024"}
            ),
            await client.call_tool(
                "estimate", DESIGN | {"market": ["own", "on_demand"], "settings": {"pue": [1.1, 1.2]}}
            ),
            await client.call_tool("compare", dict(zip("ab", sides, strict=True))),
            await client.call_tool("estimate", {"params": "13B", "tokens": "1T"}),
            await client.call_tool(
                "top", {"spec": {"fixed": sides[0] | {"chips": 8}}, "chips": "8,16", "per": ["chips"]}
            ),
        ]

    named, several, compared, chosen, over = (one.structured_content["answer"] for one in talk(hear))
    assert named["inputs"] == {**named["inputs"], **DESIGN, "params": 13e9, "tokens": 1e12}
    assert [one["inputs"]["market"] for one in several] == ["own", "own", "on_demand", "on_demand"]
    assert compared["a"]["inputs"]["hardware"] == "h100-sxm"
    assert compared["b"]["inputs"]["hardware"] == "b200-sxm"
    assert {one["market"] for one in chosen["answers"]} == {"on_demand", "reserved_1y", "own"}
    assert len(json.dumps(chosen)) < 20_000
    assert [one["chips"] for one in over["rows"]] == [8, 16]


def test_every_fault_is_said_at_once() -> None:
    answer = ask("estimate", hardware="h100", chips=-1, params="70b", tokens="1T")
    assert [one["field"] for one in answer.structured_content["errors"]] == ["chips", "params"]


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol() -> None:
    async def hear(client: Any) -> str:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("estimat", {})
        return str(caught.value)

    assert talk(hear) == f'tool = "estimat": unknown; allowed: {", ".join(EXAMPLES)}; did you mean "estimate"?'


def test_many_calls_are_answered_at_once() -> None:
    async def hear(client: Any) -> list[Any]:
        asked = [DESIGN | {"chips": 8 * (n + 1), "no_intervals": True} for n in range(20)]
        return await asyncio.gather(*(client.call_tool("estimate", one) for one in asked))

    answers = talk(hear)
    assert [one.structured_content["answer"]["inputs"]["chips"] for one in answers] == [8 * (n + 1) for n in range(20)]


LONG = DESIGN | {"chips": "8..80000:10000:linear:8", "params": "1B..1T:5000:log", "by": "train_days", "k": 1000}
"""Fifty million designs, and many of the best."""


def test_a_question_beyond_the_time_is_refused() -> None:
    began = time.monotonic()
    answer = ask("top", "--seconds", "1", **LONG)
    assert answer.is_error
    assert answer.structured_content["errors"][0]["field"] == "seconds"
    assert time.monotonic() - began < 20


BOOK = """name = "ours"
date = "2026-10-01"

[[rental]]
hardware = "h100-sxm"
market = "on_demand"
usd_per_chip_hour = 1.0
"""


def test_price_books_are_mounted_or_given(tmp_path: Path) -> None:
    rent = {"hardware": "h100-sxm", "market": "on_demand", "usd_per_chip_hour": 1.0}
    book = {"name": "ours", "date": "2026-10-01", "rental": [rent]}
    (tmp_path / "ours.toml").write_text(BOOK)

    async def hear(client: Any) -> list[Any]:
        return [
            await client.call_tool("estimate", DESIGN | {"catalog": one, "no_intervals": True})
            for one in ("ours", book, "our")
        ]

    mounted, given, misspelt = talk(hear, "--catalog", f"ours={tmp_path / 'ours.toml'}")
    assert mounted.structured_content["answer"]["subtotals"] == given.structured_content["answer"]["subtotals"]
    assert 'did you mean "ours"?' in misspelt.content[0].text


def test_warnings_are_part_of_the_answer() -> None:
    answer = ask("estimate", **DESIGN, settings={"pue": 3.5})
    (note,) = answer.structured_content["notes"]
    assert note.startswith("warning: pue = 3.5")
    assert answer.content[0].text.count("pue = 3.5") == 1
