"""Price books that whoever runs a service mounts, each under a name by which clients ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


class _Mounted(click.Option):
    """``--catalog`` as it stands in the help of a service: a book by a name, of which there may be several."""

    heading = "Options"


mounting = click.option(
    "--catalog",
    "books",
    cls=_Mounted,
    multiple=True,
    metavar="NAME=FILE",
    help="Private price book that clients may name. Repeatable.",
)


def mounted(books: Iterable[str]) -> dict[str, str]:
    """The files of price books by the names that clients may give. Raises SpecError, for a bad book too."""
    from gigacost.cli.options import opened_catalog
    from gigacost.errors import Fault, SpecError, show

    found: dict[str, str] = {}
    for text in books:
        name, _, file = text.partition("=")
        if not _NAME.fullmatch(name) or not file:
            raise SpecError(Fault("--catalog", show(text), "not a name and a file", "NAME=FILE"))
        if name in found:
            raise SpecError(Fault("--catalog", show(text), f"the name was given to {show(found[name])} before"))
        opened_catalog(file)
        found[name] = file
    return found
