"""The questions as tools: what a client is told of each, and how a call is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolResult, TextContent, Tool, ToolAnnotations

from gigacost.errors import CatalogError, Fault, SpecError, escape, nearest, show, type_name
from gigacost.service.answers import Answers
from gigacost.service.limits import LimitError, Limits
from gigacost.service.mcp.brief import WHOLE, Brief, brief
from gigacost.service.mcp.settings import Settings
from gigacost.service.mcp.text import text
from gigacost.service.operation import Answer, Watch

Report = Callable[[float, float | None], Coroutine[Any, Any, None]]
_EVERY = 0.5
"""Seconds between two reports of progress."""
_SHOW = {
    "type": "array",
    "items": {"type": "string"},
    "description": f"Parts of the answer to have whole, as left_out names them; ['{WHOLE}'] for everything.",
}
_LONG = 400


class Question(Protocol):
    """What is asked by a tool."""

    @property
    def name(self) -> str:
        """The name of the tool."""

    @property
    def summary(self) -> str:
        """A line on it."""

    @property
    def described(self) -> str:
        """What it answers, with an example."""

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The JSON Schema of its arguments."""

    def answer_to(self, arguments: Mapping[str, Any], watch: Watch) -> Answer:
        """The answer. Raises SpecError, CatalogError, LimitError, Cancelled."""


class Tools:
    """The tools of one connection."""

    def __init__(self, questions: Sequence[Question], limits: Limits, settings: Settings) -> None:
        self._questions = {one.name: one for one in questions}
        self._limits = limits
        self._settings = settings
        self._turn = asyncio.Semaphore(settings.at_once)
        self._answers = Answers(settings.at_once, 0)

    @property
    def listed(self) -> list[Tool]:
        """What a client is told of them."""
        return [_tool(one) for one in self._questions.values()]

    async def call(self, name: str, arguments: Mapping[str, Any], report: Report) -> CallToolResult:
        """The answer, or what is wrong with the arguments. Raises MCPError for a tool that is not there."""
        question = self._questions.get(name)
        if question is None:
            fault = Fault("tool", show(name), "unknown", ", ".join(self._questions), nearest(name, self._questions))
            raise MCPError(code=INVALID_PARAMS, message=str(fault))
        try:
            wanted = _wanted(arguments.get("show"))
            rest = {key: value for key, value in arguments.items() if key != "show"}
            async with self._turn:
                found, made = await self._answer(question, rest, wanted, report)
        except (SpecError, CatalogError, LimitError) as error:
            return _refused(error)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with us, it is one line
            what = escape(str(error), quotes="", shown=_LONG)
            return _faulty([Fault(name, "", f"internal error: {type(error).__name__}: {what}")])
        return _answered(made, found.notes)

    async def _answer(
        self, question: Question, arguments: Mapping[str, Any], wanted: Sequence[str], report: Report
    ) -> tuple[Answer, Brief]:
        """The answer of a thread, which is stopped when nobody waits for it any more, and what is shown of it."""
        loop, last, reported = asyncio.get_running_loop(), time.monotonic(), 0

        def tell(done: int, of: int) -> None:
            nonlocal last, reported
            if done > reported and time.monotonic() - last > _EVERY:  # what is reported has to increase
                last, reported = time.monotonic(), done
                asyncio.run_coroutine_threadsafe(report(done, of or None), loop)

        watch = Watch(self._limits, tell)

        def compute() -> tuple[Answer, Brief]:
            found = question.answer_to(arguments, watch)
            return found, brief(
                question.name, found.document, wanted, self._settings.shown, self._settings.answer_bytes
            )

        return await self._answers.get(compute, watch, loop.create_future())


def _tool(question: Question) -> Tool:
    schema = {**question.arguments}
    schema["properties"] = {**schema["properties"], "show": _SHOW}
    return Tool(
        name=question.name,
        title=question.summary,
        description=question.described,
        input_schema=schema,
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def _wanted(given: Any) -> list[str]:  # noqa: ANN401 - as JSON gave it
    if given is None:
        return []
    names = given.split(",") if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise SpecError(Fault("show", show(given), f"of type {type_name(given)}", "a list of strings"))
    return [one.strip() for one in names]


def _answered(made: Brief, notes: Sequence[str]) -> CallToolResult:
    content: dict[str, Any] = {"answer": made.answer}
    lines = [text(made.answer)]
    if made.left_out:
        content["left_out"] = made.left_out
        parts = "; ".join(f"{path}: {what}" for path, what in made.left_out.items())
        lines.append(f'left out (ask again with show, as "show": ["{next(iter(made.left_out))}"]): {parts}')
    if notes:
        content["notes"] = list(notes)
        lines += [note for note in notes if note.partition(": ")[2] not in lines[0]]
    return CallToolResult(content=[TextContent(type="text", text="\n".join(lines))], structured_content=content)


def _refused(error: SpecError | CatalogError | LimitError) -> CallToolResult:
    if isinstance(error, SpecError):
        return _faulty(error.faults)
    if isinstance(error, LimitError):
        return _faulty([error.fault])
    given = error.args[0]
    return _faulty([given if isinstance(given, Fault) else Fault("catalog", "", str(given))])


def _faulty(faults: Sequence[Fault]) -> CallToolResult:
    """What is wrong, a line for each; the same as over HTTP in the structured content."""
    faults = [replace(one, field=escape(one.field, quotes="")) for one in faults]
    errors = [{"field": one.field, "value": one.value, "message": str(one), "allowed": one.allowed} for one in faults]
    lines = "\n".join(str(one) for one in faults)
    return CallToolResult(
        content=[TextContent(type="text", text=lines)], structured_content={"errors": errors}, is_error=True
    )
