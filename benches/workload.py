"""The workload, stated once: the axes, the sweep over them, and the inputs and answers for those who do without it.

16 chips x 64 cluster sizes x 128 model sizes x 128 token counts are 16,777,216 combinations of ten columns; eight
electricity prices make them 134,217,728. The *irregular* variant has as many values that follow no rule.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import cluster
from gigacost import Model, Sweep
from gigacost.graph.wiring import Quantity
from gigacost.ops import Carrier

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]

MODEL = Model(cluster)
COLUMNS = (
    "training_flop", "mfu", "train_days", "chip_hours", "cost_compute_usd",
    "facility_mw", "energy_mwh", "cost_energy_usd", "cost_total_usd", "loss",
)  # fmt: skip
FIGURES = ("peak_flop_per_s", "mem_gib", "system_w", "chip_price_usd", "server_overhead_factor")
"""What the model reads of the catalogue."""
BY = "cost_total_usd"
OBJECTIVES = (BY, "train_days", "loss")
"""What a front is the front of; less is better."""
HARDWARE = (
    "a100-sxm-40", "a100-sxm-80", "a100-pcie-80", "h100-sxm", "h100-pcie", "h800-sxm", "h20", "h200-sxm",
    "gh200-96", "b200-sxm", "gb200-nvl72", "gb300-nvl72", "mi250x", "mi300x", "gaudi2", "gaudi3",
)  # fmt: skip
ONE_PRICE = (0.08,)
EIGHT_PRICES = (0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.10, 0.12)
_SIZES = {"chips": 64, "params": 128, "tokens": 128}
_RANGES = {"chips": (64, 65536), "params": (1e9, 2e12), "tokens": (1e11, 5e13)}
_SEED = 20261122


@dataclass(frozen=True)
class Workload:
    """The axes, outermost first."""

    electricity_usd_per_kwh: tuple[float, ...]
    hardware: tuple[str, ...]
    chips: tuple[int, ...]
    params: tuple[float, ...]
    tokens: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """How many values each axis has."""
        return (
            len(self.electricity_usd_per_kwh),
            len(self.hardware),
            len(self.chips),
            len(self.params),
            len(self.tokens),
        )

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return math.prod(self.shape)

    def cut(self, *, hardware: int | None = None, chips: int | None = None, others: int | None = None) -> Workload:
        """The workload with only the first so many values of its axes."""
        return replace(
            self,
            hardware=self.hardware[:hardware],
            chips=self.chips[:chips],
            params=self.params[:others],
            tokens=self.tokens[:others],
        )

    @property
    def sample(self) -> Workload:
        """A part for those who take too long: two sizes of a cluster, of a chip that every model fits into."""
        return replace(self, hardware=HARDWARE[-1:], chips=self.chips[-2:])

    def of_hardware(self, name: str) -> Workload:
        """The workload of one chip."""
        return replace(self, hardware=(name,))

    def sweep(self, *, where: str | None = None) -> Sweep:
        """All of it as a sweep. One electricity price is no axis."""
        axes: dict[str, Any] = {}
        fixed = {}
        if len(self.electricity_usd_per_kwh) > 1:
            axes["electricity_usd_per_kwh"] = self.electricity_usd_per_kwh
        else:
            (fixed["electricity_usd_per_kwh"],) = self.electricity_usd_per_kwh
        for name in ("hardware", "chips", "params", "tokens"):
            axes[name] = getattr(self, name)
        return Sweep(axes, fixed=fixed, where=where, columns=COLUMNS, model=MODEL)

    @cached_property
    def values(self) -> Mapping[str, Floats]:
        """The axes and the chips' figures as arrays, each along its own axis of ``shape``."""
        bound = self.sweep().bound
        found = {
            name: np.array(getattr(self, name), dtype=np.float64) for name in (*_RANGES, "electricity_usd_per_kwh")
        }
        return found | {name: np.array(bound.table(name).values) for name in FIGURES}

    def reference(self, index: Indices, names: tuple[str, ...] = (*COLUMNS, "fits")) -> dict[str, Any]:
        """What the model's own functions make of some combinations, called with arrays. Nothing of the engine is used.

        The answers of all contenders, gigacost's too, are held against it.
        """
        price, chip, size, params, tokens = np.unravel_index(index, self.shape)
        at = {"electricity_usd_per_kwh": price, "chips": size, "params": params, "tokens": tokens}
        at |= dict.fromkeys(FIGURES, chip)
        known: dict[str, Any] = {name: values[at[name]].view(Lanes) for name, values in self.values.items()}
        for step in MODEL.wire(names, known).steps:
            if isinstance(step, Quantity):
                known[step.name] = step.function(*(known[name] for name in step.parameters))
        return {name: np.asarray(known[name]) for name in names}

    def blocks(self) -> Iterator[Indices]:
        """The indices of all combinations, in pieces that fit into memory."""
        step = self.size // (len(self.electricity_usd_per_kwh) * len(self.hardware))
        for start in range(0, self.size, step):
            yield np.arange(start, start + step)


def workload(*, irregular: bool = False, prices: tuple[float, ...] = ONE_PRICE) -> Workload:
    """The workload with axes that are spaced evenly (on a logarithmic scale), or with irregular ones."""
    axes = {name: _irregular(name) if irregular else _even(name) for name in _SIZES}
    return Workload(
        electricity_usd_per_kwh=prices,
        hardware=HARDWARE,
        chips=tuple(8 * round(chips / 8) for chips in axes["chips"]),
        params=axes["params"],
        tokens=axes["tokens"],
    )


def _even(name: str) -> tuple[float, ...]:
    low, high = _RANGES[name]
    return tuple(low * (high / low) ** (i / (_SIZES[name] - 1)) for i in range(_SIZES[name]))


def _irregular(name: str) -> tuple[float, ...]:
    """Drawn evenly on the logarithmic scale; cluster sizes stay whole and different."""
    low, high = _RANGES[name]
    draw = random.Random(f"{_SEED} {name}")  # noqa: S311 - a benchmark, not a secret
    values: dict[int, float] = {}
    while len(values) < _SIZES[name]:
        value = low * (high / low) ** draw.random()
        values.setdefault(8 * round(value / 8), value)
    return tuple(value for _, value in sorted(values.items()))


class Lanes(np.ndarray, Carrier):
    """An array that the model's functions can be called with: its operations are numpy's."""

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Any:  # noqa: ANN401 - the carrier's own type
        return {"power": np.power, "minimum": np.minimum}[op](*operands)
