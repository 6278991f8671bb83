"""``sweep -o DIR/``, ``status`` and ``verify`` on the command line."""

import gzip
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_runner import gigacost_command, invoke, listing, spec_file
from small_dataset import contents

from gigacost.datasets import cloud

Capsys = pytest.CaptureFixture[str]
GIGACOST = str(Path(sys.executable).with_name("gigacost"))

BIG = """version = 1

[axes]
hardware = ["h100-sxm", "b200-sxm"]
chips = {from = 64, to = 100000, steps = 100, scale = "log"}
tokens = {from = "1T", to = "100T", steps = 1000}

[fixed]
params = "13B"

[query]
columns = ["cost_total_usd", "train_days"]
"""


def test_a_dataset_is_written_resumed_and_verified(tmp_path: Path, capsys: Capsys) -> None:
    spec, folder = spec_file(tmp_path), f"{tmp_path}/rows/"
    asked = ("sweep", spec, "-o", folder, "--rows-per-part", "2", "--json")
    done = invoke(capsys, *asked)
    assert (done.code, done.err) == (0, "")
    assert list(done.json) == ["parts", "computed", "reused", "rows", "bytes", "manifest_sha256"]
    assert (done.json["parts"], done.json["computed"], done.json["rows"]) == (6, 6, 12)
    again = invoke(capsys, *asked, "--resume")
    assert again.json == {**done.json, "computed": 0, "reused": 6}
    status = invoke(capsys, "status", folder, "--json")
    assert status.json == {
        "complete": True, "parts": 6, "done": 6, "missing": 0, "rows": 12, "bytes": done.json["bytes"]
    }  # fmt: skip
    for sample in (0, 2):
        found = invoke(capsys, "verify", folder, "--sample", str(sample), "--json")
        assert (found.code, found.json) == (0, {"ok": True, "parts": 6, "recomputed": sample, "faults": []})


def test_the_same_is_told_to_people(tmp_path: Path, capsys: Capsys) -> None:
    spec, folder = spec_file(tmp_path), f"{tmp_path}/rows/"
    asked = ("sweep", spec, "-o", folder, "--partition-by", "hardware", "--where", "train_days <= 100")
    done = invoke(capsys, *asked)
    assert (done.code, done.out) == (0, "")
    assert " rows of 12 combinations in 2 parts of " in done.err
    assert "2 of them there before" in invoke(capsys, *asked, "--resume").err
    assert invoke(capsys, "status", folder).out.startswith("state  complete\nparts  2 of 2\nrows   ")
    assert (
        invoke(capsys, "verify", folder, "--sample", "9").out == "2 parts checked, 2 of them computed again: no fault\n"
    )
    part = Path(folder) / "hardware=h100-sxm/part-000001.parquet"
    part.write_bytes(part.read_bytes()[:-1])
    found = invoke(capsys, "verify", folder)
    assert (found.code, found.out) == (1, "2 parts checked: 1 fault\n")
    assert found.err.startswith("error: part 1: hardware=h100-sxm/part-000001.parquet is not what was written: ")
    wrong = invoke(capsys, "verify", folder, "--json")
    assert (wrong.code, wrong.json["ok"], [fault["part"] for fault in wrong.json["faults"]]) == (1, False, [1])


def test_limit_columns_and_form_hold_as_for_a_file(tmp_path: Path, capsys: Capsys) -> None:
    options = ("--limit", "5", "--columns", "mfu", "--part-format", "csv.gz", "--rows-per-part", "3")
    done = invoke(capsys, "sweep", spec_file(tmp_path), "-o", f"{tmp_path}/rows/", *options, "--json")
    assert done.json["rows"] == 5
    parts = sorted((tmp_path / "rows").glob("*.csv.gz"))
    lines = [gzip.decompress(part.read_bytes()).decode().splitlines() for part in parts]
    assert {one[0] for one in lines} == {"hardware,chips,precision,status,mfu"}
    assert sum(len(one) - 1 for one in lines) == 5


