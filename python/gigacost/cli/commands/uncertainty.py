"""``gigacost uncertainty``: how wide the answer is, where that comes from, what would change the best option."""

from __future__ import annotations

import time

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed
from gigacost.cli.query import QueryOptions, chosen_draws, timed


@options.command("uncertainty")
@click.argument("spec", required=False, metavar="[SPEC]")
@designed
@options.once("--of", metavar="NAME", shell_complete=options.quantities, help="Quantity [default: cost_total_usd].")
@options.drawing
@click.option("--only", is_flag=True, help="Use stated distributions only, not those that ship.")
@options.once("--method", metavar="METHOD", help="sobol or random [default: sobol].")
@options.carrying
@options.once("--threads", type=options.Whole(1), metavar="N", help="Number of threads [default: all CPUs].")
@options.as_json
def command(
    spec: str | None,
    design: Design,
    of: str | None,
    uncertain: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    method: str | None,
    carry: str | None,
    threads: int | None,
    *,
    only: bool,
    as_json: bool,
) -> None:
    r"""How uncertain a quantity is, which inputs cause it (Sobol indices), and what would change the best option.

    \b
    gigacost uncertainty --model llama-3.1-405b --hardware h100-sxm --chips 16384
    gigacost uncertainty ... --market own,on_demand,reserved_1y      compare options
    gigacost uncertainty ... --uncertain electricity_usd_per_kwh="normal 90% 0.04 $/kWh..0.09 $/kWh"
    """
    from gigacost.analysis.sensitivity.uncertainty import uncertainty
    from gigacost.cli.terminal import payload
    from gigacost.spec.spec import DEFAULT

    if only and DEFAULT in uncertain:
        raise click.UsageError("--only leaves out what --uncertain default takes in")
    said = dict(options.pairs([text for text in uncertain if text != DEFAULT], "--uncertain"))
    sweep = QueryOptions(spec, design, carry=carry).space()
    start = time.perf_counter()
    found = uncertainty(
        sweep,
        of=of or "cost_total_usd",
        uncertain=said,
        defaults=False if only else True if DEFAULT in uncertain else None,
        draws=chosen_draws(sweep.spec, draws, seed, method),
        threads=threads,
    )
    seconds = time.perf_counter() - start
    if as_json:
        plain = found.to_dict()
        payload({**plain, "meta": timed(plain["meta"], seconds)})
    else:
        from gigacost.cli.views.uncertainty import show_uncertainty

        show_uncertainty(found, seconds)
