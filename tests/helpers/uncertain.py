"""Random sweeps in which something is uncertain, and aggregates over draws that may be asked of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from strategies import Problem, Tree, conditions, either, function, labels, numbers, pick, picks, problems, whole

from gigacost import Model, SpecError, Sweep
from gigacost.graph import declarations

KINDS = ["mean({})", "p5({})", "p50({})", "p90({})", "quantile({}, 0.975)", "quantile({}, 0)", "quantile({}, 1)"]
small_problems = problems(60)
some_numbers = st.lists(numbers, min_size=1, max_size=3, unique_by=lambda value: value + 0.0)
written = ["normal 90% -1..2", "uniform 0.5..3", "triangular -2 1 4", "lognormal 80% 0.5..2"]


@st.composite
def distributions(draw: st.DrawFn) -> str:
    """A distribution as a specification has it, over any numbers or over few."""
    empirical = "empirical " + ", ".join(map(repr, draw(some_numbers)))
    return pick(draw, ["", "x "]) + pick(draw, [*written, empirical, empirical])


@st.composite
def aggregates(draw: st.DrawFn, names: list[str], states: list[str]) -> str:
    """An aggregate over draws of a name, or of a small expression of names."""
    if not draw(whole(0, 3)):
        return f"P({draw(conditions(names, states))})"
    a, b = pick(draw, names), pick(draw, names)
    both = [f"{a} + {b}", f"{a} * {b}", f"minimum({a}, {b} * 2)"]
    choices = [f"where({a} > 1, {a}, 0.5)", f"where({draw(conditions(names, states))}, 1, 0.5)"]
    of = pick(draw, [a, a, *both, *choices, f"sqrt({a})"])
    return pick(draw, KINDS).format(of)


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Problem, list[str]]:
    """A random sweep in which some names are uncertain, and aggregates that may be asked for."""
    problem = draw(small_problems)
    sweep = problem.sweep
    names = [*sweep.bound.model.inputs, *problem.quantities]
    searched = {axis for search in sweep.model.searches for axis, _ in search.over}
    may = [name for name in names if name not in searched]
    # One aggregate at least is of what differs from draw to draw: of all others the mean is what they are.
    aggregated = pick(draw, problem.quantities)
    above = sweep.model.wire([aggregated], sweep.bound.given).upstream()[aggregated]
    moved = picks(draw, [name for name in may if name in above], 1, 2)
    uncertain = {name: draw(distributions()) for name in dict.fromkeys([*moved, *picks(draw, may, most=1)])}
    model = sweep.model
    if draw(either):  # a state in which some draws are and others are not
        name, limit = pick(draw, may), pick(draw, [0.5, 1.0, 2.0])
        uncertain[name] = pick(draw, written)
        above_limit = Tree("greater", (Tree("name", name=name), Tree("number", value=limit)))
        spoil = declarations.status("now_and_then", spoils=pick(draw, sorted(above)), central=draw(either))
        model = model.extend(spoil(function("is_now_and_then", [name], above_limit)), check_units=False)
    tree = sweep.spec.to_dict()
    tree["uncertain"] = uncertain
    tree["draws"] = {"count": draw(whole(2, 9)), "seed": draw(whole(0, 5)), "method": "random"}
    known = [*problem.quantities, *sweep.bound.digits]
    among = [[aggregated, *uncertain], *[known] * draw(whole(0, 3))]
    asked = list(dict.fromkeys(draw(aggregates(names, labels(model))) for names in among))
    tree["derive"] = {"d0": f"{pick(draw, asked)} - {pick(draw, known)}"}
    if draw(either):
        tree["derive"]["d1"] = f"where({draw(conditions(known, labels(model)))}, 1, 2)"
    query = dict(tree["query"])
    # Beside what is not finite nothing else would be seen.
    central = query["columns"] if draw(either) else []
    query["columns"] = [*central, *asked, *picks(draw, list(tree["derive"]))]
    aggregated_where = f"{pick(draw, [asked[0], 'd0'])} {pick(draw, ['<', '>='])} 1"
    beside = draw(conditions([asked[0], *tree["derive"]], labels(model)))
    query["where"] = pick(draw, [None, query.get("where"), aggregated_where, beside])
    tree["query"] = query
    try:
        made = _sweep(tree, query, model)
    except SpecError:  # a draw times a central value may overflow
        reject()
    made.bound._tables.update({n: t for n, t in sweep.bound._tables.items() if n.startswith("leaf")})
    return replace(problem, sweep=made), [*asked, "d0"]


def _sweep(tree: dict[str, Any], query: dict[str, Any], model: Model) -> Sweep:
    return Sweep(
        tree.get("axes"),
        fixed=tree.get("fixed"),
        uncertain=tree["uncertain"],
        draws=tree["draws"],
        derive=tree["derive"],
        columns=query["columns"],
        where=query["where"],
        model=model,
    )


uncertain_problems = drawn()
