"""Later years: the same capability at another date, by explicit trends of algorithms, prices and chips.

Not a part of the default model, whose prices are those of a date: ``gigacost over-time`` overrides these quantities of
it. Up to the catalogue's date prices are quoted ones; beyond it they follow a trend. The rent of one chip has no trend
of its own: from one year to the next its median change in the catalogue is none, and it rose as well as fell (H100 for
a year: $1.70 in 2025-10, $2.65 in 2026-06). What falls is the price of the work that chips do, as better ones come; the
market's ups and downs around that are ``rental_level``.
"""

from __future__ import annotations

from gigacost.graph.declarations import Input
from gigacost.model.constants import YEAR
from gigacost.model.people import staff_fte_years as staff_of_run
from gigacost.ops import Value, power, where

YEARS_AHEAD = Input(
    "years_ahead",
    "yr",
    "Years from the date of the prices to the run; 0 where they are of its day.",
    default=0.0,
    source="definition",
    high=50.0,
    plausible=(0.0, 10.0),
)
ALGORITHM_YEARS = Input(
    "algorithm_years",
    "yr",
    "Years from the algorithms that params and tokens are meant for to those of the run; below 0 for older ones.",
    default=0.0,
    source="definition",
    low=-50.0,
    high=50.0,
    plausible=(-10.0, 10.0),
)
RENTAL_LEVEL = Input(
    "rental_level",
    "1",
    "Rents in a later year over what the trend of price-performance leaves of today's: scarcity, or a glut.",
    default=1.0,
    source="definition: on the trend",
    low_open=True,
    high=100.0,
    plausible=(0.3, 3.0),
)


def run_flop(
    training_flop: Value, post_training_share: Value, algorithmic_gain: Value, algorithm_years: Value
) -> Value:
    """Arithmetic of the final run, pre- and post-training, with the algorithms of its year [FLOP].

    training_flop · (1 + post_training_share) / algorithmic_gain^years.

    Source: Epoch AI, Algorithmic progress in language models (arXiv 2403.05812).
    """
    return training_flop * (1.0 + post_training_share) / power(algorithmic_gain, algorithm_years / YEAR)


def staff_fte_years(
    staff_fte: Value,
    project_life_years: Value,
    training_flop: Value,
    algorithmic_gain: Value,
    algorithm_years: Value,
) -> Value:
    """Years of work of the people who develop the model with the algorithms of its year [FTE·yr].

    As otherwise, of the arithmetic that the run then takes: training_flop / algorithmic_gain^years. Pay has no trend.

    Source: fit to the four development costs of Epoch AI, arXiv 2405.21015; arXiv 2403.05812.
    """
    needed = training_flop / power(algorithmic_gain, algorithm_years / YEAR)
    return staff_of_run(staff_fte, project_life_years, needed)


def rent_usd_per_chip_hour(
    is_rented: Value,
    rental_usd_per_chip_hour: Value,
    price_performance_gain: Value,
    years_ahead: Value,
    rental_level: Value,
) -> Value:
    """What is paid for one hour of the work that one chip does today; 0 where chips are not rented [$/(chip·h)].

    The quoted rate; in a later year rate / price_performance_gain^years · rental_level.

    Source: Epoch AI, arXiv 2405.21015 (0.14 orders of magnitude a year).
    """
    level = where(years_ahead > 0.0, rental_level, 1.0)
    rate = rental_usd_per_chip_hour / power(price_performance_gain, years_ahead / YEAR) * level
    return where(is_rented == 1, rate, 0)


def bought_chip_usd(
    owns_chips: Value, chip_price_usd: Value, price_performance_gain: Value, years_ahead: Value
) -> Value:
    """What is paid to buy what does the work of one chip of today; 0 where chips are not bought [$/chip].

    The price; in a later year price / price_performance_gain^years.

    Source: Epoch AI, arXiv 2405.21015 (0.14 orders of magnitude a year).
    """
    return where(owns_chips == 1, chip_price_usd / power(price_performance_gain, years_ahead / YEAR), 0)


def server_w(system_w: Value, energy_efficiency_gain: Value, years_ahead: Value) -> Value:
    """Power of the server for the work of one accelerator of today [W/chip].

    system_w; in a later year system_w / energy_efficiency_gain^years.

    Source: Epoch AI: energy efficiency of AI hardware improves by 40 to 50 % a year.
    """
    return system_w / power(energy_efficiency_gain, years_ahead / YEAR)


def owned_server_w(is_rented: Value, system_w: Value, energy_efficiency_gain: Value, years_ahead: Value) -> Value:
    """The same where its owner must house it; 0 for rented chips [W/chip].

    Source: Epoch AI: energy efficiency of AI hardware improves by 40 to 50 % a year.
    """
    return where(is_rented == 1.0, 0.0, system_w / power(energy_efficiency_gain, years_ahead / YEAR))
