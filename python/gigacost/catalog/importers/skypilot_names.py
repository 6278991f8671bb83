"""What SkyPilot's names of clouds, accelerators and hosts mean here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from gigacost.errors import CatalogError

_TPU = re.compile(r"(tpu-v[0-9]+[a-z]*)-([0-9]{1,6})\Z")

PROVIDERS = {"gcp": "google", "oci": "oracle"}
"""Clouds whose key in data/rental.toml is another."""
CLASSES = {
    "ibm": "hyperscaler",
    **dict.fromkeys(("hyperbolic", "lium", "mithril", "primeintellect", "shadeform", "simplepod"), "marketplace"),
}
"""The class of clouds that data/rental.toml does not know; of any other, neocloud."""
_CHIPS = {
    "a100": "a100-sxm-40",
    "a100-80gb": "a100-sxm-80",
    "a100-80gb-sxm": "a100-sxm-80",
    "v100": "v100-sxm2-16",
    "v100-32gb": "v100-sxm2-32",
    "h100-sxm": "h100-sxm",
    "h100-mega": "h100-sxm",
    "h100-nvlink": "h100-sxm",
    "h200-sxm": "h200-sxm",
    "tpu-v5litepod": "tpu-v5e",
}
"""Names that mean something else here, or nothing."""
_PCIE = {"a100-sxm-80": "a100-pcie-80", "h100-sxm": "h100-pcie"}
_CHIP_NAMED = ("tpu-v5litepod", "tpu-v6e")
"""TPUs whose slices are named after chips."""
HOSTS = {
    ("A100", 1): "a2-highgpu-1g",
    ("A100", 2): "a2-highgpu-2g",
    ("A100", 4): "a2-highgpu-4g",
    ("A100", 8): "a2-highgpu-8g",
    ("A100", 16): "a2-megagpu-16g",
    ("A100-80GB", 1): "a2-ultragpu-1g",
    ("A100-80GB", 2): "a2-ultragpu-2g",
    ("A100-80GB", 4): "a2-ultragpu-4g",
    ("A100-80GB", 8): "a2-ultragpu-8g",
    ("H100", 1): "a3-highgpu-1g",
    ("H100", 2): "a3-highgpu-2g",
    ("H100", 4): "a3-highgpu-4g",
    ("H100", 8): "a3-highgpu-8g",
    ("H100-MEGA", 8): "a3-megagpu-8g",
    ("H200", 8): "a3-ultragpu-8g",
    ("B200", 8): "a4-highgpu-8g",
}
"""Google's host for accelerators of a name and a number."""
_AZURE_CARDS = "Standard_NC"
"""Azure's instances with cards: A100 PCIe and others, and H100 NVL."""
_NVL_ON_AZURE = ("h100-sxm", "h200-sxm")
"""What the names of its NVL cards would be elsewhere."""


class Named(NamedTuple):
    """What a row calls its accelerators."""

    name: str
    cloud: str
    instance: str
    maker: str
    """Their maker's name for them, in GpuInfo; empty where it is not told."""


class Slice(NamedTuple):
    """A TPU slice: its generation, and how many chips it has."""

    generation: str
    chips: int


def tpu_slice(name: str) -> Slice | None:
    """The slice that a name is of; None where it is no TPU."""
    match = _TPU.match(name)
    if not match:
        return None
    generation, size = match[1], int(match[2])
    return Slice(generation, max(size if generation in _CHIP_NAMED else size // 2, 1))


def chip_of(row: Named, names: Collection[str], canonical: Callable[[str], str]) -> tuple[str, str]:
    """The catalogue's chip of a row's accelerators; empty where it has none, and then what they are instead.

    ``names`` are those of the cloud's other accelerators, in lower case; ``canonical`` is the catalogue's.
    """
    caseless = row.name.casefold()
    chip = _CHIPS.get(caseless)
    if chip is None:
        try:
            chip = canonical(row.name)
        except CatalogError:
            return "", "no such chip in the catalogue"
    told = f"{row.instance} {row.maker}".casefold()
    azure_card = row.cloud == "azure" and row.instance.startswith(_AZURE_CARDS)
    if ("nvl" in told or (azure_card and chip in _NVL_ON_AZURE)) and "nvl" not in chip:
        return "", f"{row.name} NVL, which is not in the catalogue"
    if "pcie" in told or azure_card or f"{caseless}-sxm" in names:
        return (_PCIE[chip], "") if chip in _PCIE else ("", f"{row.name} PCIe, which is not in the catalogue")
    return chip, ""
