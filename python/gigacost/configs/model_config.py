"""A model's ``config.json`` as inputs: its shape, counted as the architectures of the catalogue are."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

from gigacost.configs.families import BY_TYPE, FAMILIES, IGNORED, WRAPPERS, Experts, Family
from gigacost.configs.reading import Reading, joined
from gigacost.errors import nearest
from gigacost.model.architecture import TYPICAL_CONTEXT_TOKENS
from gigacost.model.parameters import ACTIVE_FRACTION_OF_SHAPE, PARAMS_OF_SHAPE

_TEXT = "text_config"
_CONTEXT = ("max_position_embeddings", "n_positions", "max_sequence_length")
_TRAINED_CONTEXT = ("original_max_position_embeddings", "initial_context_length")
_SCALING = ("rope_scaling", "rope_parameters")
_NONE = {"shared_experts": 0, "dense_layers": 0, "dense_ffn": 0, "mla": 0, "relative_positions": 0}
_SHAPE = "the shape"
"""What parameters are counted of, where a field is named."""


def read_model_config(reading: Reading) -> None:
    """Put what a ``config.json`` says into a reading. Raises SpecError with its faults."""
    family = _family(reading)
    if family is not None:
        _Shape(reading, family, _prefix(reading)).read()
    _aside(reading)
    reading.end()


def _prefix(reading: Reading) -> str:
    return f"{_TEXT}." if isinstance(reading.tree.get(_TEXT), Mapping) else ""


def _family(reading: Reading) -> Family | None:
    """The family of a model, or None with a fault."""
    known = f"{', '.join(sorted([*BY_TYPE, *WRAPPERS]))} (the families of docs/configs.md)"
    if "model_type" not in reading and f"{_prefix(reading)}model_type" not in reading:
        reading.refuse("model_type", "missing value: no config.json of a model", known)
        return None
    outer, inner = reading.text("model_type"), reading.text(f"{_prefix(reading)}model_type")
    name = WRAPPERS.get(outer, outer) if inner in {"", outer} else inner
    if name in BY_TYPE:
        _check_class(reading, BY_TYPE[name])
        return BY_TYPE[name]
    field = "model_type" if outer else f"{_prefix(reading)}model_type"
    if not reading.faults:
        reading.refuse(field, "a family that is not known here", known, nearest(name, [*BY_TYPE, *WRAPPERS]))
    return None


def _check_class(reading: Reading, family: Family) -> None:
    """A fault where the class that is named is another family's."""
    named = reading["architectures"]
    for one in named if isinstance(named, list) else []:
        others = [other for other in FAMILIES if str(one).startswith(other.classes)]
        if others and family not in others:
            what = f"contradicts model_type: a class of {others[0].name}"
            reading.refuse("architectures", what, f"{family.classes[0]}..., as model_type says")


def _aside(reading: Reading) -> None:
    prefix = _prefix(reading)
    for why, names in IGNORED.items():
        reading.ignore(why, *names, *(f"{prefix}{name}" for name in names if prefix))


