"""The published runs that the constants are fitted on, as arrays of the model's inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from arrays import Array, Arrays, Floats
from gigacost.catalog import Catalog
from gigacost.model import default
from gigacost.validation.published import software, throughput

_OUTPUT = "schedule_seconds"


@dataclass(frozen=True)
class Runs:
    """Runs that have a full layout and a step time, in the order of the table."""

    runs: tuple[throughput.Run, ...]
    inputs: dict[str, Floats]
    seconds: Floats
    generations: tuple[str, ...]
    precisions: tuple[str, ...]

    @property
    def is_moe(self) -> Any:  # noqa: ANN401 - an array of truths
        """Which of them train a mixture of experts."""
        return np.array([run.kind == "moe" for run in self.runs])

    @property
    def groups(self) -> tuple[tuple[str, str, str], ...]:
        """What is held out together: source, accelerator, model."""
        return tuple((run.source, run.accelerator, run.model) for run in self.runs)

    def only(self, chosen: Any) -> Runs:  # noqa: ANN401 - an array of truths
        """Some of the runs."""
        places = np.flatnonzero(chosen)
        return Runs(
            tuple(self.runs[i] for i in places),
            {name: values[places] for name, values in self.inputs.items()},
            self.seconds[places],
            tuple(self.generations[i] for i in places),
            tuple(self.precisions[i] for i in places),
        )


def observed() -> Runs:
    """The runs of the shipped table that count for a fit."""
    catalog = Catalog.bundled()
    runs = tuple(run for run in throughput.read_runs() if run.figures["in_fit"] == 1.0)
    rows = [software.inputs_of(run, catalog) for run in runs]
    given = {name for row in rows for name in row} | set(catalog.columns)
    leaves = default().wire([_OUTPUT], given).leaves
    return Runs(
        runs,
        {leaf: np.array([_leaf(leaf, row, catalog) for row in rows]) for leaf in leaves},
        np.array([run.figures["step_time_s"] for run in runs]),
        tuple(str(catalog.entry("hardware", str(row["hardware"]))["generation"]) for row in rows),
        tuple(str(row["precision"]) for row in rows),
    )


def _leaf(name: str, row: dict[str, float | str], catalog: Catalog) -> float:
    if name in row:
        return float(row[name])
    if name in catalog.columns and "model" not in catalog.columns[name].axes:
        choice = {axis: str(row[axis]) for axis in ("hardware", "precision")}
        return catalog.cite(name, choice).value
    default_value = default().inputs[name].default
    return float("nan") if default_value is None else default_value


class Predictor:
    """Predicts step times from the model's own functions."""

    def __init__(self, runs: Runs) -> None:
        self._wiring = default().wire([_OUTPUT], runs.inputs)
        self._leaves = {name: Array(values) for name, values in runs.inputs.items()}

    def __call__(self, constants: dict[str, Floats]) -> Floats:
        """The step times of the runs with these constants in place of the shipped ones."""
        leaves = self._leaves | {name: Array(values) for name, values in constants.items()}
        found: Array = self._wiring.replay({name: leaves[name] for name in self._wiring.leaves}, Arrays())[_OUTPUT]
        return found.values
