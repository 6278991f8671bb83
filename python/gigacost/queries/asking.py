"""Who asks the engine for a question: here, or the workers of an executor, for which more is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gigacost.queries.askers import Asker, Here
from gigacost.queries.export import Progress

if TYPE_CHECKING:
    from gigacost.distribute.executors import ExecutorLike


@contextmanager
def asking(
    threads: int | None,
    progress: Progress | None,
    executor: Asker | ExecutorLike,
    **options: Any,  # noqa: ANN401 - those of ``Distributed``
) -> Iterator[Asker]:
    """Who asks the engine. Raises SpecError for what is no executor."""
    if isinstance(executor, Asker):
        yield executor
    elif executor is None:
        yield Here(threads, progress)
    else:
        from gigacost.distribute.executors import opened
        from gigacost.queries.distributed import Distributed

        with opened(executor) as ready:
            yield Distributed(ready, threads, progress, **options)  # type: ignore[arg-type] # None alone opens as None
