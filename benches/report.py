"""Writes what was measured where people read it: ``python benches/report.py``.

``docs/performance.md`` and ``docs/scaling.md`` in full, a short table in the README, all from ``results.json``. A test
fails when they are something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import results
from contenders import CONTENDERS
from instructions import by_kernel
from markdown_tables import NOTE, digits, duration, figure, megabytes, table, where
from scaling_page import scaling
from service_page import service

ROOT = Path(__file__).parent.parent
BEGIN, END = "<!-- bench: written by `make bench` -->", "<!-- /bench -->"
TASKS = {
    "materialise": "All rows in memory: 16.8M x 10",
    "stream": "All rows as a stream, every value read: 16.8M x 10",
    "best": "The best of each (params, tokens): 16,384 of 134M",
    "top": "The cheapest 1,000 of 134M",
    "pareto": "The front of cost, days and loss: of 134M",
    "parquet": "A Parquet file: 16.8M x 14",
    "csv": "A CSV file: 2.1M x 14",
}
PEERS = {
    "Python": ("python",),
    "numpy": ("numpy", "numpy-threads"),
    "numexpr": ("numexpr",),
    "numba": ("numba", "pyarrow", "pyarrow-plain"),
    "polars": ("polars", "polars-plain"),
    "duckdb": ("duckdb", "duckdb-plain"),
    "moocore": ("moocore", "pymoo"),
}
"""The README's columns, and who may stand for each; the fastest does."""

Row = Mapping[str, Any]


def pages(found: Mapping[str, Any]) -> dict[str, str]:
    """The text of each page by its path, the README without its rest."""
    return {"docs/performance.md": _performance(found), "docs/scaling.md": scaling(found)}


def readme(text: str, found: Mapping[str, Any]) -> str:
    """The README with the short table between its marks."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{_short(found)}\n\n{END}{after}"


def _rows(found: Mapping[str, Any], task: str, *, irregular: bool = False) -> dict[str, Row]:
    rows = found.get("peers", {}).get("rows", [])
    return {row["contender"]: row for row in rows if row["task"] == task and row["irregular"] == irregular}


def _short(found: Mapping[str, Any]) -> str:
    """Gigacost's rows a second and peak memory, and how many times as long each of the others takes."""
    lines = []
    for task, title in TASKS.items():
        rows = {name: row for name, row in _rows(found, task).items() if "seconds" in row}
        if "gigacost" not in rows:
            continue
        own = rows["gigacost"]
        cells = []
        for names in PEERS.values():
            seconds = [rows[name]["seconds"] for name in names if name in rows]
            cells.append(f"{digits(min(seconds) / own['seconds'])}x" if seconds else "")
        lines.append([title, f"{figure(own['rows'] / own['seconds'])}/s", megabytes(own["peak_bytes"]), *cells])
    head = ("", "gigacost", "peak memory", *PEERS)
    text = (
        "One model of fifteen formulas over 16 chips x 64 cluster sizes x 128 model sizes x 128 token counts (x 8 "
        "electricity prices), side by side in one run. The columns of the others: how many times as long they take, "
        "each written as an expert of it would, with terms hoisted by hand (numba's files: by pyarrow; moocore is "
        "given its points). The best, the cheapest and the front are exact: gigacost computes only what it cannot "
        "prove away.\n\n"
    )
    more = (
        "`make bench` measures it again on your machine. [Performance](docs/performance.md) has the other tables: "
        "irregular axes, the default model, latency, memory; [scaling](docs/scaling.md) how the cost of a "
        "combination changes with the question."
    )
    return f"{text}{table(head, lines)}\n\n{_far(found)}{more}"


def _far(found: Mapping[str, Any]) -> str:
    """The trillion in a sentence."""
    rows = [row for row in found.get("trillion", {}).get("rows", []) if "seconds" in row]
    if not rows:
        return ""
    times = ", ".join(f"{_SHORTLY[row['task']]} in {duration(row['seconds'])}" for row in rows)
    peak = megabytes(max(row["peak_bytes"] for row in rows))
    return (
        f"Of the {rows[0]['rows']:,} combinations of [`examples/trillion.toml`](examples/trillion.toml), with all the "
        f"default model's drivers: {times}; {peak} of memory at most.\n\n"
    )


def _performance(found: Mapping[str, Any]) -> str:
    parts = [NOTE, "# Performance\n"]
    sections: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "peers": _peers,
        "trillion": _trillion,
        "uncertainty": _uncertainty,
        "default_model": _default_model,
        "layouts": _layouts,
        "latency": _latency,
        "service": service,
        "memory": _memory,
        "instructions": _instructions,
    }
    parts += [write(found) for part, write in sections.items() if part in found]
    return "\n".join(parts)


