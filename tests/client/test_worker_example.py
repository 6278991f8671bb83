"""The example of a worker of one's own: questions in threads and in processes, refusals as data."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

import gigacost

EXAMPLE = Path(__file__).parents[2] / "examples" / "worker.py"
RUN: dict[str, Any] = {"params": "13B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
DESIGN = {
    "axes": {"hardware": ["h100-sxm", "b200-sxm"], "chips": [128, 256]},
    "fixed": {"params": "13B", "tokens": "2T"},
}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    said = tmp_path_factory.mktemp("worker") / "err"
    command = [sys.executable, "-m", "uvicorn", "worker:app", "--app-dir", str(EXAMPLE.parent), "--port", "0"]
    with said.open("wb") as file:
        process = subprocess.Popen(command, stderr=file)
    try:
        while not (found := re.search(r"running on (http://\S+)", said.read_text())):
            assert process.poll() is None, said.read_text()
        with httpx.Client(base_url=found[1], trust_env=False, timeout=60) as client:
            yield client
    finally:
        process.terminate()
        process.wait(30)


def test_it_answers_what_the_package_answers(worker: httpx.Client) -> None:
    assert worker.post("/estimate", json=RUN).json() == json.loads(json.dumps(gigacost.estimate(RUN).to_dict()))
    sweep = gigacost.Sweep(DESIGN["axes"], fixed=DESIGN["fixed"], columns=["cost_total_usd", "train_days"])
    assert worker.post("/top", params={"k": 2}, json=DESIGN).json()["rows"] == [*sweep.top(2)]


def test_it_refuses_as_data(worker: httpx.Client) -> None:
    for path, asked in (
        ("/estimate", {**RUN, "chips": -1}),
        ("/top", {**DESIGN, "axes": {"chips": [-1]}}),
        ("/top", {**DESIGN, "axes": {"chips": {"from": 1, "to": 200_000_000, "step": 1}}}),
    ):
        reply = worker.post(path, json=asked)
        assert reply.status_code == 422, reply.text
        assert reply.json()["errors"][0]["field"].startswith(("chips", "axes"))


def test_it_answers_many_at_once(worker: httpx.Client) -> None:
    def ask(chips: int) -> float:
        found: float = worker.post("/estimate", json={**RUN, "chips": chips}).json()["inputs"]["chips"]
        return found

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8, 72))) == list(range(8, 72))


def test_it_is_short() -> None:
    code = [
        line
        for line in EXAMPLE.read_text().splitlines()
        if line and not line.startswith(("import", "from", '"""', "#"))
    ]
    assert sum(1 for line in code if line.strip() and not line.strip().startswith(("#", chr(34) * 3))) <= 20
