"""Answers from their documents are the answers."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

import gigacost
from gigacost.client.failures import ServiceError
from gigacost.client.restored import restored

RUN: dict[str, Any] = {"params": "13B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
ARCH: dict[str, Any] = {"model": "llama-3.1-8b", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
MARKETS = {"market": ["own", "on_demand"]}


def sweep(where: str | None = None) -> gigacost.Sweep:
    return gigacost.Sweep(
        {"hardware": ["a100-sxm-80", "h100-sxm"], "chips": [128, 512], **MARKETS},
        fixed={"params": "13B", "tokens": "2T"},
        columns=["cost_total_usd", "train_days"],
        where=where,
    )


ANSWERS = {
    "estimate": lambda: gigacost.estimate(**RUN),
    "intervals": lambda: gigacost.estimate(**RUN, draws=64, market="own"),
    "no price": lambda: gigacost.estimate(**{**RUN, "market": "reserved_3y", "hardware": "b200-sxm"}),
    "choose": lambda: gigacost.choose(params="13B", tokens="2T", hardware=["h100-sxm", "b200-sxm"]),
    "nothing to choose": lambda: gigacost.choose(params="13B", tokens="2T", budget="1M", hardware="h100-sxm"),
    "compare": lambda: gigacost.compare({**RUN, "market": "own"}, {**RUN, "mfu": 0.5}, draws=64),
    "solve": lambda: gigacost.solve("tokens", {**RUN, "chips": [256, 512]}, where="cost_total_usd <= 2e6"),
    "nothing to solve": lambda: gigacost.solve("tokens", RUN, where="cost_total_usd <= 2"),
    "break_even": lambda: gigacost.break_even("runs_per_year", RUN, between=MARKETS),
    "uncertainty": lambda: gigacost.uncertainty({**RUN, **MARKETS}, draws=64, uncertain={"mfu": "uniform 0.3..0.5"}),
    "elasticities": lambda: gigacost.elasticities(**RUN),
    "explain": lambda: gigacost.explain("cost_total_usd", **RUN),
    "explain an input": lambda: gigacost.explain("tokens"),
    "layouts": lambda: gigacost.layouts(**ARCH, top=2),
    "over_time": lambda: gigacost.over_time(sweep(), [2025]),
    "summary": lambda: sweep("train_days <= 60 and cost_total_usd <= 1e6").summary(per="market"),
    "summary of nothing": lambda: sweep("train_days <= 0.001").summary(),
    "counted": lambda: sweep("train_days <= 60").counted(),
    "bounds": lambda: sweep().bounds("train_days"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_survives_as_json(name: str) -> None:
    answer = ANSWERS[name]()
    document = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    made = restored(type(answer), document)
    assert type(made) is type(answer)
    assert made.to_dict() == answer.to_dict()
    assert made._repr_html_() == answer._repr_html_()


def test_nulls_are_nan_again_where_the_package_has_nan() -> None:
    made = restored(type(sweep().summary()), json.loads(json.dumps(sweep("train_days <= 0.001").summary().to_dict())))
    assert math.isnan(made.columns["train_days"].mean)
    assert made.columns["train_days"].quantiles.keys() == {0.1, 0.5, 0.9}


def test_a_restored_estimate_reads_as_the_package_s() -> None:
    run = gigacost.estimate(**RUN)
    made = restored(gigacost.Estimate, json.loads(json.dumps(run.to_dict())))
    assert made["cost_total_usd"] == run["cost_total_usd"]
    assert made.assumption("pue") == run.assumption("pue")
    assert isinstance(made.assumptions, tuple)
    assert made == run
    assert repr(made) == repr(run)


def test_a_restored_solution_draws_its_end() -> None:
    found = gigacost.solve("tokens", {**RUN, "chips": [256, 512]}, where="cost_total_usd <= 2e6")
    made = restored(gigacost.Solution, json.loads(json.dumps(found.to_dict())))
    assert made.binding == found.binding
    assert made.chart().to_dict()["layer"]


def test_a_document_of_another_version_is_refused_with_both_versions() -> None:
    document = gigacost.estimate(**RUN).to_dict() | {"meta": {"gigacost_version": "9.9"}}
    del document["breakdown"]
    with pytest.raises(ServiceError, match=r"9\.9.*Estimate.*breakdown"):
        restored(gigacost.Estimate, document)
    with pytest.raises(ServiceError, match="Estimate"):
        restored(gigacost.Estimate, [])


def test_what_a_document_has_beside_is_left_out() -> None:
    document = gigacost.estimate(**RUN).to_dict()
    assert restored(gigacost.Estimate, {**document, "of_tomorrow": 1}).to_dict() == document
