"""The arguments of a command as a mapping: from a shell script, or from a file that lists them. Nothing is run.

Assignments of a script are put in for its variables (``$TP``, ``${TP}``, ``${TP:-8}``), products of whole numbers are
computed (``$((GPUS * NODES))``); what else a shell could make of a text stays as it is written.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator

from gigacost.errors import Fault, SpecError, show

LARGEST = 2**18
"""Characters of a script."""
_ADDED = 200_000
"""Characters that variables may add to all of it: a script that doubles itself is no configuration."""
_ROUNDS = 8
"""How deep assignments may rest on each other."""
_ASSIGNED = re.compile(r"(?:export\s+|local\s+|readonly\s+)?([A-Za-z_][A-Za-z0-9_]*)(\+?)=(.*)", re.DOTALL)
_ARRAY = re.compile(
    r"^[ \t]*(?:export[ ]+)?([A-Za-z_][A-Za-z0-9_]*)(\+?)=\(((?:\"[^\"]*\"|'[^']*'|\$\([^()]*\)|[^()\"'])*)\)",
    re.MULTILINE,
)
_PRODUCT = re.compile(r"\$\(\(([^()]{1,200})\)\)")
_VARIABLE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^{}$]*))?(?:\[[@*]\])?\})")
_ALONE = re.compile(r"\"(\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*(?:\[[@*]\])?\}))\"")
"""A variable alone in quotes: what it holds are words."""
_FLAG = re.compile(r"--([A-Za-z][A-Za-z0-9_-]*)(?:=(.*))?", re.DOTALL)
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_BETWEEN = frozenset({"|", "||", "&", "&&", ";", ">", ">>", "2>&1", "&>", "fi", "done"})
"""Words that end the arguments of a command."""


def parse_arguments(text: str, name: str) -> dict[str, object]:
    """The options of a command by name, dashes as underscores; one without a value is true. Raises SpecError."""
    if len(text) > LARGEST:
        raise SpecError(
            Fault("spec", "", "too long for a list of arguments", f"at most {LARGEST} characters", path=name)
        )
    given: list[tuple[str, list[object]]] = []
    is_within = False
    for word in _Script(text, name).words():
        flag = _FLAG.fullmatch(word)
        if word.endswith(".py") or word in _BETWEEN:
            is_within = False
        elif flag:
            given.append((flag[1].replace("-", "_"), [] if flag[2] is None else [_value(flag[2])]))
            is_within = True
        elif is_within:
            given[-1][1].append(_value(word))
    found: dict[str, object] = {}
    for option, values in given:
        value = True if not values else values[0] if len(values) == 1 else values
        if found.setdefault(option, value) != value:
            raise SpecError(Fault(option, show(value), f"given twice; it was {show(found[option])} before", path=name))
    if not found:
        raise SpecError(Fault("spec", "", "no arguments", "options as --num-layers 32", path=name))
    return found


class _Script:
    """A script, with what it assigns."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.left = _ADDED
        self.known: dict[str, str] = {}
        joined = re.sub(r"(?m)(?:^|(?<=\s))#[^\n]*$", "", re.sub(r"\\\r?\n", " ", text))
        for array in _ARRAY.finditer(joined):
            self._assign(array[1], array[3], more=bool(array[2]))
        self.statements = list(_statements(_ARRAY.sub(" ", joined)))
        for line in self.statements:
            match = _ASSIGNED.fullmatch(line.strip())
            if match and not match[3].startswith("("):
                self._assign(match[1], _plain(match[3].strip()), more=bool(match[2]))

    def words(self) -> list[str]:
        """The words of all commands with their variables put in, without assignments. Raises SpecError."""
        words: list[str] = []
        for line in self.statements:
            if _ASSIGNED.fullmatch(line.strip()):
                continue
            expanded = self._expanded(line)
            try:
                words += shlex.split(expanded, comments=True)
            except ValueError:  # quotes that do not end
                words += expanded.replace('"', " ").split()
        return words

    def _assign(self, name: str, text: str, *, more: bool) -> None:
        """Note an assignment, the variable itself and products put in: ``TP=${TP:-8}``, ``GPUS=$((NODES * 8))``."""
        before = self.known.get(name)

        def own(found: re.Match[str]) -> str:
            if name not in {found[1], found[2]}:
                return found[0]
            return self._spent(found[3] or "" if before is None else before)

        made = _PRODUCT.sub(self._product, _VARIABLE.sub(own, text))
        self.known[name] = f"{before or ''} {made}" if more else made

    def _expanded(self, text: str) -> str:
        for _ in range(_ROUNDS):
            before = text
            text = _VARIABLE.sub(self._put, _ALONE.sub(r"\1", _PRODUCT.sub(self._product, text)))
            if text == before:
                break
        return text

    def _put(self, found: re.Match[str]) -> str:
        value = self.known.get(found[1] or found[2])
        if value is None:
            return found[0] if found[3] is None else found[3]
        return self._spent(value)

    def _product(self, found: re.Match[str]) -> str:
        """A product of whole numbers; anything else as it is."""
        names = (part.strip().strip("${}") for part in found[1].split("*"))
        factors = [self.known.get(name, name).strip("\"'") for name in names]
        if not all(_WHOLE.fullmatch(factor) for factor in factors):
            return found[0]
        return str(math.prod(map(int, factors)))

    def _spent(self, value: str) -> str:
        """A value that is put in. Raises SpecError where all of them together are too long."""
        self.left -= len(value)
        if self.left < 0:
            raise SpecError(Fault("spec", "", "variables that make more of each other than fits", path=self.name))
        return value


def _plain(value: str) -> str:
    """What is assigned: a text in quotes, a product, or one word."""
    product = _PRODUCT.match(value)
    if product:
        return product[0]
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value.split(" ", maxsplit=1)[0]


def _statements(text: str) -> Iterator[str]:
    """The lines of a script; a text in quotes that goes on over several is one."""
    pending: list[str] = []
    is_open = False
    for line in text.split("\n"):
        pending.append(line)
        is_open ^= line.count('"') % 2 == 1
        if not is_open:
            whole = "\n".join(pending)
            yield from whole.split(";") if "=" in whole and '"' not in whole else [whole]
            pending = []
    yield "\n".join(pending)


def _value(text: str) -> object:
    """An argument as a number, where it is one."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
