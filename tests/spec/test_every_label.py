"""``"*"``: every label of a catalogue axis."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import invoke

from gigacost import Catalog, SpecError, Sweep

Capture = pytest.CaptureFixture[str]
RUN = {"params": "7B", "tokens": "1T", "chips": 64}
CHIPS = Catalog.bundled().labels("hardware")


def test_a_star_is_every_chip_that_is_not_only_announced() -> None:
    assert Sweep({"hardware": "*", "market": ["own"]}, fixed=RUN).bound.digits["hardware"].values == CHIPS
    assert Sweep({"hardware": ["*"]}, fixed={**RUN, "market": "own"}).size == len(CHIPS)
    assert "rubin-nvl72" not in CHIPS


def test_under_fixed_it_makes_an_axis() -> None:
    sweep = Sweep({"chips": [8, 16]}, fixed={"params": "7B", "tokens": "1T", "hardware": "h100-sxm", "market": "*"})
    assert list(sweep.bound.digits) == ["chips", "market"]
    assert sweep.bound.digits["market"].values == Catalog.bundled().labels("market")


def test_a_file_and_the_command_line_may_have_it(capsys: Capture, tmp_path: Path) -> None:
    spec = tmp_path / "all.toml"
    spec.write_text('version = 1\n[axes]\nhardware = "*"\n[fixed]\nparams = "7B"\ntokens = "1T"\nchips = 64\n')
    assert invoke(capsys, "count", str(spec), "--json").json["combinations"] == len(CHIPS)
    assert invoke(capsys, "count", str(spec), "--market", "*", "--json").json["combinations"] == 6 * len(CHIPS)


def test_of_a_number_or_a_date_there_is_no_such_list() -> None:
    with pytest.raises(SpecError, match="chips"):
        Sweep({"chips": "*"}, fixed=RUN)
    with pytest.raises(SpecError, match="as_of"):
        Sweep({"as_of": ["*"]}, fixed={**RUN, "hardware": "h100-sxm"})
