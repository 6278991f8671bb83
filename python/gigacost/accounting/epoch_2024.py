"""The accounting of Epoch AI's "The rising costs of training frontier AI models" (arXiv 2405.21015), as overrides.

Owned chips: ``total_run_usd`` is the amortised CapEx and energy, ``cluster_capex_usd`` the hardware acquisition cost.
Rented: ``total_run_usd`` is the cloud cost. ``total_development_usd`` adds experiments and people.

Hardware loses value from the day on which it could be had, in a straight line for as long as the run lasts. There is
no building, no financing, no upkeep, no idle time and no data; the network is 19 % of the cluster as by default.
Chip-hours are those given, else chips times hours, else FLOP at a utilisation of 37.5 %.
"""

from __future__ import annotations

from gigacost.declare import MISSING, Alternative, Constant, Input, status
from gigacost.model.constants import DAYS_PER_YEAR, DECADE, HOURS_PER_DAY, HOURS_PER_YEAR, SECONDS_PER_HOUR, W_H_PER_KWH
from gigacost.ops import Value, both, floor, log, maximum, missing, negate, where

_PAPER = "Epoch AI, arXiv 2405.21015v2"
_CODE = "Epoch AI, training-cost-trends (39013e2)"
_DAY = "in days since 1970-01-01"

PUBLICATION_DAY = Input("publication_day", "d", f"Day of publication, {_DAY}.", default=MISSING, high=1e6)
KNOWN_START_DAY = Input(
    "known_start_day", "d", f"Day on which training began, {_DAY}, where known.", default=MISSING, high=1e6
)
KNOWN_END_DAY = Input(
    "known_end_day", "d", f"Day on which training ended, {_DAY}, where known.", default=MISSING, high=1e6
)
AS_OF_DAY = Input(
    "as_of_day",
    "d",
    f"Day on which training began, {_DAY}, where nothing else tells: the date of the estimate.",
    default=MISSING,
    high=1e6,
)
RELEASE_DAY = Input("release_day", "d", f"Release of the chip, {_DAY}.", default=MISSING, high=1e6)
DATED_HOURS = Input("dated_hours", "h", "Hours of training that dates are reckoned with.", high=1e7)
COUNTED_CHIP_HOURS = Input(
    "counted_chip_hours", "chip·h", "Chip-hours, where they are not given: chips times hours, or by the arithmetic."
)
EARLIEST_PRICE_USD = Input(
    "earliest_price_usd",
    "$/chip",
    "The earliest price of the chip, as quoted: of the bare chip, or of a server's share.",
    default=MISSING,
    high=1e9,
)
EARLIEST_PRICE_DAY = Input("earliest_price_day", "d", f"Day of the earliest price, {_DAY}.", default=MISSING, high=1e6)
EARLIEST_PRICE_FACTOR = Input(
    "earliest_price_factor",
    "1",
    "Price of a server per chip ÷ the earliest price: 1 where it was a server's share.",
    default=MISSING,
    low=1.0,
    high=100.0,
)
SERVER_PER_CHIP_PRICE = Input(
    "server_per_chip_price",
    "1",
    "Price of a server ÷ price of the bare chips in it; parts what a server costs into chips and the rest.",
    default=1.64,
    source=f"{_PAPER} A.1: A100 1.66, V100 1.69, P100 1.54, all others their mean",
    date="2024-05",
    low=1.0,
    high=100.0,
    plausible=(1.0, 2.1),
)
NEAREST_RENTAL = Input(
    "nearest_rental_usd_per_chip_hour",
    "$/(chip·h)",
    "Rate of one rented chip by the quote nearest to two months before training, as for a commitment of three years.",
    default=MISSING,
    high=1e6,
)
IS_TPU = Input(
    "is_tpu",
    "1",
    "Whether the chip is a TPU (1), which its maker has from its release on, or not (0).",
    default=0.0,
    source="assumption: a chip that can be bought",
    high=1,
    integer=True,
)
IS_HYPERSCALER = Input(
    "is_hyperscaler",
    "1",
    "Whether Google, DeepMind, Microsoft, Amazon or Meta trains (1), or anybody else (0), OpenAI among them.",
    default=0.0,
    source="assumption: anybody else",
    high=1,
    integer=True,
)
EARLY_TDP_W = Input(
    "early_tdp_w",
    "W/chip",
    "Thermal design power as Epoch AI had it in 2024.",
    default=MISSING,
    low_open=True,
    high=1e9,
)
PUBLISHED_ENERGY_KWH = Input(
    "published_energy_kwh", "kWh", "Energy of the final run, where it was published.", default=MISSING, high=1e15
)
SERVER_POWER_PER_TDP = Input(
    "server_power_per_tdp",
    "1",
    "Power of a server per chip ÷ thermal design power of the chip.",
    default=1.8,
    source=f"{_PAPER} A.4",
    date="2024-05",
    low=1.0,
    high=10.0,
)
TERM_DISCOUNT = Input(
    "term_discount",
    "1",
    "Share off the price on demand in the term that rental_usd_per_chip_hour is quoted for.",
    default=0.0,
    source="definition: none on demand",
    high=1.0,
    high_open=True,
)
THREE_YEAR_DISCOUNT = Input(
    "three_year_discount",
    "1",
    "Share off the price on demand for a commitment of three years, at which a run is charged; as term_discount, the "
    "quote is charged as it is.",
    default=0.0,
    source="definition: the quote as it is",
    high=1.0,
    high_open=True,
)
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

