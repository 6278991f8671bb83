"""The model hoisted by hand, as an expert of numpy or numba writes it: every term computed once, where it varies.

All that depends on the combination is then one multiplication of the run's FLOP by a coefficient of the cluster.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

import cluster
from workload import Floats, Workload

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Hoisted:
    """Terms of low rank; a *cluster* is a chip and a number of them, a *run* is a size and a token count."""

    flop: Floats
    """Of each run, as (params, tokens)."""
    loss: Floats
    """Of each run."""
    mfu: Floats
    """Of each cluster."""
    facility_mw: Floats
    setup_usd: Floats
    days: Floats
    """Of each cluster, for one FLOP; so are the following."""
    hours: Floats
    compute_usd: Floats
    mwh: Floats
    energy_usd: Floats
    """For each price and cluster."""
    total_usd: Floats
    """For each price and cluster, without the setup."""
    fits: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    """For each cluster and size."""


def hoisted(w: Workload) -> Hoisted:
    """All terms of low rank."""
    v = w.values
    params, tokens, chips = v["params"], v["tokens"], v["chips"]
    mfu = cluster.MFU_OF_REFERENCE * (chips / cluster.REFERENCE_CHIPS) ** cluster.MFU_EXPONENT
    days = 1.0 / (v["peak_flop_per_s"][:, None] * (mfu * chips * cluster.SECONDS_PER_DAY))
    hours = days * (chips * cluster.HOURS_PER_DAY)
    price = v["chip_price_usd"] * v["server_overhead_factor"] * cluster.UPKEEP_FACTOR / cluster.LIFE_HOURS
    compute = hours * price[:, None]
    facility_mw = v["system_w"][:, None] * (chips * (cluster.PUE / cluster.WATTS_PER_MW))
    mwh = facility_mw * cluster.HOURS_PER_DAY * days
    energy = mwh * (v["electricity_usd_per_kwh"] * cluster.KWH_PER_MWH)[:, None, None]
    shards = np.minimum(chips, cluster.SHARDING_CHIPS)
    memory = cluster.STATE_BYTES_PER_PARAM * params / shards[:, None] / cluster.BYTES_PER_GIB
    loss = cluster.LOSS_A * params[:, None] ** -cluster.LOSS_ALPHA + cluster.LOSS_B * tokens**-cluster.LOSS_BETA
    clusters = len(w.hardware) * len(w.chips)
    return Hoisted(
        flop=cluster.FLOP_PER_PARAM_AND_TOKEN * params[:, None] * tokens,
        loss=cluster.LOSS_FLOOR + loss,
        mfu=np.tile(mfu, len(w.hardware)),
        facility_mw=facility_mw.ravel(),
        setup_usd=np.tile(chips * cluster.SETUP_USD_PER_CHIP, len(w.hardware)),
        days=days.ravel(),
        hours=hours.ravel(),
        compute_usd=compute.ravel(),
        mwh=mwh.ravel(),
        energy_usd=energy.reshape(-1, clusters),
        total_usd=(compute + energy).reshape(-1, clusters),
        fits=(memory <= v["mem_gib"][:, None, None]).reshape(clusters, -1),
    )


def in_threads(work: Callable[[int, int], None], count: int, workers: int) -> None:
    """``work(start, stop)`` over the parts of ``range(count)``, one for each worker."""
    ends = [count * i // workers for i in range(workers + 1)]
    if workers == 1:
        work(0, count)
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, ends[:-1], ends[1:]))
