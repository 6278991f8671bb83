"""What a sweep will take and cost: how it is told, and above which it is not done."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from gigacost.cli import options

if TYPE_CHECKING:
    from gigacost.cli.query import QueryOptions
    from gigacost.queries.forecast.forecast import Forecast
    from gigacost.queries.space import Space

_HOUR = 3600.0
_GB = 1e9
_INDENT = 14
_KEPT = "\u00a0"
"""A blank at which no line is broken."""


class Pricing(NamedTuple):
    """What the command line says of rates and limits."""

    usd_per_core_hour: str | None
    usd_per_gb_month: str | None
    max_bytes: str | None
    max_usd: str | None
    yes: bool

    @property
    def limited(self) -> bool:
        """Whether the sweep has to be known before it is done."""
        return not self.yes and (self.max_bytes is not None or self.max_usd is not None)

    def read(self) -> Terms:
        """The numbers. Raises SpecError with all that is wrong with them."""
        from gigacost.errors import Fault, SpecError, show
        from gigacost.queries.forecast.rates import CORE_HOUR, GB_MONTH
        from gigacost.units.quantities import parse_quantity

        asked = {
            "--usd-per-core-hour": (self.usd_per_core_hour, "$", CORE_HOUR, "an amount >= 0, as 0.05"),
            "--usd-per-gb-month": (self.usd_per_gb_month, "$", GB_MONTH, "an amount >= 0, as 0.023"),
            "--max-bytes": (self.max_bytes, "B", None, "bytes > 0, as 10GB or 500MiB"),
            "--max-usd": (self.max_usd, "$", None, "an amount > 0, as 5 or '$5'"),
        }
        found: list[float | None] = []
        faults = []
        for name, (text, unit, default, allowed) in asked.items():
            try:
                value = default if text is None else parse_quantity(text, unit)
            except SpecError as error:
                faults += [Fault(name, fault.value, fault.what, allowed, fault.hint) for fault in error.faults]
                continue
            found.append(value)
            if value is not None and (value < 0 or (default is None and value == 0)):
                faults.append(Fault(name, show(text), "out of range", allowed))
        if faults:
            raise SpecError(*faults)
        core_hour, gb_month, most_bytes, most_usd = found
        return Terms(float(core_hour or 0.0), float(gb_month or 0.0), most_bytes, most_usd, self)


class Terms(NamedTuple):
    """Rates, and what a sweep may take at most."""

    usd_per_core_hour: float
    usd_per_gb_month: float
    max_bytes: float | None
    max_usd: float | None
    told: Pricing

    def usd(self, found: Forecast) -> dict[str, float]:
        """What computing costs, and a month of keeping what comes of it."""
        return {
            "compute": found.core_seconds / _HOUR * self.usd_per_core_hour,
            "storage_month": found.size / _GB * self.usd_per_gb_month,
        }

    def refuse_more(self, found: Forecast) -> None:
        """Raise SpecError for a sweep that takes more than it may."""
        from gigacost._system import in_bytes
        from gigacost.errors import Fault, SpecError, show

        faults, ways = [], "a higher limit; --yes; --where, --limit, fewer --columns; gigacost top or summary"
        usd = self.usd(found)
        total = sum(usd.values())
        if self.max_bytes is not None and found.size > self.max_bytes:
            what = f"about {found.rows:,} rows are about {in_bytes(found.size)}"
            faults.append(Fault("--max-bytes", show(self.told.max_bytes), what, ways))
        if self.max_usd is not None and total > self.max_usd:
            what = f"about {_usd(usd['compute'])} of computing and {_usd(usd['storage_month'])} for a month of storage"
            faults.append(Fault("--max-usd", show(self.told.max_usd), what, ways))
        if faults:
            raise SpecError(*faults)


def priced(command: Callable[..., int]) -> Callable[..., int]:
    """The options of a ``Pricing``, which the command is given as ``pricing``."""

    @functools.wraps(command)
    def asked(*arguments: Any, **given: Any) -> int:  # noqa: ANN401 - as click has it
        told = Pricing(**{name: given.pop(name) for name in Pricing._fields})
        return command(*arguments, pricing=told, **given)

    limit = "Refuse to write what would take more than this"
    shared = (
        options.once("--max-bytes", metavar="SIZE", help=f"{limit}, as 10GB; measured first."),
        options.once("--max-usd", metavar="AMOUNT", help=f"{limit} to compute and to store for a month, as 5."),
        click.option("--yes", is_flag=True, help="Write it all the same."),
        options.once("--usd-per-core-hour", metavar="AMOUNT", help="Price of computing [default: a list price]."),
        options.once("--usd-per-gb-month", metavar="AMOUNT", help="Price of storage [default: a list price]."),
    )
    for option in reversed(shared):
        asked = option(asked)
    return asked


def refuse_bills(pricing: Pricing, *, dry_run: bool) -> None:
    """Raise SpecError where something is to be foretold of billing data."""
    from gigacost.errors import Fault, SpecError

    if dry_run or pricing.limited:
        field = "--dry-run" if dry_run else "--max-bytes, --max-usd"
        what = "what is measured are rows, and FOCUS has several for each design"
        raise SpecError(Fault(field, "", what, "--format rows; --limit N without it"))


def foretell(
    space: Space,
    terms: Terms,
    output: str | None,
    name: str | None,
    query: QueryOptions,
    *,
    limit: int | None,
    parts: int,
    dry_run: bool,
) -> None:
    """Say what a sweep will take, if that is asked for. Raises SpecError where it takes more than it may.

    ``name`` ends as the files do; a dataset has so many ``parts``.
    """
    from gigacost.cli.dry_run import ending_of
    from gigacost.queries.forecast.forecast import forecast

    found = forecast(space, ending_of(name), limit=limit, threads=query.threads)
    if dry_run:
        _tell(space, found, terms, output, parts=parts, as_json=query.as_json)
    if terms.told.limited:
        terms.refuse_more(found)


def _tell(space: Space, found: Forecast, terms: Terms, output: str | None, *, parts: int, as_json: bool) -> None:
    from gigacost._system import free_disk
    from gigacost.cli.instead import instead
    from gigacost.cli.terminal import payload

    free = free_disk(output) if output and output != "-" else None
    better = instead(space, found)
    if not as_json:
        _show(space, found, terms, output, parts=parts, free=free, better=better)
        return
    payload({
        "combinations": found.combinations,
        "rows": {"low": found.low, "high": found.high},
        "bytes": found.size,
        "core_seconds": found.core_seconds,
        "parts": parts,
        "usd": terms.usd(found),
        "instead": better,
        "cpu_seconds": found.cpu_seconds,
        "seconds": found.seconds,
        "threads": found.threads,
        "usd_per_core_hour": terms.usd_per_core_hour,
        "usd_per_gb_month": terms.usd_per_gb_month,
        "sampled": found.sampled,
        "output": output,
        "free_bytes": free,
        "columns": list(space.column_names),
    })  # fmt: skip


def _show(
    space: Space, found: Forecast, terms: Terms, output: str | None, *, parts: int, free: int | None, better: str | None
) -> None:
    from gigacost._system import in_bytes
    from gigacost.errors import escape
    from gigacost.units.numbers import duration, scaled

    axes = " x ".join(f"{len(axis):,}{_KEPT}{axis.name}" for axis in space.spec.axes) or "one combination"
    rows = f"{found.low:,}" if found.low == found.high else f"{found.low:,} to {found.high:,} (95 %)"
    usd = terms.usd(found)
    _line("combinations", f"{found.combinations:,} = {axes}")
    _line("rows", rows + (f" where {space.spec.where.text}" if space.spec.where else ""))
    _line("columns", ", ".join(space.column_names))
    _line("bytes", f"about {in_bytes(found.size)}" + (f", as a dataset in {parts:,} parts" if parts > 1 else ""))
    threads = f"{found.threads} thread{'s' * (found.threads > 1)}"
    _line("time", f"about {duration(found.seconds)} on {threads}, {scaled(found.core_seconds)} core-seconds")
    _line("price", f"{_usd(usd['compute'])} to compute, {_usd(usd['storage_month'])} a month to store")
    _line("", f"at ${terms.usd_per_core_hour:.4g} a core-hour and ${terms.usd_per_gb_month:.4g} a GB-month")
    _line("measured", f"on {found.sampled:,} combinations, by a temporary file")
    if output:
        _line("output", escape(output) + (f", {in_bytes(free)} free" if free is not None else ""))
    if better:
        _line("instead", better, whole=True)
    _line("no output was written")


def _line(name: str, text: str = "", *, whole: bool = False) -> None:
    """A line of a plan; what is longer than the terminal is wide goes on below, unless it is to be copied."""
    import textwrap

    from gigacost.cli.terminal import out, plain

    if not text or whole:
        plain(f"{name:<{_INDENT}}{text}" if text else name)
        return
    width = max(out().width - _INDENT, 2 * _INDENT)
    first, *rest = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
    for head, line in ((name, first), *(("", more) for more in rest)):
        plain(f"{head:<{_INDENT}}{line}".replace(_KEPT, " "))


def _usd(amount: float) -> str:
    from gigacost.units.numbers import usd

    return usd(amount) if amount == 0 or amount >= 0.01 else "less than a cent"  # noqa: PLR2004 - a cent
