"""``uncertain = "default"``: what ships is uncertain where the specification leaves it open; its own wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke, spec_file

import gigacost
from gigacost import Input, Model, SpecError, Sweep
from gigacost.catalog.default_distributions import defaults
from gigacost.sampling.distributions import Distribution

Capture = pytest.CaptureFixture[str]
RUN: dict[str, Any] = {"hardware": "h100-sxm", "params": "70B", "tokens": "2T", "market": "own", "chips": 1024}
SPEC = """version = 1
uncertain = "default"

[axes]
chips = [1024, 2048]
market = ["own", "on_demand"]

[fixed]
params = "70B"
tokens = "2T"
hardware = "h100-sxm"

[draws]
count = 16
"""


def drawn(uncertain: Any, **more: Any) -> dict[str, Distribution]:
    return dict(Sweep(fixed={**RUN, **more}, uncertain=uncertain).bound.uncertain)


def test_the_word_alone_is_the_table_with_it() -> None:
    alone = drawn("default")
    assert alone == drawn({"default": True})
    assert {*alone} == {*defaults()}
    assert alone["pue"].text == defaults()["pue"].distribution
    assert drawn({"default": False}) == drawn({}) == {}


def test_what_is_stated_wins() -> None:
    found = drawn({"pue": "triangular 1.05 1.1 1.3", "default": True})
    assert found["pue"].text == "triangular 1.05 1.1 1.3"
    assert {name: one for name, one in found.items() if name != "pue"} == {
        name: one for name, one in drawn("default").items() if name != "pue"
    }


def test_what_is_given_or_varies_stays_out_also_when_it_is_given_later() -> None:
    assert "pue" not in drawn("default", pue=1.2)
    assert "pue" not in Sweep({"pue": [1.1, 1.2]}, fixed=RUN, uncertain="default").bound.uncertain
    assert "pue" in drawn({"default": True, "pue": "x uniform 0.99..1.01"}, pue=1.2), "unless it is stated"
    sweep = Sweep(fixed=RUN, uncertain="default", draws={"count": 16})
    known = gigacost.uncertainty(sweep, electricity_usd_per_kwh=0.05)
    assert "electricity_usd_per_kwh" in {one.input.name for one in sweep.uncertainty().influences}
    assert "electricity_usd_per_kwh" not in {one.input.name for one in known.influences}


def test_it_is_kept_as_a_word() -> None:
    sweep = Sweep(fixed=RUN, uncertain={"default": True, "pue": "uniform 1.1..1.2"})
    tree = sweep.spec.to_dict()
    assert tree["uncertain"] == {"default": True, "pue": "uniform 1.1..1.2"}
    again = Sweep(fixed=tree["fixed"], uncertain=tree["uncertain"], draws=tree["draws"])
    assert again.spec == sweep.spec
    assert again.spec.sha256 != Sweep(fixed=RUN, uncertain={"pue": "uniform 1.1..1.2"}).spec.sha256


def test_what_ships_is_clipped_to_what_is_legal() -> None:
    clipped = drawn("default", region="us-tx")["pue"]
    assert clipped.text == defaults()["pue"].distribution, "there is room for it"
    book = {"regions": {"best": {"pue": 1.01, "electricity_usd_per_kwh": 0.05, "source": "own", "date": "2026-11"}}}
    site = Sweep(fixed={**RUN, "region": "best"}, uncertain="default", draws={"count": 4096}, catalog=book)
    low, _ = site.bound.uncertain["pue"].within or (0.0, 0.0)
    assert low == pytest.approx(1 / 1.01)
    assert min(site.bound.drawn["pue"]) * 1.01 >= 1.0
    with pytest.raises(SpecError, match=r"uncertain\.pue"):
        Sweep(fixed={**RUN, "region": "best"}, uncertain={"pue": defaults()["pue"].distribution}, catalog=book)


def test_a_model_of_ones_own_has_what_it_has_a_name_for() -> None:
    def cost(chip_price_usd: float, pue: float, spare: float) -> float:
        """A cost [$]."""
        return chip_price_usd * pue * spare

    inputs = (Input("chip_price_usd", "$", "", default=5.0), Input("pue", "1", "", low=1.0), Input("spare", "1", ""))
    sweep = Sweep(fixed={"spare": 1, "pue": 1.1}, model=Model(*inputs, cost), uncertain="default")
    assert set(sweep.bound.uncertain) == {"chip_price_usd"}


@pytest.mark.parametrize(
    ("uncertain", "says"),
    [
        ("defualt", 'uncertain = "defualt": expected table or "default", got string'),
        ({"default": 1}, "uncertain.default = 1: whether the distributions that ship are taken in; allowed: true or"),
        ({"default": True, "peu": "uniform 1..2"}, 'did you mean "pue"?'),
        ({"default": True, "pue": "uniform 0.5..1.2"}, "uncertain.pue"),
    ],
)
def test_what_makes_no_sense_is_refused(uncertain: Any, says: str) -> None:
    for ask in (
        lambda: Sweep(fixed=RUN, uncertain=uncertain),
        lambda: gigacost.estimate(RUN, uncertain=uncertain),
        lambda: gigacost.uncertainty(RUN, uncertain=uncertain),
    ):
        with pytest.raises(SpecError) as caught:
            ask()
        assert says in str(caught.value)


def test_a_file_and_the_command_line_ask_for_it_alike(capsys: Capture, tmp_path: Path) -> None:
    stated = spec_file(tmp_path, SPEC.replace('uncertain = "default"\n', ""))
    asked = ("--by", "p90(cost_total_usd)", "--columns", "cost_total_usd", "--json")
    rows = [
        invoke(capsys, "top", stated, "--uncertain", "default", *asked).json["rows"],
        invoke(capsys, "top", spec_file(tmp_path, SPEC), *asked).json["rows"],
        Sweep.from_toml(spec_file(tmp_path, SPEC)).top(10, "p90(cost_total_usd)").rows,
    ]
    assert [row["p90(cost_total_usd)"] for row in rows[0]] == [row["p90(cost_total_usd)"] for row in rows[2]]
    assert rows[0] == rows[1]
    known = ("--uncertain", "rental_usd_per_chip_hour=x uniform 1..1.001")
    for more in (("--uncertain", "default"), ()):
        won = invoke(capsys, "top", spec_file(tmp_path, SPEC), *known, *more, *asked).json["rows"]
        assert won != rows[0]


@pytest.mark.parametrize(
    "command",
    [
        ("bounds", "--of", "p90(cost_total_usd)"),
        ("break-even", "electricity_usd_per_kwh", "--between", "market=own,on_demand", "--by", "p90(cost_total_usd)"),
        ("count", "--where", "p90(cost_total_usd) < 20e6"),
        ("over-time", "--years", "2027"),
        ("pareto", "--minimise", "p90(cost_total_usd),train_days"),
        ("solve", "tokens", "--where", "p90(cost_total_usd) <= 20e6"),
        ("summary", "--columns", "p90(cost_total_usd)"),
        ("sweep", "--columns", "P(train_days <= 30)", "-o", "-"),
        ("top", "--by", "p90(cost_total_usd)"),
        ("uncertainty",),
    ],
    ids=lambda command: command[0],
)
def test_every_question_takes_it(capsys: Capture, tmp_path: Path, command: tuple[str, ...]) -> None:
    path = spec_file(tmp_path, SPEC)
    name, *rest = command
    place = 1 if name in {"break-even", "solve"} else 0
    done = invoke(capsys, name, *rest[:place], path, *rest[place:], "--draws", "8")
    assert done.code == 0, done.err