@pytest.mark.parametrize(
    ("output", "options", "said"),
    [
        pytest.param("file/", [], '-o = "{0}/file/": is a file, not a folder', id="135-file"),
        pytest.param("gone/rows/", [], "there is no folder {0}/gone", id="144-parent"),
        pytest.param("x" * 300 + "/", [], "a name of 300 bytes; allowed: at most 255 bytes", id="128-name"),
        pytest.param("full/", [], 'holds no dataset, and other files: "mine"', id="other-files"),
        pytest.param("full/", ["--resume"], 'holds no dataset, and other files: "mine"', id="other-files-resume"),
        pytest.param(
            "rows/", ["--partition-by", "chip"], '--partition-by = "chip": not an axis of this space', id="axis"
        ),
        pytest.param("rows/", ["--partition-by", ""], '--partition-by = "": missing value', id="no-axis"),
        pytest.param(
            "rows/",
            ["--partition-by", "chips,hardware", "--max-partitions", "5"],
            "6 partitions; allowed: at most 5",
            id="133",
        ),
        pytest.param(
            "rows/", ["--rows-per-part", "0"], '--rows-per-part = "0": out of range; allowed: >= 1', id="rows"
        ),
        pytest.param("rows/", ["--part-format", "arrow"], "'arrow' is not one of 'parquet', 'csv.gz'", id="format"),
        pytest.param("rows/", ["--format", "focus"], "FOCUS is written as CSV", id="focus"),
        pytest.param("rows.parquet", ["--resume"], "--resume: only for a dataset; allowed: -o DIR/", id="file-resume"),
        pytest.param("rows.csv", ["--rows-per-part", "3"], "--rows-per-part: only for a dataset", id="file-parts"),
        pytest.param("full", [], "is a folder, not a file; allowed: ", id="folder-without-slash"),
        pytest.param("s3://a:b@c/", [], "credentials are taken from the environment alone", id="credentials"),
        pytest.param("ftp://a/b/", [], "not the URL of a bucket", id="ftp"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_touched(
    tmp_path: Path, capsys: Capsys, output: str, options: list[str], said: str
) -> None:
    spec = spec_file(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("mine")
    before = listing(tmp_path)
    name = output if "://" in output else f"{tmp_path}/{output}"
    done = invoke(capsys, "sweep", spec, "-o", name, *options)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said.format(tmp_path) in done.err
    assert listing(tmp_path) == before


def test_resume_of_another_dataset_is_refused_and_nothing_is_touched(tmp_path: Path, capsys: Capsys) -> None:
    spec, folder = spec_file(tmp_path), f"{tmp_path}/rows/"
    invoke(capsys, "sweep", spec, "-o", folder)
    before = listing(tmp_path)
    for options, said in (
        ([], "holds this dataset; allowed: --resume"),
        (["--resume", "--params", "14B"], "other specification"),
        (["--resume", "--limit", "3"], "other limit"),
    ):
        done = invoke(capsys, "sweep", spec, "-o", folder, *options)
        assert (done.code, done.err.count("error: ")) == (2, 1)
        assert f'error: -o = "{folder}": ' in done.err
        assert said in done.err
    assert listing(tmp_path) == before


@pytest.mark.parametrize("command", ["status", "verify"])
def test_where_there_is_no_dataset(tmp_path: Path, capsys: Capsys, command: str) -> None:
    done = invoke(capsys, command, str(tmp_path), "--json")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f'error: DIR = "{tmp_path}/": holds no dataset: there is no _gigacost/plan.json')


@pytest.mark.parametrize("command", ["sweep SPEC -o", "status", "verify"])
def test_a_store_that_cannot_be_reached_is_a_failure_and_no_secret_is_told(
    tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(cloud, "RETRIES", 0)
    for name, value in (
        ("ENDPOINT_URL", "http://127.0.0.1:9"),
        ("ACCESS_KEY_ID", "akey"),
        ("SECRET_ACCESS_KEY", "hush"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    words = [spec_file(tmp_path) if word == "SPEC" else word for word in command.split()]
    done = invoke(capsys, *words, "s3://costs/rows/")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("error: s3://costs/rows/_gigacost/plan.json: ")
    assert "akey" not in done.err
    assert "hush" not in done.err


def test_stores_that_were_not_tested_are_said_to_be(
    tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "RETRIES", 0)
    monkeypatch.setenv("GOOGLE_SKIP_SIGNATURE", "true")
    monkeypatch.setattr(cloud.CloudStore, "read", lambda *_: b"{}")
    done = invoke(capsys, "sweep", spec_file(tmp_path), "-o", "gs://costs/rows/")
    assert done.code == 2
    assert done.err.startswith("note: gs:// is untested\n")


def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: Capsys) -> None:
    spec = spec_file(tmp_path)
    before = listing(tmp_path)
    done = invoke(capsys, "sweep", spec, "-o", f"{tmp_path}/rows/", "--dry-run", "--json")
    assert (done.code, done.json["rows"], done.json["parts"]) == (0, {"low": 12, "high": 12}, 1)
    assert listing(tmp_path) == before


def test_an_assertion_is_about_the_dataset(tmp_path: Path, capsys: Capsys) -> None:
    done = invoke(capsys, "sweep", spec_file(tmp_path), "-o", f"{tmp_path}/rows/", "--assert", "rows < 12")
    assert done.code == 4
    assert (tmp_path / "rows/_gigacost/manifest.json").exists()


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, b"interrupted"), (signal.SIGTERM, 143, b"terminated")]
)
def test_a_run_that_is_stopped_is_resumed(tmp_path: Path, number: int, code: int, word: bytes) -> None:
    spec, folder = spec_file(tmp_path, BIG), tmp_path / "rows"
    command = [GIGACOST, "sweep", spec, "-o", f"{folder}/", "--rows-per-part", "2000", "--resume", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while len(list(folder.glob("_gigacost/parts/*.json"))) < 2 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (code, b"")
    assert err.endswith(b"error: " + word + b"\n")
    assert not [name for name in contents(folder) if name.endswith((".partial", "manifest.json"))]
    status = json.loads(gigacost_command("status", str(folder), "--json").stdout)
    assert (status["complete"], status["done"] + status["missing"]) == (False, status["parts"])
    done = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert done["reused"] >= status["done"] >= 2
    assert done["computed"] + done["reused"] == status["parts"]
