"""A report: one file that says what a run costs, what that rests on and how sure it is."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gigacost._staged import refuse_bad_output, staged
from gigacost.charts.kinds import require_charts
from gigacost.configs.source import ConfigLike
from gigacost.errors import Fault, SpecError, not_installed, show
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request

if TYPE_CHECKING:
    from gigacost.queries.space import Space
    from gigacost.reports.parts import Page

ENDINGS = (".html", ".pdf", ".md")
MOST_BYTES = 1_000_000
"""Bytes of an HTML file at most."""


class Reported(NamedTuple):
    """A report's file."""

    file: str
    bytes: int
    sha256: str
    figures: int
    """Pictures in it."""
    tables: int
    """Tables in it, those of pictures among them."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return self._asdict()


def report(
    given: Space | Mapping[str, Any] | None = None,
    /,
    *,
    output: str | os.PathLike[str],
    minimise: Sequence[str] = (),
    within: str | float | None = None,
    budget: str | float | None = None,
    mw: str | float | None = None,
    sure: str | float | None = None,
    model: ModelLike = None,
    catalog: CatalogLike = None,
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
    strict: bool = False,
    **inputs: Any,  # noqa: ANN401 - a value as people write it, a list or a range of them
) -> Reported:
    """Write a report: what a run costs, where the money goes, what that rests on, how sure it is.

    Parameters
    ----------
    given : Sweep or mapping, optional
        The designs, as for `solve`. Where hardware or chips are left open the cheapest design is chosen, as by
        `choose`; of a sweep the report is about the cheapest combination, and has the front.
    output : path
        The file: ``.html`` (one file without a script or a request), ``.pdf`` (needs the extra ``pdf``) or ``.md``
        (tables without pictures, at most 65,536 characters, for the comment of a pull request). ``.html`` needs the
        extra ``charts``.
    minimise : sequence of str
        The objectives of the front; by default the total and the loss where models differ, else the total and days.
    within, budget, mw, sure
        What a design may take at most that is chosen, as for `choose`.
    model, catalog, as_of, base_year, preset, model_config, train_config, strict
        As for `estimate`.
    **inputs
        As for `estimate`.

    Returns
    -------
    Reported
        ``file``, ``bytes``, ``sha256``, and how many ``figures`` (pictures) and ``tables`` it has. The same question
        gives the same bytes.

    Raises
    ------
    SpecError
        For bad values, where no design is feasible, for an output that cannot be, and where an extra is missing.
    OutputError
        Where the file cannot be written.

    Examples
    --------
    >>> import gigacost, os, tempfile
    >>> file = os.path.join(tempfile.mkdtemp(), "run.md")
    >>> made = gigacost.report(params="7B", tokens="2T", hardware="h100-sxm", chips=512, output=file)
    >>> made.tables > 5, made.bytes < 65536
    (True, True)
    """
    request = Request.of(
        given, inputs, model, catalog, as_of, base_year, preset, model_config, train_config, strict=strict
    )
    asked = {"within": within, "budget": budget, "mw": mw, "sure": sure}
    limits = {name: value for name, value in asked.items() if value is not None}
    book = Path(catalog).name if isinstance(catalog, str | os.PathLike) else ""
    return reported(request, output, minimise=minimise, limits=limits, book=book)


def reported(
    request: Request,
    output: str | os.PathLike[str],
    *,
    minimise: Sequence[str] = (),
    limits: Mapping[str, str | float] | None = None,
    command: str | None = None,
    book: str = "",
) -> Reported:
    """As ``report``, of a request. Raises SpecError.

    ``command`` is how the report is said to be made again, ``book`` the name of the private price book it rests on.
    """
    path = os.fspath(output)
    refuse_bad_report(path)
    from gigacost.reports.page import page_of

    ending = Path(path).suffix.lower()
    again = command or _command(request, minimise, limits or {}, book)
    page = page_of(request, ending, minimise=minimise, limits=limits, command=again, book=book)
    data = _written(page, ending)
    if ending == ".html" and len(data) > MOST_BYTES:
        what = f"{len(data):,} bytes, where a report has at most {MOST_BYTES:,}"
        raise SpecError(Fault("output", show(path), what, "a specification with fewer values, or .md"))
    with staged(path) as file:
        file.write(data)
    return Reported(
        path, len(data), hashlib.sha256(data).hexdigest(), page.pictures if ending != ".md" else 0, page.tables
    )


def refuse_bad_report(output: str, field: str = "output") -> None:
    """Raise SpecError unless a report can be put at ``output``, and what draws it is installed; nothing is written."""
    refuse_bad_output(output, ENDINGS, "report", field)
    ending = Path(output).suffix.lower()
    if ending != ".md":
        require_charts()
    if ending == ".pdf":
        _require_weasyprint()


def _require_weasyprint() -> None:
    from importlib.util import find_spec

    if find_spec("weasyprint") is None:
        raise not_installed("report", "weasyprint", "gigacost[pdf]")


def _written(page: Page, ending: str) -> bytes:
    if ending == ".md":
        from gigacost.reports.markdown import markdown_of

        return markdown_of(page).encode()
    if ending == ".pdf":
        from gigacost.reports.pdf import pdf_of

        return pdf_of(page)
    from gigacost.reports.html import html_of

    return html_of(page).encode()


def _command(request: Request, minimise: Sequence[str], limits: Mapping[str, str | float], book: str) -> str:
    """The command that makes the report of a request again; a sweep's specification is in the report."""
    from gigacost.reports.commands import SPECIFICATION, design_flags, limit_flags

    spec = request.spec
    if spec.axes or spec.where or spec.derive:
        given = [SPECIFICATION, *(["--catalog", book] if book else [])]
    else:
        given = design_flags(request.bound.own, book)
    given += ["--minimise", ",".join(minimise)] if minimise else []
    return shlex.join(["gigacost", "report", *given, *limit_flags(limits), "-o", "report.html"])
