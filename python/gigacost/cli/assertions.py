"""``--assert EXPR``: conditions on results; one that does not hold is exit code 4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from gigacost.cli.process import ASSERTION, warn
from gigacost.errors import show
from gigacost.expression import Expression
from gigacost.reference import Number, Truth


class Assertions:
    """Conditions over results, read before anything is computed. Raises SpecError for a bad one."""

    def __init__(
        self, texts: Iterable[str], names: Mapping[str, str], axes: Iterable[str] = (), prefixes: Sequence[str] = ()
    ) -> None:
        """``names`` with their units are the numbers that may be spoken of, ``axes`` the labels.

        ``prefixes`` begin names that only the result knows of (``status_no_price``).
        """
        units = dict(names)
        found = list(texts)
        for text in found:
            units |= dict.fromkeys((word for word in _words(text) if word.startswith(tuple(prefixes))), "1")
        labels = dict.fromkeys(axes, _itself)
        self.expressions = [
            Expression.parse(text, "--assert", kind="truth", units=units, labels=labels) for text in found
        ]
        self.broken = False

    def check(self, values: Mapping[str, float | str | None], where: str = "") -> None:
        """Evaluate them; say which do not hold. A null makes every comparison with it false."""
        numbers = {name: Number(_number(value)) for name, value in values.items() if not isinstance(value, str)}
        for expression in self.expressions:
            known = {name: numbers.get(name, Number(math.nan)) for name in expression.names}
            outcome = expression.evaluate(known, lambda axis, labels: Truth(values.get(axis) in labels))
            if not (outcome.holds if isinstance(outcome, Truth) else outcome):
                read = ", ".join(f"{name} = {known[name].value:.6g}" for name in expression.names)
                place = f"{where}: " if where else ""
                warn("error", f"--assert = {show(expression.text)}: does not hold ({place}{read})")
                self.broken = True

    def code(self, otherwise: int = 0) -> int:
        """The exit code."""
        return ASSERTION if self.broken else otherwise


def _number(value: float | str | None) -> float:
    return math.nan if value is None or isinstance(value, str) else float(value)


def _itself(label: str) -> str:
    return label


def _words(text: str) -> list[str]:
    import re  # noqa: PLC0415 - small, and only where something is asserted

    return re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text)