PUBLICATION_LAG = Constant(60, "d", f"{_PAPER} B.1: from the end of training to publication", "2024-05")
AVAILABILITY_LAG = Constant(90, "d", f"{_PAPER} B.1: a GPU can be had 90 days after its release", "2024-05")
PROCUREMENT_LAG = Constant(60, "d", f"{_PAPER} A.5: rented two months before training begins", "2024-05")
TYPICAL_HOURS = Constant(793.5, "h", f"{_CODE}: training time where it is not known, 33.06 days", "2024-12-11")
HYPERSCALER_PUE = Constant(1.10, "1", f"{_PAPER} A.4", "2024-05")
OTHER_PUE = Constant(1.25, "1", f"{_PAPER} A.4", "2024-05")
GPU_LOAD = Constant(0.75, "1", f"{_PAPER} A.4: average power of a server ÷ its nameplate", "2024-05")
TPU_LOAD = Constant(0.43, "1", f"{_PAPER} A.4: average power of a server ÷ its nameplate", "2024-05")

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

FIXED = {
    "mfu": 0.375,  # the median of 33 known ones, over all chip-hours: losses are in it
    "goodput": 1.0,
    "post_training_share": 0.0,  # published arithmetic is that of all of the training
    "straight_line": 0.0,
    "is_sold": 1.0,  # a TPU has the price of what could be bought in its place
    "other_it_factor": 1.0,
    "facility_usd_per_w": 0.0,
    "cost_of_capital": 0.0,
    "maintenance_share_per_year": 0.0,
    "fleet_utilisation": 1.0,
    "cost_data_processing_usd": 0.0,
    "cost_data_storage_usd": 0.0,
    "cost_data_transfer_usd": 0.0,
}
"""What this accounting gives a number, most of it because it does not count it."""


def _hours_of_chips(chips: Value, train_hours: Value) -> Value:
    """Chip-hours of chips that train for known hours [chip·h]."""
    return chips * train_hours


def _hours_of_flop(run_flop: Value, peak_flop_per_s: Value, whole_run_utilisation: Value) -> Value:
    """Chip-hours that the arithmetic takes, on however many chips [chip·h]."""
    return run_flop / (peak_flop_per_s * whole_run_utilisation) / SECONDS_PER_HOUR


def _whole_hours(train_hours: Value) -> Value:
    """Hours of training as dates are reckoned with them [h]."""
    return floor(train_hours)


def _typical_hours() -> Value:
    """Hours of a training of which none are known [h]."""
    return TYPICAL_HOURS


BY_CHIPS = Alternative("counted_chip_hours", ("train_hours", "chips"), _hours_of_chips)
BY_FLOP = Alternative("counted_chip_hours", (), _hours_of_flop)
DATED_BY_HOURS = Alternative("dated_hours", ("train_hours",), _whole_hours)
DATED_BY_CUSTOM = Alternative("dated_hours", (), _typical_hours)


def estimated_start_day(
    known_start_day: Value, known_end_day: Value, publication_day: Value, as_of_day: Value, dated_hours: Value
) -> Value:
    """Day on which training began, as far as dates of the model tell [d].

    The known start, else the known end or 60 days before publication, less the hours of training; else as_of.

    Source: Epoch AI, arXiv 2405.21015v2 B.1; whole hours as in its code, 793.5 where none are known.
    """
    end = where(missing(known_end_day), publication_day - PUBLICATION_LAG, known_end_day)
    start = where(missing(known_start_day), end - dated_hours / HOURS_PER_DAY, known_start_day)
    return where(missing(start), as_of_day, start)


def published_day(publication_day: Value, estimated_start_day: Value, dated_hours: Value) -> Value:
    """Day of publication: 60 days after the end of training, where it is not known [d].

    Source: Epoch AI, arXiv 2405.21015v2 B.1.
    """
    guess = estimated_start_day + dated_hours / HOURS_PER_DAY + PUBLICATION_LAG
    return where(missing(publication_day), guess, publication_day)


