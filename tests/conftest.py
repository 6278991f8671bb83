"""What holds for all tests: none is judged by the time it takes, none leaves the engine cutting spaces its own way."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from gigacost.compiler import lower

settings.register_profile("gigacost", deadline=None)
settings.load_profile("gigacost")


@pytest.fixture(autouse=True)
def _restored_blocks() -> Iterator[None]:
    yield
    lower.BLOCKS = None
