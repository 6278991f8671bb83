"""The candidates of a design's layout search as a table, one row for each legal layout, computed by the engine.

The axes of the model's search become axes of a sweep. Nothing is computed here that the model does not compute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gigacost._record import Record, plain
from gigacost.accounting import accounted
from gigacost.compiler.bound import Bound
from gigacost.compiler.checks import namespace
from gigacost.errors import Fault, SpecError
from gigacost.graph.resolver import Resolver
from gigacost.model.pace import OWN_TIME
from gigacost.queries.lacking import lacking
from gigacost.queries.space import Space
from gigacost.spec.axes import Axis
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import Spec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model
    from gigacost.graph.wiring import Search

PARTS = (
    "gemm_seconds",
    "attention_seconds",
    "elementwise_seconds",
    "tp_seconds",
    "cp_seconds",
    "ep_seconds",
    "recompute_seconds",
    "logits_seconds",
    "overhead_seconds",
    "bubble_seconds",
    "pipeline_seconds",
    "dp_seconds",
    "optimiser_seconds",
    "straggler_seconds",
)
"""Where the time of a step goes; they add up to ``step_seconds``."""
MEMORY = ("weights_gib", "gradients_gib", "optimiser_gib", "activations_gib", "memory_margin_gib")
"""Where the memory of a chip goes; they add up to ``memory_per_chip_gib``."""
_MORE = (
    *("dp", "microbatches", "idle_chips", "padding_share", "memory_per_chip_gib", "mem_gib", "routed_experts"),
    *("global_batch_sequences", "sequence_tokens"),
)
_SEARCH = "layout"


@dataclass(frozen=True, slots=True)
class Layout(Record):
    """One way to spread a model and its batch over the chips, and what a step of it takes."""

    axes: Mapping[str, int]
    """tp, cp, ep, microbatch, recompute, pp, vp, zero_stage."""
    dp: int
    """Copies of the model that share the batch."""
    microbatches: int
    """That each copy works through in one step."""
    idle_chips: int
    """Chips that no copy uses."""
    padding_share: float
    """Share of a step's places that no sequence fills."""
    step_seconds: float
    mfu: float | None
    """None where it cannot be told."""
    parts: Mapping[str, float]
    """Where the time goes [s]; they add up to ``step_seconds``."""
    memory_per_chip_gib: float
    memory: Mapping[str, float]
    """Where the memory goes [GiB]; they add up to ``memory_per_chip_gib``."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """All layouts that a design's search chooses among, and what the model says of each."""

    bound: Bound
    """The design, whose axes are those of the layout that are searched."""
    search: Search
    meta: Mapping[str, Any]
    rows: Mapping[str, NDArray[Any]]
    """By column, for each legal layout in the order of the search: axes, status, time, memory. NaN is null."""
    untried: tuple[str, ...]
    """The conditions that keep a legal layout from being one of the rows."""
    notes: tuple[str, ...]
    """What was taken for granted."""

    @property
    def size(self) -> int:
        """How many layouts were looked at, legal or not."""
        return self.bound.size

    @property
    def values(self) -> dict[str, tuple[float, ...]]:
        """The axes that are searched, with their values; the first is the outermost."""
        return {name: tuple(map(float, digit.values)) for name, digit in self.bound.digits.items()}

    def layout(self, row: int) -> dict[str, int]:
        """All axes of a layout, those that are given among them."""
        given = self.bound.spec.fixed
        return {axis: int(self.rows[axis][row] if axis in self.rows else given[axis]) for axis, _ in self.search.over}

    @property
    def fitting(self) -> int:
        """How many of the legal layouts can be run."""
        return int((self.rows["step_seconds"] > 0.0).sum())

    def described(self, row: int) -> Layout:
        """One of the legal layouts; ``with_parts`` first."""
        found = {name: values[row].item() for name, values in self.rows.items()}
        return Layout(
            axes=self.layout(row),
            **{name: int(found[name]) for name in ("dp", "microbatches", "idle_chips")},
            padding_share=found["padding_share"],
            step_seconds=found["step_seconds"],
            mfu=plain(found.get("mfu")),
            parts={name: found[name] for name in PARTS},
            memory_per_chip_gib=found["memory_per_chip_gib"],
            memory={name: found[name] for name in MEMORY},
        )

    def with_parts(self) -> Candidates:
        """The candidates with the parts of their time, of those too that do not fit."""
        spec, model, catalog = self.bound.spec, self.bound.model, self.bound.catalog
        sweep = _sweep(spec, self.values, PARTS, _where(self.search, self.untried), model, catalog)
        return replace(self, rows={**self.rows, **sweep.to_numpy(PARTS)})

    def columns(self, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Columns over all layouts, legal or not, with the axes beside them."""
        return _sweep(self.bound.spec, self.values, names, "", self.bound.model, self.bound.catalog).to_numpy()


def candidates(spec: Spec, model: Model, catalog: Catalog) -> Candidates:
    """The candidates of a design. Raises SpecError for what is missing, and for axes that are not of the layout.

    A layout is judged by its own time.
    """
    model = accounted(model, spec.accounting)
    spec = replace(spec, fixed={**OWN_TIME, **spec.fixed})
    (search,) = (search for search in model.searches if search.name == _SEARCH)
    over = dict(search.over)
    spec, notes = _with_tokens(_free_of_other_axes(spec, over), model, catalog)
    bound = Bound(spec, model, catalog)
    absent = lacking(bound, ["step_seconds"])
    if absent:
        raise SpecError(*absent)
    names = ["step_seconds", *MEMORY, *_MORE] + ([] if lacking(bound, ["mfu"]) else ["mfu"])
    free = {axis: values for axis, values in over.items() if axis not in bound.given}
    untried = Resolver(model, bound.given, {}).asked(search)
    sweep = _sweep(spec, free, names, _where(search, untried), model, catalog)
    return Candidates(sweep.bound, search, sweep.meta, sweep.to_numpy(), untried, notes)


def _sweep(
    spec: Spec, free: Mapping[str, Sequence[float]], names: Sequence[str], where: str, model: Model, catalog: Catalog
) -> Space:
    """The sweep of a design over axes of its layout; those it lists values of keep these."""
    own = {axis.name: list(axis.values) for axis in spec.axes if isinstance(axis, Axis)}
    ordered = {axis: own.get(axis, list(values)) for axis, values in free.items()}
    query = {"columns": list(names)} | ({"where": where} if where else {})
    tree = {**spec.to_dict(), "axes": {**ordered, **own}, "query": query}
    return Space(read_mapping(tree, namespace(model, catalog)), model, catalog)


def _where(search: Search, untried: Iterable[str]) -> str:
    """The condition on a layout that is a candidate."""
    return " and not ".join([search.among, *untried])


def _free_of_other_axes(spec: Spec, over: Mapping[str, Sequence[float]]) -> Spec:
    others = [axis.name for axis in spec.axes if axis.name not in over]
    if others:
        what = "one design has one value; only the axes of its layout may have several"
        raise SpecError(*(Fault(name, "", what, ", ".join(over)) for name in others))
    return spec


def _with_tokens(spec: Spec, model: Model, catalog: Catalog) -> tuple[Spec, tuple[str, ...]]:
    """With the tokens that a published architecture was trained on where the batch lacks them, and a note of that."""
    bound = Bound(spec, model, catalog)
    if "model" not in bound.labels or all(fault.field != "tokens" for fault in lacking(bound, ["step_seconds"])):
        return spec, ()
    architecture = bound.labels["model"][1][0]
    cited = catalog.cite("trained_tokens", {"model": architecture})
    if cited.is_missing:
        return spec, ()
    note = f"tokens = {cited.value / 1e12:g}T, what {architecture} was trained on: the global batch follows from them"
    return replace(spec, fixed={**spec.fixed, "tokens": cited.value}), (note,)
