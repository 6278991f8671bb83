"""Answers of the package, made again from their documents: the same classes, so that the same code reads them."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from gigacost.client.failures import ServiceError

T = TypeVar("T")


def restored(kind: type[T], document: object) -> T:
    """The answer whose document this is; what the document has beside that is left out.

    Raises ServiceError where it lacks something, as one of another version may.
    """
    from gigacost._engine import __version__

    try:
        made: T = _value(kind, document)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        told = document.get("meta", {}).get("gigacost_version") if isinstance(document, Mapping) else None
        whose = f", which is {told}," if isinstance(told, str) else ""
        what = f"the service{whose} answers no {kind.__name__} as gigacost {__version__} has it: {error!r}"
        raise ServiceError(what) from error
    return made


def _value(hint: Any, plain: Any) -> Any:  # noqa: ANN401 - any type, any value
    """Plain data as what an annotation says."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if plain is None else _value(next(part for part in parts if part is not type(None)), plain)
    if origin is tuple:
        items = [parts[0]] * len(plain) if parts[1:] == (...,) else parts
        return tuple(_value(item, one) for item, one in zip(items, plain, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = parts
        return {(float(name) if key is float else name): _value(item, one) for name, one in plain.items()}
    if hint is float and plain is None:
        return math.nan
    if isinstance(hint, type) and is_dataclass(hint):
        form = _forms().get(hint)
        return form(plain) if form else _record(hint, plain)
    return plain


def _record(kind: type[Any], plain: Mapping[str, Any], **others: Any) -> Any:  # noqa: ANN401 - any record
    """A record from its fields; ``others`` are those that its document has in another form."""
    hints = _hints(cast("Hashable", kind))
    made = dict(others)
    for one in fields(kind):
        # What the package keeps to itself is in no document, and has a default.
        kept = one.name not in plain and (one.default is not MISSING or one.default_factory is not MISSING)
        if one.name not in made and not kept:
            made[one.name] = _value(hints[one.name], plain[one.name])
    return kind(**made)


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    from gigacost.queries.assumptions import Assumption

    # Names that annotations use and that their modules have for the type checker alone.
    return get_type_hints(kind, localns={"Scalar": Any, "Assumption": Assumption})


@cache
def _forms() -> dict[type[Any], Callable[[Mapping[str, Any]], Any]]:
    """Records whose documents have other names than their fields."""
    from gigacost.analysis.explain.derivation import Part
    from gigacost.analysis.explain.explain import Explanation
    from gigacost.analysis.inverse.solve import Solution
    from gigacost.analysis.sensitivity.influence import Influence
    from gigacost.analysis.sensitivity.sobol_indices import Index
    from gigacost.analysis.sensitivity.uncertain_inputs import UncertainInput
    from gigacost.analysis.sensitivity.uncertainty import Option
    from gigacost.errors import Fault
    from gigacost.graph.formulas import Formula
    from gigacost.queries.missing_prices import MissingPrice
    from gigacost.queries.summary import Group, Summary
    from gigacost.sampling.distributions import Distribution
    from gigacost.sampling.statistics import Spread

    def formula(plain: Mapping[str, Any]) -> Formula:
        return Formula(plain["expression"], tuple(plain["where"]))

    def influence(plain: Mapping[str, Any]) -> Influence:
        texts = {name: plain[name] for name in ("name", "unit", "source", "date", "note")}
        distribution = Distribution.parse(plain["distribution"], f"uncertain.{plain['name']}", plain["unit"])
        of = UncertainInput(**texts, distribution=distribution, shipped=plain["source"] != "stated")
        shares = {one.name: plain[one.name] for one in fields(Index)}
        index = None if shares["total"] is None else Index(**shares)
        return _record(Influence, plain, input=of, index=index)  # type: ignore[no-any-return]

    def of_states(kind: type[Any]) -> Callable[[Mapping[str, Any]], Any]:
        return lambda plain: _record(kind, plain, states=plain["status"])

    return {
        Group: of_states(Group),
        Summary: of_states(Summary),
        Explanation: lambda plain: _record(Explanation, plain, computed=formula(plain)),
        Part: lambda plain: _record(Part, plain, formula=formula(plain)),
        Solution: lambda plain: _record(Solution, plain, _search=None),
        Option: lambda plain: _record(Option, plain, spread=_record(Spread, plain)),
        Influence: influence,
        MissingPrice: lambda plain: _record(MissingPrice, plain, fault=Fault(plain["input"], "", plain["message"])),
    }
