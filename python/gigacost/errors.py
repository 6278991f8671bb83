"""Every exception gigacost raises: one tree, each branch also the builtin a caller would expect.

All of them survive pickling, so that they can leave a worker process.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

_SHOWN = 80
_FAULTS_SHOWN = 20
_UNSAFE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_BEGUN = 3
"""From this many characters on, a name that is begun tells which is meant."""
_SHORT = 4
"""Up to this many characters one slip is a typo; in longer names two are."""
_NO_SLIP = 9
"""What an edit counts that makes another name of a name."""
_WITH_DIGIT = re.compile(r"[^-_ ]*[0-9][^-_ ]*")
_LATIN = str.maketrans(
    "аеорсухіјѕһԁԛԝкАВЕКМНОРСТХІЈЅУοναριυκχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijshdqwkABEKMHOPCTXIJSYovapiukxABEZHIKMNOPTYX"
)  # fmt: skip
"""Letters of other scripts that look like these."""
_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN_WORDS = str.maketrans("", "", "-_. ")


class Error(Exception):
    """Any failure of gigacost."""


class UnitError(Error, TypeError):
    """Quantities of different units were added, compared or mixed, or a unit is written wrongly."""


class CatalogError(Error, LookupError):
    """The catalogue has no such entry, or no figure for what was asked. Made of a message or of a Fault."""


class OutputError(Error, OSError):
    """An output cannot be written where it was asked for."""


class ExecutorError(Error, RuntimeError):
    """An executor cannot be reached, takes no more tasks, or lost a part more often than it may be tried again."""


class InternalError(Error, RuntimeError):
    """gigacost is at fault: a computed value is not finite, or an invariant does not hold.

    ``row`` is the index of the combination, if it is about one.
    """

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message, row)
        self.row = row

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a specification."""

    field: str
    """Where it stands: ``axes.chips``, ``mfu``, ``query.where``."""
    value: str
    """What was given, as text that is safe to print."""
    what: str
    """What is wrong with it."""
    allowed: str = ""
    """What would be right: a range, a list, a form."""
    hint: str = ""
    """What was probably meant."""
    path: str = ""
    """``FILE:LINE`` when it came from a file."""

    def __str__(self) -> str:
        text = self.field
        if self.value:
            text += f" = {self.value}"
        text += f": {self.what}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.hint:
            text += f"; did you mean {self.hint}?"
        if self.path:
            text += f" ({self.path})"
        return text


class SpecError(Error, ValueError):
    """What was asked for makes no sense; ``faults`` lists everything that is wrong with it.

    ``field``, ``value``, ``allowed`` and ``path`` are those of the first fault.
    """

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults
        first = faults[0] if faults else Fault("", "", "nothing")
        self.field = first.field
        self.value = first.value
        self.allowed = first.allowed
        self.path = first.path

    def __str__(self) -> str:
        shown = [str(fault) for fault in self.faults[:_FAULTS_SHOWN]]
        if len(self.faults) > _FAULTS_SHOWN:
            shown.append(f"... and {len(self.faults) - _FAULTS_SHOWN} more")
        return "\n".join(shown)


def not_installed(field: str, package: str, install: str) -> SpecError:
    """The error of what needs a package that is not installed; ``install`` is what pip is given."""
    quoted = f"'{install}'" if "[" in install else install
    return SpecError(Fault(field, "", f"{package} is not installed", allowed=f"pip install {quoted}"))


def show(value: object) -> str:
    """The value as one short line that cannot disturb a terminal: quoted, escaped, cut at 80 characters."""
    if isinstance(value, str):
        return f'"{escape(value)}"'
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer beyond Python's limit of digits; a structure too deep
        text = f"<{type(value).__name__}>"
    return escape(text, quotes="")


