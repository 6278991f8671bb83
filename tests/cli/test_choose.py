"""``gigacost choose`` and ``estimate`` without chips: the screen, the JSON, the exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import invoke

from gigacost.cli.terminal import out

Capture = pytest.CaptureFixture[str]
RUN = ("--params", "7B", "--tokens", "2T")


def test_the_json_has_the_keys_that_are_promised(capsys: Capture) -> None:
    found = invoke(capsys, "choose", *RUN, "--json").json
    assert {"asked", "assumed", "answers", "deadlines", "left_out", "meta"} <= set(found)
    assert set(found["assumed"]) == {"within_days", "markets", "hardware", "chips"}
    assert found["assumed"]["within_days"] == 90.0
    answer = found["answers"][0]
    assert {"market", "estimate", "due_at_once_usd", "price", "runners_up"} <= set(answer)
    assert set(answer["price"]) == {"usd_per_chip_hour", "votes", "date"}
    assert answer["price"]["votes"] >= 1
    assert {"hardware", "chips", "cost_total_usd", "train_days"} <= set(answer["runners_up"][0])
    assert answer["estimate"]["subtotals"]["cost_total_usd"] > 0
    assert answer["estimate"]["intervals"]["cost_total_usd"]["p90"] > answer["estimate"]["subtotals"]["cost_total_usd"]
    assert {"within_days", "market", "hardware", "chips", "cost_total_usd"} <= set(found["deadlines"][0])
    assert {"hardware", "market", "reason"} <= set(found["left_out"][0])


def test_estimate_without_chips_prints_the_same(capsys: Capture) -> None:
    chosen = invoke(capsys, "choose", *RUN)
    assert invoke(capsys, "estimate", *RUN).out == chosen.out
    assert invoke(capsys, "estimate", *RUN, "--json").json == invoke(capsys, "choose", *RUN, "--json").json
    named = invoke(capsys, "choose", *RUN, "--hardware", "h100-sxm")
    assert invoke(capsys, "estimate", *RUN, "--hardware", "h100-sxm").out == named.out
    refused = invoke(capsys, "estimate", *RUN, "--format", "focus")
    assert (refused.code, "--format: of a single design: give --hardware and --chips" in refused.err) == (2, True)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_screen_fits_and_says_what_was_assumed(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out.cache_clear()
    done = invoke(capsys, "choose", *RUN)
    out.cache_clear()
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= width
    told = " ".join(done.out.split())
    for text in ("7B parameters on 2T tokens", "(assumed: --within)", "with extrapolated speed", "votes", "30 d"):
        assert text in told
    if width >= 80:
        assert "If the final run has to be done" in done.out


def test_nothing_feasible_says_what_would_have_to_give(capsys: Capture) -> None:
    hopeless = (*RUN, "--within", "5d", "--budget", "100K")
    done = invoke(capsys, "choose", *hopeless)
    assert done.code == 0
    assert "no design is within the limits; one would be with" in " ".join(done.out.split())
    assert "warning: no design is within the limits" in done.err
    past = invoke(capsys, "choose", *RUN, "--as-of", "2015-06-01")
    assert "warning: no design is possible (--all says why)" in past.err
    assert past.out.count("no design is possible; --all says why of each chip") == 3
    assert invoke(capsys, "choose", *hopeless, "--require-feasible").code == 3
    found = invoke(capsys, "choose", *hopeless, "--json").json
    assert found["answers"] == []
    assert found["needed"]


def test_what_the_shell_took_is_said(capsys: Capture) -> None:
    done = invoke(capsys, "choose", *RUN, "--budget", "0M")
    assert (done.code, done.out) == (2, "")
    assert "quote it: the shell took $5" in done.err


def test_all_lists_every_chip_that_was_left_out(capsys: Capture) -> None:
    done = invoke(capsys, "choose", *RUN, "--all")
    for chip in ("v100-sxm2-16", "h800-sxm", "tpu-v4"):
        assert chip in done.out


def test_a_specification_says_what_is_chosen_among(capsys: Capture, tmp_path: Path) -> None:
    spec = tmp_path / "some.toml"
    spec.write_text(
        'version = 1\n[axes]\nhardware = ["h100-sxm", "h200-sxm"]\nmarket = ["own", "colo"]\n'
        '[fixed]\nparams = "7B"\ntokens = "2T"\n[query]\nwhere = "chips >= 64"\n'
    )
    found = invoke(capsys, "choose", str(spec), "--json").json
    assert [answer["market"] for answer in found["answers"]] == ["own", "colo"]
    assert all(answer["estimate"]["inputs"]["chips"] >= 64 for answer in found["answers"])
