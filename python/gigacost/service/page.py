"""The page of the API: what the description says, for people. It has no scripts and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --ground: #fcfcfa; --text: #1c1e21; --dim: #5a6068; --line: #dcdfe3;
  --panel: #f2f3f1; --accent: #0b5a8a; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15171a; --text: #e4e6e8; --dim: #9aa2ab; --line: #33383e; --panel: #1e2125; --accent: #7cc0ee; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--accent); text-underline-offset: .15em; }
.page { max-width: 82rem; margin: 0 auto; padding: 1.5rem 1.25rem 5rem; }
header p { max-width: 46rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font: 600 1.05rem/1.4 ui-monospace, monospace; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h3 b { color: var(--accent); font-weight: 600; }
p { margin: .4rem 0 .8rem; }
.dim { color: var(--dim); }
code, pre { font: .86rem/1.5 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; margin: .4rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
nav { margin: 1.2rem 0; columns: 16rem; column-gap: 2rem; }
nav a { display: block; padding: .12rem 0; break-inside: avoid; }
section { padding: 1.4rem 0 1.2rem; border-bottom: 1px solid var(--line); }
section > div { display: grid; gap: .5rem 2.5rem; }
section > div > * { min-width: 0; }
@media (min-width: 60rem) { section > div { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
dl { margin: .4rem 0; }
dt { margin-top: .5rem; }
dt code { font-weight: 600; }
dt span { color: var(--dim); font-size: .86rem; margin-left: .6rem; }
dd { margin: 0 0 0 1rem; }
table { border-collapse: collapse; width: 100%; max-width: 56rem; }
td, th { text-align: left; vertical-align: top; padding: .35rem 1rem .35rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
summary { cursor: pointer; color: var(--accent); margin: .5rem 0; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""What a browser may do with the page: show it."""
_JSON = "application/json"
_METHODS = ("get", "post", "delete")


def page(described: Mapping[str, Any]) -> str:
    """The page that tells what is described."""
    info = described["info"]
    every = [
        (path, method, entry[method])
        for path, entry in described["paths"].items()
        for method in _METHODS
        if method in entry
    ]
    parts = {
        tag: [one for one in every if one[2]["tags"] == [tag]] for tag in (one["name"] for one in described["tags"])
    }
    body = "".join(
        f"<h2 id={_quoted(tag)}>{escape(tag.capitalize())}</h2>{_contents(found)}"
        + "".join(_section(*one) for one in found)
        for tag, found in parts.items()
    )
    title = f"{info['title']}: questions over HTTP"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><div class=page><header><h1>{escape(info['title'])} "
        f"<span class=dim>{escape(info['version'])}</span></h1><p><strong>{escape(info['summary'])}</strong></p>"
        f"<p>{escape(info['description'])}</p><p>Programs read <a href='/openapi.json'>openapi.json</a> "
        f"(OpenAPI {escape(described['openapi'])}).</p></header><main>{_begin(described)}{body}"
        f"{_limits(info['x-limits'])}{_refusals(described)}</main></div></body></html>"
    )


def _begin(described: Mapping[str, Any]) -> str:
    first = next((path for path, entry in described["paths"].items() if "post" in entry), None)
    return "" if first is None else f"<pre>{escape(_called(first, described['paths'][first]['post']))}</pre>"


def _contents(found: Iterable[tuple[str, str, Mapping[str, Any]]]) -> str:
    links = (f"<a href={_quoted('#' + one['operationId'])}>{escape(path)}</a>" for path, _, one in found)
    return f"<nav>{''.join(links)}</nav>"


def _section(path: str, method: str, one: Mapping[str, Any]) -> str:
    told = "".join(f"<p>{escape(text)}</p>" for text in str(one.get("description", "")).split("\n\n") if text)
    example = _called(path, one)
    answer = one["responses"].get("200", {}).get("content", {})
    also = [kind for kind in answer if kind != _JSON]
    kinds = f"<p class=dim>Also as {escape(', '.join(also))}, by Accept.</p>" if also and _JSON in answer else ""
    shown = f"<div><pre>{escape(example)}</pre></div>" if example else ""
    return (
        f"<section id={_quoted(one['operationId'])}><h3><b>{method.upper()}</b> {escape(path)}</h3>"
        f"<p>{escape(one['summary'])}</p><div><div>{told}{kinds}{_options(one)}</div>{shown}</div></section>"
    )


