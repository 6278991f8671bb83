"""``gigacost catalog``: chips, prices, regions, architectures, published runs, with their sources."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from gigacost.catalog.rental import RENT
from gigacost.cli import options
from gigacost.cli.commands import catalog_diff, catalog_import, catalog_prices

if TYPE_CHECKING:
    from gigacost.catalog import Catalog, Preset
    from gigacost.errors import Fault

_SHOWN = {
    "hardware": ("release_year", "peak_flop_per_s", "mem_gib", "tdp_w", "chip_price_usd"),
    "region": ("electricity_usd_per_kwh", "pue", "carbon_g_per_kwh"),
    "model": ("params", "params_active", "layers", "hidden", "context_tokens"),
    "market": ("owns_chips", "owns_facility", "is_rented", "is_interruptible", "commitment_hours"),
}
"""What ``list`` tells of each label."""
_HEADS = {
    "release_year": "released",
    "peak_flop_per_s": "bf16 FLOP/s",
    "mem_gib": "GiB",
    "tdp_w": "TDP W",
    "chip_price_usd": "price",
    "rental_usd_per_chip_hour": "rent/h",
    "electricity_usd_per_kwh": "$/kWh",
    "carbon_g_per_kwh": "gCO2e/kWh",
    "context_tokens": "context",
    "params_active": "active",
}
"""Column heads that are short and hold the unit, so that the cells need not."""
_EXACT = 1e5
_AXIS_AND_LABEL = 2


@click.group("catalog", context_settings=options.NAMES)
def command() -> None:
    """Facts and prices that ship with the package, each with source and date."""


command.add_command(catalog_prices.command)
command.add_command(catalog_import.command)
command.add_command(catalog_diff.command)


@command.command("list", short_help="The labels of an axis with their main figures.", context_settings=options.NAMES)
@click.argument("axis", required=False)
@options.prices
@options.as_json
def list_(axis: str | None, catalog: str | None, as_of: str | None, *, as_json: bool) -> None:
    """The labels of AXIS (or presets) with their main figures; without AXIS, the axes."""
    from gigacost.cli.terminal import literal, payload, show, table

    book = options.opened_catalog(catalog)
    rows = _rows(book, axis, as_of)
    if as_json:
        payload(rows)
        return
    keys = list(rows[0]) if rows else []
    columns = book.columns
    heads = {key: _HEADS.get(key, key) for key in keys}
    cells = [
        [_cell(key, value) if key in columns else "" if value is None else value for key, value in row.items()]
        for row in rows
    ]
    made = table(list(heads.values()), cells, [heads[key] for key in keys if key in columns or key == "labels"])
    show(made, literal("gigacost catalog show LABEL gives sources and dates", "dim"))


def _cell(column: str, value: float | None) -> str:
    """A figure without its unit, which the head of the column says."""
    from gigacost.units.numbers import scaled, usd

    if value is None:
        return "—"
    if column == "release_year":
        return f"{value:.1f}"
    if column in {"chip_price_usd", RENT}:
        return usd(value)
    return scaled(value)


def _rows(book: Catalog, axis: str | None, as_of: str | None) -> list[dict[str, Any]]:
    if axis is None:
        found = [{"axis": name, "labels": len(book.labels(name)), "default": book.default(name)} for name in book.axes]
        return [*found, {"axis": "presets", "labels": len(book.presets), "default": None}]
    if axis == "presets":
        return [
            {"preset": one.name, "kind": one.kind, "estimate": _short(_refusal(book, one), one), "what": one.doc}
            for one in book.presets.values()
        ]
    labels = book.labels(axis)
    if not labels:
        return [{"axis": axis, "default": book.default(axis), "labels": "any day, YYYY-MM-DD"}]
    shown = _SHOWN.get(axis, ())
    if axis == "hardware":
        shown = (*shown, RENT)
    selection = {axis: labels, "as_of": [as_of or book.date]}
    tables = {column: book.table(column, selection).reshape(len(labels), -1)[:, 0] for column in shown}
    return [
        {axis: label, **{column: _plain(values[i]) for column, values in tables.items()}}
        for i, label in enumerate(labels)
    ]


@command.command("show", short_help="One label with all its figures and sources.", context_settings=options.NAMES)
@click.argument("label", nargs=-1, required=True, metavar="[AXIS] LABEL")
@click.option("--history", is_flag=True, help="Of a chip: rental price over time, and the quotes behind it.")
@options.prices
@options.as_json
def show_(label: tuple[str, ...], catalog: str | None, as_of: str | None, *, history: bool, as_json: bool) -> None:
    """Everything known about LABEL (a chip, region, architecture, market, preset), with source and date.

    AXIS (hardware, region, ..., presets) says which one is meant where several have a label of that name.
    """
    from gigacost.cli.terminal import payload

    book = options.opened_catalog(catalog)
    within, asked = _within(book, label)
    if within in {"", "presets"} and asked in book.presets:
        one = book.presets[asked]
        if as_json:
            payload(_preset(one))
        else:
            _print_preset(one, _refusal(book, one))
        return
    axis, name = _found(book, asked, within)
    day = book.canonical("as_of", as_of) if as_of else book.date
    figures = _figures(book, axis, name, day)
    quoted = _quoted(book, axis, name) if history else []
    if as_json:
        told = {"axis": axis, "label": name, "as_of": day, "entry": dict(book.entry(axis, name)), "figures": figures}
        rents = [catalog_prices.history(book, labels, day) for labels in quoted]
        payload(told | ({"history": rents} if history else {}))
        return
    _print_label(book, axis, name, figures)
    for labels in quoted:
        catalog_prices.show_history(book, labels, day)


def _quoted(book: Catalog, axis: str, chip: str) -> list[dict[str, str]]:
    """The markets and classes of provider in which a chip is quoted. Raises SpecError for what is no chip."""
    from gigacost.errors import Fault, SpecError, show

    if axis != "hardware":
        raise SpecError(Fault("--history", show(chip), f"only chips have quotes; this is a {axis}"))
    pairs = [(market, name) for market in book.labels("market") for name in book.labels("provider_class")]
    return [
        {"hardware": chip, "market": market, "provider_class": name}
        for market, name in pairs
        if book.offers(chip, market, name)
    ]


def _within(book: Catalog, words: tuple[str, ...]) -> tuple[str, str]:
    """The axis and the label of what was typed; no axis where only a label was. Raises SpecError."""
    from gigacost.errors import Fault, SpecError, nearest, show

    if len(words) == 1:
        return "", words[0]
    if len(words) > _AXIS_AND_LABEL:
        raise SpecError(Fault("label", show(words[2]), "one label at a time", "gigacost catalog show [AXIS] LABEL"))
    axis, label = words
    axes = [*(name for name in book.axes if name != "as_of"), "presets"]
    if axis not in axes:
        raise SpecError(Fault("axis", show(axis), "unknown axis", ", ".join(axes), nearest(axis, axes)))
    return axis, label


def _found(book: Catalog, label: str, within: str) -> tuple[str, str]:
    """The axis and the canonical spelling of a label. Raises CatalogError with the nearest ones."""
    from gigacost.errors import CatalogError, Fault, nearest, show

    if within == "presets":
        known = list(book.presets)
        raise CatalogError(Fault("preset", show(label), "unknown preset", ", ".join(known), nearest(label, known)))
    if within:
        return within, book.canonical(within, label)
    for axis in book.axes:
        if axis != "as_of":
            try:
                return axis, book.canonical(axis, label)
            except CatalogError:
                continue
    every = [name for axis in book.axes for name in book.labels(axis)]
    axes = ", ".join([*book.axes[:-1], "presets"])
    allowed = f"what gigacost catalog list shows of {axes}"
    guess = nearest(label, [*every, *book.presets])
    raise CatalogError(Fault("label", show(label), "not in the catalogue", allowed, guess))


def _figures(book: Catalog, axis: str, name: str, day: str) -> list[dict[str, Any]]:
    """The figures of a label: of each column, at each precision, market and class that it depends on."""
    import itertools

    figures = []
    for column in book.columns.values():
        if axis not in column.axes or (axis != "hardware" and "hardware" in column.axes):
            continue
        others = [other for other in column.axes if other not in {axis, "as_of"}]
        for labels in itertools.product(*(book.labels(other) for other in others)):
            choice = {axis: name, "as_of": day, **dict(zip(others, labels, strict=True))}
            cited = book.cite(column.name, choice)
            if cited.is_missing and others:
                continue
            figures.append({
                "name": column.name,
                "of": ", ".join(labels),
                "value": _plain(cited.value),
                "unit": cited.unit,
                "source": cited.source,
                "date": cited.date,
                "basis": cited.basis,
            })  # fmt: skip
    return figures


def _print_label(book: Catalog, axis: str, name: str, figures: list[dict[str, Any]]) -> None:
    from gigacost.cli.terminal import literal, show, table
    from gigacost.units.numbers import amount

    entry = book.entry(axis, name)
    show(literal(f"{axis} = {name}", "bold"), literal(str(entry.get("name") or entry.get("doc") or "")))
    sources: dict[str, int] = {}
    rows = []
    for one in figures:
        title = f"{one['name']} ({one['of']})" if one["of"] else one["name"]
        number = f" [{sources.setdefault(one['source'], len(sources) + 1)}]" if one["source"] else ""
        rows.append([title, amount(one["value"], one["unit"]), one["date"], f"{one['basis']}{number}"])
    made = table(["figure", "value", "date", "basis"], rows, ["value"])
    show(made, *(literal(f"[{number}] {source}", "dim") for source, number in sources.items()))
    if entry.get("taken_as"):
        show(literal(f"Taken as {entry['taken_as']}.", "yellow"))
    if entry.get("notes"):
        show(literal(f"Notes: {entry['notes']}", "dim"))


def _preset(one: Preset) -> dict[str, Any]:
    published = [
        {key: getattr(row, key) for key in ("quantity", "value", "unit", "what", "source", "date", "note")}
        for row in one.published
    ]
    return {
        "preset": one.name,
        "doc": one.doc,
        "kind": one.kind,
        "fixed": dict(one.fixed),
        "published": published,
        "assumed": list(one.assumed),
        "note": one.note,
    }


def _refusal(book: Catalog, one: Preset) -> tuple[Fault, ...]:
    """Why a preset has no total as it stands; nothing where it has one."""
    from gigacost.analysis.estimate import estimate
    from gigacost.errors import SpecError

    try:
        found = estimate(preset=one.name, catalog=book)
    except SpecError as error:
        return error.faults
    return tuple(price.fault for price in found.missing_prices)


def _short(faults: tuple[Fault, ...], one: Preset) -> str:
    """Whether a preset can be estimated, in a cell of a table."""
    if one.kind == "site":
        return "with params, tokens"
    return "not as it stands" if faults else "yes"


def _print_preset(one: Preset, faults: tuple[Fault, ...]) -> None:
    from gigacost.cli.terminal import indented, literal, show, table
    from gigacost.units.numbers import amount

    kind = "a site, not a run: give params and tokens" if one.kind == "site" else f"a {one.kind}"
    show(literal(f"preset {one.name} ({kind})", "bold"), literal(one.doc), "")
    given = [[name, _given(value)] for name, value in one.fixed.items()]
    rows = []
    for row in one.published:
        dated = f"{row.source} ({row.date})" + (f"; {row.note}" if row.note else "")
        rows.append([row.what, amount(row.value, row.unit), dated])
    made = table(["published", "value", "source"], rows, ["value"])
    more = " --params 1T --tokens 10T" if one.kind == "site" else ""
    show(table(["given", "value"], given), made)
    if one.assumed:
        show(literal(f"Not published, an assumption: {', '.join(one.assumed)}", "dim"))
    if faults and not more:
        show(literal("It has no total as it stands, for want of data in the catalogue:", "yellow"))
        show(*(indented(fault) for fault in faults))
    else:
        show(literal(f"gigacost estimate --preset {one.name}{more}", "dim"))


def _given(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,g}" if value < _EXACT else f"{value:,.0f}"


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
