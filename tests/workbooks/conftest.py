"""Workbooks of all kinds, made once, and what LibreOffice makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answers_of_each_kind import answers
from spreadsheets import recalculated, with_wrong_value

import gigacost


@pytest.fixture(scope="session")
def answered() -> dict[str, Any]:
    return answers()


@pytest.fixture(scope="session")
def books(answered: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("books")
    for name, answer in answered.items():
        gigacost.to_excel(answer, folder / f"{name}.xlsx")
    return {name: folder / f"{name}.xlsx" for name in answered}


@pytest.fixture(scope="session")
def again(books: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The workbooks as LibreOffice computes them, and one whose first kept value is wrong: ``control``."""
    folder = tmp_path_factory.mktemp("libreoffice")
    control = folder / "control.xlsx"
    with_wrong_value(books["estimate"], control, "xl/worksheets/sheet1.xml", "123.0")
    every = {**books, "control": control}
    return dict(zip(every, recalculated([*every.values()], folder), strict=True))
