"""The module alone: what it computes of whole specifications, what is said of it, what is refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import invoke, spec_file
from modules import designs_of, differing, drawn, engine, node, random_request, request, told

from gigacost import SpecError, estimate
from gigacost.compiler.bound import Bound
from gigacost.compiler.wasm.draws import drawn_from
from gigacost.compiler.wasm.write import written
from gigacost.explore.module import compiled_module, module
from gigacost.explore.outputs import outputs
from gigacost.model import default
from gigacost.queries.request import Request

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
COUNT = int(os.environ.get("GIGACOST_MODULE_DESIGNS", "2500"))
"""How many designs of each specification are compared."""

MIXTURES: dict[str, Any] = {
    "axes": {
        "as_of": ["2023-06-01", "2024-06-01", "2025-06-01", "2026-06-01"],
        "model": ["llama-3.1-405b", "deepseek-v3", "mixtral-8x22b", "qwen3-235b-a22b", "llama-3.1-8b"],
        "market": ["own", "colo", "on_demand", "reserved_1y", "reserved_3y", "spot"],
        "chips": {"from": 64, "to": 65536, "steps": 30, "scale": "log", "multiple_of": 8},
        "tokens": {"from": "100B", "to": "30T", "steps": 30, "scale": "log"},
        "sequence_tokens": [4096, 32768, 131072],
    },
    "zip": [
        {
            "hardware": ["a100-sxm-80", "h100-sxm", "b200-sxm", "gb200-nvl72", "mi300x", "tpu-v5p"],
            "provider_class": [*["neocloud"] * 5, "hyperscaler"],
        }
    ],
    "query": {"columns": ["tp", "pp", "cp", "ep", "dp", "memory_use", "step_seconds", "mfu"]},
}
"""Mixtures of experts, dates, markets, long sequences; chips of those who rent them out."""


def planner(**fixed: Any) -> Any:
    """The planner's specification, with more that is fixed."""
    made = Request.of_file(ROOT / "examples" / "planner.toml", settings=[(k, str(v)) for k, v in fixed.items()])
    return made.bound


SPECS = {
    "planner": planner,
    "planner with a given MFU": lambda: planner(mfu=0.4),
    "mixtures": lambda: request(MIXTURES),
    "trillion": lambda: Request.of_file(ROOT / "examples" / "trillion.toml").bound,
}


@pytest.mark.parametrize("name", SPECS)
def test_designs_have_the_bits_of_the_engine(name: str) -> None:
    bound = SPECS[name]()
    made = written(bound, outputs(bound))
    designs = designs_of(bound.sizes, COUNT, seed=17)
    with node() as running:
        running.run(made, designs, chunk=999)
        values, status = told(running.answers()[0], len(made.outputs))
    expected, state = engine(bound, made.outputs, designs)
    wrong = np.argwhere(differing(values, expected))
    assert [(made.outputs[column], designs[row].tolist()) for row, column in wrong[:5]] == []
    assert status.tolist() == state.tolist()
    # Something is asked: designs that are, and some that are not, with many values.
    assert (status == 0).mean() > 0.1
    assert len(set(status.tolist())) > 1
    assert len(set(values[:, made.outputs.index("cost_total_usd")].tolist())) > COUNT / 20


