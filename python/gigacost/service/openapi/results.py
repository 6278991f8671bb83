"""The schemas of answers, as ``docs/result_schemas.py`` recorded them from many."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import Any

VERSION = 1
RULE = (
    "Schemas of answers have a version (`x-version`), "
    f"{VERSION} today. What is required in one stays, with its type, as long as the version does. "
    "Keys are added without a new version: read answers by name, and expect keys that you do not know."
)


def name(question: str) -> str:
    """The name of the schema of a question's answer."""
    return f"{question.replace('-', '_')}_answer"


def schema(question: str) -> dict[str, Any]:
    """The schema of a question's answer; of one that was not recorded, any object."""
    return {
        "title": f"Answer to {question}, version {VERSION}",
        "x-version": VERSION,
        **_recorded().get(question, {"type": "object"}),
    }


@functools.cache
def _recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(__package__).joinpath("results.json").read_bytes())
    return found
