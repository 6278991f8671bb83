"""NeMo's YAML of pre-training with Megatron.

Names: ``examples/nlp/language_modeling/conf/megatron_gpt_config.yaml`` of NVIDIA/NeMo, read 2026-12-01.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.configs import megatron, training
from gigacost.configs.reading import Reading

_NAME = "NeMo"
_AT = "model."
_RENAMED = {
    "seq_length": "encoder_seq_length",
    "recompute_granularity": "activations_checkpoint_granularity",
    "recompute_method": "activations_checkpoint_method",
    "recompute_num_layers": "activations_checkpoint_num_layers",
    "optimizer": "optim.name",
    "moe_router_topk": "moe_router_topk",
}
_PRECISIONS: dict[int | str, str] = {
    **dict.fromkeys(("bf16", "bf16-mixed", "bf16-true"), "bf16"),
    **dict.fromkeys((16, "16", "16-mixed", "16-true"), "fp16"),
    **dict.fromkeys((32, "32", "32-true"), "fp32"),
}
_IGNORED = {
    "names, logs and checkpoints": (
        "name", "restore_from_path", "exp_manager.*", "hydra.*", "defaults", "trainer.logger", "trainer.enable_*",
        "trainer.log_*", "trainer.val_*", "trainer.limit_*", "trainer.num_sanity_val_steps", "model.resume_*",
        "model.data.*", "model.tokenizer.*", "model.nsys_profile.*", "model.restore_*", "run.*",
    ),
    "hyper-parameters, no part of the cost": (
        "model.optim.*", "trainer.gradient_clip_val", "trainer.benchmark", "model.*dropout*", "model.seed",
        "model.native_amp_*", "model.hysteresis",
    ),
    "how the framework runs it; fitted over runs as they are": (
        "trainer.accelerator", "trainer.replace_sampler_ddp", "trainer.use_distributed_sampler", "trainer.strategy",
        "trainer.accumulate_grad_batches", "model.pre_process", "model.post_process", "model.persist_layer_norm",
        "model.mcore_gpt", "model.transformer_engine", "model.megatron_*", "model.grad_*", "model.use_*",
        "model.onnx_safe", "model.apex_*", "model.gradient_*", "model.sync_batch_comm", "model.ub_tp_comm*",
        "model.apply_query_key_layer_scaling", "model.fp32_*", "model.fp16_*", "model.num_micro_batches_*",
        "model.activations_checkpoint_layers_*", "model.reduce_amax", "model.bias", "model.headscale",
        "model.openai_gelu", "model.transformer_block_type", "model.normalize_attention_scores",
    ),
    "steps end it before": ("trainer.max_epochs", "trainer.max_time"),
}  # fmt: skip


def is_one(tree: Mapping[str, Any]) -> bool:
    """Whether a mapping is a configuration of NeMo."""
    model = tree.get("model")
    return isinstance(tree.get("trainer"), Mapping) and isinstance(model, Mapping) and "micro_batch_size" in model


def read(reading: Reading, tree: Mapping[str, Any]) -> None:
    """Put a configuration of NeMo into a reading. Raises SpecError with its faults."""
    del tree
    training.chips(reading, "trainer.num_nodes", "trainer.devices")
    arguments = megatron.Arguments(reading, _named, _NAME)
    _precision(reading)
    arguments.read()
    if str(reading["model.optim.name"]).startswith("distributed_"):
        reading.derive("zero_stage", 1, "model.optim.name", "an optimiser whose state the ranks share")
    training.tokens(reading, "trainer.max_steps", ["model.global_batch_size", "model.encoder_seq_length"])
    for why, patterns in _IGNORED.items():
        reading.ignore_like(why, *patterns)
    megatron.aside(reading, _AT)
    reading.end()


def _named(name: str) -> str:
    """Where a field of Megatron-LM stands."""
    return f"{_AT}{_RENAMED.get(name, name)}"


def _precision(reading: Reading) -> None:
    name = "trainer.precision"
    value = reading[name]
    if reading["model.fp8"] or value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | str) or value not in _PRECISIONS:
        reading.refuse(name, "no such value", "bf16, bf16-mixed, 16, 16-mixed, 32")
        return
    reading.give("precision", _PRECISIONS[value], name)
