"""What does it cost to train this model? Every combination of hardware, scale, market, place and date at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gigacost.analysis.choose.choose import choose as choose
    from gigacost.analysis.choose.records import Choice as Choice
    from gigacost.analysis.compare.compare import Comparison as Comparison
    from gigacost.analysis.compare.compare import compare as compare
    from gigacost.analysis.compare.diff import Diff as Diff
    from gigacost.analysis.compare.diff import diff as diff
    from gigacost.analysis.estimate import estimate as estimate
    from gigacost.analysis.explain.explain import explain as explain
    from gigacost.analysis.inverse.break_even import BreakEven as BreakEven
    from gigacost.analysis.inverse.break_even import break_even as break_even
    from gigacost.analysis.inverse.solve import Solution as Solution
    from gigacost.analysis.inverse.solve import solve as solve
    from gigacost.analysis.layouts.layouts import Layouts as Layouts
    from gigacost.analysis.layouts.layouts import layouts as layouts
    from gigacost.analysis.over_time import OverTime as OverTime
    from gigacost.analysis.over_time import over_time as over_time
    from gigacost.analysis.sensitivity.elasticities import Elasticities as Elasticities
    from gigacost.analysis.sensitivity.elasticities import elasticities as elasticities
    from gigacost.analysis.sensitivity.uncertainty import Uncertainty as Uncertainty
    from gigacost.analysis.sensitivity.uncertainty import uncertainty as uncertainty
    from gigacost.analysis.sweep import Sweep as Sweep
    from gigacost.catalog import Catalog as Catalog
    from gigacost.datasets.dataset_status import DatasetStatus as DatasetStatus
    from gigacost.datasets.dataset_status import dataset_status as dataset_status
    from gigacost.datasets.verify_dataset import DatasetVerification as DatasetVerification
    from gigacost.datasets.verify_dataset import verify_dataset as verify_dataset
    from gigacost.datasets.write_dataset import WrittenDataset as WrittenDataset
    from gigacost.datasets.write_dataset import write_dataset as write_dataset
    from gigacost.engines.scan import scan as scan
    from gigacost.errors import CatalogError as CatalogError
    from gigacost.errors import Error as Error
    from gigacost.errors import ExecutorError as ExecutorError
    from gigacost.errors import InternalError as InternalError
    from gigacost.errors import OutputError as OutputError
    from gigacost.errors import SpecError as SpecError
    from gigacost.graph.declarations import Alternative as Alternative
    from gigacost.graph.declarations import Constant as Constant
    from gigacost.graph.declarations import Input as Input
    from gigacost.graph.declarations import Subtotal as Subtotal
    from gigacost.graph.declarations import contribution as contribution
    from gigacost.graph.declarations import doubt as doubt
    from gigacost.graph.declarations import status as status
    from gigacost.graph.model import Model as Model
    from gigacost.queries.estimates import Estimate as Estimate
    from gigacost.queries.merge import merge as merge
    from gigacost.queries.partial import Partial as Partial
    from gigacost.reports.report import Reported as Reported
    from gigacost.reports.report import report as report
    from gigacost.spec.axes import zipped as zipped
    from gigacost.tracking.track import Tracking as Tracking
    from gigacost.tracking.track import track as track
    from gigacost.validation.validate_costs import CostValidation as CostValidation
    from gigacost.validation.validate_costs import validate_costs as validate_costs
    from gigacost.validation.validate_development import DevelopmentValidation as DevelopmentValidation
    from gigacost.validation.validate_development import validate_development as validate_development
    from gigacost.validation.validate_runs import RunValidation as RunValidation
    from gigacost.validation.validate_runs import validate_runs as validate_runs
    from gigacost.validation.validate_throughput import Validation as Validation
    from gigacost.validation.validate_throughput import validate_throughput as validate_throughput
    from gigacost.workbooks.to_excel import to_excel as to_excel

_HOMES = {
    "Alternative": "graph.declarations",
    "BreakEven": "analysis.inverse.break_even",
    "Catalog": "catalog",
    "CatalogError": "errors",
    "Choice": "analysis.choose.records",
    "Comparison": "analysis.compare.compare",
    "Constant": "graph.declarations",
    "CostValidation": "validation.validate_costs",
    "DevelopmentValidation": "validation.validate_development",
    "DatasetStatus": "datasets.dataset_status",
    "Diff": "analysis.compare.diff",
    "DatasetVerification": "datasets.verify_dataset",
    "Elasticities": "analysis.sensitivity.elasticities",
    "Error": "errors",
    "Estimate": "queries.estimates",
    "ExecutorError": "errors",
    "Input": "graph.declarations",
    "InternalError": "errors",
    "Layouts": "analysis.layouts.layouts",
    "Model": "graph.model",
    "OutputError": "errors",
    "OverTime": "analysis.over_time",
    "Partial": "queries.partial",
    "Reported": "reports.report",
    "RunValidation": "validation.validate_runs",
    "Solution": "analysis.inverse.solve",
    "SpecError": "errors",
    "Subtotal": "graph.declarations",
    "Sweep": "analysis.sweep",
    "Tracking": "tracking.track",
    "Uncertainty": "analysis.sensitivity.uncertainty",
    "Validation": "validation.validate_throughput",
    "WrittenDataset": "datasets.write_dataset",
    "break_even": "analysis.inverse.break_even",
    "choose": "analysis.choose.choose",
    "compare": "analysis.compare.compare",
    "contribution": "graph.declarations",
    "dataset_status": "datasets.dataset_status",
    "diff": "analysis.compare.diff",
    "doubt": "graph.declarations",
    "elasticities": "analysis.sensitivity.elasticities",
    "estimate": "analysis.estimate",
    "explain": "analysis.explain.explain",
    "layouts": "analysis.layouts.layouts",
    "merge": "queries.merge",
    "over_time": "analysis.over_time",
    "report": "reports.report",
    "scan": "engines.scan",
    "solve": "analysis.inverse.solve",
    "status": "graph.declarations",
    "to_excel": "workbooks.to_excel",
    "track": "tracking.track",
    "uncertainty": "analysis.sensitivity.uncertainty",
    "validate_costs": "validation.validate_costs",
    "validate_development": "validation.validate_development",
    "validate_runs": "validation.validate_runs",
    "validate_throughput": "validation.validate_throughput",
    "verify_dataset": "datasets.verify_dataset",
    "write_dataset": "datasets.write_dataset",
    "zipped": "spec.axes",
}
"""Where each public name lives; it is loaded when it is first used, so that importing gigacost costs nothing."""

_MODULES = {
    "catalog": "catalog",
    "client": "client",
    "focus": "queries.focus",
    "model": "model",
    "ops": "ops",
    "reference": "reference",
    "spark": "engines.spark",
}
"""Public modules, and where they live."""

__all__ = sorted([*_HOMES, "__version__"])  # noqa: PLE0605 - a list of names all the same


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name == "__version__":
        from gigacost._engine import __version__

        return __version__
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"gigacost.{_MODULES[name]}")
    if name not in _HOMES:
        message = f"module 'gigacost' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"gigacost.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *_MODULES]