class _Shape:
    """Reads the shape of one model."""

    def __init__(self, reading: Reading, family: Family, prefix: str) -> None:
        self.reading = reading
        self.family = family
        self.prefix = prefix

    def read(self) -> None:
        layers = self._need("num_hidden_layers", "layers")
        self._need("hidden_size", "hidden")
        self._need("vocab_size", "vocab")
        self._attention()
        self._feed_forward(layers or 1)
        self._tied()
        give_absent(self.reading)
        self._contradictions()
        self._context()
        self._windows(layers or 1)
        self._left_out()
        if not self.reading.faults:
            count_params(self.reading, lookup_apart=self.family.lookup_apart)

    def _at(self, name: str) -> str:
        return f"{self.prefix}{name}"

    def _value(self, name: str) -> Any:  # noqa: ANN401 - whatever the file holds
        return self.reading[self._at(name)]

    def _need(self, name: str, input_: str) -> int | None:
        """A field that sets an input; the family's default where it is left out."""
        default = self.family.defaults.get(name)
        if default is None or self._at(name) in self.reading:
            return self.reading.need(self._at(name), input_)
        why = f"left out: the default of {self.family.name}'s configuration class"
        self.reading.derive(input_, default, self._at(name), why)
        return default

    def _whole(self, name: str, default: int, *, low: int = 0) -> int:
        value = self.reading.whole(self._at(name), low=low) if name else None
        return default if value is None else value

    def _attention(self) -> None:
        reading, heads = self.reading, self._need("num_attention_heads", "heads")
        if self._at("num_key_value_heads") in reading or "num_key_value_heads" in self.family.defaults:
            self._need("num_key_value_heads", "kv_heads")
        elif heads:
            reading.derive("kv_heads", heads, self._at("num_key_value_heads"), "left out: as many as attention heads")
        if self.family.latent:
            self._latent()
        elif self._at("head_dim") in reading or "head_dim" in self.family.defaults:
            self._need("head_dim", "head_dim")
        elif heads and "hidden" in reading.inputs:
            hidden = int(reading.inputs["hidden"])
            if hidden % heads:
                reading.refuse(self._at("num_attention_heads"), "does not divide hidden_size, and no head_dim is given")
            else:
                fields = joined([self._at("hidden_size"), self._at("num_attention_heads")])
                reading.derive("head_dim", hidden // heads, fields, "hidden_size / num_attention_heads")

    def _latent(self) -> None:
        """The ranks and widths of multi-head latent attention."""
        reading = self.reading
        reading.derive("mla", 1, self._at("kv_lora_rank"), f"{self.family.name} has multi-head latent attention")
        names = {
            "qk_nope_head_dim": "head_dim",
            "qk_rope_head_dim": "rope_head_dim",
            "v_head_dim": "v_head_dim",
            "kv_lora_rank": "kv_lora_rank",
        }
        for name, input_ in names.items():
            reading.need(self._at(name), input_)
        reading.take(self._at("q_lora_rank"), "q_lora_rank")
        reading.ignore("head_dim is qk_nope_head_dim of latent attention", self._at("head_dim"))

    def _feed_forward(self, layers: int) -> None:
        reading, experts = self.reading, self.family.experts
        reading.derive("glu", 1, self._at("model_type"), f"{self.family.name}: gated feed-forward blocks")
        if experts is None or (self.family.latent and self._at(experts.count) not in reading):
            self._need("intermediate_size", "ffn")
            for input_ in ("experts", "experts_per_token"):
                reading.derive(input_, 1, self._at("model_type"), "a dense model")
            return
        count = self._need(experts.count, "experts")
        per_token = reading.first(self._at(experts.chosen), self._at("experts_per_token"))
        at_work = reading.need(per_token, "experts_per_token")
        if count and at_work and at_work > count:
            reading.refuse(per_token, f"more than the {count} of {experts.count}", f"at most {count}")
        reading.ignore(f"the same as {experts.chosen}", self._at("experts_per_token"))
        self._need(experts.width, "ffn")
        self._shared(experts)
        self._dense_layers(experts, layers)

    def _shared(self, experts: Experts) -> None:
        reading = self.reading
        width = self._at(experts.shared_width) if experts.shared_width else ""
        if experts.shared and self._at(experts.shared) in reading:
            reading.take(self._at(experts.shared), "shared_experts", low=0)
        elif experts.always:
            why = f"{self.family.name}: one expert beside the routed ones"
            reading.derive("shared_experts", experts.always, self._at("model_type"), why)
        elif width and width in reading:
            together, one = self._whole(experts.shared_width, 0), int(reading.inputs.get("ffn", 1))
            count = math.ceil(together / one)
            fields = joined([width, self._at(experts.width)])
            reading.derive("shared_experts", count, fields, "their width together / the width of a routed expert")
            if together % one:
                reading.approximate(width, f"taken as {count} shared experts of {one:,}, {count * one:,} together")

    def _dense_layers(self, experts: Experts, layers: int) -> None:
        """How many layers have no experts, and how wide these are."""
        reading = self.reading
        first = self._whole(experts.first_dense, 0)
        step = self._whole(experts.step, 1, low=1)
        listed = self._listed(experts.dense, layers)
        if first > layers:
            reading.refuse(self._at(experts.first_dense), f"more than the {layers} layers", f"at most {layers}")
            return
        mixed = {i for i in range(first, layers) if (i - experts.first_of_step) % step == 0} - listed
        fields = [self._at(name) for name in (experts.first_dense, experts.step, experts.dense) if name]
        given = [name for name in fields if name in reading]
        if experts.mixed and self._at(experts.mixed) in reading:
            mixed, given = set(self._listed(experts.mixed, layers)), [self._at(experts.mixed)]
            reading.ignore(f"{experts.mixed} says it", *fields)
        if given:
            reading.derive("dense_layers", layers - len(mixed), joined(given), f"layers of {layers} without experts")
        if len(mixed) < layers:
            reading.need(self._at(experts.dense_width), "dense_ffn")
        elif experts.dense_width:
            reading.ignore("the width of dense layers, of which there are none", self._at(experts.dense_width))

    def _listed(self, name: str, layers: int) -> frozenset[int]:
        """The layers that a list names."""
        value = self._value(name) if name else None
        if value is None:
            return frozenset()
        whole = isinstance(value, list) and all(isinstance(one, int) and not isinstance(one, bool) for one in value)
        if not whole or not all(0 <= one < layers for one in value):
            self.reading.refuse(self._at(name), "not a list of layers", f"whole numbers, 0 to {layers - 1}")
            return frozenset()
        return frozenset(value)

    def _tied(self) -> None:
        reading, name = self.reading, "tie_word_embeddings"
        at = reading.first(self._at(name), name)
        tied = reading.flag(at, default=self.family.tied)
        if at in reading:
            reading.give("tied_embeddings", int(tied), at)
        else:
            why = f"left out: the default of {self.family.name}'s configuration class"
            reading.derive("tied_embeddings", int(tied), at, why)

    def _contradictions(self) -> None:
        reading, given = self.reading, self.reading.inputs
        heads, kv_heads = given.get("heads"), given.get("kv_heads")
        if heads and kv_heads and int(heads) % int(kv_heads):
            allowed = f"a divisor of num_attention_heads = {heads}"
            reading.refuse(self._at("num_key_value_heads"), "does not divide the attention heads", allowed)
        types, layers = self._value("layer_types"), given.get("layers")
        if isinstance(types, list) and layers and len(types) != layers:
            what = f"{len(types)} entries for {layers} layers"
            reading.refuse(self._at("layer_types"), what, f"{layers} entries; or another num_hidden_layers")

    def _context(self) -> None:
        """The length of a training sequence, where it is told: not the one that a release was extended to."""
        reading = self.reading
        scaled = [f"{table}.{_TRAINED_CONTEXT[0]}" for table in _SCALING]
        trained = reading.first(*map(self._at, (*scaled, *_TRAINED_CONTEXT)))
        longest = reading.first(*map(self._at, _CONTEXT))
        released = reading.whole(longest)
        if released is None and "max_position_embeddings" in self.family.defaults:
            released = self.family.defaults["max_position_embeddings"]
        if trained in reading:
            tokens = reading.take(trained, "context_tokens")
            if tokens and released and tokens > released:
                reading.refuse(trained, f"more than {longest} = {released}", f"at most {released}")
        elif released and released <= float(TYPICAL_CONTEXT_TOKENS):
            reading.give("context_tokens", released, longest)
        if released and longest in reading and "context_tokens" not in reading.sources:
            why = "what the release reads, not what it was trained on: set context_tokens"
            reading.ignore(why, longest)
        reading.ignore("what the release was extended to", *map(self._at, _CONTEXT))
        reading.ignore("the same as above", *map(self._at, (*scaled, *_TRAINED_CONTEXT)))

    def _windows(self, layers: int) -> None:
        """Windows are not modelled: what is taken in place of them."""
        reading, windows = self.reading, self.family.windows
        types = self._value("layer_types")
        if types is not None and not isinstance(types, list):
            reading.refuse(self._at("layer_types"), "not a list", "a list of the layers' kinds")
            return
        if windows is None:
            return
        size = self._whole(windows.size, self.family.defaults.get(windows.size, 0))
        off = windows.only_if and not reading.flag(self._at(windows.only_if))
        pattern = self._whole(windows.pattern, windows.every, low=1)
        first = self._whole(windows.first, 0)
        asides = [name for name in (windows.size, windows.only_if, windows.pattern, windows.first) if name]
        if types is not None:
            some = sum(1 for one in types if one != "full_attention")
        else:
            some = layers - first if pattern == 1 else sum(1 for i in range(layers) if (i + 1) % pattern)
        if size and some > 0 and not off:
            seen = f"all {layers} layers see" if some == layers else f"{some} of {layers} layers see"
            what = f"taken as one with full attention in every layer; {seen} windows of {size:,} tokens"
            reading.approximate(self._at(windows.size), what, beyond_tokens=size)
        why = "windows, in place of which full attention is taken" if size and not off else "no windows"
        reading.ignore(why, *map(self._at, (*asides, "layer_types")))

    def _left_out(self) -> None:
        """Parts of a model that have no place in this one."""
        reading = self.reading
        modules = self._whole("num_nextn_predict_layers", 0)
        if modules:
            what = f"taken as one without its {modules} module{'s' if modules > 1 else ''} for multi-token prediction"
            reading.approximate(self._at("num_nextn_predict_layers"), what)
        if isinstance(reading.tree.get("vision_config"), Mapping):
            reading.approximate("vision_config", "taken as its text model alone, without the encoder of pictures")
        reading.ignore("no part of it is modelled", self._at("num_nextn_predict_layers"))


def give_absent(reading: Reading) -> None:
    """Set what a model has none of, so that no figure of the catalogue or of a typical shape takes its place."""
    for name, value in _NONE.items():
        if name not in reading.inputs:
            reading.inputs[name] = value
            reading.sources[name] = f"{reading.name or reading.key}: it has none"


def count_params(reading: Reading, *, lookup_apart: bool = False) -> None:
    """Tell the parameters, as the model counts them of such a shape.

    ``lookup_apart``: without the input embedding among those of one token, which the share of these is set to.
    """
    given = {name: float(value) for name, value in reading.inputs.items() if not isinstance(value, str)}
    total, active = counted(given)
    why = "counted as the architectures of the catalogue: matrices, without norms and biases"
    reading.derive("params", round(total), _SHAPE, why, sets=False)
    if lookup_apart and not given["tied_embeddings"]:
        active -= given["vocab"] * given["hidden"]
        why = "as published: without the input embedding, which is looked up"
        reading.derive("moe_active_fraction", active / total, _SHAPE, why)
    reading.derive("params_active", round(active), _SHAPE, f"{why}; of one token", sets=False)


def counted(given: Mapping[str, float]) -> tuple[float, float]:
    """The parameters of a shape, all and those of one token."""

    def of_shape(function: Callable[..., float]) -> float:
        names = inspect.signature(function).parameters
        return float(function(*(given.get(name, math.nan) for name in names)))

    total = of_shape(PARAMS_OF_SHAPE.function)
    return total, total * of_shape(ACTIVE_FRACTION_OF_SHAPE.function)
