"""Questions as a service takes them: plain data, of the same values that the package takes."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from gigacost._record import unboxed, without_days
from gigacost.configs.source import CONFIG_KEYS
from gigacost.errors import Fault, SpecError, show, type_name
from gigacost.queries.request import DateLike, PresetLike, is_axis, with_inputs
from gigacost.sampling.distributions import Distribution
from gigacost.spec.axes import Axis, Zipped, as_list

T = TypeVar("T")
BookLike: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | None"
"""A price book: one that the service has by a name, a file here, its content; None for the bundled figures."""
ModelName: TypeAlias = "str | Sequence[str] | None"
"""Architectures of the catalogue: a model of one's own is code, which no service takes."""


@dataclass(frozen=True)
class Asked(Generic[T]):
    """One question, and what makes the answer of a document."""

    question: str
    documents: Mapping[str, Mapping[str, Any]]
    """Specifications: ``spec``, or ``a`` and ``b``."""
    options: Mapping[str, Any]
    catalog: BookLike
    made: Callable[[Any], T]
    by_keyword: bool = True
    """Whether faults are named after keywords alone, without the table of the specification."""
    as_table: bool = False
    """Whether the answer is wanted as an Arrow stream, of whose bytes it is made, and not as a document."""

    @property
    def body(self) -> dict[str, Any]:
        """What is sent. Raises SpecError for values that no JSON has."""
        options = {name: value for name, value in self.options.items() if value is not None and value is not False}
        body: dict[str, Any] = {"options": sendable(options, "")}
        for name, document in self.documents.items():
            axes = document.get("axes", {}).values()
            carried = [one.name for axis in axes if isinstance(axis, Zipped) for one in axis.carried]
            whole = {**document, "carry": carried}
            body[name] = sendable({key: value for key, value in whole.items() if value not in ({}, [])}, "")
        if self.catalog is not None:
            body["catalog"] = _book(self.catalog)
        return body


class Asker(Protocol):
    """Who gets a question answered."""

    def answered(self, asked: Asked[T]) -> T:
        """The answer. Raises SpecError, ServiceError."""


def tree(
    given: Mapping[str, Any] | None,
    inputs: Mapping[str, Any],
    model: ModelName = None,
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    *,
    several: bool = True,
    over: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The specification that keywords make, over another one. Raises SpecError for what stays with its process."""
    inputs = {**(given or {}), **inputs}
    if "threads" in inputs:
        raise SpecError(Fault("threads", show(inputs["threads"]), "a service has its own", "not given"))
    if model is not None:
        if not isinstance(model, str) and not is_axis(model):
            what = f"expected names of published models, got {type_name(model)}"
            raise SpecError(Fault("model", show(model), what, "a model of one's own is costed by the package, here"))
        inputs["model"] = model
    configs = {key: inputs.pop(key) for key in CONFIG_KEYS if inputs.get(key) is not None}
    for key, config in configs.items():
        if not isinstance(config, Mapping):
            raise SpecError(Fault(key, show(config), "a file, which is not read here", "its content, as a mapping"))
    return with_inputs({**(over or {}), **configs}, inputs, as_of, base_year, preset, several=several)


def sendable(value: Any, at: str) -> Any:  # noqa: ANN401 - any value
    """A value as JSON has it. Raises SpecError for others."""
    value = unboxed(without_days(value))
    if isinstance(value, Mapping):
        return {str(name): sendable(one, f"{at}.{name}" if at else str(name)) for name, one in value.items()}
    if isinstance(value, Zipped):
        return {"zip": {axis.name: sendable(axis.values, at) for axis in (*value.axes, *value.carried)}}
    if isinstance(value, Axis):
        return sendable(value.values, at)
    if isinstance(value, Distribution):
        return value.text
    if isinstance(value, float) and not math.isfinite(value):
        raise SpecError(Fault(at, show(value), "not a finite number", "finite numbers"))
    if value is None or isinstance(value, str | bool | int | float):
        return value
    items = as_list(value)
    if items is None:
        raise SpecError(Fault(at, show(value), f"cannot be sent: {type_name(value)}", "numbers, texts, lists, tables"))
    return [sendable(one, f"{at}[{i}]") for i, one in enumerate(items)]


def names(given: str | Iterable[str]) -> str | None:
    """Names as the options have them: one text."""
    return given if isinstance(given, str) else ",".join(given) or None


def _book(given: str | os.PathLike[str] | Mapping[str, Any]) -> Any:  # noqa: ANN401 - plain data
    """A price book by name or by value; a path is that of a file here, which is read. Raises SpecError."""
    if isinstance(given, Mapping):
        return sendable(given, "catalog")
    text = os.fspath(given)
    if isinstance(given, str) and not any(mark in text for mark in "./\\"):
        return text
    from gigacost.spec.files import read_document

    return sendable(read_document(text).tree, "catalog")
