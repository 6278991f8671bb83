"""Colours that the colour-blind can tell apart, and texts that fit."""

from __future__ import annotations

import itertools
import math

import altair as alt
import pytest
from drawings import Drawing

from gigacost.charts.theme import PALETTE, bar_names, colours, described, figure, named, shapes, wrapped

Matrix = tuple[tuple[float, float, float], ...]

# After Machado, Oliveira and Fernandes (2009), at severity 1, in linear RGB.
SIGHT: dict[str, Matrix] = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
XYZ: Matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.95047, 1.0, 1.08883)
JUST_NOTICED = 2.3


def times(matrix: Matrix, vector: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def lab(colour: str, sight: Matrix) -> tuple[float, float, float]:
    """A colour as it is seen, in CIELAB."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    seen = tuple(min(max(part, 0.0), 1.0) for part in times(sight, linear))
    shares = [value / white for value, white in zip(times(XYZ, seen), WHITE, strict=True)]
    x, y, z = (share ** (1 / 3) if share > 0.008856 else 7.787 * share + 16 / 116 for share in shares)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_are_told_apart_with_every_kind_of_sight(sight: str) -> None:
    seen = [lab(colour, SIGHT[sight]) for colour in PALETTE]
    nearest = min(math.dist(a, b) for a, b in itertools.combinations(seen, 2))
    assert nearest > 6 * JUST_NOTICED


def test_more_values_than_colours_share_the_last_and_all_have_a_shape() -> None:
    values = [f"v{i}" for i in range(11)]
    scale = colours(values).to_dict()
    assert len(scale["range"]) == len(scale["domain"]) == 11
    assert scale["range"][:8] == list(PALETTE)
    assert len(set(scale["range"][8:])) == 1
    assert len(set(shapes(values[:8]).to_dict()["range"])) == 8


def test_texts_are_broken_between_words_only() -> None:
    text = "405B parameters on 15.6T tokens · 16,384 x h100-sxm · bf16 · on_demand · neocloud · usa"
    assert wrapped(text, 640) == [text]
    lines = wrapped(text, 200)
    assert " ".join(lines) == text
    assert len(lines) > 1


def test_long_names_of_bars_break_at_their_commas() -> None:
    name = "gb200-nvl72, 11,896 chips, 495B parameters, 24.7T tokens, reserved_3y"
    texts, _, height = bar_names(["short", name])
    assert texts[0] == "short"
    lines = texts[1].split("\n")
    assert len(lines) == 2
    assert " ".join(lines) == name
    assert lines[0].endswith(",")
    assert height > bar_names(["short"])[2]
    axis = bar_names(["short", name])[1]
    bars = alt.Chart(named("rows")).mark_bar().encode(x="x:Q", y=alt.Y("name:N", sort=texts, axis=axis))
    drawing = Drawing(figure(bars, {"rows": [{"x": 1, "name": text} for text in texts]}, title="t"))
    assert [text for text in drawing.texts("axis-label") if text in {"short", *lines}] == ["short", *lines]


def test_marks_say_their_figures_in_full() -> None:
    assert described("rent", usd=112888337.60444322, p10=None) == "rent: usd 112888337.60444322"
    assert described("rent") == "rent"