def _peers(found: Mapping[str, Any]) -> str:
    text = (
        "One workload ([cluster.py](../benches/cluster.py), [workload.py](../benches/workload.py)): fifteen formulas, "
        "ten columns, over 16 chips x 64 cluster sizes x 128 model sizes x 128 token counts = 16,777,216 combinations; "
        "eight electricity prices make them 134,217,728.\n\n"
        "* Every contender runs in fresh processes of its own, round after round in turn; the median counts, *fastest* "
        "shows how far chance goes. *Peak* "
        "is the operating system's peak of the whole process, interpreter and libraries included.\n"
        "* All use all cores, but for the Python loop and the first row of numpy. What compiles or loads is warmed up "
        "on a few combinations before the clock starts.\n"
        "* *Hoisted* means by hand: every term is computed once, where it varies, and what is left for a combination "
        "is a multiplication or two. gigacost is given the formulas as they are.\n"
        "* Answers are checked: columns and extremes to a relative 1e-12 (sums to 1e-10: hoisting rounds in another "
        "order), winners as the best there are, files as they are read back.\n"
        "* The Python loop and paretoset do a part, and their time is scaled by the number of rows (~).\n"
        "* gigacost proves of most combinations that they are not the best, not among the cheapest, not on the front, "
        "and computes the others. *Every combination evaluated* is the same engine without that, for comparison with "
        "those who have to look at each. Rows a second count the combinations that are answered for.\n"
    )
    parts = ["## Beside others\n", text, f"Measured {where(found['peers'])}\n"]
    notes = {
        "materialise": "duckdb's rows come in an order of its own. "
        "*First-touch fill* is what the operating system takes to give ten columns of memory.",
        "stream": "Minimum, maximum and sum of each of the ten columns, which are never there as a whole. gigacost by "
        "`Sweep.summary`, whose sums are exact, and by `Sweep.batches` with numpy as the reader.",
        "best": "Among the combinations whose training state fits into the chips' memory.",
        "top": "Among the combinations that fit.",
        "pareto": "Of the combinations that fit, those that none of the others equals or beats in `cost_total_usd`, "
        "`train_days` and `loss` alike; of equal ones the first. The libraries find the front among points that numpy "
        "has computed before the clock starts: the row above them says how long that takes. gigacost's time is for "
        "everything. paretoset's time grows faster than its number of rows: scaled, it is flattered.",
        "parquet": "With zstd; ten columns and the four axes. *As it comes*: with the library's defaults; else with "
        "the fastest settings found. numba and pyarrow write two files at once, with encodings chosen by hand.",
        "csv": "Two of the sixteen chips: 2,097,152 rows, ten columns and the four axes.",
    }
    for task, title in TASKS.items():
        if _rows(found, task):
            parts += [f"### {title}\n", notes[task] + "\n", _compared(_rows(found, task)) + "\n"]
    for task, title in TASKS.items():
        if _rows(found, task, irregular=True):
            parts += [f"### {title}; irregular axes\n", _compared(_rows(found, task, irregular=True)) + "\n"]
    return "\n".join(parts)


def _compared(rows: Mapping[str, Row]) -> str:
    own = rows.get("gigacost", {}).get("seconds")
    files = any(row.get("file_bytes") for row in rows.values())
    lines = []
    for name, row in rows.items():
        label = f"**{CONTENDERS[name].label}**" if name == "gigacost" else CONTENDERS[name].label
        if "seconds" not in row:
            lines.append([label, f"failed: {row['failed']}", "", "", "", "", *([""] if files else [])])
            continue
        about = "~" if row["sampled"] else ""
        seconds = [about + duration(row["seconds"]), about + duration(row["fastest"])]
        ratio = f"{digits(row['seconds'] / own)}x" if own else ""
        size = ["" if row["sampled"] else megabytes(row["file_bytes"])] if files else []
        peak = "" if row["sampled"] else megabytes(row["peak_bytes"])
        fault = f" (wrong: {row['fault']})" if row["fault"] else ""
        lines.append([label + fault, *seconds, f"{figure(row['rows'] / row['seconds'])}/s", ratio, peak, *size])
    return table(("", "time", "fastest", "rows", "of gigacost's time", "peak", *(["file"] if files else [])), lines)


