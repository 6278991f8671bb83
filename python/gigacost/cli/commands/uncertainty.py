"""``gigacost uncertainty``: how wide the answer is, where that comes from, what would flip it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from gigacost.cli import options

if TYPE_CHECKING:
    from gigacost.queries.space import Space


@click.command("uncertainty", context_settings=options.NAMES)
@click.argument("spec", required=False, metavar="[SPEC]")
@options.design
@options.setting
@options.once("--of", metavar="NAME", shell_complete=options.quantities, help="cost_total_usd by default.")
@options.drawing
@click.option("--only", is_flag=True, help="No distributions but those of --uncertain.")
@options.once("--method", metavar="METHOD", help="sobol (default) or random.")
@options.once("--threads", type=options.Whole(1), metavar="N", help="One per CPU by default.")
@options.as_json
def command(
    spec: str | None,
    settings: tuple[str, ...],
    preset: str | None,
    catalog: str | None,
    as_of: str | None,
    of: str | None,
    uncertain: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    method: str | None,
    threads: int | None,
    *,
    strict: bool,
    only: bool,
    as_json: bool,
    **given: str | None,
) -> None:
    r"""How uncertain a cost is, what that comes from, and what would make another option the best one.

    \b
    gigacost uncertainty --model llama-3.1-405b --hardware h100-sxm --chips 16384
    gigacost uncertainty ... --market own,on_demand,reserved_1y      which one, and what would flip it
    gigacost uncertainty ... --uncertain electricity_usd_per_kwh="normal 90% 0.04 $/kWh..0.09 $/kWh"
    """
    from gigacost.analysis.sensitivity.uncertainty import draws_for, uncertainty  # noqa: PLC0415
    from gigacost.cli.terminal import payload  # noqa: PLC0415 - after --help
    from gigacost.sampling.draws import Draws  # noqa: PLC0415

    flags = options.flags(given, as_of)
    if spec:
        sweep = _of_file(spec, flags, settings, catalog, preset, strict=strict)
    else:
        sweep = _of_options(flags, settings, catalog, preset, strict=strict)
    said = {"count": draws, "seed": seed, "method": method}
    chosen = draws_for(sweep.spec).to_dict() | {key: value for key, value in said.items() if value is not None}
    start = time.perf_counter()
    found = uncertainty(
        sweep,
        of=of or "cost_total_usd",
        uncertain=dict(options.pairs(uncertain, "--uncertain")),
        defaults=False if only else None,
        draws=Draws(**chosen),
        threads=threads,
    )
    seconds = time.perf_counter() - start
    if as_json:
        plain = found.to_dict()
        payload({**plain, "meta": {**plain["meta"], "seconds": seconds}})
    else:
        from gigacost.cli.views.uncertainty import show_uncertainty  # noqa: PLC0415 - only one view is shown

        show_uncertainty(found, seconds)


def _of_options(
    flags: list[tuple[str, str]], settings: tuple[str, ...], catalog: str | None, preset: str | None, *, strict: bool
) -> Space:
    """The designs that options and settings describe."""
    from gigacost.compiler.checks import namespace  # noqa: PLC0415 - after --help
    from gigacost.model import default  # noqa: PLC0415
    from gigacost.queries.space import Space  # noqa: PLC0415

    model, book = default(), options.opened_catalog(catalog)
    spec = options.single(flags, options.pairs(settings), preset, namespace(model, book), strict=strict)
    return Space(spec, model, book)


def _of_file(
    path: str,
    flags: list[tuple[str, str]],
    settings: tuple[str, ...],
    catalog: str | None,
    preset: str | None,
    *,
    strict: bool,
) -> Space:
    """The designs of a specification, with what is typed over it."""
    from gigacost.cli.query import Query  # noqa: PLC0415 - after --help
    from gigacost.errors import Fault, SpecError, show  # noqa: PLC0415

    if preset:
        raise SpecError(Fault("--preset", show(preset), "beside a SPEC, which may name one itself"))
    typed = (*(f"{name}={value}" for name, value in flags), *settings)
    return Query(
        spec=path,
        settings=typed,
        catalog=catalog,
        as_of=None,
        where=None,
        columns=None,
        threads=None,
        assertions=(),
        strict=strict,
        require_feasible=False,
        as_json=False,
    ).sweep()
