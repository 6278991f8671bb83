"""How expressions are written: a small grammar of its own.

Numbers, names, ``+ - * / **``, comparisons (also chained), ``and or not``, ``in [..]``, the functions of
``gigacost.ops``, and labels: ``market == "own"``, ``hardware in ["h100-sxm", "b200-sxm"]``. Quantities (``15T``,
``$50M``, ``90d``, ``30 MW``, ``45%``; in quotes with any unit, ``"2.10 $/h"``) are in the unit of what stands on
the other side. Aggregates over draws: ``mean(x)``, ``p5(x)`` to ``p95(x)`` (any percentile), ``quantile(x, 0.975)``,
``probability(condition)`` or ``P(condition)``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import NoReturn

from gigacost.errors import CatalogError, Fault, SpecError, nearest, show
from gigacost.expressions.ast import AGGREGATES, COMPARISONS, FUNCTIONS, Expression, ExpressionKind, Node
from gigacost.expressions.quantities import PENDING, in_units, unit_of
from gigacost.expressions.tokens import INSTEAD, QUOTING, SINGLY, Token, tokens
from gigacost.units.quantities import SUFFIXES

DEEPEST = 32

_PERCENTILE = re.compile(r"p([1-9][0-9]?)")
_REFUSED_WORDS = frozenset({"if", "else", "lambda", "for", "is", "True", "False", "None"})


def parse_expression(
    text: str,
    field: str = "expression",
    *,
    kind: ExpressionKind | None = None,
    units: Mapping[str, str] | None = None,
    labels: Mapping[str, Callable[[str], str]] | None = None,
    aggregated: Collection[str] | None = None,
) -> Expression:
    """The expression that a text is. Raises SpecError naming ``field`` and the column.

    ``kind``: what it must be. ``units``: every name that may be used, with its unit (``truth`` for a condition, empty
    if unknown); None: any name. ``labels``: the axes that have labels, with what gives a label its one spelling
    (raising CatalogError); None: a name compared with a text is such an axis. ``aggregated``: the names that are
    aggregates over draws already; None: there are no draws.
    """
    root = _Parser(text, field, units, labels, aggregated).parse(kind)
    return Expression(text, root, unit_of(root, units or {}))


class _Parser:
    """Recursive descent, lowest precedence first; every method returns a node and leaves the cursor behind it."""

    def __init__(
        self,
        text: str,
        field: str,
        units: Mapping[str, str] | None,
        labels: Mapping[str, Callable[[str], str]] | None,
        aggregated: Collection[str] | None = None,
    ) -> None:
        self.text = text
        self.field = field
        self.units = units
        self.labels = labels
        self.aggregated = aggregated
        self.aggregate = ""
        """The aggregate whose argument is being read."""
        self.depth = 0
        self.at = 0
        self.unknown: list[Fault] = []
        self.tokens = tokens(text, field)
        self.columns: dict[str, int] = {}
        """Where each quantity comes up first."""

    def parse(self, kind: ExpressionKind | None) -> Node:
        """The whole text, as what it must be. Raises SpecError."""
        root = self._or()
        if self._token.kind != "end":
            grouped = self._token.text == "," and self.tokens[self.at - 1].kind == "number"
            self._refuse(
                f"unexpected {show(self._token.text)}", hint="the number without its commas" if grouped else ""
            )
        self._of_kind(root.kind, root, 1)
        if self.unknown:
            raise SpecError(*self.unknown)
        if self.columns:
            root = in_units(root, self.units or {}, self._refuse_quantity)
        if kind == "truth" and root.kind != "truth":
            self._refuse("expected a condition, got a number", 1, allowed="a comparison, as in train_days <= 90")
        if kind == "number" and root.kind != "number":
            self._refuse("expected a number, got a condition", 1, "where(condition, 1, 0)")
        return root

    @property
    def _token(self) -> Token:
        return self.tokens[self.at]

    def _next(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _take(self, *texts: str) -> str:
        """The token's text if it is one of these, which is then consumed; else empty."""
        if self._token.kind in {"sign", "name"} and self._token.text in texts:
            return self._next().text
        return ""

    def _expect(self, text: str) -> None:
        if not self._take(text):
            self._refuse(f"expected {show(text)}, found {show(self._token.text)}")

    def _refuse(self, what: str, column: int = 0, hint: str = "", allowed: str = "") -> NoReturn:
        what = f"column {column or self._token.column}: {what}"
        raise SpecError(Fault(self.field, show(self.text), what, allowed, hint))

    def _deeper(self, parse: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse(f"nested too deeply (max {DEEPEST})")
        node = parse()
        self.depth -= 1
        return node

    def _of_kind(self, kind: ExpressionKind, node: Node, column: int) -> Node:
        if node.op == "label" and not node.labels:
            self._refuse(f"{node.name} has labels", column, allowed=f'{node.name} == "...", {node.name} in ["..."]')
        if node.kind != kind:
            words = {"number": "a number", "truth": "a condition"}
            self._refuse(f"expected {words[kind]}, got {words[node.kind]}", column)
        return node

    def _or(self) -> Node:
        return self._joined("or", lambda: self._joined("and", self._not))

    def _joined(self, word: str, parse: Callable[[], Node]) -> Node:
        column = self._token.column
        first = parse()
        parts = [first]
        while self._take(word):
            self._of_kind("truth", parts[-1], column)
            column = self._token.column
            parts.append(self._of_kind("truth", parse(), column))
        return Node(word, "truth", tuple(parts)) if len(parts) > 1 else first

    def _not(self) -> Node:
        if not self._take("not"):
            return self._compare()
        column = self._token.column
        return Node("not", "truth", (self._of_kind("truth", self._deeper(self._not), column),))

    def _compare(self) -> Node:
        column = self._token.column
        parts, signs = [self._sum()], []
        while True:
            inverse = self._token.text == "not" and self.tokens[self.at + 1].text == "in" and bool(self._take("not"))
            if self._take("in"):
                if len(parts) > 1:
                    self._refuse("in cannot be part of a chain")
                among = self._among(parts[0], column)
                return Node("not", "truth", (among,)) if inverse else among
            sign = self._take(*COMPARISONS)
            if not sign:
                break
            signs.append(sign)
            parts.append(self._sum())
        if not signs:
            return parts[0]
        if len(parts) == 2 and signs[0] in {"==", "!="}:  # noqa: PLR2004 - a pair
            name, text = sorted(parts, key=lambda part: part.op == "text")
            if text.op == "text" and self._has_labels(name):
                label = self._label(name, [text], column)
                return label if signs[0] == "==" else Node("not", "truth", (label,))
        return Node("compare", "truth", tuple(self._of_kind("number", part, column) for part in parts), tuple(signs))

    def _among(self, node: Node, column: int) -> Node:
        closing = ")" if self._take("(") else "]"
        if closing == "]":
            self._expect("[")
        items = [self._sum()]
        while self._take(","):
            if self._token.text == closing:
                break
            items.append(self._sum())
        self._expect(closing)
        if self._has_labels(node):
            return self._label(node, items, column)
        parts = [self._of_kind("number", part, column) for part in (node, *items)]
        tests = tuple(Node("compare", "truth", (parts[0], part), ("==",)) for part in parts[1:])
        return Node("or", "truth", tests) if len(tests) > 1 else tests[0]

    def _has_labels(self, node: Node) -> bool:
        if node.op != "name":
            return node.op == "label" and not node.labels
        return self.labels is None and (self.units is None or node.name not in self.units)

    def _label(self, node: Node, items: list[Node], column: int) -> Node:
        if any(item.op != "text" for item in items):
            self._refuse(f"{node.name} has labels: compare it with texts", column, allowed=f'{node.name} == "..."')
        canonical = (self.labels or {}).get(node.name, str)
        try:
            labels = tuple(dict.fromkeys(canonical(item.name) for item in items))
        except CatalogError as error:
            self._refuse(str(error), column)
        return Node("label", "truth", name=node.name, labels=labels)

    def _refuse_quantity(self, quantity: Node, what: str, hint: str = "", allowed: str = "") -> NoReturn:
        self._refuse(what, self.columns[quantity.name], hint, allowed)

    def _sum(self) -> Node:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/"), self._signed))

    def _chain(self, among: tuple[str, ...], parse: Callable[[], Node]) -> Node:
        column = self._token.column
        parts, signs = [parse()], []
        while sign := self._take(*among):
            self._of_kind("number", parts[-1], column)
            signs.append(sign)
            column = self._token.column
            parts.append(self._of_kind("number", parse(), column))
        return Node("chain", "number", tuple(parts), tuple(signs)) if signs else parts[0]

    def _signed(self) -> Node:
        column = self._token.column
        sign = self._take("-", "+")
        if not sign:
            return self._power()
        node = self._of_kind("number", self._deeper(self._signed), column)
        return Node("negative", "number", (node,)) if sign == "-" else node

    def _power(self) -> Node:
        column = self._token.column
        base = self._atom()
        if not self._take("**"):
            return base
        exponent = self._of_kind("number", self._deeper(self._signed), column)
        return Node("power", "number", (self._of_kind("number", base, column), exponent))

    def _atom(self) -> Node:
        token = self._next()
        if token.kind == "number":
            value = float(token.text)
            if math.isinf(value):
                self._refuse(f"{token.text} overflows a 64-bit float", token.column)
            return Node("number", "number", value=value)
        if token.kind in PENDING:
            name = token.text[1:-1] if token.kind == "text" else token.text
            self.columns.setdefault(name, token.column)
            return Node(token.kind, "number", name=name)
        if token.text == "(":
            node = self._deeper(self._or)
            self._expect(")")
            return node
        if token.kind != "name" or token.text in {"and", "or", "not", "in"}:
            found = "the expression ends" if token.kind == "end" else f"found {show(token.text)}"
            compared = len(self.tokens) > 1 and self.tokens[self.at - 2].text in COMPARISONS
            why, hint = (f"; {QUOTING}", SINGLY) if compared else ("", "")
            self._refuse(f"{found}, expected a number or a name{why}", token.column, hint)
        if token.text in _REFUSED_WORDS:
            self._refuse(f"{token.text} is not part of the grammar", token.column, INSTEAD.get(token.text, ""))
        return self._call(token) if self._take("(") else self._name(token)

    def _name(self, token: Token) -> Node:
        name = token.text
        if self.labels is not None and name in self.labels:
            return Node("label", "number", name=name)  # _compare gives it its labels; anywhere else it is refused
        if self.units is not None and name not in self.units:
            known = [*self.units, *(self.labels or ())]
            what = f"column {token.column}: unknown name {show(name)}"
            rate = self.tokens[self.at - 3 : self.at - 1] if self.at > 2 else []  # noqa: PLR2004 - $2.50 and /
            hint = nearest(name, known)
            if name in SUFFIXES:
                what, hint = f"{what}; {QUOTING}", SINGLY
            elif [token.kind for token in rate] == ["quantity", "sign"] and rate[1].text == "/":
                hint = f"'{rate[0].text}/{name}', with its quotes"
            self.unknown.append(Fault(self.field, show(self.text), what, hint=hint))
        if self.aggregate and name in (self.aggregated or ()):
            self._refuse(f"{name} is an aggregate over draws already, inside {self.aggregate}", token.column)
        truth = (self.units or {}).get(name) == "truth"
        return Node("name", "truth" if truth else "number", name=name)

    def _call(self, token: Token) -> Node:
        name = token.text
        if name in {*AGGREGATES, "P"} or _PERCENTILE.fullmatch(name):
            return self._aggregate(token)
        if name not in FUNCTIONS:
            hint = INSTEAD.get(name) or nearest(name, [*FUNCTIONS, *AGGREGATES])
            allowed = ", ".join([*sorted(FUNCTIONS), *AGGREGATES, "p5 to p95"])
            self._refuse(f"unknown function {show(name)}", token.column, hint, allowed)
        arguments: list[Node] = []
        while self._token.text != ")":
            column = self._token.column
            wants: ExpressionKind = "truth" if name == "where" and not arguments else "number"
            arguments.append(self._of_kind(wants, self._deeper(self._or), column))
            if not self._take(","):
                break
        self._expect(")")
        due = FUNCTIONS[name]
        if due not in (-1, len(arguments)):
            self._refuse(f"{name} takes {due} arguments, not {len(arguments)}", token.column)
        return Node(name, "truth" if name == "missing" else "number", tuple(arguments))

    def _aggregate(self, token: Token) -> Node:
        """An aggregate over draws, behind its opening bracket."""
        name = token.text
        if self.aggregated is None:
            what = f"{name} is over draws, and nothing is uncertain here"
            self._refuse(what, token.column, allowed='[uncertain] with distributions, as mfu = "normal 90% 0.3..0.5"')
        if self.aggregate:
            self._refuse(f"{name} inside {self.aggregate}: aggregates over draws cannot be nested", token.column)
        self.aggregate = name
        column = self._token.column
        kind: ExpressionKind = "truth" if name in {"probability", "P"} else "number"
        of = self._of_kind(kind, self._deeper(self._or), column)
        self.aggregate = ""
        percentile = _PERCENTILE.fullmatch(name)
        q = int(percentile[1]) / 100 if percentile else self._which_quantile() if name == "quantile" else 0.0
        self._expect(")")
        op = "quantile" if percentile else "probability" if name == "P" else name
        return Node(op, "number", (of,), value=q)

    def _which_quantile(self) -> float:
        self._expect(",")
        token = self._next()
        q = float(token.text) if token.kind == "number" else math.nan
        if not 0.0 <= q <= 1.0:
            self._refuse(f"{show(token.text)} is not a quantile", token.column, allowed="a number from 0 to 1")
        return q
