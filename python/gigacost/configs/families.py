"""Families of models: which fields of a ``config.json`` say what, and what holds where they are left out.

Field names and defaults: the configuration classes of Hugging Face's transformers (``src/transformers/models``,
read 2026-12-01).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Experts:
    """The fields of a mixture of experts."""

    count: str
    width: str
    """Of one expert."""
    dense_width: str = ""
    """Of layers without experts; empty where all have them."""
    chosen: str = "num_experts_per_tok"
    shared: str = ""
    """How many experts every token passes through."""
    shared_width: str = ""
    """Their width together, where it is given in place of their number."""
    always: int = 0
    """Shared experts that no field counts."""
    first_dense: str = ""
    """How many layers are dense before the first with experts."""
    step: str = ""
    """Every so-manieth layer has experts."""
    first_of_step: int = 0
    """The first layer that has them, of every so many."""
    dense: str = ""
    """A list of the layers without."""
    mixed: str = ""
    """A list of those with, in place of all the others."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Which layers see a window only, where no ``layer_types`` says it."""

    size: str = "sliding_window"
    every: int = 1
    """Every so-manieth layer sees everything; 1: none does."""
    pattern: str = ""
    """The field that says so."""
    only_if: str = ""
    """The field without which there are none."""
    first: str = ""
    """The field of the first layer that has one."""


@dataclass(frozen=True, slots=True)
class Family:
    """Models of one kind."""

    name: str
    types: tuple[str, ...]
    """Of ``model_type``."""
    classes: tuple[str, ...]
    """How the names in ``architectures`` begin."""
    tied: bool = False
    """Whether input and output embeddings are one matrix by default."""
    experts: Experts | None = None
    windows: Windows | None = None
    latent: bool = False
    """Whether it has multi-head latent attention."""
    lookup_apart: bool = False
    """Whether its publishers leave the input embedding, which is looked up, out of the parameters of one token."""
    defaults: Mapping[str, int] = field(default_factory=dict)
    """Fields that its configuration class has values for, and published files leave out."""


_MIXTRAL = Experts("num_local_experts", "intermediate_size")
_QWEN_MOE = Experts(
    "num_experts",
    "moe_intermediate_size",
    "intermediate_size",
    shared_width="shared_expert_intermediate_size",
    step="decoder_sparse_step",
    first_of_step=-1,
    dense="mlp_only_layers",
)
_DEEPSEEK = Experts(
    "n_routed_experts",
    "moe_intermediate_size",
    "intermediate_size",
    shared="n_shared_experts",
    first_dense="first_k_dense_replace",
    step="moe_layer_freq",
)
_LLAMA_4 = Experts(
    "num_local_experts",
    "intermediate_size",
    "intermediate_size_mlp",
    always=1,
    step="interleave_moe_layer_step",
    first_of_step=-1,
    mixed="moe_layers",
)
_EVERY = Windows()
_QWEN_WINDOWS = Windows(only_if="use_sliding_window", first="max_window_layers")
_GEMMA_3 = {
    "vocab_size": 262_208,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 256,
    "sliding_window": 4096,
    "max_position_embeddings": 131_072,
}

