"""duckdb: SQL over small tables, each term computed in the smallest of them that knows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np

import cluster as c
from workload import COLUMNS, Indices, Workload

_DESIGNS = f"""
CREATE OR REPLACE TEMP TABLE designs AS
WITH clusters AS (
  SELECT *, chips::DOUBLE AS n,
    {c.MFU_OF_REFERENCE} * pow(n / {c.REFERENCE_CHIPS}, {c.MFU_EXPONENT}) AS mfu,
    n * system_w * {c.PUE} / {c.WATTS_PER_MW} AS facility_mw,
    n * {c.SETUP_USD_PER_CHIP} AS setup,
    mem_gib * {c.BYTES_PER_GIB} / {c.STATE_BYTES_PER_PARAM} * least(n, {c.SHARDING_CHIPS}) AS largest,
    1.0::DOUBLE / (peak_flop_per_s * mfu * n * {c.SECONDS_PER_DAY}) AS days,
    days * n * {c.HOURS_PER_DAY} AS hours,
    hours * chip_price_usd * server_overhead_factor * {c.UPKEEP_FACTOR} / {c.LIFE_HOURS} AS compute,
    facility_mw * {c.HOURS_PER_DAY} * days AS mwh
  FROM chips, sizes
)
SELECT price_number * (SELECT count(*) FROM clusters)
    + hardware_number * (SELECT count(*) FROM sizes) + size_number AS design,
  hardware, chips, mfu, facility_mw, setup, largest, days, hours, compute, mwh,
  mwh * electricity * {c.KWH_PER_MWH} AS energy, compute + energy AS total
FROM prices, clusters ORDER BY design
"""
_RUNS = f"""
CREATE OR REPLACE TEMP TABLE runs AS
SELECT size * (SELECT count(*) FROM token_counts) + number AS run, params, tokens,
  {c.FLOP_PER_PARAM_AND_TOKEN}::DOUBLE * params * tokens AS training_flop,
  {c.LOSS_FLOOR}::DOUBLE + {c.LOSS_A}::DOUBLE * pow(params, -{c.LOSS_ALPHA}::DOUBLE)
    + {c.LOSS_B}::DOUBLE * pow(tokens, -{c.LOSS_BETA}::DOUBLE) AS loss
FROM param_counts, token_counts ORDER BY run
"""
_FORMULAS = {
    "train_days": "training_flop * days",
    "chip_hours": "training_flop * hours",
    "cost_compute_usd": "training_flop * compute",
    "energy_mwh": "training_flop * mwh",
    "cost_energy_usd": "training_flop * energy",
    "cost_total_usd": "training_flop * total + setup",
}
_TEN = ", ".join(f"{_FORMULAS[name]} AS {name}" if name in _FORMULAS else name for name in COLUMNS)
_ROWS = f"SELECT hardware, chips, params, tokens, {_TEN} FROM designs, runs"


class Duckdb:
    """All cores. ``tuned``: files with the settings that were found to be the fastest, else as they come."""

    def __init__(self, *, tuned: bool = True) -> None:
        self.tuned = tuned
        self.connection = duckdb.connect()
        self.connection.execute("SET preserve_insertion_order = false")

    def materialise(self, w: Workload) -> dict[str, Any]:
        """An Arrow table of ten columns, its rows in duckdb's order."""
        self._tables(w)
        table = self.connection.sql(f"SELECT {_TEN} FROM designs, runs").to_arrow_table()
        return {name: table[name] for name in COLUMNS}

    def stream(self, w: Workload) -> dict[str, tuple[float, float, float]]:
        """Aggregates of ten columns that never exist as a whole."""
        self._tables(w)
        wanted = ", ".join(f"min({name}), max({name}), sum({name})" for name in COLUMNS)
        found = self._row(f"SELECT {wanted} FROM (SELECT {_TEN} FROM designs, runs)")
        return {name: (found[3 * i], found[3 * i + 1], found[3 * i + 2]) for i, name in enumerate(COLUMNS)}

    def best(self, w: Workload) -> Indices:
        """The index of the cheapest cluster and price that fits, for each run."""
        self._tables(w)
        query = f"""
            SELECT run, arg_min(design, {_FORMULAS["cost_total_usd"]})
            FROM designs, runs WHERE params <= largest GROUP BY run ORDER BY run
        """
        run, design = (np.asarray(part) for part in self.connection.execute(query).fetchnumpy().values())
        return np.asarray(design * len(run) + run, dtype=np.int64)

    def top(self, w: Workload, k: int) -> Indices:
        """The indices of the ``k`` cheapest that fit."""
        self._tables(w)
        query = f"""
            SELECT design, run, {_FORMULAS["cost_total_usd"]} AS cost
            FROM designs, runs WHERE params <= largest ORDER BY cost LIMIT {k}
        """
        found = self.connection.execute(query).fetchnumpy()
        runs = len(w.params) * len(w.tokens)
        return np.asarray(found["design"], dtype=np.int64) * runs + np.asarray(found["run"], dtype=np.int64)

    def parquet(self, w: Workload, path: Path) -> None:
        """A file with zstd."""
        tuned = ", COMPRESSION_LEVEL 1, PARQUET_VERSION v2" if self.tuned else ""
        self._copy(w, path, f"FORMAT parquet, COMPRESSION zstd{tuned}")

    def csv(self, w: Workload, path: Path) -> None:
        """A file with a header."""
        self._copy(w, path, "FORMAT csv, HEADER")

    def _copy(self, w: Workload, path: Path, form: str) -> None:
        self._tables(w)
        self.connection.execute(f"COPY ({_ROWS}) TO '{path}' ({form})")

    def _tables(self, w: Workload) -> None:
        v = w.values
        figures = ("peak_flop_per_s", "mem_gib", "system_w", "chip_price_usd", "server_overhead_factor")
        self._load("prices", price_number=range(len(w.electricity_usd_per_kwh)), electricity=w.electricity_usd_per_kwh)
        self._load(
            "chips",
            hardware_number=range(len(w.hardware)),
            hardware=w.hardware,
            **{name: v[name].tolist() for name in figures},
        )
        self._load("sizes", size_number=range(len(w.chips)), chips=w.chips)
        self._load("param_counts", size=range(len(w.params)), params=w.params)
        self._load("token_counts", number=range(len(w.tokens)), tokens=w.tokens)
        self.connection.execute(_DESIGNS)
        self.connection.execute(_RUNS)

    def _load(self, table: str, **columns: Any) -> None:  # noqa: ANN401 - values of any kind
        names = ", ".join(f"unnest(${name}) AS {name}" for name in columns)
        values = {name: list(column) for name, column in columns.items()}
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {names}", values)

    def _row(self, query: str) -> tuple[Any, ...]:
        found = self.connection.execute(query).fetchone()
        return found or ()
