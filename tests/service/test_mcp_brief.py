"""What an agent is shown of an answer is a part of it, what is left out is said, and all of it can be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gigacost
from gigacost.errors import SpecError
from gigacost.service.mcp.brief import brief
from gigacost.service.mcp.text import text

MOST = 10**6
DESIGN = {"hardware": "h100-sxm", "chips": 1024, "params": "13B", "tokens": "1T"}


@pytest.fixture(scope="module")
def estimate() -> Mapping[str, Any]:
    return gigacost.estimate(DESIGN, draws=64).to_dict()


def is_part(shown: Any, whole: Any) -> bool:
    if isinstance(shown, dict):
        return all(is_part(one, whole[key]) for key, one in shown.items())
    if isinstance(shown, list):
        return all(is_part(one, other) for one, other in zip(shown, whole, strict=False))
    return shown == whole


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=5),
    max_leaves=60,
)


@given(JSON, st.sampled_from(["estimate", "choose", "explain", "catalog", "top"]))
def test_what_is_shown_is_a_part_of_the_answer(answer: Any, name: str) -> None:
    assert is_part(brief(name, answer, (), 20, MOST).answer, answer)
    assert brief(name, answer, ("*",), 20, MOST).answer == answer
    assert not {category(character) for character in text(answer).replace("\n", "")} & {"Cc", "Cf", "Cs"}


def test_an_estimate_is_cut_to_what_is_read_most(estimate: Mapping[str, Any]) -> None:
    made = brief("estimate", estimate, (), 20, MOST)
    assert made.answer["subtotals"] == estimate["subtotals"]
    assert made.answer["quantities"]["train_days"] == estimate["quantities"]["train_days"]
    assert set(made.answer["intervals"]["cost_total_usd"]) == {"p10", "p50", "p90"}
    assert made.left_out["assumptions"] == f"{len(estimate['assumptions'])} entries"
    assert made.left_out["quantities"] == f"8 of {len(estimate['quantities'])} are shown"
    assert made.size < 3000


def test_what_was_left_out_is_shown_when_asked_for(estimate: Mapping[str, Any]) -> None:
    wanted = ("assumptions", "quantities.step_seconds", "intervals.cost_total_usd")
    made = brief("estimate", estimate, wanted, 20, MOST)
    assert made.answer["assumptions"] == estimate["assumptions"]
    assert made.answer["quantities"]["step_seconds"] == estimate["quantities"]["step_seconds"]
    assert made.answer["intervals"]["cost_total_usd"] == estimate["intervals"]["cost_total_usd"]
    assert "step_overhead_seconds" not in made.answer["quantities"]
    assert "assumptions" not in made.left_out


@pytest.mark.parametrize(("wanted", "hint"), [("asumptions", '"assumptions"'), ("quantities.nothing", ""), ("", "")])
def test_a_part_that_is_not_there_is_refused(estimate: Mapping[str, Any], wanted: str, hint: str) -> None:
    with pytest.raises(SpecError, match="no such part of this answer; allowed: inputs, quantities") as caught:
        brief("estimate", estimate, (wanted,), 20, MOST)
    assert caught.value.faults[0].hint == hint


def test_lists_are_cut_and_that_is_said() -> None:
    rows = [{"chips": n} for n in range(100)]
    made = brief("top", {"rows": rows}, (), 20, MOST)
    assert made.answer == {"rows": rows[:20]}
    assert made.left_out == {"rows": "the first 20 of 100 are shown"}
    assert brief("top", {"rows": rows}, ("rows",), 20, MOST).answer == {"rows": rows}


def test_an_answer_that_is_too_large_has_fewer_rows() -> None:
    rows = [{"text": "x" * 1000} for _ in range(100)]
    made = brief("top", {"rows": rows}, (), 20, 6000)
    assert made.left_out == {"rows": "the first 5 of 100 are shown"}
    assert made.size <= 6000


def test_what_is_asked_for_and_too_large_is_refused() -> None:
    rows = [{"text": "x" * 1000} for _ in range(100)]
    with pytest.raises(SpecError, match=r'show = "\*": 10\d,\d{3} bytes, at most 6,000 are returned; allowed: parts'):
        brief("top", {"rows": rows}, ("*",), 20, 6000)


def test_the_text_says_the_numbers_to_three_digits(estimate: Mapping[str, Any]) -> None:
    lines = text(brief("estimate", estimate, (), 20, MOST).answer).splitlines()
    assert lines[0].startswith("inputs: hardware h100-sxm, chips 1,024, params 13B, tokens 1T")
    assert "status: ok" in lines
    total = next(line for line in lines if line.strip().startswith("cost_total_usd: "))
    assert total.count("$") == 3
    assert max(len(line) for line in lines) <= 120
    assert "sha256" not in "".join(lines)


def test_estimates_side_by_side_are_told_one_after_the_other(estimate: Mapping[str, Any]) -> None:
    lines = text(brief("estimate", [estimate, estimate], (), 20, MOST).answer).splitlines()
    assert [line for line in lines if line.endswith(":") and line[0].isdigit()] == ["1:", "2:"]
    assert sum("total_run_usd" in line for line in lines) >= 4


def test_years_are_years() -> None:
    assert text([{"hardware": "h100-sxm", "release_year": 2022.7178, "mem_gib": 80.0}]).splitlines()[1] == (
        "  h100-sxm | 2022.7 | 80"
    )


def test_rows_are_a_table() -> None:
    rows = [{"chips": 8, "cost_total_usd": 1.5e6, "evidence": {"votes": 1}}, {"chips": 16, "cost_total_usd": None}]
    assert text({"rows": rows}).splitlines() == ["rows: chips | cost_total_usd", "  8 | $1.5M", "  16 | —"]
