"""An estimate on one screen, and several side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.cli.terminal import indented, literal, out, shortened, show, table
from gigacost.cli.views.cautions import cautions
from gigacost.cli.views.estimate_layout import layout_lines, mfu_band
from gigacost.cli.views.numbers import amount, grouped, scaled, share, usd

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.queries.estimates import Estimate

_BAR = 40
_BESIDE_BAR = 46
"""Columns that stand left of a bar."""
_NARROW = 60
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
    "staff_fte",
    "salary_usd",
    "post_training_share",
    "failures_per_chip_hour",
    "pue",
    "horizon_years",
)
"""What moves the total most, and is shown if the estimate depends on it."""
_ONLY_IN = {
    "electricity_usd_per_kwh": ("own", "colo"),
    "cost_of_capital": ("own", "colo"),
    "assumed_fleet_utilisation": ("own", "colo"),
    "chip_price_usd": ("own", "colo"),
    "facility_usd_per_w": ("own",),
    "colo_usd_per_kw_month": ("colo",),
    "rental_usd_per_chip_hour": ("on_demand", "reserved_1y", "reserved_3y", "spot"),
}
"""The markets in which a figure matters."""
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
}


def show_one(one: Estimate, model: Model) -> None:
    """One estimate: headline, subtotals, contributions, the run, its scale, what it rests on."""
    show(literal(_headline(one), "bold"), literal(place(one.inputs), "dim"), "")
    show(_big(one), *_interval(one), "")
    show(literal("What it costs", "bold"), _subtotals(one, model), "")
    show(literal("Where it goes", "bold"), _contributions(one), *_zeros(one, model), "")
    show(literal("The run", "bold"))
    show(*(indented(line) for line in _run(one)), "")
    lines = _perspective(one)
    if lines:
        show(literal("How big that is", "bold"), *(indented(line) for line in lines), "")
    show(literal("What it rests on", "bold"), _assumptions(one), "")
    show(*(literal(line, "yellow") for line in cautions([one])))
    show(literal("Sources: --sources; of one figure: gigacost explain NAME. More inputs: --set NAME=VALUE.", "dim"))


def _interval(one: Estimate) -> Iterator[Any]:
    """How wide the total is, if that was asked for."""
    total = next(reversed([*one.subtotals]), "")
    figures = [one.intervals.get(total, {}).get(name) for name in ("p5", "p95", "mean")]
    if None not in figures:
        low, high, mean = (usd(figure) for figure in figures if figure is not None)
        yield literal(f"90 % between {low} and {high}, mean {mean}; gigacost uncertainty says why")


def show_many(estimates: Sequence[Estimate], varied: Sequence[str], model: Model) -> None:
    """Estimates in columns, the same rows for all."""
    first = estimates[0]
    same = {name: value for name, value in first.inputs.items() if name not in varied}
    show(literal(place(same, [name for name in same if name in {"params", "tokens"}]), "dim"))
    heads = [", ".join(_label(name, one.inputs[name]) for name in varied) for one in estimates]
    rows: list[list[str]] = []

    def add(title: str, values: Sequence[float | None], unit: str) -> None:
        rows.append([title, *(_plain(value, unit) for value in values)])

    for name in first.subtotals:
        add(name, [one.subtotals.get(name) for one in estimates], "$")
    rows.append([""] * (len(heads) + 1))
    for name in first.breakdown:
        values = [one.breakdown.get(name) for one in estimates]
        if any(values):
            add(f"  {short(name)}", values, "$")
    rows.append([""] * (len(heads) + 1))
    for name, unit in _RUN:
        if name in first.quantities:
            add(_ROW_NAMES[name], [one.quantities.get(name) for one in estimates], unit)
    for name in ("usd_per_chip_hour", "fleet_utilisation", "cluster_capex_usd", "facility_capex_usd"):
        values = [one.quantities.get(name) for one in estimates]
        if any(values):
            add(_ROW_NAMES[name], values, "%" if name == "fleet_utilisation" else model.unit(name))
    made = table(["", *heads], rows, heads)
    show(made)
    zero = [short(name) for name in first.breakdown if not any(one.breakdown.get(name) for one in estimates)]
    if zero:
        show(literal(f"$0 everywhere: {', '.join(zero)}", "dim"))
    show(*(literal(line, "yellow") for line in cautions(estimates)))
    show(literal("Sources of every figure: --sources; of one: gigacost explain NAME.", "dim"))


def _headline(one: Estimate) -> str:
    known = {**one.quantities, **{item.name: item.value for item in one.assumptions}}
    parts = []
    params, tokens = known.get("params"), known.get("tokens")
    if isinstance(params, int | float):
        name = f"{one.inputs['model']}, " if "model" in one.inputs else ""
        parts.append(f"{name}{scaled(params)} parameters")
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


def _label(name: str, value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{name} {int(value):,}" if name == "chips" else f"{name} {scaled(value)}"


def _big(one: Estimate) -> Any:  # noqa: ANN401 - a rich Table or Text
    from rich.table import Table

    figures = [(amount(value, "$"), "in total") for value in list(one.subtotals.values())[-1:]]
    words = {"d": "days", "chip·h": "chip-hours", "MW": "MW of the site"}
    for name, unit in (("train_days", "d"), ("chip_hours", "chip·h"), ("facility_mw", "MW")):
        value = one.quantities.get(name)
        if value is not None:
            figures.append((scaled(value) if unit == "chip·h" else grouped(value), words[unit]))
    if out().width < _NARROW:  # side by side they would be cut
        from rich.text import Text

        lines = [literal(f"  {text} {word}", "bold green" if word == "in total" else "bold") for text, word in figures]
        return Text("\n").join(lines)
    made = Table.grid(padding=(0, 4, 0, 0))
    for _ in figures:
        made.add_column(no_wrap=True)
    made.add_row(*(literal(f"  {text}", "bold green" if word == "in total" else "bold") for text, word in figures))
    made.add_row(*(literal(f"  {word}", "dim") for _, word in figures))
    return made


def grid(*justify: str) -> Any:  # noqa: ANN401 - a rich Table
    """A table without lines and heads."""
    from rich.table import Table

    made = Table.grid(padding=(0, 2, 0, 0))
    for one in justify:
        made.add_column(justify=one, overflow="fold")  # type: ignore[arg-type]
    return made


def _subtotals(one: Estimate, model: Model) -> Any:  # noqa: ANN401 - a rich Table
    made = grid("left", "right", "left")
    for name, value in one.subtotals.items():
        doc = model.quantities[name].doc.replace("\n", " ").split(". ")[0].removesuffix(".")
        meaning = [literal(doc, "dim")] if out().width >= _NARROW else []
        made.add_row(literal(f"  {name}"), literal(amount(value, "$"), "bold"), *meaning)
    return made


def _contributions(one: Estimate) -> Any:  # noqa: ANN401 - a rich Table
    known = {name: value for name, value in one.breakdown.items() if value}
    whole = sum(known.values())
    width = max(min(out().width - _BESIDE_BAR, _BAR), 0)
    most = max(known.values(), default=1.0)
    made = grid("left", "right", "right", "left")
    for name, value in sorted(known.items(), key=lambda item: -item[1]):
        bar = "█" * round(width * value / most)
        figures = (literal(usd(value), "bold"), literal(share(value / whole)))
        made.add_row(literal(f"  {short(name)}"), *figures, literal(bar, "cyan"))
    return made


def _zeros(one: Estimate, model: Model) -> list[Any]:
    """The contributions that are $0, and how to have them counted."""
    zero = [name for name, value in one.breakdown.items() if not value]
    later = [name for name in zero if getattr(model.quantities[name].mark, "to", "") == list(one.subtotals)[-1]]
    here = [short(name) for name in zero if name not in later]
    lines = [f"$0: {', '.join(here)}"] if here else []
    if "cost_energy_usd" in zero and one.inputs.get("market") not in {"own", "colo"}:
        lines.append("(rented chips: their energy, upkeep and depreciation are in the rent)")
    if later:
        names = ", ".join(short(name) for name in later)
        lines.append(f"$0: {names}; --set horizon_years=3 adds three years of continuous improvement")
    return [indented(line, "dim") for line in lines]


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


def _perspective(one: Estimate) -> list[str]:
    known = one.quantities
    lines = []
    reactors, homes, power = known.get("reactors"), known.get("households"), known.get("facility_mw")
    if reactors is not None and homes is not None and power is not None:
        plant = f"{share(reactors)} of a nuclear reactor" if reactors < 1 else f"{scaled(reactors)} nuclear reactors"
        lines.append(f"{grouped(power)} MW is {plant}; the run draws as much as {scaled(homes)} US households")
    raw, cortex = known.get("raw_data_pb"), known.get("mouse_cortex_mm3")
    if raw is not None:
        lines.append(f"{scaled(raw)} PB of raw text are read to make the corpus")
    human = known.get("human_cortex_fraction")
    if cortex is not None and human is not None:
        lines.append(
            f"as many parameters as synapses in {scaled(cortex)} mm³ of mouse cortex, or {share(human)} of a human's"
        )
    return lines


def _assumptions(one: Estimate) -> Any:  # noqa: ANN401 - a rich Table
    """The figures that move the total most, each with the beginning of its source."""
    market = str(one.inputs.get("market", ""))
    rows = []
    for item in one.assumptions:
        if item.name not in _KEY or item.value is None or isinstance(item.value, str):
            continue
        matters = market in _ONLY_IN.get(item.name, (market,))
        replaced = item.name == "assumed_fleet_utilisation" and one.assumption("runs_per_year").value is not None
        if item.origin != "given" and (not matters or replaced):
            continue
        source = f"{item.date}, {item.source}" if item.date else item.source
        rows.append((f"  {item.name}", amount(item.value, item.unit), source))
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


def short(name: str) -> str:
    """A contribution's name in words, without what all of them have."""
    return name.removeprefix("cost_").removesuffix("_usd").replace("_", " ")
