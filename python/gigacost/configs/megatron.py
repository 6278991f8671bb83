"""Megatron-LM's arguments, from a command or its YAML.

Names and defaults: ``megatron/training/arguments.py`` and ``megatron/core/transformer/transformer_config.py`` of
NVIDIA/Megatron-LM, read 2026-12-01.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from gigacost.configs import training
from gigacost.configs.megatron_shape import Shape
from gigacost.configs.reading import Reading, joined

_NAME = "Megatron-LM"
_TELLING = frozenset({"tensor_model_parallel_size", "pipeline_model_parallel_size", "num_layers", "global_batch_size"})
_ZERO_STAGES = {"no_shard": 0, "optim": 1, "optim_grads": 2, "optim_grads_params": 3}
_IGNORED = {
    "of the launcher": (
        "master_*", "node_rank", "rdzv_*", "standalone", "max_restarts", "tee", "log_dir", "local_rank",
        "local_ranks_*",
    ),
    "data, tokeniser, checkpoints and logs": (
        "data_*", "*data_path*", "split", "tokenizer_*", "vocab_file", "merge_file", "save*", "load*", "ckpt_*",
        "log_*",
        "tensorboard_*", "wandb_*", "eval_*", "async_save", "dist_ckpt_*", "use_dist_ckpt*", "use_checkpoint_*",
        "exit_*",
        "dataloader_type", "num_workers", "profile*", "timing_*", "use_pytorch_profiler", "manual_gc*", "no_load_*",
        "no_save_*", "finetune", "auto_detect_ckpt_format", "seed", "mock_data", "reset_*", "eod_mask_loss",
        "num_dataset_builder_threads", "no_create_attention_mask_in_dataloader", "no_mmap_bin_files",
    ),
    "hyper-parameters, no part of the cost": (
        "lr", "lr_*", "min_lr", "weight_decay*", "adam_*", "clip_grad", "init_method_std*", "start_weight_decay",
        "end_weight_decay", "attention_dropout", "hidden_dropout", "sgd_momentum", "use_checkpoint_opt_param_scheduler",
        "override_opt_param_scheduler", "initial_loss_scale", "min_loss_scale", "loss_scale*", "hysteresis",
    ),
    "norms, biases and positions, below 0.4 % of the parameters": (
        "norm_*", "normalization", "position_embedding_type", "rotary_*", "use_rotary_*", "no_rope_fusion",
        "rope_*", "disable_bias_linear", "add_qkv_bias", "add_bias_linear", "apply_layernorm_1p", "layernorm_*",
        "qk_layernorm", "attention_softmax_in_fp32", "no_position_embedding", "apply_residual_*", "mscale*",
        "max_position_embeddings", "squared_relu", "no_masked_softmax_fusion", "no_persist_layer_norm",
    ),
    "how routers choose": (
        "moe_router_*", "moe_aux_*", "moe_z_*", "moe_grouped_gemm", "moe_token_*", "moe_permute_fusion", "moe_pad_*",
        "moe_expert_capacity*", "moe_enable_deepep", "moe_layer_recompute", "moe_shared_expert_overlap",
        "moe_use_legacy*", "moe_per_layer_logging", "overlap_moe_*", "delay_wgrad_compute",
    ),
    "how the framework runs it; fitted over runs as they are": (
        "use_mcore_models", "transformer_impl", "attention_backend", "overlap_*", "no_*", "distributed_*", "tp_comm_*",
        "cross_entropy_*", "use_precision_aware_optimizer", "main_grads_dtype", "main_params_dtype", "exp_avg_*",
        "grad_reduce_in_*", "accumulate_*", "defer_*", "empty_unused_memory_level", "enable_*", "external_*", "nccl_*",
        "cuda_graph*", "te_*", "use_tp_pp_dp_mapping", "use_flash_attn", "calculate_per_token_loss", "ddp_*",
        "gradient_accumulation_fusion", "masked_softmax_fusion", "bias_*", "apply_rope_fusion", "deterministic_mode",
        "cp_comm_type", "check_for_nan_*", "account_for_*", "decoder_first_*", "decoder_last_*", "pipeline_model_*",
        "use_sharp", "high_priority_stream_groups", "rerun_*", "inference_*", "seq_length_interpolation_*",
    ),
    "of the environment": ("[A-Z]*",),
    "the words of the vocabulary are those given, without padding": ("make_vocab_size_divisible_by",),
}  # fmt: skip


def is_one(tree: Mapping[str, Any]) -> bool:
    """Whether a mapping holds arguments of Megatron-LM, in tables or not."""
    names = [*tree, *(name for value in tree.values() if isinstance(value, Mapping) for name in value)]
    return any(str(name).removeprefix("--").replace("-", "_") in _TELLING for name in names)


def read(reading: Reading, tree: Mapping[str, Any]) -> None:
    """Put arguments of Megatron-LM into a reading. Raises SpecError with its faults."""
    del tree
    reading.shorten()
    training.chips(reading, reading.first("nnodes"), reading.first("nproc_per_node", "nproc_per_gpu"))
    Arguments(reading).read()
    aside(reading)
    reading.end()


def aside(reading: Reading, at: str = "") -> None:
    """Put aside the arguments that make no difference here."""
    for why, patterns in _IGNORED.items():
        reading.ignore_like(why, *(f"{at}{pattern}" for pattern in patterns))


class Arguments:
    """Reads the arguments of one run; ``at`` says under which name a field stands."""

    def __init__(self, reading: Reading, at: Callable[[str], str] = str, framework: str = _NAME) -> None:
        self.reading = reading
        self.at = at
        self.framework = framework

    def read(self) -> None:
        """All of them."""
        reading, at = self.reading, self.at
        reading.take(at("seq_length"), "context_tokens")
        Shape(reading, at, strict_groups=self.framework == _NAME).read()
        self.layout()
        self.memory()
        self.precision()
        training.optimiser(reading, at("optimizer"))
        self.batch()
        self.window()

    def batch(self) -> None:
        """The batch, and the tokens of all steps."""
        reading, at = self.reading, self.at
        reading.take(at("micro_batch_size"), "microbatch")
        ranks = training.ranks(reading, training.given(reading, "chips"))
        batch = reading.take(at("global_batch_size"), "global_batch_sequences")
        micro = training.given(reading, "microbatch")
        if batch is None and micro and ranks:
            fields, why = at("micro_batch_size"), "left out: a microbatch of each data-parallel rank"
            reading.derive("global_batch_sequences", micro * ranks, fields, why)
        elif batch and micro and ranks and batch % (micro * ranks):
            whole = f"a multiple of {at('micro_batch_size')} x {ranks} data-parallel ranks = {micro * ranks}"
            reading.refuse(at("global_batch_size"), "cannot be shared out among the ranks", whole)
        if at("rampup_batch_size") in reading:
            reading.approximate(at("rampup_batch_size"), "taken as batches of full size from the start")
        if at("train_iters") in reading and at("train_samples") in reading:
            reading.refuse(at("train_samples"), f"given beside {at('train_iters')}", "one of the two")
        training.tokens(reading, at("train_iters"), [at("global_batch_size"), at("seq_length")])
        training.samples(reading, at("train_samples"))

    def layout(self) -> None:
        """The parallel layout: what is left out is 1, where any of it is given."""
        reading, at = self.reading, self.at
        names = {
            "tp": at("tensor_model_parallel_size"),
            "pp": at("pipeline_model_parallel_size"),
            "cp": at("context_parallel_size"),
        }
        experts = (training.given(reading, "experts") or 1) > 1
        if experts:
            names["ep"] = at("expert_model_parallel_size")
        if not any(name in reading for name in names.values()):
            return
        sizes = {input_: training.degree(reading, name, input_, self.framework) for input_, name in names.items()}
        if experts:
            self._expert_tensor(sizes["tp"])
        else:
            reading.take(at("expert_model_parallel_size"), "ep")
        self._stages(sizes["pp"])
        sequence = reading.flag(at("sequence_parallel"))
        if at("sequence_parallel") in reading:
            reading.give("sequence_parallel", int(sequence), at("sequence_parallel"))
        else:
            reading.derive("sequence_parallel", 0, at("sequence_parallel"), f"left out: off in {self.framework}")

    def _expert_tensor(self, tp: int) -> None:
        name = self.at("expert_tensor_parallel_size")
        if self.reading.take(name, "expert_tp") is None and name not in self.reading:
            self.reading.derive("expert_tp", tp, name, f"left out: that of all others in {self.framework}")

    def _stages(self, pp: int) -> None:
        """Pieces of an interleaved pipeline."""
        reading, at = self.reading, self.at
        each = reading.whole(at("num_layers_per_virtual_pipeline_stage"))
        pieces = reading.first(at("num_virtual_stages_per_pipeline_rank"), at("virtual_pipeline_model_parallel_size"))
        layers = training.given(reading, "layers")
        if each and layers and pp > 1:
            fields = joined([at("num_layers_per_virtual_pipeline_stage"), at("num_layers")])
            if layers % (each * pp):
                what = f"{layers} layers on {pp} stages are no whole number of such pieces"
                reading.refuse(at("num_layers_per_virtual_pipeline_stage"), what)
            else:
                reading.derive("vp", layers // (each * pp), fields, "layers / (pp x layers of a piece)")
        elif reading.take(pieces, "vp") is None and pieces not in reading:
            reading.derive("vp", 1, pieces, f"left out: no interleaving in {self.framework}")
        reading.ignore("of a pipeline that is none, or of layers unknown", at("num_layers_per_virtual_pipeline_stage"))

    def memory(self) -> None:
        """What data-parallel ranks share, and what is computed again."""
        reading, at = self.reading, self.at
        laid_out = "tp" in reading.inputs
        strategy, sharded = at("data_parallel_sharding_strategy"), at("use_distributed_optimizer")
        if reading.flag(at("use_torch_fsdp2")):
            reading.give("zero_stage", 3, at("use_torch_fsdp2"))
        elif strategy in reading:
            word = reading.text(strategy, tuple(_ZERO_STAGES))
            reading.give("zero_stage", _ZERO_STAGES.get(word, 0), strategy)
        elif sharded in reading:
            reading.give("zero_stage", int(reading.flag(sharded)), sharded)
        elif laid_out:
            reading.derive("zero_stage", 0, sharded, f"left out: nothing is shared in {self.framework}")
        reading.ignore(
            "as data_parallel_sharding_strategy says", sharded, at("use_megatron_fsdp"), at("use_custom_fsdp")
        )
        self._recompute(laid_out=laid_out)

    def _recompute(self, *, laid_out: bool) -> None:
        reading, at = self.reading, self.at
        levels = {"selective": training.SELECTIVE, "full": training.FULL}
        if at("recompute_granularity") in reading:
            training.recompute(reading, at("recompute_granularity"), levels)
        elif reading.flag(at("recompute_activations")):
            reading.give("recompute", training.SELECTIVE, at("recompute_activations"))
        elif laid_out:
            reading.derive("recompute", 0, at("recompute_granularity"), f"left out: none in {self.framework}")
        if reading.inputs.get("recompute") == training.FULL and reading[at("recompute_method")] == "block":
            reading.approximate(at("recompute_num_layers"), "taken as recomputation of all layers")
        why = "how layers are grouped; with full recomputation all are computed again"
        reading.ignore(why, *map(at, ("recompute_method", "recompute_num_layers", "recompute_modules")))
        reading.ignore("the same as recompute_granularity selective", at("recompute_activations"))

    def precision(self) -> None:
        """The number format of matrix products."""
        reading, at = self.reading, self.at
        formats = {"fp8": ("fp8_format", "fp8"), "fp4": ("fp4_format", "fp4"), "bf16": ("bf16",), "fp16": ("fp16",)}
        for label, names in formats.items():
            name = reading.first(*map(at, names))
            value = reading[name]
            if value not in (None, False) and "precision" not in reading.inputs:
                recipe = reading[at("fp8_recipe")]
                reading.give("precision", "mxfp8" if label == "fp8" and recipe == "mxfp8" else label, name)
        if reading.flag(at("bf16")) and reading.flag(at("fp16")):
            reading.refuse(at("fp16"), f"given beside {at('bf16')}", "one of the two")
        reading.ignore("the format of what is not in that of precision", *map(at, ("bf16", "fp16", "params_dtype")))
        reading.ignore_like("how the narrow format is scaled", at("fp8_*"), at("fp4_*"))

    def window(self) -> None:
        """What has no place in the model."""
        reading, at = self.reading, self.at
        size = str(reading[at("window_size")] or "")
        first = re.match(r"[(\[]?\s*([0-9]+)", size)
        if first:
            what = f"taken as full attention in every layer; with windows of {int(first[1]):,} tokens"
            reading.approximate(at("window_size"), what, beyond_tokens=float(first[1]))
        if reading.whole(at("mtp_num_layers"), low=0):
            reading.approximate(at("mtp_num_layers"), "taken as a model without multi-token prediction")
        reading.ignore("no part of it is modelled", at("mtp_loss_scaling_factor"), at("window_attn_skip_freq"))
