"""A summary: for each column and group the range, P10 to P90, the median and the mean."""

from __future__ import annotations

import pytest
from drawings import Drawing

import gigacost
from gigacost.queries.summary import Summary

SPACE = {"hardware": ["h100-sxm", "b200-sxm"], "chips": [256, 512, 1024, 2048], "params": "13B", "tokens": "2T"}
COLUMNS = ("cost_total_usd", "train_days")


@pytest.fixture(scope="module")
def summary() -> Summary:
    return gigacost.Sweep(SPACE).summary(COLUMNS, per=["hardware"])


@pytest.fixture(scope="module")
def drawing(summary: Summary) -> Drawing:
    return Drawing(summary.chart())


def test_rules_and_bars_have_the_figures_of_each_group(summary: Summary, drawing: Drawing) -> None:
    rules = {rule.what: rule.figures for rule in drawing.marks("rule mark")}
    bars = {bar.what: bar.figures for bar in drawing.marks("bar")}
    assert len(rules) == len(bars) == 4
    for group in summary.groups:
        for name in COLUMNS:
            one = group.columns[name]
            told = rules[f"{group.at['hardware']} {name}"]
            assert (told["min"], told["max"], told["mean"]) == (one.min, one.max, one.mean)
            bar = bars[f"{group.at['hardware']} {name}"]
            assert (bar["low"], bar["median"], bar["high"]) == tuple(one.quantiles.values())


def test_every_column_has_its_axis_with_its_unit(drawing: Drawing) -> None:
    assert drawing.texts("axis-title") == ["total cost [$]", "training time [days]"]
    assert drawing.texts("axis-label").count("h100-sxm") == 2


def test_the_title_counts(summary: Summary, drawing: Drawing) -> None:
    title = f"{summary.feasible} of {summary.combinations} combinations by hardware"
    assert drawing.texts("title-text") == [title]


def test_groups_without_any_are_named() -> None:
    summary = gigacost.Sweep(SPACE, where="train_days <= 10 or hardware == 'b200-sxm'").summary(
        COLUMNS, per=["hardware", "chips"]
    )
    without = [group.at for group in summary.groups if not group.feasible]
    assert without
    subtitle = " ".join(Drawing(summary.chart()).texts("title-subtitle"))
    assert f"None of them: {without[0]['hardware']}, {without[0]['chips']} chips" in subtitle


def test_without_quantiles_there_are_ranges_and_means() -> None:
    drawing = Drawing(gigacost.Sweep(SPACE).summary(COLUMNS, quantiles=()).chart())
    assert len(drawing.marks("rule mark")) == 2
    assert not drawing.marks("bar")
    assert "Bar:" not in " ".join(drawing.texts("title-subtitle"))


def test_nothing_feasible_is_refused() -> None:
    with pytest.raises(gigacost.SpecError, match="no combination is feasible"):
        gigacost.Sweep(SPACE, where="cost_total_usd <= 1").summary(COLUMNS).chart()
