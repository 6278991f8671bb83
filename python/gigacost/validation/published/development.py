"""What Epoch AI says of the development of four models: compute beside the final run, energy, people, all uncertain.

Of each model a number of equally likely cases is drawn. What is drawn goes into the model under the accounting
``epoch-2024`` as any input does; the people of a case become one team of the same size, pay and cost.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost._record import Record
from gigacost.catalog.csv_table import Row, cells_under, number, read_table
from gigacost.catalog.epoch_costs import SHIPPED, table_columns
from gigacost.catalog.files import data
from gigacost.catalog.price_books.schema import Faults
from gigacost.errors import nearest, show
from gigacost.model.constants import DAYS_PER_YEAR
from gigacost.sampling.distributions import Distribution, Lognormal
from gigacost.sampling.draws import Draws, sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PARTS = ("chip", "server_extra", "interconnect", "energy", "staff_incl_equity")
"""What a development costs, as tables call it."""
_KINDS = ("p5", "median_usd2023", "p95")
_UNITS = {
    "compute_over_run": "1",
    "electricity_price": "1",
    "project_days": "d",
    "unpublished_days": "d",
    "energy_pods": "1",
    "energy_hours": "h",
}
"""What is uncertain about a model as a whole."""
_PAY = ("salary_usd", "equity_usd")
_PERSON = ("fte", "overhead", *_PAY)
"""What is uncertain about a person; money is that of a year."""
_OF_ALL = 90.0
"""Per cent of all cases in the interval between two limits of pay."""


@dataclass(frozen=True, slots=True)
class Percentiles(Record):
    """A part's cost over all cases, in $ of 2023."""

    p5: float
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Development:
    """The cases of one model."""

    name: str
    draws: Draws
    entry: Mapping[str, Any]

    def shared(self) -> dict[str, Floats]:
        """What is uncertain about the model as a whole, in all cases."""
        return sample(self._distributions(_UNITS, self.entry), self.draws)

    def team(self) -> dict[str, Floats]:
        """The people in all cases: how many full-time ones they are (``fte``), and what one costs on average."""
        groups = [self._people(group, place) for place, group in enumerate(self.entry["contributors"])]
        fte, paid, employed, equity = (sum(parts) for parts in zip(*map(_sums, groups), strict=True))
        return {
            "fte": fte,
            "salary_usd": paid / fte,
            "salary_overhead_factor": employed / paid,
            "equity_usd": equity / fte,
        }

    def cases(self, usd_per_kwh: float) -> list[dict[str, float]]:
        """What goes into the model in each case; electricity costs ``usd_per_kwh`` but for its uncertainty."""
        found = self.shared()
        days = found.get("project_days", self.entry["project_days"]) - found.get("unpublished_days", 0.0)
        team = self.team()
        years = team.pop("fte") * days / float(DAYS_PER_YEAR)
        inputs = {
            "experiments_factor": found["compute_over_run"],
            "electricity_usd_per_kwh": usd_per_kwh * found["electricity_price"],
            "staff_fte_years": years,
        }
        return self._rows(inputs | team)

    def energy(self) -> list[dict[str, float]]:
        """What tells the energy of each case, where it is not that of the hardware."""
        if "energy_kwh" in self.entry:
            return self._rows({"published_energy_kwh": self.entry["energy_kwh"]})
        if "energy_pods" not in self.entry:
            return []
        found = self.shared()
        return self._rows({"chip_hours": found["energy_pods"] * self.entry["pod_chips"] * found["energy_hours"]})

    def _rows(self, columns: Mapping[str, Any]) -> list[dict[str, float]]:
        """Each case with its values, of what varies and of what does not."""
        import numpy as np

        values = [np.broadcast_to(column, self.draws.count).tolist() for column in columns.values()]
        return [dict(zip(columns, case, strict=True)) for case in zip(*values, strict=True)]

    def _of_person(self, group: Mapping[str, Any]) -> dict[str, Distribution]:
        """Time and pay of anybody in a group."""
        distributions = self._distributions(dict.fromkeys(_PERSON, "1"), group)
        if "pay_between" in group:
            for figure in _PAY:
                distributions[figure] = _between(distributions[figure], group["pay_between"])
        return distributions

    def _people(self, group: Mapping[str, Any], place: int) -> dict[str, Floats]:
        """Time and pay of everybody in a group: a row for each person, whatever the others have, with all cases."""
        count, cases = group["count"], self.draws.count
        named = {f"{self.name} {place} {figure}": one for figure, one in self._of_person(group).items()}
        drawn = sample(named, Draws(count * cases, self.draws.seed, "random"))
        return {name.rpartition(" ")[2]: values.reshape(count, cases) for name, values in drawn.items()}

    def _distributions(self, units: Mapping[str, str], entry: Mapping[str, Any]) -> dict[str, Distribution]:
        texts = {**data("epoch")["development"], **entry}
        written = {name: texts[name] for name in units if isinstance(texts.get(name), str)}
        return {name: Distribution.parse(text, f"development.{name}", units[name]) for name, text in written.items()}


