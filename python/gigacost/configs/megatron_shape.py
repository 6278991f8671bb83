"""The shape of a model in arguments of Megatron-LM, where they give one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from gigacost.configs.model_config import count_params, give_absent
from gigacost.configs.reading import Reading, joined

_TERM = re.compile(r"\[\s*([01](?:\s*,\s*[01])*)\s*\](?:\s*\*\s*([0-9]{1,6}))?")
_MOST_LAYERS = 1_000_000
_GATED = ("swiglu", "fast-swiglu", "geglu", "fast-geglu", "reglu")
_LATENT = {
    "kv_lora_rank": ("kv_lora_rank", 32),
    "qk_head_dim": ("head_dim", 128),
    "qk_pos_emb_head_dim": ("rope_head_dim", 64),
    "v_head_dim": ("v_head_dim", 128),
}
"""Fields of latent attention, with their inputs and Megatron-LM's defaults."""


class Shape:
    """Reads a shape; ``strict_groups``: key and value heads count only with ``group_query_attention``."""

    def __init__(self, reading: Reading, at: Callable[[str], str], *, strict_groups: bool) -> None:
        self.reading = reading
        self.at = at
        self.strict_groups = strict_groups

    def read(self) -> None:
        """All of it, where there are layers."""
        reading, at = self.reading, self.at
        layers = reading.take(at("num_layers"), "layers")
        if layers is None:
            return
        hidden = reading.need(at("hidden_size"), "hidden")
        heads = reading.need(at("num_attention_heads"), "heads")
        if hidden is None or heads is None:
            return
        self._groups(heads)
        self._widths(hidden, heads)
        self._feed_forward(hidden, layers)
        self._vocabulary()
        give_absent(reading)
        if not reading.faults and "vocab" in reading.inputs:
            count_params(reading)

    def _groups(self, heads: int) -> None:
        reading, at = self.reading, self.at
        grouped = reading.flag(at("group_query_attention"), default=not self.strict_groups)
        groups = at("num_query_groups")
        if grouped and groups in reading:
            count = reading.take(groups, "kv_heads")
            if count and heads % count:
                reading.refuse(groups, "does not divide the attention heads", f"a divisor of {heads}")
        else:
            reading.derive("kv_heads", heads, at("num_attention_heads"), "no groups of queries: as many as heads")
        reading.ignore("has no effect without group_query_attention", groups)
        reading.ignore("says that num_query_groups counts", at("group_query_attention"))

    def _widths(self, hidden: int, heads: int) -> None:
        reading, at = self.reading, self.at
        if reading.flag(at("multi_latent_attention")):
            reading.give("mla", 1, at("multi_latent_attention"))
            reading.take(at("q_lora_rank"), "q_lora_rank")
            for name, (input_, default) in _LATENT.items():
                if reading.take(at(name), input_) is None and at(name) not in reading:
                    reading.derive(input_, default, at(name), "left out: Megatron-LM's default")
            reading.ignore("qk_head_dim says it, of latent attention", at("kv_channels"))
        elif reading.take(at("kv_channels"), "head_dim") is None and at("kv_channels") not in reading:
            if hidden % heads:
                reading.refuse(at("num_attention_heads"), "does not divide hidden_size, and no kv_channels is given")
            else:
                fields = joined([at("hidden_size"), at("num_attention_heads")])
                reading.derive("head_dim", hidden // heads, fields, "hidden_size / num_attention_heads")

    def _gated(self) -> bool:
        reading, at = self.reading, self.at
        name = reading.first(at("swiglu"), at("gated_linear_unit"), at("activation"))
        value = reading[name]
        gated = value in _GATED if isinstance(value, str) else reading.flag(name)
        if value is None:
            reading.derive("glu", 0, name, "left out: not gated by default")
        else:
            reading.give("glu", int(gated), name)
        return gated

    def _feed_forward(self, hidden: int, layers: int) -> None:
        reading, at = self.reading, self.at
        gated = self._gated()
        width = reading.whole(at("ffn_hidden_size"), "ffn")
        usual = int(4 * hidden * 2 / 3) // 64 * 64 if gated and self.strict_groups else 4 * hidden
        count = reading.whole(at("num_experts"), "experts")
        if not count or count == 1:
            self._dense(width, usual)
            return
        reading.give("experts", count, at("num_experts"))
        if reading.take(at("moe_router_topk"), "experts_per_token") is None:
            reading.derive("experts_per_token", 2, at("moe_router_topk"), "left out: Megatron-LM's default")
        if int(reading.inputs["experts_per_token"]) > count:
            reading.refuse(at("moe_router_topk"), "more than there are experts", f"at most {count}")
        self._experts(width or usual, layers)

    def _dense(self, width: int | None, usual: int) -> None:
        reading, at = self.reading, self.at
        if width:
            reading.give("ffn", width, at("ffn_hidden_size"))
        else:
            reading.derive("ffn", usual, at("ffn_hidden_size"), "left out: Megatron-LM's default for this hidden_size")
        for input_ in ("experts", "experts_per_token"):
            reading.derive(input_, 1, at("num_experts"), "a dense model")

    def _experts(self, width: int, layers: int) -> None:
        """How wide experts are, how many all tokens pass through, and which layers have none."""
        reading, at = self.reading, self.at
        own = reading.take(at("moe_ffn_hidden_size"), "ffn")
        if own is None:
            reading.derive("ffn", width, at("ffn_hidden_size"), "the width of an expert: no moe_ffn_hidden_size")
        each, shared = own or width, at("moe_shared_expert_intermediate_size")
        together = reading.whole(shared)
        if together:
            count = math.ceil(together / each)
            reading.derive("shared_experts", count, shared, "their width together / the width of a routed expert")
            if together % each:
                reading.approximate(shared, f"taken as {count} shared experts of {each:,}")
        dense = self._dense_layers(layers)
        if dense:
            reading.derive("dense_layers", dense, at("moe_layer_freq"), f"layers of {layers} without experts")
            reading.derive("dense_ffn", width, at("ffn_hidden_size"), "the width of layers without experts")
        reading.ignore("no part: all layers have experts", at("moe_layer_freq"), at("ffn_hidden_size"))

    def _dense_layers(self, layers: int) -> int:
        """Of a frequency (every so-manieth layer has experts) or a pattern, as ([0]*3+[1]*58)."""
        reading, name = self.reading, self.at("moe_layer_freq")
        value: Any = reading[name]
        if value is None:
            return 0
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return layers - math.ceil(layers / value)
        pattern = value if isinstance(value, list) else _pattern(str(value))
        if len(pattern) != layers or not set(pattern) <= {0, 1}:
            reading.refuse(name, f"not a pattern of {layers} layers", "a whole number, or as ([0]*3+[1]*58)")
            return 0
        return pattern.count(0)

    def _vocabulary(self) -> None:
        reading, at = self.reading, self.at
        name = reading.first(at("padded_vocab_size"), at("vocab_size"))
        if reading.take(name, "vocab") is None and "vocab" not in reading.known:
            reading.notes.append(
                f"{reading.name or reading.key} gives no vocab_size: vocab is that of Llama 3, 128,256"
            )
        share, untie = at("share_embeddings_and_output_weights"), at("untie_embeddings_and_output_weights")
        if share in reading:
            reading.give("tied_embeddings", int(reading.flag(share)), share)
        elif untie in reading:
            reading.give("tied_embeddings", int(not reading.flag(untie)), untie)
        else:
            reading.derive("tied_embeddings", 1, untie, "left out: one matrix by default")
        reading.ignore("padded_vocab_size is the same with padding", at("vocab_size"))


def _pattern(text: str) -> list[int]:
    """The list that ``([0]*3+[1]*58)`` stands for; empty for anything else."""
    bare = text.strip().removeprefix("(").removesuffix(")").strip()
    found: list[int] = []
    for term in bare.split("+"):
        match = _TERM.fullmatch(term.strip())
        if not match:
            return []
        ones, times = [int(one) for one in match[1].split(",")], int(match[2] or 1)
        if len(found) + len(ones) * times > _MOST_LAYERS:
            return []
        found += ones * times
    return found
