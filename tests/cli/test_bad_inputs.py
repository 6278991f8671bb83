"""Bad input on the command line: one line for each fault, exit code 2, nothing touched.

Numbers in the ids are the cases' numbers in the list of bad inputs.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_runner import SPEC, invoke, listing, spec_file

from gigacost.cli import process
from gigacost.errors import OutputError

LLAMA = ("estimate", "--hardware", "h100-sxm", "--chips", "16384", "--params", "405B", "--tokens", "15.6T")
Capture = pytest.CaptureFixture[str]


def case(number: int, arguments: str, says: str) -> object:
    return pytest.param(arguments.split(" "), says, id=f"{number}-{arguments[:40]}")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        case(1, "--set rental_usd_per_chip_hour=-2", 'rental_usd_per_chip_hour = "-2": out of range; allowed: 0 <='),
        case(5, "--mfu 0", 'mfu = "0": out of range; allowed: 0 < mfu <= 1 (--mfu)'),
        case(7, "--mfu 45", "did you mean 0.45?"),
        case(7, "--mfu 1.0001", 'mfu = "1.0001": out of range; allowed: 0 < mfu <= 1 (--mfu)'),
        case(7, "--set goodput=2", 'goodput = "2": out of range; allowed: 0 < goodput <= 1 (--set)'),
        case(5, "--set chip_hours=0", 'chip_hours = "0": out of range; allowed: 0 < chip_hours'),
        case(5, "--set train_days=0", 'train_days = "0": out of range; allowed: 0 < train_days'),
        case(0, "--set unique_tokens=1,5T", 'decimals are written with a point; did you mean "1.5T"? (--set)'),
        case(8, "--mfu nan", 'mfu = "nan": not finite'),
        case(9, "--set unique_tokens=inf", 'unique_tokens = "inf": not finite'),
        case(11, "--set salary_usd=1e400", "overflows a 64-bit float"),
        case(22, "--set staff_fte=１２３", "only the digits 0-9 are read"),
        case(22, "--set staff_fte=1_000", "no separators"),
        case(29, "--set staff_fte=", "missing value"),
        case(33, "--market own,own", "the same as"),
        case(34, "--market own,OWN", "the same as"),
        case(40, "--set staff_fte=1..2:0", "steps"),
        case(53, "--set chisp=8", 'did you mean "chips"?'),
        case(59, "--set mem_gib=80Gb", "mem_gib"),
        case(60, "--set unique_tokens=7b", 'did you mean "7B"?'),
        case(64, "--set salary_usd=€2", "another currency"),
        case(66, "--set electricity_usd_per_kwh=0.08$/kW", "electricity_usd_per_kwh"),
        case(71, "--set pue=0.9", 'pue = "0.9": out of range; allowed: 1 <= pue'),
        case(73, "--precision fp4", 'precision = "fp4": not on h100-sxm; allowed: fp32'),
        case(89, "--as-of 2023-02-29", "there is no such day"),
        case(52, "--set chips=8", 'chips = "8": set twice'),
        case(52, "--chips 8", '--chips = "8": given twice; it was "16384" before'),
        case(0, "--set chips", '--set = "chips": not a setting; allowed: NAME=VALUE'),
        case(0, "--as-of 2021-01-01", "cannot be had at 2021-01-01"),
        case(0, "--region atlantis", "atlantis"),
        case(0, "--region usb", 'allowed: one of 135, as usa, can, mex; did you mean "usa"? (--region)'),
        case(0, "--assert 1/0>1", "divides by zero"),
        case(0, "--preset nothing", "unknown preset"),
        case(0, "--catalog /nowhere.toml", "nowhere.toml"),
        case(0, "--catalog book.yaml", "not a price book"),
        case(0, "--assert train_dais<=1", 'did you mean "train_days"?'),
        case(0, "--assert train_days", "--assert"),
        case(0, "--frobnicate", "No such option '--frobnicate'. (see"),
        case(0, "--gpu h100", "No such option '--gpu'. Did you mean '--hardware'? (see"),
        case(0, "--pue 1.1", "No such option '--pue'. Did you mean '--set pue=VALUE'? (see"),
        case(0, "--set staff_fte=1..100:100", "too many alternatives to stand side by side"),
    ],
)
def test_estimate_refuses_bad_values_on_stderr_alone(capsys: Capture, more: list[str], says: str) -> None:
    done = invoke(capsys, *LLAMA, *more)
    assert done.code == 2
    assert says in done.err
    assert done.out == ""
    assert all(line.startswith(("error: ", "warning: ", "... and ")) for line in done.err.splitlines())


def test_a_run_has_at_least_one_parameter(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", "--hardware", "h100-sxm", "--chips", "8", "--params", "1e-3", "--tokens", "1T")
    assert done.code == 2
    assert 'params = "1e-3": out of range; allowed: 1 <= params' in done.err


def test_a_site_asks_for_a_run(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", "--preset", "colossus-2-110k")
    assert done.code == 2
    assert done.err.startswith('error: preset = "colossus-2-110k": a site')
    assert "--params 1T --tokens 10T" in done.err
    assert invoke(capsys, "estimate", "--preset", "colossus-2-110k", "--params", "1T", "--tokens", "10T").code == 0


@pytest.mark.parametrize("command", ["summary", "top", "sweep"])
def test_what_an_expression_of_the_users_makes_is_not_an_internal_error(
    capsys: Capture, tmp_path: Path, command: str
) -> None:
    derive = '[derive]\nx = "1 / (chips - 256)"\n\n[query]'
    spec = spec_file(tmp_path, SPEC.replace("[query]", derive).replace('"train_days"', '"x"'))
    done = invoke(capsys, command, spec, *(["-o", str(tmp_path / "rows.csv")] if command == "sweep" else []))
    assert done.code == 1
    assert done.err.startswith('error: derive.x = "1 / (chips - 256)": is inf at combination ')
    assert "chips = 256" in done.err
    assert "internal" not in done.err
    assert not (tmp_path / "rows.csv").exists()


def test_all_faults_are_reported_at_once(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", "--hardware", "h1000", "--mfu", "45", "--set", "pue=0.5", "--set", "nonsense=1")
    assert len(done.err.splitlines()) == 4


def test_what_is_missing_is_listed(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", "--hardware", "h100-sxm")
    assert done.code == 2
    assert {line.split(":")[1].strip() for line in done.err.splitlines()} == {"chips", "model", "tokens"}


@pytest.mark.parametrize(
    ("output", "says"),
    [
        pytest.param("rows.xlsx", "unknown kind of file; allowed: a name that ends in .parquet", id="ending"),
        pytest.param("rows", "unknown kind of file", id="no-ending"),
        pytest.param("folder", "is a folder, not a file", id="135-folder"),
        pytest.param("missing/rows.csv", "there is no folder", id="144-parent"),
        pytest.param("x" * 300 + ".csv", "a name of 304 bytes; allowed: at most 255 bytes", id="128-name"),
        pytest.param("pipe.csv", "exists and is not a regular file", id="149-fifo"),
        pytest.param("", "missing value", id="empty"),
    ],
)
def test_bad_output_plans_are_refused_before_anything_is_touched(
    capsys: Capture, tmp_path: Path, output: str, says: str
) -> None:
    spec = spec_file(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    before = listing(tmp_path)
    done = invoke(capsys, "sweep", spec, "-o", str(tmp_path / output) if output else "")
    assert done.code == 2
    assert done.err.startswith('error: -o = "')
    assert says in done.err
    assert listing(tmp_path) == before


def test_an_output_never_replaces_its_own_input(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    book = tmp_path / "book.csv"
    book.write_text("hardware,market,usd_per_chip_hour,date\nh100-sxm,on_demand,1.00,2026-11-01\n")
    before = listing(tmp_path)
    done = invoke(capsys, "sweep", spec, "--catalog", str(book), "-o", str(book))
    assert "is an input of this run" in done.err
    assert listing(tmp_path) == before


def test_a_sweep_larger_than_the_disk_is_refused(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    before = listing(tmp_path)
    axes = [f"{name}=0.1..0.9:1000" for name in ("mfu", "goodput", "moe_active_fraction")]
    settings = [word for axis in [*axes, "experiments_factor=1..4:1000"] for word in ("--set", axis)]
    done = invoke(capsys, "sweep", spec, "-o", str(tmp_path / "rows.parquet"), *settings)
    assert done.code == 2
    assert "are free; allowed: --where, --limit" in done.err
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(SPEC.replace("256", "0"), "spec.toml:5", id="3-line"),
        pytest.param(SPEC + "wher = 'x'\n", 'did you mean "where"?', id="93-key"),
        pytest.param(SPEC.replace("version = 1", "version = 9"), "needs a gigacost that reads version >= 9", id="117"),
        pytest.param("", "empty spec", id="104"),
        pytest.param(SPEC.replace('"13B"', "inf"), "params", id="9"),
        pytest.param(SPEC.replace('"train_days"', '"train_dais"'), 'did you mean "train_days"?', id="column"),
    ],
)
@pytest.mark.parametrize("command", ["sweep", "top", "summary", "pareto", "count", "bounds"])
def test_a_bad_file_is_refused_by_every_command(
    capsys: Capture, tmp_path: Path, command: str, text: str, says: str
) -> None:
    spec = spec_file(tmp_path, text)
    before = listing(tmp_path)
    output = ("-o", str(tmp_path / "rows.csv")) if command == "sweep" else ()
    done = invoke(capsys, command, spec, *output)
    assert done.code == 2
    assert done.err.startswith("error: ")
    assert says in done.err
    assert done.out == ""
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sweep", "SPEC"), "-o: missing: where the rows go"),
        (("sweep", "SPEC", "-o", "-", "--limit", "-1"), '--limit = "-1": out of range; allowed: >= 0'),
        (("sweep", "SPEC", "-o", "-", "--threads", "0"), '--threads = "0": out of range; allowed: >= 1'),
        (("sweep", "SPEC", "-o", "-", "--threads", "٣"), "not a whole number"),
        (("sweep", "SPEC", "-o", "-", "--threads", "100000"), "not a number of threads; allowed: 1 to 1024"),
        (("sweep", "SPEC", "-o", "-", "--where", "train_days <= "), "where"),
        (("top", "SPEC", "-k", "0"), '-k = "0": out of range; allowed: >= 1'),
        (("top", "SPEC", "-k", "9" * 20), "out of range; allowed: >= 1 and <= 9223372036854775807"),
        (("top", "SPEC", "-k", "1.5"), '-k = "1.5": not a whole number; allowed: >= 1, in digits 0-9'),
        (("summary", "SPEC", "--assert", "status_no_prise != 1"), 'did you mean "status_no_price"?'),
        (("summary", "SPEC", "--strict", "--as-of", "2027-06-01"), "no trend is assumed"),
        (("top", "SPEC", "--per", "hardwear"), 'did you mean "hardware"?'),
        (("top", "SPEC", "--by", "train_dais"), 'did you mean "train_days"?'),
        (("top", "nowhere.toml"), "nowhere.toml"),
        (("top",), "Missing argument"),
        (("tops", "SPEC"), "unknown command; allowed: estimate, choose, sweep, top, summary, pareto, count, bounds"),
        (("explain", "mfuu"), 'quantity = "mfuu": neither quantity nor input of the model; did you mean "mfu"?'),
        (("explain", "mfu", "--set", "chips=8,16"), "a list, where one value is explained"),
        (("catalog", "list", "hardwear"), 'did you mean "hardware"?'),
        (("catalog", "show", "h1000"), "not in the catalogue"),
        (("catalog", "show", "hardware", "usa"), 'hardware = "usa": not in the catalogue'),
        (("catalog", "show", "hardwear", "h100"), 'axis = "hardwear": unknown axis; allowed: hardware, precision'),
        (("catalog", "show", "presets", "plam"), 'did you mean "palm"?'),
        (("catalog", "show", "hardware", "h100", "h200"), 'label = "h200": one label at a time'),
        (("catalog", "show", "h100", "--as-of", "2023-02-30"), "there is no such day"),
    ],
)
def test_commands_refuse_bad_options_and_files_on_stderr_alone(
    capsys: Capture, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    spec = spec_file(tmp_path)
    done = invoke(capsys, *(spec if word == "SPEC" else word for word in arguments))
    assert done.code == 2
    assert says in done.err
    assert done.out == ""


def test_a_bad_number_of_threads_in_the_environment(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIGACOST_THREADS", "abc")
    done = invoke(capsys, "sweep", spec_file(tmp_path), "-o", "-")
    assert done.code == 2
    assert 'GIGACOST_THREADS = "abc": not a number of threads; allowed: 1 to 1024' in done.err


def test_values_cannot_disturb_a_terminal(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", "--hardware", "h100\x1b[31m\u202e", "--chips", "8")
    assert done.code == 2
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err
    assert r"\x1b" in done.err


def test_outputs_fail_with_2_before_evaluation_and_1_after(capsys: Capture) -> None:
    def fail() -> None:
        raise OutputError(28, "No space left on device", "rows.parquet")

    def fail_late() -> None:
        process.evaluating = True
        fail()

    assert (process.run(fail), process.run(fail_late)) == (2, 1)
    assert capsys.readouterr().err.splitlines() == ["error: rows.parquet: No space left on device"] * 2


def test_an_internal_error_is_one_line_and_a_traceback_only_for_who_asks(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        message = "surprise"
        raise ZeroDivisionError(message)

    assert process.run(fail) == 1
    assert (
        capsys.readouterr().err == "error: internal error: ZeroDivisionError: surprise; GIGACOST_DEBUG=1 shows where\n"
    )
    monkeypatch.setattr(process, "debug", True)
    assert process.run(fail) == 1
    assert "Traceback" in capsys.readouterr().err