def escape(text: str, quotes: str = '"\\', shown: int = _SHOWN) -> str:
    """The text with control, format and bidi characters (and ``quotes``) escaped, cut at ``shown`` characters.

    So are letters of other scripts among Latin ones that they look like: nobody could see what is wrong with the word.
    """
    if len(text) <= shown and text.isascii() and text.isprintable() and not any(mark in text for mark in quotes):
        return text
    pieces: list[str] = []
    length = 0
    text = text[: shown + 1]  # more than that is cut in any case
    alike = _alike(text)
    for place, character in enumerate(text):
        piece = _unicode_escaped(character) if place in alike else _escaped(character, quotes)
        length += len(piece)
        if length > shown:
            kept = "".join(pieces)[: shown - 3]
            return kept + "..."
        pieces.append(piece)
    return "".join(pieces)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that a mistyped one means, quoted; empty where none is near.

    Near is what is begun with it and nothing else is; what differs by case, or by what stands between words; or by a
    slip or two of the hand: characters left out, doubled, swapped, or hit beside. In words with a digit nothing is hit
    beside, h100 is another chip than a100; nor is a first letter.
    """
    asked = unicodedata.normalize("NFKC", name[:_SHOWN]).translate(_LATIN).casefold()
    caseless = {candidate.casefold(): candidate for candidate in known}
    most = 1 if len(asked) <= _SHORT else 2
    slips = {candidate: _slips(asked, candidate, most) for candidate in caseless}
    meant = min(slips, key=lambda candidate: slips[candidate], default="")
    begun = sorted((candidate for candidate in caseless if candidate.startswith(asked)), key=len)
    if len(asked) >= _BEGUN and begun and all(candidate.startswith(begun[0]) for candidate in begun):
        meant = meant if slips[meant] == 0 else begun[0]
    elif not meant or slips[meant] > most:
        return ""
    return f'"{caseless[meant]}"'


def _slips(asked: str, meant: str, most: int) -> int:
    """How many slips of the hand make one name of another; more than ``most`` where it is more than that."""
    if asked.translate(_BETWEEN_WORDS) == meant.translate(_BETWEEN_WORDS):
        return 0
    if abs(len(asked) - len(meant)) > most or (asked[:1] != meant[:1] and asked[:2] != meant[1::-1]):
        return _NO_SLIP
    omitted, doubled = _weights(meant), _weights(asked)
    before: list[int] = []
    row = list(itertools.accumulate(omitted, initial=0))
    for place, typed in enumerate(asked):
        above, row = row, [row[0] + doubled[place]]
        for other, character in enumerate(meant):
            beside = 1 if doubled[place] == omitted[other] == 1 else _NO_SLIP
            least = min(
                above[other + 1] + doubled[place],
                row[other] + omitted[other],
                above[other] + (0 if typed == character else beside),
            )
            if place and other and typed == meant[other - 1] and character == asked[place - 1]:
                least = min(least, before[other - 1] + 1)
            row.append(least)
        before = above
    return row[-1]


def _weights(name: str) -> list[int]:
    """What each character counts that is left out or one too many: 2 in a word with a digit, else 1."""
    weights = [1] * len(name)
    for word in _WITH_DIGIT.finditer(name):
        weights[word.start() : word.end()] = [2] * len(word[0])
    return weights


def _escaped(character: str, quotes: str) -> str:
    if character in quotes:
        return "\\" + character
    return _unicode_escaped(character) if unicodedata.category(character) in _UNSAFE else character


def _unicode_escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _alike(text: str) -> set[int]:
    """The places of letters of other scripts in words of Latin letters that they look like."""
    if text.isascii():
        return set()
    words = (word for word in _WORD.finditer(text) if any(letter.isascii() for letter in word[0]))
    return {word.start() + i for word in words for i, letter in enumerate(word[0]) if ord(letter) in _LATIN}


def unplaced(faults: Iterable[Fault]) -> list[Fault]:
    """Faults named after the keyword alone: who gives keywords knows of no table ``fixed``."""
    return [replace(fault, field=fault.field.removeprefix("fixed.").removeprefix("axes.")) for fault in faults]


class Typed(str):
    """Text typed on the command line, where a bare number needs no quotes to be text."""

    __slots__ = ()


def type_name(value: object) -> str:
    """The type of a value in a spec's words: ``string``, ``boolean``, ``table``; Python's name for others."""
    names = {str: "string", Typed: "string", bool: "boolean", int: "integer", float: "number", list: "list"}
    names |= {tuple: "list", dict: "table", type(None): "nothing"}
    if type(value) in names:
        return names[type(value)]
    module, name = type(value).__module__, type(value).__name__
    if module == "numpy" and name.startswith("bool"):
        return "boolean"
    if module == "datetime":
        return f"{name} (write dates as strings)"
    return "0-dimensional array" if getattr(value, "shape", None) == () and name == "ndarray" else name
