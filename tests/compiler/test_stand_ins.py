"""Whoever uses a model that something else stands for is told so."""

from __future__ import annotations

import pytest

from gigacost import Catalog, SpecError, Sweep, estimate
from gigacost.catalog.files import data

RUN = {"hardware": "h100-sxm", "chips": 2048, "tokens": "1T"}
TAKEN = {name: entry["taken_as"] for name, entry in data("models")["models"].items() if "taken_as" in entry}


def told(warnings: list[str]) -> list[str]:
    return [one for one in warnings if "taken as" in one]


@pytest.mark.parametrize("name", TAKEN)
def test_a_model_that_stands_for_another_says_so(name: str) -> None:
    assert told(estimate(RUN, model=name).meta["warnings"]) == [f'model = "{name}": taken as {TAKEN[name]}']


def test_a_model_that_is_what_it_says_is_taken_without_a_word() -> None:
    assert not told(estimate(RUN, model="kimi-k2").meta["warnings"])
    assert not told(estimate(RUN, params="29B").meta["warnings"])


def test_many_models_are_told_of_once_for_each_way() -> None:
    names = ["gemma-3-12b", "llama-3-8b", "gemma-3-27b", "gigachat-29b"]
    said = told(Sweep({"model": names}, fixed=RUN).summary().meta["warnings"])
    assert len(said) == 2
    assert said[0].endswith("windows of 1,024 tokens (also gemma-3-27b)")
    assert "gigachat-29b" in said[1]


def test_strict_takes_nothing_for_something_else() -> None:
    with pytest.raises(SpecError, match="taken as a dense model of typical shape"):
        estimate(RUN, model="gigachat-29b", strict=True)
    assert estimate(RUN, model="kimi-k2", strict=True).status == "ok"


def test_a_model_with_figures_of_its_own_is_its_owners_affair() -> None:
    book = {"name": "mine", "date": "2026-01-01", "models": {"gigachat-29b": {"params_active": 29e9}}}
    mine = Catalog.bundled().layered(book)
    assert not told(estimate(RUN, model="gigachat-29b", catalog=mine).meta["warnings"])


def test_a_preset_tells_of_its_model() -> None:
    assert told(estimate(preset="gpt-3").meta["warnings"])
    assert not told(estimate(preset="gpt-3,epoch-2024").meta["warnings"]), "its hours are given"
