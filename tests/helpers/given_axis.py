"""What is read of an axis as it is given."""

from __future__ import annotations

import pytest

from gigacost.errors import SpecError
from gigacost.spec.axes import read_axis
from gigacost.spec.fields import Field


def values(field: Field, given: object) -> tuple[object, ...]:
    """The values of an axis."""
    return read_axis(field, given, f"axes.{field.name}").values


def refusal(field: Field, given: object) -> str:
    """Why it is refused."""
    with pytest.raises(SpecError) as raised:
        read_axis(field, given, f"axes.{field.name}")
    return str(raised.value)
