"""What a page knows of how sure a design is: quantities in draws of what is left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gigacost.analysis.sensitivity.intervals import RUN
from gigacost.analysis.sensitivity.perturbation import moved
from gigacost.analysis.sensitivity.uncertain_inputs import draws_for, made_of
from gigacost.compiler.bound import Bound
from gigacost.compiler.illegal_draws import faults
from gigacost.compiler.wasm.draws import Moving, drawn_from, refuse
from gigacost.errors import Fault, SpecError


def moving(bound: Bound, names: Sequence[str]) -> Moving:
    """The draws that ``estimate`` rests a design's intervals on, of those of some quantities that it has intervals of.

    Raises SpecError where a module cannot make them.
    """
    draws = draws_for(bound.spec)
    refuse(draws)
    drawing = Bound(replace(bound.own, default_uncertain=True, draws=draws), bound.model, bound.catalog)
    if wrong := list(faults(drawing)):
        raise SpecError(*wrong)
    quantities = told(bound, names)
    needed = made_of(drawing, quantities)
    order = tuple(sorted(drawing.uncertain))
    known = {name: drawn_from(drawing, name) for name in drawing.shipped.keys() | drawing.spec.uncertain.keys()}
    if partly := [name for name in order if known[name] is None]:
        what = "is drawn in some designs alone, which no module does"
        raise SpecError(*(Fault(f"uncertain.{name}", "", what) for name in partly))
    relative = {name: drawing.uncertain[name].relative for name in order if name in needed}
    made = moved(drawing, quantities, relative)
    distributions = {name: one for name in relative if (one := known[name]) is not None}
    return Moving(made.tape, quantities, made.nodes, made.moves, distributions, order, draws)


def told(bound: Bound, names: Sequence[str]) -> tuple[str, ...]:
    """Those of some quantities of which an estimate has intervals: contributions, subtotals, what a run needs."""
    model = bound.model
    known = {one.name for one in (*model.contributions, *model.subtotals)} | set(RUN)
    return tuple(name for name in names if name in known)
