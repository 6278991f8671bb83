"""axolotl's YAML.

Names and defaults: ``src/axolotl/utils/schemas`` of axolotl-ai-cloud/axolotl, read 2026-12-01.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gigacost.configs import training
from gigacost.configs.adapters import adapter
from gigacost.configs.reading import Reading, joined

_NAME = "axolotl"
_TELLING = frozenset({"sequence_len", "micro_batch_size", "gradient_accumulation_steps", "datasets", "adapter"})
_ZERO = re.compile(r"zero([123])")
_OF_PACKING = ("*pad_to_sequence_len", "*sample_packing*", "multipack_*", "batch_flattening*", "min_sample_len")
_IGNORED = {
    "where the model is from: --model-config takes its config.json": (
        "base_model*", "model_type", "tokenizer*", "processor_type", "revision_of_model", "trust_remote_code",
        "is_llama_derived_model", "is_*_derived_model", "cls_model_config", "load_in_8bit", "load_in_4bit",
        "model_quantization_config*", "overrides_of_model_*", "quantization*",
    ),
    "data": (
        "datasets*", "test_datasets*", "dataset_*", "pretraining_dataset*", "val_set_size", "chat_template*",
        "special_tokens*", "tokens", "added_tokens_overrides*", "shuffle_*", "train_on_inputs", "group_by_length",
        "default_system_message", "remove_unused_columns", "dataloader_*", "num_workers", "streaming*",
        "field_*", "roles_to_train", "eot_tokens", "plugins", "excess_length_strategy", "skip_prepare_dataset",
    ),
    "logs and checkpoints": (
        "wandb_*", "mlflow_*", "comet_*", "use_*", "output_dir", "save_*", "saves_per_epoch", "logging_steps", "hub_*",
        "resume_from_checkpoint", "auto_resume_from_checkpoints", "push_*", "hf_use_auth_token", "debug", "strict",
        "profiler_*", "include_tokens_per_second", "gc_steps", "lora_model_dir",
    ),
    "of evaluation": ("eval_*", "evals_per_epoch", "do_*", "early_stopping_patience", "loss_watchdog_*"),
    "hyper-parameters, no part of the cost": (
        "learning_rate", "lr_*", "warmup_*", "weight_decay", "adam_*", "max_grad_norm", "cosine_*", "optim_*", "seed",
        "neftune_noise_alpha", "embedding_lr*", "label_smoothing_factor", "noisy_embedding_alpha", "rl", "rl_*", "trl*",
        "dpo_*", "kto_*", "orpo_*", "simpo_*",
    ),
    "how the framework runs it; fitted over runs as they are": (
        "attn_implementation", "xformers_attention", "sdp_attention", "s2_attention", "flash_attn_*", "torch_compile*",
        "liger_*", "cut_cross_entropy*", "fsdp_*", "ddp*", "deepspeed_*", "unsloth_*", "heads_k_stride",
        "ring_attn_func",
        "gradient_checkpointing_kwargs*", "device_map", "local_rank", "max_memory", "gpu_memory_limit",
        "low_cpu_mem_usage",
        "float32", "tf32", "activation_offloading", "layer_offloading", "dynamic_checkpoint*", "expert*_kernel*",
        "bfloat16_full", "experimental_*", "axolotl_config_path",
    ),
}  # fmt: skip


def is_one(tree: Mapping[str, Any]) -> bool:
    """Whether a mapping is a configuration of axolotl."""
    return "base_model" in tree or len(_TELLING & tree.keys()) > 1


def read(reading: Reading, tree: Mapping[str, Any]) -> None:
    """Put a configuration of axolotl into a reading. Raises SpecError with its faults."""
    del tree
    reading.take("sequence_len", "context_tokens")
    _layout(reading)
    _memory(reading)
    _precision(reading)
    adapter(reading)
    if "unfrozen_parameters" in reading:
        reading.approximate("unfrozen_parameters", "taken as training of all parameters")
    training.optimiser(reading, "optimizer")
    _batch(reading)
    for why, patterns in _IGNORED.items():
        reading.ignore_like(why, *patterns)
    reading.end()


def _layout(reading: Reading) -> None:
    names = {
        "tp": "tensor_parallel_size",
        "cp": reading.first("context_parallel_size", "sequence_parallel_degree"),
        "ep": "expert_parallel_size",
    }
    sizes = {input_: training.degree(reading, name, input_, _NAME) for input_, name in names.items()}
    for input_ in ("pp", "vp"):
        reading.derive(input_, 1, "base_model", f"{_NAME} has no pipelines")
    shard, copies = reading.whole("dp_shard_size"), reading.whole("dp_replicate_size")
    if shard:
        fields = joined(["dp_shard_size", *(["dp_replicate_size"] if copies else []), *names.values()])
        count = shard * (copies or 1) * sizes["tp"] * sizes["cp"]
        reading.derive("chips", count, fields, "data parallel x tensor parallel x context parallel")
    if shard and copies and copies > 1 and shard > 1:
        reading.approximate("dp_replicate_size", "taken as sharding over all data-parallel ranks")
    reading.ignore("chips are told only with dp_shard_size beside it", "dp_replicate_size")


def _memory(reading: Reading) -> None:
    deepspeed = reading["deepspeed"]
    stage = _ZERO.search(str(deepspeed).lower()) if isinstance(deepspeed, str) else None
    if any(name.startswith("fsdp") for name in reading.tree if reading.tree[name]):
        if "deepspeed" in reading:
            reading.refuse("deepspeed", "given beside fsdp", "one of the two")
        reading.derive("zero_stage", 3, reading.first("fsdp_config", "fsdp_version", "fsdp"), "FSDP shares weights too")
        reading.ignore("FSDP, as zero_stage says", "fsdp", "fsdp_config", "fsdp_version")
    elif stage:
        reading.give("zero_stage", int(stage[1]), "deepspeed")
    elif "deepspeed" in reading:
        reading.ignore("a file that is not opened; its name tells no stage: --set zero_stage=...", "deepspeed")
    else:
        reading.derive("zero_stage", 0, "fsdp", f"left out, as deepspeed is: every rank has all state in {_NAME}")
    kept = reading["gradient_checkpointing"]
    if isinstance(kept, str):
        reading.text("gradient_checkpointing", ("offload", "offload_disk", "legacy"))
    else:
        reading.flag("gradient_checkpointing")
    if "gradient_checkpointing" in reading:
        reading.give("recompute", training.FULL if kept else 0, "gradient_checkpointing")
    else:
        reading.derive("recompute", 0, "gradient_checkpointing", f"left out: off in {_NAME}")
    if "flash_attention" in reading:
        fused = reading.flag("flash_attention") or any(
            reading[name] for name in ("sdp_attention", "xformers_attention", "attn_implementation")
        )
        reading.give("flash_attention", int(fused), "flash_attention")


def _precision(reading: Reading) -> None:
    for label, names in {"fp8": ("fp8",), "bf16": ("bf16", "bfloat16"), "fp16": ("fp16", "float16")}.items():
        name = reading.first(*names)
        value = reading[name]
        if value is None:
            continue
        if isinstance(value, str) and value not in {"auto", "full"}:
            reading.refuse(name, "no such value", "true, false, auto, full")
        elif not isinstance(value, str | bool):
            reading.flag(name)
        if value and "precision" not in reading.inputs:
            reading.give("precision", label, name)
    reading.ignore("the format of what is not in that of precision", "bf16", "bfloat16", "fp16", "float16", "fp8")


def _batch(reading: Reading) -> None:
    micro = training.degree(reading, "micro_batch_size", "microbatch", _NAME)
    rounds = reading.whole("gradient_accumulation_steps")
    ranks = training.ranks(reading, training.given(reading, "chips"))
    if ranks:
        fields = joined(name for name in ("micro_batch_size", "gradient_accumulation_steps") if name in reading)
        why = f"microbatch x accumulation x {ranks} data-parallel ranks"
        reading.derive("global_batch_sequences", micro * (rounds or 1) * ranks, fields or "micro_batch_size", why)
    else:
        why = "the batch is told only with the number of chips: --chips, or dp_shard_size"
        reading.ignore(why, "gradient_accumulation_steps")
    if "batch_size" in reading:
        reading.ignore("the batch is microbatch x accumulation x ranks", "batch_size")
    training.tokens(reading, "max_steps", ["sequence_len"])
    told = "max_steps says it" if "tokens" in reading.inputs else "the size of the data is not in the file: --tokens"
    reading.ignore(told, "num_epochs")
    packed = reading.flag("sample_packing")
    reading.ignore("how sequences are filled: they are taken to be full" if packed else "no packing", "sample_packing")
    if not packed and "sequence_len" in reading:
        note = "without sample_packing sequences may be shorter than sequence_len, which is taken for all"
        reading.notes.append(f"{reading.name or reading.key}: {note}")
    reading.ignore_like("how sequences are filled: they are taken to be full", *_OF_PACKING)
