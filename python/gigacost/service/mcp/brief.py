"""What of an answer an agent is given: the parts that are read, with what was left out and how to have it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gigacost.errors import Fault, SpecError, nearest, show

WHOLE = "*"
"""What is asked for to have everything."""
ROWS = "rows"
"""What an answer is called that is a list."""
_DROPPED = "dropped"


class _Only(dict[str, Any]):
    """Entries of a mapping that are shown, each with its rule; the others are not."""


_RUN = ("train_days", "chip_hours", "mfu", "goodput", "facility_mw", "energy_mwh", "carbon_t", "loss")
_PERCENTILES = _Only(p10=None, p50=None, p90=None)
_ESTIMATE = {
    "quantities": _Only.fromkeys(_RUN),
    "intervals": _Only.fromkeys(("total_run_usd", "cost_total_usd", *_RUN), _PERCENTILES),
    "assumptions": _DROPPED,
    "probabilities": _DROPPED,
}
_CHOICE = {
    "assumed": {"hardware": _DROPPED, "chips": _DROPPED},
    "answers": {"estimate": {**_ESTIMATE, "breakdown": _DROPPED}},
    "left_out": _DROPPED,
}
_RULES: Mapping[str, Any] = {
    "estimate": {**_ESTIMATE, **_CHOICE},  # a design without chips is answered as by choose
    "choose": _CHOICE,
    "explain": {"inputs": _DROPPED, "constants": _DROPPED, "made_of": {"parts": {"parts": _DROPPED}}},
    "compare": {"drivers": {"parts": {"parts": _DROPPED}}, "assumptions": {"parts": _DROPPED}},
    "catalog": {"figures": _DROPPED, "history": _DROPPED, "quotes": _DROPPED, "votes": {"source": _DROPPED}},
}
"""Of each answer: parts that are left out, or of which only some entries are shown. Lists are gone through."""


_ROWS = {"catalog": 200}
"""Lists of these answers are looked through for a name, and cut at more entries than others."""


@dataclass(slots=True)
class Brief:
    """A part of an answer."""

    answer: Any
    left_out: dict[str, str] = field(default_factory=dict)
    """What is not shown, by its path in the answer: how much of it there is."""

    @property
    def size(self) -> int:
        """Its bytes as JSON."""
        return len(json.dumps(self.answer, separators=(",", ":")))


def brief(name: str, answer: Any, wanted: Sequence[str], rows: int, most: int) -> Brief:  # noqa: ANN401 - any JSON
    """The answer of a question, lists cut at ``rows``, or at fewer where it would have more than ``most`` bytes.

    ``wanted`` are paths that are shown whole: ``assumptions``, ``answers.estimate``, or ``*``. Raises SpecError for
    paths that the answer does not have, and where what is wanted has more than ``most`` bytes.
    """
    _refuse_unknown(answer, wanted)
    rows = max(rows, _ROWS.get(name, 0))
    made = _Cut(wanted, rows).brief(answer, _RULES.get(name))
    while made.size > most and rows > 1 and WHOLE not in wanted:
        rows //= 2
        made = _Cut(wanted, rows).brief(answer, _RULES.get(name))
    if made.size > most:
        given = ", ".join(wanted)
        allowed = f"parts of it: {', '.join(_parts(answer)) or 'fewer combinations'}"
        what = f"{made.size:,} bytes, at most {most:,} are returned"
        raise SpecError(Fault("show", show(given) if given else "", what, allowed))
    return made


class _Cut:
    def __init__(self, wanted: Sequence[str], rows: int) -> None:
        self._wanted = wanted
        self._rows = rows
        self._left_out: dict[str, str] = {}

    def brief(self, answer: Any, rule: Any) -> Brief:  # noqa: ANN401 - any JSON
        """The part that is shown."""
        shown = self._cut(answer, rule, "")
        told = {
            path: what
            for path, what in self._left_out.items()
            if not any(path.startswith(f"{other}.") for other in self._left_out)
        }
        return Brief(shown, told)

    def _cut(self, value: Any, rule: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
        if self._is_wanted(path or ROWS):
            return value
        if isinstance(value, list):
            kept = value[: self._rows]
            if len(kept) < len(value):
                self._left_out[path or ROWS] = f"the first {len(kept)} of {len(value):,} are shown"
            return [self._cut(one, rule, path) for one in kept]
        if not isinstance(value, dict):
            return value
        shown = dict(self._entries(value, rule or {}, path))
        if isinstance(rule, _Only) and len(shown) < len(value):
            self._left_out[path] = f"{len(shown)} of {len(value):,} are shown"
        return shown

    def _entries(self, value: Mapping[str, Any], rules: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
        for key, one in value.items():
            inner = f"{path}.{key}" if path else key
            rule = rules.get(key)
            if self._is_wanted(inner, within=True) or not (
                rule == _DROPPED or (isinstance(rules, _Only) and key not in rules)
            ):
                yield key, self._cut(one, None if rule == _DROPPED else rule, inner)
            elif rule == _DROPPED and one:
                self._left_out[inner] = f"{len(one):,} entries" if isinstance(one, list | dict) else "left out"

    def _is_wanted(self, path: str, *, within: bool = False) -> bool:
        """Whether a part is to be whole; ``within``, or something in it is."""
        return any(
            one == WHOLE or f"{path}.".startswith(f"{one}.") or (within and one.startswith(f"{path}."))
            for one in self._wanted
        )


def _refuse_unknown(answer: Any, wanted: Sequence[str]) -> None:  # noqa: ANN401 - any JSON
    faults = []
    for path in wanted:
        if path != WHOLE and not _has(answer, path.split(".")) and not (path == ROWS and isinstance(answer, list)):
            known = _parts(answer)
            allowed = f"{', '.join(known)}, a path as answers.estimate, or {WHOLE}"
            faults.append(Fault("show", show(path), "no such part of this answer", allowed, nearest(path, known)))
    if faults:
        raise SpecError(*faults)


def _has(value: Any, path: Sequence[str]) -> bool:  # noqa: ANN401 - any JSON
    if not path:
        return True
    if isinstance(value, list):
        return any(_has(one, path) for one in value)
    return isinstance(value, dict) and path[0] in value and _has(value[path[0]], path[1:])


def _parts(answer: Any) -> list[str]:  # noqa: ANN401 - any JSON
    of = answer[0] if isinstance(answer, list) and answer else answer
    return list(of) if isinstance(of, dict) else []
