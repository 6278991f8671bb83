"""The configuration of a training run as inputs: whose it is, and which of the modules beside this reads it."""

from __future__ import annotations

from gigacost.configs import axolotl, megatron, nemo, torchtitan, verl
from gigacost.configs.reading import Reading

_FORMATS = (
    "arguments of Megatron-LM (.sh, .txt, .args, or its YAML), axolotl's YAML, torchtitan's TOML or JSON, NeMo's YAML, "
    "verl's YAML"
)


def read_train_config(reading: Reading, *, is_arguments: bool) -> None:
    """Put what the configuration of a training run says into a reading. Raises SpecError with its faults."""
    if is_arguments:
        megatron.read(reading, reading.tree)
        return
    for one in (verl, nemo, torchtitan, axolotl, megatron):
        if one.is_one(reading.tree):
            one.read(reading, reading.tree)
            return
    reading.refuse("", "no configuration that is known here", _FORMATS)
    reading.end()
