"""One file that holds the model: the module, what is said of it, the page that asks it. No server, no request."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from gigacost.compiler.bound import Bound
from gigacost.errors import Fault, InternalError, SpecError, show
from gigacost.explore.described import described
from gigacost.explore.module import compiled_module
from gigacost.explore.outputs import aggregates, outputs, with_condition

PARTS = Path(__file__).parent / "static"
_SCRIPTS = {
    "compiled": ("compiled.js",),
    "worker": ("worker.js",),
    "page": (
        *("numbers.js", "dom.js", "scales.js", "question.js", "worker_link.js", "curve.js", "map.js", "controls.js"),
        *("shown.js", "pictures.js", "exports.js", "start.js", "programs.js", "main.js"),
    ),
}
"""The files of each script. The worker is made of the first two by the page."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page and what it holds."""

    html: str
    axes: dict[str, int]
    """How many values each axis has."""
    outputs: tuple[str, ...]
    """The quantities that it tells; the module has one more, last, where the specification has a condition."""
    left_out: tuple[str, ...]
    """Columns that are aggregates over draws."""
    module_bytes: int


def page(bound: Bound, book: str = "") -> Page:
    """The page of a bound specification; ``book`` is a private price book that it does not name.

    Raises SpecError for one without axes, and where the compiler cannot write its model.
    """
    if not bound.spec.axes:
        raise SpecError(Fault("axes", "", "there is nothing to choose from", "an axis, as --chips 256,512,1024"))
    asked, condition = with_condition(bound)
    if condition in aggregates(asked):
        what = "reads an aggregate over draws, which no page computes"
        raise SpecError(Fault("where", show(asked.spec.derive[condition].text), what, "a condition on quantities"))
    code, about = compiled_module(asked, outputs(asked), of=bound)
    said = described(bound, condition, about, hashlib.sha256(code).hexdigest(), book)
    return Page(
        html=_assembled(said, code),
        axes={axis["name"]: len(axis["values"]) for axis in about["axes"]},
        outputs=tuple(output["name"] for output in about["outputs"] if output["name"] != condition),
        left_out=tuple(about["left_out"]),
        module_bytes=len(code),
    )


def _assembled(said: dict[str, Any], module: bytes) -> str:
    scripts = {name: _joined(files) for name, files in _SCRIPTS.items()}
    style = _joined(("page.css",))
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(scripts['compiled'])} {_hash(scripts['page'])} 'wasm-unsafe-eval'",
            f"style-src {_hash(style)}",
            "worker-src blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    about = json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Template((PARTS / "page.html").read_text(encoding="utf-8")).substitute(
        scripts,
        policy=policy,
        style=style,
        title=escape(said["title"]),
        about=about.replace("<", "\\u003c"),
        module=base64.b64encode(module).decode(),
    )


@cache
def _joined(files: tuple[str, ...]) -> str:
    """Some files as one text that ends nothing that it stands in."""
    text = "".join((PARTS / name).read_text(encoding="utf-8") for name in files)
    if "</" in text:
        message = f"{', '.join(files)}: a closing tag within a script"
        raise InternalError(message)
    return f'"use strict";\n{text}' if files[0].endswith(".js") else text


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
