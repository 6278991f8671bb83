"""The model: what a training run needs and costs, one function for each quantity, one module for each driver.

The functions are wired by the names of their parameters (``gigacost.graph.model``); called with numbers they are the
reference, called once with traced values they give the tape that the engine runs.
"""

from __future__ import annotations

import importlib
from functools import cache

from gigacost.graph.declarations import Alternative
from gigacost.graph.model import Model

DRIVERS = (
    "limits",
    "typical_shape",
    "architecture",
    "parameters",
    "workload",
    "loss",
    "performance.batch",
    "performance.layout",
    "performance.layer",
    "performance.traffic",
    "performance.memory",
    "performance.fitted",
    "performance.step",
    "performance.parts",
    "performance.bands",
    "performance.search",
    "pace",
    "reliability",
    "time",
    "market",
    "energy",
    "carbon",
    "capital",
    "depreciation",
    "financing",
    "colocation",
    "rental",
    "compute",
    "capacity",
    "experiments",
    "people",
    "data",
    "storage",
    "improvement",
    "totals",
    "perspective",
)
"""The modules of the model, in the order in which contributions add up and states are looked at."""


COLUMNS = (
    "cost_total_usd",
    "total_project_usd",
    "total_development_usd",
    "total_run_usd",
    "train_days",
    "chip_hours",
    "mfu",
    "goodput",
    "facility_mw",
    "energy_mwh",
    "carbon_t",
    "loss",
)
"""What a row shows when nothing is asked for."""


@cache
def default() -> Model:
    """The whole model."""
    modules = [importlib.import_module(f"gigacost.model.{driver}") for driver in DRIVERS]
    optimal = importlib.import_module("gigacost.model.compute_optimal")
    return Model(
        *modules,
        Alternative("params", ("training_flop", "tokens"), optimal.params_from_flop),
        Alternative("params", ("training_flop",), optimal.compute_optimal_params),
        Alternative("tokens", ("training_flop", "params"), optimal.tokens_from_flop),
        Alternative("tokens", ("training_flop",), optimal.tokens_from_flop),
        columns=COLUMNS,
    )
