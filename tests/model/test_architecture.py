"""The shape of the trained model: the given one, rules for what is left out, one made up where none is known."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from types import ModuleType

import pytest

from gigacost import SpecError, Sweep, estimate
from gigacost.catalog import Catalog
from gigacost.model import architecture, default, parameters, typical_shape, workload

NAN = math.nan
CATALOG = Catalog.bundled()
RUN: dict[str, object] = {"hardware": "h100-sxm", "chips": 64, "tokens": "1T"}
SHAPE = (
    "block_layers", "model_width", "query_heads", "key_value_heads", "head_width", "ffn_width", "ffn_matrices",
    "vocabulary", "embedding_matrices", "routed_experts", "active_experts", "always_experts", "dense_block_layers",
    "dense_ffn_width", "is_moe", "latent_attention", "rotary_width", "value_width", "attention_width",
)  # fmt: skip
COUNTS = (
    "attention_params_per_layer", "ffn_params_per_layer_active", "ffn_params_per_layer_total", "embedding_params",
    "shape_params", "shape_params_active",
)  # fmt: skip
LLAMA_3_8B = {
    "layers": 32, "hidden": 4096, "heads": 32, "kv_heads": 8, "ffn": 14336, "glu": 1, "vocab": 128256,
    "tied_embeddings": 0,
}  # fmt: skip
MIXTRAL = {
    "layers": 32, "hidden": 4096, "kv_heads": 8, "ffn": 14336, "vocab": 32000, "experts": 8, "experts_per_token": 2,
}  # fmt: skip


def functions(module: ModuleType) -> dict[str, Callable[..., float]]:
    return {
        name: member
        for name, member in inspect.getmembers(module, inspect.isfunction)
        if member.__module__ == module.__name__ and not name.startswith("_")
    }


FUNCTIONS = {
    name: function
    for module in (workload, architecture, typical_shape, parameters)
    for name, function in functions(module).items()
}
INPUTS = default().inputs


def value(name: str, given: dict[str, float]) -> float:
    """A quantity of plain floats: given, else made of its parameters, else an input's default."""
    known = dict(given)

    def find(wanted: str) -> float:
        if wanted not in known:
            function = FUNCTIONS.get(wanted)
            item = INPUTS[wanted].default if function is None else None
            made = function(*map(find, inspect.signature(function).parameters)) if function else item
            assert made is not None, wanted
            known[wanted] = made
        return known[wanted]

    return find(name)


def test_a_given_shape_is_used_as_it_is() -> None:
    used = estimate({**RUN, **LLAMA_3_8B})
    assert {name: used[name] for name in SHAPE} == {
        "block_layers": 32, "model_width": 4096, "query_heads": 32, "key_value_heads": 8, "head_width": 128,
        "ffn_width": 14336, "ffn_matrices": 3, "vocabulary": 128256, "embedding_matrices": 2, "routed_experts": 1,
        "active_experts": 1, "always_experts": 0, "dense_block_layers": 0, "dense_ffn_width": 14336, "is_moe": 0,
        "latent_attention": 0, "rotary_width": 0, "value_width": 128, "attention_width": 4096,
    }  # fmt: skip


def test_a_shape_without_params_has_them_counted() -> None:
    dense = estimate({**RUN, **LLAMA_3_8B})
    assert dense["params_active"] == dense["shape_params"] == pytest.approx(8.03e9, rel=0.001)
    sparse = estimate({**RUN, **MIXTRAL})
    assert sparse["shape_params"] == pytest.approx(46.7e9, rel=0.001)
    assert sparse["params_active"] == pytest.approx(12.9e9, rel=0.002)
    assert sparse["params_active"] == pytest.approx(sparse["shape_params_active"] or 0.0, rel=1e-12)
    # The rest of the model goes on from there.
    assert dense["dense_flop"] == 6.0 * (dense["params_active"] or 0.0) * 1e12


def test_a_given_number_of_parameters_stays() -> None:
    both = estimate({**RUN, **MIXTRAL, "params": 46.7e9, "moe_active_fraction": 0.28})
    assert both["params_active"] == pytest.approx(46.7e9 * 0.28)
    assert both["shape_params"] == pytest.approx(46.7e9, rel=0.001)
    assert estimate({**RUN, **MIXTRAL, "params": 46.7e9})["params_active"] == pytest.approx(12.88e9, rel=0.001)


