"""What a change of a specification costs: lines that add up, what is no change, what is told beside them."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest

import gigacost
from gigacost import SpecError, diff
from gigacost.analysis.compare.diff import _exact

RUN: dict[str, Any] = {"hardware": "h100-sxm", "chips": 1024, "params": "70B", "tokens": "2T"}


def spec(fixed: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    return {"version": 1, "as_of": "2026-06-01", "fixed": {**RUN, **(fixed or {})}, **keys}


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


CHANGES: list[dict[str, Any]] = [
    {"chips": 2048},
    {"market": "own", "chips": 2048},
    {"hardware": "b200-sxm", "market": "reserved_1y", "region": "fra", "salary_usd": "300K"},
    {"tokens": "3T", "params": "13B", "precision": "fp8", "pue": 1.1, "staff_fte": 30, "experiments_factor": 1.5},
]


@pytest.mark.parametrize("change", CHANGES)
def test_lines_add_up_to_the_difference_exactly(change: dict[str, Any]) -> None:
    found = diff(spec(), spec(change))
    before, after = (gigacost.estimate(given["fixed"], as_of="2026-06-01") for given in (spec(), spec(change)))
    assert (found.before_usd, found.after_usd) == (before["cost_total_usd"], after["cost_total_usd"])
    assert found.difference_usd == found.after_usd - found.before_usd
    assert math.fsum(line.usd for line in found.lines) == found.difference_usd
    assert {line.key for line in found.lines} == {*change}
    sizes = [abs(line.usd) for line in found.lines]
    assert sizes == sorted(sizes, reverse=True)


def test_what_rounding_leaves_goes_to_the_largest() -> None:
    amounts = [0.1, -7.3, 1e9 / 3, 2.5]
    whole = math.fsum(amounts) + 3e-7
    made = _exact([*amounts], whole)
    assert math.fsum(made) == whole != math.fsum(amounts)
    assert [made[i] for i in (0, 1, 3)] == [amounts[i] for i in (0, 1, 3)]
    assert _exact([], 1.0) == []


def test_a_single_line_costs_the_whole_difference() -> None:
    (line,) = diff(spec(), spec({"chips": 2048})).lines
    assert (line.key, line.a, line.b, line.unit) == ("chips", 1024, 2048, "chip")
    before, after = (gigacost.estimate(RUN, as_of="2026-06-01", chips=chips) for chips in (1024, 2048))
    assert line.usd == after["cost_total_usd"] - before["cost_total_usd"]


def test_turned_around_every_line_costs_the_negative() -> None:
    there, back = diff(spec(), spec(CHANGES[2])), diff(spec(CHANGES[2]), spec())
    costs = {line.key: line.usd for line in back.lines}
    for line in there.lines:
        assert (line.a, line.b) == next((one.b, one.a) for one in back.lines if one.key == line.key)
        assert costs[line.key] == pytest.approx(-line.usd, rel=1e-12)


def test_lines_are_those_of_a_comparison() -> None:
    compared = gigacost.compare({**RUN, "as_of": "2026-06-01"}, {**RUN, **CHANGES[1], "as_of": "2026-06-01"})
    known = {one.name: one.contribution for one in compared.assumptions}
    for line in diff(spec(), spec(CHANGES[1])).lines:
        assert line.usd == pytest.approx(known[line.key], rel=1e-12)


@pytest.mark.parametrize(
    "same",
    [
        {"tokens": "2000B"},
        {"tokens": 2e12, "params": 70_000_000_000},
        {"project_years": "365.25 d"},
        {"project_years": "8766 h"},
        {"market": "on_demand"},
        {"experiments_factor": 2.2},
        {"hardware": "H100-SXM"},
        {"pace": "typical"},
    ],
)
def test_the_same_in_other_words_is_no_change(same: dict[str, Any]) -> None:
    found = diff(spec(), spec(same))
    assert (found.lines, found.other, found.difference_usd) == ((), (), 0.0)


def test_order_comments_and_form_are_no_change(tmp_path: Path) -> None:
    a = file(
        tmp_path, "a.toml", 'version = 1\n[fixed]\nhardware = "h100-sxm"\nchips = 8\nparams = "1B"\ntokens = "1T"\n'
    )
    b = file(
        tmp_path,
        "b.toml",
        '# as before\n[fixed]\ntokens = "1000B" # same\n\nparams = 1e9\nchips=8\nhardware = "h100-sxm"\n',
    )
    c = file(
        tmp_path,
        "c.json",
        json.dumps({"fixed": {"params": "1B", "tokens": "1T", "hardware": "h100-sxm", "chips": 8}}),
    )
    for other in (b, c):
        assert (diff(a, other).lines, diff(a, other).other) == ((), ())


def test_keys_of_one_file_alone_stand_beside_what_stands_in_for_them(tmp_path: Path) -> None:
    text = 'version = 1\n[fixed]\nhardware = "h100-sxm"\nchips = 512\nparams = "13B"\ntokens = "1T"\n'
    a, b = file(tmp_path, "a.toml", text), file(tmp_path, "b.toml", text + "pue = 1.5\nstaff_fte = 10\n")
    found = {line.key: line for line in diff(a, b).lines}
    assert set(found) == {"pue", "staff_fte"}
    assert (found["pue"].a_from, found["pue"].b_from) == ("catalogue", f"{b}:7")
    assert found["pue"].a == gigacost.estimate(RUN).assumption("pue").value
    assert found["pue"].b == 1.5
    assert found["staff_fte"].b_from == f"{b}:8"


def test_lines_that_can_only_change_together_are_one(tmp_path: Path) -> None:
    text = '[fixed]\nhardware = "h200-sxm"\nchips = 16\nparams = "90B"\ntokens = "100B"\nzero_stage = 1\n'
    text += 'recompute = "full"\nmicrobatch = 1\ncp = 1\n'
    a = file(tmp_path, "a.toml", text + "tp = 8\npp = 2\n")
    b = file(tmp_path, "b.toml", text + "tp = 2\npp = 8\n")
    found = diff(a, b)
    (line,) = found.lines
    assert (line.key, line.a, line.b) == ("tp + pp", {"tp": 8, "pp": 2}, {"tp": 2, "pp": 8})
    assert (line.usd, found.meta["impossible"]) == (found.difference_usd, 2)
    assert line.b_from == f"{b}:10, {b}:11"


SIZE = {"params": "70B"}


@pytest.mark.parametrize(
    "run",
    [
        SIZE,
        {**SIZE, "market": "own", "runs_per_year": 3},
        {"preset": "llama-3.1-405b"},
        {**SIZE, "preset": "epoch-2024", "as_of": "2025-06-01"},
        {**SIZE, "base_year": 2023, "mfu": 0.4, "market": "reserved_1y", "region": "fra"},
        {"model_config": Path(__file__).parents[2] / "configs" / "files" / "olmoe-1b-7b.json"},
    ],
)
def test_an_answer_that_was_saved_stands_for_its_design(tmp_path: Path, run: dict[str, Any]) -> None:
    given = {"hardware": "h100-sxm", "chips": 16384, "tokens": "2T", **run}
    saved = gigacost.estimate(**given)
    a = file(tmp_path, "a.json", json.dumps(saved.to_dict()))
    found = diff(a, a)
    assert (found.before_usd, found.lines) == (saved["cost_total_usd"], ())
    b = file(tmp_path, "b.json", json.dumps(gigacost.estimate(**{**given, "chips": 8192}).to_dict()))
    assert [line.key for line in diff(a, b).lines] == ["chips"]


def test_a_file_of_a_model_is_where_a_line_is_from(tmp_path: Path) -> None:
    shape = {"model_type": "olmo2", "vocab_size": 1000, "hidden_size": 1024, "intermediate_size": 4096,
             "num_hidden_layers": 8, "num_attention_heads": 8, "max_position_embeddings": 2048}  # fmt: skip
    run = {"tokens": "1T", "hardware": "h100-sxm", "chips": 8, "tp": 1, "pp": 1}
    for name, layers in (("a", 8), ("b", 12)):
        file(tmp_path, f"{name}.json", json.dumps({**shape, "num_hidden_layers": layers}))
        tree = {"version": 1, "fixed": run, "model_config": f"{name}.json"}
        file(tmp_path, f"plan-{name}.json", json.dumps(tree))
    (line,) = diff(tmp_path / "plan-a.json", tmp_path / "plan-b.json").lines
    assert (line.key, line.a, line.b) == ("layers", 8, 12)
    assert line.b_from == f"{tmp_path / 'b.json'}: num_hidden_layers"


def test_another_date_and_another_price_book_are_lines(tmp_path: Path) -> None:
    (line,) = diff(spec(), {**spec(), "as_of": "2025-06-01"}).lines
    assert (line.key, line.a, line.b) == ("as_of", "2026-06-01", "2025-06-01")
    assert line.usd
    text = (
        'version = 1\ncatalog = "book.toml"\n[fixed]\nhardware = "h100-sxm"\nchips = 8\nparams = "1B"\ntokens = "1T"\n'
    )
    file(
        tmp_path,
        "book.toml",
        'name = "ours"\ndate = "2026-01-01"\n[[rental]]\nhardware = "h100-sxm"\nmarket = "on_demand"\n'
        "usd_per_chip_hour = 9.0\n",
    )
    b = file(tmp_path, "b.toml", text)
    a = file(tmp_path, "a.toml", text.replace('catalog = "book.toml"\n', ""))
    found = diff(a, b)
    assert [line.key for line in found.lines] == ["rental_usd_per_chip_hour"]
    assert [line.key for line in found.other] == ["catalog"]


def test_axes_are_represented_by_their_cheapest_combination() -> None:
    fixed = {key: value for key, value in RUN.items() if key != "chips"}
    a = {"as_of": "2026-06-01", "fixed": fixed, "axes": {"chips": [512, 1024, 2048]}}
    b = {**a, "axes": {"chips": [1024, 2048, 4096]}}
    found = diff(a, b)
    assert found.combinations == {"a": 3, "b": 3}
    assert [(one.key, one.a, one.b) for one in found.other] == [
        ("axes.chips", "[512, 1024, 2048]", "[1024, 2048, 4096]")
    ]
    best = [min(gigacost.estimate(RUN, as_of="2026-06-01", chips=c)["cost_total_usd"] for c in side["axes"]["chips"])
            for side in (a, b)]  # fmt: skip
    assert [found.before_usd, found.after_usd] == best
    same = diff(a, {**a, "axes": {"chips": [2048, 512]}})
    assert (same.lines, same.difference_usd) == ((), 0.0)


def test_what_has_no_part_in_the_cost_is_told_beside() -> None:
    found = diff(
        spec(query={"where": "train_days<9999"}, derive={"x": "mfu*2"}),
        spec(query={"where": "train_days <  9998", "columns": ["mfu"]}, derive={"x": "mfu * 2"}, uncertain="default"),
    )
    assert found.lines == ()
    assert {line.key for line in found.other} == {"query.where", "query.columns", "uncertain.default", "draws.count",
                                                  "draws.seed", "draws.method"} - {"draws.correlate"}  # fmt: skip


def test_a_side_without_a_price_has_lines_without_cost() -> None:
    found = diff(spec(), spec({"hardware": "tpu-v5p", "market": "own"}))
    assert (found.after_usd, found.difference_usd) == (None, None)
    assert {line.key: line.usd for line in found.lines} == {"hardware": None, "market": None}
    assert found.missing_prices["b"]


def test_both_infeasible_sides_are_told() -> None:
    with pytest.raises(SpecError) as raised:
        diff(spec({"chips": 1, "params": "1T"}), spec({"chips": 2, "params": "1T"}))
    assert [fault.field.split(".")[0] for fault in raised.value.faults] == ["a", "b"]


@pytest.mark.parametrize(
    ("b", "by", "says"),
    [
        (spec(), "train_days", 'by = "train_days": measured in d; gigacost compare takes any quantity; allowed: a'),
        (spec(), "nothing", 'by = "nothing": no cost of the model'),
        (3, "cost_total_usd", "b = 3: expected a path or a mapping, got int"),
        ({"fixed": {"chisp": 8}}, "cost_total_usd", 'unknown name "chisp"'),
    ],
)
def test_what_is_refused(b: Any, by: str, says: str) -> None:
    with pytest.raises(SpecError) as raised:
        diff(spec(), b, by=by)
    assert says in str(raised.value)


def test_other_costs_than_the_total_can_be_asked_for() -> None:
    found = diff(spec(), spec({"staff_fte": 99}), by="total_run_usd")
    assert (found.difference_usd, [line.usd for line in found.lines]) == (0.0, [0.0])


def test_many_changes_are_sampled_and_still_add_up() -> None:
    many = {"chips": 512, "pue": 1.3, "experiments_factor": 2, "project_years": 2, "salary_usd": 1e5, "staff_fte": 9,
            "equity_usd": 0, "failures_per_chip_hour": 1e-5, "restart_seconds": 60, "post_training_share": 0.1,
            "tokens": "1T", "salary_overhead_factor": 1.5}  # fmt: skip
    found = diff(spec(), spec(many))
    assert not found.meta["exact"]
    assert any(line.standard_error for line in found.lines)
    assert math.fsum(line.usd for line in found.lines) == found.difference_usd


def test_intervals_are_those_of_both_and_of_the_difference() -> None:
    found = diff(spec(), spec({"chips": 2048}), draws=64)
    assert set(found.intervals) == {"a", "b", "difference"}
    assert found.intervals["a"]["p10"] < found.intervals["a"]["p90"]


def test_it_is_plain_data() -> None:
    found = diff(spec(), spec(CHANGES[1]))
    assert pickle.loads(pickle.dumps(found)) == found
    tree = json.loads(json.dumps(found.to_dict()))
    assert {"before_usd", "after_usd", "lines"} <= tree.keys()
    assert all({"key", "a", "b", "usd"} <= line.keys() for line in tree["lines"])
    assert "chips" in repr(found)
