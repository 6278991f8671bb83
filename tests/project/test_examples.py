"""The examples are specifications of the sizes they speak of."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigacost import Sweep

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_an_example_can_be_swept(path: Path) -> None:
    sweep = Sweep.from_toml(path)
    # That a price is old, or of another date than that of a past run, is said of whatever asks for it.
    prices = {"rental_usd_per_chip_hour", "chip_price_usd", "electricity_usd_per_kwh"}
    assert {warning.field for warning in sweep.spec.warnings} <= prices
    assert sweep.find(1, "cost_total_usd")


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("planner", 51_840_000),
        ("gigafactory", 16_777_216),
        ("trillion", 1_490_603_212_800),
        ("quadrillion", 1_085_793_361_920_000),
    ],
)
def test_an_example_has_as_many_combinations_as_it_says(name: str, size: int) -> None:
    assert Sweep.from_toml(EXAMPLES / f"{name}.toml").size == size


def test_the_demo_writes_every_combination() -> None:
    assert Sweep.from_toml(EXAMPLES / "gigafactory.toml").spec.where is None
