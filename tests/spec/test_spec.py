"""Specifications: from a file or from Python to one canonical, hashable thing."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_namespace import NAMESPACE, spec_file

from gigacost.errors import SpecError
from gigacost.spec.axes import Zipped, zipped
from gigacost.spec.reader import read_file, read_mapping
from gigacost.spec.spec import Spec

PLANNER = """\
version = 1
as_of = "2026-11-21"

[axes]
hardware = ["h100-sxm", "B200-SXM"]
chips    = { from = 256, to = 131072, steps = 10, scale = "log", multiple_of = 8 }
params   = ["1B", "70B"]

[[zip]]
tokens = ["1T", "2T"]
market = ["own", "spot"]

[fixed]
electricity_usd_per_kwh = 0.08
mfu = "40 %"

[derive]
usd_per_million_tokens = "cost_total_usd / tokens * 1e6"
twice = "usd_per_million_tokens * 2"

[query]
where   = "train_days <= '2160 h' and loss <= 2 and twice > 0"
columns = ["cost_total_usd", "twice", "status"]
by      = "cost_total_usd"
k       = 20
per     = ["params", "tokens"]
"""


@pytest.fixture
def planner(tmp_path: Path) -> Spec:
    return read_file(spec_file(tmp_path, PLANNER), NAMESPACE)


def test_a_file_becomes_a_specification(planner: Spec) -> None:
    assert [axis.names for axis in planner.axes] == [("hardware",), ("chips",), ("params",), ("tokens", "market")]
    assert planner.axes[0].values == ("h100-sxm", "b200-sxm")  # type: ignore[union-attr]
    assert planner.axes[1].values == (256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072)  # type: ignore[union-attr]
    assert planner.size == 2 * 10 * 2 * 2
    assert planner.fixed == {"electricity_usd_per_kwh": 0.08, "mfu": 0.4}
    assert list(planner.derive) == ["usd_per_million_tokens", "twice"]
    assert planner.where is not None
    assert planner.where.names == ("train_days", "loss", "twice")
    assert (planner.by, planner.k, planner.per, planner.as_of) == (
        "cost_total_usd",
        20,
        ("params", "tokens"),
        "2026-11-21",
    )
    assert not planner.warnings
    assert not planner.notes


def test_it_reads_back_what_it_writes(planner: Spec) -> None:
    again = read_mapping(json.loads(json.dumps(planner.to_dict())), NAMESPACE)
    assert again == planner
    assert (again.sha256, hash(again)) == (planner.sha256, hash(planner))
    for copied in (pickle.loads(pickle.dumps(planner)), copy.deepcopy(planner)):
        assert copied == planner


def test_toml_and_json_say_the_same(planner: Spec, tmp_path: Path) -> None:
    path = spec_file(tmp_path, json.dumps(planner.to_dict()), "spec.json")
    assert read_file(path, NAMESPACE).sha256 == planner.sha256


def test_how_it_is_written_does_not_change_the_hash(planner: Spec, tmp_path: Path) -> None:
    text = PLANNER.replace('"B200-SXM"', '"b200-sxm"').replace('"70B"', "70e9").replace('"40 %"', "0.4")
    text = (
        text.replace("loss <= 2 and", "( loss<=2.0 )  and").replace("'2160 h'", "90").replace("= 0.08", "=   8e-2 # c")
    )
    assert read_file(spec_file(tmp_path, text), NAMESPACE).sha256 == planner.sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"h100-sxm", "B200-SXM"', '"B200-SXM", "h100-sxm"'),
        ("0.08", "0.09"),
        ("loss <= 2", "loss < 2"),
        ("k       = 20", "k       = 21"),
        ("* 2", "* 3"),
        ('as_of = "2026-11-21"', 'as_of = "2025-01-01"'),
    ],
)
def test_what_it_says_changes_the_hash(planner: Spec, tmp_path: Path, old: str, new: str) -> None:
    assert read_file(spec_file(tmp_path, PLANNER.replace(old, new)), NAMESPACE).sha256 != planner.sha256


def test_the_order_of_the_axes_counts_and_that_of_fixed_values_does_not() -> None:
    axes = {"chips": [8, 16], "params": ["1B"]}
    fixed = {"pue": 1.1, "mfu": 0.4}
    first = read_mapping({"version": 1, "axes": axes, "fixed": fixed}, NAMESPACE)
    other = read_mapping({"version": 1, "axes": dict(reversed(axes.items())), "fixed": fixed}, NAMESPACE)
    same = read_mapping({"version": 1, "axes": axes, "fixed": dict(reversed(fixed.items()))}, NAMESPACE)
    assert (first.size, other.size) == (2, 2)
    assert first.sha256 == same.sha256 != other.sha256
    assert first != other


def test_tables_and_arrays_from_python_keep_their_place() -> None:
    axes: dict[str, Any] = {
        "params": np.array([1e9, 2e9]),
        "design": zipped({"hardware": ["H100-SXM", "b200-sxm"], "chips": np.array([8, 16])}),
        "tokens": {"from": "1T", "to": "2T", "steps": 2},
    }
    spec = read_mapping({"version": 1, "axes": axes}, NAMESPACE)
    assert [axis.name for axis in spec.axes] == ["params", "hardware+chips", "tokens"]
    assert isinstance(spec.axes[1], Zipped)
    assert read_mapping(spec.to_dict(), NAMESPACE) == spec


def test_settings_win_over_the_file_and_say_so(tmp_path: Path) -> None:
    settings = [
        ("chips", "256"),
        ("mfu", "30%,45 %"),
        ("params", "1B..1T:4:log"),
        ("pue", "1.2"),
        ("hardware", "H100-SXM"),
    ]
    spec = read_file(spec_file(tmp_path, PLANNER), NAMESPACE, settings=settings)
    assert spec.fixed == {"electricity_usd_per_kwh": 0.08, "chips": 256, "pue": 1.2, "hardware": "h100-sxm"}
    axes = {axis.name: axis for axis in spec.axes}
    assert axes["params"].values == (1e9, 1e10, 1e11, 1e12)  # type: ignore[union-attr]
    assert axes["mfu"].values == (0.3, 0.45)  # type: ignore[union-attr]
    assert [note.split(" = ")[0] for note in spec.notes] == ["chips", "mfu", "params", "hardware"]
    assert "replaces axes.chips" in spec.notes[0]


def test_a_setting_repairs_what_it_replaces(tmp_path: Path) -> None:
    path = spec_file(tmp_path, "version = 1\n[fixed]\nchips = 0\n")
    with pytest.raises(SpecError):
        read_file(path, NAMESPACE)
    assert read_file(path, NAMESPACE, settings=[("chips", "8")]).fixed == {"chips": 8}


def test_a_specification_can_be_overridden(planner: Spec) -> None:
    changed = read_mapping(
        planner.to_dict(), NAMESPACE, settings=[("chips", "8..64:15:linear:8"), ("as_of", "2025-01-01")]
    )
    assert {axis.name: axis for axis in changed.axes}["chips"].values == (8, 16, 24, 32, 40, 48, 56, 64)  # type: ignore[union-attr]
    assert [axis.name for axis in changed.axes] == [axis.name for axis in planner.axes]
    assert (changed.as_of, changed.fixed["as_of"]) == ("", "2025-01-01")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ([("chips", "8"), ("chips", "16")], 'chips = "16": set twice (--set)'),
        ([("chisp", "8")], 'unknown name "chisp"; did you mean "chips"? (--set)'),
        ([("chips", "")], "missing value"),
        ([("chips", "8,")], "axes.chips[1]"),
        ([("chips", "8,8")], "the same as axes.chips[0]"),
        ([("chips", "\u0663")], "digits 0-9"),
        ([("chips", "1_000")], "separators"),
        ([("chips", "8 ")], "blanks around"),
        ([("chips", "1..10")], "either steps"),
        ([("chips", "1..10:4:log:1:5")], "FROM..TO:STEPS"),
        ([("chips", "1..10:x")], "axes.chips.steps"),
        ([("mfu", "45")], "did you mean 0.45?"),
        ([("market", "own")], "a column of zip[0]"),
        ([("hardware", "h100,H100-sxm")], "unknown label"),
    ],
)
def test_bad_settings_are_refused(tmp_path: Path, settings: list[tuple[str, str]], says: str) -> None:
    with pytest.raises(SpecError) as raised:
        read_file(spec_file(tmp_path, PLANNER), NAMESPACE, settings=settings)
    assert says in str(raised.value)
    assert all(fault.path == "--set" for fault in raised.value.faults)


def test_implausible_values_are_warned_about_and_strict_refuses_them(tmp_path: Path) -> None:
    path = spec_file(
        tmp_path, "version = 1\n[axes]\nrental_usd_per_chip_hour = [2, 210, 250]\n[fixed]\nparams = 1000\n"
    )
    spec = read_file(path, NAMESPACE)
    text = "\n".join(map(str, spec.warnings))
    assert "fixed.params = 1000: outside of the plausible band 1000000 to 100000000000000 param" in text
    assert (
        "axes.rental_usd_per_chip_hour = 210: outside of the plausible band 0.05 to 50 $/(chip·h) (and 1 more values)"
        in text
    )
    assert "spec.toml:3" in text
    with pytest.raises(SpecError, match="plausible"):
        read_file(path, NAMESPACE, strict=True)


def test_the_model_can_refuse_what_does_not_go_together() -> None:
    with pytest.raises(SpecError, match="does not go with anything"):
        read_mapping({"version": 1, "fixed": {"chips": 13}}, NAMESPACE)


def test_an_empty_list_of_columns_is_refused() -> None:
    with pytest.raises(SpecError, match=r"query.columns: an empty list; allowed: at least one column"):
        read_mapping({"version": 1, "query": {"columns": []}}, NAMESPACE)


def test_a_decimal_comma_is_not_taken_for_a_list() -> None:
    plain = read_mapping({"version": 1}, NAMESPACE)
    with pytest.raises(SpecError, match=r'did you mean "1.5T"'):
        read_mapping(plain.to_dict(), NAMESPACE, settings=[("tokens", "1,5T")])
    assert read_mapping(plain.to_dict(), NAMESPACE, settings=[("tokens", "1T,5T")]).size == 2
    assert read_mapping(plain.to_dict(), NAMESPACE, settings=[("chips", "8,16")]).size == 2
