"""What LibreOffice computes is what the answer says."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from spreadsheets import formulas, values

KINDS = ("estimate", "estimates", "choose", "compare", "top", "pareto", "over_time")


@pytest.mark.parametrize("kind", KINDS)
def test_every_formula_comes_to_what_the_answer_says(kind: str, books: dict[str, Path], again: dict[str, Path]) -> None:
    kept, computed, texts = values(books[kind]), values(again[kind]), formulas(books[kind])
    assert len(texts) >= 10
    for place, text in texts.items():
        assert math.isclose(computed[place], kept[place], rel_tol=1e-12, abs_tol=1e-12), (place, text)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_formula_stays_as_it_was(kind: str, books: dict[str, Path], again: dict[str, Path]) -> None:
    kept, computed, texts = values(books[kind]), values(again[kind]), formulas(books[kind])
    for place, value in kept.items():
        if place not in texts and isinstance(value, float):
            assert math.isclose(computed[place], value, rel_tol=1e-14), place
        elif place not in texts:
            assert computed[place] == value, place


def test_a_wrong_kept_value_comes_out_mended(again: dict[str, Path], books: dict[str, Path]) -> None:
    control, right = values(again["control"].parent.parent / "control.xlsx"), values(books["estimate"])
    wrong = [place for place, value in control.items() if right[place] != value]
    assert [control[place] for place in wrong] == [123.0]
    mended = values(again["control"])
    assert math.isclose(mended[wrong[0]], right[wrong[0]], rel_tol=1e-12)
    assert mended[wrong[0]] != 123.0
