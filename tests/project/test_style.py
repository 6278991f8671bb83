"""The model keeps to the operations that the engine has, and the tree to what belongs into it."""

from __future__ import annotations

import ast
import math
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gigacost import ops
from gigacost.accounting import ACCOUNTINGS, accounted
from gigacost.graph.declarations import Contribution, Doubt, Status, Subtotal
from gigacost.graph.model import Model
from gigacost.graph.wiring import Quantity
from gigacost.model import DRIVERS, default

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "python" / "gigacost" / "model"
MODULES = sorted(path for path in MODEL.rglob("*.py") if path.name != "__init__.py")
COUNTED_OTHERWISE = sorted((MODEL.parent / "accounting").glob("*/[a-z]*.py"))
MODELS = [default(), *(accounted(default(), name) for name in ACCOUNTINGS)]
MADE_OF_A_FIT = MODEL / "performance" / "fitted.py"
"""Has inputs only, whose defaults are read from what ``make calibrate`` writes."""

OPERATIONS = {name for name, member in vars(ops).items() if callable(member) and not name.startswith("_")}
BRANCHES = (
    ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.With, ast.Match, ast.Assert, ast.BoolOp, ast.Lambda,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Starred, ast.Await, ast.Yield, ast.JoinedStr,
)  # fmt: skip
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(MODEL if path in MODULES else MODEL.parent).with_suffix("").parts)


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield node


