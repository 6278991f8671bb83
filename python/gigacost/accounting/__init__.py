"""Other ways to count: presets that change the model, where the presets of the catalogue fix the values of a run.

An accounting is a package of modules like those of the model, its ``DRIVERS``: what they define replaces the quantities
and inputs of these names, or is added; ``FIXED`` gives numbers to some. A specification names it under ``preset``,
alone or beside a run.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import FunctionType, MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from gigacost.graph.declarations import Alternative, Input

if TYPE_CHECKING:
    from gigacost.catalog import Preset
    from gigacost.graph.model import Model

EPOCH = "epoch-2024"
ACCOUNTINGS = {EPOCH: "gigacost.accounting.epoch_2024"}
"""The package of each accounting, by the name under which a specification asks for it."""
ANOTHER_RUN = frozenset(("hardware", "model", "params", "tokens", "training_flop", "mfu", "train_hours"))
"""Who gives one of these another value than a preset asks about another run than its."""


def accounted(model: Model, name: str) -> Model:
    """The model under an accounting; the model itself where the name is empty. Made once for each model.

    Raises SpecError when the model lacks a quantity that the accounting gives a number.
    """
    if not name:
        return model
    return model.compiled(("accounting", name), lambda: _applied(model, importlib.import_module(ACCOUNTINGS[name])))


def numbers(name: str) -> Mapping[str, float]:
    """What an accounting gives a number; nothing where the name is empty."""
    fixed: Mapping[str, float] = importlib.import_module(ACCOUNTINGS[name]).FIXED if name else {}
    return fixed


def preset_values(
    preset: Preset | None, accounting: str, given: Mapping[str, object] = MappingProxyType({})
) -> Mapping[str, float | str]:
    """What a preset fixes under an accounting, for a specification that gives some names values itself."""
    if preset is None:
        return {}
    own = own_inputs(preset, accounting, given)
    if not own:
        return preset.fixed
    reckoned = _functions(importlib.import_module(ACCOUNTINGS[accounting]))
    return {**{name: value for name, value in preset.fixed.items() if name not in reckoned}, **own}


def own_inputs(
    preset: Preset, accounting: str, given: Mapping[str, object] = MappingProxyType({})
) -> Mapping[str, float]:
    """Of these, what the table of who counts so has of the run; nothing where what is given makes it another run."""
    if accounting != EPOCH or not preset.epoch_row:
        return {}
    from gigacost.accounting.epoch_designs import inputs_of

    inputs = inputs_of(preset.epoch_row)
    known = {**preset.fixed, **inputs}
    is_another = any(name not in known or given[name] != known[name] for name in ANOTHER_RUN & given.keys())
    return {} if is_another else inputs


def _applied(model: Model, package: ModuleType) -> Model:
    """The model with what a package defines; to apply it again changes nothing."""
    members = [member for module in _modules(package) for member in vars(module).values()]
    alternatives = [member for member in members if isinstance(member, Alternative)]
    inputs = [member for member in members if isinstance(member, Input) and member.name not in model.inputs]
    functions = _functions(package)
    known = {*model.quantities, *model.inputs}
    added = [function for symbol, function in functions.items() if symbol not in known]
    replacing = {symbol: function for symbol, function in functions.items() if symbol in known}
    return model.extend(*inputs, *alternatives, *added).override(**package.FIXED, **replacing)


def _modules(package: ModuleType) -> list[ModuleType]:
    return [importlib.import_module(f"{package.__name__}.{driver}") for driver in package.DRIVERS]


def _functions(package: ModuleType) -> dict[str, FunctionType]:
    """The quantities that a package defines."""
    modules = _modules(package)
    homes = {module.__name__ for module in modules}
    return {
        symbol: member
        for module in modules
        for symbol, member in vars(module).items()
        if isinstance(member, FunctionType) and member.__module__ in homes and not symbol.startswith("_")
    }
