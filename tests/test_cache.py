"""What is kept between calls: the same answers as without, whatever changed since, and never more than a bound."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacost import InternalError, SpecError, Sweep, estimate, reference, zipped
from gigacost._cache import LruCache
from gigacost.catalog import Catalog
from gigacost.catalog import catalog as catalog_book
from gigacost.errors import CatalogError, Typed
from gigacost.graph.declarations import Input
from gigacost.graph.model import Model
from gigacost.model import default
from gigacost.spec.axes import read_axis
from gigacost.spec.fields import Field

RUN = {"chips": 1024, "params": "13B", "tokens": "2T"}
PINNED = {"tp": 8, "cp": 1, "ep": 1, "microbatch": 1, "pp": 1, "vp": 1}
"""Most axes of the layout: the reference goes through every candidate of those that are left."""


def book(usd: float) -> dict[str, Any]:
    quote = {"hardware": "h100-sxm", "market": "on_demand", "usd_per_chip_hour": usd}
    return {"name": "acme", "date": "2026-10-01", "rental": [quote]}


def rent(catalog: Any) -> float:
    value = estimate(RUN, hardware="h100-sxm", catalog=catalog).assumption("rental_usd_per_chip_hour").value
    assert isinstance(value, float)
    return value


def candidates(count: int, seed: int) -> dict[str, list[Any]]:
    """A table as a back end draws it up: no two of a count and a seed alike."""
    chips = ("h100-sxm", "b200-sxm", "a100-sxm-80", "mi300x")
    markets = ("own", "on_demand", "reserved_1y", "spot")
    return {
        "hardware": [chips[(i + seed) % 4] for i in range(count)],
        "market": [markets[(i // 4 + seed) % 4] for i in range(count)],
        "chips": [64 + 8 * ((37 * i + seed) % 500) for i in range(count)],
        "params": [1e9 * (1 + (i * 13 + seed) % 97) for i in range(count)],
        "tokens": [1e11 * (1 + (i * 7 + seed) % 101) for i in range(count)],
    }


def test_the_last_asked_for_are_kept_and_no_more() -> None:
    kept = LruCache(3)
    made: list[int] = []

    def make(key: int) -> int:
        def made_now() -> int:
            made.append(key)
            return -key

        return kept.get(key, made_now)

    assert [make(key) for key in (1, 2, 3, 1, 4, 1, 2)] == [-1, -2, -3, -1, -4, -1, -2]
    assert made == [1, 2, 3, 4, 2]  # 2 was asked for the longest ago when 4 came
    assert len(kept) == 3


def test_what_fails_is_tried_again() -> None:
    kept = LruCache(3)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 / 0)
    assert kept.get("a", lambda: 1.0) == 1.0


def test_threads_that_ask_at_once_are_given_one_thing() -> None:
    kept, start = LruCache(50), Barrier(8)

    def ask(_: int) -> list[object]:
        start.wait()
        return [kept.get(i % 40, object) for i in range(4000)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert all(each == found[0] for each in found)
    kept = LruCache(5)  # far too few: everything is forgotten all the time
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert len(kept) <= 5


def test_a_book_of_the_same_content_is_the_same_catalogue() -> None:
    bundled = Catalog.bundled()
    assert bundled.layered(book(2.25)) is bundled.layered(book(2.25))
    assert bundled.layered(book(2.25)) != bundled.layered(book(2.5))
    assert bundled.layered({**book(1.0), "name": "other"}) != bundled.layered(book(1.0))
    # Equal to Python, and yet not the same: a boolean is no price.
    with pytest.raises(SpecError, match="expected a number, got boolean"):
        bundled.layered(book(usd=True))


def test_a_book_that_changed_is_read_anew() -> None:
    prices = book(2.25)
    assert rent(prices) == 2.25
    prices["rental"][0]["usd_per_chip_hour"] = 2.75
    assert rent(prices) == 2.75
    kept = Catalog.bundled().layered(prices)
    prices["rental"][0]["usd_per_chip_hour"] = 3.25
    assert rent(kept) == 2.75
    assert rent(prices) == 3.25


def test_a_file_that_changed_is_read_anew_whatever_its_date(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    for usd in ("2.25", "2.75"):
        text = f"hardware,market,usd_per_chip_hour,date\nh100-sxm,on_demand,{usd},2026-10-01\n"
        path.write_text(text)
        os.utime(path, (1e9, 1e9))
        assert rent(path) == float(usd)


def test_a_file_of_another_name_is_cited_by_its_own(tmp_path: Path) -> None:
    for name in ("ours.csv", "theirs.csv"):
        path = tmp_path / name
        path.write_text("hardware,market,usd_per_chip_hour,date\nh100-sxm,on_demand,2.25,2026-10-01\n")
        one = estimate(RUN, hardware="h100-sxm", catalog=path).assumption("rental_usd_per_chip_hour")
        assert name in one.source


def test_books_that_are_no_plain_data_are_read_every_time() -> None:
    prices = book(np.float64(2.25))  # type: ignore[arg-type]
    assert rent(prices) == 2.25
    assert Catalog.bundled().layered(prices) is not Catalog.bundled().layered(prices)
    assert Catalog.bundled().layered(prices) == Catalog.bundled().layered(book(2.25))


def test_no_more_is_kept_than_a_bound() -> None:
    catalog = Catalog()
    for i in range(60):
        assert rent(catalog.layered(book(1.0 + i / 64))) == 1.0 + i / 64
        day = f"2026-{1 + i % 12:02}-{1 + i % 28:02}"
        for column in catalog.columns.values():
            if "as_of" in column.axes:
                catalog.table(column.name, {"hardware": ["h100-sxm"], "as_of": [day] * (1 + i)})
    assert len(catalog._books) == catalog_book._BOOKS_KEPT
    assert len(catalog._tables) <= catalog_book._TABLES_KEPT
    before = len(catalog._tables)
    catalog.table("as_of_year", {"as_of": ["2026-01-01"] * (catalog_book._LARGEST_KEPT + 1)})
    assert len(catalog._tables) == before


def test_a_table_of_the_catalogue_cannot_be_spoiled_for_others() -> None:
    selection = {"hardware": ["h100-sxm", "b200-sxm"]}
    table = Catalog.bundled().table("tdp_w", selection)
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 0.0
    assert (Catalog.bundled().table("tdp_w", selection) == table).all()


def test_labels_in_another_order_keep_their_figures() -> None:
    chips = ["mi300x", "h100-sxm", "b200-sxm", "h100-sxm"]
    for order in (chips[:3], chips[2::-1], chips[1:3]):
        sweep = Sweep({"hardware": order, "chips": [256, 512]}, fixed={"params": "13B", "tokens": "2T", **PINNED})
        assert list(sweep.to_numpy()["cost_total_usd"]) == [row["cost_total_usd"] for row in reference.rows(sweep)]


def test_a_model_that_changed_is_compiled_anew() -> None:
    plain = estimate(RUN, hardware="h100-sxm")["train_days"]
    fixed = estimate(RUN, hardware="h100-sxm", model=default().override(mfu=0.2))
    assert fixed["mfu"] == 0.2
    assert fixed["train_days"] != plain
    assert estimate(RUN, hardware="h100-sxm")["train_days"] == plain


def test_a_model_keeps_some_questions_and_no_more() -> None:
    def twice(x: float) -> float:
        """Twice as much [1]."""
        return 2.0 * x

    model = Model(twice, Input("x", "1", "Anything."))
    sweeps = [Sweep({"x": [1.0, 2.0]}, derive={"y": f"twice + {i}"}, columns=["y"], model=model) for i in range(80)]
    for i, sweep in enumerate(sweeps + sweeps[:5]):
        assert list(sweep.to_numpy()["y"]) == [2.0 + i % 80, 4.0 + i % 80]
    assert len(model._compiled) <= 64


@pytest.mark.parametrize(
    "sweep",
    [
        lambda: Sweep({"them": zipped(candidates(200, 3))}, fixed=PINNED, catalog=book(1.5)),
        lambda: Sweep(
            {
                "market": ["own", "on_demand"],
                "them": zipped({"chips": [64, 128], "params": [1e9, 2e9]}),
                "mfu": [0.3, 0.4],
            },
            fixed={"hardware": "h100-sxm", "tokens": "1T"},
        ),
        lambda: Sweep(fixed={**RUN, **PINNED, "hardware": "h100-sxm"}),
    ],
    ids=["table", "grid", "one"],
)
def test_the_rows_of_top_are_rows_of_the_sweep(sweep: Callable[[], Sweep]) -> None:
    made = sweep()
    every = reference.rows(made)
    best = made.top(20, "cost_total_usd")
    assert [row["index"] for row in best.rows] == reference.top(made, 20, "cost_total_usd")
    for row in best.rows:
        assert {name: value for name, value in row.items() if name != "index"} == every[int(row["index"])]


def test_a_winner_that_cannot_be_shown_is_named_by_its_place_in_the_space() -> None:
    sweep = Sweep(
        {"mfu": [0.3, 0.4], "chips": [512, 256]},
        fixed={"hardware": "h100-sxm", "params": "1B", "tokens": "1T"},
        derive={"odd": "1 / (chips - 256)"},
        columns=["odd"],
    )
    with pytest.raises(InternalError, match=r"odd is inf at combination 1 \(mfu = 0.3, chips = 256\)"):
        sweep.top(4, "chips")


def _hardware(label: str) -> str:
    if label.lower() not in {"h100", "b200"}:
        message = f"no such accelerator: {label!r}"
        raise CatalogError(message)
    return label.lower()


FIELDS = [
    Field("hardware", "label", canonical=_hardware),
    Field("chips", "integer", "chip", limits=Input("chips", "chip", "", low=1, high=100, integer=True)),
    Field("mfu", limits=Input("mfu", "1", "", low_open=True, high=1)),
    Field("x", unit="h"),
]
PLAIN = {
    "label": st.sampled_from(["h100", "H100", "b200", "B200"]),
    "integer": st.one_of(st.integers(-2, 2**54), st.integers(1, 100), st.integers(1, 100).map(float), st.just(2.5)),
    "number": st.one_of(st.floats(0, 1), st.floats(), st.integers(-3, 3), st.just(10**400), st.just(-0.0)),
}
ODD = st.one_of(
    st.booleans(), st.none(), st.just(Typed("8")), st.sampled_from(["h1000", "8", "50 %", "90 h", "a\u200bb"])
)


@given(st.data(), st.sampled_from(FIELDS))
def test_columns_read_at_once_are_those_read_value_by_value(data: st.DataObject, field: Field) -> None:
    plain = PLAIN[field.kind]
    values = data.draw(st.lists(st.one_of(plain, plain, plain, ODD) if data.draw(st.booleans()) else plain, min_size=1))

    def read(values: Sequence[object]) -> object:
        try:
            return [(type(value), str(value)) for value in read_axis(field, values, "axes.x").values]
        except SpecError as error:
            return error.faults

    found = read(values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Field, "read_together", lambda *_: None)
        assert read(values) == found


def ask(i: int) -> Any:
    """One of many different calls: an estimate, or a question to a table of candidates, with a book of its own."""
    prices = book(1.5 + i % 7 / 8) if i % 3 else None
    if i % 2:
        chip = ("h100-sxm", "b200-sxm", "mi300x")[i % 3]
        return estimate(hardware=chip, chips=64 + i, params=1e9 + i, tokens="1T", catalog=prices).to_dict()
    best = Sweep({"them": zipped(candidates(40, i))}, columns=["cost_total_usd", "mfu"], catalog=prices).top(3)
    return [dict(row) for row in best.rows], best.meta["spec_sha256"]


def test_eight_threads_answer_as_one_does() -> None:
    expected = [ask(i) for i in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda thread: [ask((i + 25 * thread) % 200) for i in range(200)], range(8)))
    for thread, answers in enumerate(found):
        assert answers == [expected[(i + 25 * thread) % 200] for i in range(200)]


def test_threads_may_be_the_first_to_ask() -> None:
    script = """
        from concurrent.futures import ThreadPoolExecutor
        from threading import Barrier
        start = Barrier(8)
        def first(i):
            start.wait()
            import gigacost
            prices = {"name": "acme", "date": "2026-10-01", "discounts": {"spot": 0.1}}
            run = dict(hardware="h100-sxm", chips=64 + i, params="1B", tokens="1T", market="spot")
            return gigacost.estimate(run, catalog=prices).to_dict()
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(first, range(8)))
        assert found == [first(i) for i in range(8) if not setattr(start, "wait", lambda: None)]
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True, timeout=120)
