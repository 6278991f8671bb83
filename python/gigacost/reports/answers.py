"""What a report rests on: each question about a request, asked once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from gigacost.analysis.choose.choose import chosen
from gigacost.analysis.choose.designs import CHOSEN, leaves_chips_open
from gigacost.analysis.choose.limits import read_limits
from gigacost.analysis.inverse.break_even import break_even
from gigacost.analysis.sensitivity.intervals import with_intervals
from gigacost.analysis.sensitivity.uncertain_inputs import draws_for
from gigacost.analysis.sensitivity.uncertainty import uncertainty
from gigacost.compiler.bound import Bound
from gigacost.compiler.checks import namespace
from gigacost.errors import Fault, SpecError, show
from gigacost.queries.estimates import estimated
from gigacost.queries.space import Space
from gigacost.reports import alternatives
from gigacost.reports.alike import runs_alike
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import DEFAULT
from gigacost.validation.validate_runs import validate_runs

if TYPE_CHECKING:
    from gigacost.analysis.choose.records import Choice
    from gigacost.analysis.inverse.break_even import BreakEven
    from gigacost.analysis.sensitivity.uncertainty import Uncertainty
    from gigacost.queries.estimates import Estimate
    from gigacost.queries.pareto import Front
    from gigacost.queries.request import Request
    from gigacost.spec.spec import Spec
    from gigacost.validation.validate_runs import RunValidation

TOTAL = "cost_total_usd"
LIMITS = ("within", "budget", "mw", "sure")
"""The limits of a choice, as people give them."""
FRONT_ROWS = 2_000
"""Rows of a front that a report has; of more, so many that are spread over it."""
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Answers:
    """The answers about a request. What could not be answered is None, and ``refused`` says why."""

    request: Request
    design: Bound
    """The one design that the report is about."""
    estimate: Estimate
    """Of that design, with intervals."""
    choice: Choice | None
    """Of an open question: the cheapest design of each market."""
    limits: Mapping[str, str | float]
    """What it may take at most, as it was said."""
    front: Front | None
    """Of a space: what no other combination dominates."""
    objectives: tuple[str, ...]
    best: Mapping[str, Any] | None
    """Of a space: its cheapest combination."""
    by: str
    """What is minimised."""
    influences: Uncertainty | None
    """What the total of the design is uncertain from."""
    compared: Uncertainty | None
    """The designs that one chooses among, over the same draws."""
    markets: Uncertainty | None
    """The design in each market; the same answer as ``compared`` where one chooses among these."""
    ownership: BreakEven | None
    """Where owning becomes cheaper than renting."""
    validation: RunValidation | None
    """Published runs of a like scale."""
    refused: Mapping[str, str]
    """Why there is no answer, by the name of what is not there."""
    asked: Mapping[str, Mapping[str, Any]]
    """The specifications that were asked about, as plain data, by the name of the question."""

    @property
    def held(self) -> dict[str, Any]:
        """What is given of the design, by a preset too, and does not vary."""
        varied = {name for axis in self.request.spec.axes for name in axis.names}
        return {name: value for name, value in self.estimate.inputs.items() if name not in varied}


def answered(
    request: Request, minimise: Sequence[str] = (), limits: Mapping[str, str | float] | None = None
) -> Answers:
    """The answers that a report of a request has, of an open question within ``limits`` as of ``choose``.

    Raises SpecError where there is no design to report on.
    """
    choice, best, front = None, None, None
    by, objectives = TOTAL, tuple(minimise)
    asking, asked_limits = _Asking(), dict(limits or {})
    if leaves_chips_open(request):
        most = [asked_limits.get(name) for name in LIMITS]
        choice = chosen(request, read_limits(*most), is_assumed="within" not in asked_limits)
        design, estimate = _cheapest(request, choice)
    elif request.spec.axes:
        space = request.space()
        by = request.spec.by or TOTAL
        objectives = objectives or alternatives.objectives(space, by)
        best = _best(space, by)
        front = asking.space("pareto", _front_of(space, objectives)).pareto(objectives)
        design = Bound(_alone(request.spec, space.bound.settings(int(best["index"]))), request.model, request.catalog)
        estimate = _with_intervals(design)
    else:
        design = Bound(_alone(request.spec, request.spec.fixed), request.model, request.catalog)
        estimate = _with_intervals(design)
    if minimise and front is None:
        raise SpecError(Fault("minimise", show(list(minimise)), "only a specification with axes has a front"))
    if asked_limits and choice is None:
        what = "a limit of an open question, where hardware and chips are given"
        raise SpecError(
            *(Fault(name, show(value), what, "a condition (where)") for name, value in asked_limits.items())
        )
    others = alternatives.compared(request, choice, by, best)
    markets = asking.over_draws("markets", design, alternatives.markets(design))
    return Answers(
        request=request,
        design=design,
        estimate=estimate,
        choice=choice,
        limits=asked_limits,
        front=front,
        objectives=objectives,
        best=best,
        by=by,
        influences=asking.over_draws("uncertainty", design, []),
        compared=markets if others is None else asking.over_draws("designs", design, others),
        markets=markets,
        ownership=asking.ownership(design, estimate),
        validation=asking.of("validation", lambda: _validation(estimate, request)),
        refused=asking.refused,
        asked=asking.asked,
    )


@dataclass(frozen=True)
class _Asking:
    """Asks questions, and takes note of what was asked and of what was refused."""

    refused: dict[str, str] = field(default_factory=dict)
    asked: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def space(self, name: str, space: Space) -> Space:
        """A space that a question is about."""
        self.asked[name] = space.spec.to_dict()
        return space

    def of(self, name: str, ask: Callable[[], _Answer]) -> _Answer | None:
        """The answer to a question; None where it is refused."""
        try:
            return ask()
        except SpecError as error:
            self.refused[name] = error.faults[0].what if error.faults else str(error)
            return None

    def over_draws(self, name: str, design: Bound, others: Sequence[Mapping[str, Any]]) -> Uncertainty | None:
        """The design over draws, or some designs that differ from it."""
        return self.of(name, lambda: uncertainty(self.space(name, _designs(design, others))))

    def ownership(self, design: Bound, estimate: Estimate) -> BreakEven | None:
        """Where owning becomes cheaper than renting, with P10 and P90 of each cost along the way."""
        columns = [f"{one}({TOTAL})" for one in ("p10", "p90")]

        def ask(unknown: str) -> BreakEven:
            fixed = {name: value for name, value in design.own.fixed.items() if name not in {"market", unknown}}
            market = {"market": alternatives.owned_and_rented(design)}
            tables = {"axes": market, "query": {"columns": columns}, "fixed": fixed}
            space = self.space("break-even", drawing(design, design.own, tables))
            return break_even(unknown, space, between="market", by=TOTAL)

        first, second = alternatives.unknowns(estimate)
        found = self.of("ownership", lambda: ask(first))
        return found or self.of("ownership", lambda: ask(second))


def _alone(spec: Spec, fixed: Mapping[str, Any]) -> Spec:
    """A specification of one combination, without what is asked of it and where it was written."""
    return replace(
        spec,
        axes=(),
        fixed=fixed,
        where=None,
        columns=(),
        by="",
        k=None,
        per=(),
        distinct=(),
        warnings=tuple(replace(warning, path="") for warning in spec.warnings),
    )


def _with_intervals(design: Bound) -> Estimate:
    return with_intervals(estimated(design, TOTAL), design, draws_for(design.spec))


def _cheapest(request: Request, choice: Choice) -> tuple[Bound, Estimate]:
    """The cheapest answer of a choice. Raises SpecError where there is none."""
    if not choice.answers:
        what = "no design is within the limits; gigacost choose says what would have to give"
        raise SpecError(Fault("report", "", what))
    estimate = min((one.estimate for one in choice.answers), key=lambda one: one[TOTAL])
    own = request.bound.own
    fixed = {**own.fixed, **{name: estimate.inputs[name] for name in CHOSEN if name in estimate.inputs}}
    return Bound(_alone(own, fixed), request.model, request.catalog), estimate


def _best(space: Space, by: str) -> Mapping[str, Any]:
    """The best combination. Raises SpecError where none is feasible."""
    found = space.top(1, by)
    if not found.rows:
        raise SpecError(Fault("report", "", "no combination is feasible; gigacost summary says why"))
    return found.rows[0]


def _front_of(space: Space, objectives: Sequence[str]) -> Space:
    """The space whose front it is, with P10 and P90 of its dollars as columns."""
    dollars = [name for name in dict.fromkeys([*objectives, TOTAL]) if space.unit(name) == "$" and "(" not in name]
    more = [f"{one}({name})" for name in dollars for one in ("p10", "p90")]
    columns = [name for name in dict.fromkeys([*space.columns, *more]) if name not in objectives]
    return drawing(space.bound, space.spec, {"query": {**_query(space.spec), "columns": columns}})


def _query(spec: Spec) -> dict[str, Any]:
    return {"where": spec.where.text} if spec.where else {}


def drawing(bound: Bound, spec: Spec, changes: Mapping[str, Any]) -> Space:
    """A specification with what ships about what it leaves open, with its draws, and with other tables."""
    tree = spec.to_dict()
    tree |= {"uncertain": {**tree.get("uncertain", {}), DEFAULT: True}, "draws": draws_for(spec).to_dict(), **changes}
    return Space(read_mapping(tree, namespace(bound.model, bound.catalog)), bound.model, bound.catalog)


def _designs(design: Bound, others: Sequence[Mapping[str, Any]]) -> Space:
    """The design alone, or some that differ from it: the names in which they differ walk together."""
    names = list(dict.fromkeys(name for other in others for name in other))
    fixed = {name: value for name, value in design.own.fixed.items() if name not in names}
    axes = {"axes": {"designs": {"zip": {name: [other[name] for other in others] for name in names}}}} if others else {}
    return drawing(design, design.own, {**axes, "fixed": fixed})


def _validation(estimate: Estimate, request: Request) -> RunValidation:
    runs = runs_alike(estimate, request.catalog)
    return validate_runs(runs=runs, model=request.model, catalog=request.catalog)
