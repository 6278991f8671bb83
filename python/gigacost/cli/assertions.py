"""``--assert EXPR``: conditions on results; one that does not hold is exit code 4."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

from gigacost.cli.process import ASSERTION, warn
from gigacost.compiler.off_axis import Values, never
from gigacost.errors import Fault, SpecError, show
from gigacost.expressions.ast import STATUS, Expression
from gigacost.expressions.parser import parse_expression
from gigacost.reference import Number, Truth
from gigacost.spec.aggregates import status_spelled


class Assertions:
    """Conditions over results, read before anything is computed. Raises SpecError for a bad one."""

    def __init__(
        self,
        texts: Iterable[str],
        names: Mapping[str, str],
        axes: Iterable[str] = (),
        *,
        states: Collection[str] = (),
        known: Values | None = None,
        strict: bool = False,
    ) -> None:
        """``names`` with their units are the numbers that may be spoken of, ``axes`` the labels.

        ``states`` are what a ``status`` may be, if there is one. A comparison with what is none of the ``known`` values
        of a name is warned of, or an error where that is ``strict``.
        """
        labels = dict.fromkeys(axes, _itself) | ({STATUS: status_spelled(states)} if states else {})
        self.expressions = [
            parse_expression(text, "--assert", kind="truth", units=names, labels=labels) for text in texts
        ]
        for expression in self.expressions:
            _refuse_impossible(expression)
        odd = [fault for one in self.expressions for fault in never(one, "--assert", known or {})]
        if odd and strict:
            raise SpecError(*odd)
        for fault in odd:
            warn("warning", str(fault))
        self.broken = False

    def check(self, values: Mapping[str, float | str | None], where: str = "", status: str = "") -> None:
        """Evaluate them; say which do not hold. A null, which ``status`` explains, makes every comparison false."""
        if not self.expressions:
            return
        numbers = {name: Number(_number(value)) for name, value in values.items() if not isinstance(value, str)}
        for expression in self.expressions:
            known = {name: numbers.get(name, Number(math.nan)) for name in expression.names}
            outcome = expression.evaluate(known, lambda axis, labels: Truth(values.get(axis) in labels))
            if not (outcome.holds if isinstance(outcome, Truth) else outcome):
                told = [_told(name, known[name].value, status) for name in expression.names]
                read = ", ".join(told or [f"status {status}"])
                place = f"{where}: " if where else ""
                warn("error", f"--assert = {show(expression.text)}: does not hold ({place}{read})")
                self.broken = True

    def code(self, otherwise: int = 0) -> int:
        """The exit code."""
        return ASSERTION if self.broken else otherwise


def _told(name: str, value: float, status: str) -> str:
    if not math.isnan(value):
        return f"{name} = {value:.6g}"
    return f"{name} is null, status {status}" if status else f"{name} is null"


def _number(value: float | str | None) -> float:
    return math.nan if value is None or isinstance(value, str) else float(value)


def _itself(label: str) -> str:
    return label


def _refuse_impossible(expression: Expression) -> None:
    """Raise SpecError for arithmetic between plain numbers that has no result: ``1/0``."""
    nothing = dict.fromkeys(expression.names, Number(math.nan))
    try:
        expression.evaluate(nothing, lambda axis, labels: Truth(axis in labels))
    except ArithmeticError:
        what = "divides by zero, or overflows a 64-bit float"
        raise SpecError(Fault("--assert", show(expression.text), what)) from None
