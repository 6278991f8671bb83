"""An estimate on one screen, and several side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost.cli.terminal import BETWEEN, NARROW, grid, indented, literal, out, shortened, show, show_more, table
from gigacost.cli.views.cautions import cautions
from gigacost.cli.views.configs import show_configs
from gigacost.cli.views.estimate_contributions import contributions, short, total_of, unknown, zeros
from gigacost.cli.views.estimate_layout import layout_lines, mfu_band
from gigacost.cli.views.estimate_year import runs_per_year, year_lines
from gigacost.cli.views.intervals import DAYS, PERCENTILES, impossible_draws, note, percentiles, totals
from gigacost.cli.views.pace import pace_line
from gigacost.cli.views.perspective import perspective_lines
from gigacost.cli.views.published_shape import shape_lines
from gigacost.queries.assumptions import matters_in
from gigacost.queries.marks import marked
from gigacost.units.numbers import amount, grouped, scaled, share

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.queries.estimates import Estimate

Block: TypeAlias = list[list[str]]
"""Rows of a comparison that belong together, each its title and then a cell for each column."""
_EDGES = 2
"""Columns of the screen that a table leaves empty at its sides."""
_MOST = 4
"""Contributions on the first screen; what is left is one line."""
_MOST_ROWS = 5
"""Contributions on the first screen of a comparison."""
_KEY = (
    "rental_usd_per_chip_hour",
    "chip_price_usd",
    "electricity_usd_per_kwh",
    "cost_of_capital",
    "facility_usd_per_w",
    "colo_usd_per_kw_month",
    "runs_per_year",
    "assumed_fleet_utilisation",
    "experiments_factor",
    "developer",
    "staff_fte",
    "salary_usd",
    "post_training_share",
    "failures_per_chip_hour",
    "pue",
    "horizon_years",
)
"""What moves the total most, and is shown if the estimate depends on it."""
_RUN = (
    ("train_days", "d"),
    ("chip_hours", "chip·h"),
    ("facility_mw", "MW"),
    ("mfu", "%"),
    ("goodput", "%"),
    ("training_flop", "FLOP"),
    ("loss", "1"),
    ("energy_mwh", "MWh"),
    ("carbon_t", "t"),
)
_ROW_NAMES = {
    "train_days": "days",
    "chip_hours": "chip-hours",
    "facility_mw": "MW of the site",
    "mfu": "MFU",
    "goodput": "goodput",
    "training_flop": "FLOP, pre-training",
    "loss": "loss",
    "energy_mwh": "MWh",
    "carbon_t": "t CO2e",
    "usd_per_chip_hour": "$ per chip-hour",
    "fleet_utilisation": "fleet utilisation",
    "cluster_capex_usd": "CapEx of the cluster",
    "facility_capex_usd": "CapEx of the facility",
    "cost_year_usd": "a year of runs",
    "upfront_usd": "upfront",
}
_MORE = ("usd_per_chip_hour", "fleet_utilisation", "cluster_capex_usd", "facility_capex_usd")
_YEAR = ("cost_year_usd", "upfront_usd")
"""Rows where it is said how many runs a year has."""
_SOURCES = "--sources (every figure used)"
_SHORTLY = ("train_days", "chip_hours", "facility_mw", "mfu", "usd_per_chip_hour")
"""Rows of the run on the first screen of a comparison."""


def show_one(
    one: Estimate,
    model: Model,
    other: Estimate | None = None,
    published: Estimate | None = None,
    *,
    everything: bool = False,
) -> None:
    """One estimate on one screen: headline, subtotals, contributions, the run, what to be careful about.

    ``other`` is the one at the other pace, ``published`` that of a published model of this size; ``everything`` adds
    the parts of the run, its scale, what it rests on.
    """
    show(literal(_headline(one), "bold"), literal(place(one.inputs), "dim"), "")
    priced = any(value is not None for value in one.subtotals.values())
    show(_big(one), *([""] if priced and not one.intervals else []))
    show(totals(one, model), *(literal(f"  {line}", "dim") for line in note([one])))
    show(*(literal(line, "bold") for line in year_lines(one)))
    show(*(literal(f"  {line}") for line in impossible_draws(one.probabilities)), "")
    show(contributions(one, None if everything else _MOST))
    show(*(indented(line) for line in unknown(one)))
    if everything:
        show(*zeros(one, model), "", literal("The run", "bold"))
        show(*(indented(line) for line in _run(one)), "")
        lines = perspective_lines(one)
        if lines:
            show(literal("How big that is", "bold"), *(indented(line) for line in lines), "")
        show(literal("What it rests on", "bold"), _assumptions(one, model), "")
    else:
        show(literal(f"  {_shortly(one)}" if out().width >= NARROW else _shortly(one)))
    show(*([] if other is None else [indented(pace_line(one, other))]))
    show_configs(one.config, everything=everything)
    show(*(literal(line, "yellow") for line in (*shape_lines(one, published), *cautions([one]))))
    show_more(*([] if everything else ["--all (run, layout, assumptions)"]), _SOURCES)


def _shortly(one: Estimate) -> str:
    """The run in a line."""
    known = {name: one.quantities.get(name) for name in ("mfu", "goodput", "training_flop", "energy_mwh", "carbon_t")}
    words = {
        "mfu": lambda value: f"MFU {share(value)}",
        "goodput": lambda value: f"goodput {share(value)}",
        "training_flop": lambda value: f"{value:.2e} FLOP",
        "energy_mwh": lambda value: f"{grouped(value)} MWh",
        "carbon_t": lambda value: f"{scaled(value)} t CO2e",
    }
    return " · ".join(words[name](value) for name, value in known.items() if value is not None)


def show_many(
    estimates: Sequence[Estimate],
    varied: Sequence[str],
    model: Model,
    other: Estimate | None = None,
    *,
    everything: bool = False,
) -> None:
    """Estimates in columns, the same rows for all; what is the same in all of them is said once.

    The first screen has the subtotals, the largest contributions that differ and the run; ``everything`` has all rows.
    """
    first = estimates[0]
    same = {name: value for name, value in first.inputs.items() if name not in varied}
    show(literal(place(same, [name for name in same if name in {"params", "tokens"}]), "dim"))
    heads = [marked(", ".join(_label(name, one.inputs[name], model) for name in varied), one) for one in estimates]
    groups = [_states(estimates), _totals(estimates), _parts(estimates, None if everything else _MOST_ROWS)]
    groups.append(_runs(estimates, model, everything=everything))
    alike = [block for blocks in groups for block in blocks if _is_alike(block)]
    differing = [[row for block in blocks if not _is_alike(block) for row in block] for blocks in groups]
    between = [[""] * (len(heads) + 1)] if everything else []
    rows = [row for group in differing if group for row in (*group, *between)]
    for start, stop in fitting(heads, rows):
        cut = [[row[0], *row[start + 1 : stop + 1]] for row in rows]
        show(table(["", *heads[start:stop]], cut, heads[start:stop]))
    if alike:
        show(literal(f"The same for all: {', '.join(map(_once, alike))}"))
    show(*(literal(line, "dim") for line in note(estimates)))
    show(*([] if other is None else [literal(pace_line(first, other, several=True))]))
    show_configs(first.config, everything=everything)
    show(*(literal(line, "yellow") for line in cautions(estimates)))
    show_more(*([] if everything else ["--all (every row)"]), _SOURCES)


def _states(estimates: Sequence[Estimate]) -> list[Block]:
    """Which of them have no total for want of a price; nothing where all have one."""
    told = any(one.missing_prices for one in estimates)
    return [[["status", *(one.status for one in estimates)]]] if told else []


def _totals(estimates: Sequence[Estimate]) -> list[Block]:
    return [_block(name, name, estimates, "$") for name in estimates[0].subtotals]


def _block(title: str, name: str, estimates: Sequence[Estimate], unit: str) -> Block:
    """A quantity as a row, with its percentiles in rows below where they are known."""
    rows = [_row(title, [one.quantities.get(name) for one in estimates], unit)]
    drawn = any(name in one.intervals for one in estimates)
    nulls = [None] * len(PERCENTILES) if drawn else []
    beside = [percentiles(one.intervals.get(name, {})) or nulls for one in estimates]
    named = f"{title} " if out().width < NARROW else "  "  # where each row is a block of its own
    return rows + [
        _row(f"{named}{head}", [*row], unit) for head, row in zip(PERCENTILES, zip(*beside, strict=True), strict=False)
    ]


def _is_alike(block: Block) -> bool:
    return all(len(set(row[1:])) == 1 for row in block)


def _once(block: Block) -> str:
    """What is the same in all columns, in words."""
    (title, value, *_), *others = block
    known = ", ".join(f"{head} {row[1]}" for head, row in zip(PERCENTILES, others, strict=False))
    return f"{title.strip()} {value}" + (f" ({known})" if known else "")


def _parts(estimates: Sequence[Estimate], most: int | None) -> list[Block]:
    """The contributions that are anything; of many the largest, and what the others come to."""
    values = {name: [one.breakdown.get(name, 0.0) for one in estimates] for name in estimates[0].breakdown}
    values = {name: row for name, row in values.items() if any(value != 0.0 for value in row)}
    largest = sorted(values, key=lambda name: -max(abs(value or 0.0) for value in values[name]))
    kept = set(largest if most is None or len(largest) <= most else largest[: most - 1])
    rows = [_row(f"  {short(name)}", row, "$") for name, row in values.items() if name in kept]
    rest = [row for name, row in values.items() if name not in kept]
    if rest:
        rows.append(_row(f"  {len(rest)} others", [total_of(column) for column in zip(*rest, strict=True)], "$"))
    return [[row] for row in rows]


def _runs(estimates: Sequence[Estimate], model: Model, *, everything: bool) -> list[Block]:
    units = {name: unit for name, unit in _RUN if name in estimates[0].quantities}
    for name in _MORE:
        if any(one.quantities.get(name) for one in estimates):
            units[name] = "%" if name == "fleet_utilisation" else model.unit(name)
    names = [name for name in units if everything or name in _SHORTLY]
    if any(runs_per_year(one) is not None for one in estimates):
        names += _YEAR
        units |= dict.fromkeys(_YEAR, "$")
    return [
        _block(_ROW_NAMES[name], name, estimates, units[name])
        if name == DAYS
        else [_row(_ROW_NAMES[name], [one.quantities.get(name) for one in estimates], units[name])]
        for name in names
    ]


def _row(title: str, values: Sequence[float | None], unit: str) -> list[str]:
    return [title, *(_plain(value, unit) for value in values)]


def fitting(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Which columns stand in which table, so that each is as wide as the terminal at most."""
    if out().width < NARROW:  # where there are blocks in place of columns
        yield 0, len(heads)
        return
    texts = [["", *heads], *rows]
    widths = [max(len(row[i]) for row in texts) + BETWEEN for i in range(len(heads) + 1)]
    start, width = 0, widths[0]
    for place, column in enumerate(widths[1:]):
        if width + column > out().width + BETWEEN - _EDGES and place > start:
            yield start, place
            start, width = place, widths[0]
        width += column
    yield start, len(heads)


