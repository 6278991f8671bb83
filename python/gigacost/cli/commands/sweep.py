"""``gigacost sweep``: every combination as a row of a file."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import dataset as datasets
from gigacost.cli import options
from gigacost.cli.query import QueryOptions, querying

if TYPE_CHECKING:
    from gigacost.cli.dry_run import Plan
    from gigacost.queries.space import Space


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
    type=click.Choice(["rows", "focus"]),
    help="rows, or focus: billing data in the FOCUS format, as CSV.",
)
@options.once(
    "--limit", type=options.Whole(0), metavar="N", help="Write at most N rows (with --format focus, designs)."
)
@datasets.partitioning
@click.option("--dry-run", is_flag=True, help="Estimate rows, bytes and time from a sample; write no output.")
@click.option(
    "--csv-safe/--no-csv-safe", default=True, help="Prefix labels that a spreadsheet would run as formulas with '."
)
@click.option("--force", is_flag=True, help="Write even if the disk seems too small.")
def command(
    query: QueryOptions,
    output: str | None,
    form: str | None,
    limit: int | None,
    *,
    dataset: dict[str, Any],
    dry_run: bool,
    csv_safe: bool,
    force: bool,
) -> int:
    """Cost every combination of SPEC (TOML or JSON) and write the rows to a file, whole or not at all.

    An older file of that name is replaced when the new one is complete. A name that ends in /, or a URL, is a dataset:
    files of parts, each whole or absent, which --resume goes on with after anything.
    """
    from gigacost.cli import process
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.dry_run import planned, refuse_bad_output, refuse_full_disk
    from gigacost.cli.output import report, write
    from gigacost.cli.progress import watched
    from gigacost.errors import Fault, SpecError

    if dry_run and form == "focus":
        what = "what is measured are rows, and FOCUS has several for each design"
        raise SpecError(Fault("--dry-run", "", what, "--format rows; --limit N without --dry-run"))
    sweep, threads = query.space(), query.threads
    asserted = Assertions(query.assertions, {"rows": "1", "combinations": "1"})
    if output is None and not dry_run:
        allowed = "-o FILE; -o - for CSV on stdout; --dry-run"
        raise SpecError(Fault("-o", "", "missing: where the rows go", allowed))
    datasets.refuse_options(dataset, output)
    parts = output is not None and datasets.is_dataset(output)
    begun = parts and datasets.begun(str(output))
    if output is not None and output != "-" and not parts:
        refuse_bad_output(output, (query.spec, query.design.catalog))
    for doubt in [] if dry_run or begun else sweep.doubts(threads=threads):
        process.warn("warning", str(doubt))
    if form == "focus":
        from gigacost.cli import focus_file

        focus_file.refuse_bad_call(str(output), query.columns)
        done = focus_file.write(sweep, str(output), limit=limit, threads=threads, csv_safe=csv_safe)
        asserted.check({"rows": done.rows, "combinations": sweep.size})
        return query.ended(asserted, feasible=done.designs > 0 or limit == 0, advice="; gigacost summary says why")
    if dry_run:
        name = f".{dataset.get('part_format', 'parquet')}" if parts or output is None else str(output)
        _tell(sweep, planned(sweep, name, limit, threads), output, as_json=query.as_json)
        return process.DONE
    if parts:
        if not force and not begun:
            datasets.refuse_full_disk(sweep, str(output), dataset, limit, threads)
        dataset |= {"limit": limit, "threads": threads, "csv_safe": csv_safe}
        written = datasets.write(sweep, str(output), dataset, as_json=query.as_json)
        asserted.check({"rows": written.rows, "combinations": sweep.size})
        return query.ended(asserted, feasible=written.rows > 0 or limit == 0, advice="; gigacost summary says why")
    if output != "-" and not force:
        refuse_full_disk(sweep, str(output), limit, threads)
    start = time.perf_counter()
    with watched("sweep", sweep.size) as progress:
        rows = write(sweep, str(output), threads=threads, limit=limit, csv_safe=csv_safe, progress=progress)
    meta = {**sweep.meta, "combinations": sweep.size, "seconds": time.perf_counter() - start}
    report(rows, str(output), meta, as_json=query.as_json)
    asserted.check({"rows": rows, "combinations": sweep.size})
    return query.ended(asserted, feasible=rows > 0 or limit == 0, advice="; gigacost summary says why")


def _tell(sweep: Space, planned: Plan, output: str | None, *, as_json: bool) -> None:
    """The plan, as the result of a dry run."""
    from gigacost._system import free_disk, in_bytes
    from gigacost.cli.terminal import payload, plain
    from gigacost.cli.views.numbers import duration
    from gigacost.errors import escape

    free = free_disk(output) if output and output != "-" else None
    axes = " x ".join(f"{len(axis):,} {axis.name}" for axis in sweep.spec.axes) or "one combination"
    if as_json:
        payload({
            "combinations": planned.combinations,
            "rows": planned.rows,
            "bytes": planned.size,
            "seconds": planned.seconds,
            "sampled": planned.sampled,
            "output": output,
            "free_bytes": free,
            "columns": list(sweep.column_names),
        })  # fmt: skip
        return
    exact = "" if sweep.spec.where is None else "about "
    plain(f"combinations  {planned.combinations:,} = {axes}")
    plain(f"rows          {exact}{planned.rows:,}" + (f" where {sweep.spec.where.text}" if sweep.spec.where else ""))
    plain(f"columns       {', '.join(sweep.column_names)}")
    plain(f"bytes         about {in_bytes(planned.size)}")
    plain(f"time          about {duration(planned.seconds)}")
    plain(f"measured      on {planned.sampled:,} combinations, by a temporary file")
    if output:
        plain(f"output        {escape(output)}" + (f", {in_bytes(free)} free" if free is not None else ""))
    plain("no output was written")
