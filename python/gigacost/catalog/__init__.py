"""Facts and prices: accelerators, rental quotes, regions, architectures, published runs. Each with source and date.

``Catalog.bundled()`` is what ships with the package; ``.layered(book)`` lays a private price book over it.
"""

from gigacost.catalog.catalog import Catalog
from gigacost.catalog.chip_prices import ChipPrice
from gigacost.catalog.records import Citation, Column, Offer, Period, Preset, Published, Vote

__all__ = ["Catalog", "ChipPrice", "Citation", "Column", "Offer", "Period", "Preset", "Published", "Vote"]
