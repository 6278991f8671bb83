"""The page of the API: the document that describes it, for people. No script, no request, and a policy without both."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from gigacost.reports.style import STYLE
from gigacost.service import tables
from gigacost.service.openapi import limits, refusals, results
from gigacost.service.settings import Settings

_STYLE = (
    STYLE
    + """
body{max-width:72rem}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
.question h2 code{font-size:1em}
.question td:nth-child(2){min-width:8.5rem}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
nav ol{columns:2 22rem;list-style:none;padding-left:.3rem}
tbody th{min-width:7.2rem}td:last-child{min-width:10rem}
.number{white-space:nowrap}
@media (max-width:40rem){tbody th{min-width:6.2rem}.question td:nth-child(2){min-width:4.4rem}
td:last-child{min-width:9rem}th,td{padding-right:.5rem}}
.calls{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:0 1.2rem}
.calls div{min-width:0}
pre{margin:.3rem 0}
"""
)
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
_CODE = re.compile(r"`([^`]+)`")


def page(described: Mapping[str, Any], settings: Settings) -> str:
    """The page that tells what is described."""
    url = f"http://{settings.host}:{settings.port or 8000}"
    questions = {
        path: methods["post"]
        for path, methods in described["paths"].items()
        if methods.get("post", {}).get("tags") == ["questions"]
    }
    token = bool(described.get("security"))
    sections = [
        _section("begin", "How to ask", _begin(url, token=token)),
        *(_question(path, one, url, token=token) for path, one in questions.items()),
        _section("catalogue", "Catalogue", _paths(described, "catalogue")),
        _section("jobs", "Jobs and events", _paths(described, "jobs")),
        _section("answers", "Answers", _answers()),
        _section("limits", "Limits", _limits(settings)),
        _section("errors", "Errors", _errors(settings)),
        _section("process", "The service itself", _paths(described, "process")),
    ]
    names = [(one["operationId"], _title(path, one)) for path, one in questions.items()]
    others = (("begin", "How to ask"), ("catalogue", "Catalogue"), ("jobs", "Jobs and events"), ("answers", "Answers"),
              ("limits", "Limits"), ("errors", "Errors"), ("process", "The service itself"))  # fmt: skip
    contents = "".join(_entry(*one) for one in (others[0], *names, *others[1:]))
    info = described["info"]
    schema = f'Version {escape(info["version"])}; as a schema: <a href="/openapi.json">OpenAPI 3.1</a>.'
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(info['title'])}: API</title>",
            f"<style>{_STYLE}</style>",
            "</head>",
            "<body>",
            '<a class="skip" href="#begin">To the content</a>',
            "<header>",
            f"<h1>{escape(info['title'])} over HTTP</h1>",
            f'<p class="subtitle">{escape(info["summary"])} {schema}</p>',
            "</header>",
            f'<nav aria-label="Contents"><ol>{contents}</ol></nav>',
            "<main>",
            *sections,
            "</main>",
            "</body>",
            "</html>",
            "",
        )
    )


def _title(path: str, one: Mapping[str, Any]) -> str:
    return f"`{path.removeprefix('/v1/')}`: {one['summary'].rstrip('.')}"


def _entry(name: str, title: str) -> str:
    return f'<li><a href="#{escape(name)}">{_text(title)}</a></li>'


def _section(name: str, title: str, blocks: Iterable[str], kind: str = "") -> str:
    head = f'<h2 id="{escape(name)}">{_text(title)}</h2>'
    named = f' class="{kind}"' if kind else ""
    return f'<section{named} aria-labelledby="{escape(name)}">\n{head}\n' + "\n".join(blocks) + "\n</section>"


def _text(text: str) -> str:
    """A line of text, with code between backticks."""
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _paragraphs(text: str) -> Iterator[str]:
    return (f"<p>{_text(one)}</p>" for one in text.split("\n\n"))


def _typed(text: str, said: str) -> str:
    return f'<pre tabindex="0" role="region" aria-label="{escape(said)}"><code>{escape(text, quote=False)}</code></pre>'


def _table(said: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; the cells are HTML."""
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = []
    for first, *others in rows:
        body.append(f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>')
    grid = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {escape(said)}">{grid}</div>'


def _begin(url: str, *, token: bool) -> Iterator[str]:
    yield from _paragraphs(
        "A question is a `POST` to its path. Its body is a JSON object with a specification (`spec`), which says what"
        " is to be costed, and `options`, which say what is asked of it. The answer is the JSON that the command of"
        " that name prints with `--json`.\n\n"
        "A specification is what a file of it holds: `fixed` gives inputs one value, `axes` gives them several and so"
        ' makes every combination of them. Values are numbers in the input\'s unit, or texts with one: `"7B"`,'
        ' `"30 d"`, `"0.12 $/kWh"`. A single design has only `fixed`.\n\n'
        "`catalog` beside `spec` is a private price book: its content, or the name under which it is mounted here. No"
        " text is ever taken as the name of a file or as an address."
    )
    if token:
        yield "<p>Every request shows the token: <code>Authorization: Bearer TOKEN</code>.</p>"
    shown = ', token="TOKEN"' if token else ""
    yield "<h3>The client</h3>"
    yield _typed(f'from gigacost.client import Client\n\nclient = Client("{url}"{shown})', "The client")
    yield "<p>Its methods are those of the package, with the same answers.</p>"


def _question(path: str, one: Mapping[str, Any], url: str, *, token: bool) -> str:
    content = one["requestBody"]["content"]["application/json"]
    value = content["examples"]["usual"]["value"]
    name = path.removeprefix("/v1/")
    options = content["schema"]["properties"]["options"]
    blocks = list(_paragraphs(one["description"]))
    if content["schema"].get("anyOf"):
        blocks.append("<p>Takes two specifications, <code>a</code> and <code>b</code>, or one, <code>spec</code>.</p>")
    if tables.KIND in one["responses"]["200"]["content"]:
        blocks.append(
            f"<p>With <code>Accept: {tables.KIND}</code> the rows come as an Arrow stream while they are computed.</p>"
        )
    blocks.append("<h3>Options</h3>" if options["properties"] else "<p>It has no options.</p>")
    if options["properties"]:
        required = options.get("required", ())
        rows = (_option(key, schema, required=key in required) for key, schema in options["properties"].items())
        blocks.append(_table(f"Options of {name}", ("option", "value", "what it says"), rows))
    curl = f"<div><h3>With curl</h3>{_typed(_curl(url + path, value, token=token), f'{name} with curl')}</div>"
    samples = (one["source"] for one in one.get("x-codeSamples", ()))
    python = "".join(f"<div><h3>In Python</h3>{_typed(text, f'{name} in Python')}</div>" for text in samples)
    blocks.append(f'<div class="calls">{curl}{python}</div>')
    return _section(one["operationId"], _title(path, one), blocks, "question")


def _option(name: str, schema: Mapping[str, Any], *, required: bool) -> tuple[str, str, str]:
    said = _text(str(schema.get("description", "")))
    told = [said] if said else []
    if "default" in schema and schema["default"] is not False:
        told.append(f"Default: <code>{escape(str(schema['default']))}</code>.")
    mark = ' <span class="beside">required</span>' if required else ""
    return f"<code>{escape(name)}</code>{mark}", _value(schema), " ".join(told)


def _value(schema: Mapping[str, Any]) -> str:
    """What kind of value it is."""
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    kinds = [schema["type"]] if "type" in schema else [one["type"] for one in schema.get("anyOf", ())]
    names = [one for kind in kinds for one in (kind if isinstance(kind, list) else [kind])]
    words = {
        "boolean": "true or false",
        "integer": "whole number",
        "string": "text",
        "array": "list",
        "object": "table",
    }
    return " or ".join(words.get(one, one) for one in names)


def _curl(url: str, value: Mapping[str, Any], *, token: bool) -> str:
    shown = " \\\n  -H 'authorization: Bearer TOKEN'" if token else ""
    return f"curl {url}{shown} \\\n  -H 'content-type: application/json' \\\n  -d '{_pretty(value)}'"


def _pretty(value: object, indent: str = "") -> str:
    """JSON with lines that a narrow column holds."""
    flat = json.dumps(value)
    if not isinstance(value, Mapping) or len(flat) + len(indent) <= 56:  # noqa: PLR2004 - what it holds
        return flat
    inner = f"{indent}  "
    lines = (f"{inner}{json.dumps(key)}: {_pretty(one, inner)}" for key, one in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _paths(described: Mapping[str, Any], tag: str) -> Iterator[str]:
    about = next(one["description"] for one in described["tags"] if one["name"] == tag)
    yield f"<p>{_text(about)}</p>"
    rows = []
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            if one["tags"] == [tag]:
                asked = [name["name"] for name in one.get("parameters", ()) if name["in"] == "query"]
                more = f" Also: {', '.join(f'<code>?{name}=</code>' for name in asked)}." if asked else ""
                rows.append((f"<code>{method.upper()} {escape(path)}</code>", _text(one["summary"]) + more))
    yield _table(f"Paths: {tag}", ("path", "what it answers"), rows)
    if tag == "jobs":
        yield (
            "<p>Any question can be followed without a job: with <code>Accept: text/event-stream</code> its path"
            " answers with events, <code>progress</code> and then <code>done</code> or <code>failed</code>.</p>"
        )


def _answers() -> Iterator[str]:
    yield from _paragraphs(
        "Every answer has an `ETag`: the hash of the question, the model, the catalogue and the version. With it as"
        " `If-None-Match` the service says 304 as long as the answer is the same, and computes nothing.\n\n"
        f"{results.RULE}"
    )


def _limits(settings: Settings) -> Iterator[str]:
    yield "<p>What is beyond a limit is refused, with the limit's name as <code>field</code>.</p>"
    rows = (
        (f"<code>{name}</code>", f"{value:,g}" if isinstance(value, float) else f"{value:,}", _text(what))
        for name, value, what in limits.listed(settings)
    )
    yield _table("Limits", ("limit", "here", "what it limits"), rows)


def _errors(settings: Settings) -> Iterator[str]:
    example = {"errors": [{"field": "chips", "value": "0", "message": "out of range", "allowed": "1 <= chips"}]}
    yield "<p>Every refusal has the same form; there may be several errors, and a <code>hint</code> in each:</p>"
    yield _typed(json.dumps(example), "An error")
    rows = ((f"<code>{status}</code>", _text(text)) for status, text in refusals.meanings(settings).items())
    yield _table("Statuses", ("status", "what it says"), rows)
