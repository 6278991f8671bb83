"""Comparisons of random models: contributions are those of the reference's values."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from shapley import contributions, shapley
from strategies import models, numbers

from gigacost import InternalError, Model, SpecError, Sweep, compare
from gigacost import reference as twin


@st.composite
def problems(draw: st.DrawFn) -> tuple[Model, str, dict[str, float], dict[str, float]]:
    """A random model, a quantity, and what two sides give: inputs, quantities, axes of a search."""
    names = [f"c{i}" for i in range(draw(st.integers(1, 4)))]
    model, quantities = draw(models(names, draw(st.sampled_from([0, 0, 1]))))
    searched = [axis for search in model.searches for axis, _ in search.over]
    sides = [
        draw(st.dictionaries(st.sampled_from([*names, *names, *quantities, *searched]), numbers, max_size=3))
        for _ in range(2)
    ]
    return model, draw(st.sampled_from(quantities)), sides[0], sides[1]


def looked_up(model: Model, by: str, inputs: Mapping[str, float]) -> float | None:
    """The reference's value; None where a state spoils it."""
    (row,) = twin.rows(Sweep(fixed=inputs, columns=[by], model=model))
    value: float | None = row[by]
    return value


@settings(
    max_examples=60,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(problems())
def test_random_models_against_the_reference(problem: tuple[Model, str, dict[str, float], dict[str, float]]) -> None:
    model, by, a, b = problem
    names = [name for name in {**a, **b} if a.get(name) != b.get(name)]
    assume(len(names) <= 4)

    def value(changed: frozenset[str]) -> float | None:
        taken = {name: (b if name in changed else a).get(name) for name in {**a, **b}}
        found = looked_up(model, by, {name: given for name, given in taken.items() if given is not None})
        assume(found is None or abs(found) < 1e300)
        return found

    try:
        expected = shapley(names, value)
    except (InternalError, SpecError):
        assume(False)  # noqa: FBT003 - a value that no state explains, or one that the model refuses
    if value(frozenset()) is None or value(frozenset(names)) is None:
        with pytest.raises(SpecError, match=r"none of its 1 combinations is feasible|[ab]\.state_"):
            compare(a, b, by=by, model=model)
        return
    found = compare(a, b, by=by, model=model)
    if expected is None:
        assert any(" + " in one.name for one in found.assumptions)
    else:
        assert contributions(found) == expected
    assert compare(b, a, by=by, model=model).difference == -found.difference
