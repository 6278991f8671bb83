"""``gigacost sweep``: every combination as a row of a file."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from gigacost.cli import options
from gigacost.cli.pricing import priced
from gigacost.cli.query import QueryOptions, querying

if TYPE_CHECKING:
    from gigacost.cli.pricing import Pricing


@options.command("sweep")
@querying("Quantities to write in each row.", "rows and combinations")
@options.once(
    "-o", "--output", metavar="FILE", help="Output file (.parquet, .csv, .csv.gz, .arrow), or - for CSV on stdout."
)
@options.once(
    "--format",
    "form",
    type=click.Choice(["rows", "focus"]),
    help="rows, or focus: billing data in the FOCUS format, as CSV.",
)
@options.once(
    "--limit", type=options.Whole(0), metavar="N", help="Write at most N rows (with --format focus, designs)."
)
@click.option(
    "--dry-run", is_flag=True, help="Estimate rows, bytes, core-seconds and dollars from a sample; write no output."
)
@priced
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
    dry_run: bool,
    csv_safe: bool,
    force: bool,
) -> int:
    """Cost every combination of SPEC (TOML or JSON) and write the rows to a file, whole or not at all.

    An older file of that name is replaced when the new one is complete.
    """
    from gigacost.cli import process
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.dry_run import refuse_bad_output, refuse_full_disk
    from gigacost.cli.output import report, write
    from gigacost.cli.pricing import foretell, refuse_bills
    from gigacost.cli.progress import watched
    from gigacost.errors import Fault, SpecError

    terms = pricing.read()
    if form == "focus":
        refuse_bills(pricing, dry_run=dry_run)
    sweep, threads = query.space(), query.threads
    asserted = Assertions(query.assertions, {"rows": "1", "combinations": "1"})
    if output is None and not dry_run:
        allowed = "-o FILE; -o - for CSV on stdout; --dry-run"
        raise SpecError(Fault("-o", "", "missing: where the rows go", allowed))
    if output is not None and output != "-":
        refuse_bad_output(output, (query.spec, query.design.catalog))
    for doubt in [] if dry_run else sweep.doubts(threads=threads):
        process.warn("warning", str(doubt))
    if form == "focus":
        from gigacost.cli import focus_file

        focus_file.refuse_bad_call(str(output), query.columns)
        done = focus_file.write(sweep, str(output), limit=limit, threads=threads, csv_safe=csv_safe)
        asserted.check({"rows": done.rows, "combinations": sweep.size})
        return query.ended(asserted, feasible=done.designs > 0 or limit == 0, advice="; gigacost summary says why")
    if dry_run or pricing.limited:
        foretell(sweep, terms, output, query, limit=limit, dry_run=dry_run)
    if dry_run:
        return process.DONE
    if output != "-" and not force:
        refuse_full_disk(sweep, str(output), limit, threads)
    start, cpu = time.perf_counter(), time.process_time()
    with watched("sweep", sweep.size) as progress:
        rows = write(sweep, str(output), threads=threads, limit=limit, csv_safe=csv_safe, progress=progress)
    took = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu}
    meta = {**sweep.meta, "combinations": sweep.size, **took}
    report(rows, str(output), meta, as_json=query.as_json)
    asserted.check({"rows": rows, "combinations": sweep.size})
    return query.ended(asserted, feasible=rows > 0 or limit == 0, advice="; gigacost summary says why")
