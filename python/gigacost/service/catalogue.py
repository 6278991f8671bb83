"""The catalogue as a service shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gigacost.service.operation import Watch


class Catalogue(Protocol):
    """Facts and prices, as the command ``catalog`` prints them."""

    @property
    def hashes(self) -> Sequence[str]:
        """What answers follow from beside the question: version, model, catalogue, mounted price books."""

    def answer(self, path: Sequence[str], options: Mapping[str, str], watch: Watch) -> Any:  # noqa: ANN401 - plain data
        """The axes; an axis with its labels; a label with its figures. Raises SpecError, CatalogError."""
