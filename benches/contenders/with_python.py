"""The plain Python loop: what one writes first. Terms are computed where they vary, as one does without thinking."""

from __future__ import annotations

import csv
import heapq
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import cluster as c
from workload import COLUMNS, Floats, Indices, Workload


class Python:
    """One thread."""

    def materialise(self, w: Workload) -> dict[str, Floats]:
        """Ten arrays of doubles."""
        columns = [array("d") for _ in COLUMNS]
        for _, row, _ in _rows(w):
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        return {name: np.array(column) for name, column in zip(COLUMNS, columns, strict=True)}

    def stream(self, w: Workload) -> dict[str, tuple[float, float, float]]:
        """The minimum, maximum and sum of each column, row by row."""
        ten = range(len(COLUMNS))
        low, high, total = [float("inf")] * len(COLUMNS), [-float("inf")] * len(COLUMNS), [0.0] * len(COLUMNS)
        for _, row, _ in _rows(w):
            for i in ten:
                value = row[i]
                low[i] = min(low[i], value)
                high[i] = max(high[i], value)
                total[i] += value
        return {name: (low[i], high[i], total[i]) for i, name in enumerate(COLUMNS)}

    def best(self, w: Workload) -> Indices:
        """The index of the cheapest cluster and price that fits, for each run."""
        runs = len(w.params) * len(w.tokens)
        best, winner = [float("inf")] * runs, [0] * runs
        for index, row, fits in _rows(w):
            if fits and row[8] < best[index % runs]:
                best[index % runs] = row[8]
                winner[index % runs] = index
        return np.array(winner)

    def top(self, w: Workload, k: int) -> Indices:
        """The indices of the ``k`` cheapest that fit."""
        cheapest = heapq.nsmallest(k, ((row[8], index) for index, row, fits in _rows(w) if fits))
        return np.array([index for _, index in cheapest])

    def csv(self, w: Workload, path: Path) -> None:
        """A file by the standard library's writer."""
        runs = [(params, tokens) for params in w.params for tokens in w.tokens]
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["hardware", "chips", "params", "tokens", *COLUMNS])
            for index, row, _ in _rows(w):
                design, run = divmod(index, len(runs))
                hardware, size = divmod(design, len(w.chips))
                writer.writerow([w.hardware[hardware], w.chips[size], *runs[run], *row])


def _rows(w: Workload) -> Iterator[tuple[int, tuple[float, ...], bool]]:
    """The index, the ten columns and whether it fits, of every combination."""
    v = {name: values.tolist() for name, values in w.values.items()}
    losses = [
        [c.LOSS_FLOOR + c.LOSS_A * n**-c.LOSS_ALPHA + c.LOSS_B * d**-c.LOSS_BETA for d in w.tokens] for n in w.params
    ]
    index = 0
    for electricity in w.electricity_usd_per_kwh:
        for hardware in range(len(w.hardware)):
            price = v["chip_price_usd"][hardware] * v["server_overhead_factor"][hardware]
            usd_per_hour = price * c.UPKEEP_FACTOR / c.LIFE_HOURS
            for chips in w.chips:
                mfu = c.MFU_OF_REFERENCE * (chips / c.REFERENCE_CHIPS) ** c.MFU_EXPONENT
                flop_per_day = v["peak_flop_per_s"][hardware] * mfu * chips * c.SECONDS_PER_DAY
                mw = chips * v["system_w"][hardware] * c.PUE / c.WATTS_PER_MW
                setup = chips * c.SETUP_USD_PER_CHIP
                for size, params in enumerate(w.params):
                    memory = c.STATE_BYTES_PER_PARAM * params / min(chips, c.SHARDING_CHIPS) / c.BYTES_PER_GIB
                    fits = memory <= v["mem_gib"][hardware]
                    loss = losses[size]
                    for i, tokens in enumerate(w.tokens):
                        flop = c.FLOP_PER_PARAM_AND_TOKEN * params * tokens
                        days = flop / flop_per_day
                        hours = days * chips * c.HOURS_PER_DAY
                        compute = hours * usd_per_hour
                        mwh = mw * c.HOURS_PER_DAY * days
                        energy = mwh * electricity * c.KWH_PER_MWH
                        total = compute + energy + setup
                        yield index, (flop, mfu, days, hours, compute, mw, mwh, energy, total, loss[i]), fits
                        index += 1
