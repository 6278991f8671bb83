"""Bad specifications: each is refused in words that name the field, the value and what is allowed.

Numbers in the ids are the cases' numbers in the list of bad inputs.
"""

from __future__ import annotations

import os
import pickle
import socket
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from small_namespace import NAMESPACE, spec_file

from gigacost.errors import CatalogError, Error, Fault, InternalError, OutputError, SpecError, UnitError, nearest, show
from gigacost.spec.files import Document, read_document
from gigacost.spec.reader import read_file, read_mapping


def refusal(tmp_path: Path, text: str | bytes, name: str = "spec.toml") -> SpecError:
    """The refusal of a file, which must leave the folder as it was."""
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    before = [(entry.name, entry.stat().st_mtime_ns) for entry in tmp_path.iterdir()]
    with pytest.raises(SpecError) as raised:
        read_file(path, NAMESPACE)
    assert [(entry.name, entry.stat().st_mtime_ns) for entry in tmp_path.iterdir()] == before
    return raised.value


def tree_refusal(**tree: Any) -> str:
    with pytest.raises(SpecError) as raised:
        read_mapping({"version": 1} | tree, NAMESPACE)
    return str(raised.value)


def case(number: int, *values: object) -> Any:
    return pytest.param(*values, id=f"{number}-{values[0]!s:.20}")


@pytest.mark.parametrize(
    ("line", "field", "value", "says"),
    [
        case(1, "rental_usd_per_chip_hour = -2.0", "rental_usd_per_chip_hour", "-2.0", "allowed: >= 0 and finite"),
        case(3, "tokens = 0", "tokens", "0", "allowed: >= 1"),
        case(4, "params = 0", "params", "0", "allowed: > 0"),
        case(4, "params = -7e9", "params", "-7000000000.0", "allowed: > 0"),
        case(5, "mfu = 0", "mfu", "0", "allowed: 0 < mfu <= 1"),
        case(6, "mfu = 1.0000001", "mfu", "1.0000001", "allowed: 0 < mfu <= 1"),
        case(7, "mfu = 45", "mfu", "45", "did you mean 0.45?"),
        case(8, "mfu = nan", "mfu", "nan", "missing (nan is no value)"),
        case(9, "tokens = inf", "tokens", "inf", "infinite"),
        case(9, "tokens = -inf", "tokens", "-inf", "infinite"),
        case(11, 'tokens = "1e400"', "tokens", '"1e400"', "expected number, got string"),
        case(17, "chips = -1", "chips", "-1", "allowed: a whole number, >= 1"),
        case(20, "chips = true", "chips", "True", "expected integer, got boolean"),
        case(20, "mfu = true", "mfu", "True", "expected number, got boolean"),
        case(21, 'chips = "8"', "chips", '"8"', "expected integer, got string; did you mean 8 without quotes?"),
        case(22, 'chips = "8 "', "chips", '"8 "', "blanks around"),
        case(22, 'chips = "1_000"', "chips", '"1_000"', "no separators"),
        case(22, 'chips = "１２３"', "chips", '"１２３"', "only the digits 0-9"),
        case(28, "market = false", "market", "False", "expected string, got boolean; allowed: a string in quotes"),
        case(29, 'chips = ""', "chips", '""', "missing value"),
        case(29, 'market = ""', "market", '""', "missing value"),
        case(38, "chips = [8]", "chips", "[8]", "expected integer, got list"),
        case(53, "chisp = 8", "chisp", "8", 'unknown name "chisp"; did you mean "chips"?'),
        case(54, "fits = 1", "fits", "1", "a condition of the model"),
        case(60, 'params = "7b"', "params", '"7b"', 'did you mean "7B"?'),
        case(60, 'params = "7 B"', "params", '"7 B"', 'did you mean "7B"?'),
        case(63, 'horizon_days = "9000 h"', "horizon_days", '"9000 h" (= 375 d)', "allowed: 0 <= horizon_days <= 366"),
        case(64, 'rental_usd_per_chip_hour = "€2"', "rental_usd_per_chip_hour", '"€2"', "another currency"),
        case(66, 'electricity_usd_per_kwh = "0.08 $/kW"', "electricity_usd_per_kwh", '"0.08 $/kW"', "does not measure"),
        case(71, "pue = 0.9", "pue", "0.9", "allowed: >= 1"),
        case(72, "electricity_usd_per_kwh = -0.01", "electricity_usd_per_kwh", "-0.01", "allowed: >= 0"),
        case(74, 'hardware = "h1000-sxm"', "hardware", '"h1000-sxm"', 'did you mean "h100-sxm"?'),
        case(113, "hardware = 2026-11-21", "hardware", "datetime.date(2026, 11, 21)", "expected string, got date"),
        case(115, 'hardware = "${HOME}"', "hardware", '"${HOME}"', "unknown label"),
        case(116, 'hardware = "{0.__class__}"', "hardware", '"{0.__class__}"', "unknown label"),
    ],
)
def test_values_no_run_could_have(tmp_path: Path, line: str, field: str, value: str, says: str) -> None:
    error = refusal(tmp_path, f"version = 1\n\n[fixed]\n{line}\n")
    assert (error.field, error.value) == (f"fixed.{field}", value)
    assert error.path.endswith("spec.toml:4")
    assert says in str(error)


