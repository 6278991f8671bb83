"""Every question as an operation: it answers what the command line prints, whoever else asks at the same time."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import pytest
from cli_runner import SPEC, invoke

from gigacost import Sweep
from gigacost.cli import operations
from gigacost.cli.operations import Question
from gigacost.cli.served import Books
from gigacost.errors import SpecError
from gigacost.service.limits import Cancelled, LimitError, Limits
from gigacost.service.operation import Asked, Watch

Capture = pytest.CaptureFixture[str]
EXAMPLES = Path(__file__).parents[2] / "examples"
QUESTIONS = {one.name: one for one in operations.questions(Books({}))}
DESIGN = {"fixed": {"hardware": "h100-sxm", "chips": 512, "params": "13B", "tokens": "2T", "market": "own"}}
SPECS: Mapping[str, Mapping[str, Any]] = {
    "design": DESIGN,
    "several": tomllib.loads(SPEC),
    "grid": {**DESIGN, "axes": {"pue": [1.1, 1.2], "region": ["us-tx", "usa"]}},
    "uncertain": {**DESIGN, "uncertain": "default", "draws": {"count": 64, "seed": 3}},
    **{name: tomllib.loads((EXAMPLES / f"{name}.toml").read_text()) for name in ("quickstart", "budget", "calendar")},
}
BOOK = """name = "ours"
date = "2026-11"

