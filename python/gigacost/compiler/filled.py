"""A specification that its preset fills up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gigacost.accounting import preset_values

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.spec.spec import Spec


def with_preset(spec: Spec, catalog: Catalog) -> Spec:
    """The values of a preset, where the specification does not give its own."""
    if not spec.preset:
        return spec
    own = spec.valued
    values = preset_values(catalog.presets[spec.preset], spec.accounting, own)
    more = {name: value for name, value in values.items() if name not in own}
    dated = str(more.pop("as_of", ""))
    return replace(spec, fixed={**more, **spec.fixed}, as_of=spec.as_of or dated)
