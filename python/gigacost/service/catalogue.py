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

    @property
    def paths(self) -> Mapping[str, Mapping[str, Any]]:
        """The paths of it, each with its ``summary`` and its ``parameters`` as JSON Schemas by name."""

    def answer(self, path: Sequence[str], options: Mapping[str, str], watch: Watch) -> Any:  # noqa: ANN401 - plain data
        """What is at a path below that of the catalogue. Raises SpecError, CatalogError."""