def _headline(one: Estimate) -> str:
    known = {**one.quantities, **{item.name: item.value for item in one.assumptions}}
    return trained({**one.inputs, **{name: known.get(name) for name in ("params", "tokens")}})


def trained(known: Mapping[str, Any]) -> str:
    """What is trained, on how much, as far as it is known."""
    parts = []
    params, tokens = known.get("params"), known.get("tokens")
    name = str(known.get("model", ""))
    if isinstance(params, int | float):
        parts.append(f"{name}, {scaled(params)} parameters" if name else f"{scaled(params)} parameters")
    elif name:
        parts.append(name)
    if isinstance(tokens, int | float):
        parts.append(f"{scaled(tokens)} tokens")
    return " on ".join(parts) or "Estimate"


def place(inputs: Mapping[str, float | str], more: Iterable[str] = ()) -> str:
    """A design in one line: what is trained where, at which prices."""
    first = [_label(name, inputs[name]) for name in more]
    hardware = str(inputs.get("hardware", ""))
    if "chips" in inputs:
        hardware = f"{float(inputs['chips']):,.0f} " + (f"x {hardware}" if hardware else "chips")
    parts = [*first, hardware]
    parts += [str(inputs[axis]) for axis in ("precision", "market", "provider_class", "region") if axis in inputs]
    parts += [f"as of {inputs['as_of']}"] if "as_of" in inputs else []
    return " · ".join(part for part in parts if part)


