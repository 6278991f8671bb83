"""The configurations of training frameworks: batch, steps, layout, precision and chips, and what is refused."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import gigacost
from gigacost import SpecError
from gigacost.catalog import Catalog
from gigacost.compiler.checks import namespace
from gigacost.configs.configure import Configured, configured
from gigacost.configs.source import Configs
from gigacost.model import default

FILES = Path(__file__).parent / "files"
LIMITS = namespace(default(), Catalog.bundled()).inputs


def made(given: object, **known: Any) -> Configured:
    return configured(Configs(train=given), known, (), LIMITS)  # type: ignore[arg-type]


def refusal(given: object, **known: Any) -> str:
    with pytest.raises(SpecError) as raised:
        made(given, **known)
    return str(raised.value)


def written(folder: Path, text: str, name: str = "run.sh") -> Path:
    path = folder / name
    path.write_text(text)
    return path


EXPECTED: dict[str, dict[str, Any]] = {
    "megatron-gpt3-175b.sh": {
        "chips": 1024, "tp": 8, "pp": 16, "cp": 1, "vp": 2, "microbatch": 1, "global_batch_sequences": 1536,
        "context_tokens": 2048, "tokens": 95368 * 1536 * 2048, "precision": "bf16", "recompute": 1, "zero_stage": 1,
        "sequence_parallel": 1, "layers": 96, "hidden": 12288, "ffn": 49152, "glu": 0, "tied_embeddings": 1,
    },
    "megatron-moe.yaml": {
        "tp": 1, "pp": 16, "ep": 64, "expert_tp": 1, "mla": 1, "experts": 256, "experts_per_token": 8, "ffn": 2048,
        "dense_layers": 3, "dense_ffn": 18432, "shared_experts": 1, "tokens": 3_612_000_000 * 4096, "precision": "fp8",
    },
    "axolotl-llama-3.1-8b.yaml": {
        "chips": 16, "microbatch": 1, "global_batch_sequences": 32, "tokens": 2000 * 32 * 8192, "zero_stage": 3,
        "recompute": 2, "precision": "bf16", "flash_attention": 1, "tp": 1, "pp": 1,
    },
    "axolotl-lora.yml": {"microbatch": 1, "context_tokens": 4096, "zero_stage": 0, "recompute": 2},
    "torchtitan-llama-3.1-405b.toml": {
        "chips": 512, "tp": 8, "microbatch": 2, "global_batch_sequences": 128, "tokens": 3000 * 128 * 8192,
        "precision": "fp8", "recompute": 2, "zero_stage": 3,
    },
    "nemo-gpt-5b.yaml": {
        "chips": 160, "tp": 2, "microbatch": 2, "global_batch_sequences": 1280, "tokens": 75000 * 1280 * 2048,
        "zero_stage": 1, "recompute": 1, "precision": "bf16", "layers": 24,
    },
    "verl-grpo-7b.yaml": {
        "chips": 32, "tp": 2, "context_tokens": 4096, "global_batch_sequences": 1024, "tokens": 300 * 512 * 8 * 4096,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_of_each_framework_gives_the_inputs_worked_by_hand(name: str) -> None:
    found = made(FILES / name)
    assert {key: found.inputs.get(key) for key in EXPECTED[name]} == EXPECTED[name]
    assert found.report["unknown"] == []
    assert all(entry["why"] for kind in ("derived", "ignored") for entry in found.report[kind])


def test_all_files_are_tested() -> None:
    assert {path.name for path in FILES.iterdir() if path.suffix not in {".json", ".md"}} == {*EXPECTED}


def test_gpt_3_has_its_parameters_by_its_arguments() -> None:
    told = {entry["input"]: entry["value"] for entry in made(FILES / "megatron-gpt3-175b.sh").report["derived"]}
    assert told["params"] == pytest.approx(174.6e9, rel=0.005)


def test_a_model_and_its_run_make_an_estimate() -> None:
    run = gigacost.estimate(
        model_config=FILES / "llama-3.1-8b.json",
        train_config=FILES / "axolotl-llama-3.1-8b.yaml",
        hardware="h100-sxm",
    )
    assert (run.inputs["chips"], run["step_tokens"], run["training_steps"]) == (16, 32 * 8192, 2000)
    assert {entry["file"] for entry in run.config["read"]} == {
        str(FILES / "llama-3.1-8b.json"),
        str(FILES / "axolotl-llama-3.1-8b.yaml"),
    }


def test_the_batch_of_axolotl_is_told_with_the_number_of_chips() -> None:
    assert "global_batch_sequences" not in made(FILES / "axolotl-lora.yml").inputs
    assert made(FILES / "axolotl-lora.yml", chips=8).inputs["global_batch_sequences"] == 1 * 4 * 8


def test_what_the_model_does_not_know_is_said() -> None:
    told = " ".join(map(str, made(FILES / "axolotl-lora.yml").warnings))
    assert 'adapter = "qlora": taken as training of all parameters' in told
    assert "taken as Adam, whose state has 12 bytes a parameter" in told
    assert "rollouts, rewards and the reference are left out" in str(made(FILES / "verl-grpo-7b.yaml").warnings[0])


LORA = {"base_model": "x", "adapter": "lora", "lora_r": 16, "micro_batch_size": 1, "sequence_len": 4096}


def test_an_adapter_has_the_memory_of_its_own_parameters() -> None:
    model = FILES / "mistral-7b.json"
    found = configured(Configs(model, {**LORA, "lora_target_modules": ["q_proj", "v_proj"]}), {}, (), LIMITS)
    trained = 32 * 16 * ((4096 + 4096) + (4096 + 1024))  # layers x rank x (in + out) of q and v: 6.8M
    total = {entry["input"]: entry["value"] for entry in found.report["derived"]}["params"]
    assert found.inputs["optimiser_byte"] == pytest.approx(12 * trained / total)
    assert found.inputs["gradient_byte"] == pytest.approx(4 * trained / total)
    assert any("the arithmetic of training all parameters" in str(warning) for warning in found.warnings)
    every = configured(Configs(model, {**LORA, "lora_target_linear": True, "load_in_4bit": True}), {}, (), LIMITS)
    assert every.inputs["weight_byte"] == pytest.approx(0.516, rel=1e-3)
    assert every.inputs["optimiser_byte"] > 5 * found.inputs["optimiser_byte"]


@pytest.mark.parametrize("change", [{"lora_r": None}, {"lora_target_modules": ["experts"]}, {}])
def test_an_adapter_of_unknown_size_is_taken_as_training_of_all(change: dict[str, Any]) -> None:
    found = configured(Configs(FILES / "mistral-7b.json", {**LORA, **change}), {}, (), LIMITS)
    assert "optimiser_byte" not in found.inputs
    assert any("taken as training of all parameters" in str(warning) for warning in found.warnings)


def test_a_qlora_of_7b_fits_into_one_card() -> None:
    run = gigacost.estimate(
        model_config=FILES / "mistral-7b.json", train_config=FILES / "axolotl-lora.yml", tokens="100M",
        hardware="rtx4090", chips=1, provider_class="marketplace",
    )  # fmt: skip
    assert run.status == "ok"


BASE = {"tensor_model_parallel_size": 2, "micro_batch_size": 1, "global_batch_size": 64, "seq_length": 4096}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {"pp": 1, "cp": 1, "zero_stage": 0, "recompute": 0, "sequence_parallel": 0}),
        ({"use_torch_fsdp2": True}, {"zero_stage": 3}),
        ({"data_parallel_sharding_strategy": "optim_grads"}, {"zero_stage": 2}),
        ({"recompute_granularity": "full"}, {"recompute": 2}),
        ({"bf16": True, "fp8_format": "e4m3", "fp8_recipe": "mxfp8"}, {"precision": "mxfp8"}),
        ({"fp16": True}, {"precision": "fp16"}),
        ({"optimizer": "sgd"}, {"optimiser_byte": 8}),
        ({"train_iters": 10}, {"tokens": 10 * 64 * 4096}),
        ({"train_samples": 1000}, {"tokens": 1000 * 4096}),
        ({"num_layers": 4, "hidden_size": 192, "num_attention_heads": 4, "swiglu": True, "vocab_size": 100},
         {"ffn": 512, "glu": 1, "kv_heads": 4, "head_dim": 48, "tied_embeddings": 1}),
        ({"num_layers": 4, "hidden_size": 64, "num_attention_heads": 4, "num_query_groups": 2}, {"kv_heads": 4}),
        ({"num_layers": 4, "hidden_size": 64, "num_attention_heads": 4, "num_query_groups": 2,
          "group_query_attention": True}, {"kv_heads": 2}),
        ({"num_layers": 5, "hidden_size": 64, "num_attention_heads": 4, "num_experts": 8, "moe_layer_freq": 2},
         {"dense_layers": 2, "experts_per_token": 2, "expert_tp": 2, "ep": 1}),
    ],
)  # fmt: skip
def test_arguments_of_megatron_and_their_defaults(change: dict[str, Any], expected: dict[str, Any]) -> None:
    inputs = made({**BASE, **change}).inputs
    assert {name: inputs.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tensor_model_parallel_size": 0}, "tensor_model_parallel_size = 0: out of range; allowed: a whole number, 1"),
        ({"tensor_model_parallel_size": "two"}, "expected integer, got string"),
        ({"nnodes": 3, "nproc_per_node": 1}, "3 chips cannot be shared out among copies of tp 2 x pp 1 x cp 1 = 2"),
        ({"nnodes": 3, "nproc_per_node": 8}, "global_batch_size = 64: cannot be shared out among the ranks"),
        ({"train_iters": 10, "train_samples": 10}, "given beside train_iters; allowed: one of the two"),
        ({"bf16": True, "fp16": True}, "fp16 = True: given beside bf16"),
        ({"recompute_granularity": "half"}, 'recompute_granularity = "half": no such value; allowed: selective, full'),
        ({"num_layers": 4, "hidden_size": 63, "num_attention_heads": 4}, "does not divide hidden_size"),
        ({"num_layers": 4, "num_attention_heads": 4}, "hidden_size: missing value"),
        ({"num_layers": 4, "hidden_size": 64, "num_attention_heads": 4, "num_experts": 4, "moe_router_topk": 5},
         "more than there are experts; allowed: at most 4"),
        ({"num_layers": 4, "hidden_size": 64, "num_attention_heads": 4, "num_experts": 4, "moe_layer_freq": "[0]*9"},
         "not a pattern of 4 layers"),
        ({"num_layers": 4, "hidden_size": 64, "num_attention_heads": 4, "num_experts": 4,
          "moe_layer_freq": "[0]*999999+[1,1,1]*999999"}, "not a pattern of 4 layers"),
        ({"num_layers": 6, "hidden_size": 64, "num_attention_heads": 4, "pipeline_model_parallel_size": 2,
          "num_layers_per_virtual_pipeline_stage": 2}, "6 layers on 2 stages are no whole number of such pieces"),
    ],
)  # fmt: skip
def test_contradictions_in_arguments_are_refused(change: dict[str, Any], says: str) -> None:
    assert says in refusal({**BASE, **change})


def test_a_mapping_of_no_framework_is_refused() -> None:
    assert "train_config: no configuration that is known here; allowed: arguments of Megatron-LM" in refusal({"a": 1})


def test_axolotl_refuses_two_kinds_of_sharding() -> None:
    both = {"base_model": "x", "deepspeed": "zero3.json", "fsdp_version": 2}
    assert "given beside fsdp; allowed: one of the two" in refusal(both)
    assert made({"base_model": "x", "deepspeed": "deepspeed_configs/zero2.json"}).inputs["zero_stage"] == 2


def test_torchtitan_takes_what_is_left_for_sharding() -> None:
    base = {"training": {"local_batch_size": 4, "seq_len": 2048, "steps": 10}}
    rest = {**base, "parallelism": {"data_parallel_shard_degree": -1, "tensor_parallel_degree": 2}}
    assert "chips" not in made(rest).inputs
    assert made(rest, chips=16).inputs["global_batch_sequences"] == 4 * 8
    assert "out of range; allowed: -1" in refusal({**base, "parallelism": {"data_parallel_shard_degree": 0}})


class TestArguments:
    """A shell script is read, not run."""

    def test_variables_defaults_and_products_are_put_in(self, tmp_path: Path) -> None:
        text = """
