"""The specification that the keywords of a sweep make, before anything of it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gigacost._record import without_days
from gigacost.queries.request import DateLike, PresetLike, is_axis
from gigacost.sampling.draws import Drawn, as_draws
from gigacost.spec.spec import VERSION


def tree_of_keywords(
    axes: Mapping[str, Any] | None,
    fixed: Mapping[str, Any] | None,
    uncertain: Mapping[str, Any] | str | None,
    draws: Drawn | None,
    where: str | None,
    derive: Mapping[str, str] | None,
    columns: Sequence[str],
    as_of: DateLike,
    base_year: int | None,
    preset: PresetLike,
) -> dict[str, Any]:
    """What the keywords of a sweep specify."""
    varied = {name: without_days(value) for name, value in (axes or {}).items()}
    if is_axis(as_of):
        varied["as_of"], as_of = without_days(as_of), None
    query = {"where": where, "columns": columns if isinstance(columns, str) else list(columns) or None}
    tree: dict[str, Any] = {
        "version": VERSION,
        "axes": {name: value if is_axis(value) else [value] for name, value in varied.items()},
        "fixed": {name: without_days(value) for name, value in (fixed or {}).items()},
        "uncertain": uncertain if isinstance(uncertain, str) else dict(uncertain or {}),
        "draws": {} if draws is None else as_draws(draws).to_dict(),
        "derive": dict(derive or {}),
        "query": {key: value for key, value in query.items() if value is not None},
    }
    keys = {"as_of": without_days(as_of), "base_year": base_year, "preset": preset}
    return tree | {key: value for key, value in keys.items() if value is not None}
