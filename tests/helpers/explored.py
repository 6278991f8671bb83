"""Pages that hold the model: made of a specification, opened, and what stands on them beside the engine's answers."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from browser import Opened, opened
from numpy.typing import NDArray

from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.explore.outputs import with_condition
from gigacost.explore.page import Page, page
from gigacost.queries.request import Request

TODAY = int(dt.datetime.now(tz=dt.UTC).strftime("%Y%m%d"))
"""Seeds designs that no test has chosen before; a failure prints it."""
DEADLINE_SECONDS = 10


@dataclass(frozen=True)
class Explored:
    """A page in a file, and the specification that it is of."""

    bound: Bound
    made: Page
    path: Path

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(self.made.axes.values())

    def designs(self, count: int, seed: int) -> NDArray[np.uint32]:
        """Designs at random: positions on the axes, one row each."""
        drawn = np.random.default_rng(seed)
        return np.stack([drawn.integers(0, size, count, dtype=np.uint32) for size in self.sizes], axis=1)

    def engine(self, designs: NDArray[np.uint32]) -> tuple[dict[str, NDArray[np.float64]], list[str]]:
        """The values of all outputs of the page and of its condition, null as NaN, and the states."""
        bound, condition = with_condition(self.bound)
        outputs = (*self.made.outputs, *([condition] if condition else []))
        made = lower.compiled(bound, Query(outputs))
        indices = np.ravel_multi_index(tuple(designs.T.astype(np.int64)), self.sizes)
        values = lower.values_at(bound, made, outputs, indices)
        position = lower.program(lower.Picked(bound, indices), made)
        state = np.empty(len(indices))
        position.fill([(made.state, None)], [state], 1)
        return values, [made.plan.states[int(one)] for one in state]


def explored(spec: Path, into: Path) -> Explored:
    """The page of a specification, in a file of the folder."""
    bound = Request.of_file(spec).bound
    made = page(bound)
    path = into / f"{spec.stem}.html"
    path.write_text(made.html, encoding="utf-8")
    return Explored(bound, made, path)


@contextmanager
def shown(browser: Any, one: Explored, fragment: str = "", **options: Any) -> Iterator[Opened]:
    """The page in the browser. At its end it has asked for nothing, and nothing went wrong on it."""
    with opened(browser, one.path, fragment=fragment, **options) as found:
        looked_at(found.page)
        yield found
        assert found.requests == []
        assert found.errors == []


def looked_at(tab: Any) -> None:
    """Fails unless the page shows a total, parts of it, a curve and a map with points: it is not blank."""
    total = tab.locator("#total data").first
    assert total.count() == 1, "no total on the page"
    assert total.inner_text().startswith(("$", "—"))
    assert tab.locator("#money table tbody tr").count() >= 1
    assert tab.locator("#curve circle, #curve text.title, #curve-bars tbody tr").count() >= 2
    tab.locator("#map-caption:not(:empty)").wait_for(state="attached", timeout=1000 * DEADLINE_SECONDS)
    coloured = """() => {
        const canvas = document.querySelector('#map-dots');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.some((part, i) => i % 4 === 3 && part > 0);
    }"""
    assert tab.evaluate(coloured), "no point on the map"


def evaluated(tab: Any, designs: NDArray[np.uint32]) -> tuple[NDArray[np.float64], list[str]]:
    """What the module says in the browser, its values as they are in memory."""
    ask = """(flat) => {
        const { values, status } = gigacost.evaluate(Uint32Array.from(flat));
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        let text = "";
        for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
        return { values: btoa(text), status: [...status].map((code) => gigacost.states[code]) };
    }"""
    found = tab.evaluate(ask, designs.ravel().tolist())
    values = np.frombuffer(base64.b64decode(found["values"]), dtype="<f8")
    return values.reshape(len(designs), -1), found["status"]


def differing(mine: NDArray[np.float64], other: NDArray[np.float64]) -> int:
    """How many numbers differ in a bit; NaN is like NaN."""
    same = (mine.view(np.uint64) == other.view(np.uint64)) | (np.isnan(mine) & np.isnan(other))
    return int(np.count_nonzero(~same))


def numbers(tab: Any) -> dict[str, set[str]]:
    """The texts in full of all numbers on the page that are of a quantity, by its name."""
    pairs: Sequence[Sequence[str]] = tab.eval_on_selector_all(
        "data[data-quantity]", "all => all.map(one => [one.dataset.quantity, one.value])"
    )
    found: dict[str, set[str]] = {}
    for name, value in pairs:
        found.setdefault(name, set()).add(value)
    return found


def choose(tab: Any, axes: Mapping[str, int], design: Sequence[int]) -> None:
    """Move every control to a design, as a hand does: the slider or the list of each axis."""
    for name, place in zip(axes, design, strict=True):
        control = tab.locator(f"[data-axis={json.dumps(name)}]")
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(str(place))
        else:
            control.fill(str(place))
