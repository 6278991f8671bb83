"""``gigacost sweep -o DIR/``: a folder, or a prefix of a bucket, of part files."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options

if TYPE_CHECKING:
    from gigacost.cli.asking import Asking
    from gigacost.datasets.write_dataset import WrittenDataset
    from gigacost.queries.space import Space

_FLAGS = {
    "rows_per_part": "--rows-per-part",
    "partition_by": "--partition-by",
    "max_partitions": "--max-partitions",
    "part_format": "--part-format",
    "sample": "--sample",
    "part": "--part",
}
"""The flags that stand for the keywords of ``write_dataset`` and ``verify_dataset``."""


def is_dataset(output: str) -> bool:
    """Whether an output is a dataset: a name that ends in ``/``, or a URL."""
    from gigacost.datasets.opening import URL_MARK

    return output.endswith(("/", os.sep)) or URL_MARK in output


def partitioning(command: Callable[..., int]) -> Callable[..., int]:
    """The options of a dataset, which the command is given as ``dataset``: those that were given, by keyword."""
    import functools

    @functools.wraps(command)
    def gathered(*query: Any, **given: Any) -> int:  # noqa: ANN401 - as click has it
        asked = {name: given.pop(name) for name in ("rows_per_part", "partition_by", "max_partitions", "part_format")}
        dataset = {name: value for name, value in asked.items() if value is not None}
        if "partition_by" in dataset:
            dataset["partition_by"] = options.names(dataset["partition_by"])
        return command(*query, dataset=dataset | ({"resume": True} if given.pop("resume") else {}), **given)

    for option in (
        click.option("--resume", is_flag=True, help="Go on with a dataset that was stopped; begin one where none is."),
        options.once(
            "--part-format", type=click.Choice(["parquet", "csv.gz"]), help="Form of parts [default: parquet]."
        ),
        options.once(
            "--max-partitions", type=options.Whole(1), metavar="N", help="Most folders of partitions [default: 1000]."
        ),
        options.once("--partition-by", metavar="AXES", help="Axes whose values become folders, as market=own/."),
        options.once(
            "--rows-per-part",
            type=options.Whole(1),
            metavar="R",
            help="Most combinations of a part [default: 4194304].",
        ),
    ):
        gathered = option(gathered)
    return gathered


def refuse_options(dataset: Mapping[str, Any], output: str | None) -> None:
    """Raise SpecError for options of datasets where the output is none."""
    if dataset and (output is None or not is_dataset(output)):
        from gigacost.errors import Fault, SpecError, show

        flags = [_FLAGS.get(name, f"--{name}") for name in dataset]
        what = "only for a dataset"
        raise SpecError(
            *(Fault(flag, "", what, f"-o DIR/, not {show(output)}" if output else "-o DIR/") for flag in flags)
        )


@contextmanager
def as_flags(path: str = "-o") -> Iterator[None]:
    """Faults named after the flags that were given."""
    from dataclasses import replace

    from gigacost.cli import process
    from gigacost.errors import SpecError

    process.evaluating = True  # bad input is a SpecError here; what else fails is a disk, a store, a network
    try:
        yield
    except SpecError as error:
        flags = _FLAGS | {"path": path}
        raise SpecError(
            *(replace(fault, field=flags.get(fault.field, fault.field)) for fault in error.faults)
        ) from None


def begun(output: str) -> bool:
    """Whether a dataset lies there, finished or not. Raises SpecError for an output that can be none."""
    from gigacost.cli import process
    from gigacost.datasets.opening import UNTESTED, URL_MARK, opened
    from gigacost.datasets.plan import PLAN

    scheme, mark, _ = output.partition(URL_MARK)
    with as_flags():
        store = opened(output)
        if mark and scheme in UNTESTED:
            process.warn("note", f"{scheme}:// is untested")
        return store.read(PLAN) is not None


def refuse_full_disk(
    sweep: Space, output: str, dataset: Mapping[str, Any], limit: int | None, threads: int | None
) -> None:
    """Raise SpecError when the parts will not fit on the disk."""
    from dataclasses import replace

    from gigacost.cli import dry_run
    from gigacost.datasets.opening import URL_MARK
    from gigacost.errors import SpecError, show

    if URL_MARK not in output:
        parent = os.path.dirname(os.path.abspath(output))  # noqa: PTH100, PTH120 - importing pathlib takes 5 ms
        part = os.path.join(parent, f"part.{dataset.get('part_format', 'parquet')}")  # noqa: PTH118 - as above
        try:
            dry_run.refuse_full_disk(sweep, part, limit, threads)
        except SpecError as error:
            raise SpecError(*(replace(fault, value=show(output)) for fault in error.faults)) from None


def part_count(sweep: Space, dataset: Mapping[str, Any], limit: int | None) -> int:
    """How many parts a sweep has as a dataset."""
    from gigacost.datasets import plan

    with as_flags():
        asked = {name: value for name, value in dataset.items() if name not in {"resume", "part_format"}}
        return plan.part_count(sweep, limit=limit, **asked)


def write(sweep: Space, output: str, dataset: Mapping[str, Any], asking: Asking, *, as_json: bool) -> WrittenDataset:
    """Write the dataset, here or by an executor's workers, and report it."""
    from gigacost.cli.terminal import payload
    from gigacost.datasets.write_dataset import write_dataset
    from gigacost.errors import escape
    from gigacost.units.numbers import duration, scaled

    start = time.perf_counter()
    with as_flags(), asking.watching("sweep", sweep) as watched:
        written = write_dataset(sweep, output, part=asking.part, **watched, **dataset)
    if as_json:
        payload(written.to_dict())
        return written
    seconds = time.perf_counter() - start
    there = f", {written.reused:,} of them there before" if written.reused else ""
    rate = f" ({scaled(sweep.size / seconds)}/s)" if written.computed and seconds > 0 and not written.reused else ""
    whole = "" if written.manifest_sha256 else "; others are missing yet"
    parts = f"{written.parts:,} part{'' if written.parts == 1 else 's'} of {escape(output)}{there}{whole}"
    line = f"{written.rows:,} rows of {sweep.size:,} combinations in {parts}, in {duration(seconds)}{rate}"
    print(line, file=sys.stderr)  # noqa: T201 - a message
    return written
