"""Figures of answers as numbers of a page, and designs in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.catalog.dates import first_day, months_between
from gigacost.reports.parts import Day, Label, Number, Text, joined
from gigacost.units.numbers import amount, grouped, scaled, share

if TYPE_CHECKING:
    from gigacost.graph.model import Model

NOTHING: Text = ("—",)
PERCENTILES = ("p10", "p50", "p90")
WITHIN: Text = ("P10 to P90: ",)
_KEPT = "\u00a0"
"""A blank at which no line is broken."""
_CALENDAR = 1000.0
"""From here on years are those of a calendar."""
_YEARS_FROM = 24
"""Months from which on an age is told in years."""
_GROUPED = frozenset({"d", "MW", "MWh"})
"""Units whose numbers are read best without a suffix."""
_COUNTED = frozenset({"chip", "run", "token", "param"})
_WORDS = {
    "cost_total_usd": "in total",
    "total_run_usd": "the final run",
    "total_development_usd": "the run, its experiments and people",
    "total_project_usd": "the development, data and unused capacity",
    "train_days": "days of the final run",
    "chip_hours": "chip-hours",
    "facility_mw": "power of the site",
    "mfu": "MFU",
    "energy_mwh": "energy",
    "carbon_t": "emissions of operation",
    "loss": "loss",
}
_UNIT_WORDS = frozenset({"usd", "mw", "mwh", "t"})


def words(name: str) -> str:
    """A quantity in words: ``cost_rent_usd`` is ``rent``."""
    if name in _WORDS:
        return _WORDS[name]
    parts = name.split("_")
    kept = parts[:-1] if len(parts) > 1 and parts[-1] in _UNIT_WORDS else parts
    return " ".join(kept).removeprefix("cost ")


def told(value: Any, quantity: str, unit: str = "", text: str = "") -> Text:  # noqa: ANN401 - a value of an answer
    """A value of an answer: a number with its unit, a label, or a dash where there is none."""
    if value is None:
        return NOTHING
    if isinstance(value, bool) or not isinstance(value, int | float):
        return (Label(str(value)),)
    return (Number(value, quantity, text or _text(value, unit)),)


def meaning(model: Model, name: str) -> Text:
    """What an input or a quantity is, in the words of the model."""
    known = model.inputs.get(name) or model.quantities.get(name)
    if known is None:
        return ()
    first = " ".join(known.doc.split("\n\n")[0].split())
    sentence = first.partition(". ")[0].rstrip(".")
    return (Label(sentence.rpartition(" [")[0] or sentence),)


def voted(number: float | None, quantity: str) -> Text:
    """On how many votes a price rests; that it is a single one is said."""
    return told(number, quantity, "1", "one vote" if number == 1 else "")


def bare(value: float | None, quantity: str, unit: str) -> Text:
    """A number whose unit is said beside it."""
    return NOTHING if value is None else (Number(value, quantity, _bare(value, unit)),)


def _text(value: float, unit: str) -> str:
    if unit == "yr" and value >= _CALENDAR:
        return f"{value:.1f}"
    if unit == "chip":
        return f"{value:,.0f}"
    return amount(value, "1" if unit in _COUNTED else unit)


def part(value: float | None, quantity: str, *, signed: bool = False) -> Text:
    """A share, as a percentage."""
    if value is None:
        return NOTHING
    text = f"{'+' if value >= 0 else '−'}{share(abs(value))}" if signed else share(value)
    return (Number(value, quantity, text.replace(" ", _KEPT)),)


def counted(value: int, quantity: str) -> Text:
    """How many."""
    return (Number(value, quantity, f"{value:,}"),)


def interval(found: Mapping[str, float | None], name: str, unit: str) -> Text:
    """P10 to P90 of a quantity of the design; empty where it has none."""
    low, high = found.get("p10"), found.get("p90")
    if low is None or high is None:
        return ()
    ends = (told(one, f"{which}({name})", unit, _bare(one, unit)) for which, one in (("p10", low), ("p90", high)))
    return (*WITHIN, *joined([*ends], " to "))


def _bare(value: float, unit: str) -> str:
    """A number whose unit was said."""
    return _text(value, unit) if unit.startswith("$") else grouped(value) if unit in _GROUPED else scaled(value)


def valued(model: Model, name: str, value: Any, quantity: str = "") -> Text:  # noqa: ANN401 - a value of an input
    """The value of an input or a quantity, by its own name; a word where the model has one for it."""
    known = model.inputs.get(name)
    if known is not None and isinstance(value, int | float) and (word := known.word(value)):
        return (Number(value, quantity or name, word),)
    return told(value, quantity or name, unit_of(model, name))


def unit_of(model: Model, name: str) -> str:
    """The unit of a name of the model; none of any other."""
    return model.unit(name) if name in model.names else ""


def design(model: Model, inputs: Mapping[str, Any], path: str = "", only: Sequence[str] | None = None) -> Text:
    """A design in a line: what is trained, on how many chips of which kind, in which market.

    ``path`` leads to the inputs in the JSON of a question; ``only`` names those that are told.
    """
    known = {name: value for name, value in inputs.items() if only is None or name in only}

    def named(name: str) -> Text:
        return valued(model, name, known.pop(name), f"{path}{name}")

    trained = [named("model")] if "model" in known else []
    trained += [(*named("params"), " parameters")] if "params" in known else []
    if "tokens" in known:
        trained.append((" on " if trained else "", *named("tokens"), " tokens"))
    pieces = [joined(trained, "")] if trained else []
    fleet = [named(name) for name in ("chips", "hardware") if name in known]
    if fleet:
        pieces.append(joined(fleet, " x "))
    pieces += [named(name) for name in ("market", "provider_class", "region", "precision") if name in known]
    if "as_of" in known:
        pieces.append(("prices of ", Day(str(known.pop("as_of")))))
    pieces += [(f"{words(name)} ", *named(name)) for name in list(known)]
    return joined(pieces, " · ")


def age(name: str, date: str, as_of: str) -> Text:
    """How old a figure of a date is at another; nothing where either is not known."""
    if not date or not as_of:
        return NOTHING
    try:
        known, now = first_day(date), first_day(as_of)
    except ValueError:
        return NOTHING
    months = months_between(known, now)
    if known > now:
        text = "later"
    elif months >= _YEARS_FROM:
        text = f"{months // 12} years"
    elif months:
        text = f"{months} month{'' if months == 1 else 's'}"
    else:
        days = (now - known).days
        text = f"{days} day{'' if days == 1 else 's'}"
    return (Number((now - known).days, f"age_days({name})", text.replace(" ", _KEPT)),)
