"""What is asked to be costed: a specification before it is read, with its model and its catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost._record import without_days
from gigacost.catalog import Catalog
from gigacost.catalog.opening import opened
from gigacost.compiler.bound import Bound
from gigacost.compiler.checks import namespace
from gigacost.compiler.filled import with_preset
from gigacost.configs.source import CONFIG_KEYS, NO_CONFIGS, ConfigLike, Configs
from gigacost.errors import Fault, SpecError, show, type_name, unplaced
from gigacost.graph.model import Model
from gigacost.model import default as default_model
from gigacost.queries.saved_answer import design_of
from gigacost.spec.axes import Axis, Zipped, as_list
from gigacost.spec.files import Document, read_document
from gigacost.spec.private_book import with_private_book
from gigacost.spec.reader import read
from gigacost.spec.spec import VERSION, Spec

if TYPE_CHECKING:
    import datetime as dt

    from gigacost.queries.space import Space

ModelLike: TypeAlias = "Model | str | Sequence[str] | None"
"""A model; architectures of the catalogue, which the default model then costs; None for the default model."""
CatalogLike: TypeAlias = "Catalog | str | os.PathLike[str] | Mapping[str, Any] | None"
"""A catalogue; a private price book over the bundled one; None for the bundled one."""
DateLike: TypeAlias = "str | dt.date | Sequence[str] | Sequence[dt.date] | None"
"""Days, as ``YYYY-MM-DD`` or of Python's ``datetime``; None for the catalogue's."""
PresetLike: TypeAlias = "str | Sequence[str] | None"
"""A published run or site to start from, an accounting, or both."""


@dataclass(frozen=True)
class Request:
    """A specification that is still to be read, and what it is read with. Read once, when it is first needed."""

    document: Document
    model: Model
    catalog: Catalog
    settings: tuple[tuple[str, str], ...] = ()
    """What the command line says over the document, as ``spec.reader.read`` takes it."""
    query: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the table ``query``, in place of the document's."""
    strict: bool = False
    """Whether warnings are errors."""
    configs: Configs = NO_CONFIGS
    """Configurations of a model and of a run, in place of the document's."""
    by_keyword: bool = False
    """Whether the values were keywords: faults are then named after these alone, without the table."""
    notes: tuple[str, ...] = ()
    """What is to be said of the document."""

    @classmethod
    def of(
        cls,
        given: Space | Mapping[str, Any] | None,
        inputs: Mapping[str, Any],
        model: ModelLike = None,
        catalog: CatalogLike = None,
        as_of: DateLike = None,
        base_year: int | None = None,
        preset: PresetLike = None,
        model_config: ConfigLike = None,
        train_config: ConfigLike = None,
        *,
        strict: bool = False,
        query: Mapping[str, Any] | None = None,
        several: bool = True,
    ) -> Request:
        """What keywords ask for: inputs alone, or over a mapping of inputs or a space.

        A list or a range is an axis where ``several`` values are meant; else every input is one value. Raises SpecError
        for a space beside a model or a catalogue.
        """
        if isinstance(model, str) or is_axis(model):
            inputs, model = {**inputs, "model": model}, None
        tree: Mapping[str, Any] = {}
        if given is not None and not isinstance(given, Mapping):
            if model is not None or catalog is not None:
                raise SpecError(Fault("model" if model is not None else "catalog", "", "a sweep brings its own"))
            model, catalog, tree = given.model, given.bound.catalog, given.spec.to_dict()
            strict = strict or given.spec.strict
        else:
            inputs = {**(given or {}), **inputs}
        said = dict(zip(CONFIG_KEYS, (model_config, train_config), strict=True))
        configs = Configs(*(inputs.get(key) if value is None else value for key, value in said.items()))
        inputs = {name: value for name, value in inputs.items() if name not in CONFIG_KEYS}
        tree = with_inputs(tree, inputs, as_of, base_year, preset, several=several)
        asked = {key: value for key, value in (query or {}).items() if value not in (None, (), [])}
        book = opened(catalog)
        return cls(Document(tree), costing(model), book, query=asked, strict=strict, configs=configs, by_keyword=True)

    @classmethod
    def of_file(
        cls,
        path: str | os.PathLike[str],
        *,
        settings: Iterable[tuple[str, str]] = (),
        query: Mapping[str, Any] | None = None,
        model: Model | None = None,
        catalog: CatalogLike = None,
        strict: bool = False,
        configs: Configs = NO_CONFIGS,
    ) -> Request:
        """What a file asks for, with settings over it; the private price book that it names lies over the catalogue."""
        keys: dict[str, Any] = {"model": model, "catalog": catalog, "strict": strict, "configs": configs}
        return cls.of_document(read_document(path), settings=settings, query=query, **keys)

    @classmethod
    def of_document(
        cls,
        document: Document,
        *,
        settings: Iterable[tuple[str, str]] = (),
        query: Mapping[str, Any] | None = None,
        model: Model | None = None,
        catalog: CatalogLike = None,
        strict: bool = False,
        configs: Configs = NO_CONFIGS,
    ) -> Request:
        """What a document asks for, as ``of_file``; the answer of an estimate asks for its design."""
        book = with_private_book(document, opened(catalog))
        document, notes = design_of(document, book)
        return cls(document, model or default_model(), book, tuple(settings), query or {}, strict, configs, notes=notes)

    @cached_property
    def spec(self) -> Spec:
        """The specification. Raises SpecError with all faults."""
        try:
            configs, document = self.configs.over(self.document)
            spec = self._read(document)
            spec = self._configured(spec, document, configs) if configs else spec
            return replace(spec, notes=(*self.notes, *spec.notes)) if self.notes else spec
        except SpecError as error:
            if not self.by_keyword:
                raise
            raise SpecError(*unplaced(error.faults)) from None

    def _read(self, document: Document) -> Spec:
        names = namespace(self.model, self.catalog)
        return read(document, names, settings=self.settings, query=self.query, strict=self.strict)

    def _configured(self, own: Spec, document: Document, configs: Configs) -> Spec:
        """A specification with what configurations say of what it leaves open."""
        from gigacost.configs.configure import configured

        preset, limits = with_preset(own, self.catalog).fixed, namespace(self.model, self.catalog).inputs
        made = configured(configs, own.fixed, own.valued.keys() - own.fixed.keys(), limits, preset)
        fixed = {**document.tree.get("fixed", {}), **made.inputs}
        spec = self._read(replace(document, tree={**document.tree, "fixed": fixed}))
        if self.strict and made.warnings:
            raise SpecError(*made.warnings)
        return replace(
            spec,
            notes=(*spec.notes, *made.notes),
            warnings=(*spec.warnings, *made.warnings),
            config=made.report,
            configured=made.sources,
        )

    @property
    def bound(self) -> Bound:
        """The specification bound to model and catalogue. Raises SpecError."""
        return Bound(self.spec, self.model, self.catalog)

    def space(self) -> Space:
        """The space of the specification. Raises SpecError."""
        from gigacost.queries.space import Space

        return Space(self.spec, self.model, self.catalog)


