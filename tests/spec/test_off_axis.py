"""Conditions that compare with values which no combination has are warned of: their whole kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import SpecError, Sweep, zipped

AXES = {"hardware": ["h100-sxm", "b200-sxm"], "chips": [512, 2048]}
FIXED = {"params": "70B", "tokens": "2T"}
DESIGN = ("--hardware", "h100-sxm,b200-sxm", "--chips", "512,2048", "--params", "70B", "--tokens", "2T")


def warned(where: str | None = None, axes: Any = AXES, **more: Any) -> list[str]:
    sweep = Sweep(axes, fixed=FIXED, where=where, **more)
    return [str(fault) for fault in sweep.spec.warnings if "no combination has" in fault.what]


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("chips == 1024", "no combination has chips = 1024: its values are 512, 2048"),
        ("1K * 1.024 == chips", "no combination has chips = 1024: its values are 512, 2048"),
        ("chips != 1024", "no combination has chips = 1024"),
        ("chips in (512, 1024)", "no combination has chips = 1024"),
        ("not chips in (512, 1024)", "no combination has chips = 1024"),
        ("train_days < 90d and (loss < 2 or chips == 1024)", "no combination has chips = 1024"),
        ("where(chips == 1024, 1, 0) == 1", "no combination has chips = 1024"),
        ("params == 7B", "no combination has params = 7000000000: it is 70000000000 in all of them"),
        ('hardware == "a100-sxm-80"', 'has hardware = "a100-sxm-80": its values are "h100-sxm", "b200-sxm"'),
        ('hardware in ["h100-sxm", "mi300x"]', 'no combination has hardware = "mi300x"'),
        ('market == "own"', 'no combination has market = "own": it is "on_demand" in all of them'),
        ('region != "france"', 'no combination has region = "fra": it is "usa" in all of them'),
    ],
)
def test_a_value_that_no_combination_has_is_warned_of(where: str, says: str) -> None:
    (warning,) = warned(where)
    assert warning.startswith("query.where = ")
    assert says in warning
    with pytest.raises(SpecError, match="no combination has"):
        Sweep(AXES, fixed=FIXED, where=where, strict=True)


@pytest.mark.parametrize(
    "where",
    [None, "chips == 512", "chips in (512, 2K * 1.024)", "params == 70B", 'market == "on_demand"', "chips >= 1024",
     "train_days == 90", "pue == 1.5", 'status == "no_price"', 'hardware != "H100-SXM"'],
)  # fmt: skip
def test_other_comparisons_are_not(where: str | None) -> None:
    assert warned(where) == []


def test_of_many_values_the_nearest_are_named() -> None:
    axes = {**AXES, "chips": {"from": 256, "to": 4096, "step": 128}}
    (warning,) = warned("chips == 1000", axes)
    assert warning.endswith("the nearest of its 31 values: 896 and 1024")
    assert warned("chips == 1e5", axes)[0].endswith("the nearest of its 31 values: 4096")


def test_a_column_of_a_table_has_its_own_values() -> None:
    table = zipped({"chips": [512, 512, 2048], "mfu": [0.3, 0.4, 0.4]})
    (warning,) = warned("chips == 1024 and mfu == 0.4", {"hardware": AXES["hardware"], "designs": table})
    assert "chips = 1024: its values are 512, 2048" in warning


def test_expressions_and_probabilities_are_looked_at_too() -> None:
    (derived,) = warned(derive={"big": "where(chips == 1024, 1, 0)"})
    assert "derive.big" in derived
    assert "no combination has chips = 1024" in derived
    uncertain = {"mfu": "normal 90% 0.3..0.5"}
    (share,) = warned(uncertain=uncertain, columns=["P(chips == 1024 and train_days < 30)"])
    assert "no combination has chips = 1024" in share
    assert warned("P(mfu == 0.4) < 1", uncertain=uncertain) == []  # what is drawn has any value
    assert warned("chips == P(1 < 2)", uncertain=uncertain) == []  # an aggregate is not looked into


def test_files_the_command_line_and_assertions_are_warned_alike(capsys: Any, tmp_path: Path) -> None:
    done = invoke(capsys, "count", *DESIGN, "--where", "chips == 1024")
    said = 'query.where = "chips == 1024": no combination has chips = 1024: its values are 512, 2048 (--where)'
    assert done.code == 0
    assert f"warning: {said}\n" in done.err
    strict = invoke(capsys, "count", *DESIGN, "--where", "chips == 1024", "--strict")
    assert (strict.code, strict.err) == (2, f"error: {said}\n")
    spec = tmp_path / "plan.toml"
    spec.write_text(
        'version = 1\n[axes]\nchips = [512, 2048]\n[fixed]\nhardware = "h100-sxm"\nparams = "7B"\ntokens = "1T"\n'
        '[query]\nwhere = "chips == 1024"\n'
    )
    assert "no combination has chips = 1024: its values are 512, 2048 (" in (
        err := invoke(capsys, "count", str(spec)).err
    )
    assert "plan.toml:9)" in err
    for command in ("top", "estimate"):
        asserted = invoke(capsys, command, *DESIGN, "--assert", "chips != 1024")
        assert asserted.code == 0
        assert 'warning: --assert = "chips != 1024": no combination has chips = 1024' in asserted.err
        assert invoke(capsys, command, *DESIGN, "--assert", "chips != 1024", "--strict").code == 2
