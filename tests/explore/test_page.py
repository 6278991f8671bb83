"""The file: what is in it, what it may do, what it refuses."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import webbrowser
from pathlib import Path

import pytest
from cli_runner import invoke, spec_file
from explored import Explored

from gigacost.cli.design import FLAGS as DESIGN_FLAGS
from gigacost.explore import page as pages
from gigacost.queries.request import Request
from gigacost.spec.command_line import FLAGS
from gigacost.units.numbers import amount, share

Capture = pytest.CaptureFixture[str]
PARTS = sorted(pages.PARTS.iterdir())
SCRIPTS = [path for path in PARTS if path.suffix == ".js"]
MOST_BYTES = 400_000


def test_the_command_says_what_it_wrote(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    done = invoke(capsys, "explore", spec_file(tmp_path), "-o", str(file), "--json")
    assert done.code == 0
    said = done.json
    assert set(said) == {"file", "bytes", "axes", "outputs", "module_bytes"}
    assert said["file"] == str(file)
    assert said["bytes"] == file.stat().st_size
    assert said["axes"] == {"hardware": 2, "chips": 3, "precision": 2}
    assert {"cost_total_usd", "train_days", "cost_rent_usd", "mfu"} <= set(said["outputs"])
    assert 1000 < said["module_bytes"] < said["bytes"]


def test_the_page_of_the_planner_is_small(planner: Explored) -> None:
    assert 50_000 < len(planner.made.html.encode()) <= MOST_BYTES
    assert planner.made.axes["chips"] == 40


def test_the_same_page_twice_has_the_same_bytes(small: Explored) -> None:
    assert pages.page(Request.of_file(small.path.with_suffix(".toml")).bound).html == small.made.html


def test_without_a_file_a_temporary_one_is_opened(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(webbrowser, "open", lambda address: seen.append(address) or True)
    done = invoke(capsys, "explore", spec_file(tmp_path))
    assert done.code == 0
    (address,) = seen
    assert Path(address.removeprefix("file://")).read_text(encoding="utf-8").startswith("<!doctype html>")
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert "no browser was found: open " in invoke(capsys, "explore", spec_file(tmp_path)).err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "page.txt"), 'error: -o = "page.txt": unknown kind of file; allowed: a name that ends in .html'),
        (("-o", "nowhere/page.html"), "there is no folder nowhere"),
        (("--columns", "cots_total_usd", "-o", "p.html"), 'did you mean "cost_total_usd"'),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoke(capsys, "explore", spec_file(tmp_path), *arguments)
    assert done.code == 2
    assert said in done.err
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".toml"]


def test_a_design_without_an_axis_is_refused(capsys: Capture, tmp_path: Path) -> None:
    run = ("--hardware", "h100-sxm", "--chips", "256", "--params", "7B", "--tokens", "2T")
    done = invoke(capsys, "explore", *run, "-o", str(tmp_path / "page.html"))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith("error: axes: there is nothing to choose from; allowed: an axis")


def test_aggregates_over_draws_are_left_out_and_told_of(capsys: Capture, tmp_path: Path) -> None:
    uncertain = ("--uncertain", "default", "--columns", "p90(cost_total_usd),train_days")
    file = tmp_path / "page.html"
    done = invoke(capsys, "explore", spec_file(tmp_path), *uncertain, "-o", str(file), "--json")
    assert (done.code, done.err) == (0, "note: left out, as aggregates over draws: p90(cost_total_usd)\n")
    assert "p90(cost_total_usd)" not in done.json["outputs"]
    assert '["left out, as aggregates over draws","p90(cost_total_usd)"]' in file.read_text(encoding="utf-8")


def test_draws_that_no_module_makes_are_left_out_and_told_of(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    spec = Path(spec_file(tmp_path))
    spec.write_text(spec.read_text() + '\n[uncertain]\nmfu = "normal 90% 0.3..0.5"\n\n[draws]\nmethod = "random"\n')
    assert invoke(capsys, "explore", str(spec), "-o", str(file)).code == 0
    (text,) = re.findall(r'id="about">(.*?)</script>', file.read_text(encoding="utf-8"), re.DOTALL)
    about = json.loads(text)
    assert about["module"]["draws"] is None
    assert "no module makes such draws" in dict(about["origin"])["no P10, P50 and P90"]


def test_a_condition_on_an_aggregate_over_draws_is_refused_by_name(capsys: Capture, tmp_path: Path) -> None:
    asked = ("--uncertain", "default", "--where", "p90(cost_total_usd) <= 5e6", "-o", str(tmp_path / "page.html"))
    done = invoke(capsys, "explore", spec_file(tmp_path), *asked)
    assert done.code == 2
    assert 'error: where = "p90(cost_total_usd) <= 5e6": reads an aggregate over draws' in done.err
    assert not (tmp_path / "page.html").exists()


def test_the_command_line_gives_all_that_the_page_rests_on(capsys: Capture, tmp_path: Path) -> None:
    book = tmp_path / "my book.toml"
    rent = 'hardware = "h100-sxm"\nmarket = "on_demand"\nusd_per_chip_hour = 1.5\n'
    book.write_text(f'name = "mine"\ndate = "2026-10-01"\n\n[[rental]]\n{rent}')
    file = tmp_path / "page.html"
    settings = (
        "--base-year",
        "2025",
        "--as-of",
        "2026-11-01",
        "--uncertain",
        "mfu=normal 90% 0.3..0.5",
        "--draws",
        "64",
    )
    more = ("--set", "staff_fte=7", "--region", "iceland", "--catalog", str(book))
    assert invoke(capsys, "explore", spec_file(tmp_path), *settings, *more, "-o", str(file)).code == 0
    (text,) = re.findall(r'id="about">(.*?)</script>', file.read_text(encoding="utf-8"), re.DOTALL)
    words = json.loads(text)["command"]["words"]
    axes = ("--hardware", "h100-sxm", "--chips", "256", "--precision", "bf16")
    done = invoke(capsys, *words[1:], *axes, "--json")
    assert done.code == 0
    run = ("--params", "13B", "--tokens", "2T")
    same = invoke(capsys, "estimate", *settings, *more, *run, *axes, "--json")
    assert done.json["quantities"] == same.json["quantities"]
    assert done.json["intervals"] == same.json["intervals"]
    assert done.json["meta"]["draws"]["count"] == 64


def test_no_spec_and_no_design_is_refused(capsys: Capture) -> None:
    assert invoke(capsys, "explore").code == 2


def test_the_policy_allows_what_the_file_holds_and_nothing_else(small: Explored) -> None:
    html = small.made.html
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["worker-src"] == "blob:"
    assert "unsafe-inline" not in policy
    run = [text for kind, text in re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL) if "type=" not in kind]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in run]
    assert rules["script-src"] == " ".join([*hashes, "'wasm-unsafe-eval'"])
    # The one address is the name of SVG, which nothing is fetched from.
    assert set(re.findall(r"https?://[^\"'\s]+", html)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\s(on\w+|style|src|href)=\"", html), "nothing that the policy would stop"


def test_the_data_in_the_page_is_that_of_the_specification(small: Explored) -> None:
    (text,) = re.findall(r'id="about">(.*?)</script>', small.made.html, re.DOTALL)
    about = json.loads(text)
    assert about["condition"]["text"] == small.bound.spec.where.text  # type: ignore[union-attr]
    assert about["total"] == {
        "name": "cost_total_usd", "label": "total cost", "unit": "$", "doc": about["total"]["doc"]
    }  # fmt: skip
    assert about["view"]["held"] == "params"
    assert dict(about["origin"])["spec sha256"] == small.bound.spec.sha256
    assert dict(about["origin"])["catalog sha256"] == small.bound.catalog.sha256
    assert {"label": "tokens", "value": 2e12, "unit": "token"} in about["fixed"]
    assert about["quantities"]["usd_per_million_tokens"]["doc"] == "cost_total_usd / tokens * 1e6"


def test_a_name_is_text_and_never_markup(tmp_path: Path) -> None:
    file = tmp_path / "<b>&amp;.toml"
    text = Path(spec_file(tmp_path)).read_text()
    table = '[zip]\nid = ["</script><img src=x>", "b"]\nmfu = [0.3, 0.4]\n'
    file.write_text(text.replace("[axes]", f'carry = ["id"]\n\n{table}\n[axes]', 1))
    html = pages.page(Request.of_file(file).bound).html
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;b&gt;&amp;amp;: what does it cost" in html


def test_every_flag_of_the_command_line_is_one_of_a_design() -> None:
    assert set(FLAGS) <= set(DESIGN_FLAGS)


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_well_formed(path: Path) -> None:
    subprocess.run(["node", "--check", path], check=True)


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_a_part_of_the_page_is_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert 0 < len(lines) <= 400
    assert max(map(len, lines)) <= 120


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_numbers_are_written_as_on_the_command_line() -> None:
    sizes = [0, 0.5, 1, 1.005, 2.345, 9.994, 9.996, 99.94, 99.96, 123.456, 999.4, 999.6, 1234.5, 12345, 999_499]
    sizes += [
        1e-7,
        0.000123456,
        0.0123456,
        0.3,
        950,
        82.4e6,
        999.95e6,
        1.2e9,
        3.456e14,
        1e15,
        2.5e17,
        10.25,
        0.125,
        0.03125,
        2.125,
    ]
    values = [sign * size for size in sizes for sign in (1, -1)]
    units = ["$", "$/(chip·h)", "1", "", "d", "MW", "chip·h", "t", "yr"]
    shares = [0, 0.0004, 0.0006, 0.02, 0.0994, 0.0996, 0.36, 0.994, 0.9951, 0.9994, 0.9996, 1]
    program = (pages.PARTS / "numbers.js").read_text(encoding="utf-8") + (
        "const [values, units, shares] = JSON.parse(require('fs').readFileSync(0));"
        "console.log(JSON.stringify([units.map((unit) => values.map((one) => amount(one, unit))), shares.map(share)]))"
    )
    asked = json.dumps([values, units, shares])
    done = subprocess.run(["node", "-e", program], input=asked, capture_output=True, text=True, check=True)
    amounts, parts = json.loads(done.stdout)
    assert amounts == [[amount(value, unit) for value in values] for unit in units]
    assert parts == [share(one) for one in shares]
