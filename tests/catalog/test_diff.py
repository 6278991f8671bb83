"""What differs between two catalogues, figure by figure, and what that does to a cost."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Sweep, estimate
from gigacost.catalog import Catalog
from gigacost.catalog.diff import differences
from gigacost.catalog.files import DATA_FILES, data_text

CATALOG = Catalog.bundled()
DAY = "2026-11-21"
QUOTE = {"hardware": "h100-sxm", "market": "on_demand", "provider_class": "neocloud", "date": "2026-10-01"}
DESIGN = {"hardware": "h100-sxm", "chips": 1024, "params": 70e9, "tokens": 1e12}
SPEC = """version = 1
as_of = "2026-11-21"

[axes]
chips = [512, 1024]

[fixed]
hardware = "h100-sxm"
params = "70B"
tokens = "1T"
"""


def _book(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(f'name = "{name}"\ndate = "2026-10-01"\n{text}')
    return str(path)


def _rent(usd: float, date: str = "2026-10-01") -> str:
    return (
        '[[rental]]\nhardware = "h100-sxm"\nmarket = "on_demand"\nprovider_class = "neocloud"\n'
        f'usd_per_chip_hour = {usd}\ndate = "{date}"\n'
    )


def test_another_release_is_compared_by_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "gigacost" / "catalog" / "data"
    data.mkdir(parents=True)
    for name in DATA_FILES:
        text = data_text(name)
        if name == "models":
            text = text[: text.index("[models.kimi-k2]")].replace("params = 175e9", "params = 174e9")
        (data / f"{name}.toml").write_text(text, "utf-8")
    old = Catalog.released(tmp_path)
    assert old != CATALOG
    assert pickle.loads(pickle.dumps(old)) == old
    found = differences(old, CATALOG, DAY)
    assert {one.of for one in found if one.kind == "changed"} == {("gpt-3-175b",), ("opt-175b",)}
    assert ("kimi-k2",) in {one.of for one in found if one.kind == "added"}
    assert Catalog.released(tmp_path / "gigacost") == old == Catalog.released(data)
    done = invoke(capsys, "catalog", "diff", str(tmp_path), "shipped")
    assert done.code == 0
    assert "kimi-k2" in done.out
    own = old.layered({"rental": [{**QUOTE, "usd_per_chip_hour": 2.0}]})
    assert [one.column for one in differences(old, own, DAY)] == ["rental_usd_per_chip_hour"]


def test_a_folder_without_a_release_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = invoke(capsys, "catalog", "diff", str(tmp_path), "shipped")
    assert done.code == 2
    assert "no catalogue of a release; allowed: its package gigacost, or its source tree" in done.err
    for name in DATA_FILES:
        (tmp_path / f"{name}.toml").write_text("x = 1\n")
    done = invoke(capsys, "catalog", "diff", str(tmp_path), "shipped")
    assert done.code == 2
    assert "files of another form than this release reads" in done.err
    (tmp_path / "models.toml").write_text("x = \n")
    assert "not TOML" in invoke(capsys, "catalog", "diff", "shipped", str(tmp_path)).err


def test_equal_catalogues_do_not_differ() -> None:
    assert differences(CATALOG, CATALOG, DAY) == []
    private = CATALOG.layered({"rental": [{**QUOTE, "usd_per_chip_hour": 2.0}]})
    assert differences(private, private, DAY) == []


def test_every_figure_that_changed_is_there_with_what_follows_from_it() -> None:
    private = CATALOG.layered({"name": "acme", "rental": [{**QUOTE, "usd_per_chip_hour": 2.0}]})
    found = {one.of[1:]: one for one in differences(CATALOG, private, DAY)}
    # The quoted terms stay as they are; nothing of this class derives from the price on demand.
    assert set(found) == {("on_demand", "neocloud")}
    (one,) = found.values()
    assert (one.column, one.kind) == ("rental_usd_per_chip_hour", "changed")
    assert one.old is not None
    assert one.new is not None
    assert (one.old.value, one.new.value, one.new.source) == (3.2, 2.0, "acme")
    assert one.change == 2.0 / 3.2 - 1.0
    back = differences(private, CATALOG, DAY)
    assert [(other.old, other.new) for other in back] == [(one.new, one.old)]


def test_added_and_removed_labels_and_figures() -> None:
    chip = {"vendor": "Acme", "kind": "gpu", "release": "2026", "dense_tflops": {"bf16": 500}, "tdp_w": 700}
    private = CATALOG.layered({"date": "2026-10", "accelerators": {"x1": chip}, "regions": {"chl": {"pue": 1.2}}})
    found = differences(CATALOG, private, DAY)
    assert {one.kind for one in found if one.of[0] == "x1"} == {"added"}
    assert {one.column for one in found if one.of[0] == "x1"} >= {"peak_flop_per_s", "tdp_w", "system_w", "is_sold"}
    assert [(one.column, one.kind) for one in found if one.of[0] == "chl"] == [("pue", "changed")]
    assert {one.kind for one in differences(private, CATALOG, DAY) if one.of[0] == "x1"} == {"removed"}
    assert all(one.change is None for one in found if one.kind != "changed")


def test_all_tables_differ_exactly_where_it_is_told() -> None:
    book = {"date": "2026-10", "discounts": {"chip": {"b200": 0.1}}, "accelerators": {"h100": {"tdp_w": 650}}}
    private = CATALOG.layered(book)
    told = {(one.column, one.of) for one in differences(CATALOG, private, DAY)}
    seen = set()
    for column in CATALOG.columns.values():
        axes = [axis for axis in column.axes if axis != "as_of"]
        labels: list[tuple[str, ...]] = [()]
        for axis in axes:
            labels = [(*of, label) for of in labels for label in CATALOG.labels(axis, announced=True)]
        for of in labels:
            choice = {**dict(zip(axes, of, strict=True)), "as_of": DAY}
            a, b = (catalog.cite(column.name, choice).value for catalog in (CATALOG, private))
            if a != b and not (math.isnan(a) and math.isnan(b)):
                seen.add((column.name, of))
    assert told == seen
    assert {of[0] for _, of in told} == {"b200-sxm", "h100-sxm"}


def test_the_cost_before_and_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new, spec = _book(tmp_path, "new.toml", _rent(2.0)), tmp_path / "spec.toml"
    spec.write_text(SPEC)
    told = invoke(capsys, "catalog", "diff", "shipped", new, "--spec", spec, "--json").json
    assert (told["as_of"], told["added"], told["removed"], len(told["changed"])) == (DAY, [], [], 1)
    (changed,) = told["changed"]
    assert (changed["of"], changed["unit"]) == (["h100-sxm", "on_demand", "neocloud"], "$/(chip·h)")
    assert (changed["old"]["value"], changed["new"]["value"], changed["new"]["source"]) == (3.2, 2.0, "new.toml")
    cost = told["cost"]
    sweep: Any = {
        "axes": {"chips": [512, 1024]},
        "fixed": {key: DESIGN[key] for key in ("hardware", "params", "tokens")},
    }
    for side, catalog in (("old", None), ("new", new)):
        best = Sweep(**sweep, catalog=catalog).top(1).rows[0]
        assert cost[side] == best["cost_total_usd"]
    assert cost["ratio"] == cost["new"] / cost["old"] < 1
    drivers = {part["name"] for driver in cost["drivers"] for part in _parts(driver) if part["difference"]}
    assert {"cost_rent_usd", "cost_experiments_usd"} <= drivers
    assert [one["name"] for one in cost["assumptions"] if one["contribution"]] == ["rental_usd_per_chip_hour"]


def _parts(driver: dict[str, Any]) -> list[dict[str, Any]]:
    return [driver, *(part for one in driver["parts"] for part in _parts(one))]


def test_both_sides_are_costed_at_one_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new, spec = tmp_path / "new.toml", tmp_path / "spec.toml"
    new.write_text('date = "2026-12-24"\n' + _rent(2.0))
    spec.write_text(SPEC.replace('as_of = "2026-11-21"', ""))
    told = invoke(capsys, "catalog", "diff", "shipped", new, "--spec", spec, "--json").json
    assert told["as_of"] == "2026-12-24"
    assert [one["name"] for one in told["cost"]["assumptions"]] == ["rental_usd_per_chip_hour"]
    then = invoke(capsys, "catalog", "diff", "shipped", new, "--spec", spec, "--as-of", "2026-09-30", "--json").json
    assert [one["kind"] if "kind" in one else one["new"] for one in then["removed"]] == [None]
    assert then["cost"]["refused"].startswith("new = ")
    assert "none of its 2 combinations is feasible" in then["cost"]["refused"]
    spec.write_text(SPEC.replace("[axes]\nchips = [512, 1024]\n\n", "").replace("[fixed]", "[fixed]\nchips = 512"))
    one = invoke(capsys, "catalog", "diff", "shipped", new, "--spec", spec, "--as-of", "2026-09-30", "--json").json
    assert one["cost"]["refused"].startswith('new.market = "on_demand": no price')


def test_the_command_shows_what_changed_and_what_it_does_to_a_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = _book(tmp_path, "old.toml", _rent(2.5)), _book(tmp_path, "new.toml", _rent(2.0))
    spec = tmp_path / "spec.toml"
    spec.write_text(SPEC)
    shown = invoke(capsys, "catalog", "diff", old, new, "--spec", spec)
    assert (shown.code, shown.err) == (0, "")
    assert "0 added, 0 removed, 1 changed" in shown.out
    assert "-20.0 %" in shown.out
    assert "cost_total_usd, by driver" in shown.out
    assert "0 added, 0 removed, 0 changed" in invoke(capsys, "catalog", "diff", "shipped", "shipped").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("shipped",), "Missing argument 'NEW'"),
        (("shipped", "none.toml"), "cannot be read"),
        (("shipped", "book.xlsx"), "a .toml book or a .csv price list"),
        (("shipped", "shipped", "--as-of", "2026-02-30"), "there is no such day"),
        (("shipped", "shipped", "--spec", "none.toml"), "none.toml"),
        (("shipped", "shipped", "--spec", "SPEC", "--by", "cost"), "not a number of this model"),
    ],
)
def test_bad_calls_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(SPEC)
    ran = invoke(capsys, "catalog", "diff", *(str(spec) if text == "SPEC" else text for text in arguments))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_design_costs_what_an_estimate_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, new = tmp_path / "spec.toml", _book(tmp_path, "new.toml", _rent(2.0))
    spec.write_text(SPEC.replace("[axes]\nchips = [512, 1024]\n\n", "").replace("[fixed]", "[fixed]\nchips = 1024"))
    cost = invoke(capsys, "catalog", "diff", "shipped", new, "--spec", spec, "--by", "total_run_usd", "--json").json[
        "cost"
    ]
    assert cost["old"] == estimate(**DESIGN)["total_run_usd"]
    assert cost["new"] == estimate(**DESIGN, catalog=new)["total_run_usd"]
