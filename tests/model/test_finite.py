"""The physical half of the model, every function of it, on plain floats: finite, with a unit and a source."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping
from types import ModuleType

import pytest

from gigacost.graph.declarations import Input, marking
from gigacost.model import (
    architecture,
    carbon,
    energy,
    loss,
    pace,
    parameters,
    perspective,
    reliability,
    time,
    typical_shape,
    workload,
)
from gigacost.model.performance import bands, batch, fitted, layer, layout, memory, parts, step, traffic

MODULES = (
    typical_shape,
    architecture,
    parameters,
    workload,
    loss,
    batch,
    layout,
    layer,
    traffic,
    memory,
    fitted,
    step,
    parts,
    bands,
    pace,
    reliability,
    time,
    energy,
    carbon,
    perspective,
)

LLAMA_405B = {
    "chips": 16384.0,
    "params": 405e9,
    "tokens": 15.6e12,
    "peak_flop_per_s": 989.4e12,
    "mem_bw_byte_per_s": 3350e9,
    "bf16_flop_per_s": 989.4e12,
    "gemm_efficiency": 0.68,
    "bf16_gemm_efficiency": 0.68,
    "attention_efficiency": 0.55,
    "generic_attention_efficiency": 0.19,
    "is_calibrated": 1.0,
    "step_error_low": -0.05,
    "step_error_high": 0.1,
    "moe_step_error_low": -0.3,
    "moe_step_error_high": 0.5,
    "scaleup_domain": 8.0,
    "scaleup_byte_per_s": 450e9,
    "scaleout_byte_per_s": 50e9,
    "gather_byte_per_param": 2.0,
    "mem_gib": 80.0,
    "layers": 126.0,
    "hidden": 16384.0,
    "heads": 128.0,
    "kv_heads": 8.0,
    "ffn": 53248.0,
    "vocab": 128256.0,
    # as the search finds them
    "tp": 8.0,
    "cp": 1.0,
    "ep": 1.0,
    "microbatch": 1.0,
    "recompute": 0.0,
    "pp": 16.0,
    "vp": 8.0,
    "zero_stage": 2.0,
    "tdp_w": 700.0,
    "system_w": 1275.0,
    "is_rented": 0.0,
    "is_interruptible": 0.0,
    "pue": 1.144,
    "electricity_usd_per_kwh": 0.0813,
    "carbon_g_per_kwh": 383.55,
    "experiments_factor": 2.2,
    "raw_tb": 38_000.0,
}


def functions(module: ModuleType) -> dict[str, Callable[..., float]]:
    return {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }


FUNCTIONS = {name: function for module in MODULES for name, function in functions(module).items()}
INPUTS = {value.name: value for module in MODULES for value in vars(module).values() if isinstance(value, Input)}


def evaluate(name: str, given: Mapping[str, float]) -> float:
    if name in given:
        return given[name]
    if name in FUNCTIONS:
        function = FUNCTIONS[name]
        return function(*(evaluate(parameter, given) for parameter in inspect.signature(function).parameters))
    default = INPUTS[name].default
    assert default is not None, name
    return default


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_finite_for_a_real_run(name: str) -> None:
    value = evaluate(name, LLAMA_405B)
    assert math.isfinite(value)
    if marking(FUNCTIONS[name]) is None:
        assert value >= 0.0


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_says_unit_and_source(name: str) -> None:
    doc = inspect.getdoc(FUNCTIONS[name]) or ""
    assert re.search(r" \[\S+\]\.$", doc.splitlines()[0])
    assert "Source: " in doc


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_every_default_is_legal_and_has_a_source(name: str) -> None:
    default = INPUTS[name].default
    if default is not None and not math.isnan(default):
        assert INPUTS[name].accepts(default)
        assert INPUTS[name].source


def test_no_state_holds_for_a_real_run() -> None:
    assert not any(evaluate(name, LLAMA_405B) for name in FUNCTIONS if hasattr(marking(FUNCTIONS[name]), "spoils"))


def test_given_utilisation_replaces_mfu_and_goodput() -> None:
    given = {**LLAMA_405B, "whole_run_utilisation": 0.346, "training_flop": 3.8e25, "post_training_share": 0.0}
    assert evaluate("chip_hours", given) == pytest.approx(30.84e6, rel=0.01)
    assert evaluate("chip_hours", {**given, "mfu": 0.9}) == evaluate("chip_hours", given)


def test_the_run_of_llama_405b() -> None:
    assert evaluate("chip_hours", LLAMA_405B) == pytest.approx(30.84e6, rel=0.25)
    assert evaluate("train_days", LLAMA_405B) == pytest.approx(80.0, rel=0.1)
    assert evaluate("facility_mw", LLAMA_405B) == pytest.approx(27.2, abs=0.1)
    assert evaluate("carbon_chip_t", LLAMA_405B) == pytest.approx(8_930.0, rel=0.25)
