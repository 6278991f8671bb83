"""Adapters of low rank (LoRA, QLoRA): the memory of a run that trains them, where the shape of the model is known.

Two matrices of rank r beside one of d_in x d_out have r · (d_in + d_out) parameters (Hu et al. 2021, arXiv 2106.09685,
section 4.1). Only these have gradients and an optimiser's state. Weights in 4 bits take 4.127 with their constants
(Dettmers et al. 2023, arXiv 2305.14314, section 3).
"""

from __future__ import annotations

from gigacost.configs.model_config import counted
from gigacost.configs.reading import Reading, joined

_OPTIMISER_BYTE, _GRADIENT_BYTE = 12.0, 4.0
"""Of a parameter that is trained, as the model takes them."""
_WEIGHT_BYTES = {"load_in_4bit": 4.127 / 8.0, "load_in_8bit": 1.0}
_SHAPE = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn")
_OTHERWISE = (("experts", 1), ("mla", 0), ("dense_layers", 0))
"""Shapes whose matrices are not those below."""
_PATTERNS = ("lora_*", "peft_*", "relora*", "qlora_*")


def adapter(reading: Reading) -> None:
    """The memory of an adapter in place of that of all parameters; what it saves of arithmetic is not modelled."""
    name = "adapter"
    if not reading.text(name):
        reading.ignore_like("no adapter", name, *_PATTERNS)
        return
    share = _share(reading)
    if share is None:
        what = "taken as training of all parameters: with an adapter it costs less and needs less memory"
    else:
        what = "taken as the arithmetic of training all parameters, a third of which an adapter saves"
        fields, why = joined(_targets(reading)), f"of {share:.2%} of the parameters, which the adapter has"
        reading.derive("optimiser_byte", _OPTIMISER_BYTE * share, fields, f"state {why}")
        reading.derive("gradient_byte", _GRADIENT_BYTE * share, fields, f"gradients {why}")
    for field, byte in _WEIGHT_BYTES.items():
        if reading.flag(field):
            reading.derive("weight_byte", byte, field, "frozen weights in few bits")
    reading.approximate(name, what)
    reading.ignore_like("of the adapter, with no part in the cost", *_PATTERNS)


def _targets(reading: Reading) -> list[str]:
    return [name for name in ("lora_r", "lora_target_linear", "lora_target_modules") if name in reading]


def _share(reading: Reading) -> float | None:
    """The adapter's share of the parameters; None where rank, targets or the shape are not known."""
    known = {**reading.known, **reading.inputs}
    rank, modules = reading.whole("lora_r"), reading["lora_target_modules"]
    every = reading.flag("lora_target_linear")
    if not rank or any(name not in known for name in _SHAPE) or any(known.get(name) != one for name, one in _OTHERWISE):
        return None
    layers, hidden, heads, kv_heads, head_dim, ffn = (int(known[name]) for name in _SHAPE)
    queries, keys = heads * head_dim, kv_heads * head_dim
    sides = {
        **dict.fromkeys(("q_proj", "o_proj"), hidden + queries),
        **dict.fromkeys(("k_proj", "v_proj"), hidden + keys),
        **dict.fromkeys(("gate_proj", "up_proj", "down_proj"), hidden + ffn),
    }
    chosen = sides if every else modules
    if not isinstance(chosen, list | dict) or not chosen or any(str(one) not in sides for one in chosen):
        return None
    total, _ = counted({name: float(value) for name, value in known.items() if not isinstance(value, str)})
    return layers * rank * sum(sides[str(one)] for one in chosen) / total
