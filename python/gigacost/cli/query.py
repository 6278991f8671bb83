"""What the commands that cost a specification share: their options, the sweep these make, the way they end."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed

if TYPE_CHECKING:
    from gigacost.cli.assertions import Assertions
    from gigacost.graph.model import Model
    from gigacost.queries.missing_prices import MissingPrice
    from gigacost.queries.request import Request
    from gigacost.queries.space import Space
    from gigacost.sampling.draws import Draws
    from gigacost.spec.spec import Spec


class QueryOptions(NamedTuple):
    """A specification, what the command line says over it, and how to answer."""

    spec: str | None
    """Its file; None where the design is all there is."""
    design: Design
    where: str | None = None
    columns: str | None = None
    threads: int | None = None
    assertions: tuple[str, ...] = ()
    require_feasible: bool = False
    as_json: bool = False
    explain: bool = False
    uncertain: tuple[str, ...] = ()
    draws: int | None = None
    seed: int | None = None
    carry: str | None = None
    merged: Space | None = None
    """The space whose parts were answered before."""

    def space(self, model: Model | None = None) -> Space:
        """The space that is meant, as that of ``request``; one whose parts were answered before is taken as it is."""
        return self.merged or self.request(model).space()

    def request(self, model: Model | None = None) -> Request:
        """What is asked, of the default model; what is replaced and what is doubtful is said on stderr.

        Raises SpecError.
        """
        from gigacost.cli import hosted, process
        from gigacost.cli.process import warn
        from gigacost.compiler.lower import thread_count

        asked = {"where": self.where, "columns": options.names(self.columns)}
        query = {key: value for key, value in asked.items() if value}
        more = options.distributions(self.uncertain)
        more += [(f"draws.{key}", str(n)) for key, n in (("count", self.draws), ("seed", self.seed)) if n is not None]
        more += [] if self.carry is None else [("carry", self.carry)]
        made = self.design.request(self.spec, more=more, query=query, model=model)
        thread_count(self.threads)
        if made.spec.base_year is not None:
            year = made.spec.base_year
            warn("note", f"computed amounts are in dollars of {year}; what goes in is as given or quoted")
        derived = (hosted.current() or process).derived
        derived.update({name: expression.text for name, expression in made.spec.derive.items()})
        return made

    def explained(self, meta: Mapping[str, Any]) -> None:
        """Say how an answer was found, if that is asked for."""
        from gigacost.cli.terminal import literal, show
        from gigacost.units.numbers import share

        if self.explain:
            effort, combinations = meta["effort"], meta["combinations"]
            evaluated, boxes = effort["evaluated"], effort["boxes"]
            said = f"{evaluated:,} of {combinations:,} combinations evaluated ({share(evaluated / combinations)})"
            show(literal(f"{said}, the others decided by {boxes:,} boxes of bounds and by dominance", "dim"))

    def ended(self, asserted: Assertions, *, feasible: bool, advice: str = "") -> int:
        """The exit code; where nothing is feasible, that is said."""
        from gigacost.cli import process

        if not feasible:
            process.warn("warning", f"no combination is feasible{advice}")
        return asserted.code(process.INFEASIBLE if not feasible and self.require_feasible else process.DONE)


def timed(meta: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """The meta of an answer, with the seconds it took."""
    return {**meta, "effort": {**meta.get("effort", {}), "seconds": seconds}}


def warn_of(spec: Spec, *meta: Mapping[str, Any]) -> None:
    """Say on stderr what is doubtful about answers; what is about the specification was said before."""
    from gigacost.cli.process import warn
    from gigacost.errors import unplaced

    said = {(doubt.field, doubt.what) for doubt in (*spec.warnings, *unplaced(spec.warnings))}
    for doubt in dict.fromkeys(doubt for one in meta for doubt in one["warnings"]):
        if not any(doubt.startswith(field) and what in doubt for field, what in said):
            warn("warning", doubt)


def without_prices(meta: Mapping[str, Any], missing: Iterable[MissingPrice]) -> dict[str, Any]:
    """The meta of an answer whose missing prices are said on the screen."""
    said = {price.message for price in missing}
    return {**meta, "warnings": [text for text in meta["warnings"] if text not in said]}


def chosen_draws(spec: Spec, count: int | None, seed: int | None, method: str | None = None) -> Draws:
    """The draws of a specification, with what the command line says over them. Raises SpecError."""
    from gigacost.analysis.sensitivity.uncertain_inputs import draws_for
    from gigacost.sampling.draws import Draws

    said = {"count": count, "seed": seed, "method": method}
    return Draws(**draws_for(spec).to_dict() | {key: value for key, value in said.items() if value is not None})


def querying(columns: str | None, asserted: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """The options of a ``QueryOptions``, which the command is given as its first argument.

    ``columns`` and ``asserted`` say in the help what ``--columns`` are (None: there are none) and what ``--assert`` is
    over. Without a file there must be a design.
    """

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        @designed
        @functools.wraps(command)
        def asked(**given: Any) -> int:  # noqa: ANN401 - as click has it
            query = QueryOptions(**{name: given.pop(name) for name in QueryOptions._fields if name in given})
            if query.spec is None and not query.design:
                raise click.MissingParameter(param_hint="'SPEC'", param_type="argument")
            return command(query, **given)

        where = "Condition on combinations, in place of the specification's."
        threads = "Number of threads [default: all CPUs]."
        shared = (
            click.argument("spec", metavar="[SPEC]", required=False),
            options.drawing,
            options.once("--where", metavar="EXPR", help=where),
            *([] if columns is None else [options.quantity_names("--columns", help=columns)]),
            options.carrying,
            options.asserting(asserted),
            click.option("--require-feasible", is_flag=True, help="Exit with code 3 if no combination is feasible."),
            options.once("--threads", type=options.Whole(1), metavar="N", help=threads),
            options.as_json,
        )
        for option in reversed(shared):
            asked = option(asked)
        return asked

    return decorate
