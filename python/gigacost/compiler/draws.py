"""The draws of what is uncertain."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import Draws, sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[np.float64]]

_KEPT = 8


def draws_of(distributions: Mapping[str, Distribution], draws: Draws) -> Columns:
    """The draws of each uncertain name: values, or factors. Raises SpecError."""
    return _sampled(tuple(sorted(distributions.items())), draws)


@lru_cache(maxsize=_KEPT)
def _sampled(distributions: tuple[tuple[str, Distribution], ...], draws: Draws) -> Columns:
    return sample(dict(distributions), draws)
