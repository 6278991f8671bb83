"""What the commands that cost a specification share: their options, the sweep these make, the way they end."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from gigacost.cli import options

if TYPE_CHECKING:
    from gigacost.cli.assertions import Assertions
    from gigacost.graph.model import Model
    from gigacost.queries.space import Space


class Query(NamedTuple):
    """A specification, what the command line changes about it, and how to answer."""

    spec: str | None
    """Its file; None where the settings are all there is."""
    settings: tuple[str, ...]
    catalog: str | None
    as_of: str | None
    where: str | None
    columns: str | None
    threads: int | None
    assertions: tuple[str, ...]
    strict: bool
    require_feasible: bool
    as_json: bool
    explain: bool = False
    uncertain: tuple[str, ...] = ()
    draws: int | None = None
    seed: int | None = None

    def sweep(self, of: Model | None = None) -> Space:
        """The sweep that is meant, of the default model; what is replaced and what is doubtful is said on stderr.

        Raises SpecError.
        """
        from dataclasses import replace  # noqa: PLC0415 - after --help

        from gigacost.cli.process import derived, warn  # noqa: PLC0415
        from gigacost.compiler.checks import namespace  # noqa: PLC0415
        from gigacost.compiler.lower import thread_count  # noqa: PLC0415
        from gigacost.model import default  # noqa: PLC0415
        from gigacost.queries.space import Space  # noqa: PLC0415
        from gigacost.spec.private_book import with_private_book  # noqa: PLC0415
        from gigacost.spec.reader import override, read_file, read_mapping  # noqa: PLC0415

        model, book = of or default(), options.opened_catalog(self.catalog)
        given = options.pairs(self.settings) + ([("as_of", self.as_of)] if self.as_of else [])
        given += [(f"uncertain.{name}", text) for name, text in options.pairs(self.uncertain, "--uncertain")]
        given += [(f"draws.{key}", str(n)) for key, n in (("count", self.draws), ("seed", self.seed)) if n is not None]
        if self.spec is None:
            read = read_mapping({"version": 1}, namespace(model, book))
            read = override(read, given, namespace(model, book), strict=self.strict)
        else:
            book = with_private_book(self.spec, book)
            read = read_file(self.spec, namespace(model, book), settings=given, strict=self.strict)
        asked = {"where": self.where, "columns": options.names(self.columns)}
        changes = {key: value for key, value in asked.items() if value}
        if changes:
            tree = read.to_dict()
            tree["query"] = {**tree.get("query", {}), **changes}
            changed = read_mapping(tree, namespace(model, book), strict=self.strict)
            read = replace(changed, notes=read.notes, source=read.source, warnings=read.warnings)
        thread_count(self.threads)
        if read.base_year is not None:
            warn("note", f"computed amounts are in dollars of {read.base_year}; what goes in is as given or quoted")
        for note in read.notes:
            warn("note", note)
        for warning in read.warnings:
            warn("warning", str(warning))
        derived.update({name: expression.text for name, expression in read.derive.items()})
        return Space(read, model, book)

    def explained(self, meta: Mapping[str, Any]) -> None:
        """Say how an answer was found, if that is asked for."""
        from gigacost.cli.terminal import literal, show  # noqa: PLC0415
        from gigacost.cli.views.numbers import share  # noqa: PLC0415 - after --help

        if self.explain:
            evaluated, combinations = meta["evaluated"], meta["combinations"]
            said = f"{evaluated:,} of {combinations:,} combinations evaluated ({share(evaluated / combinations)})"
            show(literal(f"{said}, the others decided by {meta['boxes']:,} boxes of bounds and by dominance", "dim"))

    def ended(self, asserted: Assertions, *, feasible: bool, advice: str = "") -> int:
        """The exit code; where nothing is feasible, that is said."""
        from gigacost.cli import process  # noqa: PLC0415 - after --help

        if not feasible:
            process.warn("warning", f"no combination is feasible{advice}")
        return asserted.code(process.INFEASIBLE if not feasible and self.require_feasible else process.DONE)


def querying(
    columns: str | None, asserted: str, *, optional: bool = False
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """The options of a ``Query``, which the command is given as its first argument.

    ``columns`` and ``asserted`` say in the help what ``--columns`` are (None: there are none) and what ``--assert`` is
    over. ``optional``: the settings may be all there is.
    """

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(command)
        def asked(**given: Any) -> int:  # noqa: ANN401 - as click has it
            query = Query(**{name: given.pop(name, None) for name in Query._fields})
            return command(query, **given)

        where = "Keep combinations for which this holds, instead of the file's."
        threads = "How many threads to use; all CPUs by default."
        shared = (
            click.argument("spec", metavar="[SPEC]" if optional else "SPEC", required=not optional),
            options.setting,
            options.drawing,
            options.once("--where", metavar="EXPR", help=where),
            *([] if columns is None else [options.quantity_names("--columns", help=columns)]),
            options.asserting(asserted),
            click.option("--require-feasible", is_flag=True, help="Exit with 3 when no combination is feasible."),
            options.once("--threads", type=options.Whole(1), metavar="N", help=threads),
            options.as_json,
        )
        for option in reversed(shared):
            asked = option(asked)
        return asked

    return decorate
