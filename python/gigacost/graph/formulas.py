"""The text of a quantity's formula, as its function computes it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType
from typing import Any

from gigacost.graph.declarations import Constant, Subtotal
from gigacost.graph.wiring import Quantity


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression in the operations of a model, over the quantities, inputs and constants it is made of."""

    expression: str = ""
    """Empty where the function's text cannot be had."""
    where: tuple[str, ...] = ()
    """What its other names mean, in the order in which one can be read after the other: ``excess = need - have``, and
    functions: ``_or(figure, default) = where(missing(figure), default, figure)``."""


def formula(quantity: Quantity) -> Formula:
    """How a quantity is computed."""
    if isinstance(quantity.mark, Subtotal):
        return Formula(" + ".join(quantity.parameters))
    return _of_function(quantity.function)


def constants(function: Callable[..., Any]) -> dict[str, Constant]:
    """The declared constants that a function names, those of the private functions that it calls included."""
    found = _named(function, Constant)
    for helper in _helpers(function).values():
        found |= _named(helper, Constant)
    return found


@lru_cache(maxsize=1024)
def _of_function(function: Callable[..., Any]) -> Formula:
    steps = _steps(function)
    if not steps:
        return Formula()
    helpers = _helpers(function)
    codes = _codes(function)
    for helper in helpers.values():
        codes |= _codes(helper)
    defined = [_defined(name, helper) for name, helper in helpers.items()]
    return Formula(steps[-1], (*(f"{name} = {code:g}" for name, code in codes.items()), *defined, *steps[:-1]))


def _steps(function: Callable[..., Any]) -> tuple[str, ...]:
    """What a function assigns, one after the other, and what it returns; nothing where that is not all it does."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ()
    made = tree.body[0]
    if not isinstance(made, ast.FunctionDef):
        return ()
    *assigned, returned = made.body[1:] if ast.get_docstring(made) else made.body
    if not isinstance(returned, ast.Return) or returned.value is None:
        return ()
    if not all(isinstance(statement, ast.Assign) for statement in assigned):
        return ()
    return (*map(ast.unparse, assigned), ast.unparse(returned.value))


def _defined(name: str, helper: Callable[..., Any]) -> str:
    return f"{name}({', '.join(inspect.signature(helper).parameters)}) = {'; '.join(_steps(helper))}"


def _helpers(function: Callable[..., Any], above: tuple[Any, ...] = ()) -> dict[str, FunctionType]:
    """The private functions that a function calls, directly or not, each after those that it calls."""
    found: dict[str, FunctionType] = {}
    for name, helper in _named(function, FunctionType).items():
        if name.startswith("_") and helper not in above:
            found |= _helpers(helper, (*above, helper))
            found[name] = helper
    return found


def _codes(function: Callable[..., Any]) -> dict[str, float]:
    """The plain numbers that a function names: what stands for a word, as ``FULL = 2`` for full recomputation."""
    return {name: code for name, code in _named(function, (int, float)).items() if not isinstance(code, Constant)}


def _named(function: Callable[..., Any], kind: type | tuple[type, ...]) -> dict[str, Any]:
    """What a function's code names, as far as it is of a kind."""
    return {name: known for name, known in _globals(function) if isinstance(known, kind)}


def _globals(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    code = getattr(function, "__code__", None)
    for name in code.co_names if code else ():
        if name in function.__globals__:
            yield name, function.__globals__[name]
