"""Published model architectures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.catalog.records import Citation, Column, missing

_AXES = ("model",)

COLUMNS = (
    Column("params", "param", _AXES, "parameters, embeddings included", low=1, high=1e18),
    Column("params_active", "param", _AXES, "parameters a token passes through", low=1, high=1e18),
    Column("trained_tokens", "token", _AXES, "tokens the published model was trained on"),
    Column("context_tokens", "token", _AXES, "context length", low=1, high=1e12),
    Column("layers", "1", _AXES, "transformer layers", low=1, high=1e06, integer=True),
    Column("hidden", "1", _AXES, "width of the residual stream", low=1, high=1e09, integer=True),
    Column("heads", "1", _AXES, "attention heads (queries)", low=1, high=1e06, integer=True),
    Column("kv_heads", "1", _AXES, "heads of keys and values", low=1, high=1e06, integer=True),
    Column(
        "head_dim",
        "1",
        _AXES,
        "width of a head; with latent attention, without its rotary part",
        low=1,
        high=1e06,
        integer=True,
    ),
    Column(
        "ffn", "1", _AXES, "width of the feed-forward block, of one expert in a mixture", low=1, high=1e09, integer=True
    ),
    Column("glu", "1", _AXES, "1 where the feed-forward block is gated (three matrices), else 0", high=1, integer=True),
    Column("vocab", "1", _AXES, "vocabulary", low=1, high=1e09, integer=True),
    Column("tied_embeddings", "1", _AXES, "1 where input and output embeddings are one matrix", high=1, integer=True),
    Column("experts", "1", _AXES, "routed experts of a layer; 1 in a dense model", low=1, high=1e06, integer=True),
    Column("experts_per_token", "1", _AXES, "routed experts a token passes through", low=1, high=1e06, integer=True),
    Column(
        "shared_experts", "1", _AXES, "experts every token passes through, beside the routed", high=1e06, integer=True
    ),
    Column("dense_layers", "1", _AXES, "layers of a mixture without experts", high=1e06, integer=True),
    Column("dense_ffn", "1", _AXES, "width of the feed-forward block of those layers", high=1e09, integer=True),
    Column("mla", "1", _AXES, "1 with multi-head latent attention", high=1, integer=True),
    Column("q_lora_rank", "1", _AXES, "rank of the queries in latent attention", low=1, high=1e09, integer=True),
    Column("kv_lora_rank", "1", _AXES, "rank of keys and values in latent attention", low=1, high=1e09, integer=True),
    Column("rope_head_dim", "1", _AXES, "rotary part of a head in latent attention", low=1, high=1e06, integer=True),
    Column("v_head_dim", "1", _AXES, "width of a value head in latent attention", low=1, high=1e06, integer=True),
    Column(
        "relative_positions", "1", _AXES, "1 where each layer has one more hidden x hidden matrix", high=1, integer=True
    ),
)
_UNITS = {column.name: column.unit for column in COLUMNS}
FIELDS = tuple(_UNITS)
_ABSENT_IS_ZERO = ("dense_layers", "dense_ffn", "mla", "relative_positions")


class Architectures:
    """The figures of all architectures, public and private."""

    def __init__(self, models: Mapping[str, Mapping[str, Any]]) -> None:
        self.entries = models

    def figure(self, column: str, model: str) -> Citation:
        """What was published; missing where it was not."""
        entry = self.entries[model]
        unit = _UNITS[column]
        own = entry.get("origin", {}).get(column)
        source, date = own or (entry["source"], entry["date"])
        value = entry.get(column)
        if value is not None:
            basis = "quoted" if own else entry.get("basis", {}).get(column, "quoted")
            return Citation(float(value), unit, source, date, basis)
        if column in _ABSENT_IS_ZERO and "layers" in entry:
            return Citation(0.0, unit, source, date, "quoted: the published shape has none")
        return missing(unit, f"{column} of {entry['name']} is not published")
