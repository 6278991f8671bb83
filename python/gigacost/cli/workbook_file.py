"""``-o FILE.xlsx``: an answer as a workbook, which says by which command it was made."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_NOT_TOLD = ("-o", "--output")
"""Options whose value changes nothing about an answer."""


def is_workbook(output: str | None) -> bool:
    """Whether the name is that of a workbook."""
    return output is not None and output.lower().endswith(".xlsx")


def refuse_bad_workbook(output: str | None, inputs: Iterable[str | None] = ()) -> None:
    """Raise SpecError unless a workbook can be put there, which must not be one of ``inputs``; None is no file."""
    if output is None:
        return
    from gigacost.errors import Fault, SpecError, show
    from gigacost.workbooks.to_excel import refuse_bad_workbook as refuse

    refuse(output, "-o")
    for path in inputs:
        if path and os.path.exists(output) and os.path.exists(path) and os.path.samefile(path, output):  # noqa: PTH110, PTH121
            raise SpecError(Fault("-o", show(output), "is an input of this run and would be replaced", "another name"))


def write_workbook(answer: object, output: str | None, provenance: Mapping[str, Any] | None = None) -> None:
    """Write an answer to a workbook, whole or not at all; None is no file. Raises SpecError, OutputError."""
    if output is None:
        return
    import shlex

    from gigacost.cli import process
    from gigacost.workbooks.to_excel import write_workbook as write

    command = shlex.join(["gigacost", *_told(process.arguments)])
    write(answer, output, field="-o", command=command, provenance=provenance)


def _told(arguments: Iterable[str]) -> Iterator[str]:
    """The command line without where its answer went and in which form it was printed."""
    rest = iter(arguments)
    for argument in rest:
        if argument in _NOT_TOLD:
            next(rest, None)
        elif argument != "--json" and not argument.startswith(("--output=", "-o")):
            yield argument
