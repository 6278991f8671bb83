"""A specification: which combinations to cost, and what to ask about them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from gigacost.errors import Fault
from gigacost.expressions.ast import Expression
from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import Draws
from gigacost.spec.axes import Axis, Zipped, space_size
from gigacost.spec.fields import Scalar

VERSION = 1
"""The version of the specification's form that this release reads."""
DEFAULT = "default"
"""The key of the table ``uncertain`` that takes in the distributions that ship; alone, it may stand for the table."""
RESERVED_COLUMNS = frozenset({"index", "status"})
"""Output columns that no user's name may take."""


@dataclass(frozen=True)
class Spec:
    """A valid specification. Plain data: ``gigacost.spec.reader`` makes it of files and mappings."""

    axes: tuple[Axis | Zipped, ...] = ()
    """The space, outermost axis first."""
    fixed: Mapping[str, Scalar] = field(default_factory=dict)
    """Values that do not vary, in the units of the model; labels in their one spelling."""
    uncertain: Mapping[str, Distribution] = field(default_factory=dict)
    """What is not known exactly. All but aggregates over draws sees what it is otherwise, its central value."""
    default_uncertain: bool = False
    """Whether what is left open has the distributions that ship."""
    draws: Draws = field(default_factory=Draws)
    derive: Mapping[str, Expression] = field(default_factory=dict)
    """Quantities added by expression; each may use those before it."""
    where: Expression | None = None
    columns: tuple[str, ...] = ()
    by: str = ""
    k: int | None = None
    per: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    as_of: str = ""
    base_year: int | None = None
    """The year in whose dollars quantities are told; None for those of the date of the prices."""
    catalog: str = ""
    """A private catalogue, relative to the specification's folder."""
    preset: str = ""
    """A published run or site, whose values it starts from."""
    accounting: str = ""
    """Another way to count than the model's own."""
    version: int = VERSION
    warnings: tuple[Fault, ...] = field(default=(), compare=False)
    """What is legal but implausible."""
    strict: bool = field(default=False, compare=False)
    """Whether warnings are errors, those about what is computed too."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What settings from the command line replaced."""
    source: str = field(default="", compare=False)
    """The file it was read from."""
    config: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What was made of the fields of configurations: ``read``, ``derived``, ``ignored``, ``unknown``."""
    configured: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The values of ``fixed`` that are from them, each with its file and field."""

    @property
    def valued(self) -> Mapping[str, Any]:
        """What is given values: what is fixed, with its value, and the names of the axes, with None."""
        return {**dict.fromkeys(name for axis in self.axes for name in axis.names), **self.fixed}

    def to_dict(self) -> dict[str, Any]:
        """Plain data that ``reader.read_mapping`` reads back as an equal specification."""
        query: dict[str, Any] = {
            "where": self.where.text if self.where else None,
            "columns": list(self.columns),
            "by": self.by,
            "k": self.k,
            "per": list(self.per),
            "distinct": list(self.distinct),
        }
        tree: dict[str, Any] = {
            "axes": {axis.name: _axis_to_plain(axis) for axis in self.axes},
            "fixed": dict(self.fixed),
            "uncertain": ({DEFAULT: True} if self.default_uncertain else {})
            | {name: distribution.text for name, distribution in self.uncertain.items()},
            "draws": self.draws.to_dict() if self.is_uncertain or self.draws != Draws() else {},
            "derive": {name: expression.text for name, expression in self.derive.items()},
            "query": {key: value for key, value in query.items() if value},
            "as_of": self.as_of,
            "base_year": self.base_year,
            "catalog": self.catalog,
            "preset": _one_or_all([name for name in (self.preset, self.accounting) if name]),
        }
        carried = [part.name for axis in self.axes if isinstance(axis, Zipped) for part in axis.carried]
        tree["carry"] = carried
        return {"version": self.version} | {key: value for key, value in tree.items() if value}

    @cached_property
    def sha256(self) -> str:
        """The hash of what is specified, the order of the axes included, however it was written."""
        import hashlib

        tree = replace(self, axes=()).to_dict()
        columns = [(axis, axis.parts) for axis in self.axes]
        carried = [part for axis in self.axes if isinstance(axis, Zipped) for part in axis.carried]
        tree["axes"] = [  # their order counts
            [isinstance(axis, Zipped), len(axis), [[part.name, part.kind] for part in parts]] for axis, parts in columns
        ]
        tree["fixed"] = sorted(self.fixed.items())
        tree["derive"] = [[name, expression.canonical] for name, expression in self.derive.items()]
        tree["where"] = self.where.canonical if self.where else ""
        tree.get("query", {}).pop("where", None)
        digest = hashlib.sha256(json.dumps(tree, sort_keys=True, separators=(",", ":")).encode())
        for _, parts in columns:
            for part in parts:
                digest.update(_bytes(part))
        for part in carried:  # with their whole numbers whole
            digest.update(json.dumps([part.name, part.kind, part.values]).encode())
        return digest.hexdigest()

    def __hash__(self) -> int:
        """Equal specifications have equal hashes."""
        return hash(self.sha256)

    @property
    def is_uncertain(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.uncertain) or self.default_uncertain

    @property
    def size(self) -> int:
        """How many combinations it has."""
        return space_size(self.axes)


def _bytes(axis: Axis) -> bytes:
    """An axis's values, the same bytes for the same values on every machine. No label has a NUL in it."""
    if axis.kind == "label":
        return "\0".join(axis.values).encode()  # type: ignore[arg-type] # labels are text
    return struct.pack(f"<{len(axis)}d", *axis.values)


def _one_or_all(names: list[str]) -> str | list[str]:
    return names if len(names) > 1 else "".join(names)


def _axis_to_plain(axis: Axis | Zipped) -> object:
    if isinstance(axis, Zipped):
        return {"zip": {part.name: list(part.values) for part in (*axis.axes, *axis.carried)}}
    return list(axis.values)
