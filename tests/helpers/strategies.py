"""Random models, spaces and questions for the parity tests.

Strategies are made once, for each number of choices, and functions draw from them: a strategy that is made anew for
each formula costs more to check than the formula costs to compare.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st

from gigacost import Model, Sweep, ops
from gigacost.compiler.bound import Table
from gigacost.graph import declarations
from gigacost.graph.wiring import Search
from gigacost.ops import Value

INTERESTING = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, -2.5, 1e-300, 1e300, -1e300, 1e16, 0.1, 7.0, math.pi]
UNARY = ["sqrt", "floor", "ceil", "round_half_even", "exp", "log", "negative"]
BINARY = ["add", "subtract", "multiply", "divide", "power", "minimum", "maximum"]
COMPARISON = ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"]

numbers = st.one_of(
    st.sampled_from(INTERESTING), st.floats(-1e3, 1e3), st.floats(allow_nan=False, allow_infinity=False)
)
either = st.booleans()
T = TypeVar("T")


@functools.cache
def whole(least: int, most: int) -> st.SearchStrategy[int]:
    """A whole number from one to another."""
    return st.integers(least, most)


@functools.cache
def _places(count: int) -> st.SearchStrategy[int]:
    return st.sampled_from(range(count))


@functools.cache
def _some_places(count: int, least: int, most: int | None, *, unique: bool) -> st.SearchStrategy[list[int]]:
    return st.lists(_places(count), min_size=least, max_size=most, unique=unique)


def pick(draw: Callable[[Any], Any], options: Sequence[T]) -> T:
    """One of some options."""
    return options[draw(_places(len(options)))]


def picks(
    draw: Callable[[Any], Any], options: Sequence[T], least: int = 0, most: int | None = None, *, unique: bool = True
) -> list[T]:
    """Some of the options, in any order."""
    return [options[place] for place in draw(_some_places(len(options), least, most, unique=unique))]


@dataclass(frozen=True)
class Tree:
    """A random formula: an operation on trees, a parameter, a number."""

    op: str
    parts: tuple[Tree, ...] = ()
    name: str = ""
    value: float = 0.0

    def evaluate(self, known: dict[str, Value]) -> Value:
        if self.op == "name":
            return known[self.name]
        if self.op == "number":
            return self.value
        values = [part.evaluate(known) for part in self.parts]
        return _OPERATIONS.get(self.op, getattr(ops, self.op, None))(*values)


_OPERATIONS: dict[str, Callable[..., Value]] = {
    "negative": lambda a: -a,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
}


@st.composite
def trees(draw: st.DrawFn, names: list[str], depth: int = 3) -> Tree:
    """Formulas of numbers over some names."""
    return _tree(draw, names, depth)


def _named(draw: st.DrawFn, names: list[str]) -> Tree:
    return Tree("name", name=pick(draw, names))


def _tree(draw: st.DrawFn, names: list[str], depth: int) -> Tree:
    kind = draw(_places(6 if depth else 2))
    if kind == 0:
        return _named(draw, names)
    if kind == 1:
        return Tree("number", value=draw(numbers))
    # A plain number on both sides would be Python's arithmetic, which raises where IEEE does not.
    if kind == 2:
        return Tree(pick(draw, UNARY), (_named(draw, names),))
    if kind == 3:
        return Tree(pick(draw, BINARY), (_named(draw, names), _tree(draw, names, depth - 1)))
    if kind == 4:
        return Tree(pick(draw, BINARY), (_tree(draw, names, depth - 1), _named(draw, names)))
    return Tree("where", (_truth(draw, names, depth - 1), _tree(draw, names, depth - 1), _named(draw, names)))


@st.composite
def truths(draw: st.DrawFn, names: list[str], depth: int = 2) -> Tree:
    """Conditions over some names."""
    return _truth(draw, names, depth)


def _truth(draw: st.DrawFn, names: list[str], depth: int) -> Tree:
    kind = draw(_places(4 if depth > 0 else 2))
    if kind == 0:
        other = _named(draw, names) if draw(either) else Tree("number", value=draw(numbers))
        return Tree(pick(draw, COMPARISON), (_named(draw, names), other))
    if kind == 1:
        return Tree("missing", (_named(draw, names),))
    if kind == 2:
        parts = (_truth(draw, names, depth - 1), _truth(draw, names, depth - 1))
        return Tree(pick(draw, ["both", "either"]), parts)
    return Tree("negate", (_truth(draw, names, depth - 1),))


def function(name: str, names: list[str], tree: Tree) -> Callable[..., Value]:
    """A model's function that computes a tree."""

    def made(*arguments: Value) -> Value:
        return tree.evaluate(dict(zip(names, arguments, strict=True)))

    made.__name__ = made.__qualname__ = name
    parameters = [inspect.Parameter(each, inspect.Parameter.POSITIONAL_OR_KEYWORD) for each in names]
    made.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return made


