"""What configurations say, put together: inputs for a specification, and a report of what was made of every field."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from gigacost.configs.model_config import read_model_config
from gigacost.configs.reading import Reading, Scalar
from gigacost.configs.source import CONFIG_KEYS, MODEL_FILES, TRAIN_FILES, Configs, read_source
from gigacost.configs.train_config import read_train_config
from gigacost.errors import Fault, SpecError, show
from gigacost.graph.declarations import Input
from gigacost.model.architecture import TYPICAL_CONTEXT_TOKENS
from gigacost.model.parameters import PARAMS_OF_SHAPE

LISTS = ("read", "derived", "ignored", "unknown")
_APART = ("context_tokens", "vocab")
"""Inputs about which a model's file and that of its training may differ: the second says what is trained."""
_SHAPE = ("layers", "hidden")
_COUNTED = frozenset(inspect.signature(PARAMS_OF_SHAPE.function).parameters)
"""Inputs that parameters are counted of."""
_CLOSE = 0.01
"""How far parameters may be from those that are given: names are rounded."""


@dataclass(frozen=True, slots=True)
class Configured:
    """What configurations say."""

    inputs: Mapping[str, Scalar] = field(default_factory=dict)
    """What they set, of what is not given beside them."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Of each of these, the file and the field."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """``read``, ``derived``, ``ignored`` and ``unknown``: every field of the files in one of them."""
    notes: tuple[str, ...] = ()
    warnings: tuple[Fault, ...] = ()
    """What is taken as something else than it is."""


def configured(
    configs: Configs,
    given: Mapping[str, Any],
    varied: Collection[str],
    limits: Mapping[str, Input],
    preset: Mapping[str, Any] | None = None,
) -> Configured:
    """Read configurations beside what is ``given``, one value each, and ``varied``, which win over them.

    They win over the values of a ``preset``, which only tells what they leave open.

    Raises SpecError with all faults of a file, and where two files or a file and a published model contradict.
    """
    readings: list[Reading] = []
    known = {**(preset or {}), **given}
    if configs.model is not None:
        source = read_source(configs.model, CONFIG_KEYS[0], MODEL_FILES)
        readings.append(Reading(CONFIG_KEYS[0], source.name, source.tree, limits, known))
        read_model_config(readings[-1])
    if configs.train is not None:
        source = read_source(configs.train, CONFIG_KEYS[1], TRAIN_FILES)
        shape = readings[0].inputs if readings else {}
        readings.append(Reading(CONFIG_KEYS[1], source.name, source.tree, limits, {**known, **shape, **given}))
        read_train_config(readings[-1], is_arguments=source.is_arguments)
    inputs, sources, notes = _merged(readings)
    _refuse_two_models(inputs, known, varied)
    own = {**dict.fromkeys(varied), **given}
    notes += _replaced(inputs, sources, own) + _other_size(readings, own)
    if "layers" in inputs and "context_tokens" not in {**inputs, **own}:
        notes.append(f"no file tells the length of a training sequence: {float(TYPICAL_CONTEXT_TOKENS):,.0f} tokens")
    kept = {name: value for name, value in inputs.items() if name not in own}
    if any(name in own and own[name] != value for name, value in inputs.items() if name in _COUNTED):
        kept.pop("moe_active_fraction", None)  # it is that of the file's shape
    tokens = given.get("context_tokens") or inputs.get("context_tokens") or float("inf")
    length = float("inf") if "context_tokens" in varied else float(tokens)
    return Configured(
        inputs=kept,
        sources={name: sources[name] for name in kept},
        report={name: [entry for one in readings for entry in getattr(one, name)] for name in LISTS},
        notes=tuple(notes),
        warnings=tuple(
            Fault(f"{one.key}.{part.field}", part.value, part.what, path=one.name)
            for one in readings
            for part in one.approximations
            if length > part.beyond_tokens
        ),
    )


def _merged(readings: list[Reading]) -> tuple[dict[str, Scalar], dict[str, str], list[str]]:
    """The inputs of all files, where each is from, and notes. Raises SpecError where they contradict each other."""
    inputs: dict[str, Scalar] = {}
    sources: dict[str, str] = {}
    notes = [note for reading in readings for note in reading.notes]
    faults = []
    for reading in readings:
        for name, value in reading.inputs.items():
            other = inputs.get(name, value)
            if other != value and name not in _APART:
                what = f"contradicts {sources[name]}, which makes {name} {show(other)}"
                faults.append(
                    Fault(f"{reading.key}: {name}", show(value), what, "the same in both; or set beside them")
                )
            if other != value:
                notes.append(f"{name} = {value} of {reading.sources[name]} replaces {other} of {sources[name]}")
            inputs[name], sources[name] = value, reading.sources[name]
    if faults:
        raise SpecError(*faults)
    return inputs, sources, notes


def _refuse_two_models(inputs: Mapping[str, Scalar], given: Mapping[str, Any], varied: Collection[str]) -> None:
    """Raise SpecError for a published model beside the shape of another."""
    if "model" in {*given, *varied} and any(name in inputs for name in _SHAPE):
        shown = show(given["model"]) if "model" in given else ""
        what = "a published architecture beside a configuration with a shape of its own"
        raise SpecError(Fault("model", shown, what, "one of the two; a preset names one too"))


def _replaced(inputs: Mapping[str, Scalar], sources: Mapping[str, str], own: Mapping[str, Any]) -> list[str]:
    """What is given in place of what the files say."""
    notes = []
    for name, value in inputs.items():
        if name in own and own[name] != value:
            ours = f"{name} = {own[name]}" if own[name] is not None else f"the axis {name}"
            notes.append(f"{ours}, as given, replaces {value} of {sources[name]}")
    return notes


def _other_size(readings: list[Reading], own: Mapping[str, Any]) -> list[str]:
    """Where the parameters that are given are not those of the shape."""
    told = [entry for one in readings for entry in one.derived if entry["input"] == "params"]
    params = own.get("params")
    if not told or not isinstance(params, int | float) or abs(params / told[-1]["value"] - 1.0) <= _CLOSE:
        return []
    return [f"params = {params:.6g}, as given, replaces {told[-1]['value']:.6g} of the configuration's shape"]
