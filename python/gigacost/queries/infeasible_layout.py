"""Why no layout is legal, or none fits into memory, and what would help: for who asked for this one design."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, show
from gigacost.model.performance.layout import BESIDE_LAYERS

_Labels = Mapping[str, str]
_Found = Mapping[str, float]
_SHOWN = 4
_DOUBLINGS = 8
"""More chips are looked for up to this many doublings."""
_LEANEST = {"zero_stage": 3, "recompute": "full", "microbatch": 1}
"""The values of an axis that take the least memory."""
_SHAPE = ("query_heads", "block_layers", "routed_experts", "ffn_width", "chips")
"""What has to divide, and among how many."""
_PINNED = ("tp", "pp", "cp", "microbatch", "global_batch_sequences", "chips")
"""Who gives all of these has said how many sequences each chip works on."""


def no_layout(bound: Bound, found: _Found, _: _Labels) -> Fault | None:
    """The first condition of a legal layout that the given axes break; None where it takes others to see it."""
    numbers = {name: bound.spec.fixed.get(name) for name in bound.user_given}
    given = {name: float(value) for name, value in numbers.items() if isinstance(value, int | float)}
    known = {**found, **given}
    if any(math.isnan(known.get(name, math.nan)) for name in _SHAPE):
        return None
    axis = {name: given.get(name, 1.0) for name in ("tp", "pp", "vp", "cp", "ep")}
    axis["expert_tp"] = given.get("expert_tp", 1.0)
    fault = next((one for broken in _CONDITIONS for one in broken(bound, known, axis)), None)
    return fault and replace(fault, value=f"{known[fault.field]:.0f}")


def _tensor(bound: Bound, known: _Found, axis: _Found) -> Iterator[Fault]:
    heads, domain = known["query_heads"], float(bound.table("scaleup_domain").values[0])
    if heads % axis["tp"]:
        yield Fault("tp", "", f"does not divide the {heads:.0f} heads of a layer", _divisors(heads, domain))
    if axis["tp"] > 1.0 and not axis["tp"] <= domain:
        yield Fault("tp", "", f"wider than the fast network, which joins {_chips(domain)}", _divisors(heads, domain))


def _pipeline(_: Bound, known: _Found, axis: _Found) -> Iterator[Fault]:
    layers, pieces = known["block_layers"], axis["pp"] * axis["vp"]
    if axis["pp"] > layers:
        yield Fault("pp", "", f"more stages than the {layers:.0f} layers", f"<= {layers:.0f}")
    if axis["vp"] > 1.0 and known.get("pp") == 1.0:
        yield Fault("vp", "", "only the stages of a pipeline are interleaved", "1; or a pp above 1")
    if pieces > layers + BESIDE_LAYERS:
        what = f"pp · vp = {pieces:.0f} pieces of {layers:.0f} layers and {BESIDE_LAYERS:.0f} beside them"
        yield Fault("vp" if axis["vp"] > 1.0 else "pp", "", what, f"pp · vp <= {layers + BESIDE_LAYERS:.0f}")


def _experts(_: Bound, known: _Found, axis: _Found) -> Iterator[Fault]:
    experts, stage = known["routed_experts"], known["chips"] // axis["pp"]
    if experts % axis["ep"]:
        dense = "a dense model has no experts"
        what = f"does not divide the {experts:.0f} experts of a layer" if experts > 1.0 else dense
        yield Fault("ep", "", what, _divisors(experts, known["chips"]))
    if 1.0 <= stage < axis["ep"]:
        yield Fault("ep", "", f"more than the {_chips(stage)} of a pipeline stage", f"<= {stage:.0f}")


def _expert_tensor(bound: Bound, known: _Found, axis: _Found) -> Iterator[Fault]:
    width, domain, split = known["ffn_width"], float(bound.table("scaleup_domain").values[0]), axis["expert_tp"]
    if split == axis["tp"] or not known["routed_experts"] > 1.0:
        return
    if width % split:
        yield Fault("expert_tp", "", f"does not divide the width {width:.0f} of an expert", _divisors(width, domain))
    if split > 1.0 and not split <= domain:
        what = f"wider than the fast network, which joins {_chips(domain)}"
        yield Fault("expert_tp", "", what, _divisors(width, domain))
    group, copy = split * axis["ep"], axis["tp"] * axis["cp"]
    stage = known["chips"] // (copy * axis["pp"]) * copy
    if stage % group:
        what = (
            f"expert_tp · ep = {split:.0f} · {axis['ep']:.0f} does not divide the {_chips(stage)} of a pipeline stage"
        )
        yield Fault("expert_tp", "", what, _divisors(math.gcd(int(stage // axis["ep"]), int(width)), domain))


def _cluster(_: Bound, known: _Found, axis: _Found) -> Iterator[Fault]:
    copy = axis["tp"] * axis["pp"] * axis["cp"]
    if copy > known["chips"]:
        product = f"tp · pp · cp = {axis['tp']:.0f} · {axis['pp']:.0f} · {axis['cp']:.0f} = {copy:.0f}"
        yield Fault("chips", "", f"fewer than one copy of the model takes: {product}", f">= {copy:.0f}")


def _schedule(_: Bound, __: _Found, axis: _Found) -> Iterator[Fault]:
    if axis["vp"] > 1.0:
        what = f"an interleaved schedule needs a microbatch for each of the {axis['pp']:.0f} stages"
        yield Fault("vp", "", what, "1; or fewer stages, a larger global_batch_sequences, a smaller microbatch")


_CONDITIONS: tuple[Callable[[Bound, _Found, _Found], Iterator[Fault]], ...] = (
    *(_tensor, _pipeline, _experts, _cluster, _expert_tensor),
    _schedule,
)
"""The last one is what is left to be broken when the others hold."""


def out_of_memory(bound: Bound, found: _Found, labels: _Labels) -> Fault | None:
    """What the leanest layout needs of each chip, what it has, what would help; None where that is not known."""
    if not {"memory_per_chip_gib", "memory_use"} <= found.keys():
        return None
    needed = found["memory_per_chip_gib"]
    has = needed / found["memory_use"]
    chosen = {name: float(found.get(name, bound.spec.fixed.get(name, math.nan))) for name in ("tp", "pp", "cp", "ep")}
    layout = " · ".join(f"{name} {value:.0f}" for name, value in chosen.items())
    what = f"out of memory: the leanest layout ({layout}) needs {needed:.4g} GiB of each {labels['hardware']}"
    ways = [*_more_chips(bound), *_leaner_axes(bound), *_larger_chips(bound, needed, chosen["tp"])]
    allowed = f"<= {has:.4g} GiB; {'; '.join(ways)}" if ways else f"<= {has:.4g} GiB"
    return Fault("chips", show(bound.spec.fixed.get("chips", "")), what, allowed)


def unfilled_batch(bound: Bound, quantities: Mapping[str, float | None]) -> Fault | None:
    """The fault of a batch that does not fill a layout given in full; None where something is left to choose."""
    if not bound.user_given.issuperset(_PINNED):
        return None
    dp, microbatch = quantities.get("dp"), float(bound.spec.fixed["microbatch"])
    rows = (dp or 0.0) * microbatch
    what = f"not whole microbatches: dp · microbatch = {dp:.0f} · {microbatch:.0f} = {rows:.0f} sequences at a time"
    given = show(bound.spec.fixed["global_batch_sequences"])
    return Fault("global_batch_sequences", given, what, f"a multiple of {rows:.0f}; or leave microbatch to the search")


def _more_chips(bound: Bound) -> Iterator[str]:
    chips = int(bound.spec.fixed.get("chips", 0))
    for doubling in range(1, _DOUBLINGS + 1):
        if _fits(bound, chips=chips * 2**doubling):
            yield f"{chips * 2**doubling:,} chips"
            return


def _leaner_axes(bound: Bound) -> Iterator[str]:
    for axis, leanest in _LEANEST.items():
        value = 2 if leanest == "full" else leanest
        if axis in bound.user_given and bound.spec.fixed[axis] != value and _fits(bound, **{axis: value}):
            yield f"{axis} = {leanest}"


def _larger_chips(bound: Bound, needed: float, tp: float) -> Iterator[str]:
    """The chips of the catalogue that have the memory, and a fast network as wide as the layout's; the smallest."""
    names = bound.catalog.labels("hardware")
    memory, domain = (bound.catalog.table(column, {"hardware": names}) for column in ("mem_gib", "scaleup_domain"))
    enough = sorted(
        (float(memory[i]), name)
        for i, name in enumerate(names)
        if memory[i] >= needed and (tp <= 1.0 or domain[i] >= tp)
    )
    if enough and "mem_gib" not in bound.user_given:
        yield "a larger chip: " + ", ".join(f"{name} ({gib:.4g})" for gib, name in enough[:_SHOWN])


def _fits(bound: Bound, **changed: Any) -> bool:  # noqa: ANN401 - values of a specification
    """Whether some layout fits when the specification is changed."""
    other = Bound(replace(bound.spec, fixed={**bound.spec.fixed, **changed}), bound.model, bound.catalog)
    made = lower.compiled(other, Query(("memory_use",)))
    program = lower.program(other, made)
    (use,) = program.values(0, [made.nodes["memory_use"]])
    return use <= 1.0


def _divisors(number: float, most: float) -> str:
    """The divisors of a number up to a limit, as text."""
    limit = min(number, max(1.0, most))  # NaN is no limit above 1
    found = [str(divisor) for divisor in range(1, int(limit) + 1) if number % divisor == 0]
    return ", ".join(found)


def _chips(count: float) -> str:
    return "one chip" if not count > 1.0 else f"{count:,.0f} chips"
