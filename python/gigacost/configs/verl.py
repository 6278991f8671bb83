"""verl's YAML: the training of the actor. What generates its rollouts is not modelled, and said so.

Names: ``verl/trainer/config/ppo_megatron_trainer.yaml`` and ``ppo_trainer.yaml`` of volcengine/verl, read 2026-12-01.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.configs import training
from gigacost.configs.reading import Reading, joined

_NAME = "verl"
_ACTOR = "actor_rollout_ref.actor."
_PARALLEL = f"{_ACTOR}megatron."
_IGNORED = {
    "of rollouts, rewards, the reference and the critic, which are not modelled": (
        "actor_rollout_ref.rollout.*",
        "actor_rollout_ref.ref.*",
        "critic.*",
        "reward_model.*",
        "reward.*",
        "custom_reward_function.*",
        "algorithm.*",
        "actor_rollout_ref.hybrid_engine",
        "actor_rollout_ref.nccl_timeout",
    ),
    "where the model is from: --model-config takes its config.json": ("actor_rollout_ref.model.*",),
    "data, logs and checkpoints": ("data.*", "trainer.*", "ray_init.*", "ray_kwargs.*", "global_profiler.*", "hydra.*"),
    "no part of the cost": (f"{_ACTOR}*", "defaults", "transfer_queue.*"),
}


def is_one(tree: Mapping[str, Any]) -> bool:
    """Whether a mapping is a configuration of verl."""
    return isinstance(tree.get("actor_rollout_ref"), Mapping)


def read(reading: Reading, tree: Mapping[str, Any]) -> None:
    """Put a configuration of verl into a reading. Raises SpecError with its faults."""
    del tree
    training.chips(reading, "trainer.nnodes", "trainer.n_gpus_per_node")
    _layout(reading)
    _length(reading)
    reading.take(f"{_ACTOR}ppo_micro_batch_size_per_gpu", "microbatch")
    _batch(reading)
    what = "taken as the training of the actor alone: rollouts, rewards and the reference are left out"
    reading.approximate("actor_rollout_ref.rollout.name", what)
    for why, patterns in _IGNORED.items():
        reading.ignore_like(why, *patterns)
    reading.end()


def _layout(reading: Reading) -> None:
    strategy = reading.text(f"{_ACTOR}strategy") or "fsdp"
    if strategy == "megatron":
        names = {
            "tp": "tensor_model_parallel_size",
            "pp": "pipeline_model_parallel_size",
            "cp": "context_parallel_size",
        }
        for input_, name in names.items():
            training.degree(reading, f"{_PARALLEL}{name}", input_, _NAME)
        for name, input_ in {"expert_model_parallel_size": "ep", "expert_tensor_parallel_size": "expert_tp",
                             "virtual_pipeline_model_parallel_size": "vp"}.items():  # fmt: skip
            reading.take(f"{_PARALLEL}{name}", input_)
        shared = f"{_PARALLEL}use_distributed_optimizer"
        if shared in reading:
            reading.give("zero_stage", int(reading.flag(shared)), shared)
    else:
        ulysses = f"{_ACTOR}ulysses_sequence_parallel_size"
        training.degree(reading, ulysses, "cp", _NAME)
        for input_ in ("tp", "pp"):
            reading.derive(input_, 1, f"{_ACTOR}strategy", f"{strategy}: data parallel alone")
        reading.derive("zero_stage", 3, f"{_ACTOR}strategy", "FSDP shares weights too")
    again = "actor_rollout_ref.model.enable_gradient_checkpointing"
    if again in reading:
        reading.give("recompute", training.FULL if reading.flag(again) else 0, again)


def _length(reading: Reading) -> None:
    """Prompt and response, each as long as it may be."""
    names = ("data.max_prompt_length", "data.max_response_length")
    prompt, response = (reading.whole(name) for name in names)
    if prompt and response:
        why = "the longest prompt and response: sequences are taken to be full"
        reading.derive("context_tokens", prompt + response, joined(names), why)


def _batch(reading: Reading) -> None:
    mini = f"{_ACTOR}ppo_mini_batch_size"
    prompts, each = reading.whole(mini), reading.whole("actor_rollout_ref.rollout.n") or 1
    if prompts:
        fields = joined([mini, "actor_rollout_ref.rollout.n"])
        reading.derive("global_batch_sequences", prompts * each, fields, "prompts of a mini-batch x responses of each")
    steps, batch = reading.whole("trainer.total_training_steps"), reading.whole("data.train_batch_size")
    length = training.given(reading, "context_tokens")
    epochs = reading.whole(f"{_ACTOR}ppo_epochs") or 1
    if steps and batch and length:
        fields = joined(["trainer.total_training_steps", "data.train_batch_size", f"{_ACTOR}ppo_epochs"])
        why = "steps x prompts x responses x their longest length x passes: at most"
        reading.derive("tokens", steps * batch * each * length * epochs, fields, why)
    else:
        reading.ignore("the size of the data is not in the file: --tokens", "trainer.total_epochs")
