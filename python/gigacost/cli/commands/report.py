"""``gigacost report``: an answer as one file for a board or a paper."""

from __future__ import annotations

from pathlib import Path

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed


@options.command("report")
@designed
@click.argument("spec", metavar="[SPEC]", required=False)
@options.once("-o", "--output", metavar="FILE", help="The report: .html, .pdf or .md.")
@options.quantity_names(
    "--minimise",
    "--minimize",
    help="Objectives of SPEC's front [default: cost_total_usd with loss where models differ, else with train_days].",
)
@options.limiting
@options.drawing
@options.as_json
def command(
    design: Design,
    spec: str | None,
    output: str | None,
    minimise: str | None,
    within: str | None,
    budget: str | None,
    mw: str | None,
    sure: str | None,
    uncertain: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    *,
    as_json: bool,
) -> int:
    r"""What a run costs, where the money goes, what it rests on and how sure it is: one file for a board or a paper.

    An HTML file has no script and asks for nothing. The same command writes the same bytes. .html needs the extra
    charts, .pdf the extra pdf; .md has tables without pictures, for the comment of a pull request.

    \b
    gigacost report --hardware h100-sxm --chips 16384 --params 405B --tokens 15.6T -o report.html
    gigacost report --params 70B --tokens 15T -o report.pdf      chips are chosen, as by gigacost choose
    gigacost report --params 70B --tokens 15T --within 60d --budget 50M -o report.html
    gigacost report SPEC -o report.md                            the cheapest combination, and the front
    """
    from gigacost.cli import process
    from gigacost.cli.terminal import literal, payload, show
    from gigacost.reports.report import refuse_bad_report, reported

    if output is None:
        raise click.MissingParameter(param_hint="'-o'", param_type="option")
    if spec is None and not design:
        raise click.MissingParameter(param_hint="'SPEC'", param_type="argument")
    refuse_bad_report(output, "-o")
    more = options.distributions(uncertain)
    more += [(f"draws.{key}", str(n)) for key, n in (("count", draws), ("seed", seed)) if n is not None]
    request = design.request(spec, more=more)
    asked = {"within": within, "budget": budget, "mw": mw, "sure": sure}
    limits = {name: value for name, value in asked.items() if value is not None}
    again = _again(spec, design, minimise, limits, more)
    book = Path(design.catalog).name if design.catalog else ""
    made = reported(request, output, minimise=options.names(minimise), limits=limits, command=again, book=book)
    if as_json:
        payload(made.to_dict())
    else:
        show(literal(f"{made.figures} pictures and {made.tables} tables in {made.bytes:,} bytes: {made.file}"))
    return process.DONE


def _again(
    spec: str | None, design: Design, minimise: str | None, limits: dict[str, str], more: list[tuple[str, str]]
) -> str:
    """The command, with files named without their folders."""
    import shlex

    from gigacost.reports.commands import limit_flags

    found = ["gigacost", "report", *([Path(spec).name] if spec else [])]
    found += [piece for name, value in design.flags for piece in (f"--{name.replace('_', '-')}", value)]
    found += [piece for setting in design.settings for piece in ("--set", setting)]
    found += ["--catalog", Path(design.catalog).name] if design.catalog else []
    found += ["--strict"] if design.strict else []
    found += ["--minimise", minimise] if minimise else []
    found += limit_flags(limits)
    for name, value in more:
        kind, _, of = name.partition(".")
        default = of == "default"
        found += [f"--{of}", value] if kind == "draws" else ["--uncertain", of if default else f"{of}={value}"]
    return shlex.join([*found, "-o", "report.html"])
