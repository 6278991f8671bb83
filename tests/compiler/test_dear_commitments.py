"""A commitment that costs more than hours on demand is said, of the same chip, class of provider and date."""

from __future__ import annotations

from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Catalog, Sweep, estimate

RUN: dict[str, Any] = {"hardware": "h100-sxm", "chips": 256, "params": 7e9, "tokens": 1e12}
QUOTE = {"hardware": "h100-sxm", "provider_class": "neocloud", "provider": "a"}
BOOK = {
    "name": "acme",
    "date": "2026-11",
    "rental": [
        {**QUOTE, "market": "on_demand", "usd_per_chip_hour": 2.0},
        {**QUOTE, "market": "reserved_1y", "usd_per_chip_hour": 2.5},
        {**QUOTE, "market": "reserved_3y", "usd_per_chip_hour": 1.0},
    ],
}
CATALOG = Catalog.bundled().layered(BOOK)


def warned(market: str, **more: Any) -> list[str]:
    run = estimate({**RUN, "market": market, **more}, catalog=CATALOG, as_of="2026-11-30")
    return list(run.meta["warnings"])


def test_who_commits_and_pays_more_is_told_by_whose_quotes() -> None:
    said = "rental_usd_per_chip_hour = 2.5: reserved_1y of h100-sxm, neocloud (a, 2026-11) costs more than on_demand, "
    assert warned("reserved_1y") == [said + "$2.00 (a, 2026-11)"]


@pytest.mark.parametrize("market", ["on_demand", "reserved_3y", "own"])
def test_what_is_cheaper_or_commits_to_nothing_is_no_matter(market: str) -> None:
    assert not [text for text in warned(market) if "costs more" in text]


def test_a_rent_that_is_given_is_its_givers_affair() -> None:
    assert warned("reserved_1y", rental_usd_per_chip_hour=9.0) == []


def test_of_a_sweep_the_first_is_named_and_the_others_counted() -> None:
    fixed = {name: value for name, value in RUN.items() if name != "chips"}
    axes = {"chips": [64, 128], "market": ["on_demand", "reserved_1y"], "as_of": ["2026-11-30", "2026-12-24"]}
    sweep = Sweep(axes, fixed=fixed, catalog=CATALOG)
    (one,) = [warning for warning in sweep.spec.warnings if "costs more" in warning.what]
    assert one.what.endswith(", and 1 more of other labels or dates")


@pytest.mark.parametrize("command", ["estimate", "top", "pareto", "summary", "bounds", "layout", "uncertainty"])
def test_doubtful_prices_are_said_by_every_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    design = ("--hardware", "h100-sxm", "--chips", "256", "--params", "7B", "--tokens", "1T")
    done = invoke(capsys, command, *design, "--market", "reserved_1y", "--as-of", "2025-07-01")
    assert done.code == 0
    assert "costs more than on_demand, $2.94 (Oblivus Cloud, 2025-03-03)" in done.err
    assert "is of 2024-02-26, 16 months before 2025-07-01" in done.err


def test_doubtful_prices_are_said_where_two_are_compared_and_where_one_is_looked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    design = ("--hardware", "h100-sxm", "--params", "7B", "--tokens", "1T", "--as-of", "2025-07-01")
    rented = ("--market", "reserved_1y")
    for asked in (
        ("break-even", "mfu", "--chips", "256", "--between", "market=reserved_1y,on_demand", *design),
        ("solve", "chips", "--smallest", "--where", "train_days <= 30", "--over", "64..1024:4:log:8", *rented, *design),
        ("over-time", "--chips", "256", "--years", "2025", *rented, *design),
    ):
        assert "costs more than on_demand" in invoke(capsys, *asked).err
