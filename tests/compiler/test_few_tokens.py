"""What is left out says so: a fine-tuning that is costed as a pre-training, a private architecture."""

from __future__ import annotations

from typing import Any

import pytest

from gigacost import Catalog, Model, SpecError, Sweep, estimate, zipped
from gigacost.ops import Value

RUN: dict[str, Any] = {"model": "llama-3.1-8b", "hardware": "h100-sxm", "chips": 8}
SAID = "of what llama-3.1-8b was trained on; costed as pre-training from scratch"


@pytest.mark.parametrize(("tokens", "is_told"), [("10M", True), ("149B", True), ("151B", False), ("15T", False)])
def test_next_to_no_tokens_of_a_published_model_are_doubtful(tokens: str, is_told: bool) -> None:  # noqa: FBT001
    told = [warning for warning in estimate(**RUN, tokens=tokens).meta["warnings"] if SAID in warning]
    assert bool(told) == is_told
    own = {"params": "8B", "hardware": "h100-sxm", "chips": 8}
    assert not any("pre-training" in warning for warning in estimate(**own, tokens=tokens).meta["warnings"])


def test_strict_refuses_them() -> None:
    with pytest.raises(SpecError, match=r"tokens = 1e\+08: 0.00067 % of what"):
        estimate(**RUN, tokens="100M", strict=True)


def test_a_space_says_it_once_and_of_what_comes_together_only() -> None:
    fixed = {"hardware": "h100-sxm", "chips": 8}
    axes = {"model": ["llama-3.1-8b", "llama-3.1-70b"], "tokens": ["1B", "15T"]}
    told = [str(warning) for warning in Sweep(axes, fixed=fixed).spec.warnings if "pre-training" in str(warning)]
    assert len(told) == 1
    apart = [{"model": "llama-3.1-8b", "tokens": "15T"}, {"model": "olmo-2-7b", "tokens": "1B"}]
    (told,) = [str(one) for one in Sweep({"c": zipped(apart)}, fixed=fixed).spec.warnings if "pre-tr" in str(one)]
    assert "olmo-2-7b" in told
    assert not Sweep({"c": zipped(apart[:1])}, fixed=fixed).spec.warnings


def test_a_preset_counts_with_what_it_gives() -> None:
    assert not any("pre-training" in text for text in estimate(preset="llama-3.1-405b").meta["warnings"])
    found = estimate(preset="llama-3.1-405b", tokens="1B").meta["warnings"]
    assert any("llama-3.1-405b was trained on" in text for text in found)


def test_a_model_of_ones_own_may_have_other_meanings() -> None:
    def twice(model: Value, tokens: Value) -> Value:
        """Twice [1]."""
        return model * tokens

    assert not Sweep({"model": [1.0]}, fixed={"tokens": 2.0}, model=Model(twice)).spec.warnings


def test_a_private_model_may_say_what_is_left_out() -> None:
    shape = {"params": 7e9, "layers": 32, "hidden": 4096, "heads": 32, "kv_heads": 8, "head_dim": 128, "ffn": 14336}
    more = {"glu": 1, "vocab": 32000, "tied_embeddings": 0, "experts": 1, "experts_per_token": 1, "shared_experts": 0}
    entry = {
        **shape,
        **more,
        "params_active": 7e9,
        "context_tokens": 4096,
        "source": "ours",
        "taken_as": "one with full attention; three of four layers are linear",
    }
    book = Catalog.bundled().layered({"name": "acme", "date": "2026-10-01", "models": {"ours": entry}})
    run = estimate(model="ours", tokens="1T", hardware="h100-sxm", chips=64, catalog=book)
    assert any("taken as one with full attention; three of four layers" in text for text in run.meta["warnings"])
