"""Limits of quantities that a user may give instead of having them computed.

An input of a quantity's own name is never used as its value (the function comes first); it says which values may be
put in the function's place. ``mfu = 45`` or ``goodput = 0`` are refused like any other bad input.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import Input

GIVEN_PARAMS_ACTIVE = catalogued("params_active", "Parameters that work on one token.")
GIVEN_TRAINING_FLOP = Input(
    "training_flop", "FLOP", "Arithmetic of pre-training.", low_open=True, high=1e40, plausible=(1e18, 1e30)
)
GIVEN_EPOCHS = Input("epochs", "1", "Passes over the distinct tokens.", low=1, high=1e6, plausible=(1, 100))
GIVEN_MFU = Input("mfu", "1", "Share of the peak while stepping.", low_open=True, high=1, plausible=(0.05, 0.75))
GIVEN_STEP_SECONDS = Input("step_seconds", "s", "Time of one optimiser step.", low_open=True, high=1e9)
GIVEN_SCHEDULE_SECONDS = Input("schedule_seconds", "s", "Time of a step in its layout.", low_open=True, high=1e9)
GIVEN_STEP_SECONDS_LOW = Input("step_seconds_low", "s", "Lower end of its band.", low_open=True, high=1e12)
GIVEN_STEP_SECONDS_HIGH = Input("step_seconds_high", "s", "Upper end of its band.", low_open=True, high=1e12)
GIVEN_GLOBAL_BATCH_TOKENS = Input(
    "global_batch_tokens", "token", "Tokens in the batch of one step.", low=1, high=1e15, plausible=(1e4, 1e9)
)
GIVEN_GLOBAL_BATCH_SEQUENCES = Input(
    "global_batch_sequences", "1", "Sequences in the batch of one step.", low=1, high=1e12, integer=True
)
GIVEN_GOODPUT = Input(
    "goodput", "1", "Share of the elapsed time with progress.", low_open=True, high=1, plausible=(0.3, 1)
)
GIVEN_GOODPUT_OF_FAILURES = Input(
    "goodput_of_failures", "1", "Share of the elapsed time that failures leave.", low_open=True, high=1
)
GIVEN_TUNING = Input("tuning", "1", "Share of the reachable step speed.", low_open=True, high=10, plausible=(0.2, 1.5))
GIVEN_STEADY_SHARE = Input(
    "steady_share", "1", "Share of the time between failures with progress.", low_open=True, high=1
)
GIVEN_WHOLE_RUN_UTILISATION = Input(
    "whole_run_utilisation",
    "1",
    "FLOP over chip-hours at the peak; replaces mfu · goodput.",
    low_open=True,
    high=1,
    plausible=(0.05, 0.75),
)
GIVEN_TRAIN_HOURS = Input("train_hours", "h", "Elapsed hours of the final run.", low_open=True, high=1e9)
GIVEN_CHECKPOINT_INTERVAL_HOURS = Input(
    "checkpoint_interval_hours", "h", "Time between two checkpoints.", low_open=True, high=1e6
)
GIVEN_TRAIN_DAYS = Input("train_days", "d", "Elapsed days of the final run.", low_open=True, high=1e8)
GIVEN_STEPPING_HOURS = Input("stepping_hours", "h", "Hours with progress of the final run.", low_open=True, high=1e9)
GIVEN_BUSY_HOURS = Input("busy_hours", "h", "Hours that one run keeps its chips busy.", low_open=True, high=1e12)
GIVEN_CHIP_HOURS = Input("chip_hours", "chip·h", "Accelerator-hours of the final run.", low_open=True, high=1e18)
GIVEN_DENSE_FLOP = Input("dense_flop", "FLOP", "Arithmetic in the weight matrices.", low_open=True, high=1e40)
GIVEN_ATTENTION_FLOP = Input("attention_flop", "FLOP", "Arithmetic between pairs of tokens.", high=1e40)
GIVEN_RUN_FLOP = Input("run_flop", "FLOP", "Arithmetic of pre- and post-training.", low_open=True, high=1e40)
GIVEN_EFFECTIVE_TOKENS = Input("effective_tokens", "token", "Fresh tokens worth as much.", low=1, high=1e20)
GIVEN_CHECKPOINT_EFFICIENCY = Input(
    "checkpoint_efficiency", "1", "Share of the time not spent on checkpoints.", low_open=True, high=1
)
GIVEN_RUNS_PER_COMMITMENT = Input(
    "runs_per_commitment", "1", "Runs that share one commitment.", low_open=True, high=1e6
)
GIVEN_OWNED_UTILISATION = Input(
    "owned_utilisation", "1", "Share of the year in which an owned fleet is used.", low=0.001, high=1
)
GIVEN_COMMITMENT_UTILISATION = Input(
    "commitment_utilisation", "1", "Share of the paid hours that is used.", low=0.001, high=1
)
GIVEN_HARDWARE_GAIN = Input(
    "hardware_gain", "1", "Factor by which hardware gets cheaper in a year.", low_open=True, high=1e6
)
GIVEN_HARDWARE_DECLINE = Input("hardware_decline", "1", "Later ÷ present cost of a run's hardware.", high=1e6)
GIVEN_SITE_DECLINE = Input("site_decline", "1", "Later ÷ present cost of a run's energy and site.", high=1e6)
GIVEN_RETRAINING_COUNT = Input("retraining_count", "1", "Retrainings within the horizon.", high=1e5)
GIVEN_FINETUNING_COUNT = Input("finetuning_count", "1", "Rounds of fine-tuning within the horizon.", high=1e5)
GIVEN_LOAD_FACTOR = Input("load_factor", "1", "Average power relative to the nominal one.", high=10)
GIVEN_FACILITY_OVERHEAD = Input("facility_overhead", "1", "Power of the site per power of the IT.", high=100)
GIVEN_AVERAGE_MW = Input("average_mw", "MW", "Power that the run draws on average.", high=1e12)
GIVEN_BLOCK_LAYERS = Input("block_layers", "1", "Layers of the shape in use.", low=1, high=1e6)
GIVEN_MODEL_WIDTH = Input("model_width", "1", "Width of its residual stream.", low=1, high=1e9)
GIVEN_QUERY_HEADS = Input("query_heads", "1", "Its attention heads per layer.", low=1, high=1e6)
GIVEN_KEY_VALUE_HEADS = Input("key_value_heads", "1", "Its heads of keys and values.", low=1, high=1e6)
GIVEN_HEAD_WIDTH = Input("head_width", "1", "Width of one of its heads.", low=1, high=1e6)
GIVEN_FFN_WIDTH = Input("ffn_width", "1", "Width of its feed-forward block or expert.", low=1, high=1e9)
GIVEN_FFN_MATRICES = Input("ffn_matrices", "1", "Matrices of its feed-forward block.", low=2, high=3)
GIVEN_VOCABULARY = Input("vocabulary", "1", "Words that it knows.", low=1, high=1e9)
GIVEN_EMBEDDING_MATRICES = Input(
    "embedding_matrices", "1", "Matrices between words and residual stream.", low=1, high=2
)
GIVEN_ROUTED_EXPERTS = Input("routed_experts", "1", "Its experts to choose from.", low=1, high=1e6)
GIVEN_ACTIVE_EXPERTS = Input("active_experts", "1", "Its experts that are chosen.", low=1, high=1e6)
GIVEN_ALWAYS_EXPERTS = Input("always_experts", "1", "Its experts that are always used.", low=0, high=1e6)
GIVEN_IS_MOE = Input("is_moe", "1", "1 with experts, else 0.", low=0, high=1)
GIVEN_DENSE_BLOCK_LAYERS = Input("dense_block_layers", "1", "Its layers without experts.", low=0, high=1e6)
GIVEN_DENSE_FFN_WIDTH = Input("dense_ffn_width", "1", "Width of their feed-forward block.", low=0, high=1e9)
GIVEN_LATENT_ATTENTION = Input("latent_attention", "1", "1 with latent attention, else 0.", low=0, high=1)
GIVEN_ROTARY_WIDTH = Input("rotary_width", "1", "Rotary part of its heads.", low=0, high=1e6)
GIVEN_VALUE_WIDTH = Input("value_width", "1", "Width of its values' heads.", low=1, high=1e6)
GIVEN_ATTENTION_WIDTH = Input("attention_width", "1", "Width over which tokens attend.", low=1, high=1e12)
GIVEN_TYPICAL_LAYERS = Input("typical_layers", "1", "Layers by the rule.", low=1, high=1e6)
GIVEN_TYPICAL_WIDTH = Input("typical_width", "1", "Width by the rule.", low=1, high=1e9)
GIVEN_TYPICAL_KEY_VALUE_HEADS = Input(
    "typical_key_value_heads", "1", "Heads of keys and values by the rule.", low=1, high=1e6
)
GIVEN_TYPICAL_VOCABULARY = Input("typical_vocabulary", "1", "Words by the rule.", low=1, high=1e9)
GIVEN_TYPICAL_EMBEDDING_MATRICES = Input(
    "typical_embedding_matrices", "1", "Matrices of words by the rule.", low=1, high=2
)
GIVEN_TYPICAL_EXPERTS = Input("typical_experts", "1", "Experts by the rule.", low=1, high=1e18)
GIVEN_TYPICAL_ACTIVE_EXPERTS = Input("typical_active_experts", "1", "Experts at work by the rule.", low=1, high=1e18)
GIVEN_TYPICAL_FFN_WIDTH = Input(
    "typical_ffn_width", "1", "Width of the feed-forward block by the rule.", low=1, high=1e18
)
GIVEN_SEQUENCE_TOKENS = Input("sequence_tokens", "token", "Length of a training sequence.", low=1, high=1e12)

GIVEN_STEP_TOKENS = Input("step_tokens", "token", "Tokens that one step trains on.", low=1, high=1e15)
GIVEN_MODEL_CHIPS = Input("model_chips", "1", "Chips that hold one copy of the model.", low=1, high=1e12)
GIVEN_MODEL_COPIES = Input("model_copies", "1", "Copies of the model that the chips hold.", low=1, high=1e12)
GIVEN_DP = Input("dp", "1", "Copies of the model that share the batch.", low=1, high=1e12)
GIVEN_SHARDS = Input("shards", "1", "Ranks that share the state of a parameter.", low=1, high=1e12)
GIVEN_EXPERT_SHARDS = Input("expert_shards", "1", "Chips that share the experts of a stage.", low=1, high=1e12)
GIVEN_MICROBATCHES = Input("microbatches", "1", "Microbatches of a rank and step.", low=1, high=1e12)
GIVEN_STAGE_LAYERS = Input("stage_layers", "1", "Layers of the longest stage.", low=1, high=1e12)
GIVEN_SMALLEST_WIDTH = Input("smallest_width", "1", "Smallest side of a layer's matrices.", low=1, high=1e12)
GIVEN_FFN_WIDTH_ACTIVE = Input("ffn_width_active", "1", "Feed-forward width that a token passes through.", high=1e12)
GIVEN_FLASH_BACKWARD = Input("flash_backward", "1", "Attention's time backward over forward.", high=1e12)
GIVEN_TP_EXPOSED_SHARE = Input("tp_exposed_share", "1", "Tensor-parallel traffic that is waited for.", high=1e12)
GIVEN_DP_EXPOSED_FLOOR = Input("dp_exposed_floor", "1", "Data-parallel traffic that nothing hides.", high=1e12)
GIVEN_SHARDING_ROUNDS = Input("sharding_rounds", "1", "Passes over weights that are shared out.", low=1, high=1e12)
GIVEN_WEIGHT_GATHERS = Input("weight_gathers", "1", "Times a step gathers a weight.", high=1e12)
GIVEN_GRADIENT_REDUCTIONS = Input("gradient_reductions", "1", "Times a step reduces a gradient.", high=1e12)
GIVEN_MICROBATCHES_IN_FLIGHT = Input("microbatches_in_flight", "1", "Microbatches kept at once.", low=1, high=1e12)
GIVEN_LAYER_PASSES = Input("layer_passes", "1", "Microbatches times layers of a step.", low=1, high=1e12)
GIVEN_MEMORY_USE = Input("memory_use", "1", "Memory needed over memory there is.", high=1e12)
GIVEN_RESIDUAL_RANKS = Input("residual_ranks", "1", "Chips that share norms and residuals.", low=1, high=1e12)
GIVEN_GEMM_FLOP_PER_S = Input("gemm_flop_per_s", "FLOP/s", "Rate of a layer's products.", low_open=True, high=1e30)
GIVEN_ATTENTION_FLOP_PER_S = Input("attention_flop_per_s", "FLOP/s", "Rate of attention.", low_open=True, high=1e30)
GIVEN_MEMORY_BYTE_PER_S = Input(
    "memory_byte_per_s", "B/s", "Bandwidth of a chip's memory that a stream reaches.", low_open=True, high=1e30
)
GIVEN_COLLECTIVE_SCALEUP_BYTE_PER_S = Input(
    "collective_scaleup_byte_per_s", "B/s", "Bandwidth of collectives in a domain.", low_open=True, high=1e30
)
GIVEN_COLLECTIVE_SCALEOUT_BYTE_PER_S = Input(
    "collective_scaleout_byte_per_s", "B/s", "Bandwidth of collectives between domains.", low_open=True, high=1e30
)
GIVEN_SHARD_BYTE_PER_S = Input(
    "shard_byte_per_s", "B/s", "Bandwidth of weights and gradients between ranks.", low_open=True, high=1e30
)
