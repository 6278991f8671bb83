"""A chart as one HTML file that asks for nothing: libraries inline, and no code made of text (Vega's interpreter)."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from html import escape
from typing import Any

_DRAW = """
const chart = JSON.parse(document.getElementById("chart").textContent);
vegaEmbed("#picture", chart.spec, chart.options).catch((problem) => {
  document.getElementById("picture").textContent = String(problem);
  throw problem;
});
"""
_STYLE = (
    "html{background:#fff}body{margin:1rem;font-family:sans-serif}"
    # A picture wider than the page is made smaller: nothing of it is cut off.
    "#picture svg,#picture canvas{max-width:100%;height:auto!important}"
)


def page(spec: dict[str, Any], *, many: bool) -> str:
    """The page of a Vega-Lite specification; ``many`` marks are drawn as pixels.

    Its policy allows the scripts in it by their digests, and nothing else: neither ``eval`` nor a request.
    """
    script = _library() + _DRAW
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"
    options = {"renderer": "canvas" if many else "svg", "ast": True, "actions": False}
    # No text of a chart may end the script element that holds it.
    data = json.dumps({"spec": spec, "options": options}, allow_nan=False).replace("<", "\\u003c")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(_title(spec))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<main id="picture"></main>\n<script type="application/json" id="chart">{data}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


@cache
def _library() -> str:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script")


def _title(spec: dict[str, Any]) -> str:
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    return " ".join(text) if isinstance(text, list) else str(text)
