"""How the run of an estimate is laid out over its chips, and where the time of a step goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gigacost.model.performance.layout import GIVEN_RECOMPUTE
from gigacost.model.performance.search import AXES
from gigacost.queries.evidence import INSTEAD_OF_LAYOUT
from gigacost.units.numbers import grouped, scaled, share

if TYPE_CHECKING:
    from gigacost.queries.estimates import Estimate

_PARTS = {
    "gemm_seconds": "GEMM",
    "attention_seconds": "attention",
    "elementwise_seconds": "elementwise",
    "tp_seconds": "tensor parallelism",
    "cp_seconds": "context parallelism",
    "ep_seconds": "expert parallelism",
    "recompute_seconds": "recomputation",
    "logits_seconds": "logits",
    "overhead_seconds": "overhead",
    "bubble_seconds": "bubble",
    "pipeline_seconds": "pipeline transfers",
    "dp_seconds": "data parallelism",
    "optimiser_seconds": "optimiser",
    "straggler_seconds": "stragglers",
}
_SMALL = 0.01
"""Parts of a step below this share are counted together."""


def layout_in_use(one: Estimate) -> Mapping[str, float] | None:
    """The quantities of the layout and its given axes; None where the estimate does not rest on a layout."""
    assumed = {item.name: item.value for item in one.assumptions}
    given = {axis: value for axis in AXES if isinstance(value := assumed.get(axis), int | float)}
    known = {name: value for name, value in {**one.quantities, **given}.items() if value is not None}
    is_whole = all(name in known for name in (*AXES, *_PARTS, "memory_use"))
    return known if is_whole and not any(name in assumed for name in INSTEAD_OF_LAYOUT) else None


def layout_lines(one: Estimate) -> list[str]:
    """The layout, what it leaves unused, and the parts of a step; nothing where no layout is in use."""
    known = layout_in_use(one)
    if known is None:
        return []
    lines = [_layout(known), _step(known)]
    unused = []
    if known["idle_chips"]:
        unused.append(f"{known['idle_chips']:,.0f} chips idle")
    if known["padding_share"]:
        unused.append(f"{share(known['padding_share'])} of the places in a step are empty")
    return lines + ([", ".join(unused)] if unused else [])


def mfu_band(one: Estimate) -> str:
    """Between which figures MFU lay in published runs of this kind; empty where it does not come from a layout."""
    known = layout_in_use(one)
    if known is None:
        return ""
    tuning = known["schedule_seconds"] / known["step_seconds"]
    low, high = share(known["mfu_low"] / tuning).removesuffix(" %"), share(known["mfu_high"] / tuning)
    seen = (
        "extrapolated from other chips" if known["is_extrapolated"] else "in eight of ten published runs of this kind"
    )
    reached = "" if tuning == 1.0 else f"its layout reaches {share(known['mfu'] / tuning)}: "
    return f" ({reached}{low}-{high}, {seen})"


def _layout(known: Mapping[str, float]) -> str:
    pieces = f" x {known['vp']:.0f}" if known["vp"] > 1.0 else ""
    parts = [f"tp {known['tp']:.0f}", f"pp {known['pp']:.0f}{pieces}", f"dp {known['dp']:,.0f}"]
    parts += [f"{axis} {known[axis]:.0f}" for axis in ("cp", "ep") if known[axis] > 1.0]
    if known["is_moe"] and known["ffn_ranks"] > 1.0:
        parts.append(f"expert_tp {known['ffn_ranks']:.0f}")
    parts += [f"microbatch {known['microbatch']:.0f}", f"ZeRO {known['zero_stage']:.0f}"]
    word = GIVEN_RECOMPUTE.word(known["recompute"])
    parts.append(f"{'no' if word == 'none' else word} recomputation")
    needed = known["memory_per_chip_gib"]
    return f"{' · '.join(parts)}; {grouped(needed)} of {grouped(needed / known['memory_use'])} GiB per chip"


def _step(known: Mapping[str, float]) -> str:
    whole = known["step_seconds"]
    shares = {name: known[part] / whole for part, name in _PARTS.items()}
    named = sorted(((part, name) for name, part in shares.items() if part >= _SMALL), reverse=True)
    listed = [f"{name} {share(part)}" for part, name in named]
    rest = sum(part for part in shares.values() if part < _SMALL)
    listed += [f"other {share(rest)}"] if rest else []
    slower = 1.0 - known["schedule_seconds"] / whole
    listed += [f"typical pace {share(slower)}"] if slower >= _SMALL else []
    length = known["step_tokens"] / known["global_batch_sequences"]
    batch = f"{known['global_batch_sequences']:,.0f} x {length:,.0f} tokens"
    return f"step {scaled(whole)} s of {batch}: {', '.join(listed)}"
