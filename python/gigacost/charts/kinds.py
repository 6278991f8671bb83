"""The kinds of charts: what each is called, whose answer it draws, where it lives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gigacost.errors import Fault, SpecError, nearest, not_installed, show

if TYPE_CHECKING:
    import altair as alt


class Kind(NamedTuple):
    """A kind of chart."""

    name: str
    of: str
    """The command whose document it draws."""
    doc: str
    """What it shows."""

    @property
    def module(self) -> str:
        """Where it is drawn."""
        return f"gigacost.charts.{self.name.replace('-', '_')}"


KINDS: Mapping[str, Kind] = {
    name: Kind(name, of, doc)
    for name, of, doc in (
        ("estimate", "estimate", "where the money of a run goes, with P10 to P90"),
        ("compare", "estimate", "runs side by side, as --market own,on_demand, by contribution"),
        ("best", "top", "the best combinations, and what differs between them"),
        ("front", "pareto", "the Pareto front: one objective against the other"),
        ("summary", "summary", "ranges and quantiles, of all or of each group"),
        ("solve", "solve", "what is best along the unknown, up to where it ends"),
        ("break-even", "break-even", "the options along the unknown, and where they cross"),
        ("waterfall", "compare", "what leads from one cost to another"),
        ("uncertainty", "uncertainty", "the distribution, and which inputs it comes from"),
        ("over-time", "over-time", "the same capability in other years"),
        ("elasticities", "elasticities", "what a per cent of each input changes"),
        ("validate", "validate", "what is predicted against what was published"),
        ("map", "top", "the best of each pair of values of two axes (--per X,Y)"),
        ("layout", "layout", "how a cluster is divided, and why other layouts lose"),
        ("scale", "estimate", "how big a site is: power, racks, bytes"),
    )
}
"""All kinds, by name."""
WIDTHS = (200, 4_000)
"""Pixels between the axes, at least and at most."""


def drawn(kind: str, document: Any, **options: Any) -> alt.TopLevelMixin:  # noqa: ANN401 - a document of any command
    """The chart of a document: what ``to_dict`` of the answer gives. ``options`` are those of the kind, as ``width``.

    Raises SpecError where altair or vl-convert is not installed, and for a document that the kind cannot draw.
    """
    known = kind_of(kind)
    refuse_bad_width(options.get("width", WIDTHS[0]))
    require_charts()
    from importlib import import_module

    chart: alt.TopLevelMixin = import_module(known.module).chart(document, **options)
    return chart


def kind_of(name: str) -> Kind:
    """A kind by its name. Raises SpecError, with the nearest name."""
    if name not in KINDS:
        raise SpecError(Fault("kind", show(name), "unknown kind of chart", ", ".join(KINDS), nearest(name, KINDS)))
    return KINDS[name]


def of_such_answers(name: str, own: str) -> str:
    """A kind that draws what ``own`` draws. Raises SpecError for another."""
    one = kind_of(name)
    if one.of != KINDS[own].of:
        others = ", ".join(kind.name for kind in KINDS.values() if kind.of == KINDS[own].of)
        raise SpecError(Fault("kind", show(name), "draws other answers", others))
    return name


def refuse_bad_width(width: object, field: str = "width") -> None:
    """Raise SpecError for a width that no picture can be drawn in."""
    whole = isinstance(width, int) and not isinstance(width, bool)
    if not isinstance(width, int) or not whole or not WIDTHS[0] <= width <= WIDTHS[1]:
        what = "out of range" if whole else "not a whole number"
        raise SpecError(Fault(field, show(width), what, f">= {WIDTHS[0]} and <= {WIDTHS[1]} pixels"))


def require_charts() -> None:
    """Raise SpecError unless what draws is installed."""
    from importlib.util import find_spec

    for module, package in (("altair", "altair"), ("vl_convert", "vl-convert")):
        if find_spec(module) is None:
            raise not_installed("chart", package, "gigacost[charts]")


def undrawable(kind: str, what: str, allowed: str = "") -> SpecError:
    """The error of a document that a kind cannot draw."""
    return SpecError(Fault(f"chart {kind}", "", what, allowed))
