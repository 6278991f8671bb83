"""Whatever a configuration holds, it is read or refused: nothing else is raised, and nothing is dropped."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from gigacost import SpecError
from gigacost.catalog import Catalog
from gigacost.compiler.checks import namespace
from gigacost.configs.configure import Configured, configured
from gigacost.configs.source import TRAIN_FILES, Configs, read_source
from gigacost.errors import Fault
from gigacost.model import default

FILES = Path(__file__).parent / "files"
LIMITS = namespace(default(), Catalog.bundled()).inputs
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 3, 10**30, -(10**30), 0.5, 1e308, float("nan"), float("-inf"), "", "8", "$X", "${a.b}",
    "\u202e", "x" * 500, [], [1], [0, 1], ["a", None, [1]], {}, {"a": 1}, {"a": {"b": [1]}}, "auto", "full", "bf16",
]  # fmt: skip
ROUNDS = 60


def changed(tree: Any, chance: random.Random) -> Any:
    """The tree with one value in it replaced, taken out, or set down a level."""
    copy = json.loads(json.dumps(tree))
    at = copy
    while True:
        key = chance.choice([*at])
        if isinstance(at[key], dict) and at[key] and chance.random() < 0.8:
            at = at[key]
            continue
        if chance.random() < 0.15:
            del at[key]
        else:
            at[key] = chance.choice(ODD)
        return copy


def leaves(value: Any, at: str = "") -> set[str]:
    if isinstance(value, dict) and value:
        return set().union(*(leaves(one, f"{at}.{key}" if at else key) for key, one in value.items()))
    return {at}


def told(report: Any) -> set[str]:
    return {field for kind in report.values() for entry in kind for field in entry["field"].split(", ")}


def read_or_refused(configs: Configs, **known: Any) -> Configured | None:
    """What is made of a configuration; None where it is refused, which is one line about it for each fault."""
    faults: tuple[Fault, ...] = ()
    try:
        return configured(configs, known, (), LIMITS)
    except SpecError as error:
        faults = error.faults
    assert faults
    key = "train_config" if configs.model is None else "model_config"
    assert all(fault.field.startswith(key) and "\n" not in str(fault) for fault in faults)
    return None


@pytest.mark.parametrize("path", sorted(FILES.glob("*.json")), ids=lambda path: path.stem)
def test_models_that_are_changed_at_random(path: Path) -> None:
    chance, tree = random.Random(path.stem), json.loads(path.read_text())  # noqa: S311 - a sample, no secret
    for _ in range(ROUNDS):
        given = changed(changed(tree, chance), chance)
        found = read_or_refused(Configs(model=given))
        if found:
            assert leaves(given) - told(found.report) == set()
            json.dumps(found.report, allow_nan=False)
            assert all(LIMITS[name].accepts(float(value)) for name, value in found.inputs.items())


RUNS = sorted(path for path in FILES.iterdir() if path.suffix in TRAIN_FILES and path.suffix != ".json")


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.name)
def test_runs_that_are_changed_at_random(path: Path) -> None:
    source = read_source(path, "train_config", TRAIN_FILES)
    chance = random.Random(path.name)  # noqa: S311 - as above
    for _ in range(4 * ROUNDS):
        given = changed(changed(dict(source.tree), chance), chance)
        known = {"chips": 64} if chance.random() < 0.5 else {}
        found = read_or_refused(Configs(train=given), **known)
        if found:
            report = found.report
            short = {field.rpartition(".")[2].removeprefix("--").replace("-", "_") for field in leaves(given)}
            assert leaves(given) - told(report) == set() or short - told(report) == set()
            json.dumps(report, allow_nan=False)


@pytest.mark.parametrize("key", ["log_", "lora_", "x"])
def test_many_fields_are_refused_before_anything_is_made_of_them(key: str) -> None:
    for configs in (
        Configs(model={"model_type": "llama", **{f"{key}{i}": i for i in range(20_000)}}),
        Configs(train={"base_model": "x", **{f"{key}{i}": i for i in range(20_000)}}),
    ):
        with pytest.raises(
            SpecError, match=r"20,00. fields: no configuration of a model or a run; allowed: at most 10,"
        ):
            configured(configs, {}, (), LIMITS)
    most = {"base_model": "x", **{f"{key}{i}": i for i in range(9_000)}}
    assert configured(Configs(train=most), {}, (), LIMITS).report
