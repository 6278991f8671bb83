"""How a number is made: every name of the model can be explained, with and without values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gigacost import Model, SpecError, estimate, explain, ops
from gigacost.model import default
from gigacost.reference import Calculator, Number, Truth

RUN = {"hardware": "h100-sxm", "chips": 1024, "params": "7B", "tokens": "2T"}
WHOLE = 99
"""Levels: all there are."""


@pytest.mark.parametrize("name", default().names)
def test_every_name_can_be_explained(name: str) -> None:
    one = explain(name)
    assert one.name == name
    assert name in one.text
    assert one.doc
    json.dumps(one.to_dict(), allow_nan=False)


def test_a_formula_comes_with_unit_source_and_uses() -> None:
    one = explain("chip_hours")
    assert (one.unit, one.formula) == ("chip·h", "chips · train_hours.")
    assert one.source == "definition."
    assert [part.name for part in one.made_of] == ["chips", "train_hours"]
    assert "rent_at_rate_usd" in one.used_by


def test_constants_carry_their_sources() -> None:
    constants = {item.name: item for item in explain("staff_fte_years").constants}
    assert constants["STAFF_EXPONENT"].value == 0.74
    assert "Epoch" in constants["STAFF_EXPONENT"].source


def test_shares_of_a_sum_add_up_to_one() -> None:
    one = explain("cost_total_usd", preset="olmo-2-7b", as_of="2026-06-01", market="own")
    assert one.value is not None
    assert math.fsum(part.share or 0.0 for part in one.made_of) == pytest.approx(1.0)


def test_a_catalogue_figure_is_cited_with_the_choice_alone() -> None:
    assert explain("tdp_w").value is None
    one = explain("tdp_w", hardware="h100-sxm")
    assert one.value == 700.0
    assert "http" in one.source


def test_a_contribution_says_where_it_is_counted_and_a_state_what_it_spoils() -> None:
    assert explain("cost_staff_usd").counted_in == "total_development_usd"
    assert explain("no_price").counted_in == "rental_usd_per_chip_hour"


def test_an_axis_that_is_searched_says_how() -> None:
    one = explain("tp")
    assert one.kind == "searched"
    assert "tried are 1, 2, 4, 8, 16, 32, 64." in one.formula
    assert "smallest layout_seconds" in one.formula
    assert [part.name for part in one.made_of][:2] == ["layout_seconds", "layout_legal"]
    assert explain("tp", model="llama-3.1-405b", hardware="h100-sxm", chips=16384, tokens="15.6T").value == 8.0
    assert explain("tp", tp=4).kind == "input"


def test_axes_and_unknown_names() -> None:
    assert "on_demand" in explain("market").text
    with pytest.raises(SpecError, match='did you mean "mfu"'):
        explain("mfuu")


def nodes(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A part of a tree and all that it is made of."""
    yield part
    for inner in part["parts"]:
        yield from nodes(inner)


def tree(name: str, **given: Any) -> dict[str, Any]:
    """The whole tree of a quantity, as ``--json`` prints it."""
    plain: dict[str, Any] = json.loads(json.dumps(explain(name, depth=WHOLE, **given).to_dict()))
    return plain | {"parts": plain["made_of"], "cut": ""}


def recomputed(part: Mapping[str, Any]) -> float:
    """A quantity from its parts, by the text of its formula alone."""
    known: dict[str, Any] = {name: getattr(ops, name) for name in vars(ops) if not name.startswith("_")}
    for inner in part["parts"]:
        known[inner["name"]] = Number(math.nan if inner["value"] is None else inner["value"])
    for meaning in part["where"]:
        left, _, right = meaning.partition(" = ")
        if "(" in left:
            *assigned, returned = right.split("; ")
            body = "\n".join(f"    {line}" for line in [*assigned, f"return {returned}"])
            exec(f"def {left}:\n{body}", known)  # noqa: S102 - the model's own text
        else:
            exec(meaning, known)  # noqa: S102 - as above
    value = Calculator().lift(eval(part["expression"], known))  # noqa: S307 - as above
    return float(value.holds if isinstance(value, Truth) else value.value)