def test_flop_and_a_shape_leave_the_tokens() -> None:
    asked = {key: kept for key, kept in RUN.items() if key != "tokens"} | LLAMA_3_8B | {"training_flop": 7.2e23}
    tokens = (estimate(asked)["dense_flop"] or 0.0) / 6.0 / 8.03e9
    assert tokens == pytest.approx(7.2e23 / 6.0 / 8.03e9, rel=0.001)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"hidden": 4096}, {"query_heads": 32, "head_width": 128, "key_value_heads": 32, "ffn_width": 14336}),
        ({"hidden": 4096, "glu": 0}, {"ffn_width": 16384, "ffn_matrices": 2}),
        ({"hidden": 4096, "head_dim": 64}, {"query_heads": 64, "head_width": 64}),
        ({"hidden": 4096, "heads": 16}, {"head_width": 256, "key_value_heads": 16}),
        ({"hidden": 100}, {"query_heads": 1, "head_width": 100, "ffn_width": 350}),
        ({"hidden": 300}, {"query_heads": 2, "head_width": 150}),
        ({"hidden": 4096, "experts": 64}, {"active_experts": 8, "ffn_width": 1792, "is_moe": 1, "always_experts": 0}),
        ({"hidden": 4096, "experts": 64, "shared_experts": 1}, {"ffn_width": math.ceil(14336 / 9)}),
        ({"hidden": 4096, "experts": 4}, {"active_experts": 4}),
        ({"hidden": 64, "experts": 8, "ffn": 32, "dense_layers": 2}, {"dense_block_layers": 2, "dense_ffn_width": 256}),
        ({"hidden": 64, "dense_layers": 2}, {"dense_block_layers": 0}),
        ({"hidden": 64, "experts": 8, "dense_layers": 20}, {"dense_block_layers": 10}),
        ({"hidden": 4096}, {"vocabulary": 128256, "embedding_matrices": 2}),
        ({"hidden": 4096, "tied_embeddings": 1, "vocab": 1000}, {"vocabulary": 1000, "embedding_matrices": 1}),
        ({"hidden": 4096, "mla": 1}, {"latent_attention": 1, "rotary_width": 64, "value_width": 128}),
        ({"hidden": 4096, "mla": 1, "v_head_dim": 192, "rope_head_dim": 32}, {"attention_width": 32 * 176}),
        ({"hidden": 4096, "context_tokens": 2048}, {"sequence_tokens": 2048}),
        ({"hidden": 4096}, {"sequence_tokens": 8192}),
    ],
)
def test_what_is_left_out_of_a_shape_follows_its_rule(given: dict[str, float], expected: dict[str, float]) -> None:
    known = {"params": 1e9, "layers": 10.0, **given}
    assert {name: value(name, known) for name in expected} == expected


def test_without_a_shape_it_is_the_typical_one() -> None:
    for given in ({"params": 7e9}, {"params": 7e9, "layers": 32}, {"params": 7e9, "hidden": 4096, "heads": 64}):
        used = estimate({**RUN, **given})
        assert used["block_layers"] == used["typical_layers"]
        assert used["model_width"] == used["typical_width"]
        assert used["ffn_width"] == used["typical_ffn_width"]
        assert used["query_heads"] == (used["typical_width"] or 0) / 128
        assert used["shape_params"] == pytest.approx(7e9, rel=0.01)


def test_an_undisclosed_shape_of_the_catalogue_is_made_up_beside_a_published_one() -> None:
    sweep = Sweep(
        {"model": ["gigachat-3-702b-a36b", "deepseek-v3"]}, fixed=RUN, columns=["shape_params", "model_width"]
    )
    rows = next(sweep.rows(0, 2))
    assert rows.column("shape_params")[0] == pytest.approx(702e9, rel=0.01)
    assert list(rows.column("model_width")) == [7168.0, 7168.0]


def test_a_model_of_unknown_sparsity_is_a_row_without_a_shape() -> None:
    book = {"name": "mine", "date": "2026-01-01", "models": {"undisclosed": {"params": 29e9, "experts": 16}}}
    mine = CATALOG.layered(book)
    axes = {"model": ["undisclosed", "llama-3-8b"]}
    states = Sweep(axes, fixed=RUN, columns=["model_width", "cost_total_usd"], catalog=mine).summary().states
    assert (states["ok"], states["unknown_active_params"]) == (1, 1)
    with pytest.raises(SpecError, match="nothing is published about how many parameters work on a token"):
        estimate({**RUN, "model": "undisclosed"}, catalog=mine)


def test_a_vocabulary_is_used_with_and_without_a_shape() -> None:
    used = estimate({**RUN, "params": 7e9, "vocab": 32000, "tied_embeddings": 1})
    assert (used["vocabulary"], used["embedding_matrices"]) == (32000, 1)
    assert used["shape_params"] == pytest.approx(7e9, rel=0.01)


def test_dropping_a_figure_never_makes_the_shape_unknown() -> None:
    told = [name for name, column in CATALOG.columns.items() if column.axes == ("model",) and name in INPUTS]
    whole = {name: CATALOG.cite(name, {"model": "deepseek-v3"}).value for name in told}
    shape = {name: figure for name, figure in whole.items() if not math.isnan(figure)}
    for dropped in shape:
        left = {name: NAN if name == dropped else figure for name, figure in shape.items()}
        left |= {"params": 671e9, "params_active": 37e9, "tokens": 1e12}
        assert all(math.isfinite(value(name, left)) for name in (*SHAPE, *COUNTS)), dropped
