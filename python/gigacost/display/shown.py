"""What gives answers their view in a notebook."""

from __future__ import annotations

from typing import Any

ROWS = 10
"""So many rows of a table are shown."""


class Shown:
    """Something with a view in a notebook; its text stays what it is."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """HTML, as notebooks ask for it."""
        from gigacost.display.views import rendered

        return rendered([one.__name__ for one in type(self).__mro__], self._shown())

    def _shown(self) -> dict[str, Any]:
        """The document that is shown."""
        document: dict[str, Any] = self.to_dict()  # type: ignore[attr-defined] # of every Record
        return document