[regions.my-site]
electricity_usd_per_kwh = 0.05
country = "Germany"
pue = 1.05
"""
GRID = ("several", "quickstart", "calendar")
RUN = ("design", "uncertain")


def case(specs: tuple[str, ...], flags: str, **asked: Any) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    """Specifications, what the command line is given, and the same as options."""
    return specs, flags, asked


CASES = {
    "estimate": [case(RUN, ""), case(("design",), "--no-intervals", no_intervals=True), case(("grid",), "")],
    "choose": [case(("design",), "--within 60d --sure 0.8", within="60d", sure=0.8)],
    "top": [
        case(GRID, ""),
        case(GRID, "-k 3 --by train_days --largest", k=3, by="train_days", largest=True),
        case(("several",), "--per hardware,precision --columns mfu", per=["hardware", "precision"], columns="mfu"),
    ],
    "pareto": [
        case(GRID, ""),
        case(
            GRID, "--minimise cost_total_usd --maximise mfu,chips", minimise="cost_total_usd", maximise=["mfu", "chips"]
        ),
    ],
    "count": [case(GRID, ""), case(GRID, "--where train_days<=30", where="train_days<=30")],
    "bounds": [case(GRID, ""), case(GRID, "--of train_days", of="train_days")],
    "summary": [case(GRID, ""), case(GRID, "--no-quantiles", no_quantiles=True)],
    "solve": [case(("several",), "tokens --where cost_total_usd<=1e6", unknown="tokens", where="cost_total_usd<=1e6")],
    "break-even": [
        case(
            ("design",),
            "runs_per_year --between market=own,on_demand",
            unknown="runs_per_year",
            between="market=own,on_demand",
        )
    ],
    "uncertainty": [case(("design",), "--draws 64 --seed 1", draws=64, seed=1)],
    "over-time": [case(("design",), "--years 2024,2026 --draws 64", years=[2024, 2026], draws=64)],
    "elasticities": [
        case(("design",), ""),
        case(("design",), "train_days --inputs chips,tokens", quantity="train_days", inputs=["chips", "tokens"]),
    ],
    "compare": [
        case(
            ("design",),
            "--set-a runs_per_year=2 --set-b pue=1.3",
            settings_a=["runs_per_year=2"],
            settings_b={"pue": 1.3},
        )
    ],
    "layout": [case(("design",), ""), case(("design",), "--top 3", top=3)],
    "explain": [
        case(("design",), "cost_total_usd", quantity="cost_total_usd"),
        case(("design",), "train_days --depth 1", quantity="train_days", depth=1),
    ],
}


def asked(name: str, spec: object, given: object, **limits: Any) -> Any:
    """What an operation answers."""
    return QUESTIONS[name].answer(Asked({"spec": spec}, given), Watch(Limits(**limits)))  # type: ignore[dict-item,arg-type]


def timeless(document: Any) -> Any:
    """An answer without what it took."""
    if isinstance(document, dict):
        return {key: timeless(value) for key, value in document.items() if key != "effort"}
    return [timeless(one) for one in document] if isinstance(document, list) else document


def typed(spec: Mapping[str, Any]) -> list[str]:
    """A design as flags of the command line."""
    more = [f"--uncertain={spec['uncertain']}"] if "uncertain" in spec else []
    draws = spec.get("draws", {})
    more += [f"--draws={draws['count']}", f"--seed={draws['seed']}"] if draws else []
    values = {**spec["fixed"], **{name: ",".join(map(str, axis)) for name, axis in spec.get("axes", {}).items()}}
    return [*(f"--set={name}={value}" for name, value in values.items()), *more]


@pytest.mark.parametrize(
    ("name", "kind", "flags", "given"),
    [
        (name, kind, flags, given)
        for name, several in CASES.items()
        for kinds, flags, given in several
        for kind in kinds
    ],
)
def test_an_operation_answers_what_the_command_line_prints(
    capsys: Capture, tmp_path: Path, name: str, kind: str, flags: str, given: dict[str, Any]
) -> None:
    spec = SPECS[kind]
    if any(one.name == "spec" for one in QUESTIONS[name].command.params):
        file = tmp_path / "spec.json"
        file.write_text(json.dumps({"version": 1, **spec}))
        design = [str(file)]
    else:
        design = typed(spec)
    printed = invoke(capsys, name, *flags.split(), *design, "--json")
    assert printed.code == 0, printed.err
    answered, told = timeless(asked(name, spec, given).document), timeless(printed.json)
    if design == typed(spec) and "draws" in spec:  # numbers that are typed are text, and hashed as such
        answered["meta"].pop("spec_sha256")
        told["meta"].pop("spec_sha256")
    assert answered == told


def test_compare_diff_and_sweep_answer_what_the_command_line_says_of_them(capsys: Capture, tmp_path: Path) -> None:
    files = {}
    for side, chips in (("a", 256), ("b", 1024)):
        files[side] = {"version": 1, "fixed": {**DESIGN["fixed"], "chips": chips}}
        (tmp_path / f"{side}.json").write_text(json.dumps(files[side]))
    sides = (str(tmp_path / "a.json"), str(tmp_path / "b.json"))
    changed = QUESTIONS["diff"].answer(Asked(files, {}), Watch(Limits())).document
    named = invoke(capsys, "diff", *sides, "--json").json
    for line in (*changed["lines"], *named["lines"]):  # the name of a file, or that there is none
        assert (line.pop("a_from"), line.pop("b_from")) in {("given", "given"), ("a.json", "b.json"), sides}
    assert timeless(changed) == timeless(named)
    printed = invoke(capsys, "compare", *sides, "--json").json
    found = QUESTIONS["compare"].answer(Asked(files, {}), Watch(Limits())).document
    for side in ("a", "b"):
        assert printed[side].pop("source") == str(tmp_path / f"{side}.json")
        assert found[side].pop("source") == ""
    assert timeless(found) == timeless(printed)
    several = asked("sweep", SPECS["several"], {}).document
    (tmp_path / "spec.toml").write_text(SPEC)
    assert several["rows"] == list(Sweep.from_toml(tmp_path / "spec.toml"))
    assert several["meta"]["combinations"] == 12
    assert asked("sweep", SPECS["several"], {"limit": 2}).document["rows"] == several["rows"][:2]


def test_every_question_is_held_against_the_command_line() -> None:
    assert {*QUESTIONS} == {*CASES, "sweep", "diff"} == {*operations.QUESTIONS}


def test_sixteen_threads_with_different_questions_get_their_own_answers() -> None:
    several = [
        (name, {**SPECS[kind], "fixed": {**SPECS[kind].get("fixed", {}), "pue": pue}}, given)
        for name, cases in CASES.items()
        if name not in {"over-time", "choose"}
        for kinds, _, given in cases
        for kind in kinds
        if kind != "grid"
        for pue in (1.1, 1.2)
    ]
    alone = [timeless(asked(*one).document) for one in several]
    start = threading.Barrier(16)

    def run(first: int) -> list[bool]:
        start.wait()
        places = [(first * 5 + i) % len(several) for i in range(12)]
        return [timeless(asked(*several[i]).document) == alone[i] for i in places]

    with ThreadPoolExecutor(16) as pool:
        assert all(map(all, pool.map(run, range(16))))


@pytest.mark.parametrize(
    ("name", "given", "field", "what"),
    [
        ("top", {"by": 3}, "options.by", ""),
        ("top", {"k": 0}, "options.k", ""),
        ("top", {"k": 1.5}, "options.k", "not a whole number"),
        ("top", {"k": 10**400}, "options.k", ""),
        ("top", {"largest": "yes"}, "options.largest", "expected true or false"),
        ("top", {"bye": "mfu"}, "options.bye", "unknown option"),
        ("top", {"output": "/etc/passwd"}, "options.output", "unknown option"),
        ("top", {"catalog": "/etc/passwd"}, "options.catalog", "unknown option"),
        ("top", {"per": {"a": 1}}, "options.per", "expected text or a number"),
        ("top", {"where": "no_such_name > 1"}, "where", ""),
        ("explain", {}, "options.quantity", "missing"),
        ("explain", {"quantity": ""}, "options.quantity", ""),
        ("uncertainty", {"method": "dice"}, "draws.method", "unknown method"),
    ],
)
def test_what_an_option_cannot_be_is_refused_by_its_name(
    name: str, given: dict[str, Any], field: str, what: str
) -> None:
    with pytest.raises(SpecError) as refused:
        asked(name, DESIGN, given)
    assert field in refused.value.faults[0].field
    assert what in refused.value.faults[0].what


@pytest.mark.parametrize(
    ("name", "spec", "given", "field"),
    [
        ("top", {"axes": {"pue": {"from": 1.1, "to": 2, "steps": 2000}}}, {}, "combinations"),
        ("uncertainty", {"draws": {"count": 2048}}, {}, "draws"),
        ("uncertainty", {}, {"draws": 2048}, "draws"),
        ("top", {"query": {"columns": ["mfu", "pue", "loss", "chips"]}}, {}, "columns"),
        ("top", {}, {"k": 101}, "rows"),
        ("sweep", {"axes": {"pue": {"from": 1.1, "to": 2, "steps": 101}}}, {}, "rows"),
        ("top", {}, {"boxes": 1001}, "boxes"),
        ("top", {}, {"seconds": 31}, "seconds"),
        ("layout", {}, {"top": 101}, "rows"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_before_anything_is_computed(
    name: str, spec: dict[str, Any], given: dict[str, Any], field: str
) -> None:
    with pytest.raises(LimitError) as refused:
        asked(name, {**DESIGN, **spec}, given, combinations=1000, draws=1024, columns=3, rows=100, boxes=1000)
    assert refused.value.fault.field == field
    assert refused.value.fault.allowed.startswith("<= ")


def test_an_answer_that_nobody_waits_for_ends() -> None:
    large = {
        **DESIGN,
        "axes": {name: {"from": 1.1, "to": 2, "steps": 10_000} for name in ("pue", "experiments_factor")},
    }
    watch = Watch(Limits(), lambda *_: watch.cancel())
    with pytest.raises(Cancelled):
        QUESTIONS["summary"].answer(Asked({"spec": large}, {}), watch)
    with pytest.raises(LimitError) as late:
        asked("summary", large, {}, seconds=0.2)
    assert late.value.fault.field == "seconds"


@pytest.mark.parametrize(
    "text", ["/etc/passwd", "prices.csv", "../x.toml", "http://127.0.0.1/x.csv", "s3://b/x.parquet"]
)
def test_no_text_of_a_client_is_opened_as_a_file(text: str) -> None:
    for spec in ({**DESIGN, "catalog": text}, {**DESIGN, "zip": text}, {**DESIGN, "zip": [text]}):
        with pytest.raises(SpecError) as refused:
            asked("top", spec, {})
        assert "No such file" not in str(refused.value)
    with pytest.raises(SpecError) as refused:
        QUESTIONS["top"].answer(Asked({"spec": DESIGN}, {}, text), Watch(Limits()))
    assert refused.value.faults[0].field == "catalog"
    assert "none is mounted here" in refused.value.faults[0].allowed


def test_a_price_book_is_taken_by_value_and_by_the_name_under_which_it_is_mounted(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(BOOK)
    spec = {"fixed": {**DESIGN["fixed"], "region": "my-site"}}
    mounted = {one.name: one for one in operations.questions(Books({"ours": str(tmp_path / "ours.toml")}))}
    by_name = mounted["estimate"].answer(Asked({"spec": spec}, {}, "ours"), Watch(Limits())).document
    by_value = QUESTIONS["estimate"].answer(Asked({"spec": spec}, {}, tomllib.loads(BOOK)), Watch(Limits())).document
    assert by_name["meta"]["catalog_sha256"] == by_value["meta"]["catalog_sha256"]
    assert timeless(by_name) == timeless(by_value)
    assert by_name["meta"]["catalog_sha256"] != asked("estimate", DESIGN, {}).document["meta"]["catalog_sha256"]


def test_an_option_of_a_command_is_one_of_its_operation() -> None:
    plain = operations.command_of("count")
    more = click.Option(["--colour"], type=click.Choice(["red", "blue"]), help="Colour of the answer.")
    changed = click.Command(plain.name, params=[*plain.params, more], callback=plain.callback, help=plain.help)
    found = Question("count", changed, "", Books({})).options["properties"]
    assert found["colour"] == {"enum": ["red", "blue"], "description": "Colour of the answer."}
    assert "colour" not in QUESTIONS["count"].options["properties"]
