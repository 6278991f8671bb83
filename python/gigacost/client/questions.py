"""The package's questions, each of them put to whoever answers."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from gigacost.client.arguments import Given, drawing, drawn, range_text, side
from gigacost.client.asked import Asked, BookLike, ModelName, names, tree
from gigacost.client.restored import restored
from gigacost.client.sweep import ServedSweep
from gigacost.errors import Fault, SpecError
from gigacost.queries.keywords import tree_of_keywords
from gigacost.sampling.draws import Drawn, as_draws

if TYPE_CHECKING:
    import datetime as dt

    from gigacost.analysis.choose.records import Choice
    from gigacost.analysis.compare.compare import Comparison
    from gigacost.analysis.estimate import One
    from gigacost.analysis.explain.explain import Explanation
    from gigacost.analysis.inverse.break_even import BreakEven
    from gigacost.analysis.inverse.solve import Solution
    from gigacost.analysis.inverse.unknown import Over
    from gigacost.analysis.layouts.layouts import Layouts
    from gigacost.analysis.over_time import OverTime
    from gigacost.analysis.sensitivity.elasticities import Elasticities
    from gigacost.analysis.sensitivity.uncertain_inputs import Uncertain
    from gigacost.analysis.sensitivity.uncertainty import Uncertainty
    from gigacost.queries.estimates import Estimate
    from gigacost.queries.request import DateLike, PresetLike

T = TypeVar("T")


class Questions(ABC):
    """Methods of the names, keywords and answers of the package's functions."""

    @abstractmethod
    def answered(self, asked: Asked[T]) -> T:
        """The answer to a question. Raises SpecError, ServiceError."""

    def sweep(
        self,
        axes: Mapping[str, Any] | None = None,
        *,
        fixed: Mapping[str, Any] | None = None,
        uncertain: Mapping[str, Any] | str | None = None,
        draws: Drawn | None = None,
        where: str | None = None,
        derive: Mapping[str, str] | None = None,
        columns: Sequence[str] = (),
        model: ModelName = None,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
    ) -> ServedSweep:
        """A sweep, as `gigacost.Sweep`. What is wrong with it is told when something is asked of it."""
        varied = {} if model is None or isinstance(model, str) else {"model": model}
        named = {"model": model} if isinstance(model, str) else {}
        made = tree_of_keywords(
            {**(axes or {}), **varied}, {**(fixed or {}), **named},
            uncertain, draws, where, derive, columns, as_of, base_year, preset,
        )  # fmt: skip
        return ServedSweep(self, made, catalog, strict=strict)

    def sweep_from_toml(
        self, path: str | os.PathLike[str], *, catalog: BookLike = None, strict: bool = False
    ) -> ServedSweep:
        """The sweep that a TOML (or JSON) file here specifies, as `gigacost.Sweep.from_toml`. Raises SpecError."""
        from gigacost.spec.files import read_document

        made = dict(read_document(path).tree)
        own = made.pop("catalog", None)  # the name of a file beside this one
        if catalog is None and own is not None:
            catalog = os.path.join(os.path.dirname(os.fspath(path)), own)  # noqa: PTH118, PTH120 - any path, as given
        return ServedSweep(self, made, catalog, strict=strict)

    @overload
    def estimate(
        self,
        given: Mapping[str, One] | None = None,
        /,
        *,
        model: str | None = None,
        catalog: BookLike = None,
        as_of: str | dt.date | None = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        uncertain: Uncertain | None = None,
        draws: Drawn = 0,
        **inputs: One,
    ) -> Estimate: ...
    @overload
    def estimate(
        self,
        given: Mapping[str, Any] | None = None,
        /,
        *,
        model: ModelName = None,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        uncertain: Uncertain | None = None,
        draws: Drawn = 0,
        **inputs: Any,  # noqa: ANN401 - a value as people write it
    ) -> Estimate | list[Estimate]: ...
    def estimate(
        self,
        given: Mapping[str, Any] | None = None,
        /,
        *,
        model: ModelName = None,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        uncertain: Uncertain | None = None,
        draws: Drawn = 0,
        **inputs: Any,
    ) -> Estimate | list[Estimate]:
        """Cost one training run; of a list of values, or a range, each of the runs. As `gigacost.estimate`."""
        from gigacost.queries.estimates import Estimate

        made = tree(given, inputs, model, as_of, base_year, preset)
        if uncertain is not None and not draws:
            from gigacost.analysis.sensitivity.uncertain_inputs import COUNT

            draws = COUNT
        options, table = drawn(draws)
        made |= drawing(uncertain, None) | table
        options["strict"] = strict

        def each(found: Any) -> Estimate | list[Estimate]:  # noqa: ANN401 - a document
            return [restored(Estimate, one) for one in found] if isinstance(found, list) else restored(Estimate, found)

        return self.answered(Asked("estimate", {"spec": made}, options, catalog, each))

    def choose(
        self,
        given: Mapping[str, Any] | None = None,
        /,
        *,
        within: str | float | None = None,
        budget: str | float | None = None,
        mw: str | float | None = None,
        sure: str | float | None = None,
        model: ModelName = None,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        **inputs: Any,  # noqa: ANN401 - a value as people write it
    ) -> Choice:
        """Choose the cheapest design of each market. As `gigacost.choose`."""
        from gigacost.analysis.choose.records import Choice

        limits = {"within": within, "budget": budget, "mw": mw, "sure": sure}
        options = {name: str(value) for name, value in limits.items() if value is not None} | {"strict": strict}
        made = tree(given, inputs, model, as_of, base_year, preset)
        return self.answered(Asked("choose", {"spec": made}, options, catalog, partial(restored, Choice)))

    def compare(
        self,
        a: Given,
        b: Given,
        *,
        by: str = "cost_total_usd",
        catalog: BookLike = None,
        strict: bool = False,
        draws: Drawn = 0,
    ) -> Comparison:
        """Explain why a quantity differs between two designs. As `gigacost.compare`."""
        from gigacost.analysis.compare.compare import Comparison

        both = {name: side(name, given) for name, given in (("a", a), ("b", b))}
        drawing_options, table = drawn(draws)
        options = {"by": by, "strict": strict, **drawing_options}
        both = {name: {**tree, **table} for name, tree in both.items()}
        return self.answered(Asked("compare", both, options, catalog, partial(restored, Comparison)))

    def solve(
        self,
        unknown: str,
        given: Given = None,
        /,
        *,
        where: str | None = None,
        over: Over | None = None,
        smallest: bool = False,
        by: str = "cost_total_usd",
        columns: Sequence[str] = (),
        model: ModelName = None,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        **inputs: Any,  # noqa: ANN401 - a value as people write it
    ) -> Solution:
        """Find the largest (or smallest) value of an input that meets a condition. As `gigacost.solve`."""
        from gigacost.analysis.inverse.solve import Solution

        made, book = self._designs(given, inputs, model, catalog, as_of, base_year, preset)
        options: dict[str, Any] = {
            "unknown": unknown,
            "where": where,
            "by": by,
            "columns": names(columns),
            "over": range_text(over),
        }
        options |= {"smallest": smallest, "strict": strict}
        return self.answered(Asked("solve", {"spec": made}, options, book, partial(restored, Solution)))

    def break_even(
        self,
        unknown: str,
        given: Given = None,
        /,
        *,
        between: str | Mapping[str, Sequence[Any]],
        over: Over | None = None,
        where: str | None = None,
        by: str = "cost_total_usd",
        columns: Sequence[str] = (),
        model: ModelName = None,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        **inputs: Any,  # noqa: ANN401 - a value as people write it
    ) -> BreakEven:
        """Find where the cheapest of several options changes along an input. As `gigacost.break_even`."""
        from gigacost.analysis.inverse.break_even import BreakEven

        made, book = self._designs(given, inputs, model, catalog, as_of, base_year, preset)
        if not isinstance(between, str):
            ((axis, listed),) = between.items()
            between = f"{axis}={','.join(map(str, listed))}"
        options: dict[str, Any] = {
            "unknown": unknown,
            "between": between,
            "where": where,
            "by": by,
            "columns": names(columns),
        }
        options |= {"over": range_text(over), "strict": strict}
        return self.answered(Asked("break-even", {"spec": made}, options, book, partial(restored, BreakEven)))

    def uncertainty(
        self,
        given: Given = None,
        /,
        *,
        of: str = "cost_total_usd",
        uncertain: Uncertain | None = None,
        defaults: bool | None = None,
        draws: Drawn | None = None,
        model: ModelName = None,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        **inputs: Any,  # noqa: ANN401 - a value as people write it
    ) -> Uncertainty:
        """Quantify how uncertain a quantity is, from what, and what would change it. As `gigacost.uncertainty`."""
        from gigacost.analysis.sensitivity.uncertainty import Uncertainty

        made, book = self._designs(given, inputs, model, catalog, as_of, base_year, preset)
        options = {"of": of, "only": defaults is False, "strict": strict}
        made |= drawing(uncertain, None if draws is None else as_draws(draws), made)
        return self.answered(Asked("uncertainty", {"spec": made}, options, book, partial(restored, Uncertainty)))

    def elasticities(
        self,
        quantity: str = "cost_total_usd",
        given: Mapping[str, Any] | None = None,
        /,
        *,
        inputs: Sequence[str] = (),
        model: ModelName = None,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        **fixed: Any,  # noqa: ANN401 - a value as people write it
    ) -> Elasticities:
        """Compute how much a quantity of one run depends on each input. As `gigacost.elasticities`."""
        from gigacost.analysis.sensitivity.elasticities import Elasticities

        made = tree(given, fixed, model, as_of, base_year, preset, several=False)
        options = {"quantity": quantity, "inputs": names(inputs), "strict": strict}
        return self.answered(Asked("elasticities", {"spec": made}, options, catalog, partial(restored, Elasticities)))

    def explain(
        self,
        name: str,
        model: ModelName = None,
        *,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        depth: int | None = None,
        **inputs: Any,  # noqa: ANN401 - a value as people write it
    ) -> Explanation:
        """Explain how a quantity is computed, or what an input is. As `gigacost.explain`."""
        from gigacost.analysis.explain.explain import Explanation

        made = tree(None, inputs, model, as_of, base_year, preset, several=False)
        options = {"quantity": name, "depth": depth, "strict": strict}
        return self.answered(Asked("explain", {"spec": made}, options, catalog, partial(restored, Explanation)))

    def layouts(
        self,
        given: Mapping[str, Any] | None = None,
        /,
        *,
        top: int = 10,
        model: ModelName = None,
        catalog: BookLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        strict: bool = False,
        **inputs: Any,  # noqa: ANN401 - a value as people write it
    ) -> Layouts:
        """Find the best parallel layouts of one design, and say why others lose. As `gigacost.layouts`."""
        from gigacost.analysis.layouts.layouts import Layouts

        made = tree(given, inputs, model, as_of, base_year, preset, several=False)
        options = {"top": top, "strict": strict}
        return self.answered(Asked("layout", {"spec": made}, options, catalog, partial(restored, Layouts)))

    def over_time(
        self,
        sweep: ServedSweep,
        years: Iterable[int] | str | int = (),
        *,
        by: str = "total_development_usd",
        same: Literal["capability", "flop"] = "capability",
        algorithms_of: str | dt.date = "",
        within: str | float = "",
        per: Sequence[str] = (),
    ) -> OverTime:
        """Cost the same capability in several years. As `gigacost.over_time`."""
        from gigacost.analysis.over_time import OverTime

        listed = [years] if isinstance(years, str | int) else years
        options: dict[str, Any] = {
            "years": ",".join(map(str, listed)) or None,
            "by": by,
            "same": same,
            "per": names(per),
        }
        options |= {"algorithms_of": str(algorithms_of) or None, "within": str(within) or None}
        options |= {"per": names(per), "strict": sweep.strict}
        return self.answered(
            Asked(
                "over-time", {"spec": sweep.tree}, options, sweep.catalog, partial(restored, OverTime), by_keyword=False
            )
        )

    def _designs(
        self,
        given: Given,
        inputs: Mapping[str, Any],
        model: ModelName,
        catalog: BookLike,
        as_of: DateLike,
        base_year: int | None,
        preset: PresetLike,
    ) -> tuple[dict[str, Any], BookLike]:
        """The specification of designs and the price book that they are costed with. Raises SpecError."""
        if not isinstance(given, ServedSweep):
            return tree(given, inputs, model, as_of, base_year, preset), catalog
        if catalog is not None:
            raise SpecError(Fault("catalog", "", "a sweep brings its own"))
        return tree(None, inputs, model, as_of, base_year, preset, over=given.tree), given.catalog