def test_zero_is_a_legal_price() -> None:
    spec = read_mapping({"version": 1, "fixed": {"electricity_usd_per_kwh": 0, "runs_per_year": -0.0}}, NAMESPACE)
    assert spec.fixed == {"electricity_usd_per_kwh": 0.0, "runs_per_year": 0.0}
    assert str(spec.fixed["runs_per_year"]) == "0.0"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        case(11, "tokens = 1e400", "overflowed (a float has 64 bits, an integer 63 and a sign)"),
        case(11, "tokens = 1e400", "spec.toml:3"),
        case(33, "chips = [8, 8]", "axes.chips[1] = 8: the same as axes.chips[0] = 8"),
        case(34, "chips = [1, 1.0, true]", "axes.chips[1] = 1.0: the same as axes.chips[0] = 1"),
        case(34, "chips = [1, 1.0, true]", "axes.chips[2] = True: expected integer, got boolean"),
        case(34, 'hardware = ["H100-SXM", "h100-sxm"]', 'axes.hardware[1] = "h100-sxm": the same as axes.hardware[0]'),
        case(38, "chips = [[1], [2]]", "axes.chips[0] = [1]: expected integer, got list"),
        case(40, "tokens = {from = 1, to = 2, step = 0}", "axes.tokens.step = 0"),
        case(45, 'tokens = {from = 0, to = 2, steps = 3, scale = "log"}', "axes.tokens.from = 0: out of range"),
        case(46, "tokens = {from = 3, to = 2, steps = 3}", "axes.tokens.from = 3: above the end"),
        case(47, "tokens = {from = 1, to = 1e300, step = 1}", "at most 1000000"),
        case(53, "tokesn = [1, 2]", 'unknown name "tokesn"; did you mean "tokens"?'),
        case(
            91, "chips = [1, 2]\n[fixed]\nchips = 3", "fixed.chips = 3: chips is given a second time; axes.chips has it"
        ),
        case(91, "chips = [1, 2]\n[[zip]]\nchips = [1]\ntokens = [1]", "zip[0].chips: chips is given a second time"),
        case(96, "chips = [1]\nchips = [2]", "duplicate key"),
    ],
)
def test_axes_no_space_could_have(tmp_path: Path, text: str, says: str) -> None:
    assert says in str(refusal(tmp_path, f"version = 1\n[axes]\n{text}\n"))


