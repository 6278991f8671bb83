"""How big a run is, to scale: its site beside reactors and towns, in racks and halls; its data beside a cortex.

In each part areas are in proportion to the numbers; each part has a scale of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from gigacost import known_sizes
from gigacost.charts import halls, runs, squares
from gigacost.charts.kinds import undrawable
from gigacost.charts.squares import Square
from gigacost.charts.theme import MUTED, OTHERS, PALETTE, WIDTH, figure, heading, named, wrapped
from gigacost.known_sizes import HALL, KnownSize
from gigacost.units.numbers import grouped, scaled, share

OWN = PALETTE[0]
"""The colour of the run."""
_FARTHEST = 2000.0
"""A thing is beside the site where neither is more than so many times the other."""
_MW_PER_HOUSEHOLD = known_sizes.HOUSEHOLD.value / 8766 / 1000
_FEW = 0.01
"""Below this share of a reactor, households say more."""
_LINE = 13.0


class Part(NamedTuple):
    """One of the parts: what it is called, what is drawn, what that rests on."""

    chart: alt.LayerChart
    data: Mapping[str, Sequence[Mapping[str, Any]]]
    sources: tuple[KnownSize, ...]


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.VConcatChart:
    """An estimate's power, racks, data and parameters beside known things. Raises SpecError where it has none."""
    document = runs.cheapest("scale", document)
    makers = (_power, _racks, _petabytes, _parameters)
    parts = [part for part in (make(document, width) for make in makers) if part]
    if not parts:
        raise undrawable("scale", "neither power nor chips, data or parameters are known", "an estimate of a run")
    sources = dict.fromkeys(one for part in parts for one in part.sources)
    lines = [line for text in _said_sources(sources) for line in wrapped(text, width - 40, 5.4)]
    rows = [{"y": i, "text": line} for i, line in enumerate(lines)]
    listed = alt.Chart(named("sources")).mark_text(align="left", baseline="top", fontSize=10, color=MUTED)
    listed = listed.encode(x=alt.value(0), y=alt.Y("y:Q", scale=_lines(len(rows)), axis=None), text="text:N")
    listed = listed.properties(width=width, height=_LINE * len(rows))
    made: alt.VConcatChart = figure(
        alt.vconcat(*(part.chart for part in parts), listed, spacing=18),
        {name: rows for part in parts for name, rows in part.data.items()} | {"sources": rows},
        title=_title(document),
        subtitle=[runs.sentence(document["inputs"]), "Areas in proportion to the numbers, in each part on its own."],
        room=width,
    )
    return made


def _title(document: Mapping[str, Any]) -> str:
    known = document["quantities"]
    power, size = known.get("facility_mw"), known.get("mouse_cortex_mm3")
    told = []
    if power:
        told.append(f"{_said_power(power)}, {_like(power)}")
    if size:
        told.append(f"as many parameters as synapses in {grouped(size)} mm³ of cortex")
    return "; ".join(told) or "To scale"


def _like(power: float) -> str:
    """What draws as much."""
    reactors = power / known_sizes.REACTOR.value
    if reactors < _FEW:
        return f"as much as {power / _MW_PER_HOUSEHOLD:,.0f} households"
    return f"{share(reactors)} of a nuclear reactor" if reactors < 1 else f"{scaled(reactors)} nuclear reactors"


def _power(document: Mapping[str, Any], width: float) -> Part | None:
    """The site beside a reactor, a town, a city and Colossus 1, those of a comparable size."""
    site = document["quantities"].get("facility_mw")
    if not site:
        return None
    beside = [
        ("one US household", _MW_PER_HOUSEHOLD, (known_sizes.HOUSEHOLD,)),
        ("a town of 10,000 households", known_sizes.TOWN.value * _MW_PER_HOUSEHOLD, (known_sizes.HOUSEHOLD,)),
        ("all households of Memphis", known_sizes.MEMPHIS.value * _MW_PER_HOUSEHOLD, _OF_MEMPHIS),
        ("Colossus 1 as reported, 100,000 H100", known_sizes.COLOSSUS_1_POWER.value, (known_sizes.COLOSSUS_1_POWER,)),
        ("a nuclear reactor (Vogtle 4)", known_sizes.REACTOR.value, (known_sizes.REACTOR,)),
    ]
    near = [one for one in beside if 1 / _FARTHEST <= one[1] / site <= _FARTHEST]
    drawn = [Square("this site", site, _said_power(site), OWN)]
    drawn += [Square(what, power, _said_power(power), OTHERS) for what, power, _ in near]
    sources = tuple(one for _, _, of in near for one in of)
    return _squares("power", "Power of the site, all chips busy", drawn, width, sources)


_OF_MEMPHIS = (known_sizes.MEMPHIS, known_sizes.HOUSEHOLD)