def _options(one: Mapping[str, Any]) -> str:
    """What may be said, each with its kind and its meaning."""
    schema = _schema(one)
    options = schema.get("properties", {}).get("options", {})
    needed = options.get("required", ())
    given = dict(options.get("properties", {}))
    for parameter in one.get("parameters", ()):
        if parameter["in"] != "header":
            given[parameter["name"]] = {"description": parameter.get("description", ""), **parameter["schema"]}
    rows = (
        f"<dt><code>{escape(name)}</code>"
        f"<span>{escape(_kind(form))}{', required' if name in needed else ''}</span></dt>"
        f"<dd>{escape(form.get('description', ''))}</dd>"
        for name, form in given.items()
    )
    listed = f"<dl>{''.join(rows)}</dl>"
    few = 6
    if len(given) <= few:
        return listed if given else ""
    return f"<details><summary>{len(given)} options</summary>{listed}</details>"


def _schema(one: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = one.get("requestBody", {}).get("content", {}).get(_JSON, {}).get("schema", {})
    return schema


def _kind(form: Mapping[str, Any]) -> str:
    """What kind of value a schema takes, in some words."""
    if "enum" in form:
        return " | ".join(map(str, form["enum"]))
    if "anyOf" in form:
        return " or ".join(dict.fromkeys(_kind(one) for one in form["anyOf"]))
    kinds = form.get("type", "anything")
    text = kinds if isinstance(kinds, str) else " or ".join(kinds)
    low = f" >= {form['minimum']}" if "minimum" in form else ""
    default = f", default {form['default']}" if form.get("default") not in (None, False) else ""
    return f"{text}{low}{default}"


def _called(path: str, one: Mapping[str, Any]) -> str:
    """A call of it by curl."""
    asked = one.get("requestBody", {}).get("content", {}).get(_JSON, {})
    value = next((given["value"] for given in asked.get("examples", {}).values()), asked.get("example"))
    if value is not None:
        lines = ",\n  ".join(f"{json.dumps(key)}: {json.dumps(one)}" for key, one in value.items())
        return f"curl localhost:8000{path} \\\n  -H 'content-type: {_JSON}' \\\n  -d '{{{lines}}}'"
    places = {given["name"]: given["example"] for given in one.get("parameters", ()) if "example" in given}
    if "post" in one or any(f"{{{name}}}" in path for name in places) or "{" not in path:
        for name, text in places.items():
            path = path.replace(f"{{{name}}}", text)
        return f"curl localhost:8000{path}"
    return ""


def _limits(limits: Mapping[str, Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><th><code>{escape(name)}</code></th><td>{one['value']:,.12g} "
        f"<span class=dim>{escape(one['description'])}</span></td></tr>"
        for name, one in limits.items()
    )
    told = "What is granted here. What is beyond it is refused with the limit's name."
    return f"<h2 id=limits>Limits</h2><p>{told}</p><table>{rows}</table>"


def _refusals(described: Mapping[str, Any]) -> str:
    told: dict[str, str] = {}
    for entry in described["paths"].values():
        for one in (entry[method] for method in _METHODS if method in entry):
            told |= {code: answer["description"] for code, answer in one["responses"].items() if code >= "4"}
    rows = "".join(f"<tr><th>{code}</th><td>{escape(what)}</td></tr>" for code, what in sorted(told.items()))
    form = json.dumps({"errors": [{"field": "", "value": "", "message": "", "allowed": ""}]})
    return f"<h2 id=refusals>Refusals</h2><p>All have the body <code>{escape(form)}</code></p><table>{rows}</table>"


def _quoted(text: str) -> str:
    return f'"{escape(text, quote=True)}"'
