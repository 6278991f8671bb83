"""The command line that estimates what a page shows: what is fixed; the page adds a word for each axis."""

from __future__ import annotations

from pathlib import PurePath

from gigacost.compiler.bound import Bound
from gigacost.spec.command_line import design_words, written


def words(bound: Bound, book: str = "") -> list[str]:
    """The words of the command that are the same for every design of the page.

    ``book`` is a private price book that the specification does not name.
    """
    spec = bound.own
    if spec.catalog and not book:
        book = (PurePath(spec.source).parent / spec.catalog).as_posix()
    given = {name: written(value) for name, value in spec.fixed.items()}
    if "as_of" in bound.labels and bound.labels["as_of"][0] is None:
        given.setdefault("as_of", bound.labels["as_of"][1][0])
    return ["gigacost", "estimate", *design_words(spec, given, book)]
