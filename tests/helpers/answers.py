"""Answers of questions, as they are compared."""

from __future__ import annotations

import json
from typing import Any

METHODS = {"count": "counted"}
"""The methods of a space that answer questions, where they have not the question's name."""


def plain(answer: Any) -> Any:
    """An answer as JSON has it, but for what depends on how it was found."""
    told = json.loads(json.dumps(answer.to_dict()))
    del told["meta"]["effort"]
    return told
