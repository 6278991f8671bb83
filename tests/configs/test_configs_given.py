"""Configurations on the command line, in a specification, as keywords: who wins, what is printed, what is refused."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

import gigacost
from gigacost import SpecError
from gigacost.cli.operations import questions
from gigacost.configs.yaml_text import LARGEST
from gigacost.queries.request import Request
from gigacost.service.limits import Limits
from gigacost.service.operation import Asked, Watch
from gigacost.spec.files import Document

FILES = Path(__file__).parent / "files"
LLAMA = str(FILES / "llama-3.1-8b.json")
AXOLOTL = str(FILES / "axolotl-llama-3.1-8b.yaml")
RUN = ("--tokens", "1T", "--hardware", "h100-sxm", "--chips", "256", "--no-intervals")
Capture = pytest.CaptureFixture[str]


def test_json_lists_every_field(capsys: Capture) -> None:
    found = invoke(capsys, "estimate", "--model-config", LLAMA, *RUN, "--json").json["config"]
    assert sorted(found) == ["derived", "ignored", "read", "unknown"]
    assert found["read"][0] == {"field": "num_hidden_layers", "value": 32, "input": "layers", "file": LLAMA}
    assert {"field", "value", "input", "file", "why"} == {*found["derived"][0]}
    assert "config" not in invoke(capsys, "estimate", "--params", "8B", *RUN, "--json").json


def test_the_screen_has_a_line_and_with_all_every_field(capsys: Capture) -> None:
    short = invoke(capsys, "estimate", "--model-config", LLAMA, *RUN).out
    assert "llama-3.1-8b.json: 8 read, 6 derived, 8 ignored, 0 unknown." in short.replace("\n", "")
    assert "num_hidden_layers" not in short
    everything = invoke(capsys, "estimate", "--model-config", LLAMA, *RUN, "--all").out
    for word in ("num_hidden_layers", "-> layers", "ignored", "how the released weights are stored"):
        assert word in everything


def test_sources_name_file_and_field(capsys: Capture) -> None:
    text = invoke(capsys, "estimate", "--model-config", LLAMA, *RUN, "--sources").out
    table = text.split("From configurations")[1].split("From the catalogue")[0]
    assert "layers" in table
    assert "num_hidden_layers" in table
    precision = gigacost.estimate(train_config=AXOLOTL, params="8B", hardware="h100-sxm").assumption("precision")
    assert (precision.value, precision.source) == ("bf16", f"{AXOLOTL}: bf16")


def test_unknown_fields_are_said(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**json.loads(Path(LLAMA).read_text()), "novel": 1}))
    done = invoke(capsys, "top", "--model-config", path, "--train-config", AXOLOTL, "--hardware", "h100-sxm")
    assert done.code == 0
    assert "1 unknown (novel)" in done.err


@pytest.mark.parametrize("flag", ["--chips", "--set"])
def test_flags_win_over_files_and_that_is_a_note(capsys: Capture, flag: str) -> None:
    given = ("--chips", "64") if flag == "--chips" else ("--set", "chips=64")
    design = ("--model-config", LLAMA, "--train-config", AXOLOTL, "--hardware", "h100-sxm", "--no-intervals")
    done = invoke(capsys, "estimate", *design, *given, "--json")
    assert f"note: chips = 64, as given, replaces 16 of {AXOLOTL}: dp_shard_size" in done.err
    assert done.json["inputs"]["chips"] == 64
    other = invoke(capsys, "estimate", *design, "--json")
    assert (other.json["inputs"]["chips"], other.err) == (16, "")


def test_a_list_of_a_flag_wins_too(capsys: Capture) -> None:
    design = ("--model-config", LLAMA, "--train-config", AXOLOTL, "--hardware", "h100-sxm", "--no-intervals")
    done = invoke(capsys, "estimate", *design, "--chips", "8,32", "--json")
    assert [one["inputs"]["chips"] for one in done.json] == [8, 32]
    assert "the axis chips, as given, replaces 16" in done.err


def test_files_win_over_a_preset() -> None:
    assert gigacost.Catalog.bundled().presets["llama-3.1-405b"].fixed["chips"] == 16384
    run = {"base_model": "x", "dp_shard_size": 4096, "micro_batch_size": 1, "sequence_len": 8192}
    found = gigacost.estimate(preset="llama-3.1-405b", train_config=run, tp=1, mfu=0.4)
    assert found.inputs["chips"] == 4096


def test_a_shape_that_is_changed_is_counted_again(capsys: Capture) -> None:
    path = str(FILES / "deepseek-v3.json")
    done = invoke(
        capsys, "estimate", "--model-config", path, *RUN, "--mfu", "0.4", "--set", "experts_per_token=4", "--json"
    )
    assert done.json["quantities"]["params_active"] < 28e9


def test_other_parameters_than_those_of_the_shape_are_a_note(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", "--model-config", LLAMA, "--params", "7B", *RUN)
    assert "note: params = 7e+09, as given, replaces 8.03" in done.err


def test_choose_takes_a_file(capsys: Capture) -> None:
    found = invoke(capsys, "estimate", "--model-config", LLAMA, "--tokens", "100B", "--market", "on_demand", "--json")
    assert found.json["answers"][0]["estimate"]["quantities"]["block_layers"] == 32
    assert found.json["config"]["read"]


def test_a_specification_names_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(Path(LLAMA).read_text())
    spec = tmp_path / "plan.toml"
    fixed = '\n[fixed]\ntokens = "1T"\nhardware = "h100-sxm"\n[axes]\nchips = [128, 256]\n'
    spec.write_text(f'version = 1\nmodel_config = "config.json"\n{fixed}')
    sweep = gigacost.Sweep.from_toml(spec)
    assert sweep.spec.fixed["layers"] == 32
    assert sweep.size == 2
    for path in ("../config.json", "/etc/passwd", "~/config.json"):
        spec.write_text(f'version = 1\nmodel_config = "{path}"\n{fixed}')
        with pytest.raises(SpecError, match=r"model_config = .*: leads out of the folder.*plan.toml:2"):
            _ = gigacost.Sweep.from_toml(spec)


def test_a_specification_holds_a_configuration(tmp_path: Path) -> None:
    tree = {
        "version": 1,
        "fixed": {"tokens": "1T", "hardware": "h100-sxm", "chips": 256, "layers": 30},
        "model_config": json.loads(Path(LLAMA).read_text()),
    }
    spec = Request.of_document(Document(tree)).spec
    assert (spec.fixed["layers"], spec.fixed["hidden"]) == (30, 4096)
    assert "layers = 30, as given, replaces 32 of model_config: num_hidden_layers" in spec.notes
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(tree))
    assert gigacost.Sweep.from_toml(path).spec.sha256 == spec.sha256


@pytest.mark.parametrize("key", ["model_config", "train_config"])
@pytest.mark.parametrize("value", [LLAMA, 3, ["a"], True])
def test_a_document_that_is_no_file_names_none(key: str, value: object) -> None:
    with pytest.raises(SpecError) as raised:
        _ = Request.of_document(Document({"version": 1, key: value})).spec
    assert raised.value.field == key


def test_a_service_takes_the_content_and_no_file() -> None:
    operation = {one.name: one for one in questions(lambda _: pytest.fail("nothing is mounted"))}
    fixed = {"tokens": "1T", "hardware": "h100-sxm", "chips": 256}

    def asked(name: str, **documents: Any) -> Any:
        return operation[name].answer(Asked(documents, {"no_intervals": True}), Watch(Limits())).document

    tree = json.loads(Path(LLAMA).read_text())
    found = asked("estimate", spec={"fixed": fixed, "model_config": tree})
    assert found["config"]["read"][0] == {"field": "num_hidden_layers", "value": 32, "input": "layers"}
    wider = {**tree, "intermediate_size": 20480}
    lines = asked("diff", a={"fixed": fixed, "model_config": tree}, b={"fixed": fixed, "model_config": wider})["lines"]
    assert [(line["key"], line["b_from"]) for line in lines] == [("ffn", "model_config: intermediate_size")]
    for key, path in (("model_config", LLAMA), ("train_config", AXOLOTL)):
        with pytest.raises(SpecError, match=f"{key} = .*: a path, where there is no file"):
            asked("estimate", spec={"fixed": fixed, key: path})


@pytest.mark.parametrize("given", [LLAMA, Path(LLAMA), json.loads(Path(LLAMA).read_text())])
def test_keywords_take_a_path_or_a_mapping(given: Any) -> None:
    run = gigacost.estimate(model_config=given, tokens="1T", hardware="h100-sxm", chips=256)
    assert run["params"] == pytest.approx(8.03e9, rel=1e-3)
    within = gigacost.estimate({"model_config": given}, tokens="1T", hardware="h100-sxm", chips=256)
    assert within["cost_total_usd"] == run["cost_total_usd"]
    sweep = gigacost.Sweep({"chips": [128, 256]}, fixed={"tokens": "1T", "hardware": "h100-sxm"}, model_config=given)
    assert sweep.top(1).rows[0]["cost_total_usd"] <= run["cost_total_usd"]


def test_what_files_of_model_and_run_disagree_about_is_refused() -> None:
    other = {"num_layers": 30, "hidden_size": 4096, "num_attention_heads": 32, "seq_length": 4096}
    with pytest.raises(SpecError, match=r"train_config: layers = 30: contradicts .*num_hidden_layers, which makes"):
        gigacost.estimate(model_config=LLAMA, train_config=other, tokens="1T", hardware="h100-sxm", chips=8)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("config.json", b"", "model_config: empty"),
        ("config.json", b"[1, 2]", "model_config: the document is not a table"),
        ("config.json", b'{"model_type": "llama",}', "config.json:1"),
        ("config.json", b'{"vocab_size": NaN}', "NaN is no value"),
        ("config.json", b'{"vocab_size": 1e999}', "vocab_size = inf: infinite"),
        ("config.json", b'{"a": 1, "a": 2}', "model_config.a: the key stands twice"),
        ("config.json", b"[" * 100_000, "nested too deeply (max 32)"),
        ("config.json", b'{"a":' * 40 + b"1" + b"}" * 40, "nested too deeply (max 32)"),
        ("config.json", b"\xff\xfe{}", "not UTF-8 at byte 0"),
        ("config.yaml", b"a: &a [x]\nb: *a\nc: !!python/object/apply:os.system ['true']\n", "the tag"),
        ("config.yaml", b"a: &a [*a]\n", "an alias within what it stands for"),
        ("config.yaml", b"a: 1\na: 2\n", 'the key "a" stands twice'),
        ("config.yaml", b"a: 1:30\n", "is a number to base 60 in YAML; quote it"),
        ("config.yaml", b"a: {b: 1}\nc:\n  <<: {d: 1}\n", "merge keys"),
        ("config.yaml", b"a: [1, 2\n", "not YAML"),
        ("config.yaml", b"a: .inf\n", "model_config.a = inf: infinite"),
        ("config.yaml", b"- 1\n", "not a table of keys and values"),
        ("config.yaml", b"a: " + b"[" * 5000, "nested too deeply (max 32)"),
        ("config.yaml", b"a: '" + b"x" * LARGEST + b"'", "too long for YAML; allowed: at most 1048576 characters"),
        ("config.bin", b"x", "not a configuration file; allowed: a name that ends in .json, .yaml, .yml"),
    ],
)
def test_files_that_say_nothing_sensible_are_one_line(
    capsys: Capture, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    done = invoke(capsys, "estimate", "--model-config", path, *RUN)
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.splitlines()
    assert line.startswith("error: model_config")
    assert says in line


def test_aliases_that_multiply_are_counted(capsys: Capture, tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines))
    done = invoke(capsys, "estimate", "--train-config", path, *RUN)
    assert done.code == 2
    assert "more than 50,000 values, with what aliases repeat" in done.err


@pytest.mark.parametrize("name", ["missing.json", "", "folder.json", "pipe.json"])
def test_what_is_no_file_is_refused(capsys: Capture, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    done = invoke(capsys, "estimate", "--model-config", tmp_path / name, *RUN)
    assert done.code == 2
    assert done.err.startswith("error: model_config")


def test_yaml_needs_its_extra(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    done = invoke(capsys, "estimate", "--train-config", AXOLOTL, *RUN)
    assert done.code == 2
    assert done.err == "error: train_config: PyYAML is not installed; allowed: pip install 'gigacost[configs]'\n"


def test_what_is_taken_otherwise_is_a_warning_and_with_strict_an_error(capsys: Capture) -> None:
    given = ("--model-config", str(FILES / "mistral-7b.json"), *RUN)
    assert "warning: model_config.sliding_window = 4096: taken as" in invoke(capsys, "estimate", *given).err
    done = invoke(capsys, "estimate", *given, "--strict")
    assert done.code == 2
    assert "error: model_config.sliding_window = 4096: taken as" in done.err


def test_faults_of_a_configuration_have_field_and_value() -> None:
    with pytest.raises(SpecError) as raised:
        gigacost.estimate(model_config={**json.loads(Path(LLAMA).read_text()), "num_hidden_layers": 0}, tokens="1T")
    (fault,) = raised.value.faults
    assert (fault.field, fault.value) == ("model_config.num_hidden_layers", "0")
    assert fault.allowed.startswith("a whole number, 1 to")