def _label(name: str, value: float | str, model: Model | None = None) -> str:
    if isinstance(value, str):
        return value
    if model and name in model.inputs and (word := model.inputs[name].word(value)):
        return f"{name} {word}"
    return f"{name} {int(value):,}" if name == "chips" else f"{name} {scaled(value)}"


def _big(one: Estimate) -> Any:  # noqa: ANN401 - a rich Table or Text
    from rich.table import Table

    totals = list(one.subtotals.values())[-1:]
    figures = [(amount(value, "$"), "in total") if value is not None else ("no total", one.status) for value in totals]
    words = {"d": "days", "chip·h": "chip-hours", "MW": "MW of the site"}
    for name, unit in (("train_days", "d"), ("chip_hours", "chip·h"), ("facility_mw", "MW")):
        value = one.quantities.get(name)
        if value is not None:
            figures.append((scaled(value) if unit == "chip·h" else grouped(value), words[unit]))
    if out().width < NARROW:  # side by side they would be cut
        from rich.text import Text

        lines = [literal(f"  {text} {word}", "bold green" if word == "in total" else "bold") for text, word in figures]
        return Text("\n").join(lines)
    made = Table.grid(padding=(0, 4, 0, 0))
    for _ in figures:
        made.add_column(no_wrap=True)
    made.add_row(*(literal(f"  {text}", "bold green" if word == "in total" else "bold") for text, word in figures))
    made.add_row(*(literal(f"  {word}", "dim") for _, word in figures))
    return made


