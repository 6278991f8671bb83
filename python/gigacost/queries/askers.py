"""Who asks the engine: here and about all combinations, or about parts of them, elsewhere or at another time."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from gigacost._engine import Quantiles, cut
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, InternalError, SpecError, show
from gigacost.queries import arguments
from gigacost.queries.ask_statistics import AskDigits, AskStatistics
from gigacost.queries.asks import Ask, AskTop, Prepared, Range, Run
from gigacost.queries.export import Progress
from gigacost.queries.results import Effort

T = TypeVar("T")
R = TypeVar("R", bound=Sized)

_CHECK: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)
"""What is called now and then while anything is asked; it raises where the answer is wanted no more."""


@contextmanager
def overseen(check: Callable[[], None]) -> Iterator[None]:
    """Within this, in this thread, whatever is asked of the engine ends with what ``check`` raises."""
    token = _CHECK.set(check)
    try:
        yield
    finally:
        _CHECK.reset(token)


class Asker(ABC):
    """Puts questions to the engine."""

    def __init__(self, threads: int | None = None, progress: Progress | None = None) -> None:
        self.threads = lower.thread_count(threads)
        self._progress = progress
        self._before = 0

    @abstractmethod
    def ask(self, bound: Bound, ask: Ask[T], *, watched: bool = True) -> tuple[T, Effort]:
        """What the engine finds, and what it took. Where it is ``watched`` its progress is told."""

    def statistics(
        self, bound: Bound, query: Query, quantiles: Sequence[float], *, std: bool = True, watched: bool = True
    ) -> tuple[dict[str, Any], Effort]:
        """The statistics of columns, of which quantiles are found in rounds."""
        found, effort = self.ask(bound, AskStatistics(query, std), watched=watched)
        if quantiles:
            search = Quantiles(list(quantiles), [column["count"] for column in found["columns"]])
            ask: AskDigits | None = AskDigits.first(query)
            while ask:
                counted, more = self.ask(bound, ask, watched=watched)
                effort = effort.and_(more)
                search.advance([counted])
                ask = None
                if (asked := search.round()) is not None:
                    digit, prefixes = asked
                    ask = AskDigits(query, digit, tuple(map(tuple, prefixes)))
            for column, values in zip(found["columns"], search.values(), strict=True):
                column["quantiles"] = values
        return found, effort

    def told(self, rows: R) -> R:
        """Of the combinations that were found, those that are told of."""
        return rows

    def _watching(self, bound: Bound, *, watched: bool) -> Progress | None:
        """What is told of the progress of the next answer; those before it are done."""
        if self._progress is None or not watched:
            check = _CHECK.get()
            return None if check is None else lambda _: check()
        tell, before = self._progress, self._before
        self._before += bound.size
        return lambda done: tell(before + done)


class Here(Asker):
    """Asks about all combinations, at once."""

    def ask(self, bound: Bound, ask: Ask[T], *, watched: bool = True) -> tuple[T, Effort]:
        """What the engine finds, and what it took."""
        run = Run((0, bound.size), self.threads, self._watching(bound, watched=watched))
        return answered_by(lambda query: Prepared.of(bound, query), bound, ask, run)

    def statistics(
        self, bound: Bound, query: Query, quantiles: Sequence[float], *, std: bool = True, watched: bool = True
    ) -> tuple[dict[str, Any], Effort]:
        """The statistics of columns in one call."""
        return self.ask(bound, AskStatistics(query, std, tuple(quantiles)), watched=watched)


class Recorder(Asker):
    """Asks about one part of the combinations, and keeps what is found to be merged with that of the other parts."""

    def __init__(self, part: tuple[int, int], threads: int | None = None, progress: Progress | None = None) -> None:
        super().__init__(threads, progress)
        self.part = arguments.part(part)
        self.asks: dict[str, Any] = {}
        """What was found, as plain data, by what was asked of which space."""
        self.effort = Effort()

    def ask(self, bound: Bound, ask: Ask[T], *, watched: bool = True) -> tuple[T, Effort]:
        """What the engine finds in the part, and what it took."""
        refuse_limits(ask)
        run = Run(rows_of(bound, self.part), self.threads, self._watching(bound, watched=watched))
        found, effort = answered_by(lambda query: Prepared.of(bound, query), bound, ask, run)
        self.asks[placed(bound, ask)] = ask.plain(found)
        self.effort = self.effort.and_(effort)
        return found, effort

    def statistics(
        self, bound: Bound, query: Query, quantiles: Sequence[float], *, std: bool = True, watched: bool = True
    ) -> tuple[dict[str, Any], Effort]:
        """The statistics of columns, and the first round of the search for quantiles: later ones need all parts."""
        found, effort = super().statistics(bound, query, (), std=std, watched=watched)
        if quantiles:
            self.ask(bound, AskDigits.first(query), watched=False)
            for column in found["columns"]:
                column["quantiles"] = [float("nan")] * len(quantiles) if column["count"] else []
        return found, effort

    def told(self, rows: R) -> R:
        """None: what one part found need not be in the whole answer, and so nothing about it either."""
        return rows[:0]  # type: ignore[index, no-any-return] # a list or an array


class Merger(Asker):
    """Answers with what was found in parts; what was not asked of one of them it asks itself."""

    def __init__(
        self,
        parts: Mapping[tuple[int, int], Mapping[str, Any]],
        effort: Effort,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(threads, progress)
        self._parts = parts
        self._effort = effort

    def ask(self, bound: Bound, ask: Ask[T], *, watched: bool = True) -> tuple[T, Effort]:
        """What was found in all parts, and what they took in all."""
        key = placed(bound, ask)
        there = {part: ask.read(asks[key]) for part, asks in self._parts.items() if key in asks}
        lacking = [rows_of(bound, part) for part in self._parts if part not in there]
        if not there:
            lacking = [(0, bound.size)]
        found = list(there.values())
        prepare = functools.cache(lambda query: Prepared.of(bound, query))
        for rows in lacking:
            run = Run(rows, self.threads, self._watching(bound, watched=watched))
            found.append(answered_by(prepare, bound, ask, run)[0])
        effort, self._effort = self._effort, Effort()  # told once
        return ask.merged(found), effort


def answered_by(prepare: Callable[[Query], Prepared], bound: Bound, ask: Ask[T], run: Run) -> tuple[T, Effort]:
    """What the engine answers; a value that should be finite and is not is reported with the inputs that made it."""
    try:
        return ask.of(prepare, run)
    except InternalError as error:
        raise lower.with_inputs(bound, error) from None


def rows_of(bound: Bound, part: tuple[int, int]) -> Range:
    """The combinations of part K of N, which are cut along the outermost axes."""
    number, parts = part
    return cut(bound.sizes, number - 1, parts)


def ranges(bound: Bound, parts: int) -> list[Range]:
    """The combinations of each of some parts. Raises SpecError for what is no number of parts."""
    of = arguments.part((1, parts))[1]
    return [rows_of(bound, (number, of)) for number in range(1, of + 1)]


def placed(bound: Bound, ask: Ask[Any]) -> str:
    """What was asked, of which space."""
    return f"{bound.spec.sha256}: {ask.key}"


def refuse_limits(ask: Ask[Any]) -> None:
    """Raise SpecError for a question that may end before all is decided."""
    if isinstance(ask, AskTop):
        for field, limit in (("seconds", ask.seconds), ("boxes", ask.boxes)):
            if limit is not None:
                raise SpecError(Fault(field, show(limit), "not for parts of a space", allowed="no limit"))
