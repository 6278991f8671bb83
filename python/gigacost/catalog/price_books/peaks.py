"""Is a peak dense? Vendors quote sparse figures twice as high; a private one that looks so is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.catalog.price_books.schema import Faults
from gigacost.errors import show

RATIO = 2.0
TOLERANCE = 0.06
"""Relative: rounded figures and small clock differences stay within it."""


def near(ratio: float, expected: float) -> bool:
    """Whether a ratio of peaks is the expected one, roundings apart."""
    return abs(ratio / expected - 1.0) <= TOLERANCE


def check_peaks(where: str, entry: Mapping[str, Any], public: Mapping[str, Any] | None, faults: Faults) -> None:
    """FP8 is twice BF16 unless ``fp8_per_bf16`` declares otherwise; no peak is twice the public one."""
    own = entry.get("dense_tflops")
    if not own:
        return
    known = (public or {}).get("dense_tflops", {})
    for precision, value in own.items():
        dense = known.get(precision)
        if dense is not None and near(value / dense, RATIO):
            what = f"twice the dense peak {dense:g}: a sparse one?"
            faults.add(f"{where}.dense_tflops.{precision}", show(value), what, "dense TFLOP/s", f"{dense:g}")
    whole = {**known, **own}
    expected = entry.get("fp8_per_bf16", (public or {}).get("fp8_per_bf16", RATIO))
    if "fp8" in whole and "bf16" in whole and not near(whole["fp8"] / whole["bf16"], expected):
        ratio = whole["fp8"] / whole["bf16"]
        what = f"{ratio:.3g} times bf16, where {expected:g} is expected: dense and sparse mixed?"
        allowed = "dense TFLOP/s, or fp8_per_bf16 declared beside it"
        hint = f"{whole['fp8'] / RATIO:g}" if near(ratio, RATIO * expected) else ""
        faults.add(f"{where}.dense_tflops.fp8", show(whole["fp8"]), what, allowed, hint)
