"""A sweep that a service asks: every combination of some axes, of which nothing is computed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from gigacost.client.asked import Asked, Asker, BookLike, names
from gigacost.client.restored import restored
from gigacost.client.table import Table, best, front
from gigacost.errors import Fault, SpecError, not_installed, show
from gigacost.queries.bounds import Bounds
from gigacost.queries.count import Counted
from gigacost.queries.summary import Summary

T = TypeVar("T")
_QUANTILES = (0.1, 0.5, 0.9)


class ServedSweep:
    """A sweep of a service. Its methods are the queries of `gigacost.Sweep`; made by ``Client.sweep``."""

    def __init__(self, asker: Asker, tree: Mapping[str, Any], catalog: BookLike, *, strict: bool) -> None:
        self._asker = asker
        self.tree = tree
        """The specification, as its file has it."""
        self.catalog = catalog
        self.strict = strict

    def asked_by(self, asker: Asker) -> ServedSweep:
        """The same sweep, whose questions somebody else gets answered."""
        return ServedSweep(asker, self.tree, self.catalog, strict=self.strict)

    def top(
        self,
        k: int = 10,
        by: str = "cost_total_usd",
        *,
        per: Sequence[str] = (),
        distinct: Sequence[str] = (),
        largest: bool = False,
        seconds: float | None = None,
        boxes: int | None = None,
    ) -> Table:
        """The ``k`` combinations with the smallest value of a quantity, or the best ``k`` of each group."""
        options: dict[str, Any] = {"k": k, "by": by, "per": names(per), "distinct": names(distinct), "largest": largest}
        options |= {"seconds": seconds, "boxes": boxes}
        return self._answered("top", options, best)

    def pareto(
        self,
        minimise: Sequence[str] = ("cost_total_usd", "train_days"),
        maximise: Sequence[str] = (),
        *,
        minimize: Sequence[str] | None = None,
        maximize: Sequence[str] | None = None,
    ) -> Table:
        """The Pareto front: the combinations that no other dominates."""
        least = minimise if minimize is None else minimize
        greatest = maximise if maximize is None else maximize
        options = {"minimise": names(least), "maximise": names(greatest)}
        return self._answered("pareto", options, front)

    def summary(
        self,
        columns: Sequence[str] = (),
        *,
        quantiles: Iterable[float] | float = _QUANTILES,
        per: Sequence[str] = (),
    ) -> Summary:
        """Counts, extremes, exact sums and means, exact quantiles; how many combinations are in which state.

        ``quantiles`` are the 10th, 50th and 90th percentile, or none.
        """
        wanted = (quantiles,) if isinstance(quantiles, int | float) else tuple(quantiles)
        if wanted not in {_QUANTILES, ()}:
            raise SpecError(Fault("quantiles", show(wanted), "not those of a service", f"{_QUANTILES}, or none"))
        options = {"columns": names(columns), "per": names(per), "no_quantiles": not wanted}
        return self._answered("summary", options, lambda found: restored(Summary, found))

    def count(self) -> int:
        """How many combinations meet the condition (and have what it reads); without one, all of them."""
        return self._answered("count", {}, lambda found: restored(Counted, found).count)

    def counted(self) -> Counted:
        """As ``count``, with the share of all combinations and what it took."""
        return self._answered("count", {}, lambda found: restored(Counted, found))

    def bounds(self, of: str = "cost_total_usd") -> Bounds:
        """The least and the greatest value of a quantity, each with the first combination that attains it."""
        return self._answered("bounds", {"of": of}, _bounds)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's PyCapsule protocol: polars, duckdb and pyarrow read all rows as a table. Needs pyarrow."""
        try:
            from pyarrow import ipc
        except ImportError:
            raise not_installed("sweep", "pyarrow", "pyarrow") from None
        stream = self._answered("sweep", {}, ipc.open_stream, as_table=True)
        return stream.__arrow_c_stream__(requested_schema)

    def _answered(
        self, question: str, options: Mapping[str, Any], made: Callable[[Any], T], *, as_table: bool = False
    ) -> T:
        documents, options = {"spec": self.tree}, {**options, "strict": self.strict}
        asked = Asked(question, documents, options, self.catalog, made, by_keyword=False, as_table=as_table)
        return self._asker.answered(asked)


def _bounds(document: Mapping[str, Any]) -> Bounds:
    """The bounds of the one quantity that was asked about."""
    (one,) = document["bounds"]
    return restored(Bounds, {**one, "meta": document["meta"]})
