"""What is checked of a specification between its fields: rules, draws, base years, the age of prices."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from gigacost.accounting import accounted
from gigacost.catalog import Catalog
from gigacost.compiler import constant_dollars, illegal_draws
from gigacost.compiler.bound import Bound
from gigacost.compiler.dear_commitments import dear_commitments
from gigacost.compiler.few_tokens import few_tokens
from gigacost.compiler.filled import with_preset
from gigacost.compiler.names import ModelNames
from gigacost.compiler.rules import broken
from gigacost.compiler.stale_prices import stale_prices
from gigacost.compiler.stand_ins import stand_ins
from gigacost.errors import Fault
from gigacost.graph.model import Model
from gigacost.spec.spec import Spec

_KEPT = 16
_TOO_OLD = ", and quotes that are too old by then no longer count"


class ModelNamespace(ModelNames):
    """The names of a model and of a catalogue, and what they say of a specification as a whole.

    This is what a specification is read with (``gigacost.spec.namespace.Namespace``).
    """

    def under(self, accounting: str) -> ModelNamespace:
        """The namespace under an accounting; this one where the name is empty."""
        return namespace(accounted(self.model, accounting), self.catalog) if accounting else self

    def check(self, spec: Spec) -> Iterable[Fault]:
        """The rules of the model that some combination breaks, draws that no input can be, years without an index."""
        yield from broken(self.model.rules, self.inputs, with_preset(spec, self.catalog), self.catalog)
        if spec.base_year is not None:
            yield from constant_dollars.faults(spec, self.catalog)
        if spec.uncertain:
            yield from illegal_draws.faults(Bound(spec, self.model, self.catalog))

    def doubts(self, spec: Spec) -> Iterable[Fault]:
        """What stands in for models, old prices, commitments dearer than none, dates after the catalogue's prices.

        And values that conditions compare with though no combination has them, and hardly any tokens.
        """
        latest = max(constant_dollars.dates(spec, self.catalog))
        if latest > self.catalog.date:  # ISO dates sort as text
            yield Fault("as_of", latest, f"prices are those of {self.catalog.date}: no trend is assumed{_TOO_OLD}")
        if spec.where or spec.derive or spec.columns:
            from gigacost.compiler.off_axis import off_axis

            yield from off_axis(spec, self)
        yield from stale_prices(spec, self.catalog, self.model.replaced)
        yield from dear_commitments(spec, self.catalog, self.model.replaced)
        if "model" in self.label_axes:
            yield from stand_ins(spec, self.catalog)
            yield from few_tokens(spec, self.catalog)
        if spec.base_year is not None:
            yield from constant_dollars.doubts(spec, self.catalog)


@lru_cache(maxsize=_KEPT)
def namespace(model: Model, catalog: Catalog) -> ModelNamespace:
    """The namespace of a model with a catalogue; made once for each pair."""
    return ModelNamespace(model, catalog)