def settled(name: str, source: str, limit: float) -> Callable[..., Value]:
    """A quantity that is finite whatever its source is: rows of most models should have some."""

    def made(x: Value) -> Value:
        return ops.where(ops.both(x < limit, x > -limit), x, 0.0)

    made.__name__ = made.__qualname__ = name
    made.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(source, inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    )
    return made


@dataclass(frozen=True)
class Problem:
    """A random sweep with tables in place of some inputs."""

    sweep: Sweep
    quantities: list[str]
    axes: list[str]


axis_values = st.lists(
    st.one_of(numbers, st.integers(-3, 9).map(float)), min_size=1, max_size=7, unique_by=lambda value: value + 0.0
)
figure = st.one_of(numbers, st.just(math.nan))
searched_values = st.lists(st.one_of(numbers, st.integers(-2, 5).map(float)), min_size=1, max_size=4)


@functools.cache
def figures(count: int) -> st.SearchStrategy[list[float]]:
    """So many figures of a table, some of them missing."""
    return st.lists(figure, min_size=count, max_size=count)


@st.composite
def spaces(draw: st.DrawFn, most_rows: int) -> dict[str, list[float]]:
    """Up to four axes with at most so many combinations."""
    axes: dict[str, list[float]] = {}
    rows = 1
    for i in range(draw(whole(0, 4))):
        values = draw(axis_values)
        if rows * len(values) <= most_rows:
            axes[f"x{i}"] = values
            rows *= len(values)
    return axes


@st.composite
def search_axes(draw: st.DrawFn, name: str, most: int) -> dict[str, list[float]]:
    """Axes of a search with at most so many candidates."""
    axes: dict[str, list[float]] = {}
    for i in range(draw(whole(1, 4))):
        values = draw(searched_values)
        if len(values) <= most or not axes:
            axes[f"{name}{i}"] = values[:most]
            most //= len(values[:most])
    return axes


@st.composite
def searches(draw: st.DrawFn, name: str, names: list[str], axes: dict[str, list[float]]) -> list[Any]:
    """A search and the quantities that it is about, made of some names."""
    known = [*names, *axes]
    parts: list[Any] = []
    # What varies over one axis alone may be the same for many of its values.
    for i, used in enumerate(picks(draw, known, most=2, unique=False)):
        parts.append(function(f"{name}_rough{i}", [used], Tree("floor", (draw(trees([used], 1)),))))
        known.append(f"{name}_rough{i}")
    guards = []
    for i in range(draw(whole(1, 4))):
        used = picks(draw, known, 1, 3)
        parts.append(function(f"{name}_guard{i}", used, draw(truths(used, 1))))
        guards.append(Tree("name", name=f"{name}_guard{i}"))
    legal = functools.reduce(lambda a, b: Tree("both", (a, b)), guards)
    parts.append(function(f"{name}_legal", [guard.name for guard in guards], legal))
    parts.append(function(f"{name}_objective", known, draw(trees(known))))
    over = tuple((axis, tuple(values)) for axis, values in axes.items())
    return [*parts, Search(name, over, f"{name}_objective", f"{name}_legal")]


@st.composite
def models(draw: st.DrawFn, names: list[str], count: int) -> tuple[Model, list[str]]:
    """A model over some inputs, with so many searches and perhaps states, and the names of its quantities."""
    parts: list[Any] = [declarations.Input(name, "1", "", default=0.0, low=-math.inf) for name in names]
    quantities: list[str] = []
    if count:
        first, second = draw(search_axes("s", 30 if count == 1 else 6)), draw(search_axes("t", 4))
        # For each candidate of the second search the first one may find something else.
        around = list(second) if count > 1 and draw(either) else []
        parts += draw(searches("s", [*names, *around], first))
        quantities.append("s_objective")
        names = [*names, *first]
        if count > 1:
            parts += draw(searches("t", names, second))
            quantities.append("t_objective")
            names = [*names, *second]
    for i in range(draw(whole(1, 5))):
        used = picks(draw, [*names, *quantities], 1, 4)
        parts.append(function(f"q{i}", used, draw(trees(used))))
        quantities.append(f"q{i}")
    for i, source in enumerate(list(quantities)):
        if draw(whole(0, 3)):
            parts.append(settled(f"f{i}", source, pick(draw, [1e308, 1e100, 5.0])))
            quantities.append(f"f{i}")
    for i in range(draw(whole(0, 2))):
        used = picks(draw, names, 1, 2)
        spoils = pick(draw, [*names, *quantities])
        state = declarations.status(f"state_{i}", spoils=spoils, central=draw(either))
        parts.append(state(function(f"is_state{i}", used, draw(truths(used)))))
    return Model(*parts), quantities


@st.composite
def conditions(draw: st.DrawFn, names: list[str], states: Sequence[str] = ()) -> str:
    """A condition as a spec has it, over names and over the states that there may be."""
    return _condition(draw, names, states, 2)


