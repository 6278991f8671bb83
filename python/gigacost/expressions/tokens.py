"""The words, numbers and signs that an expression is made of."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from gigacost.errors import Fault, SpecError, show
from gigacost.expressions.ast import ARITHMETIC, COMPARISONS

LONGEST = 10_000

INSTEAD = {
    "min": "minimum(a, b)",
    "max": "maximum(a, b)",
    "sum": "total(a, b)",
    "abs": "maximum(x, -x)",
    "round": "round_half_even(x)",
    "pow": "power(a, b)",
    "ln": "log(x)",
    "both": "a and b",
    "either": "a or b",
    "negate": "not a",
    "isnan": "missing(x)",
    "=": "==",
    ":=": "==",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "^": "**",
    "<>": "!=",
    "=<": "<=",
    "=>": ">=",
    "//": "floor(a / b)",
    "if": "where(condition, a, b)",
}
"""What to write in place of words and signs that other languages have."""
QUOTING = "in double quotes a shell takes $5 out of $50M"
"""Why an amount of dollars may come without its first digit."""
SINGLY = "the same in single quotes"
_SIGNS = frozenset({*COMPARISONS, *ARITHMETIC, "**", "(", ")", "[", "]", ","})
_NUMBER = r"(?>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
_UNIT = "%|(?!(?:and|or|not|in)\\b)[A-Za-z\u00b5\u03bc][A-Za-z0-9_\u00b5\u03bc]*"
_TOKEN = re.compile(
    r"(?P<blank>[ \t\r\n]+)"
    rf"|(?P<quantity>\${_NUMBER}(?:[A-Za-z][A-Za-z0-9_]*)?|{_NUMBER} ?(?:{_UNIT}))"
    rf"|(?P<number>{_NUMBER})"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"[^\"\\\r\n]*\"|'[^'\\\r\n]*')"
    r"|(?P<sign>\*\*|//|<=|>=|==|!=|<>|=<|=>|:=|&&|\|\||.)",
    re.DOTALL,
)
_LEADING_ZERO = re.compile(r"\$?0[0-9]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number, a quantity, a quoted text or a sign, and where it stands."""

    kind: str
    text: str
    column: int


def tokens(text: str, field: str) -> list[Token]:
    """The tokens of a text but for blanks, and one that ends it. Raises SpecError naming ``field`` and the column."""
    if not text.strip():
        raise SpecError(
            Fault(field, show(text), "missing value", f"an expression, or no {field.rpartition('.')[2]} at all")
        )
    if len(text) > LONGEST:
        raise SpecError(Fault(field, show(text), "too long", f"at most {LONGEST} characters"))

    def refused(what: str, column: int, hint: str) -> SpecError:
        return SpecError(Fault(field, show(text), f"column {column}: {what}", hint=hint))

    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        token = Token(str(match.lastgroup), match[0], match.start() + 1)
        if token.kind == "sign" and token.text not in _SIGNS:
            raise refused(_what_of_sign(token.text), token.column, INSTEAD.get(token.text, ""))
        previous = text[match.start() - 1 : match.start()]
        numeric = found and found[-1].kind in {"number", "quantity"}
        if numeric and token.kind in {"name", "number", "quantity"} and not previous.isspace():
            written = found[-1].text + token.text
            raise refused(f"{show(written)} is no number", found[-1].column, "1e9, or a quantity such as 90d")
        if token.kind in {"number", "quantity"} and _LEADING_ZERO.match(token.text):
            what = f"{show(token.text)}: no number begins with a zero and another digit"
            if found and found[-1].text == ",":
                raise refused(what, token.column, "the number without its commas")
            raise refused(f"{what}; {QUOTING}", token.column, SINGLY)
        if token.kind != "blank":
            found.append(token)
    return [*found, Token("end", "end", len(text) + 1)]


def split(text: str, separators: Collection[str]) -> list[str]:
    """The pieces of a valid expression between words or signs that stand outside of its brackets.

    Brackets around the whole are taken off first.
    """
    tokens = [match for match in _TOKEN.finditer(text) if match.lastgroup != "blank"]
    depth, cuts, whole = 0, [], tokens[0][0] == "("
    for token in tokens:
        depth += (token[0] in {"(", "["}) - (token[0] in {")", "]"})
        whole = whole and (depth > 0 or token is tokens[-1])
        if depth == 0 and token[0] in separators:
            cuts.append(token)
    if whole:
        return split(text[tokens[0].end() : tokens[-1].start()], separators)
    starts, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _what_of_sign(sign: str) -> str:
    if sign == ".":
        return "names have no parts: . is not part of the grammar"
    if sign == "$":
        return "$ stands right before a number, as in $50M"
    if sign in "\"'":
        return "a text that does not end (or holds a backslash)"
    return f"{show(sign)} is not part of the grammar"
