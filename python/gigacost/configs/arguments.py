"""The arguments of a command as a mapping: from a shell script, or from a file that lists them. Nothing is run.

Assignments of a script are put in for its variables (``$TP``, ``${TP}``, ``${TP:-8}``), products of whole numbers are
computed (``$((GPUS * NODES))``); what else a shell could make of a text stays as it is written.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Mapping

from gigacost.errors import Fault, SpecError, show

_ASSIGNED = re.compile(r"(?:export\s+|local\s+|readonly\s+)?([A-Za-z_][A-Za-z0-9_]*)(\+?)=(.*)", re.DOTALL)
_ARRAY = re.compile(
    r"^[ \t]*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)(\+?)=\(((?:\"[^\"]*\"|'[^']*'|\$\([^)]*\)|[^()])*)\)", re.MULTILINE
)
_PRODUCT = re.compile(r"\$\(\(([^()]{1,200})\)\)")
_VARIABLE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^{}$]*))?(?:\[[@*]\])?\})")
_FLAG = re.compile(r"--([A-Za-z][A-Za-z0-9_-]*)(?:=(.*))?", re.DOTALL)
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_BETWEEN = frozenset({"|", "||", "&", "&&", ";", ">", ">>", "2>&1", "&>", "fi", "done"})
"""Words that end the arguments of a command."""
_ROUNDS = 8
"""How deep assignments may rest on each other."""
_LONGEST = 100_000
"""Characters that variables may add to a text: a script that doubles itself is no configuration."""


def parse_arguments(text: str, name: str) -> dict[str, object]:
    """The options of a command by name, dashes as underscores; one without a value is true. Raises SpecError."""
    joined = re.sub(r"\\\r?\n", " ", text)
    joined = re.sub(r"(?m)(?:^|(?<=\s))#[^\n]*$", "", joined)
    variables = dict(_variables(joined))
    given: list[tuple[str, list[object]]] = []
    is_within = False
    for word in _words(_ARRAY.sub(" ", joined), variables, name):
        flag = _FLAG.fullmatch(word)
        if word.endswith(".py") or word in _BETWEEN:
            is_within = False
        elif flag:
            given.append((flag[1].replace("-", "_"), [] if flag[2] is None else [_value(flag[2])]))
            is_within = True
        elif is_within:
            given[-1][1].append(_value(word))
    found: dict[str, object] = {}
    for flag_name, values in given:
        value = True if not values else values[0] if len(values) == 1 else values
        if found.setdefault(flag_name, value) != value:
            raise SpecError(
                Fault(flag_name, show(value), f"given twice; it was {show(found[flag_name])} before", path=name)
            )
    if not found:
        raise SpecError(Fault("spec", "", "no arguments", "options as --num-layers 32", path=name))
    return found


def _variables(text: str) -> Iterator[tuple[str, str]]:
    """What a script assigns; arrays as text."""
    known: dict[str, str] = {}
    for array in _ARRAY.finditer(text):
        known[array[1]] = (known.get(array[1], "") + " " if array[2] else "") + array[3]
    for line in _statements(_ARRAY.sub(" ", text)):
        match = _ASSIGNED.fullmatch(line.strip())
        if match and not match[3].startswith("("):
            value = match[3].strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            product = _PRODUCT.match(value)
            plain = product[0] if product else value[1:-1] if quoted else value.split(" ")[0]
            if match[2]:
                known[match[1]] = f"{known.get(match[1], '')} {plain}"
            else:
                own = _own(match[1], plain, known.get(match[1]))
                known[match[1]] = _PRODUCT.sub(lambda one: _product(one, known), own)
    yield from known.items()


def _own(name: str, text: str, before: str | None) -> str:
    """An assignment whose variable stands in it itself, as ``TP=${TP:-8}``: what it was before, else its default."""

    def put(found: re.Match[str]) -> str:
        if name not in {found[1], found[2]}:
            return found[0]
        return before if before is not None else found[3] or ""

    return _VARIABLE.sub(put, text)


def _statements(text: str) -> Iterator[str]:
    """The lines of a script; a text in quotes that goes on over several is one."""
    pending = ""
    for line in text.split("\n"):
        pending = f"{pending}\n{line}" if pending else line
        if pending.count('"') % 2 == 0:
            yield from pending.split(";") if "=" in pending and '"' not in pending else [pending]
            pending = ""


def _words(text: str, variables: Mapping[str, str], name: str) -> list[str]:
    """The words of all commands with their variables put in, without assignments."""
    words: list[str] = []
    for line in _statements(text):
        if _ASSIGNED.fullmatch(line.strip()):
            continue
        expanded = _expanded(line, variables, name)
        try:
            words += shlex.split(expanded, comments=True)
        except ValueError:  # quotes that do not end
            words += expanded.replace('"', " ").split()
    return words


def _expanded(text: str, variables: Mapping[str, str], name: str) -> str:
    """A text with its variables. Raises SpecError where they make too much of it."""
    longest = len(text) + _LONGEST
    for _ in range(_ROUNDS):
        before = text
        text = _PRODUCT.sub(lambda found: _product(found, variables), text)
        text = _quoted_variables(text, variables)
        if len(text) > longest:
            raise SpecError(Fault("spec", "", "variables that make more of each other than fits", path=name))
        if text == before:
            break
    return text


def _quoted_variables(text: str, variables: Mapping[str, str]) -> str:
    """Variables put in; quotes around one alone are taken off, so that what it holds are words."""
    bare = re.sub(r"\"(\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*(?:\[[@*]\])?\}))\"", r"\1", text)

    def put(found: re.Match[str]) -> str:
        value = variables.get(found[1] or found[2])
        return (found[0] if found[3] is None else found[3]) if value is None else value

    return _VARIABLE.sub(put, bare)


def _product(found: re.Match[str], variables: Mapping[str, str]) -> str:
    """A product of whole numbers; anything else as it is."""
    names = (part.strip().strip("${}") for part in found[1].split("*"))
    factors = [variables.get(name, name).strip("\"'") for name in names]
    if not all(_WHOLE.fullmatch(factor) for factor in factors):
        return found[0]
    return str(math.prod(map(int, factors)))


def _value(text: str) -> object:
    """An argument as a number, where it is one."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