def _racks(document: Mapping[str, Any], width: float) -> Part | None:
    """The chips as racks and halls."""
    chips = document["inputs"].get("chips") or assumed(document, "chips")
    if not chips:
        return None
    domain = assumed(document, "scaleup_domain")
    found = halls.placed(chips, halls.chips_per_rack(domain), width)
    cells = "a cell is a rack" if found.racks_per_cell == 1 else f"a cell is {found.racks_per_cell} racks"
    filled = f"{share(found.hall_count)} of a hall" if found.hall_count < 1 else f"{scaled(found.hall_count)} halls"
    title = (
        f"Racks and halls: {chips:,.0f} chips, {grouped(found.racks)} racks of {found.chips_per_rack:g} ({cells}), "
        f"{filled} as of Colossus 1, of {HALL.value:,.0f} chips"
    )
    drawn = halls.picture("racks", found, width, heading(wrapped(title, width - 60, 6.6)))
    return Part(drawn, halls.datasets("racks", found), (known_sizes.RACK, HALL))


def _petabytes(document: Mapping[str, Any], width: float) -> Part | None:
    """The data of a run beside the images of a cubic millimetre."""
    known = document["quantities"]
    volumes = {
        "raw text read to make the corpus": known.get("raw_data_pb"),
        "the corpus, clean": _thousandth(known.get("clean_tb")),
        "one checkpoint": known.get("checkpoint_pb"),
    }
    drawn = [Square(what, size, bytes_of(size), OWN) for what, size in volumes.items() if size]
    if not drawn:
        return None
    cortex = known_sizes.MOUSE_CORTEX_PETABYTES
    drawn.insert(1, Square("images of 1 mm³ of mouse cortex", cortex.value, bytes_of(cortex.value), OTHERS))
    return _squares("petabytes", "Data", drawn, width, (cortex,))


def _parameters(document: Mapping[str, Any], width: float) -> Part | None:
    """The parameters beside the synapses of a cubic millimetre."""
    known = document["quantities"]
    params, cubic = assumed(document, "params"), known.get("mouse_cortex_mm3")
    if not params or not cubic:
        return None
    synapses = known_sizes.MOUSE_CORTEX_SYNAPSES
    drawn = [
        Square(f"parameters of {document['inputs'].get('model', 'the model')}", params, scaled(params), OWN),
        Square("synapses in 1 mm³ of mouse cortex", synapses.value, scaled(synapses.value), OTHERS),
    ]
    title = f"Parameters: as many as synapses in {grouped(cubic)} mm³ of mouse cortex"
    if cells := known.get("mouse_cortex_neurons"):
        title += f", of {scaled(cells)} neurons"
    if human := known.get("human_cortex_fraction"):
        title += f"; {share(human)} of those of a human neocortex"
    sources = (synapses, known_sizes.HUMAN_CORTEX_SYNAPSES) if human else (synapses,)
    return _squares("parameters", title, drawn, width, sources)


def _squares(name: str, title: str, drawn: Sequence[Square], width: float, sources: tuple[KnownSize, ...]) -> Part:
    found = squares.placed(drawn, width)
    chart = squares.picture(name, found, width, heading(wrapped(title, width - 60, 6.6)))
    return Part(chart, squares.datasets(name, found), sources)


def _said_power(megawatts: float) -> str:
    return f"{grouped(megawatts)} MW" if megawatts >= 1 else f"{grouped(megawatts * 1000)} kW"


def bytes_of(petabytes: float) -> str:
    """A volume in the unit that suits it."""
    for size, unit in ((1.0, "PB"), (1e-3, "TB")):
        if petabytes >= size:
            return f"{scaled(petabytes / size)} {unit}"
    return f"{scaled(petabytes / 1e-6)} GB"


def _thousandth(value: float | None) -> float | None:
    return None if value is None else value / 1000.0


def assumed(document: Mapping[str, Any], name: str) -> float | None:
    """A figure that went into an estimate, by its name."""
    found = next((one["value"] for one in document["assumptions"] if one["name"] == name), None)
    return float(found) if isinstance(found, int | float) else None


def _said_sources(sources: Iterable[KnownSize]) -> Iterator[str]:
    """What the picture is drawn to, figures of one source together."""
    told: dict[str, list[str]] = {}
    for one in sources:
        text = f"{one.source}, {one.date}"
        told.setdefault(text, []).append(f"{_in_full(one.value)} {one.unit}")
    for source, figures in told.items():
        yield f"{', '.join(figures)}: {source}"


def _in_full(value: float) -> str:
    return f"{value:,.10g}" if value < 1e6 else scaled(value)  # noqa: PLR2004 - digits beyond are noughts


def _lines(count: int) -> alt.Scale:
    return alt.Scale(domain=[0, max(count, 1)], reverse=True, nice=False, zero=False)
