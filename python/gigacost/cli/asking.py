"""Where a question is answered: here, by an executor's workers, about one part, or from what parts answered before."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from gigacost.cli import options
from gigacost.cli.part import parting

if TYPE_CHECKING:
    from gigacost.queries.askers import Asker, Recorder
    from gigacost.queries.space import Space


class Asking(NamedTuple):
    """What the command line says of it."""

    part: tuple[int, int] | None = None
    executor: str | None = None
    retries: int | None = None
    log: str | None = None
    merger: Asker | None = None
    """What answers from the parts, where these are merged."""
    shown: Mapping[str, Any] = {}
    """The command's own options, for who merges its parts."""

    @contextmanager
    def asker(self, what: str, space: Space, threads: int | None) -> Iterator[Asker]:
        """Who asks the engine. Raises SpecError."""
        from gigacost.queries.askers import Recorder
        from gigacost.queries.asking import asking

        with self.watching(what, space) as watched:
            if self.part:
                yield Recorder(self.part, threads, watched["progress"])
            elif self.merger:
                yield self.merger
            else:
                with asking(threads, **({"executor": None} | watched)) as asker:
                    yield asker

    @contextmanager
    def watching(self, what: str, space: Space) -> Iterator[dict[str, Any]]:
        """Where it is done, and who is told: ``progress`` here, or ``executor``, ``retries`` and ``report``."""
        from gigacost.cli.progress import parts_watched, watched

        self._refuse_idle()
        if self.executor:
            retries = {} if self.retries is None else {"retries": self.retries}
            with parts_watched(what, 0, space.size, log=self.log) as report:
                yield {"progress": None, "executor": self.executor, "report": report, **retries}
            return
        with watched(what, space.size) as progress:
            yield {"progress": progress}

    def refuse_output(self, output: str | None) -> None:
        """Raise SpecError for a file that a part would write."""
        from gigacost.errors import Fault, SpecError, show

        if self.part and output not in (None, "-"):
            what = "a part prints its answer for gigacost merge, which writes rows"
            raise SpecError(Fault("-o", show(output), what, "gigacost merge -o"))

    def _refuse_idle(self) -> None:
        """Raise SpecError for options that nothing comes of."""
        from gigacost.errors import Fault, SpecError, show

        if self.executor:
            if self.part:
                what = "a part is answered here; workers answer for all parts"
                raise SpecError(Fault("--executor", show(self.executor), what, "--part or --executor"))
            return
        for name, given in (("--retries", self.retries), ("--log", self.log)):
            if given is not None:
                raise SpecError(Fault(name, show(given), "without --executor there are no workers", "--executor E"))

    def tell(self, question: str, space: Space, asker: Asker, asked: Mapping[str, Any]) -> int:
        """Print what one part answers, for ``gigacost merge``; ``asked`` are the options of the space's method."""
        from gigacost.cli import process
        from gigacost.cli.terminal import payload
        from gigacost.queries.partial import recorded

        recorder: Recorder = asker  # type: ignore[assignment] # of a part
        payload(recorded(space.bound, question, asked, recorder, self.shown).to_dict())
        return process.DONE


def askable(command: Callable[..., int]) -> Callable[..., int]:
    """``--part``, ``--executor``, ``--retries`` and ``--log``: given to the command as ``asking``."""

    @functools.wraps(command)
    def asked(*args: Any, **given: Any) -> int:  # noqa: ANN401 - as click has it
        own = {name: given.pop(name) for name in ("part", "executor", "retries", "log")}
        return command(*args, asking=Asking(**own, shown=dict(given)), **given)

    return parting("Answer for")(options.executing(asked))
