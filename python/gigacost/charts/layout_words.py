"""Parallel layouts in words, as people say them."""

from __future__ import annotations

from collections.abc import Mapping

AXES = ("tp", "pp", "vp", "cp", "ep", "microbatch", "zero_stage", "recompute")
"""In the order in which a layout is said."""
HEADS = {"zero_stage": "ZeRO", "microbatch": "mb"}
"""What some axes are called."""
RECOMPUTE = ("none", "selective", "full")
"""The values of one axis."""


def said(change: Mapping[str, int]) -> str:
    """A layout, or a part of it: ``tp 8, pp 16, ZeRO 1, full recompute``."""
    words = []
    for axis in (axis for axis in AXES if axis in change):
        value = change[axis]
        if axis == "recompute":
            words.append(f"{RECOMPUTE[value] if value else 'no'} recompute")
        else:
            words.append(f"{HEADS.get(axis, axis)} {value}")
    return ", ".join(words)


def part(name: str) -> str:
    """A part of a step's time or of a chip's memory, without its unit: ``gemm_seconds`` is ``gemm``."""
    return name.removesuffix("_seconds").removesuffix("_gib").removeprefix("memory_").replace("_", " ")
