"""What goes in for a run of Epoch AI's table of costs under its accounting: its primitive figures, nothing computed.

Chips, hours, FLOP, a price and its date, days: by these the accounting counts what is owned, bought and rented.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from gigacost.catalog.epoch import family, is_hyperscaler, known_dates
from gigacost.catalog.epoch_costs import PublishedCost, read_published_costs
from gigacost.catalog.files import data


@cache
def inputs_of(model: str) -> Mapping[str, float]:
    """What the shipped table says of a model, owned and rented; whoever asks has a market."""
    row = next(row for row in read_published_costs() if row.model == model)
    found = {**(owned_design(row) or {}), **(rented_design(row) or {})}
    return MappingProxyType({name: value for name, value in found.items() if not isinstance(value, str)})


def owned_design(row: PublishedCost) -> Mapping[str, float | str] | None:
    """What goes in for the amortised cost; None where there is nothing to count."""
    hours = hours_of(row)
    if not hours or undated(row):
        return None
    # The cost does not depend on the number of chips that share the hours.
    chips = row.figures.get("hardware_quantity", 1.0)
    return {"market": "own", "chips": chips, **hours, **_dates(row), **price_of(row), **power_of(row)}


def bought_design(row: PublishedCost) -> Mapping[str, float | str] | None:
    """What goes in for the acquisition cost; None where there is nothing to count."""
    price, chips = price_of(row), row.figures.get("hardware_quantity")
    return {"market": "own", "chips": chips, **price} if price and chips else None


def powered_design(row: PublishedCost) -> Mapping[str, float | str] | None:
    """What goes in for the power of the cluster; None where there is nothing to count."""
    power, chips = power_of(row), row.figures.get("hardware_quantity")
    return {"chips": chips, **power} if "tdp_w" in power and chips else None


def rented_design(row: PublishedCost) -> Mapping[str, float | str] | None:
    """What goes in for the cloud cost; None where there is nothing to count."""
    hours, price = hours_of(row), row.figures.get("cloud_list_price_usd_per_chip_hour")
    discounts = discounts_of(row)
    if not hours or price is None or discounts is None:
        return None
    if not row.is_of_paper and {"hardware_quantity", "training_time_h"} <= row.figures.keys():
        hours = {"train_hours": row.figures["training_time_h"]}  # since then, whatever hours were reported
    chips = row.figures.get("hardware_quantity", 1.0)
    market = row.texts["cloud_price_type"]
    return {"market": market, "chips": chips, "rental_usd_per_chip_hour": price, **hours, **discounts}


def hours_of(row: PublishedCost) -> dict[str, float]:
    """What tells the chip-hours: the first that is known of these, chips times hours, FLOP. Empty where none is."""
    known = row.figures
    lasted = known.get("training_time_h")
    dated = {} if lasted is None else {"dated_hours": float(math.floor(lasted))}
    if "chip_hours_reported" in known:
        return {"chip_hours": known["chip_hours_reported"], **dated}
    if lasted is not None and "hardware_quantity" in known:
        return {"train_hours": lasted}
    if "training_compute_flop" not in known or "peak_flops_used" not in known:
        return {}
    utilised = {"mfu": known["mfu_reported"]} if "mfu_reported" in known else {}
    arithmetic = {"training_flop": known["training_compute_flop"], "peak_flop_per_s": known["peak_flops_used"]}
    return arithmetic | utilised | dated


def undated(row: PublishedCost) -> list[str]:
    """The dates that the age of the hardware needs and the row lacks."""
    return [column for column in ("publication_date", "hardware_release_date") if column not in row.figures]


def _dates(row: PublishedCost) -> dict[str, float]:
    days = {
        "publication_day": row.figures["publication_date"],
        "release_day": row.figures["hardware_release_date"],
        "is_tpu": float(family(row.texts.get("hardware", "")).is_tpu),
        "electricity_revised": float(not row.is_of_paper),
    }
    if "raw_price_date" in row.figures:
        days["earliest_price_day"] = row.figures["raw_price_date"]
    return days | known_dates(row.model, of_paper=row.is_of_paper)


def price_of(row: PublishedCost) -> dict[str, float]:
    """What a chip costs, and what that covers. Empty where it has no price."""
    if "raw_unit_price_usd" not in row.figures:
        return {}
    kin = family(row.texts.get("hardware", ""))
    scope = row.texts.get("price_basis", kin.price_scope)
    return {
        "earliest_price_usd": row.figures["raw_unit_price_usd"],
        "earliest_price_factor": 1.0 if scope == "server" else kin.server_per_chip_price,
        "server_per_chip_price": kin.server_per_chip_price,
    }


def power_of(row: PublishedCost) -> dict[str, float]:
    """What the power of a chip and of its site follows from."""
    kin = family(row.texts.get("hardware", ""))
    tdp = row.figures.get("tdp_w_used", kin.tdp_w)
    found = {
        "server_power_per_tdp": kin.server_power_per_tdp,
        "is_tpu": float(kin.is_tpu),
        "is_hyperscaler": float(is_hyperscaler(row.texts.get("organization", ""))),
    }
    return found if tdp is None else {**found, "tdp_w": float(tdp)}


def discounts_of(row: PublishedCost) -> dict[str, float] | None:
    """What the vendor takes off by term; None where the price cannot be made that of three years."""
    term = row.texts.get("cloud_price_type")
    if term == "reserved_3y":
        return {"term_discount": 0.0, "three_year_discount": 0.0}
    provider = data("epoch")["vendors"].get(row.texts.get("cloud_vendor", ""))
    if term is None or provider is None:
        return None
    offered = data("rental")["discounts"][provider]
    return {"term_discount": offered.get(term, 0.0), "three_year_discount": offered["reserved_3y"]}
