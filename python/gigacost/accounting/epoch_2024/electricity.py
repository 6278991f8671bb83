"""The price of electricity in the year of publication."""

from __future__ import annotations

from gigacost.graph.declarations import MISSING, Constant, Input
from gigacost.ops import Value, both, negate, where

_CODE = "Epoch AI, training-cost-trends (39013e2)"

ELECTRICITY_REVISED = Input(
    "electricity_revised",
    "1",
    "Whether electricity of 2024 has its own price (1), or that of 2023 as in the paper (0).",
    default=0.0,
    source=_CODE,
    date="2024-12-11",
    high=1,
    integer=True,
)
_EIA = "U.S. EIA, average price to industry, by year"
PRICE_2010 = Constant(0.0677, "$/kWh", _EIA, "2010")
PRICE_2011 = Constant(0.0682, "$/kWh", _EIA, "2011")
PRICE_2012 = Constant(0.0667, "$/kWh", _EIA, "2012")
PRICE_2013 = Constant(0.0689, "$/kWh", _EIA, "2013")
PRICE_2014 = Constant(0.0710, "$/kWh", _EIA, "2014")
PRICE_2015 = Constant(0.0691, "$/kWh", _EIA, "2015")
PRICE_2016 = Constant(0.0676, "$/kWh", _EIA, "2016")
PRICE_2017 = Constant(0.0688, "$/kWh", _EIA, "2017")
PRICE_2018 = Constant(0.0692, "$/kWh", _EIA, "2018")
PRICE_2019 = Constant(0.0681, "$/kWh", _EIA, "2019")
PRICE_2020 = Constant(0.0667, "$/kWh", _EIA, "2020")
PRICE_2021 = Constant(0.0718, "$/kWh", _EIA, "2021")
PRICE_2022 = Constant(0.0832, "$/kWh", _EIA, "2022")
PRICE_2023 = Constant(0.0806, "$/kWh", _EIA, "2023")
PRICE_2024 = Constant(0.0771, "$/kWh", _EIA, "2024")
PRICE_2025 = Constant(0.0826, "$/kWh", _EIA, "2025")
YEAR_2010 = Constant(14610, "d")
YEAR_2011 = Constant(14975, "d")
YEAR_2012 = Constant(15340, "d")
YEAR_2013 = Constant(15706, "d")
YEAR_2014 = Constant(16071, "d")
YEAR_2015 = Constant(16436, "d")
YEAR_2016 = Constant(16801, "d")
YEAR_2017 = Constant(17167, "d")
YEAR_2018 = Constant(17532, "d")
YEAR_2019 = Constant(17897, "d")
YEAR_2020 = Constant(18262, "d")
YEAR_2021 = Constant(18628, "d")
YEAR_2022 = Constant(18993, "d")
YEAR_2023 = Constant(19358, "d")
YEAR_2024 = Constant(19723, "d")
YEAR_2025 = Constant(20089, "d")
"""The first day of each year, in days since 1970-01-01."""


def electricity_usd_per_kwh(is_rented: Value, published_day: Value, electricity_revised: Value) -> Value:
    """Price of electricity: that of US industry in the year of publication [$/kWh].

    From 2010 on, and after 2025 the price of 2025; earlier an owner has none. In the paper 2024 has the price of 2023.

    Source: U.S. EIA; Epoch AI, arXiv 2405.21015v2 A.4.
    """
    price = where(published_day < YEAR_2011, PRICE_2010, PRICE_2011)
    price = where(published_day < YEAR_2012, price, PRICE_2012)
    price = where(published_day < YEAR_2013, price, PRICE_2013)
    price = where(published_day < YEAR_2014, price, PRICE_2014)
    price = where(published_day < YEAR_2015, price, PRICE_2015)
    price = where(published_day < YEAR_2016, price, PRICE_2016)
    price = where(published_day < YEAR_2017, price, PRICE_2017)
    price = where(published_day < YEAR_2018, price, PRICE_2018)
    price = where(published_day < YEAR_2019, price, PRICE_2019)
    price = where(published_day < YEAR_2020, price, PRICE_2020)
    price = where(published_day < YEAR_2021, price, PRICE_2021)
    price = where(published_day < YEAR_2022, price, PRICE_2022)
    price = where(published_day < YEAR_2023, price, PRICE_2023)
    price = where(published_day < YEAR_2024, price, where(electricity_revised == 1, PRICE_2024, PRICE_2023))
    price = where(published_day < YEAR_2025, price, PRICE_2025)
    return where(both(published_day < YEAR_2010, negate(is_rented == 1)), MISSING, price)
