"""``gigacost explore``: a page that holds the model, to be looked at in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed
from gigacost.cli.query import QueryOptions

if TYPE_CHECKING:
    from gigacost.explore.page import Page

_ENDING = ".html"


@options.command("explore")
@click.argument("spec", metavar="[SPEC]", required=False)
@options.once("-o", "--output", metavar="FILE", help="The page (.html) [default: a temporary file, opened].")
@options.once("--module", metavar="DIR", help="Write model.wasm and model.json into this folder, and no page.")
@options.drawing
@options.once("--where", metavar="EXPR", help="Condition on designs, in place of the specification's.")
@options.quantity_names("--columns", help="Quantities to show beside the cost and what a run needs.")
@designed
@options.as_json
def command(
    spec: str | None,
    output: str | None,
    module: str | None,
    design: Design,
    *,
    as_json: bool,
    **asked: str | tuple[str, ...] | int | None,
) -> None:
    r"""A page with the model in it: a slider or a list for each axis of SPEC, and pictures that follow.

    \b
    gigacost explore SPEC                    opened in the browser
    gigacost explore SPEC -o page.html       one file, to be sent; it needs no server and asks for nothing
    gigacost explore SPEC --module model     the model alone, as WebAssembly for any program
    gigacost explore --params 7B..70B:8:log --tokens 2T --chips 64..4096:7:log --hardware h100-sxm,b200-sxm
    """
    from gigacost.cli.text_file import refuse_bad_text_file, write_text_file
    from gigacost.explore.page import page

    if spec is None and not design:
        raise click.MissingParameter(param_hint="'SPEC'", param_type="argument")
    query = QueryOptions(spec, design, **asked)  # type: ignore[arg-type] # by their names
    if module is not None:
        _write_module(query, module, output, as_json=as_json)
        return
    if output is not None:
        refuse_bad_text_file(output, _ENDING)
    made = page(query.space().bound, design.catalog or "")
    file = output or _temporary()
    write_text_file(file, made.html)
    _tell(file, made, as_json=as_json)
    if output is None:
        _open(file)


def _write_module(query: QueryOptions, folder: str, output: str | None, *, as_json: bool) -> None:
    """Write the model alone, and what one has to know to call it."""
    import json

    from gigacost.cli.text_file import folder_for, write_small_file
    from gigacost.errors import Fault, SpecError, show
    from gigacost.explore.module import module

    if output is not None:
        raise SpecError(Fault("-o", show(output), "no page is written with --module"))
    place = folder_for("--module", folder)
    code, about = module(query.space().bound)
    place.mkdir(exist_ok=True)
    write_small_file(place / "model.wasm", code)
    write_small_file(place / "model.json", (json.dumps(about, indent=1, allow_nan=False) + "\n").encode())
    _tell_module(folder, about, len(code), as_json=as_json)


def _tell_module(folder: str, about: dict[str, Any], size: int, *, as_json: bool) -> None:
    from gigacost.cli.terminal import payload, plain
    from gigacost.errors import escape

    _tell_left_out(about["left_out"])
    axes = {axis["name"]: len(axis["values"]) for axis in about["axes"]}
    outputs = [one["name"] for one in about["outputs"]]
    if as_json:
        payload({"folder": folder, "axes": axes, "outputs": outputs, "module_bytes": size})
        return
    axes_text = ", ".join(f"{name} ({count})" for name, count in axes.items()) or "none, one design"
    plain(f"{escape(folder, quotes='')}: model.wasm ({size:,} bytes), model.json\naxes: {axes_text}")


def _tell_left_out(names: Sequence[str]) -> None:
    from gigacost.cli.process import warn

    if names:
        warn("note", f"left out, as aggregates over draws: {', '.join(names)}")


def _temporary() -> str:
    """A file that stays: the browser reads it after the program has ended."""
    import tempfile

    return str(Path(tempfile.mkdtemp(prefix="gigacost-")) / f"page{_ENDING}")


def _tell(file: str, made: Page, *, as_json: bool) -> None:
    from gigacost.cli.terminal import payload, plain
    from gigacost.errors import escape

    _tell_left_out(made.left_out)
    size = len(made.html.encode())
    if as_json:
        outputs, axes = list(made.outputs), dict(made.axes)
        payload({"file": file, "bytes": size, "axes": axes, "outputs": outputs, "module_bytes": made.module_bytes})
        return
    axes_text = ", ".join(f"{name} ({count})" for name, count in made.axes.items())
    plain(f"{escape(file, quotes='')}: {size:,} bytes, of which the model {made.module_bytes:,}\naxes: {axes_text}")


def _open(file: str) -> None:
    import webbrowser

    if not webbrowser.open(Path(file).as_uri()):
        from gigacost.cli.process import warn

        warn("note", f"no browser was found: open {file} yourself")
