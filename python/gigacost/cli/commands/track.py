"""``gigacost track``: where a run stands, when it will be done, at what cost, and which assumption was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed

if TYPE_CHECKING:
    from gigacost.queries.request import Request

_DEFAULT_PLAN = (("params", "13B"), ("tokens", "2T"), ("hardware", "h100-sxm"), ("chips", "256"))
"""What is simulated where no plan is named."""


@options.command("track")
@click.argument("plan", required=False, metavar="[PLAN]")
@click.argument("log", required=False, metavar="[LOG.csv]")
@click.argument("bills", required=False, metavar="[BILL.csv]")
@designed
@options.once("--start", metavar="TIME", help="When the run started [default: the log's first row, or --as-of].")
@options.once("--simulate", type=options.Whole(1), metavar="N", help="How often intervals hold, over N simulated runs.")
@options.once("--draws", type=options.Whole(2), metavar="N", help="Number of draws [default: 4096].")
@options.once("--seed", type=options.Whole(0), metavar="N", help="Seed of the draws [default: 0].")
@options.as_json
def command(
    plan: str | None,
    log: str | None,
    bills: str | None,
    design: Design,
    start: str | None,
    simulate: int | None,
    draws: int | None,
    seed: int | None,
    *,
    as_json: bool,
) -> None:
    r"""Date and cost at completion of a run that goes on, by its log and its bills, and which assumption was wrong.

    PLAN is a specification of one design. LOG.csv has the columns time (ISO 8601) or hours, tokens (done so far) or
    tokens_per_second, and if known power_mw and state (running, or why it stood still). BILL.csv has date (the last day
    that a bill covers) or hours, usd and what (rent, energy, colo, others); or it is a FOCUS file.

    \b
    gigacost track PLAN.toml LOG.csv BILL.csv
    gigacost track PLAN.toml LOG.csv --start 2026-11-02 --json
    gigacost track --simulate 1000 --seed 1        how often the intervals hold
    """
    if simulate is not None:
        if log is not None:
            raise click.UsageError("--simulate makes logs of its own; leave LOG.csv out")
        _simulated(design.request(plan, more=() if plan or design else _DEFAULT_PLAN), simulate, seed or 0, as_json)
        return
    if plan is None or log is None:
        raise click.UsageError("a plan and a log are needed: gigacost track PLAN.toml LOG.csv [BILL.csv]")
    from gigacost.cli.terminal import payload
    from gigacost.tracking.planned import COUNT
    from gigacost.tracking.track import track

    found = track(design.request(plan), log, bills, start=start, draws=draws or COUNT, seed=seed or 0)
    if as_json:
        payload(found.to_dict())
        return
    from gigacost.cli.views.track import show_tracking

    show_tracking(found)


def _simulated(request: Request, count: int, seed: int, as_json: bool) -> None:  # noqa: FBT001 - handed through
    from gigacost.cli.terminal import payload
    from gigacost.tracking.simulate import simulate_plan

    found: dict[str, Any] = simulate_plan(request.bound, count, seed)
    if as_json:
        payload(found)
        return
    from gigacost.cli.views.track import show_coverage

    show_coverage(found)