def _run(one: Estimate) -> list[str]:
    known = one.quantities.get
    lines = []
    days, project, flop = known("train_days"), known("project_days"), known("training_flop")
    if days is not None and project is not None:
        lines.append(f"{grouped(days)} days of the final run, {grouped(project)} days of the cluster with experiments")
    mfu, goodput, whole = known("mfu"), known("goodput"), known("whole_run_utilisation")
    if mfu is not None and goodput is not None and whole is not None:
        band, over = mfu_band(one), f"{share(whole)} of the peak over the whole run"
        lines.append(f"MFU {share(mfu)}{band}, goodput {share(goodput)}: {over}")
    lines += layout_lines(one)
    if flop is not None:
        loss = known("loss")
        lines.append(f"{flop:.2e} FLOP" + (f", loss {loss:.3f} nats per token" if loss is not None else ""))
    energy, carbon, water = known("energy_mwh"), known("carbon_t"), known("water_l")
    if energy is not None:
        more = f", {scaled(carbon)} t CO2e" if carbon is not None else ""
        more += f", {scaled(water / 1000)} m³ of water" if water is not None else ""
        lines.append(f"{grouped(energy)} MWh{more}")
    return lines


def _assumptions(one: Estimate, model: Model) -> Any:  # noqa: ANN401 - a rich Table
    """The figures that move the total most, each with the beginning of its source."""
    market = str(one.inputs.get("market", ""))
    rows = []
    for item in one.assumptions:
        if item.name not in _KEY or item.value is None or isinstance(item.value, str):
            continue
        matters = matters_in(item.name, market)
        replaced = item.name == "assumed_fleet_utilisation" and one.assumption("runs_per_year").value is not None
        if item.origin not in {"given", "configuration"} and (not matters or replaced):
            continue
        source = f"{item.date}, {item.source}" if item.date else item.source
        rows.append((f"  {item.name}", valued(item.name, item.value, item.unit, model), source))
    if out().width < NARROW:
        return table(["", "", ""], [(*row[:2], shortened(row[2], out().width - 2)) for row in rows])
    beside = sum(max((len(row[i]) for row in rows), default=0) + 2 for i in (0, 1))
    made = grid("left", "right", "left")
    for name, value, source in rows:
        made.add_row(literal(name), literal(value), literal(shortened(source, out().width - beside), "dim"))
    return made


def _plain(value: float | None, unit: str) -> str:
    if value is None:
        return "—"
    if unit == "%":
        return share(value)
    if unit == "FLOP":
        return f"{value:.2e}"
    if unit == "1":
        return f"{value:.3f}"
    if unit.startswith("$"):
        return amount(value, "$")
    return grouped(value) if unit in {"d", "MW", "MWh"} else scaled(value)


def valued(name: str, value: float, unit: str, model: Model) -> str:
    """A figure that goes in: its word, where its values have words, else the amount."""
    word = model.inputs[name].word(value) if name in model.inputs else ""
    return word or amount(value, unit)
