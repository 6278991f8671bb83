"""The draws of what is uncertain in a specification."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import Draws, sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gigacost.spec.spec import Spec

    Columns = Mapping[str, NDArray[np.float64]]

_KEPT = 8


def draws_of(spec: Spec) -> Columns:
    """The draws of each uncertain name of a specification: values, or factors. Raises SpecError."""
    return _sampled(tuple(sorted(spec.uncertain.items())), spec.draws)


@lru_cache(maxsize=_KEPT)
def _sampled(distributions: tuple[tuple[str, Distribution], ...], draws: Draws) -> Columns:
    return sample(dict(distributions), draws)
