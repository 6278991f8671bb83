"""The estimate of a specification's best combination: what stands for it where one run is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gigacost.cli.design import designed
from gigacost.cli.query import QueryOptions, chosen_draws, warn_of

if TYPE_CHECKING:
    from gigacost.cli.design import Design


@designed
def tell_best(
    *,
    spec: str,
    design: Design,
    assertions: tuple[str, ...],
    uncertain: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    no_intervals: bool,
) -> int:
    """Print the estimate of the combination with the smallest ``by`` of SPEC's query; the exit code. Raises SpecError.

    The options are those of ``gigacost estimate``.
    """
    from gigacost.analysis.compare.designs import Design as Chosen
    from gigacost.analysis.sensitivity.intervals import with_intervals
    from gigacost.cli import process
    from gigacost.cli.terminal import payload
    from gigacost.queries.estimates import estimated

    if assertions:
        raise click.UsageError("--assert: of a single design, without SPEC; gigacost top takes both")
    if no_intervals and (uncertain or draws or seed is not None):
        raise click.UsageError("--no-intervals draws nothing: give it without --uncertain, --draws and --seed")
    space = QueryOptions(spec, design, uncertain=uncertain, draws=draws, seed=seed).space()
    by = space.spec.by or "cost_total_usd"
    best = Chosen("spec", space, by)
    found = best.unpriced or estimated(best.bound)
    if space.size > 1:
        process.warn("note", f"of {space.size:,} combinations the one with the smallest {by}; gigacost top lists more")
    warn_of(space.spec, found.meta)
    if not no_intervals:
        found = with_intervals(found, best.bound, chosen_draws(space.spec, draws, seed))
    payload(found.to_dict())
    return process.DONE
