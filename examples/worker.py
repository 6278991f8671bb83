"""A worker of your own: uvicorn worker:app. Short questions wait in threads, long ones are computed in processes."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

import gigacost

app = FastAPI()
MOST = 100_000_000  # combinations that a question may be about
# Processes that are spawned hold no lock of this one; they start with the first question.
processes = ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))


@app.exception_handler(gigacost.SpecError)
def refuse(_: Request, error: gigacost.SpecError) -> JSONResponse:
    """What is wrong with a question, as data."""
    return JSONResponse({"errors": [asdict(fault) for fault in error.faults]}, 422)


@app.post("/estimate")
def estimate(run: dict[str, float | str]) -> dict[str, Any]:
    """What a run costs. FastAPI calls a plain function in a thread of its own."""
    return gigacost.estimate(run).to_dict()


@app.post("/top")
def top(design: dict[str, dict[str, Any]], k: int = 10) -> dict[str, Any]:
    """The cheapest combinations, found by another process."""
    return processes.submit(best, design["axes"], design["fixed"], k).result()


def best(axes: dict[str, Any], fixed: dict[str, Any], k: int) -> dict[str, Any]:
    """Runs in another process."""
    sweep = gigacost.Sweep(axes, fixed=fixed, columns=["cost_total_usd", "train_days"])
    if sweep.size > MOST:
        raise gigacost.SpecError(gigacost.errors.Fault("axes", str(sweep.size), "too many combinations", f"<= {MOST}"))
    return sweep.top(k, seconds=10, threads=1).to_dict()
