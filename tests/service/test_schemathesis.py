"""What the schema allows is answered or refused as documented, and what it does not allow is refused.

The few random requests of each operation here are 300 by ``make fuzz-service``.
"""

from __future__ import annotations

from service_fuzz import MIB, fuzz

SEED = 1
COUNT = 3


def test_no_request_that_the_schema_makes_fails() -> None:
    run = fuzz(SEED, COUNT, seconds=600)
    assert run.code == 0, run.told[-20_000:]
    assert run.requests > 1000
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in run.told.partition("Test Phases")[2]
    assert run.rss_after - run.rss_before < 400 * MIB  # caches of what was asked have their ends
