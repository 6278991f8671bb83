"""Getting the training data."""

from __future__ import annotations

import math

import pytest

from gigacost.model.data import (
    clean_tb,
    corpus_tokens,
    cost_data_acquisition_usd,
    cost_data_processing_usd,
    curation_chip_hours,
    extraction_usd,
    raw_tb,
)


def test_the_corpus_holds_each_token_once() -> None:
    assert corpus_tokens(4e12, math.nan) == 4e12
    assert corpus_tokens(4e12, 1e12) == 1e12
    assert corpus_tokens(4e12, 9e12) == 4e12


def test_fineweb_is_as_large_as_published_raw_and_clean() -> None:
    # 15T tokens: 38 PB raw, 45 TB clean
    assert raw_tb(15e12, 2_533.0) == pytest.approx(38_000.0, rel=1e-3)
    assert clean_tb(15e12, 3.0) == pytest.approx(45.0)


def test_licences_by_lump_sum_and_by_the_token() -> None:
    assert cost_data_acquisition_usd(0.0, 0.0, 15e12, 0.00075) == 0.0
    # $1M + a thousandth of 1T tokens at $0.00075
    assert cost_data_acquisition_usd(1e6, 0.001, 1e12, 0.00075) == pytest.approx(1.75e6)


def test_extraction_takes_cpu_hours() -> None:
    # 300 TB at 0.3 TB/h: 1,000 h at $4
    assert extraction_usd(300.0, 0.3, 4.0) == pytest.approx(4_000.0)


def test_curation_takes_accelerator_hours() -> None:
    # 3 TB clean, 30 TB text: 30 / 0.5 + 30 / 0.15 = 60 + 200
    assert curation_chip_hours(3.0, 10.0, 0.5, 0.15) == pytest.approx(260.0)


def test_processing_is_both() -> None:
    assert cost_data_processing_usd(4_000.0, 260.0, 2.5) == pytest.approx(4_650.0)
