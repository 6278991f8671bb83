"""Capacity that is paid for and not used: idle owned chips, committed hours nobody fills.

An owned or colocated fleet stands all year; a reserved one for its commitment. The final run and its experiments fill
that time first, the runs of the same fleet share what remains. Without ``runs_per_year``

* an owned or colocated fleet outlives the project and serves others: it is taken to be used 80 % of the time;
* a commitment has to be paid by somebody, and only this project is known: it bears all of it.

With ``runs_per_year`` a commitment is shared by the runs of its time, at least one. More runs than there is time for
are a state of the design. Nothing is committed on demand and on spot, so nothing is unused, and runs may overlap.
Retraining (``improvement``) is work for the same fleet: count it in runs_per_year. Idle chips are charged no energy.
"""

from __future__ import annotations

from gigacost.graph.declarations import MISSING, Input, contribution, status
from gigacost.model.constants import HOURS_PER_YEAR
from gigacost.model.time import RUN
from gigacost.ops import Value, both, either, maximum, minimum, missing, where

RUNS_PER_YEAR = Input(
    "runs_per_year",
    "1/yr",
    "Runs like this one, each with its experiments, that the same chips do in a year.",
    default=MISSING,
    low=1e-6,
    high=1e6,
    plausible=(0.1, 1000.0),
)
ASSUMED_FLEET_UTILISATION = Input(
    "assumed_fleet_utilisation",
    "1",
    "Share of its time that an owned or colocated fleet is used, where runs_per_year is not given.",
    default=0.8,
    source="assumption",
    high=1.0,
    low=0.001,
    plausible=(0.3, 1.0),
)

GIVEN_FLEET_UTILISATION = Input(
    "fleet_utilisation", "1", "Limits of hours used ÷ hours owned or committed, where given.", low=0.001, high=1.0
)


def busy_hours(experiments_factor: Value, train_hours: Value) -> Value:
    """Hours for which one run keeps its chips busy, experiments included [h].

    f · train_hours.

    Source: Epoch AI, arXiv 2405.21015, section 2.5 (f = development compute ÷ final run).
    """
    return experiments_factor * train_hours


def runs_per_commitment(runs_per_year: Value, commitment_hours: Value) -> Value:
    """Runs that share one commitment, at least one [1].

    max(1, runs_per_year · commitment); 1 where runs_per_year is not given. Who trains less often than a commitment
    lasts does not commit for the years between.

    Source: definition.
    """
    return where(missing(runs_per_year), 1, maximum(1, runs_per_year * (commitment_hours / HOURS_PER_YEAR)))


def possible_runs_per_year(busy_hours: Value) -> Value:
    """Runs, each with its experiments, that the same chips have time for in a year [1/yr].

    8766 / busy_hours.

    Source: definition.
    """
    return HOURS_PER_YEAR / busy_hours


@status("too_many_runs", spoils=RUN, central=True)
def too_many_runs(
    owns_chips: Value, commitment_hours: Value, runs_per_year: Value, runs_per_commitment: Value, busy_hours: Value
) -> Value:
    """Whether owned or committed chips are to do more runs than they have time for [truth].

    busy_hours · runs_per_year > 8766, or of a commitment that several runs share, busy_hours · runs_per_commitment >
    its hours: more than possible_runs_per_year. A single run may take longer than a commitment. On demand and on spot
    runs may overlap, on more chips. It is judged on central values: draws in which the chips are full are counted as
    they are, and P(too_many_runs) is their share.

    Source: definition.
    """
    in_a_year = busy_hours * runs_per_year > HOURS_PER_YEAR
    in_a_commitment = both(runs_per_commitment > 1, busy_hours * runs_per_commitment > commitment_hours)
    kept = either(owns_chips == 1, commitment_hours > 0)
    return both(kept, either(in_a_year, both(owns_chips == 0, in_a_commitment)))


def owned_utilisation(runs_per_year: Value, busy_hours: Value, assumed_fleet_utilisation: Value) -> Value:
    """Share of the year for which an owned or colocated fleet is used [1].

    min(1, busy_hours · runs_per_year / 8766), else the assumption of 0.8. Only draws reach the 1: see too_many_runs.

    Source: definition; the default is an assumption.
    """
    given = minimum(1, busy_hours * runs_per_year / HOURS_PER_YEAR)
    return where(missing(runs_per_year), assumed_fleet_utilisation, given)


def commitment_utilisation(runs_per_commitment: Value, busy_hours: Value, commitment_hours: Value) -> Value:
    """Share of the paid hours of rented chips that is used [1].

    1 / max(1, commitment / used) with used = busy_hours · runs_per_commitment: 1 without a commitment, and for runs
    that take longer than it, which pay the rate for all their hours.

    Source: definition.
    """
    return 1.0 / maximum(1.0, commitment_hours / (busy_hours * runs_per_commitment))


def fleet_utilisation(owns_chips: Value, owned_utilisation: Value, commitment_utilisation: Value) -> Value:
    """Hours used ÷ hours owned or committed [1].

    Of an owned fleet its share of the year, of a rented one its share of the hours paid.

    Source: definition.
    """
    return where(owns_chips == 1, owned_utilisation, commitment_utilisation)


@contribution(to="total_project_usd")
def cost_unused_usd(experiments_factor: Value, run_compute_usd: Value, fleet_utilisation: Value) -> Value:
    """The run's part of what is paid for idle chips and unfilled commitments [$].

    f · run_compute_usd · (1 / fleet_utilisation − 1): idle hours at the rate of used ones, without energy. Run,
    experiments and this together are what is actually paid for compute.

    Source: definition.
    """
    return experiments_factor * run_compute_usd * (1 / fleet_utilisation - 1)
