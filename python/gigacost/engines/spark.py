"""Sweeps as tables of Spark: ``spark.read.format("gigacost")``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gigacost.errors import Fault, SpecError
from gigacost.queries.merge import merge
from gigacost.queries.partial import Partial

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

    Some comparisons of a column with a value that Spark hands over become part of the condition (not with ``top``):
    those that no cast of the column can meet elsewhere, as Sail does not tell of casts.

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


def ask(
    spark: SparkSession,
    spec: str,
    question: str,
    *,
    where: str | None = None,
    columns: str | None = None,
    parts: int | None = None,
    **options: Any,  # noqa: ANN401 - those of the question
) -> Any:  # noqa: ANN401 - what the question answers
    """A question about a whole space (``"top"``, ``"pareto"``, ``"summary"``, ``"count"``, ``"bounds"``), by Spark.

    Each task answers for its part; the answers, which are small, are merged here. No rows are sorted or travel.

    Parameters
    ----------
    spark : SparkSession
        A session; the source is registered with it.
    spec : str
        A specification, as for ``register``.
    question : str
        The name of a question.
    where, columns : str, optional
        As in a specification, in place of its own.
    parts : int, optional
        Number of partitions; by default 16.
    **options
        Those of the method of ``Sweep`` with this name, as ``k=20, by="train_days"``.

    Returns
    -------
    Best, Front, Summary, Counted or Bounds
        As ``Sweep`` gives it, in every bit; ``meta["effort"]`` is that of the parts.

    Raises
    ------
    SpecError
        For a bad argument. What is wrong with the question itself Spark tells in an exception of its own.
    """
    register(spark)
    given = {"spec": spec, "question": question, "asked": json.dumps(options), "where": where, "columns": columns}
    asked = spark.read.format("gigacost").options(**{name: text for name, text in given.items() if text is not None})
    table = (asked if parts is None else asked.option("parts", parts)).load()
    return merge(Partial.from_dict(json.loads(row[0]), "spark") for row in table.collect())