def test_a_space_too_large_is_refused_with_its_exact_size(tmp_path: Path) -> None:
    axes = "\n".join(
        f"{name} = {{from = 1, to = 1e6, steps = 1000000}}" for name in ("tokens", "params", "runs_per_year")
    )
    error = refusal(tmp_path, f"version = 1\n[axes]\n{axes}\nhorizon_days = {{from = 0, to = 9, steps = 10}}\n")
    assert error.value == str(10**19)
    assert "tokens (1000000), params (1000000), runs_per_year (1000000)" in str(error)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        case(93, "version = 1\naxis = 3", "axis = 3: unknown key; allowed: version, axes, zip"),
        case(93, "version = 1\naxis = 3", 'did you mean "axes"? ('),
        case(93, 'version = 1\n[query]\nwere = "loss < 2"', 'query.were = "loss < 2": unknown key'),
        case(117, "version = 2", "version = 2: needs a gigacost that reads version >= 2"),
        case(118, "version = 0", "version = 0: no such version"),
        case(118, 'version = "1"', "expected integer, got string"),
        case(118, "version = true", "expected integer, got boolean"),
        case(114, 'version = 1\ninclude = "../../etc/passwd"', 'include = "../../etc/passwd": unknown key'),
        case(114, 'version = 1\ncatalog = "../prices.toml"', "leads out of the folder"),
        case(114, 'version = 1\ncatalog = "/etc/passwd"', "leads out of the folder"),
        case(114, 'version = 1\ncatalog = "http://host/p.toml"', "leads out of the folder"),
        case(114, 'version = 1\ncatalog = "~/p.toml"', "leads out of the folder"),
        case(113, "version = 1\nas_of = 2026-11-21", "expected string, got date"),
        case(89, 'version = 1\nas_of = "2025-02-29"', 'as_of = "2025-02-29": not a date; allowed: YYYY-MM-DD'),
        case(91, 'version = 1\nas_of = "2025-01-01"\n[fixed]\nas_of = "2025-01-01"', "as_of is given a second time"),
        case(
            74,
            'version = 1\npreset = "lama-3"',
            'unknown preset; allowed: epoch-2024, gpt-3, llama-3; did you mean "llama-3"?',
        ),
        case(160, 'version = 1\n[derive]\nstatus = "loss"', '"status" is an output column already'),
        case(160, 'version = 1\n[derive]\nloss = "mfu"', '"loss" is a name of the model already'),
        case(128, f'version = 1\n[derive]\n{"a" * 300} = "mfu"', "at most 64 characters"),
        case(53, 'version = 1\n[derive]\na = "b"\nb = "loss"', 'derive.a = "b": column 1: unknown name "b"'),
        case(
            53,
            'version = 1\n[query]\ncolumns = ["lost", "loss", "loss"]',
            'query.columns[0] = "lost": unknown column; did you',
        ),
        case(
            33,
            'version = 1\n[query]\ncolumns = ["lost", "loss", "loss"]',
            'query.columns[2] = "loss": the same as query.columns[1]',
        ),
        case(20, "version = 1\n[query]\nk = true", "query.k = True: expected integer"),
        case(44, "version = 1\n[query]\nk = 0", "query.k = 0: out of range; allowed: a whole number, >= 1"),
        case(28, "version = 1\n[query]\nwhere = true", "query.where = True: expected string, got boolean"),
        case(53, 'version = 1\n[query]\nwhere = "los < 2"', 'column 1: unknown name "los"; did you mean "loss"?'),
        case(53, 'version = 1\n[query]\nby = ["loss"]', "query.by = ['loss']: expected string, got list"),
        case(95, "version = 1\naxes = 3", "axes = 3: expected table, got integer"),
        case(104, "", "empty spec"),
        case(104, "# only this\n\n", "empty spec"),
        case(98, "version: !!python/object/apply:os.system ['true']", "YAML"),
        case(28, "---\nversion: 1\n", "YAML is not read"),
        case(101, "a = " + "[" * 100_000, "nested too deeply (max 32)"),
        case(101, "a = " + "[" * 40 + "]" * 40, "nested too deeply (max 32)"),
        case(101, ".".join(["a"] * 40) + " = 1", "nested too deeply (max 32)"),
        case(107, "version = 1\r[axes]\rchips = [8]\r", "a carriage return that does not end a line"),
        case(110, 'version = 1\n[fixed]\n"chi\u202eps" = 8', "invisible character U+202E"),
        case(110, 'version = 1\n[fixed]\n"chips\u200b" = 8', "invisible character U+200B"),
        case(110, 'version = 1\n[fixed]\nhardware = "h100\u202e"', "contains the invisible character U+202E"),
        case(111, "version = ", "spec.toml:1"),
        case(9, "x=" + "9" * 5000, "spec.toml:1"),
    ],
)
def test_documents_that_say_nothing_sensible(tmp_path: Path, text: str, says: str) -> None:
    error = str(refusal(tmp_path, text))
    assert says in error
    assert "\u202e" not in error
    assert "\u200b" not in error