def _condition(draw: Callable[[Any], Any], names: list[str], states: Sequence[str], depth: int) -> str:
    kind = draw(_places(8 if depth else 4))
    if kind < 2:
        return f"{pick(draw, names)} {pick(draw, ['<', '<=', '>', '==', '!='])} {draw(whole(-5, 5))}"
    if kind == 2:
        name = pick(draw, names)
        return f"missing({pick(draw, [name, name, f'{name} + {pick(draw, names)}'])})"
    if kind == 3:
        among = picks(draw, ["ok", *states], 1)
        return f"status in {among}" if states else f"missing({pick(draw, names)})"
    if kind == 4:
        return f"not ({_condition(draw, names, states, depth - 1)})"
    a, b = _condition(draw, names, states, depth - 1), _condition(draw, names, states, depth - 1)
    return f"({a}) {pick(draw, ['and', 'or', 'or'])} ({b})"


def labels(model: Model) -> list[str]:
    """The labels of a model's states."""
    return [state.mark.label for state in model.states if isinstance(state.mark, declarations.Status)]


@st.composite
def problems(draw: st.DrawFn, most_rows: int = 400) -> Problem:
    """Random models over random spaces, with leaves over any of the axes, missing figures, states and searches."""
    searched = pick(draw, [0, 0, 1, 1, 2])
    axes = draw(spaces(most_rows // [1, 4, 20][searched]))
    leaves = [f"leaf{i}" for i in range(draw(whole(0, 3)))]
    fixed = {f"c{i}": draw(numbers) for i in range(draw(whole(0 if axes or leaves else 1, 2)))}
    names = [*axes, *leaves, *fixed]
    model, quantities = draw(models(names, searched))
    # What is given is not searched for.
    pinned = picks(draw, ["s0", "s1", "t0"], most=1) if searched else []
    fixed |= {axis: draw(numbers) for axis in pinned if axis in model.names}
    given: dict[str, Any] = dict(axes)
    if len(axes) > 1 and draw(either):
        pair = list(axes)[:2]
        length = min(len(axes[name]) for name in pair)
        # Rows of a table are different, its columns need not be.
        repeated = [axes[pair[0]][i // 2] for i in range(length)]
        table = {pair[0]: pick(draw, [axes[pair[0]][:length], repeated]), pair[1]: axes[pair[1]][:length]}
        given = {"zip": {"zip": table}, **{name: axes[name] for name in axes if name not in pair}}
    columns = picks(draw, quantities, 1, 4)
    where = draw(conditions([*quantities, *names], labels(model))) if draw(either) else None
    sweep = Sweep(given, fixed=fixed, where=where, columns=columns, model=model)
    sizes = sweep.bound.sizes
    for leaf in leaves:
        groups = tuple(sorted(picks(draw, range(len(sizes))))) if sizes else ()
        size = math.prod(sizes[group] for group in groups)
        values = draw(figures(size))
        sweep.bound._tables[leaf] = Table(groups, np.array(values, dtype=float))
    return Problem(sweep, quantities, list(sweep.bound.digits))


@st.composite
def clouds(draw: st.DrawFn) -> Problem:
    """Points whose figures have few values or many, each over some of the axes: long fronts, and ties on them."""
    sizes = draw(st.lists(st.integers(3, 9), min_size=2, max_size=3))
    rng = np.random.default_rng(draw(whole(0, 2**32 - 1)))
    leaves = [f"leaf{i}" for i in range(draw(whole(1, 6)))]
    parts: list[Any] = [declarations.Input(name, "1", "", default=0.0, low=-math.inf) for name in leaves]
    for i, leaf in enumerate(leaves):
        used = list(dict.fromkeys([leaf, str(rng.choice(leaves))]))
        parts.append(function(f"q{i}", used, Tree("add", (Tree("name", name=leaf), Tree("name", name=used[-1])))))
    axes = {f"x{i}": [float(value) for value in range(size)] for i, size in enumerate(sizes)}
    parts += [declarations.Input(name, "1", "", default=0.0) for name in axes]
    where = draw(st.none() | st.integers(-2, 1).map(lambda least: f"q0 >= {least} or x0 > 1"))
    names = [f"q{i}" for i in range(len(leaves))]
    sweep = Sweep(axes, where=where, columns=names, model=Model(*parts))
    for leaf in leaves:
        groups = tuple(sorted(rng.choice(len(sizes), rng.integers(1, len(sizes) + 1), replace=False).tolist()))
        values = rng.integers(-4, 5, math.prod(sizes[group] for group in groups)) * rng.choice([0.5, 1.0, -0.0])
        if rng.random() < 0.5:
            values = values + rng.random(values.size)
        sweep.bound._tables[leaf] = Table(groups, values.astype(float))
    return Problem(sweep, names, list(sweep.bound.digits))
