"""Sweeps as tables of Spark: ``spark.read.format("gigacost")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacost.errors import Fault, SpecError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def register(spark: SparkSession) -> None:
    """Let a session of Spark read sweeps: ``spark.read.format("gigacost").option("spec", "x.toml").load()``.

    gigacost has to be installed wherever the session's workers run. The table has the columns of the sweep: axes,
    ``status``, quantities, labels as strings. Options, all of them texts:

    spec
        A specification: the path of a file where the session's server runs, or the document itself, as TOML or JSON.
        ``load(PATH)`` says the same.
    columns, where
        As in a specification, in place of its own.
    parts
        Number of partitions; by default one for each million combinations, at most 1,000.
    top
        Number of rows: the table is then those of the combinations that ``Sweep.top`` finds, with their ``index``.
    by, per, distinct, largest
        As for ``Sweep.top``.

    Comparisons of a column with a value that Spark hands over become part of the condition (not with ``top``).

    Raises
    ------
    SpecError
        Where pyspark (4.1 or later) or pyarrow is not installed.
    """
    try:
        from gigacost.engines.spark_source import SweepSource
    except (ImportError, AttributeError):  # an older pyspark has no filters
        what = "pyspark 4.1 or later and pyarrow are not installed"
        raise SpecError(Fault("spark", "", what, allowed="pip install pyspark-client")) from None
    # Spark refuses sources that filter unless this is set.
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
    spark.dataSource.register(SweepSource)
