"""An order of places whose first few are spread over all of them, should time run out."""

from __future__ import annotations

import math

GOLDEN = 0.6180339887498949
"""Steps of this share of a whole fall evenly into it, and never in step with the axes."""


def spread_order(count: int) -> list[int]:
    """The numbers below ``count``, each once: on by about the golden section each time."""
    strides = (stride for stride in range(1, count + 1) if math.gcd(stride, count) == 1)
    stride = min(strides, key=lambda stride: abs(stride - GOLDEN * count), default=0)
    return [place * stride % count for place in range(count)]