def _trillion(found: Mapping[str, Any]) -> str:
    part = found["trillion"]
    cuts = ", ".join(f"{size:,}" for size in part["cuts"])
    text = (
        "[examples/trillion.toml](../examples/trillion.toml): the default model with all its drivers, by "
        "[trillion.py](../benches/trillion.py). The median of fresh processes; what has to be prepared is included.\n\n"
        "How the answers are checked, as nobody can look at all rows: the same questions are put to spaces cut out of "
        f"it, every n-th value of each axis ({cuts} combinations), with and without a look at every combination: the "
        f"rows have to be the same, bit by bit. And {part['drawn']:,} combinations drawn at random, {part['legal']:,} "
        "of which meet the condition and have a cost, are computed and held against the answers: none may be cheaper, "
        "none may be missing from the front."
    )
    lines = []
    for row in part["rows"]:
        if "seconds" not in row:
            lines.append([_AT_LENGTH[row["task"]], f"failed: {row['failed']}", *[""] * 5])
            continue
        fault = f" (wrong: {row['fault']})" if row["fault"] else ""
        seen = row.get("evaluated", row["rows"])
        looked = f"{figure(seen)}" if seen < row["rows"] else ""
        boxes = figure(row["boxes"]) if "boxes" in row else ""
        cells = [f"{row['rows']:,}", f"{row['found']:,}", duration(row["seconds"]), boxes, looked]
        lines.append([_AT_LENGTH[row["task"]] + fault, *cells, megabytes(row["peak_bytes"])])
    head = ("", "combinations", "found", "time", "boxes", "evaluated", "peak of the process")
    return f"## More than a trillion\n\n{text}\n\nMeasured {where(part)}\n\n{table(head, lines)}\n"


_AT_LENGTH = {
    "top": "the cheapest 20",
    "best": "the cheapest of each model size and token count",
    "pareto": "the front of cost, days and loss",
}
_SHORTLY = {"top": "the cheapest 20", "best": "the cheapest of each run", "pareto": "the front of cost, days and loss"}


def _uncertainty(found: Mapping[str, Any]) -> str:
    part = found["uncertainty"]
    text = (
        "[examples/uncertain.toml](../examples/uncertain.toml): of each of 10,000 designs of the default model the "
        "mean and five quantiles of the total over 10,000 draws, a hundred million evaluations "
        "([uncertainty.py](../benches/uncertainty.py)). numpy and plain Python are given the formulas of what differs "
        "from draw to draw, all else (the layouts, which gigacost searches for) known beforehand; they do some of the "
        "designs, and their time is scaled (~). The answers are compared."
    )
    words = {"engine": "gigacost", "engine, one thread": "gigacost, one thread"}
    own, lines = part["rows"][0], []
    for row in part["rows"]:
        name = words.get(row["task"], row["task"])
        if "seconds" not in row:
            lines.append([name, f"failed: {row['failed']}", *[""] * 3])
            continue
        seconds = row["seconds"] * own["designs"] / row["designs"]
        about = "~" if row["designs"] < own["designs"] else ""
        fault = f" (wrong: {row['fault']})" if row.get("fault") else ""
        cells = [f"{row['designs']:,}", f"{about}{duration(seconds)}", f"{digits(seconds / own['seconds'])}x"]
        lines.append([name + fault, *cells, megabytes(row["peak_bytes"] or None)])
    head = ("", "designs done", "time of all", "", "peak of the process")
    return f"## Monte Carlo\n\n{text}\n\nMeasured {where(part)}\n\n{table(head, lines)}\n"


def _default_model(found: Mapping[str, Any]) -> str:
    part = found["default_model"]
    words = {
        "summary": "statistics of `cost_total_usd`",
        "top": "the cheapest 1,000",
        "parquet": "a Parquet file of a slice, 15 columns and `status`",
        "reference": "statistics by the pure-Python reference, on a sample",
    }
    text = (
        "The model with all its drivers over 8 chips x 64 cluster sizes x 128 model sizes x 128 token counts x 4 "
        "markets (own, colo, on demand, reserved for a year) x 40 electricity prices x 1 to 4 runs a year x a horizon "
        "of 0 or 3 years ([default_model.py](../benches/default_model.py)). The total depends on every axis; on the "
        "electricity price where one pays for it, in two of the four markets."
    )
    return f"## The default model\n\n{text}\n\nMeasured {where(part)}\n\n{_tasks(part['rows'], words)}\n"


def _tasks(rows: Iterable[Row], words: Mapping[str, str]) -> str:
    lines = []
    for row in rows:
        if "seconds" not in row:
            lines.append([words[row["task"]], "", f"failed: {row['failed']}", "", "", ""])
            continue
        rate = f"{figure(row['rows'] / row['seconds'])}/s"
        peak, size = megabytes(row["peak_bytes"]), megabytes(row.get("file_bytes"))
        lines.append([words[row["task"]], f"{row['rows']:,}", duration(row["seconds"]), rate, peak, size])
    return table(("", "combinations", "time", "", "peak of the process", "file"), lines)


