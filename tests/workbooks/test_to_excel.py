"""Workbooks: what stands in them, what they refuse, the same bytes for the same answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from answers_of_each_kind import answers, sweep
from spreadsheets import formulas, part, sheet_of, values

import gigacost
from gigacost.workbooks import book


def column(rows: list[list[Any]], head: str) -> list[Any]:
    place = rows[0].index(head)
    return [row[place] for row in rows[1:]]


def test_an_estimate_is_nested_sums_of_its_contributions(answered: dict[str, Any], books: dict[str, Path]) -> None:
    one = answered["estimate"]
    rows = sheet_of(books["estimate"], "Costs")
    found = dict(zip(column(rows, "quantity"), column(rows, "dollars"), strict=True))
    for name, value in {**one.breakdown, **one.subtotals}.items():
        assert found[name] == value
    texts = {text for (sheet, _), text in formulas(books["estimate"]).items() if sheet == "Costs"}
    assert {"=SUM(B2:B10)", "=SUM(B11:B13)", "=SUM(B14:B19)", "=SUM(B20:B22)"} <= texts
    assert found["train_days"] == one["train_days"]
    assert column(rows, "P90")[rows[0].index("what")] == one.intervals["cost_energy_usd"]["p90"]


def test_numbers_are_kept_to_the_last_bit(answered: dict[str, Any], books: dict[str, Path]) -> None:
    rows = sheet_of(books["estimate"], "Quantities")
    found = dict(zip(column(rows, "quantity"), column(rows, "value"), strict=True))
    assert found == dict(answered["estimate"])


def test_every_figure_has_its_source_its_date_and_its_age(answered: dict[str, Any], books: dict[str, Path]) -> None:
    rows = sheet_of(books["estimate"], "Sources")
    told = {row[0]: row for row in rows[1:]}
    for one in answered["estimate"].assumptions:
        name, value, unit, date, as_of, age, source = told[one.name]
        assert (name, value, unit or "", source) == (
            one.name,
            one.value,
            "" if one.unit == "1" else one.unit,
            one.source,
        )
        if len(one.date) == len("2026-11-21"):
            assert date.date().isoformat() == one.date
            assert age == (as_of - date).days
        else:
            assert (date or "") == one.date


def test_a_month_counts_by_its_last_day(tmp_path: Path) -> None:
    one = gigacost.estimate(params="7B", tokens="2T", hardware="h100-sxm", chips=64)
    dated = [replace(figure, date=date) for figure, date in zip(one.assumptions, ("2026-01", "2026-11"), strict=False)]
    gigacost.to_excel(replace(one, assumptions=tuple(dated)), tmp_path / "a.xlsx")
    ages = [row[5] for row in sheet_of(tmp_path / "a.xlsx", "Sources")[1:]]
    assert ages == [(dt.date(2026, 11, 21) - dt.date(2026, 1, 31)).days, 0]


def test_estimates_stand_side_by_side(answered: dict[str, Any], books: dict[str, Path]) -> None:
    rows = sheet_of(books["estimates"], "Costs")
    assert rows[0] == ["market", "own", "colo", "on_demand", "quantity"]
    (total,) = [row for row in rows if row[-1] == "cost_total_usd"]
    assert total[1:4] == [one["cost_total_usd"] for one in answered["estimates"]]


def test_a_choice_tells_by_how_much_others_are_dearer(answered: dict[str, Any], books: dict[str, Path]) -> None:
    answer = answered["choose"]
    totals = [one.estimate["cost_total_usd"] for one in answer.answers]
    rows = {row[0]: row for row in sheet_of(books["choose"], "Choice")}
    assert rows["More than the cheapest"][1 : len(totals) + 1] == [total - min(totals) for total in totals]
    near = sheet_of(books["choose"], "Runners-up")[1:]
    expected = [
        other.cost_total_usd - one.estimate["cost_total_usd"] for one in answer.answers for other in one.runners_up
    ]
    assert [row[-2] for row in near] == expected


def test_a_comparison_ends_at_its_difference(answered: dict[str, Any], books: dict[str, Path]) -> None:
    answer = answered["compare"]
    rows = sheet_of(books["compare"], "Drivers")
    (whole,) = [row for row in rows if row[-1] == "cost_total_usd"]
    assert whole[1:5] == [answer.a.value, answer.b.value, answer.difference, 1.0]
    changes = {row[0]: row for row in sheet_of(books["compare"], "Assumptions")}
    assert changes["market"][4] == answer.assumption("market").contribution
    assert changes["difference"][4] == pytest.approx(answer.difference, rel=1e-12)


def test_the_best_are_told_with_their_distance_from_the_first(answered: dict[str, Any], books: dict[str, Path]) -> None:
    rows = sheet_of(books["top"], "Rows")
    expected = [row["cost_total_usd"] for row in answered["top"].rows]
    assert column(rows, "cost_total_usd") == expected
    assert column(rows, "cost_total_usd - first") == [value - expected[0] for value in expected]


def test_a_front_tells_its_ends(answered: dict[str, Any], books: dict[str, Path]) -> None:
    front = answered["pareto"]
    ends = {row[0]: row[1:] for row in sheet_of(books["pareto"], "Ends")[1:]}
    first, last = front[0], front[len(front) - 1]
    assert ends["cost_total_usd"][:3] == ["minimised", first["cost_total_usd"], first["index"]]
    assert ends["train_days"][1:3] == [last["train_days"], last["index"]]


def test_years_rest_on_their_drivers(answered: dict[str, Any], books: dict[str, Path]) -> None:
    answer = answered["over_time"]
    rows = sheet_of(books["over_time"], "Years")
    assert column(rows, answer.by) == [one.cost.central for one in answer.years]
    assert "='Drivers'!$B$" in next(
        text for (sheet, _), text in formulas(books["over_time"]).items() if sheet == "Years"
    )
    names = [row[0] for row in sheet_of(books["over_time"], "Sources")]
    assert "algorithmic_gain" in names


def test_provenance_and_formats(answered: dict[str, Any], books: dict[str, Path]) -> None:
    about = {row[0]: row[1] for row in sheet_of(books["estimate"], "About")}
    meta = answered["estimate"].meta
    assert [about[name] for name in ("gigacost_version", "spec_sha256", "catalog_sha256")] == [
        meta[name] for name in ("gigacost_version", "spec_sha256", "catalog_sha256")
    ]
    costs = openpyxl.load_workbook(books["estimate"])["Costs"]
    assert costs["B2"].number_format.startswith("$#,##0")
    assert costs["C2"].number_format == "0.0%"
    assert costs.freeze_panes == "B2"
    assert costs.column_dimensions["A"].width > 40
    sources = openpyxl.load_workbook(books["estimate"])["Sources"]
    assert "yyyy-mm-dd" in {sources.cell(row, 4).number_format for row in range(2, sources.max_row)}


def test_the_same_answer_gives_the_same_bytes(books: dict[str, Path], tmp_path: Path) -> None:
    for name, answer in answers().items():
        gigacost.to_excel(answer, tmp_path / "again.xlsx")
        assert (tmp_path / "again.xlsx").read_bytes() == books[name].read_bytes(), name
    assert gigacost.Catalog.bundled().date in part(books["top"], "docProps/core.xml")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "<r><t>x</t></r>", "http://a.b", "1"])
def test_a_text_is_never_a_formula(text: str, tmp_path: Path) -> None:
    one = gigacost.estimate(params="7B", tokens="2T", hardware="h100-sxm", chips=64)
    first, *others = one.assumptions
    odd = replace(one, assumptions=(replace(first, source=text), *others))
    gigacost.to_excel(odd, tmp_path / "a.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx")["Sources"]["G2"]
    assert (cell.data_type, cell.value) == ("s", text) or text.startswith("=")
    assert "<f>1+1" not in part(tmp_path / "a.xlsx", "xl/worksheets/sheet4.xml")
    assert cell.hyperlink is None
    assert cell.quotePrefix == (text[0] in "=+-@\t")


def test_nulls_are_empty_and_have_no_sum(tmp_path: Path) -> None:
    one = gigacost.estimate(params="7B", tokens="2T", hardware="h100-sxm", chips=64, market="spot", region="china")
    if one["cost_total_usd"] is not None:
        one = replace(one, breakdown={**one.breakdown, "cost_rent_usd": None})
        nulls = dict.fromkeys(one.subtotals)
        one = replace(one, subtotals=nulls, quantities={**one.quantities, "cost_rent_usd": None, **nulls})
    gigacost.to_excel(one, tmp_path / "a.xlsx")
    rows = {row[-1]: row[1:3] for row in sheet_of(tmp_path / "a.xlsx", "Costs")[1:]}
    assert rows["cost_rent_usd"] == rows["cost_total_usd"] == [None, None]
    assert not any(text.startswith("=SUM") for text in formulas(tmp_path / "a.xlsx").values())


def test_a_whole_number_that_excel_cannot_hold_is_text(tmp_path: Path) -> None:
    with (tmp_path / "a.xlsx").open("wb") as file, book.Book(file, "", dt.date(2026, 1, 1), "path", "a.xlsx") as made:
        made.sheet("Rows").row([2**53 + 1, 2**53])
        made.close()
    assert [*values(tmp_path / "a.xlsx").values()] == [str(2**53 + 1), 2**53]


def test_what_has_no_room_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = gigacost.estimate(params="7B", tokens="2T", hardware="h100-sxm", chips=64)
    first, *others = one.assumptions
    long = replace(one, assumptions=(replace(first, source="x" * 32_768), *others))
    with pytest.raises(gigacost.SpecError, match=r"32,768 characters; allowed: at most 32,767") as raised:
        gigacost.to_excel(long, tmp_path / "a.xlsx")
    assert "\n" not in str(raised.value)
    monkeypatch.setattr(book, "MOST_ROWS", 4)
    with pytest.raises(gigacost.SpecError, match=r"5 rows and their heads; allowed: at most 4"):
        gigacost.to_excel(sweep().top(5), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_when_a_new_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")

    def fails(_: book.Book) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(book.Book, "close", fails)
    with pytest.raises(gigacost.OutputError, match="No space left"):
        gigacost.to_excel(sweep().top(2), path)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.xlsx", b"old")]


def test_what_makes_no_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = gigacost.estimate(params="7B", tokens="2T", hardware="h100-sxm", chips=64)
    with pytest.raises(gigacost.SpecError, match=r"ends in \.xlsx"):
        gigacost.to_excel(one, tmp_path / "a.xls")
    with pytest.raises(gigacost.SpecError, match="there is no folder"):
        gigacost.to_excel(one, tmp_path / "b" / "a.xlsx")
    for odd in (sweep().summary(), [], [one, 1], "text"):
        with pytest.raises(gigacost.SpecError, match="no answer that makes a workbook"):
            gigacost.to_excel(odd, tmp_path / "a.xlsx")  # type: ignore[arg-type]
    monkeypatch.setattr("gigacost.workbooks.to_excel.find_spec", lambda _: None)
    with pytest.raises(
        gigacost.SpecError, match=r"XlsxWriter is not installed; allowed: pip install 'gigacost\[excel\]'"
    ):
        gigacost.to_excel(one, tmp_path / "a.xlsx")


def cost_extra_usd(chips: float) -> float:
    """What something else costs [$]."""
    return chips * 3.0


def test_an_estimate_of_another_model_needs_that_model(tmp_path: Path) -> None:
    own = gigacost.model.default().extend(gigacost.contribution(to="total_run_usd")(cost_extra_usd), check_units=False)
    one = gigacost.estimate(params="7B", tokens="2T", hardware="h100-sxm", chips=64, model=own)
    with pytest.raises(gigacost.SpecError, match="another model"):
        gigacost.to_excel(one, tmp_path / "a.xlsx")
    gigacost.to_excel(one, tmp_path / "a.xlsx", model=own)
    rows = {row[-1]: row for row in sheet_of(tmp_path / "a.xlsx", "Costs")}
    assert rows["cost_extra_usd"][1] == 192.0
    assert rows["cost_total_usd"][1] == one["cost_total_usd"]