def with_inputs(
    tree: Mapping[str, Any],
    inputs: Mapping[str, Any],
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    *,
    several: bool = True,
) -> dict[str, Any]:
    """The tree of a specification with keywords over it: lists and ranges as axes where ``several`` are meant."""
    if is_axis(as_of):
        inputs, as_of = {**inputs, "as_of": as_of}, None
    inputs = {name: without_days(value) for name, value in inputs.items()}
    axes = {name for name, value in inputs.items() if several and is_axis(value)}
    made: dict[str, Any] = {"version": VERSION, **tree}
    for table, names in (("axes", axes), ("fixed", inputs.keys() - axes)):
        kept = {name: value for name, value in made.get(table, {}).items() if name not in inputs}
        made[table] = kept | {name: inputs[name] for name in inputs if name in names}
    keys = {"as_of": without_days(as_of), "base_year": base_year, "preset": preset}
    return made | {key: value for key, value in keys.items() if value is not None}


def costing(model: object) -> Model:
    """The model that is meant; the default one for None. Raises SpecError for anything else."""
    if isinstance(model, Model):
        return model
    if model is not None:
        what = f"expected a model, or names of published ones, got {type_name(model)}"
        raise SpecError(Fault("model", show(model), what))
    return default_model()


def is_axis(value: object) -> bool:
    """Whether a value is one of several: a list, an array, a range, a table."""
    return isinstance(value, Mapping | Zipped | Axis) or as_list(value) is not None