def available_day(is_tpu: Value, release_day: Value, earliest_price_day: Value, estimated_start_day: Value) -> Value:
    """Day from which the chip could be had, and its price falls [d].

    A TPU: its release. A GPU: 90 days after its release, but not before its earliest price. One of unknown release: the
    day on which training began.

    Source: Epoch AI, arXiv 2405.21015v2 B.1.
    """
    delivered = release_day + AVAILABILITY_LAG
    priced = where(missing(earliest_price_day), delivered, maximum(delivered, earliest_price_day))
    return where(missing(release_day), estimated_start_day, where(is_tpu == 1, release_day, priced))


def start_day(is_tpu: Value, estimated_start_day: Value, available_day: Value) -> Value:
    """Day on which training began; on a GPU not before it could be had [d].

    A TPU serves its maker before the public: its age may be negative, its value above the price.

    Source: Epoch AI, training-cost-trends (39013e2).
    """
    return where(is_tpu == 1, estimated_start_day, maximum(estimated_start_day, available_day))


def procurement_day(start_day: Value) -> Value:
    """Day on which chips are rented [d].

    60 days before training begins.

    Source: Epoch AI, arXiv 2405.21015v2 A.5; counted from the start, as in its code.
    """
    return start_day - PROCUREMENT_LAG


def chip_age_years(start_day: Value, available_day: Value) -> Value:
    """Age of the hardware when training begins, in whole days; 0 where nothing is known of the chip's release [yr].

    ⌊start_day − available_day⌋ / 365.25.

    Source: Epoch AI, training-cost-trends (39013e2).
    """
    return floor(start_day - available_day) / DAYS_PER_YEAR


def chip_hours(counted_chip_hours: Value) -> Value:
    """Chip-hours of the run, where they are not given: chips · hours, else by the arithmetic [chip·h].

    run_flop / (peak_flop_per_s · whole_run_utilisation) / 3600 where the hours are not given either.

    Source: Epoch AI, arXiv 2405.21015v2 section 2.2; 37.5 % is the median of 33 known utilisations.
    """
    return counted_chip_hours


def train_hours(chip_hours: Value, chips: Value) -> Value:
    """Elapsed hours of the run [h].

    chip_hours / chips.

    Source: definition.
    """
    return chip_hours / chips


def run_years(chip_hours: Value, chips: Value) -> Value:
    """Years for which the run uses up the cluster [yr].

    chip_hours / chips / 8766, whatever hours the run is said to have taken.

    Source: Epoch AI, arXiv 2405.21015v2 section 2.2; 8766 hours a year as in its code.
    """
    return chip_hours / chips / HOURS_PER_YEAR


def depreciated_share(value_share_at_start: Value, value_decline_oom_per_year: Value, run_years: Value) -> Value:
    """Share of the price new that chips, servers and network lose during the run [1].

    10^(−r·age) · r · ln 10 · run: the slope of the market value at the start, kept for the whole run.

    Source: Epoch AI, arXiv 2405.21015v2 section 2.2 (amortisation by the hour).
    """
    return value_share_at_start * value_decline_oom_per_year * log(DECADE) * run_years


def chip_price_usd(owns_chips: Value, earliest_price_usd: Value) -> Value:
    """What one chip costs to buy, in the form that server_overhead_factor belongs to [$/chip].

    Its earliest price, whenever it is bought: of a DGX server ÷ 8 where there is one. 0 where there is none and none is
    due.

    Source: Epoch AI, arXiv 2405.21015v2 A.1 and A.2.
    """
    return where(both(owns_chips == 0, missing(earliest_price_usd)), 0, earliest_price_usd)


def server_overhead_factor(earliest_price_factor: Value, server_per_chip_price: Value) -> Value:
    """Price of the server per chip ÷ price of the chip as quoted [1].

    1.64 for the price of a single chip (A100 1.66, V100 1.69, P100 1.54) and where nothing is known, 1 for a server's
    share.

    Source: Epoch AI, arXiv 2405.21015v2 A.1.
    """
    return where(missing(earliest_price_factor), server_per_chip_price, earliest_price_factor)


def chips_capex_usd(
    chips: Value, bought_chip_usd: Value, server_price_factor: Value, server_per_chip_price: Value
) -> Value:
    """Price of all chips, bare [$].

    chips · price of a server per chip / server_per_chip_price, also where only the server has a price.

    Source: Epoch AI, training-cost-trends (39013e2).
    """
    return chips * bought_chip_usd * server_price_factor / server_per_chip_price


