"""What a service answers with, made of the command line: questions, catalogue, the schema of a specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.cli.operations import converted_of, open_to, questions, run_of, schema_of
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.service.operation import Asked, Watch

if TYPE_CHECKING:
    import click

    from gigacost.catalog import Catalog
    from gigacost.service.metrics import Metrics
    from gigacost.service.settings import Settings
    from gigacost.service.worker import Application


class Books:
    """The price books that an operator mounted, by name."""

    def __init__(self, files: Mapping[str, str]) -> None:
        from gigacost.catalog.opening import opened

        self.opened = {name: opened(file) for name, file in files.items()}

    def __call__(self, name: str) -> Catalog:
        """The book of a name. Raises SpecError."""
        if name not in self.opened:
            allowed = ", ".join(self.opened) or "a price book's content: none is mounted here"
            raise SpecError(Fault("catalog", show(name), "no book of that name", allowed, nearest(name, self.opened)))
        return self.opened[name]


_PATHS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "": ("list", ("axis",)),
    "/prices": ("prices", ("chip",)),
    "/prices/{chip}": ("prices", ("chip",)),
    "/{axis}": ("list", ("axis",)),
    "/{axis}/{label}": ("show", ("axis", "label")),
}
"""The paths of the catalogue: the command of each, and those of its parameters that stand in the path."""
_SWITCHES = {"true": True, "false": False}


def _command(name: str) -> click.Command:
    from gigacost.cli.commands.catalog import command

    return command.commands[name]


class Shown:
    """The catalogue, as the command ``catalog`` prints it."""

    def __init__(self, books: Books) -> None:
        from gigacost._engine import __version__
        from gigacost.catalog.opening import opened
        from gigacost.compiler.lower import model_sha256
        from gigacost.model import default

        self._books = books
        mounted = [f"{name}={book.sha256}" for name, book in sorted(books.opened.items())]
        self.hashes = [__version__, model_sha256(default()), opened(None).sha256, *mounted]

    @property
    def paths(self) -> Mapping[str, Mapping[str, Any]]:
        """The paths of it, each with its ``summary`` and its ``parameters`` as JSON Schemas by name."""
        book = {"type": "string", "minLength": 1, "description": "Name of a price book that is mounted."}
        found = {}
        for path, (command, places) in _PATHS.items():
            shown = {name: schema_of(one) for name, one in open_to(_command(command)).items() if name not in places}
            summary = "The axes of the catalogue." if path == "" else _command(command).get_short_help_str(200)
            found[f"/v1/catalog{path}"] = {"summary": summary, "parameters": {**shown, "catalog": book}}
        return found

    def answer(self, path: Sequence[str], options: Mapping[str, str], watch: Watch) -> Any:  # noqa: ANN401 - plain data
        """What is at a path below that of the catalogue. Raises SpecError, CatalogError."""
        given: dict[str, Any] = dict(options)
        asked = Asked(options=given, catalog=given.pop("catalog", None))
        own: dict[str, Any]
        if path and path[0] == "prices":
            name, own = "prices", {"chip": path[1] if len(path) > 1 else None}
        elif len(path) < len(("axis", "label")):
            name, own = "list", {"axis": path[0] if path else None}
        else:
            name, own = "show", {"label": tuple(path)}
        command = _command(name)
        for option, parameter in open_to(command).items():
            if getattr(parameter, "is_flag", False) and option in given:
                given[option] = _SWITCHES.get(given[option], given[option])
        for option in own.keys() & given.keys():
            raise SpecError(
                Fault(f"options.{option}", show(given[option]), "stands in the path", f"/v1/catalog/.../{option}")
            )
        return run_of(command, {**converted_of(command, given), **own}, asked, self._books, watch).document


def application(counts: Metrics, *, mounted: Mapping[str, str], settings: Settings) -> Application:
    """What a process of the service answers with."""
    from gigacost.catalog.opening import opened
    from gigacost.catalog.price_books.json_schema import json_schema
    from gigacost.cli.commands.schema import schema
    from gigacost.compiler.checks import namespace
    from gigacost.model import default
    from gigacost.service.application import application as made
    from gigacost.service.bearer import token
    from gigacost.service.openapi.document import described
    from gigacost.service.worker import Application

    books = Books(mounted)
    operations = questions(books)
    book = opened(None)
    shown = Shown(books)
    specification = schema(namespace(default(), book), book)
    document = described(operations, shown.paths, specification, json_schema(), settings, token=token() is not None)
    app = made(operations, shown, document, settings, counts)
    return Application(app, [one.name for one in operations], settings.body_bytes, lambda: None)
