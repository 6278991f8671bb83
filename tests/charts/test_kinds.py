"""The kinds: each is there, loaded when it is drawn, and refuses what it cannot draw."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import gigacost
from gigacost.charts import kinds
from gigacost.charts.kinds import KINDS, drawn

ESTIMATE = {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_a_module_that_draws(name: str) -> None:
    module = import_module(KINDS[name].module)
    assert callable(module.chart)
    assert Path(str(module.__file__)).stem == name.replace("-", "_")


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    with pytest.raises(gigacost.SpecError, match=r'kind = "frnt": unknown kind of chart; .*did you mean "front"'):
        drawn("frnt", {})


def test_a_kind_of_other_answers_is_refused() -> None:
    with pytest.raises(gigacost.SpecError, match='kind = "front": draws other answers; allowed: estimate'):
        gigacost.estimate(**ESTIMATE).chart("front")


@pytest.mark.parametrize("width", [0, 199, 4001, 640.0, True, "640", None])
def test_bad_widths_are_refused(width: object) -> None:
    with pytest.raises(gigacost.SpecError, match=r"width = .*allowed: >= 200 and <= 4000 pixels"):
        gigacost.estimate(**ESTIMATE).chart(width=width)


@pytest.mark.parametrize("missing", ["altair", "vl_convert"])
def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == missing else object())
    with pytest.raises(gigacost.SpecError, match=r"is not installed; allowed: pip install 'gigacost\[charts\]'"):
        kinds.drawn("estimate", {})


def test_an_estimate_loads_nothing_that_draws() -> None:
    code = (
        "import sys, gigacost\n"
        "gigacost.estimate(params='7B', tokens='2T', hardware='h100-sxm', chips=512)\n"
        "print([name for name in ('altair', 'vl_convert', 'numpy', 'gigacost.charts.kinds') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
