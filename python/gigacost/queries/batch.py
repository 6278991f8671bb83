"""Many designs at once, each given by its inputs: they share a sweep with the others that give the same names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost._record import plain
from gigacost.compiler.checks import namespace
from gigacost.queries.space import Space
from gigacost.spec.axes import zipped
from gigacost.spec.reader import read_mapping

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model

Design: TypeAlias = Mapping[str, float | str]
"""Values and labels by name."""


def evaluated(
    designs: Sequence[Design],
    columns: Sequence[str],
    model: Model,
    catalog: Catalog,
    **tables: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """The columns of each design, None where its state spoils one; ``status`` says which state.

    ``tables`` are other tables of the specification: ``derive``, ``uncertain``, ``draws``. Raises SpecError.
    """
    found: list[dict[str, Any]] = [{} for _ in designs]
    groups: dict[tuple[str, ...], dict[tuple[float | str, ...], list[int]]] = {}
    for place, design in enumerate(designs):
        names = tuple(sorted(design))
        groups.setdefault(names, {}).setdefault(tuple(design[name] for name in names), []).append(place)
    for names, places in groups.items():
        table = dict(zip(names, zip(*places, strict=True), strict=True))
        tree = {**tables, "version": 1, "axes": {"design": zipped(table)}, "query": {"columns": list(columns)}}
        space = Space(read_mapping(tree, namespace(model, catalog)), model, catalog)
        status = ("status",) if model.states else ()
        arrays = {name: values.tolist() for name, values in space.to_numpy((*space.columns, *status)).items()}
        for digit, equal in enumerate(places.values()):
            row = {name: plain(values[digit]) for name, values in arrays.items()}
            for place in equal:
                found[place] = row
    return found
