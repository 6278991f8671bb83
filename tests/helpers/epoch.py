"""A run by Epoch AI's accounting, and the table that it is held against."""

from __future__ import annotations

import csv
import datetime as dt
import math
from typing import Any

from gigacost import estimate
from gigacost.accounting import accounted
from gigacost.catalog import Catalog
from gigacost.catalog.epoch import day_number
from gigacost.catalog.epoch_costs import COMPARED, SHIPPED
from gigacost.graph.model import Model
from gigacost.model import default

MODEL = accounted(default(), "epoch-2024")
CATALOG = Catalog.bundled()
NAN = math.nan
OPT = {"hardware": "a100-sxm-80", "chips": 1024, "training_flop": 4.3e23, "market": "own", "as_of": "2022-01-28"}


def day(text: str) -> float:
    return day_number(dt.date.fromisoformat(text))


def published(model: str) -> dict[str, float]:
    """The figures of a model in Epoch AI's table, which ships with the package."""
    with SHIPPED.open(encoding="utf-8", newline="") as table:
        row = next(row for row in csv.DictReader(table) if row["model"] == model)
    return {name: float(row[name]) for name in COMPARED if row[name]}


def opt(model: Model | None = None, **given: Any) -> Any:
    """An estimate of OPT but for what is given."""
    return estimate({**OPT, **given}, preset="epoch-2024", model=model)