@pytest.mark.parametrize(
    ("text", "says"),
    [
        case(97, '{"version": 1, "fixed": {"chips": 8, "chips": 9}}', "chips: the key stands twice in one table"),
        case(9, '{"version": 1, "fixed": {"tokens": Infinity}}', "Infinity is no value"),
        case(8, '{"version": 1, "fixed": {"mfu": NaN}}', "NaN is no value"),
        case(
            11,
            '{"version": 1, "fixed": {"tokens": 1e400}}',
            "fixed.tokens = inf: infinite, or overflows a 64-bit float",
        ),
        case(11, '{"version": 1, "fixed": {"tokens": ' + "9" * 400 + "}}", "overflows a 64-bit float"),
        case(11, '{"version": 1, "fixed": {"chips": ' + "9" * 40 + "}}", "too large for a whole number"),
        case(11, '{"version": 1, "fixed": {"tokens": ' + "9" * 5000 + "}}", "limit"),
        case(29, '{"version": 1, "fixed": {"chips": null}}', "fixed.chips: missing value"),
        case(29, '{"version": 1, "fixed": null}', "fixed: missing value"),
        case(111, '{"version": 1,}', "spec.json:1"),
        case(111, "{'version': 1}", "column 2"),
        case(101, "[" * 100_000, "nested too deeply (max 32)"),
        case(101, '{"axes": ' + "[" * 40 + "]" * 40 + "}", "nested too deeply (max 32)"),
        case(104, "{}", "empty spec"),
        case(104, "[1]", "not a table of keys and values"),
        case(110, '{"version": 1, "fixed": {"chips\\u202e": 8}}', "U+202E"),
    ],
)
def test_json_that_says_nothing_sensible(tmp_path: Path, text: str, says: str) -> None:
    assert says in str(refusal(tmp_path, text, "spec.json"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        case(106, "version = 1".encode("utf-16"), "not UTF-8 at byte 0"),
        case(106, b"version = 1 # caf\xe9", "not UTF-8 at byte 17"),
        case(106, b"\xef\xbb\xbfversion = 1 # caf\xe9", "not UTF-8 at byte 20"),
        case(119, pickle.dumps({"version": 1}), "not UTF-8 at byte 0"),
        case(124, b"\x1f\x8b\x08\x00gzip", "not UTF-8 at byte 1"),
        case(127, b"version = 1\x00", "spec.toml:1"),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, content: bytes, says: str) -> None:
    assert says in str(refusal(tmp_path, content))


def test_one_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "spec.toml"
    path.write_bytes(b"\xef\xbb\xbfversion = 1\r\n[fixed]\r\nchips = 8\r\n")
    assert read_file(path, NAMESPACE).fixed == {"chips": 8}
    path.write_bytes(b"\xef\xbb\xbf\xef\xbb\xbfversion = 1\n")
    with pytest.raises(SpecError):
        read_file(path, NAMESPACE)


def test_a_path_may_be_longer_than_what_messages_show(tmp_path: Path) -> None:
    folder = tmp_path / ("folder-" * 15)
    folder.mkdir()
    (folder / "spec.toml").write_text("[fixed]\nchips = 8")
    assert read_file(folder / "spec.toml", NAMESPACE).fixed == {"chips": 8}


def test_without_a_version_it_is_the_first(tmp_path: Path) -> None:
    path = tmp_path / "spec.toml"
    path.write_text("[fixed]\nchips = 8")
    assert read_file(path, NAMESPACE).version == 1
    assert read_mapping({"fixed": {"chips": 8}}, NAMESPACE) == read_file(path, NAMESPACE)
    assert "missing" not in tree_refusal(version=0)


def test_only_regular_files_of_a_sane_size_are_read(tmp_path: Path) -> None:
    large = tmp_path / "large.toml"
    with large.open("wb") as file:
        file.truncate(5 * 2**30)  # sparse: nothing is written
    os.mkfifo(tmp_path / "fifo.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    said = {}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.toml"))
        for name in ("large", "fifo", "folder", "zero", "socket", "absent"):
            with pytest.raises(SpecError) as raised:
                read_document(tmp_path / f"{name}.toml")
            said[name] = raised.value.faults[0].what
            assert raised.value.path.endswith(f"{name}.toml")
    assert f"{5 * 2**30} bytes" in said["large"]
    assert [said[name] for name in ("fifo", "folder", "zero", "socket")] == ["not a regular file"] * 4
    assert "No such file" in said["absent"]


