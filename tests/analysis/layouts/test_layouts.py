"""The layouts of a design: the best are those that an estimate and a sweep find, and the others have their reasons."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Layouts, SpecError, Sweep, estimate, layouts
from gigacost.analysis.layouts.candidates import PARTS
from gigacost.model import default

Capture = pytest.CaptureFixture[str]
LLAMA: dict[str, Any] = {"model": "llama-3.1-70b", "hardware": "h100-sxm", "chips": 256, "tokens": "2T"}
MIXTURE: dict[str, Any] = {
    "model": "qwen3-235b-a22b",
    "hardware": "gb200-nvl72",
    "chips": 288,
    "precision": "mxfp8",
    "tokens": "9T",
}
COMMAND = ("layout", "--model", "llama-3.1-70b", "--hardware", "h100-sxm", "--chips", "256", "--tokens", "2T")
SEARCH = next(search for search in default().searches if search.name == "layout")
AXES = dict(SEARCH.over)


@pytest.fixture(scope="module")
def found() -> Layouts:
    return layouts(LLAMA)


@pytest.mark.parametrize("design", [LLAMA, MIXTURE], ids=["dense", "mixture"])
def test_the_best_layout_is_the_one_the_model_chooses(design: dict[str, Any]) -> None:
    best = layouts(design, top=1).best[0]
    reachable = {**design, "pace": "reachable"}
    chosen = Sweep(fixed=reachable, columns=[*AXES, "step_seconds", "mfu"]).to_numpy()
    assert {axis: chosen[axis][0] for axis in AXES} == dict(best.axes)
    assert chosen["step_seconds"][0] == best.step_seconds
    assert chosen["mfu"][0] == best.mfu
    assert estimate({**reachable, "rental_usd_per_chip_hour": 2})["step_seconds"] == best.step_seconds


def test_the_best_layouts_are_those_of_a_sweep_over_their_axes(found: Layouts) -> None:
    untried = " and ".join(f"not {condition}" for condition in SEARCH.unless)
    reachable = {**LLAMA, "pace": "reachable"}
    sweep = Sweep(
        {name: list(values) for name, values in AXES.items()}, fixed=reachable, where=untried, columns=["mfu"]
    )
    rows = sweep.top(10, by="step_seconds").rows
    assert [one.step_seconds for one in found.best] == [row["step_seconds"] for row in rows]
    assert [dict(one.axes) for one in found.best] == [{axis: row[axis] for axis in AXES} for row in rows]
    assert found.candidates == sweep.size > found.legal > found.fitting > len(found.best)


def test_time_and_memory_are_the_sums_of_their_parts(found: Layouts) -> None:
    for one in (*found.best, *(loser.layout for loser in found.losing)):
        assert set(one.parts) == set(PARTS)
        assert sum(one.parts.values()) == pytest.approx(one.step_seconds, rel=1e-12)
        assert sum(one.memory.values()) == pytest.approx(one.memory_per_chip_gib, rel=1e-12)
        assert one.memory_per_chip_gib <= found.mem_gib
        chips = one.axes["tp"] * one.axes["pp"] * one.axes["cp"] * one.dp + one.idle_chips
        assert chips == LLAMA["chips"]


def test_a_choice_that_loses_is_the_best_with_that_choice(found: Layouts) -> None:
    winner = found.best[0]
    assert [one.slower for one in found.losing] == sorted(one.slower for one in found.losing)
    for one in found.losing[:3]:
        axis, value = next(iter(one.change.items()))
        again = layouts({**LLAMA, axis: [value]}, top=1).best[0]
        assert again.step_seconds == one.layout.step_seconds
        assert one.slower == pytest.approx(again.step_seconds / winner.step_seconds - 1)
        assert one.slower >= 0
        for part, more in one.by.items():
            assert more == pytest.approx((again.parts[part] - winner.parts[part]) / winner.step_seconds)


def test_every_value_of_an_axis_wins_loses_or_fails(found: Layouts) -> None:
    for axis, values in AXES.items():
        told = {found.best[0].axes[axis]}
        told |= {one.change[axis] for one in found.losing if axis in one.change}
        told |= {one.change[axis] for one in found.failing if list(one.change) == [axis]}
        assert told == set(values)


def test_what_fails_has_its_reason(found: Layouts) -> None:
    reasons = {next(iter(one.change.items())): one.reason for one in found.failing if len(one.change) == 1}
    assert reasons["tp", 16] == "wider than the scale-up domain (8)"
    assert reasons["ep", 2] == "a dense model has no experts to share out"
    assert reasons["recompute", 1] == "not tried: computing selected activations again saves no memory"
    for axis, value in [("tp", 16), ("ep", 2)]:
        with pytest.raises(SpecError):
            layouts({**LLAMA, axis: value})


@pytest.mark.parametrize(
    ("design", "axis", "value", "says"),
    [
        ({**LLAMA, "tp": [3, 8]}, "tp", 3, "does not divide 64 attention heads"),
        ({**LLAMA, "pp": [1, 100]}, "pp", 100, "more stages than 80 layers can be cut into"),
        ({**LLAMA, "chips": 8, "pp": [1, 16], "model": "llama-3.1-8b"}, "pp", 16, "would take more than 8 chips"),
        ({**MIXTURE, "ep": [1, 48]}, "ep", 48, "does not divide 128 experts"),
        ({**MIXTURE, "expert_tp": 8, "tp": 1, "cp": 1, "pp": 4}, "ep", 4, "expert_tp · ep would not divide the chips"),
        ({**LLAMA, "zero_stage": [1, 3], "tp": 1, "pp": 1}, "zero_stage", 1, " GiB of 80"),
    ],
)
def test_reasons_name_what_stands_in_the_way(design: dict[str, Any], axis: str, value: int, says: str) -> None:
    (failure,) = (one for one in layouts(design).failing if dict(one.change) == {axis: value})
    assert says in failure.reason


def test_layouts_that_lack_memory_would_be_faster_than_the_best() -> None:
    found = layouts(model="llama-3.1-405b", hardware="h100-sxm", chips=512)
    lacking = [one for one in found.failing if "faster" in one.reason]
    assert lacking
    for one in lacking:
        assert one.needed_gib is not None
        assert one.needed_gib > found.mem_gib
        assert {"tp", "pp"} <= set(one.change)
    assert [one.needed_gib for one in lacking] == sorted(one.needed_gib or 0 for one in lacking)


def test_axes_that_are_given_are_not_searched(found: Layouts) -> None:
    pinned = layouts({**LLAMA, "tp": 8, "pp": [4, 8]})
    assert {(one.axes["tp"], one.axes["pp"]) for one in pinned.best} <= {(8, 4), (8, 8)}
    assert pinned.candidates == found.candidates * 2 // (len(AXES["tp"]) * len(AXES["pp"]))
    assert not any("tp" in one.change for one in pinned.losing)


def test_layouts_that_are_worth_trying_only_when_asked_for_are_tried_then() -> None:
    asked = layouts({**LLAMA, "cp": 2, "microbatch": 2}, top=1).best[0]
    assert (asked.axes["cp"], asked.axes["microbatch"]) == (2, 2)


def test_a_published_architecture_brings_its_tokens() -> None:
    own = layouts(model="llama-3.1-405b", hardware="h100-sxm", chips=16384)
    assert own.inputs["tokens"] == 15.6e12
    assert "15.6T" in own.notes[0]
    assert own.best == layouts(model="llama-3.1-405b", hardware="h100-sxm", chips=16384, tokens="15.6T").best
    assert own.global_batch_sequences * own.sequence_tokens == 2048 * 8192


def test_the_band_is_that_of_the_chip_and_the_kind() -> None:
    dense, mixture = layouts(LLAMA), layouts(MIXTURE)
    assert dense.is_calibrated
    assert dense.error_band is not None
    assert mixture.error_band is not None
    assert mixture.error_band[1] > dense.error_band[1]
    other = layouts({**LLAMA, "hardware": "tpu-v5p"})
    assert not other.is_calibrated
    assert other.error_band is not None
    assert other.error_band[0] < dense.error_band[0] < 0 < dense.error_band[1] < other.error_band[1]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"hardware": "h1000"}, 'did you mean "h100-sxm"?'),
        ({"model": "llama-3.1-7b0"}, 'did you mean "llama-3.1-70b"?'),
        ({"precision": "fp4"}, "not on h100-sxm; allowed: "),
        ({"chips": 0}, "out of range"),
        ({"chips": [8, 16]}, "chips: one design has one value; only the axes of its layout may have several"),
        ({"tp": 0}, "out of range"),
        ({"tp": [4, 4]}, "the same as"),
        ({"zero_stage": 4}, "out of range"),
        ({"tpp": 4}, "unknown name"),
        ({"chips": 1}, "no layout fits: the leanest needs "),
        ({"tp": 16}, "no layout of these chips is legal"),
        ({"hardware": "a10g"}, "no network data"),
        ({"hardware": "mi455x"}, "no network data"),
        ({"model": None}, "missing"),
    ],
)
def test_bad_designs_are_refused(changed: dict[str, Any], says: str) -> None:
    design = {name: value for name, value in {**LLAMA, **changed}.items() if value is not None}
    with pytest.raises(SpecError) as caught:
        layouts(design)
    assert says in str(caught.value)


@pytest.mark.parametrize("top", [0, -1, True, "3"])
def test_a_number_of_layouts_is_at_least_one(top: Any) -> None:
    with pytest.raises(SpecError, match="not a number of layouts"):
        layouts(LLAMA, top=top)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SpecError, match="tokens: missing value"):
        layouts(params="70B", hardware="h100-sxm", chips=256)
    with pytest.raises(SpecError, match="hardware: missing"):
        layouts(model="llama-3.1-70b", chips=256)


def test_without_tokens_but_with_a_batch_there_is_no_mfu() -> None:
    found = layouts(params="70B", hardware="h100-sxm", chips=256, global_batch_sequences=512)
    assert found.best[0].mfu is None
    assert found.global_batch_sequences == 512


def test_the_command_prints_what_the_library_finds(capsys: Capture, found: Layouts) -> None:
    done = invoke(capsys, *COMMAND, "--json")
    assert done.code == 0
    assert done.json == json.loads(json.dumps(found.to_dict()))
    fewer = invoke(capsys, *COMMAND, "--top", "2", "--set", "tp=4,8", "--json").json
    assert len(fewer["best"]) == 2


@pytest.mark.parametrize("design", [LLAMA, MIXTURE], ids=["dense", "mixture"])
def test_the_screen_shows_the_best_and_why_others_are_not(capsys: Capture, design: dict[str, Any]) -> None:
    options = [part for name, value in design.items() for part in (f"--{name}", str(value))]
    done = invoke(capsys, "layout", *options)
    assert done.code == 0
    titles = ("Shortest steps", "Where the time goes", "GiB of a chip", "What other choices lose", "layouts looked at")
    for title in titles:
        assert title in done.out


def test_how_experts_are_split_is_said_where_it_is_given(capsys: Capture) -> None:
    options = [part for name, value in MIXTURE.items() for part in (f"--{name}", str(value))]
    assert "expert_tp" not in invoke(capsys, "layout", *options).out
    assert "tokens a step, expert_tp 1\n" in invoke(capsys, "layout", *options, "--set", "expert_tp=1").out


def test_an_extrapolated_chip_is_said_to_be_one(capsys: Capture) -> None:
    arguments = [{"h100-sxm": "mi300x"}.get(part, part) for part in COMMAND]
    assert "Extrapolated: no runs of this chip and precision were published" in invoke(capsys, *arguments).out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--top", "0"], "--top"),
        (["--precision", "pf8"], 'did you mean "fp8"?'),
        (["--set", "tp=none"], "(--set)"),
        (["--set", "chips=8"], "set twice"),
        (["--set", "staff_fte=1.0,2.0"], "only the axes of its layout may have several"),
        (["--set", "tp=16"], "no layout of these chips is legal"),
        (["--catalog", "/nowhere.toml"], "nowhere.toml"),
        (["extra"], "extra"),
    ],
)
def test_layout_refuses_bad_options_on_stderr_alone(capsys: Capture, more: list[str], says: str) -> None:
    done = invoke(capsys, *COMMAND, *more)
    assert done.code == 2
    assert says in done.err
    assert done.out == ""
