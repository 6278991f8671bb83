"""Other ways to count: presets that change the model, where the presets of the catalogue fix the values of a run.

An accounting is a package of modules like those of the model, its ``DRIVERS``: what they define replaces the quantities
and inputs of these names, or is added; ``FIXED`` gives numbers to some. A specification names it under ``preset``,
alone or beside a run.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from gigacost.graph.declarations import Alternative, Input

if TYPE_CHECKING:
    from gigacost.graph.model import Model

ACCOUNTINGS = {"epoch-2024": "gigacost.accounting.epoch_2024"}
"""The package of each accounting, by the name under which a specification asks for it."""


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


def _applied(model: Model, package: ModuleType) -> Model:
    """The model with what a package defines; to apply it again changes nothing."""
    modules = [importlib.import_module(f"{package.__name__}.{driver}") for driver in package.DRIVERS]
    members = [member for module in modules for member in vars(module).items()]
    alternatives = [member for _, member in members if isinstance(member, Alternative)]
    inputs = [member for _, member in members if isinstance(member, Input) and member.name not in model.inputs]
    homes = {module.__name__ for module in modules}
    functions = {
        symbol: member
        for symbol, member in members
        if isinstance(member, FunctionType) and member.__module__ in homes and not symbol.startswith("_")
    }
    known = {*model.quantities, *model.inputs}
    added = [function for symbol, function in functions.items() if symbol not in known]
    replacing = {symbol: function for symbol, function in functions.items() if symbol in known}
    return model.extend(*inputs, *alternatives, *added).override(**package.FIXED, **replacing)
