"""The questions as an agent asks them: flat arguments, the flags of a design among them; and the catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gigacost.cli.operations import DOCUMENTS, Question, command_of, run_of
from gigacost.errors import Fault, SpecError, nearest, show, type_name
from gigacost.service.operation import Answer, Asked, Watch

if TYPE_CHECKING:
    import click

    from gigacost.catalog import Catalog

TOOLS = ("estimate", "choose", "top", "pareto", "solve", "compare", "explain")
"""The questions that are tools; few, as an agent reads what each can do before it asks any."""
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "estimate": {"params": "70B", "tokens": "15T", "hardware": "h100-sxm", "chips": 2048, "market": "on_demand"},
    "choose": {"params": "70B", "tokens": "15T", "within": "60d", "budget": "$60M"},
    "top": {"params": "7B", "tokens": "2T", "hardware": ["h100-sxm", "b200-sxm"], "chips": "64..1024:5:log", "k": 3},
    "pareto": {"params": "7B", "tokens": "2T", "hardware": ["h100-sxm", "b200-sxm"], "chips": "64..1024:5:log"},
    "solve": {
        "unknown": "tokens",
        "params": "70B",
        "hardware": "h100-sxm",
        "chips": 2048,
        "where": "cost_total_usd <= 50e6 and train_days <= 90",
    },
    "compare": {
        "params": "70B",
        "tokens": "15T",
        "hardware": "h100-sxm",
        "chips": 2048,
        "settings_a": {"market": "own"},
        "settings_b": {"market": "on_demand"},
    },
    "explain": {"quantity": "train_days", "params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 256},
    "catalog": {"axis": "hardware"},
}
"""Arguments of each tool that are answered."""
_COSTS = "total_run_usd, total_development_usd, total_project_usd, cost_total_usd (each holds the one before)"
ANSWERS: Mapping[str, str] = {
    "estimate": f"Answer: subtotals in US dollars ({_COSTS}), breakdown by contribution, quantities (train_days, "
    "chip_hours, mfu, facility_mw, ...), intervals with p10, p50 and p90, status (ok, or why it cannot be). Several "
    "values of an argument: a list of estimates. Without chips it is answered as by choose.",
    "choose": "Name no chips: they are found. Answer: for each market an estimate, the price per chip-hour and "
    "runners_up; deadlines, what other dates cost; needed, which limits would have to give where nothing is within.",
    "top": f"Answer: rows with the values of each axis, status, {_COSTS}, train_days, chip_hours, mfu, facility_mw. "
    "Give lists or ranges of chips, hardware, market, ...; where takes conditions, as train_days <= 90.",
    "pareto": "Answer: rows as of top, by the first objective; minimise and maximise take quantities and inputs.",
    "solve": "Answer: value and unit of the unknown, the design there, which constraints bind; where nothing is "
    "feasible, relaxations. Example of where: cost_total_usd <= 50e6 and train_days <= 90.",
    "compare": "Two designs, a and b; or what they have in common as arguments, and settings_a and settings_b. Answer: "
    "value of each, difference in dollars, by driver and by assumption (Shapley values), intervals.",
    "explain": "Answer: what it is, unit, formula, source; default and allowed values of an input; with a design its "
    "value and the parts it is made_of.",
}
"""What is answered, beyond the help of the command."""
AXES = ("hardware", "model", "region", "market", "provider_class", "precision", "presets")
"""What the catalogue has labels of."""
_FLAG = re.compile(r"--(\w[\w-]*)")
_UNKNOWN = re.compile(r'unknown name(?: "(?P<name>\w+)")?|neither quantity nor input')
_NAMES = 12
"""Names that are listed of those that there are."""
_DOCUMENT = {"fixed": {"params": "70B", "tokens": "15T"}, "axes": {"chips": [512, 1024]}}
_SPEC = (
    f"Specification, for what the other arguments cannot say, which go over it: conditions, tables, distributions. As "
    f"{json.dumps(_DOCUMENT)}; the page gigacost://docs/specification.md has the rest."
)
_SIDE = f"Specification, or the values of one design, as {json.dumps(_DOCUMENT['fixed'])}, of"
_SPECS = {
    "spec": {"type": "object", "description": _SPEC},
    "a": {"type": "object", "description": f"{_SIDE} A."},
    "b": {"type": "object", "description": f"{_SIDE} B."},
}
_BOOK = {
    "type": ["string", "object"],
    "description": "Private price book laid over the catalogue: a name that the operator mounted, or its content.",
}


_WORDS = {
    "unknown": "Input to solve for, as tokens, chips or params.",
    "quantity": "Quantity or input, as cost_total_usd, mfu or rental_usd_per_chip_hour.",
}
"""What arguments are that have no text in the help of their command."""


class Tool(Question):
    """A question whose arguments are its options and the flags of a design."""

    @cached_property
    def parameters(self) -> dict[str, click.Parameter]:
        """The parameters that a client may give: first those of the design."""
        known = {str(one.name): one for one in self.command.params}
        return {name: known[name] for name in self._of_design} | super().parameters

    @cached_property
    def _of_design(self) -> tuple[str, ...]:
        from gigacost.cli.design import FLAGS

        known = {one.name for one in self.command.params}
        return tuple(name for name in (*FLAGS, "settings") if name in known)

    @property
    def described(self) -> str:
        """What it answers, with an example."""
        told = self.description.partition("\n\n")[0].replace("SPEC", "those given").replace("UNKNOWN", "the unknown")
        return f"{self._named(told)} {ANSWERS[self.name]}\n\nExample: {json.dumps(EXAMPLES[self.name])}"

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The JSON Schema of its arguments, without those that every tool has."""
        schema = dict(self.options)
        properties = {name: self._argument(name, one) for name, one in schema["properties"].items()}
        schema["properties"] = properties | {name: _SPECS[name] for name in self.documents} | {"catalog": _BOOK}
        return schema

    def answer_to(self, arguments: Mapping[str, Any], watch: Watch) -> Answer:
        """The answer. Raises SpecError, CatalogError, LimitError, Cancelled."""
        documents = {name: one for name in self.documents if (one := arguments.get(name)) is not None}
        faults = [
            Fault(name, show(one), f"of type {type_name(one)}", f"an object, as {json.dumps(_DOCUMENT)}")
            for name, one in documents.items()
            if not isinstance(one, Mapping)
        ]
        catalog = arguments.get("catalog")
        if catalog is not None and not isinstance(catalog, str | Mapping):
            faults.append(Fault("catalog", show(catalog), f"of type {type_name(catalog)}", "a name, or an object"))
        if faults:
            raise SpecError(*faults)
        left = {*self.documents, "catalog"}
        options = {name: self._as_text(name, one) for name, one in arguments.items() if name not in left}
        self._refuse_unknown(options)
        try:
            trees = {name: _specification(one) for name, one in documents.items()} or {DOCUMENTS[0]: {}}
            return self.answer(Asked(trees, options, catalog), watch)
        except SpecError as error:
            raise SpecError(*(_as_given(one, arguments) for one in error.faults)) from None

    def _as_text(self, name: str, value: Any) -> Any:  # noqa: ANN401 - as JSON gave it
        """A value as the command line has it; settings that are a list are so already."""
        is_said = name not in self._of_design or (name == "settings" and isinstance(value, list))
        return value if is_said else _joined(value)

    def _argument(self, name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        told = {**schema, "description": self._named(schema.get("description") or _WORDS.get(name, name))}
        if name in self._of_design and "type" in schema:
            told |= {"type": [*schema["type"], "array"], "items": {"type": ["string", "number"]}}
        return told

    def _refuse_unknown(self, options: Mapping[str, Any]) -> None:
        """Raise SpecError for arguments that there are not, with what is called so elsewhere."""
        from gigacost.cli.words import meant

        known = [*self.arguments["properties"], "show"]
        flags = [*(f"--{name.replace('_', '-')}" for name in known), "--set"]
        faults = []
        for name in [one for one in options if one not in self.parameters]:
            word = meant(f"--{name.replace('_', '-')}", flags)
            hint = f'"{word[2:].replace("-", "_")}"' if word in flags else word or nearest(name, known)
            if word.startswith("gigacost choose --"):
                hint = f'"{word.rpartition("--")[2]}" of the tool choose'
            elif word.startswith("--set "):
                hint = f'"settings": {{"{name}": {show(options[name])}}}'
            faults.append(Fault(show(name)[1:-1], show(options[name]), "unknown argument", ", ".join(known), hint))
        if faults:
            raise SpecError(*faults)

    def _named(self, text: str) -> str:
        """A text of the command line in which options are called as they are here."""
        names = {flag: str(one.name) for one in self.command.params for flag in one.opts}
        return _FLAG.sub(lambda match: names.get(match[0], match[1].replace("-", "_")), text)


@dataclass(frozen=True)
class CatalogTool:
    """The catalogue: the labels of an axis, one of them with all its figures, its prices."""

    mounted: Callable[[str], Catalog]
    name: str = "catalog"
    summary: str = "Chips, prices, regions, architectures, published runs: what there is, with source and date."

    @property
    def described(self) -> str:
        """What it answers, with an example."""
        return (
            "Facts and prices, each with source and date. Without arguments the axes; with axis its labels and their "
            "main figures; with label everything on one (figures are shown when asked for); with label of a chip and "
            f"prices what it rents or sells for, by which quotes.\n\nExample: {json.dumps(EXAMPLES[self.name])}"
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """The JSON Schema of its arguments, without those that every tool has."""
        text = {"type": "string", "minLength": 1}
        properties = {
            "axis": {"enum": list(AXES), "description": "What to list: chips are hardware, published runs presets."},
            "label": {**text, "description": "One entry, as h100-sxm, llama-3.1-405b, deu."},
            "prices": {"type": "boolean", "default": False, "description": "Prices of the chip that label names."},
            "market": {**text, "description": "Of prices: the market [default: on_demand]."},
            "provider_class": {**text, "description": "Of prices: the class of provider [default: neocloud]."},
            "as_of": {**text, "description": "Date of figures and prices, as 2025-06-30 [default: the catalogue's]."},
            "catalog": _BOOK,
        }
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def answer_to(self, arguments: Mapping[str, Any], watch: Watch) -> Answer:
        """The answer. Raises SpecError, CatalogError."""
        from gigacost.cli.commands import catalog, catalog_prices

        given = {name: one for name, one in arguments.items() if one is not None}
        self._refuse(given)
        asked = Asked(catalog=given.get("catalog"))
        common = {"as_of": given.get("as_of"), "as_json": True}
        label, axis = given.get("label"), given.get("axis")
        if given.get("prices"):
            command = catalog_prices.command
            own = {"chip": label} | {name: given.get(name) for name in ("market", "provider_class")}
        elif label is None:
            command, own = catalog.list_, {"axis": axis}
        else:
            command, own = catalog.show_, {"label": (label,) if axis is None else (axis, label), "history": False}
        return run_of(command, {"catalog": None, **common, **own}, asked, self.mounted, watch)

    def _refuse(self, given: Mapping[str, Any]) -> None:
        """Raise SpecError for arguments that there are not, and of another type than they have."""
        properties = self.arguments["properties"]
        known = [*properties, "show"]
        faults = [
            Fault(
                *(show(name)[1:-1], show(given[name]), "unknown argument", ", ".join(known)),
                hint='"label"' if name in AXES else nearest(name, known),
            )
            for name in [one for one in given if one not in properties]
        ]
        kinds = {"prices": (bool, "true or false"), "catalog": (str | Mapping, "a name, or an object")}
        for name in [one for one in given if one in properties]:
            kind, allowed = kinds.get(name, (str, "a string"))
            if not isinstance(given[name], kind):
                faults.append(Fault(name, show(given[name]), f"of type {type_name(given[name])}", allowed))
        axis = given.get("axis")
        if isinstance(axis, str) and axis not in AXES:
            faults.append(Fault("axis", show(axis), "unknown axis", ", ".join(AXES), nearest(axis, AXES)))
        if faults:
            raise SpecError(*faults)


def tools(mounted: Callable[[str], Catalog]) -> list[Tool | CatalogTool]:
    """Every tool."""
    from gigacost.cli.app import COMMANDS

    return [*(Tool(name, command_of(name), COMMANDS[name], mounted) for name in TOOLS), CatalogTool(mounted)]


def _as_given(fault: Fault, arguments: Mapping[str, Any]) -> Fault:
    """A fault that names the argument: ``hardware`` in place of ``fixed.hardware``."""
    field = fault.field.removeprefix("options.")
    name = field.removeprefix("fixed.").removeprefix("axes.")
    field = name if name.partition("[")[0] in arguments else field
    unknown = _UNKNOWN.search(fault.what)
    allowed = (
        _names_like(unknown["name"] or f"{field} {fault.value}") if unknown and not fault.allowed else fault.allowed
    )
    return replace(fault, field=field, allowed=allowed)


def _names_like(name: str) -> str:
    """Names of the model: those that share a word with what was asked for, then those that are asked for most."""
    from gigacost.model import COLUMNS, default

    words = set(re.findall("[a-z0-9]+", name.lower()))
    like = [one for one in (*COLUMNS, *default().names) if words & set(one.split("_"))]
    return ", ".join(list(dict.fromkeys([*like[: _NAMES // 2], *COLUMNS]))[:_NAMES])


def _specification(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """A specification; one of a design whose values alone were given."""
    from gigacost.spec.reader import KEYS

    return tree if not tree or tree.keys() & set(KEYS) else {"fixed": tree}


def _joined(value: Any) -> Any:  # noqa: ANN401 - as JSON gave it
    """Values of a design as the command line has them: lists with commas between."""
    if isinstance(value, Mapping):
        return {name: _joined(one) if not isinstance(one, Mapping) else one for name, one in value.items()}
    if isinstance(value, list) and value and not any(isinstance(one, list | Mapping) for one in value):
        return ",".join(str(_joined(one)) for one in value)
    return json.dumps(value) if isinstance(value, bool) else value
