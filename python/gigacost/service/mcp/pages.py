"""The glossary, the guides and the handbook of the model, as they are in the documentation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from gigacost.errors import Fault, SpecError, nearest, show

PLACE = "gigacost://docs/"
"""What the address of a page begins with; what follows is its file, so that links between pages are addresses too."""
GUIDES = (
    *("glossary", "specification", "choosing", "prices", "uncertainty", "sensitivity", "inverse", "comparisons"),
    *("elasticities", "over-time", "layouts", "pace", "performance-model", "validation"),
    *("how-to/renting", "how-to/owning", "how-to/planning-a-cluster", "how-to/writing-a-paper"),
)
"""Pages that help who asks; what is about files, notebooks and clusters is left to the documentation."""
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
_MARKS = ("#", "|", "-", "!", "*", "<", "Written by")
"""What a line begins with that says nothing of the page."""
HANDBOOK = "model"
"""The folder of the handbook: a page for each driver of the model, and ``README`` with what they are about."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the documentation."""

    name: str
    """Its file below ``docs``."""
    title: str
    summary: str
    """The first sentence."""
    text: str

    @property
    def address(self) -> str:
        """What a client asks for."""
        return f"{PLACE}{self.name}"


@cache
def pages() -> dict[str, Page]:
    """All pages by address, the glossary first."""
    root = files("gigacost") / "handbook"
    names = [f"{name}.md" for name in GUIDES]
    names += sorted(f"{HANDBOOK}/{one.name}" for one in (root / HANDBOOK).iterdir() if one.name.endswith(".md"))
    found = [_page(root, name) for name in names]
    return {page.address: page for page in found}


def page(address: str) -> Page:
    """The page of an address. Raises SpecError."""
    known = pages()
    if address in known:
        return known[address]
    meant = nearest(address, known)
    allowed = f"one of resources/list, as {PLACE}glossary.md"
    raise SpecError(Fault("uri", show(address), "no such page", allowed, meant))


def _page(root: Traversable, name: str) -> Page:
    text = (root / name).read_text("utf-8")
    prose = [line for line in _FENCED.sub("", text).splitlines() if line and not line.startswith("<!--")]
    summary = next((line for line in prose[1:] if not line.startswith(_MARKS)), "")
    sentence = _LINK.sub(r"\1", summary).partition(". ")[0].rstrip(".:")
    return Page(name, prose[0].removeprefix("# "), sentence, text)
