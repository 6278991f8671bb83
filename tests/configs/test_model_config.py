"""A model's config.json: the published parameters of each family, what is said of every field, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import gigacost
from gigacost import SpecError
from gigacost.catalog import Catalog
from gigacost.compiler.checks import namespace
from gigacost.configs.configure import Configured, configured
from gigacost.configs.families import FAMILIES
from gigacost.configs.source import Configs
from gigacost.model import default

FILES = Path(__file__).parent / "files"
LIMITS = namespace(default(), Catalog.bundled()).inputs
PUBLISHED = {
    "llama-3.1-8b": (8.03e9, 8.03e9),
    "mistral-7b": (7.24e9, 7.24e9),
    "mixtral-8x7b": (46.7e9, 12.9e9),
    "llama-4-maverick": (400e9, 17e9),
    "qwen1.5-moe-a2.7b": (14.3e9, 2.7e9),
    "qwen2.5-7b": (7.61e9, 7.61e9),
    "qwen3-32b": (32.8e9, 32.8e9),
    "qwen3-235b-a22b": (235e9, 22e9),
    "gemma-7b": (8.54e9, 8.54e9),
    "gemma-2-9b": (9.24e9, 9.24e9),
    "gemma-3-27b": (27.0e9, 27.0e9),
    "phi-3-mini": (3.8e9, 3.8e9),
    "deepseek-v2": (236e9, 21e9),
    "deepseek-v3": (671e9, 37e9),
    "gpt-oss-120b": (116.83e9, 5.13e9),
    "olmo-2-13b": (13.7e9, 13.7e9),
    "olmoe-1b-7b": (6.92e9, 1.28e9),
}
"""All parameters and those of one token, as published; sources: files/README.md."""
TOTAL, ACTIVE = 0.006, 0.02
"""Tolerances: published figures have two or three digits, those of one token count embeddings in or out."""


def made(given: Path | dict[str, Any], **known: Any) -> Configured:
    return configured(Configs(model=given), known, (), LIMITS)


def derived(found: Configured, name: str) -> Any:
    return {entry["input"]: entry["value"] for entry in found.report["derived"]}[name]


def tree(name: str = "llama-3.1-8b") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FILES / f"{name}.json").read_text())
    return found


def refusal(given: dict[str, Any], **known: Any) -> str:
    with pytest.raises(SpecError) as raised:
        made(given, **known)
    return str(raised.value)


def test_every_file_has_its_published_parameters() -> None:
    assert sorted(PUBLISHED) == sorted(path.stem for path in FILES.glob("*.json"))
    assert len(PUBLISHED) >= 15


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_are_those_published(name: str) -> None:
    found = made(FILES / f"{name}.json")
    total, active = PUBLISHED[name]
    assert derived(found, "params") == pytest.approx(total, rel=TOTAL)
    assert derived(found, "params_active") == pytest.approx(active, rel=ACTIVE)


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_estimate_rests_on_the_parameters_that_are_told(name: str) -> None:
    path = FILES / f"{name}.json"
    run = gigacost.estimate(model_config=path, tokens="1T", hardware="h100-sxm", chips=4096, mfu=0.4)
    assert run.assumption("layers").source.startswith(str(path))
    told = {entry["input"]: entry["value"] for entry in run.config["derived"]}
    assert run["params"] == pytest.approx(told["params"], rel=1e-9)
    assert run["params_active"] == pytest.approx(told["params_active"], rel=1e-9)


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_field_is_dropped(name: str) -> None:
    def leaves(value: Any, at: str = "") -> set[str]:
        if isinstance(value, dict) and value:
            return set().union(*(leaves(one, f"{at}.{key}" if at else key) for key, one in value.items()))
        return {at}

    report = made(FILES / f"{name}.json").report
    told = {field for kind in report.values() for entry in kind for field in entry["field"].split(", ")}
    assert leaves(tree(name)) - told == set()
    assert report["unknown"] == []
    assert all(entry["why"] for entry in report["ignored"])


def test_a_published_architecture_costs_the_same_by_name_and_by_file() -> None:
    run: dict[str, Any] = {"tokens": "2T", "hardware": "h100-sxm", "chips": 1024}
    for name in ("llama-3.1-8b", "deepseek-v3", "olmo-2-13b", "gpt-oss-120b"):
        file = gigacost.estimate(model_config=FILES / f"{name}.json", mfu=0.4, **run)
        label = gigacost.estimate(model=name, mfu=0.4, **run)
        assert file["training_flop"] == pytest.approx(label["training_flop"], rel=0.01), name


def test_every_family_is_tested() -> None:
    tested = {tree(name).get("text_config", tree(name))["model_type"] for name in PUBLISHED}
    others = {family.name for family in FAMILIES if tested.isdisjoint(family.types)}
    assert others == {"Phi-3.5 MoE", "OLMo", "OLMo 3", "Kimi K2"}


def test_families_without_a_file_are_counted_by_hand() -> None:
    shape = {"hidden_size": 64, "num_hidden_layers": 4, "num_attention_heads": 4, "vocab_size": 100}
    attention, embeddings = 4 * 64 * 64, 2 * 100 * 64
    plain = made({"model_type": "olmo", **shape, "intermediate_size": 128})
    assert derived(plain, "params") == 4 * (attention + 3 * 64 * 128) + embeddings
    mixed = made(
        {"model_type": "phimoe", **shape, "intermediate_size": 128, "num_local_experts": 8, "num_experts_per_tok": 2}
    )
    assert derived(mixed, "params") == 4 * (attention + 8 * 3 * 64 * 128 + 64 * 8) + embeddings
    assert derived(mixed, "params_active") == 4 * (attention + 2 * 3 * 64 * 128 + 64 * 8) + embeddings


def test_layers_without_experts_are_counted_by_step_and_by_list() -> None:
    base = {**tree("qwen3-235b-a22b"), "num_hidden_layers": 6}
    assert made({**base, "decoder_sparse_step": 2}).inputs["dense_layers"] == 3
    assert made({**base, "mlp_only_layers": [0, 5]}).inputs["dense_layers"] == 2
    assert made({**base, "decoder_sparse_step": 2, "mlp_only_layers": [1]}).inputs["dense_layers"] == 4
    assert made(FILES / "llama-4-maverick.json").inputs["dense_layers"] == 24
    llama = tree("llama-4-maverick")
    text = {**llama["text_config"], "moe_layers": [1, 3, 5]}
    assert made({**llama, "text_config": text}).inputs["dense_layers"] == 45
    assert made(FILES / "deepseek-v3.json").inputs["dense_layers"] == 3


def test_shared_experts_of_another_width_are_said_to_be_taken_otherwise() -> None:
    assert made(FILES / "qwen1.5-moe-a2.7b.json").inputs["shared_experts"] == 4
    found = made({**tree("qwen1.5-moe-a2.7b"), "shared_expert_intermediate_size": 2000})
    assert found.inputs["shared_experts"] == 2
    (warning,) = found.warnings
    assert "taken as 2 shared experts of 1,408, 2,816 together" in str(warning)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mistral-7b", "all 32 layers see windows of 4,096 tokens"),
        ("gemma-2-9b", "21 of 42 layers see windows of 4,096 tokens"),
        ("gemma-3-27b", "52 of 62 layers see windows of 1,024 tokens"),
        ("gpt-oss-120b", "18 of 36 layers see windows of 128 tokens"),
        ("deepseek-v3", "without its 1 module for multi-token prediction"),
        ("llama-4-maverick", "its text model alone, without the encoder of pictures"),
    ],
)
def test_what_is_not_modelled_is_said(name: str, says: str) -> None:
    assert any(says in str(warning) for warning in made(FILES / f"{name}.json").warnings)


def test_windows_as_long_as_the_sequences_are_no_approximation() -> None:
    assert made(FILES / "mistral-7b.json", context_tokens=4096).warnings == ()
    assert made(FILES / "mistral-7b.json", context_tokens=4097).warnings
    assert made(FILES / "qwen2.5-7b.json").warnings == ()  # use_sliding_window is false


def test_the_length_of_sequences_is_that_of_training() -> None:
    assert made(FILES / "llama-3.1-8b.json").inputs["context_tokens"] == 8192
    assert made(FILES / "deepseek-v3.json").inputs["context_tokens"] == 4096
    assert made(FILES / "olmo-2-13b.json").inputs["context_tokens"] == 4096
    found = made(FILES / "qwen3-32b.json")  # 40,960 is what the release reads
    assert "context_tokens" not in found.inputs
    assert any("8,192 tokens" in note for note in found.notes)
    assert made(FILES / "qwen3-32b.json", context_tokens=4096).notes == ()


def test_what_is_left_out_is_told_with_the_default_that_stands_in() -> None:
    found = made(FILES / "gemma-3-27b.json")
    (entry,) = [one for one in found.report["derived"] if one["input"] == "vocab"]
    assert (entry["field"], entry["value"]) == ("text_config.vocab_size", 262_208)
    assert "default of Gemma 3's configuration class" in entry["why"]


def test_unknown_fields_are_listed() -> None:
    report = made({**tree(), "hyper_connections": {"rate": 4}, "rope_theta": None}).report
    assert report["unknown"] == [{"field": "hyper_connections.rate", "value": 4}]
    assert {"field": "rope_theta", "value": None, "why": "positions, without parameters of their own"} in report[
        "ignored"
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"num_hidden_layers": -3}, "model_config.num_hidden_layers = -3: out of range; allowed: a whole number, 1 to"),
        ({"num_hidden_layers": 10**40}, "model_config.num_hidden_layers = 1000000000000000"),
        ({"num_hidden_layers": "32"}, 'num_hidden_layers = "32": expected integer, got string'),
        ({"num_hidden_layers": 32.0}, "expected integer, got number"),
        ({"num_hidden_layers": True}, "expected integer, got boolean"),
        ({"num_hidden_layers": [32]}, "expected integer, got list"),
        ({"num_hidden_layers": {"a": 1}}, "model_config.num_hidden_layers: missing value"),
        ({"num_hidden_layers": None}, "model_config.num_hidden_layers: missing value; allowed: a whole number"),
        ({"hidden_size": None, "vocab_size": None}, "model_config.vocab_size: missing value"),
        ({"hidden_size": float("nan")}, "infinite, not a number"),
        ({"rope_theta": float("inf")}, "model_config.rope_theta = inf"),
        ({"num_attention_heads": 33}, "does not divide hidden_size, and no head_dim is given"),
        ({"num_key_value_heads": 5}, "does not divide the attention heads; allowed: a divisor of"),
        ({"tie_word_embeddings": "no"}, 'tie_word_embeddings = "no": expected boolean, got string'),
        ({"layer_types": ["full_attention"]}, "1 entries for 32 layers"),
        ({"model_type": "llamma"}, 'model_type = "llamma": a family that is not known here; allowed: deepseek_v2'),
        ({"model_type": "llamma"}, 'did you mean "llama"?'),
        ({"model_type": "mamba2"}, "a family that is not known here"),
        ({"model_type": None}, "model_config.model_type: missing value: no config.json of a model"),
        ({"model_type": 3}, "expected string, got integer"),
        ({"model_type": "mistral"}, "architectures = ['LlamaForCausalLM']: contradicts model_type"),
        ({"original_max_position_embeddings": 9, "rope_scaling": None, "max_position_embeddings": 8}, "more than"),
    ],
)
def test_what_is_wrong_is_refused_with_field_and_allowed(change: dict[str, Any], says: str) -> None:
    assert says in refusal({**tree(), **change})


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("mixtral-8x7b", {"num_experts_per_tok": 9}, "more than the 8 of num_local_experts; allowed: at most 8"),
        ("mixtral-8x7b", {"num_experts_per_tok": None}, "num_experts_per_tok: missing value"),
        ("deepseek-v3", {"first_k_dense_replace": 62}, "more than the 61 layers; allowed: at most 61"),
        ("deepseek-v3", {"intermediate_size": None}, "intermediate_size: missing value"),
        ("deepseek-v3", {"kv_lora_rank": None}, "kv_lora_rank: missing value"),
        ("qwen3-235b-a22b", {"mlp_only_layers": [94]}, "not a list of layers; allowed: whole numbers, 0 to 93"),
        ("qwen3-235b-a22b", {"decoder_sparse_step": 0}, "decoder_sparse_step = 0: out of range"),
    ],
)
def test_contradictions_of_a_mixture_are_refused(name: str, change: dict[str, Any], says: str) -> None:
    assert says in refusal({**tree(name), **change})


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = refusal({**tree(), "num_hidden_layers": 0, "vocab_size": "many", "num_key_value_heads": 5})
    assert len(text.splitlines()) == 3


def test_a_shape_beside_a_published_model_is_refused() -> None:
    assert "a published architecture beside a configuration" in refusal(tree(), model="llama-3.1-8b")
    with pytest.raises(SpecError, match="a published architecture beside"):
        gigacost.estimate(model_config=tree(), preset="llama-3.1-405b", tokens="1T", hardware="h100-sxm", chips=1024)
