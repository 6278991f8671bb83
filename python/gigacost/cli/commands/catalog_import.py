"""``gigacost catalog import-skypilot``: the catalogues that SkyPilot keeps on the disk as a private price book."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gigacost.cli import options

if TYPE_CHECKING:
    from gigacost.catalog.importers.skypilot import Imported

_SHOWN = 20


@options.command("import-skypilot", short_help="SkyPilot's catalogues as a price book.")
@click.argument("folder", metavar="DIR")
@options.once("-o", "--output", metavar="FILE", help="Price book to write, ending in .toml [default: standard output].")
@options.once("--date", metavar="DATE", help="Date of the prices [default: the day each file was written].")
@options.as_json
def command(folder: str, output: str | None, date: str | None, *, as_json: bool) -> None:
    r"""Write the prices of DIR (as ~/.sky/catalogs) as a price book, and say what could not be mapped.

    \b
    gigacost catalog import-skypilot ~/.sky/catalogs -o sky.toml
    gigacost estimate ... --catalog sky.toml
    """
    from gigacost.catalog import Catalog
    from gigacost.catalog.files import data
    from gigacost.catalog.importers.skypilot import read_catalogs
    from gigacost.catalog.toml_writer import book_as_toml
    from gigacost.cli.terminal import payload
    from gigacost.cli.text_file import refuse_bad_text_file, write_text_file

    if output:
        refuse_bad_text_file(output, ".toml")
    book = Catalog.bundled()
    day = book.canonical("as_of", date) if date else ""
    found = read_catalogs(folder, lambda name: book.canonical("hardware", name), data("rental")["providers"], day)
    if found.book["rental"]:
        book.layered(found.book)  # what is written can be read
    text = book_as_toml(found.book)
    if output:
        write_text_file(output, text)
    elif not as_json:
        sys.stdout.write(text)
    if as_json:
        payload({**found.to_dict(), "output": output, "book": found.book})
    else:
        _report(found, output)


def _report(found: Imported, output: str | None) -> None:
    """What was read and what was left out, on standard error."""
    from gigacost.errors import escape

    where = f" to {escape(output)}" if output else ""
    lines = [f"{len(found.book['rental'])} quotes{where} from {found.rows:,} rows of {len(found.files)} files"]
    left = found.left_out.most_common()
    if left:
        lines.append(f"left out: {sum(count for _, count in left):,} rows")
    for kind, count in left[:_SHOWN]:
        of = f" in {kind.instance}" if kind.instance else ""
        what = escape(f"{kind.cloud} {kind.accelerator}{of}")
        lines.append(f"  {count:,} x {what} (line {found.lines[kind]:,}): {kind.reason}")
    if len(left) > _SHOWN:
        lines.append(f"  ... and {len(left) - _SHOWN} more kinds; --json lists all")
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201 - a message
