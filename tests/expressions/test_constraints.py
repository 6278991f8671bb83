"""A condition taken apart says what it said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inverse import constrained
from strategies import numbers

from gigacost import Sweep
from gigacost.expressions.ast import Expression, Node
from gigacost.expressions.constraints import constraints, distance, finite, joined
from gigacost.expressions.parser import parse_expression
from gigacost.reference import Number, Truth

NAMES = ["a", "b", "c"]


@st.composite
def nested(draw: st.DrawFn) -> str:
    """Conditions in brackets, joined by ``and``, some of them by ``or`` or turned round."""
    text = draw(constrained(NAMES))
    for _ in range(draw(st.integers(0, 3))):
        joins = ["({})", "(({}) and {})", "{} and ({})", "not ({}) and {}", "({} or {})"]
        text = draw(st.sampled_from(joins)).format(text, draw(constrained(NAMES)))
    return text


@given(nested(), st.lists(numbers, min_size=3, max_size=3))
def test_a_condition_is_all_of_its_constraints(text: str, values: list[float]) -> None:
    expression = parse_expression(text, kind="truth")
    parts = constraints(expression)
    known = {name: Number(value) for name, value in zip(NAMES, values, strict=True)}
    together = joined(part.node for part in parts)
    assert together is not None
    assert holds(together.root, known) == holds(expression.root, known)
    for part in parts:
        assert parse_expression(part.text, kind="truth").root == part.node
        assert part.node.op != "and"


@given(nested(), st.lists(numbers, min_size=3, max_size=3))
def test_a_limit_holds_as_long_as_its_number_is_not_passed(text: str, values: list[float]) -> None:
    known = {name: Number(value) for name, value in zip(NAMES, values, strict=True)}
    for part in constraints(parse_expression(text, kind="truth")):
        if limit := part.limit:
            side = value_of(limit.side, known)
            strict = part.node.signs[0] in {"<", ">"}
            beyond = side - limit.number if limit.at_most else limit.number - side
            assert holds(part.node, known) == (beyond < 0 or (beyond == 0 and not strict))
            near = value_of(distance([limit]).root, known)
            assert near == (side if limit.at_most else -side)


def holds(node: Node, known: dict[str, Number]) -> bool:
    truth = Expression("", node).evaluate(known)
    assert isinstance(truth, Truth)
    return truth.holds


def value_of(node: Node, known: dict[str, Number]) -> float:
    value = Expression("", node).evaluate(known)
    assert isinstance(value, Number)
    return value.value


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a <= 1", [("a <= 1", "a", 1.0, True)]),
        ("5e7 > a", [("5e7 > a", "a", 5e7, True)]),
        ("-2 <= a < 3 * 2", [("-2 <= a", "a", -2.0, False), ("a < 3 * 2", "a", 6.0, True)]),
        ("(a and b)", [("a", "", None, None), ("b", "", None, None)]),
        ("a / b >= 1", [("a / b >= 1", "(a / b)", 1.0, False)]),
        ("a <= b", [("a <= b", "", None, None)]),
        ("a == 1", [("a == 1", "", None, None)]),
        ("1 < 2", [("1 < 2", "", None, None)]),
        ("a < 1 / 0", [("a < 1 / 0", "", None, None)]),
        ('m == "a and b" and a < 1', [('m == "a and b"', "", None, None), ("a < 1", "a", 1.0, True)]),
        ("a < 1 or b < 1 and c < 1", [("a < 1 or b < 1 and c < 1", "", None, None)]),
    ],
)
def test_a_condition_splits_into_these_constraints_and_limits(
    text: str, parts: list[tuple[str, str, float | None, bool | None]]
) -> None:
    units = {"a": "truth", "b": "truth"} if text == "(a and b)" else dict.fromkeys(NAMES, "1")
    expression = parse_expression(text, kind="truth", units=units, labels={"m": str})
    found = [(part.text, part.quantity, part.limit) for part in constraints(expression)]
    assert [
        (text, quantity, limit and limit.number, limit and limit.at_most) for text, quantity, limit in found
    ] == parts


def test_how_far_several_limits_are_passed_is_told_by_the_worst_share() -> None:
    limits = [part.limit for part in constraints(parse_expression("a <= 10 and b >= 4 and c <= 0", kind="truth"))]
    near = distance([limit for limit in limits if limit])
    for values, worst in (((15, 4, 0), 0.5), ((10, 1, 0), 0.75), ((0, 4, 3), 3.0), ((0, 8, -1), -1.0)):
        known = {name: Number(value) for name, value in zip(NAMES, values, strict=True)}
        assert value_of(near.root, known) == worst
    assert math.isnan(value_of(near.root, dict.fromkeys(NAMES, Number(math.nan))))


def test_no_condition_has_no_constraints() -> None:
    assert constraints(None) == ()
    assert joined([]) is None


@pytest.mark.parametrize(
    ("far", "count"), [("chips", 2), ("chips * 1e200 * 1e200", 0), ("0 - chips * 1e200 * 1e200", 0)]
)
def test_what_overflows_is_not_finite_on_either_side(far: str, count: int) -> None:
    run = {"params": "1B", "tokens": "1T", "hardware": "h100-sxm"}
    root = Sweep({"chips": [1, 2]}, fixed=run, derive={"far": far}).spec.derive["far"]
    assert Sweep({"chips": [1, 2]}, fixed=run, where=str(finite(root))).count() == count
