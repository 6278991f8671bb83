"""Designs a second of the planner's WebAssembly module in node, in one thread: ``python benches/explore.py``.

With a given MFU and with the layout searched; designs at random, and designs of which one axis moves through all of its
values while the others stay, at random places. Memory remembers nothing at the start of a run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigacost.compiler.bound import Bound
from gigacost.compiler.wasm.write import written
from gigacost.queries.request import Request

_HERE = Path(__file__).parent
_SPEC = _HERE.parent / "examples" / "planner.toml"
_RUNS = 6


def main() -> None:
    """Measure, and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--designs", type=int, default=60_000, help="of each kind")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    searched = Request.of_file(_SPEC).bound
    given = Request.of_file(_SPEC, settings=[("mfu", "0.4")]).bound
    found = {
        "given MFU": measured(given, tuple(name for name in given.columns if name != "mfu"), asked.designs),
        "searched layout": measured(searched, searched.columns, asked.designs),
    }
    if asked.json:
        print(json.dumps(found, indent=2))
        return
    for kind, figures in found.items():
        print(f"{kind}: module of {figures.pop('module_bytes'):,} bytes")
        for name, per_second in figures.items():
            print(f"  {name:<48}{per_second:>12,} designs/s")


def measured(bound: Bound, outputs: tuple[str, ...], count: int) -> dict[str, int]:
    """Designs a second of each kind of designs."""
    made = written(bound, outputs)
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "model.wasm").write_bytes(made.bytes)
        kinds = {"at random": at_random(bound, rng, count)}
        for axis, name in enumerate(axis.name for axis in bound.spec.axes):
            kinds[f"{name} moves"] = moving(bound, rng, axis, count)
        for number, designs in enumerate(kinds.values()):
            (place / f"{number}.designs").write_bytes(designs.astype("<u4").tobytes())
        case = {
            "module": str(place / "model.wasm"),
            "heap": made.heap,
            "axes": len(bound.sizes),
            "outputs": len(made.outputs),
            "designs": {name: str(place / f"{number}.designs") for number, name in enumerate(kinds)},
            "runs": _RUNS,
        }
        (place / "case.json").write_text(json.dumps(case))
        command = ["node", str(_HERE / "explore.js"), str(place / "case.json")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {"module_bytes": len(made.bytes), **json.loads(done.stdout)}


def at_random(bound: Bound, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Designs at random."""
    return np.stack([rng.integers(0, size, count) for size in bound.sizes], axis=1)


def moving(bound: Bound, rng: np.random.Generator, axis: int, count: int) -> NDArray[np.int64]:
    """Designs at random, each with all values of an axis one after the other."""
    size = bound.sizes[axis]
    designs = np.repeat(at_random(bound, rng, -(-count // size)), size, axis=0)[:count]
    designs[:, axis] = np.arange(count) % size
    return designs


if __name__ == "__main__":
    main()
