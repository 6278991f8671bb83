"""Axes: values, ranges, tables, and the size of a space."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from given_axis import refusal, values

from gigacost.errors import CatalogError, SpecError
from gigacost.graph.declarations import Input
from gigacost.spec.axes import LARGEST_SPACE, Axis, Zipped, read_axis, read_zipped, space_size, zipped
from gigacost.spec.fields import Field

NUMBER = Field("mfu", limits=Input("mfu", "1", "", low=0, low_open=True, high=1))
ANY = Field("x", unit="h")
CHIPS = Field("chips", "integer", "chip", limits=Input("chips", "chip", "", low=1, integer=True))


def _hardware(label: str) -> str:
    known = {"h100": "h100-sxm", "h100-sxm": "h100-sxm", "b200": "b200", "caf\u00e9": "caf\u00e9"}
    if label.lower() not in known:
        message = f"no such accelerator: {label!r}"
        raise CatalogError(message)
    return known[label.lower()]


HARDWARE = Field("hardware", "label", canonical=_hardware)


def test_a_list_keeps_its_order_and_becomes_one_kind() -> None:
    assert values(CHIPS, [512, "256 chips", 8.0]) == (512, 256, 8)
    assert all(type(value) is int for value in values(CHIPS, [1, 2.0]))
    assert all(type(value) is float for value in values(ANY, [1, "2 d"]))
    assert values(ANY, [1, "2 d"]) == (1.0, 48.0)
    assert values(HARDWARE, ["B200", "H100"]) == ("b200", "h100-sxm")


@pytest.mark.parametrize(
    "array",
    [
        np.array([1, 2, 3]),
        np.array([1, 2, 3], dtype=np.uint8),
        np.array([1, 2, 3], dtype=np.float32),
        (1, 2, 3),
        range(1, 4),
    ],
)
def test_arrays_are_lists(array: object) -> None:
    assert values(CHIPS, array) == (1, 2, 3)


def test_numpy_scalars_are_taken_exactly() -> None:
    assert values(ANY, [np.float32(0.1), np.float64(0.1), np.int64(3)]) == (float(np.float32(0.1)), 0.1, 3.0)
    assert all(type(value) is float for value in values(ANY, [np.float64(0.1), np.float32(0.5)]))


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Decimal("0.5"), "Decimal"),
        (Fraction(1, 2), "Fraction"),
        (np.array(0.5), "0-dimensional array"),
        (np.bool_(True), "boolean"),  # noqa: FBT003
        (True, "boolean"),
        (0.5j, "complex"),
        ([0.5], "list"),
        ({"a": 1}, "table"),
        (object, "type"),
    ],
)
def test_other_types_are_refused_by_name(value: object, name: str) -> None:
    assert f"got {name}" in refusal(NUMBER, [value])


def test_pandas_missing_is_refused_by_name() -> None:
    pandas = pytest.importorskip("pandas")
    assert "NAType" in refusal(NUMBER, [pandas.NA])


def test_minus_zero_is_zero() -> None:
    (value,) = values(ANY, [-0.0])
    assert math.copysign(1.0, value) == 1.0  # type: ignore[arg-type]


def test_every_fault_of_a_list_is_reported_with_its_place() -> None:
    text = refusal(CHIPS, [8, 0, 8.5, True, 8])
    assert [line.split(":")[0] for line in text.splitlines()] == [
        "axes.chips[1] = 0",
        "axes.chips[2] = 8.5",
        "axes.chips[3] = True",
        "axes.chips[4] = 8",
    ]
    assert "the same as axes.chips[0]" in text


@pytest.mark.parametrize(
    ("field", "given"),
    [
        (CHIPS, [8, 8]),
        (CHIPS, [1, 1.0]),
        (ANY, [0.0, -0.0]),
        (ANY, ["1 d", 24]),
        (HARDWARE, ["H100", "h100"]),
        (HARDWARE, ["h100-sxm", "h100"]),
        (HARDWARE, ["caf\u00e9", "cafe\u0301"]),
    ],
)
def test_repeated_values_are_refused_naming_both_places(field: Field, given: list[object]) -> None:
    text = refusal(field, given)
    assert f"axes.{field.name}[1]" in text
    assert f"the same as axes.{field.name}[0]" in text


@pytest.mark.parametrize("given", [[], (), np.array([])])
def test_an_axis_without_values_is_refused(given: object) -> None:
    assert "without values" in refusal(ANY, given)


@pytest.mark.parametrize("given", [8, "8..64", None, {8, 16}, np.ones((2, 2))])
def test_what_is_no_list_is_refused(given: object) -> None:
    assert "expected a list" in refusal(ANY, given)


FIELDS = {"hardware": HARDWARE, "chips": CHIPS, "x": ANY}
TABLE = {"hardware": ["H100", "b200", "b200"], "chips": [8, 8, 16]}


def test_tables_of_every_kind_are_one_axis() -> None:
    pandas, polars, pyarrow = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    rows = [dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True)]
    structured = np.array(list(zip(*TABLE.values(), strict=True)), dtype=[("hardware", "U8"), ("chips", "i4")])
    tables = [TABLE, rows, structured, pandas.DataFrame(TABLE), polars.DataFrame(TABLE), pyarrow.table(TABLE)]
    read = [read_zipped(FIELDS, zipped(table), "zip") for table in [*tables, pyarrow.RecordBatch.from_pydict(TABLE)]]
    expected = Zipped((Axis("hardware", ("h100-sxm", "b200", "b200"), "label"), Axis("chips", (8, 8, 16), "integer")))
    assert all(table == expected for table in read)
    assert (len(expected), expected.name, expected.names) == (3, "hardware+chips", ("hardware", "chips"))


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"hardware": ["h100"], "chips": [8, 16]}, "different lengths"),
        ([{"chips": 8}, {"chips": 8, "x": 1}], "zip[1]"),
        ([{"chips": 8}, {"x": 8}], "zip[1]"),
        ([8], "expected a table"),
        ({}, "without columns"),
        ({"chips": []}, "without rows"),
        ([], "without columns"),
        ({"chips": 8}, "expected a list"),
        ({1: [8]}, "must be a string"),
        (5, "expected a table"),
        ({"chips": [8, 8.5]}, "zip.chips[1] = 8.5"),
        ({"chips": [8, None]}, "zip.chips[1]: missing value"),
    ],
)
def test_broken_tables_are_refused(table: object, says: str) -> None:
    with pytest.raises(SpecError) as raised:
        read_zipped(FIELDS, zipped(table), "zip")
    assert says in str(raised.value)


def test_rows_of_a_table_may_repeat() -> None:
    table = read_zipped(FIELDS, zipped({"hardware": ["h100", "H100"], "chips": ["8 chips", 8]}), "zip")
    assert [axis.values for axis in table.axes] == [("h100-sxm", "h100-sxm"), (8, 8)]


@pytest.mark.parametrize(
    ("values", "kept", "kind"),
    [
        (["b", "a", "b"], ("b", "a", "b"), "label"),
        (np.array([3, 1, 2**62]), (3, 1, 2**62), "integer"),
        ([1, 2.5], (1.0, 2.5), "number"),
        ([date(2026, 1, 2), date(2026, 1, 3)], ("2026-01-02", "2026-01-03"), "label"),
    ],
)
def test_a_carried_column_has_texts_whole_numbers_or_numbers(values: Any, kept: Any, kind: str) -> None:
    table = read_zipped(FIELDS, zipped({"chips": [8] * len(values), "id": values}, carry="id"), "zip")
    assert table.carried == (Axis("id", kept, kind),)  # type: ignore[arg-type]
    assert (table.names, table.name) == (("chips",), "chips")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["a", None], "zip.id[1] = None: missing value"),
        (["a", 1], "zip.id[1] = 1: expected a string, as in other rows, got integer"),
        ([1, "a"], 'zip.id[1] = "a": expected a number, as in other rows, got string'),
        ([True, 1], "zip.id[0] = True: expected a number, as in other rows, got boolean"),
        ([None, "a"], "zip.id[0] = None: missing value"),
        ([2**53 + 1, 0.5], "zip.id[0] = 9007199254740993: more digits than a number of 64 bits has"),
        ([1.5, math.nan], "zip.id[1] = nan: missing value"),
        ([1.5, math.inf], "zip.id[1] = inf: infinite"),
        ([1, 2**63], "more digits than a number of 64 bits has"),
        ([1, True], "got boolean"),
        (["a", "b\u202e"], "the invisible character U+202E"),
    ],
)
def test_a_carried_column_of_anything_else_is_refused(values: list[object], says: str) -> None:
    with pytest.raises(SpecError) as raised:
        zipped({"chips": [8, 8], "id": values}, carry=["id"])
    assert says in str(raised.value)


def test_what_is_carried_has_to_be_there_and_something_has_to_be_set() -> None:
    with pytest.raises(SpecError, match=r'carry = "ids": zip has no such column; allowed: chips, id'):
        zipped({"chips": [8], "id": ["a"]}, carry=["ids"])
    with pytest.raises(SpecError, match="a table that sets nothing"):
        zipped({"id": ["a"]}, carry="id")
    with pytest.raises(SpecError, match="expected a name, or a list of names"):
        zipped({"id": ["a"]}, carry=5)  # type: ignore[arg-type]


def test_tables_are_read_from_files_too(tmp_path: Path) -> None:
    csv, parquet = tmp_path / "c.csv", tmp_path / "c.parquet"
    csv.write_text("\ufeffid, chips,hardware,x\n007,8,H100,1 d\n007,16, b200 ,24\n\n")
    table = read_zipped(FIELDS, zipped(csv, carry="id"), "zip")
    assert [axis.values for axis in table.axes] == [(8, 16), ("h100-sxm", "b200"), (24.0, 24.0)]
    assert table.carried == (Axis("id", ("007", "007"), "label"),)
    pytest.importorskip("polars").DataFrame({"id": [7, 7], "chips": [8, 16]}).write_parquet(parquet)
    assert zipped(str(parquet), carry="id").carried == (Axis("id", (7, 7), "integer"),)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("c.csv", "a,b\n1\n", "row 2: 1 cells under 2 columns"),
        ("c.csv", "a,a\n1,2\n", "the same as column 1"),
        ("c.csv", 'a,b\n"1,2\n', "not CSV"),
        ("c.csv", "", "an empty table"),
        ("c.csv", "chips\n", "a table without rows"),
        ("c.parquet", "PAR", "cannot be read"),
        ("c.xlsx", "", "not the name of a table; allowed: .csv or .parquet"),
        ("", "", "not the name of a table"),
    ],
)
def test_files_that_are_no_tables_are_refused(tmp_path: Path, name: str, text: str, says: str) -> None:
    path = tmp_path / (name or "x")
    path.write_text(text)
    with pytest.raises(SpecError) as raised:
        zipped(path)
    assert says in str(raised.value)
    with pytest.raises(SpecError, match="cannot be read"):
        zipped(tmp_path / "absent.csv")


def test_two_columns_with_one_name_are_refused() -> None:
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    for table in (
        pandas.DataFrame([[8, 16]], columns=["chips", "chips"]),
        pyarrow.Table.from_arrays([pyarrow.array([8]), pyarrow.array([9])], names=["chips", "chips"]),
    ):
        with pytest.raises(SpecError, match="one name"):
            zipped(table)


def test_the_size_is_the_exact_product_up_to_its_limit() -> None:
    axis = Axis("a", tuple(range(1000)))
    assert space_size([]) == 1
    assert space_size([axis] * 6) == 10**18
    small = Axis("b", tuple(range(11)))
    with pytest.raises(SpecError) as raised:
        space_size([small, *[axis] * 6])
    assert all(
        text in str(raised.value) for text in (str(11 * 10**18), str(LARGEST_SPACE), "a (1000), a (1000), a (1000)")
    )
    with pytest.raises(SpecError, match=str(10**80)[:77] + r"\.\.\."):
        space_size([Axis("c", tuple(range(10**4)))] * 20)


@pytest.mark.parametrize("exponent", [63, 64, 80])
def test_products_that_wrap_in_machine_words_are_refused(exponent: int) -> None:
    with pytest.raises(SpecError, match=str(2**exponent)):
        space_size([Axis("a", (0, 1))] * exponent)
    assert space_size([Axis("a", (0, 1))] * 62) == 2**62


def test_a_range_has_steps_or_a_step() -> None:
    ends = {"from": 8, "to": 64}
    with pytest.raises(SpecError, match=r"axes.chips: either steps .* or step .*, not both"):
        read_axis(CHIPS, {**ends, "step": 8, "steps": 8}, "axes.chips")
    with pytest.raises(SpecError, match="a range needs either steps"):
        read_axis(CHIPS, ends, "axes.chips")


@pytest.mark.parametrize(("value", "hint"), [(45, "0.45"), (5, "0.05"), (2, ""), (1.0001, ""), (450, "")])
def test_only_what_looks_like_a_percentage_is_taken_for_one(value: float, hint: str) -> None:
    with pytest.raises(SpecError) as raised:
        NUMBER.read(value, "mfu")
    assert raised.value.faults[0].hint == hint
