"""Conversions between units, each with its own unit so that the units check follows it.

They are definitions and need no source. A bare 3600 in a formula fails the check; ``SECONDS_PER_HOUR`` does not.
"""

from __future__ import annotations

from gigacost.graph.declarations import Constant

SECONDS_PER_HOUR = Constant(3600, "s/h")
HOURS_PER_DAY = Constant(24, "h/d")
DAYS_PER_YEAR = Constant(365.25, "d/yr")
HOURS_PER_YEAR = Constant(8766, "h/yr")
MONTHS_PER_YEAR = Constant(12, "month/yr")
HOURS_PER_MONTH = Constant(730.5, "h/month")

W_PER_KW = Constant(1000, "W/kW")
W_PER_MW = Constant(1e6, "W/MW")
KW_PER_MW = Constant(1000, "kW/MW")
W_H_PER_KWH = Constant(1000, "W·h/kWh")
KWH_PER_MWH = Constant(1000, "kWh/MWh")

B_PER_GB = Constant(1e9, "B/GB")
B_PER_TB = Constant(1e12, "B/TB")
B_PER_PB = Constant(1e15, "B/PB")
B_PER_GIB = Constant(1073741824, "B/GiB")
TB_PER_PB = Constant(1000, "TB/PB")

G_PER_KG = Constant(1000, "g/kg")
G_PER_T = Constant(1e6, "g/t")
KG_PER_T = Constant(1000, "kg/t")
L_PER_M3 = Constant(1000, "L/m3")

YEAR = Constant(1, "yr")
DECADE = Constant(10, "1")
