"""``gigacost count``: how many combinations meet a condition."""

from __future__ import annotations

import time

from gigacost.cli import options
from gigacost.cli.asking import Asking, askable
from gigacost.cli.query import QueryOptions, querying, timed, warn_of


@options.command("count")
@querying(None, "combinations, count and share")
@options.explaining
@askable
def command(query: QueryOptions, asking: Asking) -> int:
    r"""How many combinations of SPEC satisfy its condition (and have the quantities that it reads).

    \b
    gigacost count SPEC
    gigacost count SPEC --where "train_days <= 90 and facility_mw <= 30" --assert "share >= 0.01"
    """
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.terminal import literal, payload, show
    from gigacost.units.numbers import duration, share

    sweep = query.space()
    asserted = Assertions(query.assertions, dict.fromkeys(("combinations", "count", "share"), "1"))
    start = time.perf_counter()
    with asking.asker("count", sweep, query.threads) as asker:
        found = sweep.counted(executor=asker)
    if asking.part:
        return asking.tell("count", sweep, asker, {})
    took = time.perf_counter() - start
    warn_of(sweep.spec, found.meta)
    answer = found.to_dict()
    meta = timed(answer.pop("meta"), took)
    if query.as_json:
        payload({**answer, "meta": meta})
    else:
        condition = f" where {sweep.spec.where.text}" if sweep.spec.where else ""
        counted = f"{found.count:,} of {sweep.size:,} combinations ({share(found.share)}){condition}"
        show(literal(counted, "bold"))
        show(literal(f"in {duration(took)}", "dim"))
        query.explained(meta)
    asserted.check(answer)
    return query.ended(asserted, feasible=found.count > 0, advice="; gigacost summary says why")