def developments(draws: Draws) -> list[Development]:
    """The models whose development is known, the oldest first."""
    return [Development(entry["name"], draws, entry) for entry in data("epoch")["development"]["models"]]


def read_published_developments(path: str | os.PathLike[str] | None = None) -> dict[str, dict[str, Percentiles]]:
    """What was published of developments, by model and part: of the table that ships, or of one with its columns.

    A row without any figure is about something else. Raises SpecError with every fault, by row (the header is row 1).
    """
    rows = read_table(
        SHIPPED if path is None else path,
        "development",
        "developments",
        known=table_columns(),
        required=("model", *(_column(part, kind) for part in PARTS for kind in _KINDS)),
        read=_published,
        check=lambda _rows, _faults: None,
    )
    return {model: parts for model, parts in rows if parts}


def dollars_of_2023(month: str) -> float:
    """What a $ of a month is in those of the end of 2023, by the producer prices that Epoch AI counts with."""
    tables = data("epoch")
    index: Mapping[str, float] = tables["producer_prices"]
    return index[tables["development"]["dollars_of"]] / index[month]


def _sums(people: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """Of some people together: time, salaries, salaries with overhead, equity."""
    fte, salary, overhead, equity = (people[figure] for figure in ("fte", "salary_usd", "overhead", "equity_usd"))
    return tuple(part.sum(axis=0) for part in (fte, fte * salary, fte * salary * overhead, fte * equity))


def _between(distribution: Distribution, shares: Sequence[float]) -> Distribution:
    """As sure between two quantiles of a distribution."""
    import numpy as np

    low, high = distribution.quantile(np.array(shares)).tolist()
    return Distribution(Lognormal(_OF_ALL, low, high))


def _column(part: str, kind: str) -> str:
    return f"devcost_{part}_{kind}"


def _published(row: Row, names: Sequence[str], faults: Faults) -> tuple[str, dict[str, Percentiles]]:
    cells = cells_under(names, row, faults)
    asked = {part: [_column(part, kind) for kind in _KINDS] for part in PARTS}
    if not any(cells.get(column) for columns in asked.values() for column in columns):
        return "", {}
    known = [entry["name"] for entry in data("epoch")["development"]["models"]]
    if cells["model"] not in known:
        hint = nearest(cells["model"], known)
        what = "of its people and experiments nothing is known"
        faults.add(f"row {row.number}, column model", show(cells["model"]), what, ", ".join(known), hint)
    found = {}
    for part, columns in asked.items():
        values = [number(f"row {row.number}, column {column}", cells[column], faults, "8") for column in columns]
        if None not in values:
            found[part] = Percentiles(*(value for value in values if value is not None))
    return cells["model"], found
