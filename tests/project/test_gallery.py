"""The gallery has every kind of chart, and each picture shows what its command draws."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
from scripts import loaded

from gigacost.charts.kinds import KINDS

DOCS = Path(__file__).parents[2] / "docs"
MOST_BYTES = 1_000_000


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    return loaded(DOCS / "gallery.py")


@pytest.fixture(scope="module")
def drawn(gallery: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every picture, drawn again by its command."""
    folder = tmp_path_factory.mktemp("gallery")
    return {entry.file: gallery.drawn(entry, folder) for entry in gallery.ENTRIES}


def contents(svg: str) -> list[str]:
    """Texts and figures, whatever the fonts of a machine do to their places."""
    return re.findall(r'aria-label="([^"]*)"', svg) + re.findall(r"<text[^>]*>([^<]*)", svg)


def test_the_page_is_that_of_its_program(gallery: ModuleType) -> None:
    assert gallery.PAGE.read_text(encoding="utf-8") == gallery.page(), "run `make docs`"


def test_every_kind_has_a_picture_in_the_order_of_the_kinds(gallery: ModuleType) -> None:
    assert list(dict.fromkeys(entry.kind for entry in gallery.ENTRIES)) == list(KINDS)
    for entry in gallery.ENTRIES:
        assert entry.reads.endswith(".")
        assert f"\n{entry.command}\n" in gallery.page()
        assert f"](_static/gallery/{entry.file})" in gallery.page()


def test_the_folder_holds_the_pictures_and_is_small(gallery: ModuleType) -> None:
    files = sorted(path.name for path in gallery.PICTURES.iterdir())
    assert files == sorted(entry.file for entry in gallery.ENTRIES)
    assert sum(path.stat().st_size for path in gallery.PICTURES.iterdir()) < MOST_BYTES


def test_pictures_show_what_their_commands_draw(gallery: ModuleType, drawn: dict[str, Path]) -> None:
    for name, path in drawn.items():
        wanted = contents(path.read_text(encoding="utf-8"))
        assert len(wanted) > 10
        assert contents((gallery.PICTURES / name).read_text(encoding="utf-8")) == wanted, f"{name}: run `make docs`"