def test_specifications_at_random_have_the_bits_of_the_engine() -> None:
    rng = np.random.default_rng(23)
    cases = []
    with node() as running:
        for place in range(6):
            bound = random_request(rng)
            made = written(bound, outputs(bound))
            designs = designs_of(bound.sizes, COUNT // 10, seed=place)
            cases.append((bound, made, designs))
            running.run(made, designs, chunk=50)
        answers = running.answers()
    for (bound, made, designs), answer in zip(cases, answers, strict=True):
        values, status = told(answer, len(made.outputs))
        expected, state = engine(bound, made.outputs, designs)
        assert not differing(values, expected).any(), bound.spec
        assert status.tolist() == state.tolist(), bound.spec


def test_draws_are_those_of_estimates() -> None:
    bound = planner()
    code, about = module(bound)
    designs = designs_of(bound.sizes, 3, seed=5)
    names = [one["name"] for one in about["draws"]["outputs"]]
    count = about["draws"]["count"]
    assert about["without_draws"] is None
    assert {"cost_total_usd", "train_days", "mfu", "cost_rent_usd"} <= set(names)
    with node() as running:
        running.draw(code, about, designs)
        (answer,) = running.answers()
    whole = 8 * count * len(names)
    each = whole + 8 * len(about["outputs"]) + 1
    for place, (design, values) in enumerate(zip(designs.astype(int), drawn(answer, about), strict=True)):
        settings = bound.settings(int(np.ravel_multi_index(tuple(design), bound.sizes)))
        found = estimate(settings, draws=count)
        for column, name in enumerate(names):
            ordered = np.sort(values[:, column])
            interval = found.intervals.get(name)
            if interval is None or interval["feasible"] != 1.0:
                continue
            for percent in (5, 10, 50, 90, 95):
                assert ordered[percent * (count - 1) // 100] == interval[f"p{percent}"], (name, percent, settings)
        # What was run in between, from the last design on, is what it is without draws.
        told_between = told(answer[each * place + whole : each * (place + 1)], len(about["outputs"]))
        expected = engine(bound, [one["name"] for one in about["outputs"]], designs[::-1][place : place + 1])
        assert not differing(told_between[0], expected[0]).any()
        assert told_between[1].tolist() == expected[1].tolist()


def test_draws_are_clipped_where_a_design_leaves_less_room() -> None:
    """What electricity emits is uncertain by a factor, which its legal range clips the more the more it is."""
    bound = request(
        {
            "axes": {"region": ["us-tx", "us-or", "france", "india"], "market": ["own"]},
            "fixed": {"hardware": "h100-sxm", "chips": 512, "params": 7e9, "tokens": 1e12},
        }
    )
    drawing = Bound(replace(bound.own, default_uncertain=True), bound.model, bound.catalog)
    carbon = drawn_from(drawing, "carbon_g_per_kwh")
    assert carbon is not None
    assert len(set(carbon.limits)) > 1
    code, about = module(bound)
    names = [one["name"] for one in about["draws"]["outputs"]]
    designs = np.array([[place, 0] for place in range(4)], np.uint32)
    with node() as running:
        running.draw(code, about, designs)
        (answer,) = running.answers()
    for place, values in enumerate(drawn(answer, about)):
        found = estimate(bound.settings(place), draws=about["draws"]["count"])
        for name in ("carbon_t", "energy_mwh"):
            ordered = np.sort(values[:, names.index(name)])
            told_percentiles = [ordered[percent * (len(ordered) - 1) // 100] for percent in (5, 10, 50, 90, 95)]
            assert told_percentiles == [found.intervals[name][f"p{percent}"] for percent in (5, 10, 50, 90, 95)]


def test_the_command_writes_the_module_and_what_is_said_of_it(capsys: Capture, tmp_path: Path) -> None:
    done = invoke(capsys, "explore", spec_file(tmp_path), "--module", str(tmp_path / "model"), "--json")
    assert done.code == 0
    code = (tmp_path / "model" / "model.wasm").read_bytes()
    about = json.loads((tmp_path / "model" / "model.json").read_text())
    assert done.json["axes"] == {"hardware": 2, "chips": 3, "precision": 2}
    assert done.json["outputs"] == [one["name"] for one in about["outputs"]]
    assert done.json["module_bytes"] == len(code)
    assert code.startswith(b"\0asm\1\0\0\0")
    assert about["format"] == 1
    assert about["axes"][1] == {"name": "chips", "values": [256, 512, 1024], "unit": "chip"}
    assert about["axes"][0] == {"name": "hardware", "values": ["a100-sxm-80", "h100-sxm"]}
    assert {"name": "cost_total_usd", "unit": "$"} in about["outputs"]
    assert about["states"][0] == "ok"
    assert 0 < about["offsets"]["heap"] <= about["pages"] * 65536
    assert about["offsets"]["axes"] == {"hardware": 0, "chips": 4, "precision": 8}
    assert list(about["offsets"]["outputs"].items())[:2] == [(done.json["outputs"][0], 0), (done.json["outputs"][1], 8)]
    meta = Request.of_file(tmp_path / "spec.toml").space().meta
    assert {name: about[name] for name in meta} == meta
    again = invoke(capsys, "explore", spec_file(tmp_path), "--module", str(tmp_path / "model"))
    assert again.code == 0
    assert "model.wasm" in again.out
    assert (tmp_path / "model" / "model.wasm").read_bytes() == code


def test_the_module_is_asked_as_is_said_of_it(capsys: Capture, tmp_path: Path) -> None:
    """A reader that knows nothing but model.json."""
    invoke(capsys, "explore", spec_file(tmp_path), "--module", str(tmp_path))
    about = json.loads((tmp_path / "model.json").read_text())
    bound = Request.of_file(tmp_path / "spec.toml").bound
    made = written(bound, [one["name"] for one in about["outputs"]])
    designs = np.array([[1, 2, 0], [0, 0, 1], [1, 1, 0]], np.uint32)
    with node() as running:
        running.run(made, designs)
        values, status = told(running.answers()[0], len(made.outputs))
    for design, row, code in zip(designs.tolist(), values, status.tolist(), strict=True):
        chosen = {axis["name"]: axis["values"][i] for axis, i in zip(about["axes"], design, strict=True)}
        if about["states"][code] != "ok":
            assert chosen["precision"] == "fp8"
            continue
        found = estimate({**chosen, "params": "13B", "tokens": "2T"})
        for output, value in zip(about["outputs"], row.tolist(), strict=True):
            assert found[output["name"]] == (None if np.isnan(value) else value), output["name"]


def test_the_program_in_the_docs_says_what_the_engine_says(capsys: Capture, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "explore-module.md").read_text()
    (program,) = re.findall(r"^```js\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    bound = planner()
    invoke(capsys, "explore", str(ROOT / "examples" / "planner.toml"), "--module", str(tmp_path / "model"))
    with node():
        done = subprocess.run(["node", "-e", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    design = np.array([list(map(int, re.search(r"Uint32Array\(\[(.*?)\]", program)[1].split(",")))], np.uint32)
    name, value, state = done.stdout.split()
    expected, codes = engine(bound, [name], design)
    assert float(value) == expected[0, 0]
    assert (state == "ok") == (codes[0] == 0)


def test_axes_that_vary_together_are_one() -> None:
    _, about = compiled_module(request(MIXTURES), ["mfu"])
    axis = about["axes"][-1]
    assert axis["name"] == "hardware+provider_class"
    assert axis["values"][0] == "a100-sxm-80, neocloud"
    assert [column["name"] for column in axis["columns"]] == ["hardware", "provider_class"]
    assert axis["columns"][1]["values"][-1] == "hyperscaler"


def test_an_index_outside_of_an_axis_is_a_trap() -> None:
    bound = request({"axes": {"chips": [8, 64]}, "fixed": {"hardware": "h100-sxm", "params": 7e9, "tokens": 1e11}})
    made = written(bound, ["mfu"])
    with node() as running:
        running.run(made, np.array([[1]], np.uint32), kind="trap")
        running.run(made, np.array([[2]], np.uint32), kind="trap")
        assert [answer.decode() for answer in running.answers()] == ["ran", "RuntimeError: unreachable"]


def test_aggregates_over_draws_are_left_out_and_it_is_said(capsys: Capture, tmp_path: Path) -> None:
    asked = ("explore", str(ROOT / "examples" / "uncertain.toml"), "--module", str(tmp_path / "model"))
    done = invoke(capsys, *asked)
    assert done.code == 0
    assert "left out, as aggregates over draws: mean(cost_total_usd), p5(cost_total_usd)" in done.err
    about = json.loads((tmp_path / "model" / "model.json").read_text())
    assert "P(train_days <= 90)" in about["left_out"]
    assert not any("(" in one["name"] for one in about["outputs"])
    assert about["draws"]["count"] == 10_000


def test_what_cannot_be_written_is_refused_by_name() -> None:
    bound = Request.of_file(ROOT / "examples" / "uncertain.toml").bound
    with pytest.raises(SpecError, match=r"mean\(cost_total_usd\).*aggregate over draws"):
        written(bound, ["mfu", "mean(cost_total_usd)"])


def test_more_axes_than_a_module_has_bits_for_are_refused() -> None:
    fixed = {"hardware": "h100-sxm", "chips": 512, "params": 7e9, "tokens": 1e12}
    names = [one.name for one in default().inputs.values() if one.default and one.source and one.unit == "1"]
    axes = {name: [value] for name in names if (value := default().inputs[name].default) == value}
    bound = request({"axes": dict([*axes.items()][:32]), "fixed": fixed})
    with pytest.raises(SpecError, match="axes = 32: too many axes for a module; allowed: <= 31"):
        written(bound, ["mfu"])
    assert len(written(request({"axes": dict([*axes.items()][:31]), "fixed": fixed}), ["mfu"]).bytes) > 1000


@pytest.mark.parametrize(
    ("draws", "what"),
    [
        ({"method": "random"}, "no module makes such draws"),
        ({"correlate": [["chip_price_usd", "rental_usd_per_chip_hour", 0.5]]}, "no module makes correlated draws"),
        ({"count": 100_000}, "too many draws for a module"),
    ],
)
def test_draws_that_no_module_makes_are_said(draws: dict[str, Any], what: str) -> None:
    tree = {
        "axes": {"chips": [8, 64]},
        "fixed": {"hardware": "h100-sxm", "params": 7e9, "tokens": 1e11},
        "uncertain": "default",
        "draws": draws,
    }
    _, about = module(request(tree))
    assert about["draws"] is None
    assert what in about["without_draws"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--module", "no/such/model"), "there is no folder no/such"),
        (("--module", "spec.toml"), "exists and is not a folder"),
        (("--module", "model", "-o", "page.html"), "no page is written with --module"),
        (("--module", "model", "--columns", "no_such_thing"), "unknown"),
    ],
)
def test_what_is_refused(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoke(capsys, "explore", spec_file(tmp_path), *more)
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "model").exists()
