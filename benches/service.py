"""What HTTP adds to an answer, and how a service stands load: ``python benches/service.py``.

Answers in this process and over HTTP take turns, ten at a time, so that what else the machine does hits all of them
alike. No request repeats an earlier one's numbers.
"""

from __future__ import annotations

import functools
import http.client
import itertools
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import gigacost
import latency
import results
from results import say

CALLS = {"estimate": 300, "candidates": 60}
TURN = 10
"""Calls of one way before it is another's turn."""
WORKERS = (1, 2)
SECONDS = 8.0
"""How long the load of each kind is."""
REQUESTS = 100_000
"""After how many requests the memory is looked at."""
SLICE = 10.0
_counter = itertools.count(1)
DESIGN = {"hardware": "h100-sxm", "params": "70B", "tokens": "15T"}
LUA = """
local count = %d
request = function()
  count = count + 1
  local body = string.format('{"spec":{"fixed":{"hardware":"h100-sxm","chips":%%d,"params":"70B","tokens":"15T"}},'
    .. '"options":{"no_intervals":true}}', 1024 + 8 * (count %% 5000))
  return wrk.format("POST", "/v1/estimate", {["Content-Type"] = "application/json"}, body)
end
"""


class Service:
    """A service that is running."""

    def __init__(self, url: str) -> None:
        self.url = url
        host, _, port = url.removeprefix("http://").rpartition(":")
        self._connection = http.client.HTTPConnection(host, int(port), timeout=120)

    def ask(self, question: str, asked: object) -> bytes:
        """The answer, on the connection that stays."""
        self._connection.request("POST", f"/v1/{question}", json.dumps(asked), {"Content-Type": "application/json"})
        reply = self._connection.getresponse()
        body = reply.read()
        if reply.status != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(body.decode())
        return body

    def counts(self, name: str) -> float:
        """The sum of a metric over workers and labels."""
        self._connection.request("GET", "/metrics")
        text = self._connection.getresponse().read().decode()
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name}{{"))


@contextmanager
def serving(workers: int) -> Iterator[Service]:
    """A service of so many workers."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready")
        command = [sys.executable, "-m", "gigacost", "serve", "--port", "0", "--workers", str(workers)]
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready), "--no-access-log"],
            env={key: value for key, value in os.environ.items() if key != "GIGACOST_TOKEN"},
        )
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise RuntimeError("the service did not start")
                time.sleep(0.05)
            yield Service(json.loads(ready.read_bytes())["url"])
        finally:
            process.terminate()
            process.wait(30)


def estimate_here() -> object:
    """An estimate in this process."""
    chips = 1024 + 8 * next(_counter)
    return gigacost.estimate(hardware="h100-sxm", chips=chips, params="70B", tokens="15T").to_dict()


def estimate_there(service: Service) -> object:
    """The same over HTTP."""
    spec = {"fixed": {**DESIGN, "chips": 1024 + 8 * next(_counter)}}
    return service.ask("estimate", {"spec": spec, "options": {"no_intervals": True}})


def candidates_here() -> object:
    """The 20 cheapest of 5,000 designs, with the breakdown of their costs."""
    table = gigacost.zipped(latency.candidates(next(_counter)))
    sweep = gigacost.Sweep({"candidate": table}, columns=latency.BREAKDOWN, fixed={"runs_per_year": 2})
    return sweep.top(latency.TOP).rows


def candidates_there(service: Service) -> object:
    """The same over HTTP: the designs are the request."""
    spec = {
        "zip": latency.candidates(next(_counter)),
        "fixed": {"runs_per_year": 2},
        "query": {"columns": latency.BREAKDOWN, "k": latency.TOP},
    }
    return service.ask("top", {"spec": spec})


QUESTIONS: dict[str, tuple[Callable[[], object], Callable[[Service], object]]] = {
    "estimate": (estimate_here, estimate_there),
    "candidates": (candidates_here, candidates_there),
}


def taken(call: Callable[[], object]) -> float:
    """The seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def latencies(services: dict[int, Service], name: str) -> dict[str, Any]:
    """Median and 95th percentile of an answer in this process and over HTTP, and what HTTP adds to the median."""
    here, there = QUESTIONS[name]
    ways: dict[str, Callable[[], object]] = {"here": here}
    ways |= {str(workers): functools.partial(there, service) for workers, service in services.items()}
    for _, call in itertools.product(range(4), ways.values()):
        call()
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(CALLS[name] // TURN):
        for way, call in ways.items():
            seconds[way] += [taken(call) for _ in range(TURN)]
    found: dict[str, Any] = {}
    for way, each in seconds.items():
        each.sort()
        found[way] = {"median": statistics.median(each), "p95": each[math.ceil(0.95 * len(each)) - 1]}
    added = {way: found[way]["median"] - found["here"]["median"] for way in found if way != "here"}
    return {"calls": CALLS[name], "seconds": found, "added": added}


def load(service: Service, connections: int, seconds: float, begin: int = 0) -> dict[str, float]:
    """Calls of ``estimate`` a second that a number of connections make, by wrk, and how many were refused."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA % begin)
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s", "-s", script.name]
        done = subprocess.run([*command, service.url], check=True, capture_output=True, text=True)
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    bad = re.search(r"Non-2xx or 3xx responses: ([0-9]+)", done.stdout)
    return {"calls_per_second": float(rate[1]) if rate else 0.0, "refused": int(bad[1]) if bad else 0}


def memory(service: Service, requests: int) -> dict[str, Any]:
    """The memory of all workers while so many requests are answered."""
    load(service, 4, SLICE)
    name = "process_resident_memory_bytes"
    first = service.counts("gigacost_requests_total")
    seen = [[0, service.counts(name)]]
    while seen[-1][0] < requests:
        load(service, 4, SLICE, begin=int(seen[-1][0]))
        seen.append([service.counts("gigacost_requests_total") - first, service.counts(name)])
        say(f"service: {seen[-1][0]:,.0f} requests, {seen[-1][1] / 2**20:.1f} MiB")
    return {"requests": seen[-1][0], "bytes": [size for _, size in seen]}


def main() -> None:
    """Measure all of it. ``--requests N`` looks at the memory after fewer of them."""
    requests = int(sys.argv[2]) if sys.argv[1:2] == ["--requests"] else REQUESTS
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        services = {workers: stack.enter_context(serving(workers)) for workers in WORKERS}
        for name in QUESTIONS:
            found[name] = latencies(services, name)
            say(f"service: {name}: {found[name]}")
        if shutil.which("wrk"):
            one, several = load(services[1], 1, SECONDS), load(services[2], 4, SECONDS)
            found["load"] = {"1": one, "2": several, "times": several["calls_per_second"] / one["calls_per_second"]}
            say(f"service: load: {found['load']}")
            found["memory"] = memory(services[2], requests)
    results.merge("service", found, ("gigacost", "uvicorn", "starlette", "httptools"))


if __name__ == "__main__":
    main()
