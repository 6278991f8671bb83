"""The command line as a process: signals, pipes, terminals, encodings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_runner import spec_file

GIGACOST = str(Path(sys.executable).with_name("gigacost"))
LLAMA = ("estimate", "--hardware", "h100-sxm", "--chips", "16384", "--params", "405B", "--tokens", "15.6T")
BIG = """version = 1

[axes]
chips = { from = 8, to = 100000, steps = 2000, scale = "log" }
params = { from = "1B", to = "1T", steps = 1000, scale = "log" }
tokens = { from = "100B", to = "30T", steps = 1000, scale = "log" }

[fixed]
hardware = "h100-sxm"
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR", "TERM"}}
    return subprocess.run(
        [GIGACOST, *arguments], capture_output=True, check=False, env={**kept, **environment}, timeout=60
    )


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, b"interrupted"), (signal.SIGTERM, 143, b"terminated")]
)
@pytest.mark.parametrize("command", ["sweep", "top", "summary"])
def test_a_signal_stops_within_a_second_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals, code: int, word: bytes, command: str
) -> None:
    spec = spec_file(tmp_path, BIG)
    out = tmp_path / "out"
    out.mkdir()
    (out / "rows.parquet").write_bytes(b"an older file")
    more = ("-o", str(out / "rows.parquet"), "--force") if command == "sweep" else ()
    process = subprocess.Popen([GIGACOST, command, spec, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while command == "sweep" and len(list(out.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(1.0)
    assert process.poll() is None
    start = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - start < 5  # one second on a machine that does nothing else
    assert process.returncode == code
    assert err.splitlines()[-1] == b"error: " + word
    assert b"Traceback" not in err
    assert [path.name for path in out.iterdir()] == ["rows.parquet"]
    assert (out / "rows.parquet").read_bytes() == b"an older file"


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    spec = spec_file(tmp_path, BIG)
    process = subprocess.Popen([GIGACOST, "sweep", spec, "-o", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"chips,params,tokens,")
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 0
    assert [line.startswith(b"warning: run_years: longer than 15 months") for line in err.splitlines()] == [True]


def test_a_reader_that_closes_at_once_is_no_error() -> None:
    for more in ((), ("--sources",), ("--json",)):
        process = subprocess.Popen([GIGACOST, *LLAMA, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, b"")


def test_a_closed_standard_output_does_not_crash() -> None:
    done = subprocess.run(["sh", "-c", '"$0" "$@" >&-', GIGACOST, *LLAMA], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_disk_behind_standard_output_is_a_failure() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([GIGACOST, *LLAMA], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"error: No space left on device\n")


def test_progress_is_shown_to_who_watches(tmp_path: Path) -> None:
    spec = spec_file(tmp_path, BIG)
    main, side = os.openpty()
    process = subprocess.Popen(
        [GIGACOST, "top", spec], stdout=subprocess.PIPE, stderr=side, env={**os.environ, "TERM": "xterm"}
    )
    os.close(side)
    text = b""
    while b"left" not in text and process.poll() is None:
        text += os.read(main, 4096)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    os.close(main)
    assert process.returncode == 130
    assert b"/s  " in text
    assert b"% " in text


def test_no_progress_and_no_colour_where_nobody_watches() -> None:
    done = run(*LLAMA)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout + done.stderr
    assert done.stderr == b""


@pytest.mark.parametrize("columns", ["1", "20", "80", "120", "0", "abc"])
@pytest.mark.parametrize("arguments", [LLAMA, (*LLAMA, "--market", "own,spot"), ("catalog", "list", "market")])
def test_output_fits_any_terminal_width(columns: str, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, COLUMNS=columns)
    assert (done.returncode, done.stderr) == (0, b"")
    if columns in {"80", "120"}:
        assert max(len(line) for line in done.stdout.decode().splitlines()) <= int(columns)


@pytest.fixture(scope="module")
def plain_json() -> bytes:
    return run(*LLAMA, "--json").stdout


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "cp1251"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "de_DE"},
        {"TERM": "dumb"},
        {"NO_COLOR": "1"},
    ],
    ids=str,
)
def test_any_encoding_and_terminal(environment: dict[str, str], plain_json: bytes) -> None:
    for arguments in (LLAMA, ("explain", "cost_total_usd"), ("catalog", "show", "h100")):
        done = run(*arguments, **environment)
        assert (done.returncode, done.stderr) == (0, b"")
    assert run(*LLAMA, "--json", **environment).stdout == plain_json
    refused = run("estimate", "--hardware", "ü", **environment)
    assert refused.returncode == 2
    assert b"Traceback" not in refused.stderr


def test_ascii_terminals_get_ascii() -> None:
    done = run(*LLAMA, PYTHONIOENCODING="ascii")
    assert done.stdout.isascii()
    assert b"####" in done.stdout
