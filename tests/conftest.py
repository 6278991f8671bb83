"""What holds for all tests.

None is judged by the time it takes, none leaves the engine cutting spaces its own way, and with ``CI=true`` none is
skipped: what a test needs, ``make test`` installs.
"""

import os
import sys
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from browser import chromium
from hypothesis import settings

from gigacost.compiler import lower

os.environ.pop("COLUMNS", None)  # what tests print is as wide as it is where nobody says how wide
sys.modules["__main__"].__dict__.setdefault("__file__", __file__)  # pyspark takes a main module without one for its own

settings.register_profile("gigacost", deadline=None)
settings.load_profile("gigacost")


@pytest.fixture(autouse=True)
def _restored_blocks() -> Iterator[None]:
    yield
    lower.BLOCKS = None


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, in which pages are opened by ``browser.opened``."""
    with chromium() as started:
        yield started


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, with CI=true: {report.longrepr}"
    return report
