"""Workbooks as others read them: openpyxl for cells, LibreOffice, which computes every formula again."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

SOFFICE = shutil.which("soffice") or ""
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""A profile in which formulas are always computed on loading; by default the kept values are shown."""


def recalculated(paths: Sequence[Path], folder: Path) -> list[Path]:
    """The workbooks as LibreOffice writes them after computing them; a test without it skips."""
    if not SOFFICE:
        pytest.skip("LibreOffice is not installed")
    profile, out = folder / "profile", folder / "recalculated"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS)
    command = [
        SOFFICE,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    subprocess.run([*command, "--outdir", str(out), *map(str, paths)], check=True, capture_output=True, timeout=300)
    return [out / path.name for path in paths]


def cells(path: Path, *, formulas: bool = False) -> Iterator[tuple[str, str, Any]]:
    """Every cell that holds something: sheet, name, kept value (or formula)."""
    book = openpyxl.load_workbook(path, data_only=not formulas)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield sheet.title, cell.coordinate, cell.value


def formulas(path: Path) -> dict[tuple[str, str], str]:
    """The formulas of a workbook, by sheet and cell."""
    found = cells(path, formulas=True)
    return {(sheet, name): value for sheet, name, value in found if isinstance(value, str) and value.startswith("=")}


def values(path: Path) -> dict[tuple[str, str], Any]:
    """The kept values of a workbook, by sheet and cell."""
    return {(sheet, name): value for sheet, name, value in cells(path)}


def sheet_of(path: Path, name: str) -> list[list[Any]]:
    """The values of a sheet, row by row."""
    return [list(row) for row in openpyxl.load_workbook(path, data_only=True)[name].iter_rows(values_only=True)]


def part(path: Path, name: str) -> str:
    """A file within a workbook, as text."""
    with zipfile.ZipFile(path) as opened:
        return opened.read(name).decode()


def with_wrong_value(path: Path, target: Path, sheet: str, wrong: str) -> None:
    """A copy of a workbook in which the kept value of the first formula of a sheet's file is wrong."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            data = old.read(entry)
            if entry == sheet:
                data, count = re.subn(
                    rb"(<f>[^<]*</f><v>)[^<]*(</v>)", rb"\g<1>" + wrong.encode() + rb"\g<2>", data, count=1
                )
                assert count == 1
            new.writestr(entry, data)
