"""Runs that are hardly pre-training, which is all that is modelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigacost.compiler.filled import with_preset
from gigacost.errors import Fault
from gigacost.spec.axes import Zipped

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.spec.fields import Scalar
    from gigacost.spec.spec import Spec

_FEW = 0.01
"""Below this share of the tokens that a model was trained on, hardly a pre-training of it is meant: an assumption."""


def few_tokens(spec: Spec, catalog: Catalog) -> Iterator[Fault]:
    """A doubt where a published model is trained on next to no tokens: fine-tuning, which is another thing."""
    for label, tokens in _runs(with_preset(spec, catalog)):
        trained = catalog.cite("trained_tokens", {"model": label}).value
        if tokens < _FEW * trained:  # not where nothing is known of it
            share = f"{100 * tokens / trained:.2g} % of what {label} was trained on"
            what = f"{share}; costed as pre-training from scratch, fine-tuning (LoRA and the like) is not modelled"
            yield Fault("tokens", f"{tokens:g}", what)
            return


def _runs(spec: Spec) -> Iterator[tuple[str, float]]:
    """The published models, each with the fewest tokens that come together with it."""
    alone: dict[str, tuple[Scalar, ...]] = {name: (value,) for name, value in spec.fixed.items()}
    for axis in spec.axes:
        if isinstance(axis, Zipped) and {"model", "tokens"} <= set(axis.names):
            columns = {part.name: part.values for part in axis.axes}
            pairs = zip(columns["model"], columns["tokens"], strict=True)
            yield from ((str(label), float(tokens)) for label, tokens in dict.fromkeys(pairs))
            return
        for part in axis.parts:
            alone[part.name] = part.values
    if "tokens" in alone:
        fewest = min(float(tokens) for tokens in alone["tokens"])
        yield from ((str(label), fewest) for label in dict.fromkeys(alone.get("model", ())))
