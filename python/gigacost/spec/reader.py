"""Reading a specification, in one order: schema, values and their ranges, fields against each other, size of the space.

All faults are reported at once, and nothing is computed or written before it is free of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from gigacost.errors import Fault, SpecError, nearest, show, type_name
from gigacost.expressions.ast import Expression, ExpressionKind
from gigacost.graph.declarations import Input
from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import FEWEST, MOST_AGGREGATED, Draws
from gigacost.spec.aggregates import is_aggregated, labels_of, parse_aggregate, units_of
from gigacost.spec.axes import Axis, Zipped, as_list, as_names, carrying, read_axis, read_zipped, space_size, zipped
from gigacost.spec.fault_collector import FaultCollector
from gigacost.spec.fields import Field, Scalar, is_date, refused
from gigacost.spec.files import Document, check_tree, leads_out, read_document
from gigacost.spec.namespace import Namespace, field_of
from gigacost.spec.overrides import with_settings, with_uncertain_table
from gigacost.spec.plausibility import implausible
from gigacost.spec.spec import DEFAULT, RESERVED_COLUMNS, VERSION, Spec

KEYS = (
    "version", "axes", "zip", "carry", "fixed", "uncertain", "draws", "derive", "query", "as_of", "base_year",
    "catalog", "preset",
)  # fmt: skip
_DRAWS_KEYS = ("count", "seed", "method", "correlate")
_QUERY_KEYS = ("where", "columns", "by", "k", "per", "distinct")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def read(
    document: Document,
    namespace: Namespace,
    *,
    settings: Iterable[tuple[str, str]] = (),
    query: Mapping[str, Any] | None = None,
    strict: bool = False,
) -> Spec:
    """The specification that a document holds.

    ``settings`` are pairs ``(name, text)`` as typed on the command line, which win over it. A text is a value with or
    without unit (``256``, ``70B``, ``own``), a list (``256,512``) or a range
    ``FROM..TO:STEPS[:linear|log[:MULTIPLE]]`` (``256..131072:64:log:8``); the specification's ``notes`` say what was
    replaced. ``query`` are keys of the table ``query`` in place of the document's. ``strict`` makes warnings faults.

    Raises SpecError with all faults.
    """
    tree = document.tree
    if not isinstance(tree, Mapping):
        raise SpecError(Fault("spec", show(tree), f"expected table, got {type_name(tree)}"))
    settings = list(settings)
    tree = with_uncertain_table(tree)
    preset = dict(settings).get("preset") or tree.get("preset")
    tree, notes, names = with_settings(tree, settings, namespace.under(_accounting_of(preset, namespace)))
    if query and isinstance(tree.get("query", {}), Mapping):
        tree["query"] = {**tree.get("query", {}), **query}
    check_tree(tree, document)
    typed = {*names, *(f"query.{key}" for key in query or ())}
    reader = _Reader(namespace.under(_accounting_of(tree.get("preset"), namespace)), document, typed)
    spec = reader.read(tree)
    if strict:
        reader.faults += spec.warnings
    reader.raise_faults()
    return replace(spec, notes=notes, source=document.source, strict=strict)


def read_file(path: str | os.PathLike[str], namespace: Namespace, **options: Any) -> Spec:  # noqa: ANN401 - as ``read``
    """The specification in a TOML or JSON file; ``options`` are those of ``read``. Raises SpecError."""
    return read(read_document(path), namespace, **options)


def read_mapping(tree: Mapping[str, Any], namespace: Namespace, **options: Any) -> Spec:  # noqa: ANN401 - as ``read``
    """The specification that a mapping of the same structure is; its axes may also be arrays and ``zipped`` tables.

    ``options`` are those of ``read``. Raises SpecError.
    """
    return read(Document(tree), namespace, **options)


def _accounting_of(preset: object, namespace: Namespace) -> str:
    """The accounting among presets that may have any faults."""
    names = preset.split(",") if isinstance(preset, str) else as_list(preset) or []
    return next((name for name in names if isinstance(name, str) and name in namespace.accountings), "")


class _Reader(FaultCollector):
    """Reads one tree and collects its faults; where there are any, what it made is thrown away."""

    def __init__(self, namespace: Namespace, document: Document, typed: Collection[str]) -> None:
        super().__init__(document, typed)
        self.namespace = namespace
        self.places: dict[str, str] = {}
        """Where each name that was given a value stands."""
        self.units = units_of(namespace)
        self.carried: tuple[str, ...] = ()
        """The columns of tables that set nothing and are handed through."""
        self.aggregated: set[str] | None = None
        """The names that are aggregates over draws; None where nothing is uncertain."""

    def read(self, tree: Mapping[str, Any]) -> Spec:
        self._only("", tree, KEYS)
        self._version(tree)
        wanted = self._carry(tree)
        axes = self._axes(self._table(tree, "axes")) + self._zips(tree)
        self._carry_nothing_else(wanted)
        fixed = self._fixed(self._table(tree, "fixed"))
        stated = self._table(tree, "uncertain")
        uncertain = self._uncertain(stated)
        draws = self._draws(self._table(tree, "draws"))
        derive = self._derive(self._table(tree, "derive"))
        query = self._table(tree, "query")
        self._only("query", query, _QUERY_KEYS)
        where = self._expression("query.where", query["where"], "truth") if "where" in query else None
        k = Field("k", "integer", limits=Input("k", "1", "", low=1, integer=True))
        preset, accounting = self._presets(tree)
        year = Field("base_year", "integer")
        spec = Spec(
            axes=tuple(axes),
            fixed=fixed,
            uncertain=uncertain,
            default_uncertain=stated.get(DEFAULT) is True,
            draws=draws,
            derive=derive,
            where=where,
            columns=self._names(query, "columns"),
            by=next(iter(self._names(query, "by", single=True)), ""),
            k=self._value(k, query["k"], "query.k") if "k" in query else None,  # type: ignore[arg-type]
            per=self._names(query, "per"),
            distinct=self._names(query, "distinct"),
            as_of=self._as_of(tree),
            base_year=self._value(year, tree["base_year"], "base_year") if "base_year" in tree else None,  # type: ignore[arg-type]
            catalog=self._catalog(tree),
            preset=preset,
            accounting=accounting,
        )
        if not self.faults:
            with self._collecting():
                space_size(spec.axes)
            self.faults += [self._placed(fault) for fault in self.namespace.check(spec)]
        doubts = [*implausible(spec, self.namespace), *self.namespace.doubts(spec)]
        named = [replace(doubt, field=self.places.get(doubt.field, doubt.field)) for doubt in doubts]
        return replace(spec, warnings=tuple(map(self._placed, named)))

    def _version(self, tree: Mapping[str, Any]) -> None:
        version = tree.get("version", VERSION)
        if isinstance(version, bool) or not isinstance(version, int):
            self._refuse("version", version, f"expected integer, got {type_name(version)}", str(VERSION))
        elif version > VERSION:
            self._refuse("version", version, f"needs a gigacost that reads version >= {version}", f"<= {VERSION}")
        elif version < 1:
            self._refuse("version", version, "no such version", str(VERSION))

    def _field(self, name: str, at: str, value: object, allowed: str = "") -> Field | None:
        found = field_of(self.namespace, name)
        if found:
            return found
        if name in self.namespace.quantities:
            self._refuse(at, value, "a condition of the model cannot be given a value")
            return None
        known = [*self.namespace.label_axes, *self.namespace.inputs, *self.namespace.quantities]
        self._refuse(at, value, f"unknown name {show(name)}", allowed, nearest(name, known))
        return None

    def _once(self, name: str, at: str, value: object) -> None:
        earlier = self.places.setdefault(name, at)
        if earlier != at:
            self._refuse(at, value, f"{name} is given a second time; {earlier} has it already")

    def _carry(self, tree: Mapping[str, Any]) -> tuple[str, ...]:
        """The columns that tables carry through, as far as they may."""
        given = tree.get("carry", ())
        with self._collecting():
            self.carried = as_names(given.split(",") if isinstance(given, str) else given, "carry")
        return self.carried

    def _carry_nothing_else(self, wanted: Iterable[str]) -> None:
        for name in wanted:
            if name not in self.places:
                self._refuse("carry", name, "no table has such a column", "columns of a zip table")

    def _carries(self, name: str, at: str) -> None:
        """Note a column that is carried; it must not take a name that has a meaning already."""
        if name in RESERVED_COLUMNS:
            self._refuse(at, None, f"{show(name)} is an output column already, and cannot be carried")
        elif self._is_known(name):
            self._refuse(at, None, f"{show(name)} is a name of the model; what is carried needs another name")
        self._once(name, at, None)
        self.carried = tuple(dict.fromkeys([*self.carried, name]))

    def _is_known(self, name: str) -> bool:
        return name in self.units or name in self.namespace.label_axes

    def _axes(self, table: Mapping[str, Any]) -> list[Axis | Zipped]:
        axes: list[Axis | Zipped] = []
        for name, given in table.items():
            at = f"axes.{name}"
            if isinstance(given, Zipped):
                axes += self._zip(given, at)
            elif isinstance(given, Mapping) and set(given) == {"zip"}:
                axes += self._zip(given["zip"], f"{at}.zip")
            else:
                found = self._field(name, at, given)
                self._once(name, at, None)
                with self._collecting():
                    axes += [read_axis(found, given, at)] if found else []
        return axes

    def _zips(self, tree: Mapping[str, Any]) -> list[Axis | Zipped]:
        given = tree.get("zip", [])
        tables = [given] if isinstance(given, Mapping | str) else as_list(given)
        if tables is None:
            self._refuse("zip", given, f"expected a list of tables, got {type_name(given)}")
            return []
        return [axis for i, table in enumerate(tables) for axis in self._zip(table, f"zip[{i}]")]

    def _zip(self, given: object, at: str) -> list[Zipped]:
        with self._collecting():
            table = given if isinstance(given, Zipped) else zipped(self._beside(given, at), at)
            table = carrying(table, [name for name in self.carried if not self._is_known(name)], at)
            for axis in table.carried:
                self._carries(axis.name, f"{at}.{axis.name}")
            fields = {name: self._field(name, f"{at}.{name}", None, _or_carried(name)) for name in table.names}
            for name in table.names:
                self._once(name, f"{at}.{name}", None)
                if name in self.carried:
                    self._carries(name, f"{at}.{name}")
            found = {name: item for name, item in fields.items() if item}
            known = tuple(axis for axis in table.axes if axis.name in found)
            if known:
                read = read_zipped(found, Zipped(known, table.carried), at)
                return [read] if len(found) == len(fields) else []
        return []

    def _beside(self, given: object, at: str) -> object:
        """A table as it is given; of a path in a file, that of the table beside this. Raises SpecError."""
        if isinstance(given, str | os.PathLike) and self.document.is_foreign:
            raise refused(at, given, "names a file, which is not read here", allowed="the table itself: {name = [...]}")
        if not isinstance(given, str) or not self.document.source:
            return given
        if leads_out(given):
            raise refused(at, given, "leads out of the folder", allowed="a path below the specification's own folder")
        return os.path.join(os.path.dirname(self.document.source), given)  # noqa: PTH118, PTH120 - as in files

    def _value(self, found: Field, given: object, at: str) -> Scalar | None:
        with self._collecting():
            return found.read(given, at)
        return None

    def _fixed(self, table: Mapping[str, Any]) -> dict[str, Scalar]:
        fixed: dict[str, Scalar] = {}
        for name, given in table.items():
            at = f"fixed.{name}"
            found = self._field(name, at, given)
            self._once(name, at, given)
            value = self._value(found, given, at) if found else None
            if value is not None:
                fixed[name] = value
        return fixed

    def _uncertain(self, table: Mapping[str, Any]) -> dict[str, Distribution]:
        uncertain: dict[str, Distribution] = {}
        for name, given in table.items():
            at = f"uncertain.{name}"
            if name == DEFAULT:
                if not isinstance(given, bool):
                    self._refuse(at, given, "whether the distributions that ship are taken in", "true or false")
                continue
            found = self._field(name, at, given)
            if found and found.kind == "label":
                self._refuse(at, given, f"{name} has labels, and no distribution")
            elif found:
                with self._collecting():
                    uncertain[name] = Distribution.parse(given, at, found.unit)
        self.aggregated = None if table in ({}, {DEFAULT: False}) else set()
        return uncertain

    def _draws(self, table: Mapping[str, Any]) -> Draws:
        self._only("draws", table, _DRAWS_KEYS)
        with self._collecting():
            draws = Draws(**{key: value for key, value in table.items() if key in _DRAWS_KEYS})
            if draws.count <= MOST_AGGREGATED:
                return draws
            self._refuse("draws.count", draws.count, "out of range", f"{FEWEST} to {MOST_AGGREGATED}")
        return Draws()

    def _derive(self, table: Mapping[str, Any]) -> dict[str, Expression]:
        derive: dict[str, Expression] = {}
        for name, given in table.items():
            at = f"derive.{name}"
            if not _NAME.fullmatch(name):
                self._refuse(at, given, "not a plain name", "a-z, then a-z, 0-9 and _; at most 64 characters")
            elif name in RESERVED_COLUMNS:
                self._refuse(at, given, f"{show(name)} is an output column already")
            elif self._is_known(name) or name in self.carried:
                owner = "a column that is carried" if name in self.carried else "a name of the model"
                self._refuse(at, given, f"{show(name)} is {owner} already; choose another")
            expression = self._expression(at, given, "number")
            self.units.setdefault(name, expression.unit if expression else "")
            if expression:
                derive[name] = expression
            if expression and self.aggregated is not None and is_aggregated(expression, self.aggregated):
                self.aggregated.add(name)
        return derive

    def _expression(self, at: str, given: object, kind: ExpressionKind) -> Expression | None:
        if not isinstance(given, str):
            self._unexpected(at, given, "string")
            return None
        from gigacost.expressions.parser import parse_expression

        with self._collecting():
            labels = labels_of(self.namespace)
            return parse_expression(given, at, kind=kind, units=self.units, labels=labels, aggregated=self.aggregated)
        return None

    def _names(self, query: Mapping[str, Any], key: str, *, single: bool = False) -> tuple[str, ...]:
        if key not in query:
            return ()
        at, given = f"query.{key}", query[key]
        names = [given] if isinstance(given, str) else as_list(given)
        if names is None or (single and names != [given]):
            self._unexpected(at, given, "string" if single else "list")
            return ()
        if key == "columns" and not names:
            self._refuse(at, None, "an empty list", "at least one column; without the key, those of the model")
        known = [*self.units, *self.namespace.label_axes, *self.carried, *RESERVED_COLUMNS]
        for i, name in enumerate(names):
            place = at if isinstance(given, str) else f"{at}[{i}]"
            if not isinstance(name, str):
                self._refuse(place, name, f"expected string, got {type_name(name)}")
            elif "(" in name and key != "per":
                with self._collecting():
                    parse_aggregate(name, place, self.namespace, self.units, self.aggregated)
            elif name not in known:
                self._refuse(place, name, "unknown column", hint=nearest(name, known))
            if name in names[:i]:
                self._refuse(place, name, f"the same as {at}[{names.index(name)}]")
        return tuple(str(name) for name in names)

    def _text(self, tree: Mapping[str, Any], key: str, canonical: Callable[[str], str] | None = None) -> str:
        if key not in tree:
            return ""
        return str(self._value(Field(key, "label", canonical=canonical), tree[key], key) or "")

    def _as_of(self, tree: Mapping[str, Any]) -> str:
        if "as_of" not in tree:
            return ""
        self._once("as_of", "as_of", tree["as_of"])
        text = self._text(tree, "as_of", self.namespace.label_axes.get("as_of"))
        if text and not is_date(text):
            self._refuse("as_of", text, "not a date", "YYYY-MM-DD")
        return text

    def _catalog(self, tree: Mapping[str, Any]) -> str:
        path = self._text(tree, "catalog")
        if path and self.document.is_foreign:
            allowed = "catalog beside spec: a price book's content, or a name that is mounted here"
            self._refuse("catalog", path, "names a file, which is not read here", allowed)
        elif leads_out(path):
            self._refuse("catalog", path, "leads out of the folder", "a path below the specification's own folder")
        return path

    def _presets(self, tree: Mapping[str, Any]) -> tuple[str, str]:
        """At most one published run or site, and at most one accounting; both may be one text, as ``A,B``."""
        given = tree.get("preset")
        listed = given.split(",") if isinstance(given, str) and "," in given else as_list(given)
        named = [("preset", self._text(tree, "preset"))] if listed is None else list(self._listed("preset", listed))
        kinds = {"preset": self.namespace.presets, "accounting": self.namespace.accountings}
        known = sorted({*kinds["preset"], *kinds["accounting"]})
        found = dict.fromkeys(kinds, "")
        for at, name in named:
            kind = next((kind for kind, names in kinds.items() if name in names), "")
            if name and not kind:
                self._refuse(at, name, "unknown preset", ", ".join(known), nearest(name, known))
            elif name and found[kind]:
                self._refuse(at, name, f"{found[kind]} is one of this kind already", "a run or site, an accounting")
            elif name:
                found[kind] = name
        return found["preset"], found["accounting"]

    def _listed(self, key: str, values: list[Any]) -> Iterator[tuple[str, str]]:
        """Texts of a list, each with its place."""
        for i, value in enumerate(values):
            at = f"{key}[{i}]"
            yield at, str(self._value(Field(key, "label"), value, at) or "")


def _or_carried(name: str) -> str:
    return f"a name of the model; carry = [{show(name)}] (--carry) hands a column through that it does not know"
