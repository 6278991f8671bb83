"""A Dask cluster on this machine."""

from __future__ import annotations

import dask
import distributed


def cluster_of(workers: int) -> distributed.LocalCluster:
    """Worker processes of one thread, started again when they are killed."""
    # A part that was lost once is reported at once, not after Dask has lost four workers by it.
    with dask.config.set({"distributed.scheduler.allowed-failures": 0, "distributed.comm.timeouts.connect": "10s"}):
        return distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=60
        )


def address_of(cluster: distributed.LocalCluster) -> str:
    """What the cluster is called as an executor."""
    return "dask://" + cluster.scheduler_address.removeprefix("tcp://")
