"""Nothing that happens to a run makes another dataset of it; ``make chaos`` does the same for longer."""

import dataset_chaos


def test_runs_killed_at_any_moment_are_resumed_to_the_same_bytes() -> None:
    assert dataset_chaos.killed(seed=0, count=10)["killed between plan and manifest"] > 0


def test_runs_on_a_full_disk_leave_what_is_whole_and_are_resumed() -> None:
    assert dataset_chaos.full_disks(seed=0, count=4)["parts kept"] > 0


def test_a_store_that_fails_holds_the_same_bytes() -> None:
    did = dataset_chaos.faulty_stores(seed=0, count=1)
    assert did["passed"] > 0
    assert sum(did.values()) > did["passed"]
