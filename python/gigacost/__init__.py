"""What does it cost to train this model? Every combination of hardware, scale, market, place and date at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gigacost.axes import zipped as zipped
    from gigacost.break_evens import BreakEven as BreakEven
    from gigacost.break_evens import break_even as break_even
    from gigacost.calendar_years import OverTime as OverTime
    from gigacost.calendar_years import over_time as over_time
    from gigacost.catalog import Catalog as Catalog
    from gigacost.comparisons import Comparison as Comparison
    from gigacost.comparisons import compare as compare
    from gigacost.declare import Alternative as Alternative
    from gigacost.declare import Constant as Constant
    from gigacost.declare import Input as Input
    from gigacost.declare import Subtotal as Subtotal
    from gigacost.declare import contribution as contribution
    from gigacost.declare import status as status
    from gigacost.elasticity import Elasticities as Elasticities
    from gigacost.elasticity import elasticities as elasticities
    from gigacost.errors import CatalogError as CatalogError
    from gigacost.errors import Error as Error
    from gigacost.errors import InternalError as InternalError
    from gigacost.errors import OutputError as OutputError
    from gigacost.errors import SpecError as SpecError
    from gigacost.estimates import Estimate as Estimate
    from gigacost.estimates import estimate as estimate
    from gigacost.explanations import explain as explain
    from gigacost.graph import Model as Model
    from gigacost.layout import Layouts as Layouts
    from gigacost.layout import layouts as layouts
    from gigacost.published_runs import RunValidation as RunValidation
    from gigacost.published_runs import validate_runs as validate_runs
    from gigacost.solutions import Solution as Solution
    from gigacost.solutions import solve as solve
    from gigacost.sweep import Sweep as Sweep
    from gigacost.uncertainties import Uncertainty as Uncertainty
    from gigacost.uncertainties import uncertainty as uncertainty
    from gigacost.validate import Validation as Validation
    from gigacost.validate import validate_throughput as validate_throughput
    from gigacost.validate_costs import CostValidation as CostValidation
    from gigacost.validate_costs import validate_costs as validate_costs
    from gigacost.validate_development import DevelopmentValidation as DevelopmentValidation
    from gigacost.validate_development import validate_development as validate_development

_HOMES = {
    "Alternative": "declare",
    "BreakEven": "break_evens",
    "Catalog": "catalog",
    "CatalogError": "errors",
    "Comparison": "comparisons",
    "Constant": "declare",
    "CostValidation": "validate_costs",
    "DevelopmentValidation": "validate_development",
    "Elasticities": "elasticity",
    "Error": "errors",
    "Estimate": "estimates",
    "Input": "declare",
    "InternalError": "errors",
    "Layouts": "layout",
    "Model": "graph",
    "OutputError": "errors",
    "OverTime": "calendar_years",
    "RunValidation": "published_runs",
    "Solution": "solutions",
    "SpecError": "errors",
    "Subtotal": "declare",
    "Sweep": "sweep",
    "Uncertainty": "uncertainties",
    "Validation": "validate",
    "break_even": "break_evens",
    "compare": "comparisons",
    "contribution": "declare",
    "elasticities": "elasticity",
    "estimate": "estimates",
    "explain": "explanations",
    "layouts": "layout",
    "over_time": "calendar_years",
    "solve": "solutions",
    "status": "declare",
    "uncertainty": "uncertainties",
    "validate_costs": "validate_costs",
    "validate_development": "validate_development",
    "validate_runs": "published_runs",
    "validate_throughput": "validate",
    "zipped": "axes",
}
"""Where each public name lives; it is loaded when it is first used, so that importing gigacost costs nothing."""

_MODULES = ("catalog", "model", "ops", "reference")
"""Public modules."""

__all__ = sorted([*_HOMES, "__version__"])  # noqa: PLE0605 - a list of names all the same


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name == "__version__":
        from gigacost._engine import __version__  # noqa: PLC0415 - loaded when first used

        return __version__
    from importlib import import_module  # noqa: PLC0415 - as above

    if name in _MODULES:
        return import_module(f"gigacost.{name}")
    if name not in _HOMES:
        message = f"module 'gigacost' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"gigacost.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *_MODULES]
