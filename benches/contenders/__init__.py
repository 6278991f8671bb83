"""Those who do the workload, each as an expert of it would write it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Contender:
    """A way to do the workload."""

    label: str
    kind: str
    """Module and class."""
    package: str
    """The library it is about, whose version is noted."""
    tasks: tuple[str, ...]
    """What it is asked for."""
    options: Mapping[str, Any] = field(default_factory=dict)
    sampled: bool = False
    """Too slow for the whole workload: a part is measured, and the time scaled."""
    answers: bool = True
    """Whether what it gives is to be checked."""
    ordered: bool = True
    """Whether rows come in the order of the axes."""
    given: bool = False
    """Whether what it works on is computed for it, before the clock starts."""

    def make(self) -> Any:  # noqa: ANN401 - one of the classes, by its name
        """The contender at work. Raises ImportError when its library is not installed."""
        module, _, name = self.kind.partition(":")
        return getattr(importlib.import_module(f"contenders.{module}"), name)(**self.options)


ALL = ("materialise", "stream", "best", "top", "parquet", "csv")
CHOOSING = ("best", "top", "pareto")
COMPUTING = ("materialise", "stream", "best", "top")
WRITING = ("parquet", "csv")
AS_IT_COMES: Mapping[str, Any] = {"tuned": False}
CONTENDERS = {
    "fill": Contender("first-touch fill", "with_nothing:Nothing", "numpy", ("materialise",), answers=False),
    "python": Contender("Python loop", "with_python:Python", "", (*COMPUTING, "csv"), sampled=True),
    "numpy": Contender("numpy, hoisted", "with_numpy:Numpy", "numpy", COMPUTING, {"workers": 1}),
    "numpy-threads": Contender("numpy, hoisted, all cores", "with_numpy:Numpy", "numpy", COMPUTING),
    "numexpr": Contender("numexpr, hoisted", "with_numexpr:Numexpr", "numexpr", ("materialise", "stream", "best")),
    "numba": Contender("numba, hoisted", "with_numba:Numba", "numba", COMPUTING),
    "polars": Contender("polars, streaming", "with_polars:Polars", "polars", ALL),
    "polars-plain": Contender("polars, as it comes", "with_polars:Polars", "polars", ("parquet",), AS_IT_COMES),
    "duckdb": Contender("duckdb, SQL", "with_duckdb:Duckdb", "duckdb", ALL, ordered=False),
    "duckdb-plain": Contender("duckdb, as it comes", "with_duckdb:Duckdb", "duckdb", ("parquet",), AS_IT_COMES),
    "pyarrow": Contender("numba + pyarrow", "with_pyarrow:Pyarrow", "pyarrow", WRITING),
    "pyarrow-plain": Contender(
        "numba + pyarrow, as it comes", "with_pyarrow:Pyarrow", "pyarrow", ("parquet",), AS_IT_COMES
    ),
    "points": Contender("its points, by numpy, all cores", "with_points:Points", "numpy", ("pareto",), answers=False),
    "paretoset": Contender("paretoset", "with_paretoset:Paretoset", "paretoset", ("pareto",), sampled=True, given=True),
    "moocore": Contender("moocore", "with_moocore:Moocore", "moocore", ("pareto",), given=True),
    "pymoo": Contender("pymoo, by moocore", "with_pymoo:Pymoo", "pymoo", ("pareto",), given=True),
    "gigacost": Contender("gigacost", "with_gigacost:Gigacost", "gigacost", (*ALL, "pareto")),
    "gigacost-brute": Contender(
        "gigacost, every combination evaluated", "with_gigacost:GigacostBrute", "gigacost", CHOOSING
    ),
    "gigacost-batches": Contender(
        "gigacost, batches read by numpy", "with_gigacost:GigacostBatches", "gigacost", ("stream",)
    ),
}
"""In the order of the tables."""
