"""``gigacost verify``: whether a dataset is whole."""

from __future__ import annotations

import click

from gigacost.cli import options


@options.command("verify")
@click.argument("folder", metavar="DIR")
@options.once(
    "--sample", type=options.Whole(0), metavar="K", help="Compute K parts again and compare their bytes [default: 0]."
)
@options.catalog
@options.once("--threads", type=options.Whole(1), metavar="N", help="Number of threads [default: all CPUs].")
@options.as_json
def command(folder: str, sample: int | None, catalog: str | None, threads: int | None, *, as_json: bool) -> int:
    """Check the dataset in DIR (a folder, or s3://BUCKET/PREFIX/): every digest, and that nothing is missing or extra.

    The exit code is 1 for a dataset that is unfinished, damaged, or not what is computed.
    """
    from gigacost.cli import process
    from gigacost.cli.dataset import as_flags
    from gigacost.cli.progress import watched
    from gigacost.cli.terminal import payload, plain
    from gigacost.datasets.verify_dataset import verify_dataset
    from gigacost.errors import escape

    with as_flags("DIR"), watched("verify", 0) as progress:
        found = verify_dataset(folder, sample=sample or 0, catalog=catalog, threads=threads, progress=progress)
    if as_json:
        payload(found.to_dict())
        return process.DONE if found.ok else process.FAILED
    again = f", {found.recomputed:,} of them computed again" if found.recomputed else ""
    for fault in found.faults:
        process.warn("error", ("" if fault.part is None else f"part {fault.part}: ") + escape(fault.fault, "", 300))
    count = len(found.faults)
    said = "no fault" if found.ok else f"{count:,} fault{'' if count == 1 else 's'}"
    plain(f"{found.parts:,} part{'' if found.parts == 1 else 's'} checked{again}: {said}")
    return process.DONE if found.ok else process.FAILED