def _latency(found: Mapping[str, Any]) -> str:
    part = found["latency"]
    first = part["first"]
    lines = [
        ["`import gigacost`, fresh process", duration(first["import"]), ""],
        ["first `estimate` after it", duration(first["estimate"]), ""],
    ]
    names = {
        "estimate": "`estimate`, warm",
        "candidates": "5,000 candidates as a zipped table under a private price book, `top(20)` with breakdown, warm",
    }
    for name, words in names.items():
        one = part[name]
        cells = [duration(one["median"]), duration(one["p95"])] if "median" in one else [f"failed: {one['failed']}", ""]
        lines.append([words, *cells])
    text = table(("", "median", "95th percentile"), lines)
    rates = []
    for name, words in (
        ("estimate-threads", "`estimate`"),
        ("candidates-threads", "5,000 candidates, one thread each"),
    ):
        rates.append([words, *(digits(rate) for rate in part[name].get("calls_per_second", {}).values())])
    threads = list(part["estimate-threads"].get("calls_per_second", {}))
    callers = table(("calls a second, by number of calling threads", *threads), rates)
    return f"## Latency\n\nNo call repeats an earlier one's numbers. Measured {where(part)}\n\n{text}\n\n{callers}\n"


def _layouts(found: Mapping[str, Any]) -> str:
    rows = {row["task"]: row for row in found["layouts"]["rows"]}
    text = (
        "The best parallel layout of each of 16 chips x 64 cluster sizes x 128 model sizes "
        "([layouts.py](../benches/layouts.py)): for each design all layouts that are legal and worth trying are "
        "decided, by memory and step time or by a proven bound, and the best is kept. The others do a part of the "
        "designs with the model's "
        "own formulas, written out as plain Python by a program; they are given the lists of such layouts, and all "
        "that does not depend on the layout, for nothing. Their winners have to be gigacost's. For comparison, not "
        "measured here: Calculon evaluates some 230-460 layouts a second, llm-analysis 9,000.\n"
    )
    own = rows["gigacost"]
    rate = own["layouts"] / own["seconds"] if "seconds" in own else None
    lines = []
    for name, label in _SEARCHERS.items():
        row = rows.get(name, {"failed": "not measured"})
        if "seconds" not in row or rate is None:
            lines.append([label, f"failed: {row.get('failed')}", "", "", ""])
            continue
        own_rate = row["layouts"] / row["seconds"]
        fault = f" (wrong: {row['fault']})" if row["fault"] else ""
        slower = f"{digits(rate / own_rate)}x"
        lines.append([label + fault, figure(row["layouts"]), duration(row["seconds"]), f"{figure(own_rate)}/s", slower])
    parts = [f"## The search for a layout\n\n{text}\nMeasured {where(found['layouts'])}\n"]
    parts.append(table(("", "layouts", "time", "layouts", "slower"), lines) + "\n")
    if rate is not None:
        share = own["layouts"] / own["candidates"]
        parts.append(
            f"Of {figure(own['candidates'])} candidates {100 * share:.2g} % are legal and worth trying: conditions "
            "that depend on few axes skip the others without looking at each. Counted on every 97th design.\n"
        )
    lines = [
        [label, duration(rows[name]["seconds"]), megabytes(rows[name]["peak_bytes"])]
        for name, label in _WITH_SEARCH.items()
        if "seconds" in rows.get(name, {})
    ]
    parts.append(table(("", "time", "peak memory"), lines) + "\n")
    return "\n".join(parts)


_SEARCHERS = {
    "gigacost": "**gigacost, all cores**",
    "numba": "numba, all cores",
    "numpy": "numpy, one design at a time",
    "python": "plain Python",
}
_WITH_SEARCH = {
    "one": "one design, a new one each time (`Sweep.to_numpy`)",
    "planner": "`examples/planner.toml`, 51,840,000 rows to Parquet, layouts searched",
    "planner, given MFU": "the same with a given MFU, nothing searched",
}


def _memory(found: Mapping[str, Any]) -> str:
    words = {
        "top": "the cheapest 1,000 that fit",
        "summary": "statistics of the total",
        "parquet": "a Parquet file, streamed",
    }
    text = "The operating system's peak of the whole process, interpreter and libraries included."
    part = found["memory"]
    return f"## Memory\n\n{text} Measured {where(part)}\n\n{_tasks(part['rows'], words)}\n"


def _instructions(found: Mapping[str, Any]) -> str:
    kernels = by_kernel(found["instructions"]["counts"])
    levels = sorted({level for counts in kernels.values() for level in counts})
    lines = [
        [f"`{kernel}`", *(digits(counts[level]) if level in counts else "" for level in levels)]
        for kernel, counts in kernels.items()
    ]
    text = (
        "Instructions for each value, counted by callgrind (which knows no AVX-512). `make bench BENCH=instructions` "
        "fails when one grows by more than a few per cent; time is too noisy for that."
    )
    return f"## Instructions\n\n{text}\n\n{table(('kernel', *levels), lines)}\n"


def write() -> None:
    """All pages."""
    found = results.load()
    for path, text in pages(found).items():
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
    file = ROOT / "README.md"
    file.write_text(readme(file.read_text(encoding="utf-8"), found), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
