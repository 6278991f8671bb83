"""torchtitan's TOML, and what its newer releases print of a run as JSON.

Names and defaults: ``torchtitan/config_manager.py`` and ``torchtitan/models/llama3/train_configs`` of
pytorch/torchtitan, read 2026-12-01.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.configs import training
from gigacost.configs.reading import Reading, joined

_NAME = "torchtitan"
_AT = "parallelism."
_TELLING = ("training", "parallelism")
_IGNORED = {
    "a size of the framework's own: --model-config takes a config.json": ("model.*",),
    "logs, data and checkpoints": (
        "job.*", "metrics.*", "profiling.*", "checkpoint.*", "validation.*", "training.dataset*", "comm.*", "debug.*",
        "experimental.*", "fault_tolerance.*", "memory_estimation.*", "training.gc_*", "training.deterministic",
        "training.seed", "training.debug_moe_force_load_balance",
    ),
    "hyper-parameters, no part of the cost": ("optimizer.*", "lr_scheduler.*", "training.max_norm"),
    "how the framework runs it; fitted over runs as they are": (
        "compile.*", "training.compile", "training.enable_cpu_offload", "training.dtype", "parallelism.enable_*",
        "parallelism.disable_*", "parallelism.fsdp_*", "parallelism.context_parallel_*", "parallelism.pipeline_*",
        "parallelism.module_*", "training.mixed_precision_*", "float8.*", "quantize.*", "mx.*",
        "activation_checkpoint.*",
        "parallelism.expert_*",
    ),
}  # fmt: skip


def is_one(tree: Mapping[str, Any]) -> bool:
    """Whether a mapping is a configuration of torchtitan."""
    return all(isinstance(tree.get(name), Mapping) for name in _TELLING)


def read(reading: Reading, tree: Mapping[str, Any]) -> None:
    """Put a configuration of torchtitan into a reading. Raises SpecError with its faults."""
    del tree
    reading.take("training.seq_len", "context_tokens")
    _layout(reading)
    _memory(reading)
    _precision(reading)
    training.optimiser(reading, "optimizer.name")
    _batch(reading)
    for why, patterns in _IGNORED.items():
        reading.ignore_like(why, *patterns)
    reading.end()


def _layout(reading: Reading) -> None:
    degrees = {"tp": "tensor_parallel_degree", "pp": "pipeline_parallel_degree", "cp": "context_parallel_degree"}
    sizes = [training.degree(reading, f"{_AT}{name}", input_, _NAME) for input_, name in degrees.items()]
    experts = (training.given(reading, "experts") or 1) > 1
    if experts or f"{_AT}expert_parallel_degree" in reading:
        training.degree(reading, f"{_AT}expert_parallel_degree", "ep", _NAME)
    if experts:
        training.degree(reading, f"{_AT}expert_tensor_parallel_degree", "expert_tp", _NAME)
    shard_at, copies_at = f"{_AT}data_parallel_shard_degree", f"{_AT}data_parallel_replicate_degree"
    shard, copies = reading.whole(shard_at, low=-1), reading.whole(copies_at)
    if shard and shard > 0:
        count = shard * (copies or 1)
        for size in sizes:
            count *= size
        fields = joined(
            name for name in (shard_at, copies_at, *(f"{_AT}{one}" for one in degrees.values())) if name in reading
        )
        reading.derive("chips", count, fields, "the product of all degrees")
    elif shard == 0:
        reading.refuse(shard_at, "out of range", "-1 for all that are left, or >= 1")
    else:
        reading.ignore("-1: as many as the chips leave", shard_at)
    if copies and copies > 1 and shard != 1:
        reading.approximate(copies_at, "taken as sharding over all data-parallel ranks")
    reading.ignore("a part of chips", shard_at, copies_at)


def _memory(reading: Reading) -> None:
    shard = reading[f"{_AT}data_parallel_shard_degree"]
    is_shared = shard is None or shard != 1
    reading.derive("zero_stage", 3 if is_shared else 0, f"{_AT}data_parallel_shard_degree",
                   "FSDP shares weights too" if is_shared else "no sharding: every rank has all state")  # fmt: skip
    reading.derive("sequence_parallel", 1, f"{_AT}tensor_parallel_degree", f"always with tensor parallelism in {_NAME}")
    mode = "activation_checkpoint.mode"
    levels = {"none": 0, "selective": training.SELECTIVE, "full": training.FULL}
    if mode in reading and reading[mode] == "memory_budget":
        reading.approximate(mode, "taken as selective recomputation")
        reading.derive("recompute", training.SELECTIVE, mode, "the nearest level")
    elif mode in reading:
        training.recompute(reading, mode, levels)
    else:
        reading.derive("recompute", training.SELECTIVE, mode, f"left out: selective in {_NAME}")
    if reading.inputs.get("recompute") == training.SELECTIVE:
        option = "activation_checkpoint.selective_ac_option"
        value = reading[option]
        if value in (None, "op", "2", 2):
            reading.derive("op_level_recompute", 1, option, "selective by operations, as PyTorch does it")
        else:
            reading.approximate(option, "taken as recomputation of selected operations in every layer")
            reading.derive("op_level_recompute", 1, mode, "selective by operations, as PyTorch does it")


def _precision(reading: Reading) -> None:
    converters = reading["model.converters"]
    listed = converters if isinstance(converters, list) else str(converters or "").split(",")
    narrow = next((one for one in listed if str(one).startswith(("float8", "quantize.linear.float8"))), "")
    blocks = next((one for one in listed if str(one).startswith(("mx", "quantize.linear.mx"))), "")
    if narrow or blocks:
        reading.give("precision", "fp8" if narrow else "mxfp8", "model.converters")
        return
    name = "training.mixed_precision_param"
    labels = {"bfloat16": "bf16", "float32": "fp32", "float16": "fp16"}
    word = reading.text(name, tuple(labels))
    if word:
        reading.give("precision", labels[word], name)
    else:
        reading.derive("precision", "bf16", name, f"left out: bfloat16 in {_NAME}")


def _batch(reading: Reading) -> None:
    local = reading.first("training.local_batch_size", "training.batch_size")
    sequences = reading.whole(local)
    micro = f"{_AT}pipeline_parallel_microbatch_size"
    if reading.inputs.get("pp", 1) != 1:
        training.degree(reading, micro, "microbatch", _NAME)
    elif sequences:
        reading.give("microbatch", sequences, local)
    ranks = training.ranks(reading, training.given(reading, "chips"))
    whole = "training.global_batch_size"
    batch = reading.whole(whole, low=-1)
    if batch and batch > 0:
        reading.give("global_batch_sequences", batch, whole)
        if ranks and sequences and batch % (sequences * ranks):
            reading.refuse(whole, "cannot be shared out among the ranks", f"a multiple of {sequences * ranks}")
    elif sequences and ranks:
        why = f"local batch x {ranks} data-parallel ranks"
        reading.derive("global_batch_sequences", sequences * ranks, local, why)
    reading.ignore("-1: the local batch of all ranks", whole)
    reading.ignore("the batch is told only with the number of chips: --chips", local)
    training.tokens(reading, "training.steps", ["training.seq_len"])
