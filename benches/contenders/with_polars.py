"""polars: lazy frames of low rank, joined and evaluated by the streaming engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import cluster
from workload import COLUMNS, Indices, Workload

_ROWS = ("hardware", "chips", "params", "tokens", *COLUMNS)


class Polars:
    """``tuned``: files with the settings that were found to be the fastest, else as they come."""

    def __init__(self, *, tuned: bool = True) -> None:
        self.tuned = tuned

    def materialise(self, w: Workload) -> dict[str, pl.Series]:
        """A frame of ten columns."""
        frame = _rows(w).select(COLUMNS).collect(engine="streaming")
        return {name: frame[name] for name in COLUMNS}

    def stream(self, w: Workload) -> dict[str, tuple[float, float, float]]:
        """Aggregates of ten columns that never exist as a whole."""
        aggregates = [
            getattr(pl.col(name), kind)().alias(f"{name} {kind}") for name in COLUMNS for kind in ("min", "max", "sum")
        ]
        found = _rows(w).select(aggregates).collect(engine="streaming")
        return {name: (found[f"{name} min"][0], found[f"{name} max"][0], found[f"{name} sum"][0]) for name in COLUMNS}

    def best(self, w: Workload) -> Indices:
        """The index of the cheapest cluster and price that fits, for each run."""
        legal = _rows(w).filter("fits")
        cheapest = pl.col("design").min_by("cost_total_usd")
        found = legal.group_by("run").agg(cheapest).sort("run").collect(engine="streaming")
        return np.asarray(found["design"] * len(found) + found["run"])

    def top(self, w: Workload, k: int) -> Indices:
        """The indices of the ``k`` cheapest that fit."""
        legal = _rows(w).filter("fits").select("design", "run", "cost_total_usd")
        found = legal.bottom_k(k, by="cost_total_usd").sort("cost_total_usd").collect(engine="streaming")
        return np.asarray(found["design"] * (len(w.params) * len(w.tokens)) + found["run"])

    def parquet(self, w: Workload, path: Path) -> None:
        """A file written by the streaming engine, with zstd."""
        tuned: dict[str, Any] = {"compression_level": 1} if self.tuned else {}
        _rows(w).select(_ROWS).sink_parquet(path, compression="zstd", **tuned)

    def csv(self, w: Workload, path: Path) -> None:
        """A file written by the streaming engine."""
        _rows(w).select(_ROWS).sink_csv(path)


def _rows(w: Workload) -> pl.LazyFrame:
    """All combinations, each term computed in the smallest frame that knows it. Nothing is evaluated yet."""
    designs = _designs(w)
    runs = _runs(w)
    flop = pl.col("training_flop")
    return designs.join(runs, how="cross", maintain_order="left_right").with_columns(
        train_days=flop * pl.col("days"),
        chip_hours=flop * pl.col("hours"),
        cost_compute_usd=flop * pl.col("compute"),
        energy_mwh=flop * pl.col("mwh"),
        cost_energy_usd=flop * pl.col("energy"),
        cost_total_usd=flop * pl.col("total") + pl.col("setup"),
        fits=pl.col("params") <= pl.col("largest"),
    )


def _designs(w: Workload) -> pl.LazyFrame:
    """A row for each electricity price, chip and number of chips."""
    v = w.values
    figures = ("peak_flop_per_s", "mem_gib", "system_w", "chip_price_usd", "server_overhead_factor")
    prices = pl.LazyFrame({"electricity": v["electricity_usd_per_kwh"]})
    chips = pl.LazyFrame({"hardware": list(w.hardware), **{name: v[name] for name in figures}})
    sizes = pl.LazyFrame({"chips": list(w.chips)})
    n, power = pl.col("chips").cast(pl.Float64), cluster.MFU_EXPONENT
    usd_per_hour = (
        pl.col("chip_price_usd") * pl.col("server_overhead_factor") * (cluster.UPKEEP_FACTOR / cluster.LIFE_HOURS)
    )
    rate = pl.col("peak_flop_per_s") * pl.col("mfu") * n * cluster.SECONDS_PER_DAY
    return (
        prices.join(
            chips.join(sizes, how="cross", maintain_order="left_right"), how="cross", maintain_order="left_right"
        )
        .with_row_index("design")
        .with_columns(
            pl.col("design").cast(pl.Int64),
            mfu=cluster.MFU_OF_REFERENCE * (n / cluster.REFERENCE_CHIPS).pow(power),
            facility_mw=n * pl.col("system_w") * (cluster.PUE / cluster.WATTS_PER_MW),
            setup=n * cluster.SETUP_USD_PER_CHIP,
        )
        .with_columns(
            days=1.0 / rate,
            largest=pl.col("mem_gib")
            * cluster.BYTES_PER_GIB
            / cluster.STATE_BYTES_PER_PARAM
            * pl.min_horizontal(n, pl.lit(cluster.SHARDING_CHIPS)),
        )
        .with_columns(
            hours=pl.col("days") * n * cluster.HOURS_PER_DAY,
            mwh=pl.col("facility_mw") * cluster.HOURS_PER_DAY * pl.col("days"),
        )
        .with_columns(
            compute=pl.col("hours") * usd_per_hour,
            energy=pl.col("mwh") * pl.col("electricity") * cluster.KWH_PER_MWH,
        )
        .with_columns(total=pl.col("compute") + pl.col("energy"))
    )


def _runs(w: Workload) -> pl.LazyFrame:
    """A row for each model size and token count."""
    params, tokens = pl.col("params"), pl.col("tokens")
    return (
        pl.LazyFrame({"params": list(w.params)})
        .join(pl.LazyFrame({"tokens": list(w.tokens)}), how="cross", maintain_order="left_right")
        .with_row_index("run")
        .with_columns(
            pl.col("run").cast(pl.Int64),
            training_flop=cluster.FLOP_PER_PARAM_AND_TOKEN * params * tokens,
            loss=cluster.LOSS_FLOOR
            + cluster.LOSS_A * params.pow(-cluster.LOSS_ALPHA)
            + cluster.LOSS_B * tokens.pow(-cluster.LOSS_BETA),
        )
    )
