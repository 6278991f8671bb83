"""Whatever the package answers, a client of a service answers: the same documents, of the same classes, or faults."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from services import Service, started_service

import gigacost
from gigacost.client import Client, Table

RUN: dict[str, Any] = {"params": "13B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
ARCH: dict[str, Any] = {"model": "llama-3.1-8b", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
MARKETS = {"market": ["own", "on_demand"]}
SWEEP: dict[str, Any] = {
    "axes": {"hardware": ["a100-sxm-80", "h100-sxm", "b200-sxm"], "chips": np.array([128, 256, 512]), **MARKETS},
    "fixed": {"params": "13B", "tokens": "2T", "runs_per_year": 3},
    "columns": ["cost_total_usd", "train_days"],
    "where": "train_days <= 60",
}
BOOK = {
    "name": "ours", "date": "2026-01-01",
    "rental": [{"hardware": "h100-sxm", "market": "on_demand", "usd_per_chip_hour": 1.23, "provider": "ours"}],
}  # fmt: skip
Ask = Callable[[Any, Callable[..., Any]], Any]
"""Of the package or a client, and what makes a sweep."""

QUESTIONS: dict[str, Ask] = {
    "estimate": lambda ask, _: ask.estimate(**RUN),
    "estimate of a mapping": lambda ask, _: ask.estimate({**RUN, "chips": np.int64(64)}, market="own"),
    "estimates": lambda ask, _: ask.estimate(**RUN, **MARKETS),
    "estimate as of a day": lambda ask, _: ask.estimate(**RUN, as_of=dt.date(2025, 6, 1), base_year=2024),
    "estimate of a preset": lambda ask, _: ask.estimate(preset="llama-3.1-405b"),
    "estimate with intervals": lambda ask, _: ask.estimate(**RUN, draws=64, uncertain={"mfu": "uniform 0.3..0.5"}),
    "estimate with drawn draws": lambda ask, _: ask.estimate(**RUN, draws=gigacost.sampling.draws.Draws(64, 3)),
    "choose": lambda ask, _: ask.choose(params="13B", tokens="2T", hardware=["h100-sxm", "b200-sxm"]),
    "choose within limits": lambda ask, _: ask.choose(
        params="13B", tokens="2T", hardware="h100-sxm", within="40d", budget=2e6, mw="30 MW", sure=0.8
    ),
    "compare": lambda ask, _: ask.compare({**RUN, "market": "own"}, {**RUN, "mfu": 0.5}),
    "compare with intervals": lambda ask, _: ask.compare(RUN, {**RUN, "base_year": None, "chips": 64}, draws=64),
    "compare sweeps": lambda ask, sweep: ask.compare(sweep(**SWEEP), sweep(**{**SWEEP, "where": "chips <= 256"})),
    "solve": lambda ask, _: ask.solve("tokens", {**RUN, "chips": [256, 512]}, where="cost_total_usd <= 2e6"),
    "solve over a sweep": lambda ask, sweep: ask.solve(
        "tokens", sweep(**SWEEP), where="train_days <= 50", over=(1e11, 4e12), columns=["train_days"]
    ),
    "solve in vain": lambda ask, _: ask.solve("tokens", RUN, where="cost_total_usd <= 2"),
    "break_even": lambda ask, _: ask.break_even("runs_per_year", RUN, between=MARKETS, over=(1, 8)),
    "break_even along an axis": lambda ask, _: ask.break_even("runs_per_year", {**RUN, **MARKETS}, between="market"),
    "uncertainty": lambda ask, _: ask.uncertainty({**RUN, **MARKETS}, draws=64),
    "uncertainty of stated inputs": lambda ask, _: ask.uncertainty(
        RUN, of="train_days", uncertain={"mfu": "uniform 0.3..0.5"}, defaults=False, draws=64
    ),
    "elasticities": lambda ask, _: ask.elasticities(**RUN),
    "elasticities of few": lambda ask, _: ask.elasticities("train_days", RUN, inputs=["chips", "tokens"]),
    "explain": lambda ask, _: ask.explain("cost_total_usd", **RUN),
    "explain an input": lambda ask, _: ask.explain("tokens", depth=1),
    "layouts": lambda ask, _: ask.layouts(**ARCH, top=2),
    "over_time": lambda ask, sweep: ask.over_time(
        sweep({"hardware": ["h100-sxm", "b200-sxm"]}, fixed={"params": "13B", "tokens": "2T", "chips": 1024}),
        [2025, 2027],
    ),
    "top": lambda _, sweep: sweep(**SWEEP).top(3),
    "top of each": lambda _, sweep: sweep(**SWEEP).top(1, "train_days", per=["market"], distinct="chips"),
    "top within boxes": lambda _, sweep: sweep(**SWEEP).top(2, "train_days", largest=True, boxes=1000),
    "pareto": lambda _, sweep: sweep(**SWEEP).pareto(),
    "pareto of others": lambda _, sweep: sweep(**SWEEP).pareto(["cost_total_usd"], ["chips"]),
    "summary": lambda _, sweep: sweep(**SWEEP).summary(),
    "summary of each": lambda _, sweep: sweep(**SWEEP).summary("train_days", quantiles=(), per="market"),
    "counted": lambda _, sweep: sweep(**SWEEP).counted(),
    "bounds": lambda _, sweep: sweep(**SWEEP).bounds("train_days"),
    "a sweep of tables": lambda _, sweep: sweep(
        {"runs": gigacost.zipped({"params": ["7B", "70B"], "tokens": ["2T", "15T"]}), "chips": [512, 1024]},
        fixed={"hardware": "h100-sxm"},
    ).top(2),
    "a sweep of tables with names": lambda _, sweep: sweep(
        {"runs": gigacost.zipped([{"id": "a", "params": "7B"}, {"id": "b", "params": "70B"}], carry="id"),
         "chips": [512]},
        fixed={"hardware": "h100-sxm", "tokens": "2T"},
    ).top(2),
    "a sweep of ranges": lambda _, sweep: sweep(
        {"chips": {"from": 64, "to": 1024, "steps": 5, "scale": "log"}},
        fixed={"params": "13B", "tokens": "2T", "hardware": "h100-sxm"},
        derive={"usd_per_day": "cost_total_usd / train_days"},
        columns="usd_per_day", uncertain="default", draws=64,
    ).bounds("usd_per_day"),
    "a sweep of models": lambda _, sweep: sweep(
        model=["llama-3.1-8b", "llama-3.1-70b"], fixed={"tokens": "2T", "hardware": "h100-sxm", "chips": 512}
    ).top(2),
    "a price book": lambda ask, _: ask.estimate(**RUN, catalog=BOOK),
    "a strict question": lambda ask, _: ask.estimate(**RUN, strict=True, as_of="2026-10-01"),
}  # fmt: skip

SPECIFIED = {"summary of each", "compare with intervals"}
"""Where an argument of the package is a part of the specification to the command line, and so to a service."""

FAULTS: dict[str, Ask] = {
    "bad values": lambda ask, _: ask.estimate(hardware="h100-sxmm", chips=-4, params="7B", tokens="2T"),
    "missing values": lambda ask, _: ask.estimate(params="7B", chips=4),
    "nothing": lambda ask, _: ask.estimate(),
    "an unknown name": lambda ask, _: ask.estimate(**RUN, chps=4),
    "no design": lambda ask, _: ask.choose(),
    "a bad limit": lambda ask, _: ask.choose(params="7B", tokens="2T", within="soon"),
    "a bad sweep": lambda _, sweep: sweep({"chips": [8, 8]}, fixed=RUN).top(),
    "a bad condition": lambda _, sweep: sweep(**{**SWEEP, "where": "train_days <= "}).count(),
    "a bad quantity": lambda _, sweep: sweep(**SWEEP).bounds("train_dys"),
    "a bad group": lambda _, sweep: sweep(**SWEEP).summary(per="marke"),
    "an unknown quantity": lambda ask, _: ask.explain("cost_totl_usd"),
    "a bad unknown": lambda ask, _: ask.solve("tokns", RUN, where="train_days <= 9"),
    "a bad distribution": lambda ask, _: ask.estimate(**RUN, uncertain={"mfu": "normal"}),
    "a strict one": lambda ask, _: ask.estimate(**{**RUN, "mfu": 0.9}, strict=True),
}


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with started_service() as service:
        yield service


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[Client]:
    with Client(service.url) as client:
        yield client


def plain(answer: Any, *, without: str = "") -> Any:
    """The document of an answer, without what it took."""
    left = {"effort", "seconds", without}

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: kept(one) for key, one in value.items() if key not in left}
        return [kept(one) for one in value] if isinstance(value, list) else value

    return [kept(one.to_dict()) for one in answer] if isinstance(answer, list) else kept(answer.to_dict())


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_client_answers_what_the_package_answers(name: str, client: Client) -> None:
    ask = QUESTIONS[name]
    ours, served = ask(gigacost, gigacost.Sweep), ask(client, client.sweep)
    without = "spec_sha256" if name in SPECIFIED else ""
    assert plain(served, without=without) == plain(ours, without=without)
    if not isinstance(served, Table):
        assert type(served) is type(ours)


@pytest.mark.parametrize("name", FAULTS)
def test_a_client_refuses_what_the_package_refuses(name: str, client: Client) -> None:
    ask = FAULTS[name]
    with pytest.raises(gigacost.SpecError) as ours:
        ask(gigacost, gigacost.Sweep)
    with pytest.raises(gigacost.SpecError) as served:
        ask(client, client.sweep)
    assert [(one.field.removeprefix("options."), one.value, one.what) for one in served.value.faults] == [
        (one.field, one.value, one.what) for one in ours.value.faults
    ]


def test_all_rows_of_a_served_sweep_are_those_of_the_package(client: Client) -> None:
    axes: dict[str, Any] = {"hardware": ["a100-sxm-80", "h100-sxm"], "chips": [64, 512], "market": ["own", "spot"]}
    given: dict[str, Any] = {"fixed": {"params": "13B", "tokens": "2T"}, "columns": ["cost_total_usd", "mfu"]}
    there, here = pa.table(client.sweep(axes, **given)), pa.table(gigacost.Sweep(axes, **given))
    assert there.num_rows == 8
    assert there.to_pylist() == here.to_pylist()
    with pytest.raises(gigacost.SpecError, match="chips"):
        pa.table(client.sweep({"chips": [-1]}, **given))


def test_rows_of_a_served_sweep_need_pyarrow(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(gigacost.SpecError, match="pip install"):
        client.sweep({"chips": [64]}).__arrow_c_stream__()


def test_threads_ask_one_service_all_at_once(client: Client) -> None:
    """Sixteen threads, each with a quarter of the questions: the answers are those of one after the other."""
    names = sorted(QUESTIONS)

    def ask(number: int) -> dict[str, Any]:
        return {name: plain(QUESTIONS[name](client, client.sweep)) for name in names[number % 4 :: 4]}

    one_by_one = [ask(number) for number in range(4)]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(ask, range(16)))
    assert [one == one_by_one[number % 4] for number, one in enumerate(found)] == [True] * 16
