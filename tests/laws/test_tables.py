"""Tables over classes of digits, of which the default model has many: most token counts share a batch."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacost import Sweep
from gigacost.compiler import lower

BRUTE = (1 << 13, 1 << 13, 1 << 26, 1 << 16, 1 << 62)
PRUNED = (1 << 13, 1 << 13, 1 << 26, 1 << 16, 0)
"""Whatever the space, it is asked what can be left out, and what has fewer classes than digits is a table of these."""
AXES: dict[str, list[Any]] = {
    "hardware": ["a100-sxm-80", "h100-sxm", "b200-sxm", "l40s"],
    "chips": [256, 264, 512, 1000, 2048, 4096, 16384],
    "params": ["1B", "8B", "13B", "70B", "400B"],
    "tokens": ["100B", "200B", "300B", "1T", "1.1T", "2T", "4T", "9T", "15T", "30T"],
    "market": ["own", "on_demand", "reserved_1y"],
    "electricity_usd_per_kwh": [0.03, 0.05, 0.08, 0.12],
    "runs_per_year": [1, 2, 4],
}
CONDITIONS = (None, "train_days <= 200", "mfu >= 0.3", "train_days <= 90 and loss <= 2.2", "mfu >= 0.3 or chips <= 512")


def answers(sweep: Sweep) -> dict[str, Any]:
    """What is asked of a space, each answer as plain data."""
    front, limits = sweep.pareto(["cost_total_usd", "train_days"]), sweep.bounds("mfu")
    return {
        "top": sweep.top(7, "cost_total_usd").rows,
        "largest": sweep.top(3, "mfu", largest=True).rows,
        "per": sweep.top(1, "cost_total_usd", per=["params", "tokens"]).rows,
        "distinct": sweep.top(5, "cost_total_usd", distinct=["mfu"]).rows,
        "front": [*front],
        "count": sweep.count(),
        "summary": sweep.summary(["cost_total_usd", "mfu"]).to_dict()["columns"],
        "bounds": (limits.least, limits.greatest),
    }


@settings(max_examples=25)
@given(st.data())
def test_tables_over_classes_answer_as_every_design_does(data: st.DataObject) -> None:
    axes = {
        name: data.draw(st.lists(st.sampled_from(values), min_size=1, unique=True), label=name)
        for name, values in AXES.items()
    }
    where = data.draw(st.sampled_from(CONDITIONS))
    found = []
    for cut in (BRUTE, PRUNED):
        lower.BLOCKS = cut
        found.append(answers(Sweep(axes, where=where, columns=["cost_total_usd", "mfu", "train_days", "loss"])))
    assert found[0] == found[1]


def test_a_next_question_finds_what_was_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lower, "BLOCKS", PRUNED)
    sweep = Sweep(AXES, columns=["cost_total_usd"])
    first = sweep.top(3, "cost_total_usd").rows
    programs = list(sweep.bound.programs._kept.values())
    assert sweep.top(5, "cost_total_usd").rows[:3] == first
    assert list(sweep.bound.programs._kept.values()) == programs
