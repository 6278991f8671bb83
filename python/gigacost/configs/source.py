"""A configuration as it is given: a mapping, or a file of JSON, YAML, TOML, or of the arguments of a command."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from gigacost.errors import Fault, SpecError, escape, show, type_name
from gigacost.spec.files import Document, check_tree, leads_out, parse_document, read_text

ConfigLike: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | None"
"""A configuration: its file, or what is in it."""
MODEL_FILES = (".json", ".yaml", ".yml")
TRAIN_FILES = (".json", ".yaml", ".yml", ".toml", ".sh", ".txt", ".args")
_ARGUMENTS = (".sh", ".txt", ".args")


CONFIG_KEYS = ("model_config", "train_config")
"""Keys of a specification that hold configurations, and keywords that take them."""


@dataclass(frozen=True, slots=True)
class Configs:
    """Configurations as they are given: of a model, and of a run."""

    model: ConfigLike = None
    train: ConfigLike = None

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.model is not None or self.train is not None

    def over(self, document: Document) -> tuple[Configs, Document]:
        """These, and those that a document holds where these have none; and the document without. Raises SpecError."""
        if not isinstance(document.tree, Mapping) or not any(key in document.tree for key in CONFIG_KEYS):
            return self, document
        held = {key: document.tree[key] for key in CONFIG_KEYS if key in document.tree}
        own = {key: _beside(document, key, value) for key, value in held.items()}
        ours = dict(zip(CONFIG_KEYS, (self.model, self.train), strict=True))
        found = [own.get(key) if given is None else given for key, given in ours.items()]
        tree = {key: value for key, value in document.tree.items() if key not in held}
        return Configs(*found), replace(document, tree=tree)


NO_CONFIGS = Configs()


def _beside(document: Document, key: str, value: object) -> ConfigLike:
    """A configuration that a document holds: what is in it, or the path of a file below the document's own folder."""
    where = document.position(key)
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, str):
        raise SpecError(Fault(key, show(value), f"expected table or path, got {type_name(value)}", path=where))
    if not document.source:
        what = "a path, where there is no file that it could lie beside"
        raise SpecError(Fault(key, show(value), what, "the content, as a table", path=where))
    if leads_out(value):
        raise SpecError(
            Fault(
                key, show(value), "leads out of the folder", "a path below the specification's own folder", path=where
            )
        )
    return os.path.join(os.path.dirname(document.source), value)  # noqa: PTH118, PTH120 - as in spec.files


@dataclass(frozen=True, slots=True)
class Source:
    """What a configuration holds, and where it is from."""

    tree: Mapping[str, Any]
    name: str = ""
    is_arguments: bool = False
    """Whether it is the arguments of a command."""


def read_source(given: object, key: str, kinds: tuple[str, ...]) -> Source:
    """The content of a file with one of some endings, or of a mapping. Raises SpecError with ``key`` as the field."""
    try:
        source = _mapping(given) if isinstance(given, Mapping) else _file(given, key, kinds)
        _refuse_infinite(source, key)
    except SpecError as error:
        raise SpecError(*(_named(fault, key) for fault in error.faults)) from None
    return source


def _named(fault: Fault, key: str) -> Fault:
    """A fault of a document as one of the configuration."""
    field = fault.field.removeprefix("spec").removeprefix(key).removeprefix(".")
    what = fault.what.replace("empty spec", "empty")
    return replace(fault, field=f"{key}.{field}" if field else key, what=what)


def _mapping(given: Mapping[Any, Any]) -> Source:
    check_tree(given)
    if not given:
        raise SpecError(Fault("spec", "", "empty"))
    return Source(given)


def _file(given: object, key: str, kinds: tuple[str, ...]) -> Source:
    allowed = f"a name that ends in {', '.join(kinds)}"
    if not isinstance(given, str | os.PathLike):
        what = f"expected a path or a mapping, got {type_name(given)}"
        raise SpecError(Fault("spec", show(given), what, allowed))
    path = os.fspath(given)
    name = escape(os.fsdecode(path))
    kind = os.path.splitext(os.fsdecode(path))[1].lower()  # noqa: PTH122 - importing pathlib takes 5 ms
    if kind not in kinds:
        raise SpecError(Fault("spec", show(os.fsdecode(path)), "not a configuration file", allowed))
    text = read_text(path)
    if kind in _ARGUMENTS:
        from gigacost.configs.arguments import parse_arguments

        return Source(parse_arguments(text, name), name, is_arguments=True)
    if kind in {".yaml", ".yml"}:
        from gigacost.configs.yaml_text import parse_yaml

        tree = parse_yaml(text, name, key)
        if not isinstance(tree, dict) or not tree:
            raise SpecError(Fault("spec", "", "not a table of keys and values", path=name))
        check_tree(tree)
        return Source(tree, name)
    return Source(parse_document(text, name, kind.removeprefix(".")).tree, name)


def _refuse_infinite(source: Source, key: str) -> None:
    """Raise SpecError for numbers that are none."""
    pending: list[tuple[str, Any]] = [("", source.tree)]
    while pending:
        at, value = pending.pop()
        if isinstance(value, Mapping):
            pending += [(f"{at}.{name}" if at else str(name), one) for name, one in value.items()]
        elif isinstance(value, list | tuple):
            pending += [(at, one) for one in value]
        elif isinstance(value, float) and not math.isfinite(value):
            what = "infinite, not a number, or overflows a 64-bit float"
            raise SpecError(Fault(f"{key}.{at}", show(value), what, "finite numbers", path=source.name))
