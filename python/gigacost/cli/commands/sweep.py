"""``gigacost sweep``: every combination as a row of a file."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import dataset as datasets
from gigacost.cli import options
from gigacost.cli.asking import Asking, askable
from gigacost.cli.pricing import priced
from gigacost.cli.query import QueryOptions, querying

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gigacost.cli.hosted import Hosted
    from gigacost.cli.pricing import Pricing
    from gigacost.queries.space import Space

_CHECKED = 1 << 14
"""Combinations between two looks at whether an answer is still wanted."""


@options.command("sweep")
@querying("Quantities to write in each row.", "rows and combinations")
@options.once(
    "-o",
    "--output",
    metavar="FILE",
    help="Output file (.parquet, .csv, .csv.gz, .arrow); - for CSV on stdout; DIR/ or s3://BUCKET/PREFIX/ for parts.",
)
@options.once(
    "--format",
    "form",
    type=click.Choice(["rows", "focus", "focus-term"]),
    help="rows, or billing data (FOCUS): focus of each run, focus-term of all runs of its commitment.",
)
@options.once(
    "--limit", type=options.Whole(0), metavar="N", help="Write at most N rows (with --format focus, designs)."
)
@datasets.partitioning
@click.option(
    "--dry-run", is_flag=True, help="Estimate rows, bytes, core-seconds and dollars from a sample; write no output."
)
@priced
@askable
@click.option(
    "--csv-safe/--no-csv-safe", default=True, help="Prefix labels that a spreadsheet would run as formulas with '."
)
@click.option("--force", is_flag=True, help="Write even if the disk seems too small.")
def command(
    query: QueryOptions,
    output: str | None,
    form: str | None,
    limit: int | None,
    pricing: Pricing,
    *,
    asking: Asking,
    dataset: dict[str, Any],
    dry_run: bool,
    csv_safe: bool,
    force: bool,
) -> int:
    """Cost every combination of SPEC (TOML or JSON) and write the rows to a file, whole or not at all.

    An older file of that name is replaced when the new one is complete. A name that ends in /, or a URL, is a dataset:
    files of parts, each whole or absent, which --resume goes on with after anything.
    """
    from gigacost.cli import hosted, process
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.pricing import foretell, refuse_bills
    from gigacost.cli.terminal import payload

    terms = pricing.read()
    billed = form not in {None, "rows"}
    if billed:
        refuse_bills(pricing, dry_run=dry_run)
    sweep = query.space()
    if run := hosted.current():
        payload({"meta": dict(sweep.meta)} if run.take(sweep) else _table(sweep, limit, run))
        return process.DONE
    asserted = Assertions(query.assertions, {"rows": "1", "combinations": "1"})
    parts = _is_dataset(query, output, asking, dataset, billed=billed, dry_run=dry_run)
    begun = parts and datasets.begun(str(output))
    for doubt in [] if dry_run or begun else sweep.doubts(threads=query.threads):
        process.warn("warning", str(doubt))
    if not billed and (dry_run or pricing.limited):
        name = f".{dataset.get('part_format', 'parquet')}" if parts else output
        count = datasets.part_count(sweep, dataset, limit)
        foretell(sweep, terms, output, name, query, limit=limit, parts=count, dry_run=dry_run)
        if dry_run:
            return process.DONE
    options_ = {"limit": limit, "threads": query.threads, "csv_safe": csv_safe}
    if billed:
        rows, feasible = _write_bills(sweep, str(output), str(form), query, options_)
    else:
        if parts:
            if not force and not begun:
                datasets.refuse_full_disk(sweep, str(output), dataset, limit, query.threads)
            written = datasets.write(sweep, str(output), {**dataset, **options_}, asking, as_json=query.as_json)
            rows = written.rows
        else:
            rows = _write_file(sweep, str(output), query, asking, options_, force=force)
        feasible = rows > 0
    asserted.check({"rows": rows, "combinations": sweep.size})
    return query.ended(asserted, feasible=feasible or limit == 0, advice="; gigacost summary says why")


def _table(sweep: Space, limit: int | None, run: Hosted) -> dict[str, Any]:
    """The rows as an answer, as many as are granted. Raises LimitError where there are more."""
    most = run.watch.limits.rows + 1 if limit is None else limit
    rows: list[dict[str, Any]] = []
    for start in range(0, sweep.size, _CHECKED):
        run.watch.check()
        rows += islice(sweep.part(start, min(start + _CHECKED, sweep.size)), most - len(rows))
        if len(rows) == most:
            break
    run.watch.limits.refuse("rows", len(rows))
    return {"rows": rows, "meta": {**sweep.meta, "combinations": sweep.size}}


def _is_dataset(
    query: QueryOptions,
    output: str | None,
    asking: Asking,
    dataset: Mapping[str, Any],
    *,
    billed: bool,
    dry_run: bool,
) -> bool:
    """Whether the rows go to a dataset. Raises SpecError for an output that is none, or that does not fit the rest."""
    from gigacost.cli.dry_run import refuse_bad_output
    from gigacost.errors import Fault, SpecError, show

    if output is None and not dry_run:
        allowed = "-o FILE; -o - for CSV on stdout; --dry-run"
        raise SpecError(Fault("-o", "", "missing: where the rows go", allowed))
    datasets.refuse_options(dataset, output)
    parts = output is not None and datasets.is_dataset(output)
    if output is not None and output != "-" and not parts:
        refuse_bad_output(output, (query.spec, query.design.catalog))
    if asking.executor and not parts:
        what = "workers write parts, and this is one file"
        raise SpecError(Fault("--executor", show(asking.executor), what, "-o DIR/"))
    if asking.part and billed:
        raise SpecError(Fault("--part", "", "billing data is written whole", "--format rows"))
    return parts


def _write_bills(
    sweep: Space, output: str, form: str, query: QueryOptions, written: Mapping[str, Any]
) -> tuple[int, bool]:
    """Write billing data; how many rows, and whether there was any design."""
    from gigacost.cli import focus_file

    focus_file.refuse_bad_call(output, query.columns)
    done = focus_file.write(sweep, output, form, **written)
    return done.rows, done.designs > 0


def _write_file(
    sweep: Space, output: str, query: QueryOptions, asking: Asking, written: Mapping[str, Any], *, force: bool
) -> int:
    """Write a file of all rows, or of those of a part; how many."""
    from gigacost.cli.dry_run import refuse_full_disk
    from gigacost.cli.output import report, write
    from gigacost.queries.askers import rows_of

    rows = sweep if asking.part is None else sweep.part(*rows_of(sweep.bound, asking.part))
    if output != "-" and not force:
        refuse_full_disk(sweep, output, written["limit"], query.threads)
    start, cpu = time.perf_counter(), time.process_time()
    with asking.watching("sweep", sweep) as watched:
        count = write(rows, output, **written, **watched)
    took = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu}
    meta = {**sweep.meta, "combinations": sweep.size, "effort": took}
    report(count, output, meta, as_json=query.as_json)
    return count