NODES=4; GPUS=8
TP=${TP:-2}
export BATCH="128"
WORLD=$((NODES * GPUS))
ARGS="--tensor-model-parallel-size $TP \\
  --micro-batch-size=1 --global-batch-size $BATCH"
ARGS+=" --seq-length 4096"
torchrun --nnodes $NODES --nproc-per-node ${GPUS} pretrain_gpt.py $ARGS --train-samples $((WORLD*100)) > log
"""
        inputs = made(written(tmp_path, text)).inputs
        assert (inputs["chips"], inputs["tp"], inputs["global_batch_sequences"]) == (32, 2, 128)
        assert inputs["tokens"] == 3200 * 4096

    def test_a_variable_that_nobody_sets_is_refused_unless_it_is_given(self, tmp_path: Path) -> None:
        path = written(tmp_path, "run --tensor-model-parallel-size $1 --seq-length $SEQ --micro-batch-size 1")
        assert "a variable that is not set in the file" in refusal(path)
        assert made(path, tp=4, context_tokens=4096).inputs["microbatch"] == 1

    @pytest.mark.parametrize(
        "text", ["A=(" + '"' * 20_000, "A=(" * 20_000, ('x "\n' * 20_001), "$((" * 20_000, "${" * 50_000]
    )
    def test_what_never_ends_is_read_once(self, tmp_path: Path, text: str) -> None:
        begin = time.process_time()
        assert made(written(tmp_path, f"run --seq-length 512 --other \n{text}")).inputs["context_tokens"] == 512
        assert time.process_time() - begin < 5.0

    def test_nothing_is_run(self, tmp_path: Path) -> None:
        text = f"run --seq-length 512 --load $(touch {tmp_path}/made) --save `touch {tmp_path}/made`"
        assert made(written(tmp_path, text)).inputs["context_tokens"] == 512
        assert not (tmp_path / "made").exists()

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "no arguments"),
            ("echo hello\n", "no arguments; allowed: options as --num-layers 32"),
            ("run --seq-length 512 --seq-length 1024", "seq_length = 1024: given twice"),
            ("\n".join(["A=x", *["A=$A$A"] * 60]) + "\nrun --a $A", "make more of each other"),
            ("A=" + "x" * 1000 + "\nrun --a " + "$A" * 5000, "make more of each other"),
            ("run --a " + "x" * 300_000, "too long for a list of arguments; allowed: at most 262144 characters"),
            ("A=$B$B$B$B\nB=$C$C$C$C\nC=$D$D$D$D\nD=" + "x" * 9000 + "\nrun --a $A", "make more of each other"),
        ],
    )
    def test_what_is_no_list_of_arguments_is_refused(self, tmp_path: Path, text: str, says: str) -> None:
        assert says in refusal(written(tmp_path, text))