FAMILIES = (
    Family("Llama", ("llama",), ("LlamaFor",)),
    Family("Mistral", ("mistral",), ("MistralFor",), windows=_EVERY),
    Family("Mixtral", ("mixtral",), ("MixtralFor",), experts=_MIXTRAL, windows=_EVERY),
    Family(
        "Llama 4",
        ("llama4_text",),
        ("Llama4For",),
        experts=_LLAMA_4,
        windows=Windows("attention_chunk_size", 4),
    ),
    Family("Qwen2", ("qwen2",), ("Qwen2For",), windows=_QWEN_WINDOWS),
    Family("Qwen3", ("qwen3",), ("Qwen3For",), windows=_QWEN_WINDOWS, defaults={"head_dim": 128}),
    Family("Qwen2 MoE", ("qwen2_moe",), ("Qwen2MoeFor",), experts=_QWEN_MOE, windows=_QWEN_WINDOWS),
    Family("Qwen3 MoE", ("qwen3_moe",), ("Qwen3MoeFor",), experts=_QWEN_MOE, windows=_QWEN_WINDOWS),
    Family("Gemma", ("gemma",), ("GemmaFor",), tied=True, defaults={"head_dim": 256}),
    Family("Gemma 2", ("gemma2",), ("Gemma2For",), tied=True, windows=Windows(every=2), defaults={"head_dim": 256}),
    Family(
        "Gemma 3",
        ("gemma3_text",),
        ("Gemma3For",),
        tied=True,
        windows=Windows(every=6, pattern="sliding_window_pattern"),
        defaults=_GEMMA_3,
    ),
    Family("Phi-3", ("phi3",), ("Phi3For",), windows=_EVERY),
    Family("Phi-3.5 MoE", ("phimoe",), ("PhimoeFor", "PhiMoEFor"), experts=_MIXTRAL, windows=_EVERY),
    Family("DeepSeek-V2", ("deepseek_v2",), ("DeepseekV2For",), experts=_DEEPSEEK, latent=True),
    Family("DeepSeek-V3", ("deepseek_v3",), ("DeepseekV3For",), experts=_DEEPSEEK, latent=True, lookup_apart=True),
    Family("Kimi K2", ("kimi_k2",), ("DeepseekV3For",), experts=_DEEPSEEK, latent=True),
    Family("gpt-oss", ("gpt_oss",), ("GptOssFor",), experts=_MIXTRAL, windows=Windows(every=2), lookup_apart=True),
    Family("OLMo", ("olmo",), ("OlmoFor",)),
    Family("OLMo 2", ("olmo2",), ("Olmo2For",)),
    Family("OLMo 3", ("olmo3",), ("Olmo3For",), windows=Windows(every=4)),
    Family("OLMoE", ("olmoe",), ("OlmoeFor",), experts=Experts("num_experts", "intermediate_size")),
)
BY_TYPE = {name: family for family in FAMILIES for name in family.types}
WRAPPERS = {"gemma3": "gemma3_text", "llama4": "llama4_text", "mistral3": "mistral"}
"""Models of text and pictures, with the type of the text model within."""

IGNORED = {
    "a name": (
        "_name_or_path", "name_or_path", "architectures", "model_type", "auto_map", "task_specific_params", "id2label",
        "label2id", "language", "unsloth_version", "unsloth_fixed",
    ),
    "of the tokeniser": (
        "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "unk_token_id", "decoder_start_token_id",
        "forced_bos_token_id", "forced_eos_token_id", "tokenizer_class", "image_token_id", "image_token_index",
        "boi_token_id", "boi_token_index", "eoi_token_id", "eoi_token_index", "mm_tokens_per_image",
    ),
    "how the released weights are stored": ("torch_dtype", "dtype", "quantization_config", "pretraining_tp"),
    "of inference": (
        "use_cache", "cache_implementation", "transformers_version", "output_attentions", "output_hidden_states",
        "return_dict", "num_logits_to_keep", "ep_size", "output_router_logits", "is_encoder_decoder", "problem_type",
        "_attn_implementation", "_attn_implementation_autoset",
    ),
    "what weights begin with": ("initializer_range", "initializer_factor", "init_std"),
    "norms, biases and activations, below 0.4 % of the parameters": (
        "rms_norm_eps", "layer_norm_eps", "norm_epsilon", "hidden_act", "hidden_activation", "attention_bias",
        "mlp_bias", "qkv_bias", "clip_qkv", "use_qk_norm", "swiglu_limit", "use_qk_norm_in_moe", "lm_head_bias",
        "attn_temperature_tuning", "attn_scale", "floor_scale", "use_bidirectional_attention", "qk_head_dim",
    ),
    "positions, without parameters of their own": (
        "rope_theta", "rope_local_base_freq", "rope_scaling", "rope_parameters", "rope_interleave",
        "partial_rotary_factor", "query_pre_attn_scalar", "no_rope_layers", "no_rope_layer_interval",
    ),
    "no part of the cost": (
        "attention_dropout", "hidden_dropout", "embd_pdrop", "resid_pdrop", "hidden_dropout_prob", "dropout",
        "attn_logit_softcapping", "final_logit_softcapping", "router_jitter_noise", "input_jitter_noise",
        "router_aux_loss_coef", "aux_loss_alpha", "seq_aux", "norm_topk_prob", "routed_scaling_factor", "scoring_func",
        "topk_method", "n_group", "topk_group", "moe_router_dtype", "for_llm_compressor",
    ),
    "of the encoder of pictures": (
        "vision_config", "projector_hidden_act", "vision_feature_layer", "spatial_merge_size"
    ),
}  # fmt: skip
"""Fields of which no input is made, by the reason; a table's name stands for all that is in it."""