@pytest.mark.parametrize("name", ["spec.yaml", "spec.YML", "spec.txt", "spec", "spec.xlsx", "spec.toml.gz"])
def test_other_formats_are_refused_by_name(tmp_path: Path, name: str) -> None:
    error = str(refusal(tmp_path, "version = 1\n", name))
    assert "toml" in error.lower()
    assert ("silently turns no into false" in error) == (Path(name).suffix.lower() in {".yaml", ".yml"})


def test_names_with_a_null_are_refused() -> None:
    with pytest.raises(SpecError, match="NUL"):
        read_document("a\0b.toml")


def test_all_faults_are_reported_at_most_twenty_shown(tmp_path: Path) -> None:
    axes = ", ".join(["0"] * 30)
    error = refusal(tmp_path, f"version = 1\n[axes]\nchips = [{axes}]\n[fixed]\nmfu = 45\nnothing = 1\n")
    lines = str(error).splitlines()
    assert len(error.faults) == 32
    assert lines[-1] == "... and 12 more"
    assert len(lines) == 21


def test_faults_name_their_lines(tmp_path: Path) -> None:
    text = "version = 1\n[axes]\nchips = [\n  8,\n  0,\n]\n\n[query]\ncolumns = ['loss',\n  'x']\n"
    assert [fault.path.rpartition(":")[2] for fault in refusal(tmp_path, text).faults] == ["5", "10"]


def test_positions_fall_back_to_what_is_around() -> None:
    document = Document({}, "f.toml", {"axes": 3, "axes.chips": 4})
    assert [document.position(path) for path in ("axes.chips[7]", "axes.x.from", "query")] == [
        "f.toml:4",
        "f.toml:3",
        "f.toml",
    ]


def test_values_are_escaped_and_cut() -> None:
    assert show("\x1b[31mred\u202e") == '"\\x1b[31mred\\u202e"'
    assert len(show("x" * 1000)) == 82
    assert show('say "no"') == '"say \\"no\\""'
    assert show(10**5000) == "<int>"
    assert show(float("nan")) == "nan"


def test_python_structures_are_checked_like_files() -> None:
    assert "expected integer, got Decimal" in tree_refusal(fixed={"chips": Decimal(8)})
    assert "a key must be a string" in tree_refusal(fixed={1: 8})
    assert "missing value" in tree_refusal(fixed={"chips": None})
    assert "nested too deeply" in tree_refusal(fixed=_nested(100))
    recursive: list[Any] = []
    recursive.append(recursive)
    assert "nested too deeply" in tree_refusal(axes={"chips": recursive})
    with pytest.raises(SpecError, match="expected table, got list"):
        read_mapping([], NAMESPACE)  # type: ignore[arg-type]


def _nested(depth: int) -> dict[str, Any]:
    return {"a": _nested(depth - 1)} if depth else {}


def test_nothing_is_shared_with_the_file_name(tmp_path: Path) -> None:
    path = spec_file(tmp_path, "version = 3\n", "a\x1b[31m.toml")
    with pytest.raises(SpecError) as raised:
        read_file(path, NAMESPACE)
    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (SpecError(Fault("mfu", "45", "out of range", "0 < mfu <= 1", "0.45", "a.toml:3")), ValueError),
        (CatalogError("no such chip"), LookupError),
        (OutputError(28, "No space left on device", "a.parquet"), OSError),
        (InternalError("not finite"), RuntimeError),
        (UnitError("h + s"), TypeError),
    ],
)
def test_errors_are_one_tree_and_survive_pickling(error: Error, builtin: type[Exception]) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, builtin)
    assert isinstance(again, Error)
    assert (type(again), str(again), again.__dict__) == (type(error), str(error), error.__dict__)


def test_a_fault_is_one_line_in_one_form() -> None:
    fault = Fault("mfu", "45", "out of range", "0 < mfu <= 1", "0.45", "a.toml:3")
    assert str(fault) == "mfu = 45: out of range; allowed: 0 < mfu <= 1; did you mean 0.45? (a.toml:3)"
    assert nearest("h1000", ["H100", "b200"]) == '"H100"'
    assert nearest("zzz", ["H100"]) == ""
