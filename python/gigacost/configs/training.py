"""What the configurations of all training frameworks have: chips, batches, steps, precision, an optimiser."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gigacost.configs.reading import Reading, joined

_ADAM = frozenset(
    {
        *("adam", "adamw", "fused_adam", "distributed_fused_adam", "adamw_torch", "adamw_torch_fused", "adamw_hf"),
        *("adamw_apex_fused", "fused_adamw", "torch_adamw", "megatron_fused_adam"),
    }
)
_SGD_BYTE = 8
"""Of fp32 weights and momentum."""
SELECTIVE, FULL = 1, 2
"""Levels of ``recompute``."""
TEXT_SIZES = ("tp", "pp", "cp")


def optimiser(reading: Reading, name: str) -> None:
    """The optimiser: the model takes Adam, and knows of others only the size of their state."""
    kind = reading.text(name).lower()
    if kind == "sgd":
        reading.give("optimiser_byte", _SGD_BYTE, name)
    elif kind in _ADAM:
        reading.ignore("Adam, whose 12 bytes a parameter are what the model takes", name)
    elif kind:
        reading.approximate(name, "taken as Adam, whose state has 12 bytes a parameter")


def degree(reading: Reading, name: str, input_: str, framework: str) -> int:
    """A size of the layout; 1 where it is left out, which is what the framework takes."""
    value = reading.take(name, input_)
    if name not in reading:
        reading.derive(input_, 1, name, f"left out: 1 by default in {framework}")
    return value or 1


def chips(reading: Reading, nodes: str, per_node: str) -> int | None:
    """The chips of so many nodes; those that are given beside the file where it names none."""
    if nodes in reading and per_node in reading:
        count, each = reading.whole(nodes), reading.whole(per_node)
        if count and each:
            reading.derive("chips", count * each, joined([nodes, per_node]), "nodes x chips of a node")
            return count * each
    for name, other in ((nodes, per_node), (per_node, nodes)):
        reading.ignore(f"chips are told only with {other} beside it", name)
    return given(reading, "chips")


def given(reading: Reading, input_: str) -> int | None:
    """A whole number that is given beside the file or in it."""
    value = reading.known.get(input_, reading.inputs.get(input_))
    return int(value) if isinstance(value, int | float) and value == int(value) else None


def ranks(reading: Reading, count: int | None) -> int | None:
    """Data-parallel ranks of so many chips. A fault where the layout needs more, or others are left over."""
    sizes = [given(reading, name) or 1 for name in TEXT_SIZES]
    each = math.prod(sizes)
    if count is None:
        return None
    if count % each:
        layout = " x ".join(f"{name} {size}" for name, size in zip(TEXT_SIZES, sizes, strict=True))
        reading.refuse("", f"{count} chips cannot be shared out among copies of {layout} = {each} chips", "a multiple")
        return None
    return count // each


def tokens(reading: Reading, steps: str, more: Iterable[str]) -> None:
    """Tokens of so many steps, as far as batch and sequence are known."""
    count = reading.whole(steps)
    batch, length = given(reading, "global_batch_sequences"), given(reading, "context_tokens")
    if count and batch and length:
        fields = joined([steps, *(name for name in more if name in reading)])
        reading.derive("tokens", count * batch * length, fields, "steps x sequences of a batch x tokens of a sequence")
    elif count:
        reading.ignore("tokens are told only with batch and sequence known: --chips, or --tokens", steps)


def samples(reading: Reading, name: str) -> None:
    """Tokens of so many sequences."""
    count, length = reading.whole(name), given(reading, "context_tokens")
    if count and length:
        reading.derive("tokens", count * length, name, "sequences x tokens of a sequence")


def recompute(reading: Reading, name: str, levels: dict[str, int]) -> None:
    """The level of recomputation that a word stands for."""
    word = reading.text(name, tuple(levels))
    if word:
        reading.give("recompute", levels[word], name)