@pytest.mark.parametrize("market", ["on_demand", "own", "colo"])
def test_parts_make_the_whole_by_the_formula_that_is_shown(market: str) -> None:
    made = [part for part in nodes(tree("cost_total_usd", **RUN, market=market)) if part["parts"]]
    assert len(made) > 100
    for part in made:
        assert part["expression"], part["name"]
        assert recomputed(part) == part["value"], part["name"]


def test_every_figure_of_the_total_has_a_source_or_is_marked() -> None:
    leaves = [part for part in nodes(tree("cost_total_usd", **RUN)) if not part["expression"]]
    assert len(leaves) > 100
    for leaf in leaves:
        assert leaf["origin"] in {"given", "catalogue", "default", "assumption", "constant", "searched"}, leaf
        assert leaf["source"], leaf["name"]
        assert (leaf["origin"] == "assumption") == leaf["source"].startswith("assumption"), leaf
        timeless = ("assumption", "given", "definition", "left out", "the search", "missing")
        dated = leaf["date"] or "undated" in leaf["source"] or leaf["source"].startswith(timeless)
        assert dated, leaf
    given = {leaf["name"] for leaf in leaves if leaf["origin"] == "given"}
    assert given == {"chips", "params", "tokens"}


def test_every_quantity_of_the_tree_is_listed_once_or_says_where() -> None:
    listed = [part["name"] for part in nodes(tree("cost_total_usd", **RUN)) if part["parts"]]
    assert len(listed) == len(set(listed))
    for part in nodes(tree("cost_total_usd", **RUN)):
        if part["expression"] and not part["parts"]:
            assert part["cut"] == "above" or not default().quantities[part["name"]].parameters, part
            assert part["cut"] != "above" or part["name"] in listed


def test_contributions_are_shares_of_the_total() -> None:
    plain = tree("cost_total_usd", **RUN, market="own")
    terms = [part for part in nodes(plain) if part["kind"] == "contribution" and part["share"] is not None]
    run = estimate(RUN, market="own")
    assert {part["name"]: part["value"] for part in terms} == dict(run.breakdown)
    assert math.fsum(part["share"] for part in terms) == pytest.approx(1.0, rel=1e-14)
    subtotals = {part["name"]: part["share"] for part in nodes(plain) if part["kind"] == "subtotal" and "share" in part}
    assert subtotals["total_run_usd"] == run["total_run_usd"] / run["cost_total_usd"]


def test_a_quantity_that_is_given_is_a_figure() -> None:
    used = {part["name"]: part for part in nodes(tree("train_days", **RUN, mfu=0.4))}
    assert (used["mfu"]["kind"], used["mfu"]["origin"], used["mfu"]["value"]) == ("input", "given", 0.4)
    found = {part["name"]: part for part in nodes(tree("train_days", **RUN))}
    assert found["mfu"]["expression"]
    assert found["tp"]["kind"] == "searched"


def test_a_function_whose_text_is_not_to_be_had_is_explained_without() -> None:
    made: dict[str, Any] = {}
    exec("def twice(a):\n    return 2.0 * a", made)  # noqa: S102 - a function without a file
    one = explain("twice", Model(made["twice"]), a=3.0)
    assert (one.value, one.to_dict()["expression"]) == (6.0, "")
    assert [part.name for part in one.made_of] == ["a"]


def test_the_text_has_formulas_and_marks() -> None:
    text = explain("cost_staff_usd", **RUN, depth=3).text
    assert "Computed: staff_fte_years * usd_per_fte_year" in text
    assert "usd_per_fte_year [$/(FTE·yr)] = 387,100  <- salary_usd * salary_overhead_factor + equity_usd" in text
    assert "salary_usd [$/(FTE·yr)] = 192,500: default: " in text
    assert "restart_seconds [s] = 600: assumption" in explain("goodput", **RUN, depth=9).text
    assert "chips [chip] = 1,024: given" in explain("chip_hours", **RUN).text
