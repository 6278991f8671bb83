"""Why no layout is legal, or none fits into memory, and what would help: for who asked for this one design."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gigacost import compiler
from gigacost.bind import Bound
from gigacost.errors import Fault, show
from gigacost.recipe import Question

_Labels = Mapping[str, str]
_Found = Mapping[str, float]
_SHOWN = 4
_DOUBLINGS = 8
"""More chips are looked for up to this many doublings."""
_LEANEST = {"zero_stage": 3, "recompute": "full", "microbatch": 1}
"""The values of an axis that take the least memory."""
_PINNED = ("tp", "pp", "cp", "microbatch", "global_batch_sequences", "chips")
"""Who gives all of these has said how many sequences each chip works on."""


def no_layout(bound: Bound, found: _Found, _: _Labels) -> Fault | None:
    """The first condition of a legal layout that the given axes break; None where it takes several of them."""
    given = {
        name: float(value)
        for name in bound.user_given
        if (value := bound.spec.fixed.get(name)) is not None and not isinstance(value, str)
    }
    return next(_broken(bound, {**found, **given}, given), None)


def _broken(bound: Bound, known: _Found, given: _Found) -> Iterator[Fault]:
    """The faults of the given axes, those that they have whatever the others are first."""
    axis = {name: given.get(name, 1.0) for name in ("tp", "pp", "vp", "cp", "ep")}
    heads, layers, experts, chips = (known[name] for name in ("query_heads", "block_layers", "routed_experts", "chips"))
    domain = _domain(bound)
    if heads % axis["tp"]:
        yield _fault("tp", given, f"does not divide the {heads:.0f} heads of a layer", _divisors(heads, domain))
    if axis["tp"] > 1.0 and not axis["tp"] <= domain:
        what = "wider than the fast network, which joins " + _chips(domain)
        yield _fault("tp", given, what, _divisors(heads, domain))
    if axis["pp"] > layers:
        yield _fault("pp", given, f"more stages than the {layers:.0f} layers", f"<= {layers:.0f}")
    if axis["vp"] > 1.0 and axis["pp"] <= 1.0 and "pp" in given:
        yield _fault("vp", given, "only the stages of a pipeline are interleaved", "1; or a pp above 1")
    if axis["pp"] * axis["vp"] > layers + 2.0:
        what = f"pp · vp = {axis['pp'] * axis['vp']:.0f} pieces of {layers:.0f} layers, embedding and head"
        yield _fault("vp" if "vp" in given else "pp", given, what, f"pp · vp <= {layers + 2.0:.0f}")
    if experts % axis["ep"]:
        what = (
            f"does not divide the {experts:.0f} experts of a layer" if experts > 1.0 else "a dense model has no experts"
        )
        yield _fault("ep", given, what, _divisors(experts, chips))
    replica = axis["tp"] * axis["pp"] * axis["cp"]
    if replica > chips:
        product = f"tp · pp · cp = {axis['tp']:.0f} · {axis['pp']:.0f} · {axis['cp']:.0f} = {replica:.0f}"
        yield Fault("chips", f"{chips:.0f}", f"fewer than one copy of the model takes: {product}", f">= {replica:.0f}")
    elif axis["ep"] > chips // axis["pp"]:
        each = chips // axis["pp"]
        yield _fault("ep", given, f"more than the {_chips(each)} of a pipeline stage", f"<= {each:.0f}")
    if axis["vp"] > 1.0:
        what = f"an interleaved schedule needs a microbatch for each of the {axis['pp']:.0f} stages"
        yield _fault("vp", given, what, "1; or fewer stages, a larger global_batch_sequences, a smaller microbatch")


def out_of_memory(bound: Bound, found: _Found, labels: _Labels) -> Fault:
    """What the leanest layout needs of each chip, what the chip has, and what would help."""
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
    made = compiler.compiled(other, Question(("memory_use",)))
    program = compiler.program(other, made)
    (use,) = program.values(0, [made.nodes["memory_use"]])
    return use <= 1.0


def _domain(bound: Bound) -> float:
    return float(bound.table("scaleup_domain").values[0])


def _fault(name: str, given: _Found, what: str, allowed: str) -> Fault:
    return Fault(name, f"{given[name]:.0f}" if name in given else "", what, allowed)


def _divisors(number: float, most: float) -> str:
    """The divisors of a number up to a limit, as text."""
    limit = min(number, max(most, 1.0))
    found = [str(divisor) for divisor in range(1, int(limit) + 1) if number % divisor == 0]
    return ", ".join(found)


def _chips(count: float) -> str:
    return "one chip" if not count > 1.0 else f"{count:,.0f} chips"
