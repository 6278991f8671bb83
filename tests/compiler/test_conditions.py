"""What ``missing`` and ``status`` mean in conditions, by examples that can be checked by eye.

That they mean so for all models and conditions is a law: ``tests/laws/test_semantics.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Model, SpecError, Sweep, reference
from gigacost.graph import declarations
from gigacost.graph.declarations import Input

DESIGN = (
    *("--hardware", "h100-sxm,mi300x,tpu-v5e", "--market", "own,spot,reserved_3y", "--chips", "512,2048"),
    *("--params", "70B", "--tokens", "2T", "--mfu", "0.4"),
)


@declarations.status("no_price", spoils="price")
def is_unpriced(a: float) -> Any:
    """Whether nobody quotes it [truth]."""
    return a <= 2.0


@declarations.status("no_power", spoils="power")
def is_dark(a: float) -> Any:
    """Whether there is no power [truth]."""
    return a == 2.0


def price(a: float) -> Any:
    """The price [$]."""
    return 10.0 * a


def power(a: float) -> Any:
    """The power [MW]."""
    return 1.0 * a


def cost(price: Any, power: Any) -> Any:
    """The cost [$]."""
    return price + power


MODEL = Model(Input("a", "1", "", default=0.0), price, power, cost, is_unpriced, is_dark)
"""Of a = 1 there is no price, of a = 2 neither price nor power, of 3 and 4 both."""


def kept(where: str, columns: tuple[str, ...] = ("cost",), **more: Any) -> list[float]:
    sweep = Sweep({"a": [1, 2, 3, 4]}, where=where, columns=columns, model=MODEL, **more)
    found = [row["a"] for row in reference.rows(sweep)]
    assert found == sweep.to_numpy(["a"])["a"].tolist()
    assert len(found) == sweep.count()
    return found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("missing(cost)", [1, 2]),
        ("missing(power)", [2]),
        ("missing(power + a)", [2]),
        ("not missing(cost)", [3, 4]),
        ('status == "no_price"', [1, 2]),
        ('status == "no_power"', []),  # the first true state is the status
        ('status == "ok"', [3, 4]),
        ('status != "ok"', [1, 2]),
        ('status in ("no_power", "ok")', [3, 4]),
        ('not status in ("no_power", "ok")', [1, 2]),
        # alternatives count for themselves
        ("missing(cost) or cost > 40", [1, 2, 4]),
        ('status == "no_price" or cost > 40', [1, 2, 4]),
        ("missing(power) or not cost > 40", [2, 3]),
        ("missing(power) or (a == 1 or cost > 40)", [1, 2, 4]),
        ("not (not missing(cost) and cost < 40)", [1, 2, 4]),
        # a comparison with null holds nowhere, nor does its negation
        ("cost != 33", [4]),
        ("not cost == 33", [4]),
        ("missing(power) and cost > 0", []),
        ("missing(power) and not cost > 0", []),
        ("missing(cost) and power > 0", [1]),
        # one without missing and status needs all that it reads
        ("a == 1 or cost > 40", [4]),
        ("missing(power) and a == 2 or cost > 40", [2, 4]),
        ("where(missing(cost), 1, 2) == 1", [1, 2]),
        ("where(missing(cost), 0, cost) < 40", [3]),
    ],
)
def test_conditions_on_what_is_missing_keep_these_rows(where: str, found: list[float]) -> None:
    assert kept(where) == found


def test_the_status_is_that_of_the_columns_shown() -> None:
    assert kept('status == "no_power"', ("power",)) == [2]
    assert kept('status == "ok"', ("a", "power")) == [1, 3, 4]
    assert kept('status == "ok" and not missing(power)', ("price",)) == [3, 4]


def test_a_status_that_no_column_shown_can_have_is_warned_of() -> None:
    def said(columns: tuple[str, ...], **more: Any) -> list[str]:
        return [str(one) for one in Sweep({"a": [1]}, columns=columns, model=MODEL, **more).spec.warnings]

    (warning,) = said(("power",), where='status == "no_price" or status == "ok"')
    assert warning.endswith('the status is never "no_price": no column of these rows is null for it')
    assert said(("cost",), where='status in ("no_price", "no_power")') == []
    uncertain = {"uncertain": {"a": "uniform 1..3"}}
    assert len(said(("P(status == 'no_price')",), **uncertain)) == 1
    assert said(("P(status == 'no_price')", "p90(cost)"), **uncertain) == []


def test_a_row_that_is_kept_for_what_it_lacks_has_null_there() -> None:
    sweep = Sweep({"a": [1, 2, 3, 4]}, where="missing(cost)", columns=["cost", "power"], model=MODEL)
    assert sweep.top(5, "a").rows == (
        {"index": 0, "a": 1, "status": "no_price", "cost": None, "power": 1.0},
        {"index": 1, "a": 2, "status": "no_price", "cost": None, "power": None},
    )


def test_an_expression_may_tell_what_is_missing() -> None:
    derive = {"known": 'where(missing(cost) or status == "no_power", 0, 1)', "twice": "2 * known"}
    sweep = Sweep({"a": [1, 2, 3, 4]}, derive=derive, columns=["twice"], model=MODEL)
    assert sweep.to_numpy(["twice"])["twice"].tolist() == [0.0, 0.0, 2.0, 2.0]


def test_a_figure_that_is_missing_compares_with_nothing() -> None:
    sweep = Sweep(
        {"hardware": ["h100-sxm", "tpu-v5e"]}, fixed={"chips": 8, "params": "7B", "tokens": "1T"}, columns=["chips"],
        where="chip_price_usd != 3",
    )  # fmt: skip
    assert sweep.count() == reference.count(sweep) == 1
    assert Sweep.from_spec(sweep.spec).bound.table("chip_price_usd").values.tolist()[1] != 0.0


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (
            'status == "no_pric"',
            'status = "no_pric": no such state; allowed: ok, no_price, no_power; did you mean "no_price"?',
        ),
        ("status", "status has labels"),
        ("status == 3", "status has labels"),
        ("missing(status)", "status has labels"),
    ],
)
def test_what_is_no_state_is_refused(where: str, says: str) -> None:
    with pytest.raises(SpecError) as raised:
        kept(where)
    assert says in str(raised.value)


def test_a_model_without_states_has_no_status() -> None:
    with pytest.raises(SpecError, match="unknown name"):
        Sweep({"a": [1]}, where='status == "ok"', model=Model(Input("a", "1", "", default=0.0), power))


def test_probabilities_look_at_states_in_each_draw() -> None:
    uncertain = {"a": "empirical 1, 2, 3, 4"}
    more: dict[str, Any] = {"uncertain": uncertain, "draws": {"count": 64, "seed": 1}}
    columns = [
        "P(missing(cost))",
        "P(status == 'no_price')",
        "P(status == 'ok')",
        "P(missing(power) or cost > 40)",
        "P(cost > 0)",
    ]
    sweep = Sweep(fixed={"a": 3}, columns=columns, model=MODEL, **more)
    (row,) = reference.rows(sweep)
    drawn = sweep.bound.drawn["a"]
    shares = {low: sum(1 for a in drawn if a <= low) / 64 for low in (1, 2, 3)}
    assert row["P(missing(cost))"] == row["P(status == 'no_price')"] == shares[2]
    assert row["P(status == 'ok')"] == row["P(cost > 0)"] == 1.0 - shares[2]
    assert row["P(missing(power) or cost > 40)"] == shares[2] - shares[1] + 1.0 - shares[3]


def test_a_central_state_is_in_every_draw_what_it_is_centrally() -> None:
    central = declarations.status("no_time", spoils="cost", central=True)

    def has_no_time(a: Any) -> Any:
        return a > 3.0

    model = Model(Input("a", "1", "", default=0.0), price, power, cost, central(has_no_time))
    more: dict[str, Any] = {"uncertain": {"a": "empirical 3, 4"}, "draws": {"count": 8}, "model": model}
    for a, share in ((3, 0.0), (4, 1.0)):
        columns = ["P(missing(cost))", "P(status == 'no_time')", "cost"]
        (row,) = reference.rows(Sweep(fixed={"a": a}, columns=columns, **more))
        assert (row["P(missing(cost))"], row["P(status == 'no_time')"]) == (share, share)


def test_ranking_by_what_is_null_says_so(capsys: Any) -> None:
    sweep = Sweep({"a": [1, 2, 3, 4]}, where="missing(cost)", columns=["power"], model=MODEL)
    said = "cost: null in all 2 combinations that meet the condition, which leaves nothing to compare"
    assert said in sweep.top(3, "cost").meta["warnings"]
    assert said in sweep.bounds("cost").meta["warnings"]
    assert said in sweep.pareto(["cost"]).meta["warnings"]
    assert sweep.top(3, "a").meta["warnings"] == []
    done = invoke(capsys, "top", *DESIGN, "--where", "missing(cost_total_usd)")
    assert "warning: cost_total_usd: null in all 6 combinations that meet the condition" in done.err


def test_the_command_line_keeps_what_has_no_price(capsys: Any, tmp_path: Path) -> None:
    def count(where: str) -> int:
        return invoke(capsys, "count", *DESIGN, "--where", where, "--json").json["count"]

    assert count("missing(cost_total_usd)") == count('status in ("no_price", "not_sold")') == 6
    assert count('status == "no_price"') == 4
    assert count('status == "not_sold" or train_days <= 2 weeks') == count('status == "not_sold"') + count(
        "train_days <= 14 and not status == 'not_sold'"
    )
    out = tmp_path / "rows.csv"
    asked = ("--columns", "cost_total_usd,train_days", "--where", "missing(cost_total_usd)", "-o", str(out))
    assert invoke(capsys, "sweep", *DESIGN, *asked).code == 0
    rows = out.read_text().splitlines()
    assert len(rows) == 7
    assert all(",," in row for row in rows[1:])


def test_assertions_know_the_status(capsys: Any) -> None:
    asked = ("top", *DESIGN, "--by", "train_days", "--where", 'status == "no_price"')
    assert invoke(capsys, *asked, "--assert", 'status == "no_price" and missing(cost_total_usd)').code == 0
    assert invoke(capsys, *asked, "--assert", 'status == "ok"').code == 4
    assert "no such state" in invoke(capsys, *asked, "--assert", 'status == "okay"').err


@pytest.mark.parametrize("where", ["", "   "])
def test_an_empty_condition_is_refused(capsys: Any, tmp_path: Path, where: str) -> None:
    with pytest.raises(SpecError, match="missing value; allowed: an expression, or no where at all"):
        Sweep({"a": [1]}, where=where, model=MODEL)
    done = invoke(capsys, "count", *DESIGN, "--where", where)
    assert done.code == 2
    assert done.err == f'error: --where = "{where}": missing value; allowed: a value, or no --where at all\n'
    spec = tmp_path / "plan.toml"
    spec.write_text(f'version = 1\n[fixed]\nhardware = "h100-sxm"\n[query]\nwhere = "{where}"\n')
    assert "missing value" in invoke(capsys, "count", str(spec)).err
