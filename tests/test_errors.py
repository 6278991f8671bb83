"""Suggestions: what is near is suggested, what only looks alike is not."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import click
import pytest

from gigacost.catalog import Catalog
from gigacost.catalog.labels import fold
from gigacost.cli.app import gigacost as group
from gigacost.cli.words import _CALLED, _COMMANDS, meant, meant_command
from gigacost.errors import CatalogError, nearest
from gigacost.model import default

CATALOG = Catalog.bundled()
AXES = ("hardware", "model", "region", "market", "provider_class", "precision")
LABELS = [(axis, name) for axis in AXES for name in CATALOG.labels(axis, announced=True)]


@functools.cache
def slips(asked: str, given: str) -> int:
    """Characters left out, one too many, another one, or two swapped, by the definition of that distance."""
    if not asked or not given:
        return len(asked) + len(given)
    if asked[0] == given[0]:
        return slips(asked[1:], given[1:])
    ways = [slips(asked[1:], given), slips(asked, given[1:]), slips(asked[1:], given[1:])]
    if len(asked) > 1 < len(given) and asked[:2] == given[1::-1]:
        ways.append(slips(asked[2:], given[2:]))
    return 1 + min(ways)


def suggested(axis: str, label: str) -> str:
    """What is suggested for a label that is none; empty where nothing is."""
    with pytest.raises(CatalogError) as caught:
        CATALOG.canonical(axis, label)
    found = re.search(r'did you mean "(.*)"\?$', str(caught.value))
    return found[1] if found else ""


def mistyped(name: str) -> Iterator[str]:
    """Slips in the longest word without a digit, and hyphens that are missing."""
    word = max([word for word in re.split(r"[-_]", name) if re.fullmatch(r"[a-z]{4,}", word)], key=len, default="")
    if word:
        place = name.index(word) + 1
        yield name[:place] + name[place + 1] + name[place] + name[place + 2 :]
        yield name[:place] + name[place + 1 :]
        yield name[:place] + name[place] + name[place:]
    if "-" in name:
        yield name.replace("-", "")
        yield name.replace("-", ".")
    yield name.swapcase() + "-"


@pytest.mark.parametrize(("axis", "name"), LABELS)
def test_a_slip_in_a_name_of_the_catalogue_is_answered_by_a_name_as_near(axis: str, name: str) -> None:
    for typed in mistyped(name):
        try:
            assert CATALOG.canonical(axis, typed) == name, "it means what it is, if it is known"
        except CatalogError:
            answer = suggested(axis, typed)
            assert answer, typed
            bare = [re.sub(r"[-_. ]", "", fold(one)) for one in (typed, answer, name)]
            assert slips(bare[0], bare[1]) <= slips(bare[0], bare[2]), (typed, answer)


@pytest.mark.parametrize("axis", AXES)
def test_a_name_that_is_missing_is_answered_by_none_that_is_far(axis: str) -> None:
    # Each name of the catalogue as if it were not there: gpt-4.5 of the others, h200-nvl, tpu-v5e.
    spellings = {
        label: {fold(label), *map(fold, CATALOG.entry(axis, label).get("aliases", ()))}
        for label in CATALOG.labels(axis)
    }
    for label in spellings:
        others = [one for other, own in spellings.items() if other != label for one in own]
        answer = nearest(fold(label), others).strip('"')
        if not answer:
            continue
        bare = [re.sub(r"[-_. ]", "", one) for one in (fold(label), answer)]
        assert answer.startswith(fold(label)) or slips(*bare) <= 2, (label, answer)
        numbers = [re.findall(r"[0-9]", one) for one in bare]
        assert len(numbers[0]) != len(numbers[1]) or sorted(numbers[0]) == sorted(numbers[1]), (label, answer)


@pytest.mark.parametrize(
    ("axis", "label", "family"),
    [
        ("model", "gpt-5", "gpt-"),
        ("model", "gpt-4.1", "gpt-4.5, gpt-4"),
        ("model", "llama-3.3-70b", "llama-3.1-8b, llama-3.1-70b, llama-3.1-405b"),
        ("model", "gemma-3-9b", "gemma-3-1b, gemma-3-4b"),
        ("hardware", "h100-nvl", "h100-sxm, h100-pcie"),
        ("hardware", "rtx3090", "rtx"),
    ],
)
def test_where_nothing_is_near_some_of_the_family_are_named(axis: str, label: str, family: str) -> None:
    with pytest.raises(CatalogError) as caught:
        CATALOG.canonical(axis, label)
    assert f", as {family}" in str(caught.value)
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("axis", "label"),
    [("hardware", "b100"), ("hardware", "mi300a"), ("hardware", "t4"), ("model", "claude-3"), ("model", "grok-4")],
)
def test_what_has_no_family_is_answered_by_nothing(axis: str, label: str) -> None:
    assert not suggested(axis, label)


@pytest.mark.parametrize(
    ("typed", "known", "answer"),
    [
        ("kimi", ["kimi-k2", "kimi-k2-base", "glm-4.5"], "kimi-k2"),
        ("deepseek", ["deepseek-v2", "deepseek-v3"], ""),  # begun with it, but which
        ("train", ["train_days", "train_hours"], ""),
        ("h100sxm", ["h100-sxm"], "h100-sxm"),
        ("Cost Total USD", ["cost_total_usd"], "cost_total_usd"),
        ("htis", ["this"], "this"),  # swapped first letters
        ("gpu", ["mfu"], ""),
        ("a100", ["h100", "v100"], ""),
        ("llama-3.2-70b", ["llama-3.1-70b"], ""),
        ("llama-3.1-450b", ["llama-3.1-405b"], "llama-3.1-405b"),
        ("mfuu", ["mfu"], "mfu"),
        ("pu", ["pue"], "pue"),
        ("", ["pue"], ""),
        ("x", [], ""),
    ],
)
def test_what_is_near(typed: str, known: list[str], answer: str) -> None:
    assert nearest(typed, known).strip('"') == answer


def test_words_for_options_are_words_for_one_option_each_and_no_options_themselves() -> None:
    words = [word for called in _CALLED.values() for word in called.split()]
    assert len(words) == len(set(words))
    assert not {f"--{word}" for word in words} & set(_CALLED)


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        ("--gpu", "--hardware"),
        ("--num-gpus", "--chips"),
        ("--gpus", "--chips"),
        ("--budget", "gigacost choose --budget"),
        ("--deadline", "gigacost choose --within"),
        ("--tok", "--tokens"),
        ("--model-size", "--params"),
        ("--hardwar", "--hardware"),
        ("--pue", "--set pue=VALUE"),
        ("--salary-usd", "--set salary_usd=VALUE"),
        ("--cost", ""),  # estimate has nothing of this kind
        ("--frobnicate", ""),
    ],
)
def test_an_option_of_another_name_is_named(typed: str, option: str) -> None:
    known = ["--hardware", "--chips", "--params", "--tokens", "--mfu", "--set", "--draws"]
    assert meant(typed, known) == option


def test_every_input_that_is_typed_as_an_option_is_set() -> None:
    for name in default().inputs:
        typed = f"--{name.replace('_', '-')}"
        assert meant(typed, ["--set"]) in {f"--set {name}=VALUE", "--set"}
    assert meant("--pue", ["--pace"]) == ""


def test_a_command_of_another_name_is_named() -> None:
    commands = group.list_commands(click.Context(group))
    words = [word for called in _COMMANDS.values() for word in called.split()]
    assert len(words) == len(set(words))
    assert not set(words) & set(commands)
    assert set(_COMMANDS) <= set(commands)
    assert meant_command("cheapest", commands) == '"choose"'
    assert meant_command("Cost", commands) == '"estimate"'
    assert meant_command("estimat", commands) == '"estimate"'
    assert meant_command("carbon", commands) == ""


def test_a_chip_may_be_called_with_its_vendor_and_all_of_them_by_a_star() -> None:
    catalog = Catalog.bundled()
    for typed, meant_ in (("NVIDIA H100", "h100-sxm"), ("nvidia rtx 4090", "rtx4090"), ("AMD MI300X", "mi300x")):
        assert catalog.canonical("hardware", typed) == meant_
    with pytest.raises(CatalogError, match=r'did you mean "\*"'):
        catalog.canonical("hardware", "all")