def servers_capex_usd(chips_capex_usd: Value, server_per_chip_price: Value) -> Value:
    """Price of the servers around the chips [$].

    chips_capex_usd · (server_per_chip_price − 1).

    Source: Epoch AI, training-cost-trends (39013e2).
    """
    return chips_capex_usd * (server_per_chip_price - 1)


def _by_tdp(early_tdp_w: Value, tdp_w: Value, server_power_per_tdp: Value) -> Value:
    """Power of a server per chip, by the figure of 2024 where it was another one since [W/chip]."""
    return where(missing(early_tdp_w), tdp_w, early_tdp_w) * server_power_per_tdp


@status("no_power_data", spoils="server_w")
def no_power_data(early_tdp_w: Value, tdp_w: Value) -> Value:
    """Whether the chip's thermal design power is not published [truth].

    Source: the catalogue.
    """
    return both(missing(early_tdp_w), missing(tdp_w))


@status("no_owned_power_data", spoils="owned_server_w")
def no_owned_power_data(is_rented: Value, early_tdp_w: Value, tdp_w: Value) -> Value:
    """Whether an owner cannot know the power to pay for [truth].

    Source: the catalogue.
    """
    return both(negate(is_rented == 1), both(missing(early_tdp_w), missing(tdp_w)))


def server_w(early_tdp_w: Value, tdp_w: Value, server_power_per_tdp: Value) -> Value:
    """Nameplate power of the server per accelerator [W/chip].

    TDP · 1.82 (H100), 2.03 (A100), 1.67 (V100), 1.8 (other GPU), 1.56 (TPU v4 and later; v3 1.47, v2 1.64, v1 2.93).

    Source: Epoch AI, arXiv 2405.21015v2 A.4.
    """
    return _by_tdp(early_tdp_w, tdp_w, server_power_per_tdp)


def owned_server_w(is_rented: Value, early_tdp_w: Value, tdp_w: Value, server_power_per_tdp: Value) -> Value:
    """Nameplate power of the server per accelerator that its owner pays for; 0 for rented chips [W/chip].

    As server_w.

    Source: Epoch AI, arXiv 2405.21015v2 A.4.
    """
    return where(is_rented == 1, 0, _by_tdp(early_tdp_w, tdp_w, server_power_per_tdp))


def load_factor(is_tpu: Value) -> Value:
    """Average power of a server in training ÷ its nameplate [1].

    0.75, of a TPU 0.43.

    Source: Epoch AI, arXiv 2405.21015v2 A.4.
    """
    return where(is_tpu == 1, TPU_LOAD, GPU_LOAD)


def pue(is_hyperscaler: Value) -> Value:
    """Power of the facility over power of the IT [1].

    1.10 for hyperscalers, 1.25 for everybody else.

    Source: Epoch AI, arXiv 2405.21015v2 A.4.
    """
    return where(is_hyperscaler == 1, HYPERSCALER_PUE, OTHER_PUE)


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


def cost_energy_usd(
    is_rented: Value,
    published_energy_kwh: Value,
    chip_hours: Value,
    metered_w: Value,
    electricity_usd_per_kwh: Value,
) -> Value:
    """Electricity for the final run on owned chips; 0 for rented ones [$].

    chip_hours · metered_w / 1000 · electricity_usd_per_kwh, or what published_energy_kwh costs where it is given.

    Source: Epoch AI, arXiv 2405.21015v2 section 2.3.
    """
    reckoned = chip_hours * metered_w / W_H_PER_KWH
    energy = where(missing(published_energy_kwh), reckoned, published_energy_kwh)
    return where(is_rented == 1, 0, energy * electricity_usd_per_kwh)


def rental_usd_per_chip_hour(is_rented: Value, nearest_rental_usd_per_chip_hour: Value) -> Value:
    """The rate of one rented chip, in whatever market [$/(chip·h)].

    That of the catalogue's quote nearest in time, of Amazon before Microsoft, Google and Lambda. 0 where there is none
    and none is due.

    Source: Epoch AI, arXiv 2405.21015v2 A.5.
    """
    unpaid = both(is_rented == 0, missing(nearest_rental_usd_per_chip_hour))
    return where(unpaid, 0, nearest_rental_usd_per_chip_hour)


def rent_usd_per_chip_hour(
    is_rented: Value, rental_usd_per_chip_hour: Value, term_discount: Value, three_year_discount: Value
) -> Value:
    """What is paid for one hour of one rented chip, at the price of a commitment of three years [$/(chip·h)].

    quote · (1 − three_year_discount) / (1 − term_discount).

    Source: Epoch AI, arXiv 2405.21015v2 A.5.
    """
    charged = rental_usd_per_chip_hour * ((1 - three_year_discount) / (1 - term_discount))
    return where(is_rented == 1, charged, 0)
