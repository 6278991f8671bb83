"""A sweep: the space that keywords or a file specify, with the analyses that can be made of its combinations."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gigacost.analysis.sensitivity.elasticities import Elasticities, at_combination
from gigacost.analysis.sensitivity.uncertain_inputs import Uncertain
from gigacost.analysis.sensitivity.uncertainty import Uncertainty, uncertainty
from gigacost.catalog import Catalog
from gigacost.catalog.opening import opened
from gigacost.configs.source import ConfigLike, Configs
from gigacost.graph.model import Model
from gigacost.model import default as default_model
from gigacost.queries.keywords import tree_of_keywords
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request, costing, is_axis
from gigacost.queries.space import Space
from gigacost.sampling.draws import Drawn
from gigacost.spec.files import Document
from gigacost.spec.spec import Spec


class Sweep(Space):
    """Every combination of some axes, costed by a model. Nothing is computed before it is asked for.

    Parameters
    ----------
    axes : mapping, optional
        Names with their values (a list, an array, a range ``{"from": .., "to": .., "steps": ..}``, or one value),
        outermost first; ``zipped`` tables are axes that walk together.
    fixed : mapping, optional
        Values that do not vary, with units as people write them (``"70B"``, ``"2.10 $/h"``).
    uncertain : mapping or "default", optional
        Distributions of inputs (``{"mfu": "normal 90% 0.3..0.5"}``), for aggregates over draws. ``"default"``, or
        ``"default": True`` among them, takes in those that ship, for inputs that nobody gave a value.
    draws : int, Draws or mapping, optional
        Number of draws; or their ``count``, ``seed``, ``method`` and ``correlate``.
    where : str, optional
        A condition that combinations must satisfy (``"train_days <= 90d"``, ``"missing(cost_total_usd)"``,
        ``'status == "ok"'``).
    derive : mapping, optional
        Further quantities by expression.
    columns : str or sequence of str
        Quantities of each row; aggregates over draws (``"p90(cost_total_usd)"``) are columns too.
    model, catalog, as_of, base_year, preset, model_config, train_config, strict
        As for `estimate`.

    Raises
    ------
    SpecError
        With every fault of the specification.

    Examples
    --------
    >>> import gigacost
    >>> sweep = gigacost.Sweep(
    ...     {"hardware": ["h100-sxm", "b200-sxm"], "chips": [1024, 2048]},
    ...     fixed={"params": "7B", "tokens": "2T"},
    ...     columns=["cost_total_usd", "train_days"],
    ... )
    >>> sweep.size
    4
    >>> [row["hardware"] for row in sweep.top(2, "train_days").rows]
    ['b200-sxm', 'b200-sxm']
    >>> sorted(sweep.to_numpy())
    ['chips', 'cost_total_usd', 'hardware', 'status', 'train_days']
    """

    def __init__(
        self,
        axes: Mapping[str, Any] | None = None,
        *,
        fixed: Mapping[str, Any] | None = None,
        uncertain: Mapping[str, Any] | str | None = None,
        draws: Drawn | None = None,
        where: str | None = None,
        derive: Mapping[str, str] | None = None,
        columns: Sequence[str] = (),
        model: ModelLike = None,
        catalog: CatalogLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        model_config: ConfigLike = None,
        train_config: ConfigLike = None,
        strict: bool = False,
    ) -> None:
        if isinstance(model, str):
            fixed, model = {**(fixed or {}), "model": model}, None
        elif is_axis(model):
            axes, model = {**(axes or {}), "model": model}, None
        tree = tree_of_keywords(axes, fixed, uncertain, draws, where, derive, columns, as_of, base_year, preset)
        configs = Configs(model_config, train_config)
        request = Request(Document(tree), costing(model), opened(catalog), strict=strict, configs=configs)
        super().__init__(request.spec, request.model, request.catalog)

    @classmethod
    def from_toml(
        cls,
        path: str | os.PathLike[str],
        *,
        settings: Iterable[tuple[str, str]] = (),
        model: Model | None = None,
        catalog: CatalogLike = None,
        strict: bool = False,
    ) -> Sweep:
        """The sweep that a TOML (or JSON) file specifies; ``settings`` win over it, as ``--set`` does."""
        request = Request.of_file(path, settings=settings, model=model, catalog=catalog, strict=strict)
        return cls.from_spec(request.spec, model=request.model, catalog=request.catalog)

    @classmethod
    def from_spec(cls, spec: Spec, *, model: Model | None = None, catalog: Catalog | None = None) -> Sweep:
        """The sweep of a specification that has been read."""
        sweep = cls.__new__(cls)
        Space.__init__(sweep, spec, model or default_model(), catalog or Catalog.bundled())
        return sweep

    def elasticities(self, quantity: str = "cost_total_usd", *, at: int, inputs: Sequence[str] = ()) -> Elasticities:
        """How much a quantity of the combination with the index ``at`` depends on each figure that goes in.

        As ``gigacost.elasticities``, of which the labels are those of the combination. Raises SpecError.
        """
        return at_combination(self, quantity, at, inputs)

    def uncertainty(
        self,
        of: str = "cost_total_usd",
        *,
        uncertain: Uncertain | None = None,
        defaults: bool | None = None,
        draws: Drawn | None = None,
        threads: int | None = None,
    ) -> Uncertainty:
        """How uncertain a quantity is of each combination, from what, and what would make another the best.

        As ``gigacost.uncertainty``, for a sweep of at most 64 combinations without a condition. Raises SpecError.
        """
        return uncertainty(self, of=of, uncertain=uncertain, defaults=defaults, draws=draws, threads=threads)
