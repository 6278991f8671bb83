"""An answer as an Excel workbook: ``to_excel``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from gigacost._staged import refuse_bad_output, staged
from gigacost.errors import Fault, SpecError, not_installed, type_name

if TYPE_CHECKING:
    from gigacost.analysis.choose.records import Choice
    from gigacost.analysis.compare.compare import Comparison
    from gigacost.analysis.over_time import OverTime
    from gigacost.graph.model import Model
    from gigacost.queries.estimates import Estimate
    from gigacost.queries.pareto import Front
    from gigacost.queries.top import Best

ENDING = ".xlsx"
KINDS = {
    "Estimate": "estimate",
    "Choice": "choose",
    "Comparison": "compare",
    "Best": "top",
    "Front": "pareto",
    "OverTime": "over_time",
}
"""The module that writes an answer, by the name of its class."""


def to_excel(
    answer: Estimate | Sequence[Estimate] | Choice | Comparison | Best | Front | OverTime,
    path: str | os.PathLike[str],
    *,
    model: Model | None = None,
) -> int:
    """Write an answer as an Excel workbook, whole or not at all.

    Sums, shares, differences and ages are formulas, whose kept values are the answer's own; beside them stand a sheet
    of the figures that went in, each with source, date and age, and one of provenance. The same answer gives the same
    bytes.

    Parameters
    ----------
    answer : Estimate, list of Estimate, Choice, Comparison, Best, Front or OverTime
        The answer; estimates of a list stand side by side.
    path : str or path
        A name that ends in .xlsx; an older file is replaced when the new one is complete.
    model : Model, optional
        The model that estimates or a choice were made with, which says what their sums are made of; by default the
        default one.

    Returns
    -------
    int
        How many bytes there were.

    Raises
    ------
    SpecError
        For what is no such answer or has no room in a workbook, for another ending, for estimates of another model, or
        where XlsxWriter is not installed (``pip install 'gigacost[excel]'``).
    OutputError
        Where the file cannot be written.

    Examples
    --------
    >>> import gigacost, tempfile, pathlib
    >>> run = gigacost.estimate(params="7B", tokens="2T", hardware="h100-sxm", chips=64)
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "run.xlsx"
    >>> gigacost.to_excel(run, path) == path.stat().st_size
    True
    """
    return write_workbook(answer, path, model=model)


def refuse_bad_workbook(path: str | os.PathLike[str], field: str = "path") -> None:
    """Raise SpecError unless a workbook can be put there, before anything is computed."""
    refuse_bad_output(os.fsdecode(path), (ENDING,), "file", field)
    if find_spec("xlsxwriter") is None:
        raise not_installed(field, "XlsxWriter", "gigacost[excel]")


def write_workbook(
    answer: Any,  # noqa: ANN401 - any answer
    path: str | os.PathLike[str],
    *,
    field: str = "path",
    model: Model | None = None,
    command: str = "",
    provenance: Mapping[str, Any] | None = None,
) -> int:
    """Write an answer as ``to_excel`` does, under the name that ``field`` gives it in faults.

    ``command`` is what asked for it, ``provenance`` what an answer is rebuilt from that does not say so itself.
    """
    kind = _kind_of(answer)
    refuse_bad_workbook(path, field)
    from gigacost.workbooks.book import Book
    from gigacost.workbooks.sources import created

    write: Callable[..., None] = import_module(f"gigacost.workbooks.{kind}").write
    about = f"gigacost {kind.replace('_', '-')}"
    with staged(path) as file, Book(file, about, created(), field, os.fsdecode(path)) as book:
        write(book, answer, model=model, command=command, provenance=provenance or {})
        book.close()
        return file.tell()


def _kind_of(answer: object) -> str:
    """The module for an answer. Raises SpecError."""
    first = answer[0] if isinstance(answer, list | tuple) and answer else answer
    name = type(first).__name__
    is_list = isinstance(answer, list | tuple)
    alike = not is_list or {type(one).__name__ for one in answer} == {"Estimate"}  # type: ignore[attr-defined]
    if type(first).__module__.startswith("gigacost.") and name in KINDS and alike:
        return KINDS[name]
    raise SpecError(Fault("answer", type_name(first), "no answer that makes a workbook", f"{', '.join(KINDS)}"))
