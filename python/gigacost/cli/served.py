"""What a service answers with, made of the command line: questions, catalogue, the schema of a specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.cli.operations import converted_of, questions, run_of
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.service.operation import Asked, Watch

if TYPE_CHECKING:
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

    def answer(self, path: Sequence[str], options: Mapping[str, str], watch: Watch) -> Any:  # noqa: ANN401 - plain data
        """The axes; an axis with its labels; a label with its figures. Raises SpecError, CatalogError."""
        from gigacost.cli.commands.catalog import command

        given = dict(options)
        asked = Asked(catalog=given.pop("catalog", None))
        shown = command.commands["list" if len(path) < len(("axis", "label")) else "show"]
        own = {"axis": path[0] if path else None} if shown.name == "list" else {"label": tuple(path)}
        return run_of(shown, {**converted_of(shown, given), **own}, asked, self._books, watch).document


def application(counts: Metrics, *, mounted: Mapping[str, str], settings: Settings) -> Application:
    """What a process of the service answers with."""
    from gigacost.catalog.opening import opened
    from gigacost.cli.commands.schema import schema
    from gigacost.compiler.checks import namespace
    from gigacost.model import default
    from gigacost.service.application import application as made
    from gigacost.service.worker import Application

    books = Books(mounted)
    operations = questions(books)
    book = opened(None)
    app = made(operations, Shown(books), schema(namespace(default(), book), book), settings, counts)
    return Application(app, [one.name for one in operations], settings.body_bytes, lambda: None)
