"""``gigacost status``: how far a dataset is."""

from __future__ import annotations

import click

from gigacost.cli import options


@options.command("status")
@click.argument("folder", metavar="DIR")
@options.as_json
def command(folder: str, *, as_json: bool) -> None:
    """Report how far the dataset in DIR is (a folder, or s3://BUCKET/PREFIX/), by its records alone."""
    from gigacost._system import in_bytes
    from gigacost.cli.dataset import as_flags
    from gigacost.cli.terminal import payload, plain
    from gigacost.datasets.dataset_status import dataset_status

    with as_flags("DIR"):
        status = dataset_status(folder)
    if as_json:
        payload(status.to_dict())
        return
    state = "complete" if status.complete else "unfinished; gigacost sweep --resume goes on with it"
    missing = f", {status.missing:,} missing" if status.missing else ""
    plain(f"state  {state}")
    plain(f"parts  {status.done:,} of {status.parts:,}{missing}")
    plain(f"rows   {status.rows:,}")
    plain(f"bytes  {in_bytes(status.bytes)}")
