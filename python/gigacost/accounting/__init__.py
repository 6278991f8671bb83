"""Other ways to count: presets that change the model, where the presets of the catalogue fix the values of a run.

An accounting is a module like those of the model: what it defines replaces the quantities and inputs of these names,
or is added, and ``FIXED`` gives numbers to some. A specification names it under ``preset``, alone or beside a run.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from gigacost.declare import Alternative, Input

if TYPE_CHECKING:
    from gigacost.graph import Model

ACCOUNTINGS = {"epoch-2024": "gigacost.accounting.epoch_2024"}
"""The module of each accounting, by the name under which a specification asks for it."""


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


def _applied(model: Model, module: ModuleType) -> Model:
    """The model with what a module defines; to apply it again changes nothing."""
    members = vars(module)
    alternatives = [member for member in members.values() if isinstance(member, Alternative)]
    inputs = [one for one in members.values() if isinstance(one, Input) and one.name not in model.inputs]
    functions = {
        symbol: member
        for symbol, member in members.items()
        if isinstance(member, FunctionType) and member.__module__ == module.__name__ and not symbol.startswith("_")
    }
    known = {*model.quantities, *model.inputs}
    added = [function for symbol, function in functions.items() if symbol not in known]
    replacing = {symbol: function for symbol, function in functions.items() if symbol in known}
    return model.extend(*inputs, *alternatives, *added).override(**module.FIXED, **replacing)