def imported(path: Path) -> Iterator[str]:
    """What a module takes from other modules of the model."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gigacost.model."):
            yield from (alias.asname or alias.name for alias in node.names)


def faults(function: ast.FunctionDef, own: set[str]) -> Iterator[str]:  # noqa: C901 - one case for each rule
    exponents = {
        id(number)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "power"
        for number in ast.walk(call.args[1])
    }
    body = function.body[1:] if ast.get_docstring(function) else function.body
    for statement in body:
        if not isinstance(statement, ast.Assign | ast.Return):
            yield f"{type(statement).__name__} as a statement"
        for node in ast.walk(statement):
            match node:
                case ast.BinOp(op=op) if not isinstance(op, ARITHMETIC):
                    yield f"the operator {type(op).__name__}"
                case ast.UnaryOp(op=op) if not isinstance(op, ast.USub):
                    yield f"the operator {type(op).__name__}"
                case ast.Compare(ops=several) if len(several) > 1:
                    yield "a chained comparison, which branches"
                case ast.Call(func=ast.Name(id=name)) if name not in OPERATIONS | own:
                    yield f"a call of {name}"
                case ast.Call(func=func) if not isinstance(func, ast.Name):
                    yield f"a call of {ast.unparse(func)}"
                case ast.Attribute():
                    yield f"the attribute {ast.unparse(node)}"
                case ast.Constant(value=bool() | str() | None):
                    yield f"the value {node.value!r}"
                case ast.Constant(value=value) if value not in (0, 1, 2) and id(node) not in exponents:
                    yield f"the bare number {value!r}: name it, with unit and source"
                case _ if isinstance(node, BRANCHES):
                    yield f"{type(node).__name__}: use where, both, either, minimum, maximum, total"


@pytest.mark.parametrize(
    "path", [path for path in [*MODULES, *COUNTED_OTHERWISE] if path != MADE_OF_A_FIT], ids=module_name
)
def test_model_code_is_a_list_of_operations(path: Path) -> None:
    own = {*(function.name for function in functions(path)), *imported(path)}
    found = [f"{path.name}:{function.name}: {fault}" for function in functions(path) for fault in faults(function, own)]
    assert not found


@pytest.mark.parametrize(
    "body",
    ["return x ** 2", "return x // 2", "return x % 2", "return math.exp(x)", "return max(x, 1)", "return abs(x)",
     "return 1 if x else 2", "return x and y", "return 3600 * x", "return 0 < x < 1", "return sum([x, y])",
     "if x: return 1", "return not x", "return round(x)", "return x.real"],
)  # fmt: skip
def test_the_rule_finds_what_is_not_allowed(body: str) -> None:
    (function,) = ast.parse(f"def f(x, y):\n  'doc'\n  {body}").body
    assert isinstance(function, ast.FunctionDef)
    assert list(faults(function, set()))


def test_every_module_of_the_model_is_a_driver() -> None:
    assert {module_name(path) for path in MODULES} == {*DRIVERS, "constants", "compute_optimal", "later_years"}


@pytest.mark.parametrize("model", MODELS, ids=["default", *ACCOUNTINGS])
def test_every_quantity_has_a_unit_a_source_and_a_place(model: Model) -> None:
    asked = [condition for search in model.searches for condition in (search.among, *search.unless)]
    axes = [axis for search in model.searches for axis, _ in search.over]
    conditions = {step.name for step in model.wire(asked, axes).steps if isinstance(step, Quantity)}
    for quantity in model.quantities.values():
        assert quantity.unit, f"{quantity.name}: no unit in brackets"
        if isinstance(quantity.mark, Subtotal):
            continue
        assert "Source:" in quantity.doc, f"{quantity.name}: no Source"
        if quantity.name not in conditions:
            assert (quantity.unit == "truth") == isinstance(quantity.mark, Status | Doubt), quantity.name
        if isinstance(quantity.mark, Contribution):
            assert quantity.unit == "$", f"{quantity.name}: money is counted in $"
            assert quantity.name.startswith("cost_"), quantity.name
            assert quantity.name.endswith("_usd"), quantity.name


@pytest.mark.parametrize("model", MODELS, ids=["default", *ACCOUNTINGS])
def test_every_default_has_a_source(model: Model) -> None:
    for item in model.inputs.values():
        assert item.doc, f"{item.name}: no description"
        if item.default is not None and not math.isnan(item.default):
            assert item.source, f"{item.name}: a default without source"
            timeless = item.source.startswith(("assumption", "definition")) or "undated" in item.source
            assert item.date or timeless, f"{item.name}: a source without date"


def test_names_end_in_their_unit() -> None:
    endings = {
        "$": "_usd", "d": "_days", "h": "_hours", "MW": "_mw", "kWh": "_kwh", "MWh": "_mwh", "t": "_t",
        "FLOP": "_flop", "PB": "_pb", "TB": "_tb", "chip·h": "chip_hours", "$/kWh": "_usd_per_kwh",
        "g/kWh": "_g_per_kwh",
    }  # fmt: skip
    for quantity in default().quantities.values():
        if ending := endings.get(quantity.unit):
            assert ending.strip("_") in quantity.name, f"{quantity.name} [{quantity.unit}]"


MOST_LINES = 400


def in_the_tree(*patterns: str) -> list[str]:
    """The files that are tracked, or are about to be."""
    listing = ["git", "ls-files", "-co", "--exclude-standard", "-z", *patterns]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True)
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a clone")
def test_source_files_have_one_subject_and_at_most_400_lines() -> None:
    files = in_the_tree("*.py", "*.pyi", "*.rs")
    assert {name.split("/")[0] for name in files} >= {"python", "rust", "tests", "benches", "docs", "calibration"}
    lines = {name: (ROOT / name).read_bytes().count(b"\n") for name in files}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


# Written in pieces, so that this file does not find itself.
FORBIDDEN = {
    "a path of one machine": r"/work" + r"/|/root" + r"/|/home" + r"/\w|/Users" + r"/\w|C:\\Users",
    "a document that is not here": r"\b(DESIGN|SEMANTICS|ACCOUNTING|BAD_INPUTS|STYLE)" + r"(\.md|\s*§)",
    "how it came about": r"contract" + r"\.md|\b[Ii]ssue #?\d|\bTODO" + r"\b|\bFIXME" + r"\b|\bXXX" + r"\b",
}


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a clone")
def test_the_tree_speaks_of_itself_only() -> None:
    found = []
    for name in in_the_tree():
        if b"\0" in (content := (ROOT / name).read_bytes())[:8192]:
            continue
        text = content.decode("utf-8")
        found += [
            f"{name}: {what}: {match.group()}"
            for what, pattern in FORBIDDEN.items()
            for match in re.finditer(pattern, text)
        ]
    assert not found
