"""Researchers and engineers: how many years of work, and what a year costs.

By default the years follow the size of the run. ``staff_fte`` replaces that by a head count over the project's life.
"""

from __future__ import annotations

from gigacost.graph.declarations import MISSING, Constant, Input, contribution, doubt
from gigacost.ops import Value, maximum, missing, power, where

STAFF_FTE = Input(
    "staff_fte",
    "FTE",
    "Full-time equivalents working on the project; left out, they follow from the run's FLOP.",
    default=MISSING,
    high=1e7,
)
PROJECT_YEARS = Input(
    "project_years",
    "yr",
    "Duration of the project, from its first experiments to the model.",
    default=1.0,
    source="Epoch AI, arXiv 2405.21015, section 2.5: median of 12 months for GPT-4 (GPT-3 8.3, OPT 6.3)",
    date="2024-05",
    low=1e-4,
    high=1000.0,
    plausible=(0.05, 10.0),
)
SALARY = Input(
    "salary_usd",
    "$/(FTE·yr)",
    "Yearly salary.",
    default=192_500.0,
    source="Epoch AI, arXiv 2405.21015 A.6: geometric mean of its 90 % interval, 139,771 to 265,236",
    date="2024-05",
    high=1e9,
    plausible=(20e3, 2e6),
)
OVERHEAD_FACTOR = Input(
    "salary_overhead_factor",
    "1",
    "Cost to the employer ÷ salary, without equity.",
    default=1.32,
    source="Epoch AI, arXiv 2405.21015 A.6: geometric mean of its 90 % interval, 1.25 to 1.40",
    date="2024-05",
    low=1.0,
    high=100.0,
    plausible=(1.0, 2.0),
)
EQUITY = Input(
    "equity_usd",
    "$/(FTE·yr)",
    "Yearly value of shares granted.",
    default=133_000.0,
    source="Epoch AI, arXiv 2405.21015 A.6: geometric mean of its 90 % interval, 35,468 to 501,747",
    date="2024-05",
    high=1e10,
    plausible=(0.0, 1e7),
)

_FIT = "fit to Epoch AI's four development costs (GPT-3, OPT, GPT-4, Gemini; arXiv 2405.21015), within a factor 1.6"
REFERENCE_FLOP = Constant(1e24, "FLOP", _FIT, "2024-05")
REFERENCE_FTE_YEARS = Constant(9, "FTE·yr", _FIT, "2024-05")
STAFF_EXPONENT = Constant(0.74, "1", _FIT, "2024-05")
LONGEST_RUN_YEARS = Constant(
    1.25, "yr", "Epoch AI, The longest training run: at most 14 to 15 months; 9 by its estimate of 2025", "2022-08"
)


@doubt(of="run_years", what="longer than 15 months: a run that starts later, on better chips, is done before")
def long_run(run_years: Value) -> Value:
    """Whether the final run takes longer than any that is worth starting [truth].

    run_years > 1.25. Chips and algorithms improve meanwhile: whoever waits and starts later is done before.

    Source: Epoch AI, The longest training run (2022-08): at most 14 to 15 months.
    """
    return run_years > LONGEST_RUN_YEARS


def project_life_years(project_years: Value, run_years: Value) -> Value:
    """Duration of the project, never shorter than its final run [yr].

    max(project_years, run_years).

    Source: definition.
    """
    return maximum(project_years, run_years)


def staff_fte_years(staff_fte: Value, project_life_years: Value, training_flop: Value) -> Value:
    """Years of work of the people who develop the model [FTE·yr].

    9 · (training_flop / 1e24)^0.74, or staff_fte · project_life_years where staff_fte is given.

    Source: fit to the four development costs of Epoch AI, arXiv 2405.21015, section 2.5 (within a factor of 1.6).
    """
    fitted = REFERENCE_FTE_YEARS * power(training_flop / REFERENCE_FLOP, STAFF_EXPONENT)
    return where(missing(staff_fte), fitted, staff_fte * project_life_years)


def usd_per_fte_year(salary_usd: Value, salary_overhead_factor: Value, equity_usd: Value) -> Value:
    """What a year of work of one person costs [$/(FTE·yr)].

    salary · overhead + equity; about $387k by default.

    Source: Epoch AI, arXiv 2405.21015 A.6 (overhead on the salary only).
    """
    return salary_usd * salary_overhead_factor + equity_usd


@contribution(to="total_development_usd")
def cost_staff_usd(staff_fte_years: Value, usd_per_fte_year: Value) -> Value:
    """Pay of the people who develop the model: salary, overhead, equity [$].

    staff_fte_years · usd_per_fte_year.

    Source: Epoch AI, arXiv 2405.21015, section 2.5.
    """
    return staff_fte_years * usd_per_fte_year
