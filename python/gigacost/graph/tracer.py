"""From a wiring to a tape: the model's functions called once, on values that write down what is done to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from gigacost._engine import TapeBuilder
from gigacost.graph.wiring import DRAWN, AggregateStep, SearchStep
from gigacost.ops import Carrier, Value, both, negate

_CURE = "a model is a list of operations, without branches: use where(condition, a, b), minimum, maximum, both, either"


class Traced(Carrier):
    """A node of a tape under construction."""

    __slots__ = ("builder", "node", "truth")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, builder: TapeBuilder, node: int, *, truth: bool = False) -> None:
        self.builder = builder
        self.node = node
        self.truth = truth

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Traced:
        builder = next(operand.builder for operand in operands if isinstance(operand, Traced))
        traced = [_traced(builder, operand) for operand in operands]
        for position, operand in enumerate(traced):
            _check(op, position, operand)
        node = builder.apply(op, *(operand.node for operand in traced))
        return Traced(builder, node, truth=op in _TRUTHS)

    def __add__(self, other: Value) -> Traced:
        return self._apply("add", (self, other))

    def __radd__(self, other: Value) -> Traced:
        return self._apply("add", (other, self))

    def __sub__(self, other: Value) -> Traced:
        return self._apply("subtract", (self, other))

    def __rsub__(self, other: Value) -> Traced:
        return self._apply("subtract", (other, self))

    def __mul__(self, other: Value) -> Traced:
        return self._apply("multiply", (self, other))

    def __rmul__(self, other: Value) -> Traced:
        return self._apply("multiply", (other, self))

    def __truediv__(self, other: Value) -> Traced:
        return self._apply("divide", (self, other))

    def __rtruediv__(self, other: Value) -> Traced:
        return self._apply("divide", (other, self))

    def __neg__(self) -> Traced:
        return self._apply("negative", (self,))

    def __lt__(self, other: Value) -> Traced:
        return self._apply("less", (self, other))

    def __le__(self, other: Value) -> Traced:
        return self._apply("less_equal", (self, other))

    def __gt__(self, other: Value) -> Traced:
        return self._apply("less", (other, self))

    def __ge__(self, other: Value) -> Traced:
        return self._apply("less_equal", (other, self))

    def __eq__(self, other: Value) -> Traced:  # type: ignore[override]
        return self._apply("equal", (self, other))

    def __ne__(self, other: Value) -> Traced:  # type: ignore[override]
        return self._apply("not_equal", (self, other))

    def __bool__(self) -> NoReturn:
        raise TypeError(f"branching on a traced value (if, and, or, not, max, min): {_CURE}")

    def __float__(self) -> NoReturn:
        raise TypeError(f"a traced value is not yet a number (float, math.*): {_CURE}, exp, log, sqrt of gigacost.ops")

    __int__ = __index__ = __float__

    def __pow__(self, _: Value) -> NoReturn:
        raise TypeError("** on a traced value: use power(base, exponent)")

    __rpow__ = __pow__

    def __floordiv__(self, _: Value) -> NoReturn:
        raise TypeError("// or % on a traced value: use floor(a / b)")

    __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __floordiv__

    def __abs__(self) -> NoReturn:
        raise TypeError("abs() on a traced value: use maximum(x, -x)")

    def __round__(self, _: int = 0) -> NoReturn:
        raise TypeError("round() on a traced value: use round_half_even(x)")

    def __iter__(self) -> NoReturn:
        raise TypeError("a traced value is one number; it cannot be iterated over")


_TRUTHS = frozenset({"less", "less_equal", "equal", "not_equal", "both", "either", "negate", "missing"})
_ON_TRUTHS = frozenset({"both", "either", "negate"})


def _check(op: str, position: int, operand: Traced) -> None:
    wanted = op in _ON_TRUTHS or (op == "where" and position == 0)
    if operand.truth and not wanted:
        raise TypeError(f"{op} on a truth value: a condition can only be used in where, both, either, negate")
    if wanted and not operand.truth:
        raise TypeError(f"{op} needs a condition, such as x > 0, not a number")


def _traced(builder: TapeBuilder, value: object) -> Traced:
    if isinstance(value, Traced):
        return value
    if isinstance(value, bool):
        return Traced(builder, builder.constant(float(value)), truth=True)
    if isinstance(value, (int, float)):
        return Traced(builder, builder.constant(float(value)))
    raise TypeError(f"a model calculates with numbers, not with {type(value).__name__}")


class Tracer:
    """Builds one tape."""

    def __init__(self) -> None:
        self.builder = TapeBuilder()

    def leaf(self, name: str, unit: str = "", doc: str = "") -> Traced:
        """A figure from outside."""
        return Traced(self.builder, self.builder.leaf(name, unit, doc))

    def lift(self, value: Value) -> Traced:
        """A result as a node, even when a function returned a plain number."""
        return _traced(self.builder, value)

    def search(self, step: SearchStep, values: Mapping[str, Value]) -> dict[str, Value]:
        """A search: its inner steps traced over its axes, then each axis's value at the winner."""
        search, builder = step.search, self.builder
        number = builder.search(search.name, [(axis, list(candidates)) for axis, candidates in search.over])
        inside = dict(values)
        for position, (axis, _) in enumerate(search.over):
            inside[axis] = Traced(builder, builder.search_axis(number, position))
        step.replay(inside, self)
        objective, among = self.lift(inside[search.minimise]), self.lift(inside[search.among])
        for condition in search.unless:
            among = self.lift(both(among, negate(inside[condition])))
        winner = builder.winner(number, objective.node, among.node)
        return {
            axis: Traced(builder, builder.pick(number, position, winner))
            for position, (axis, _) in enumerate(search.over)
        }

    def aggregate(self, step: AggregateStep, values: Mapping[str, Value]) -> Traced:
        """An aggregate over draws: its inner steps traced on leaves that are tables over the draws."""
        draw: dict[str, Value] = {name: self.leaf(DRAWN + name) for name in step.drawn}
        value = self.lift(step.replay(values, draw, self))
        return Traced(self.builder, self.builder.fold(value.node, step.aggregate.q))
