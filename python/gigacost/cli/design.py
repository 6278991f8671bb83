"""A design on the command line: one table of flags, what is set over them, the prices; and the request they make."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import hosted, options
from gigacost.cli.options import labels, once

if TYPE_CHECKING:
    from gigacost.compiler.bound import Bound
    from gigacost.errors import Fault
    from gigacost.graph.model import Model
    from gigacost.queries.request import Request
    from gigacost.spec.spec import Spec

FLAGS: Mapping[str, Callable[[Any], Any]] = {
    "hardware": once("--hardware", metavar="CHIP", shell_complete=labels("hardware"), help="Accelerator, as h100-sxm."),
    "chips": once("--chips", metavar="N", help="Number of accelerators."),
    "params": once("--params", metavar="N", help="Parameters, as 405B; a --model has its own."),
    "tokens": once("--tokens", metavar="N", help="Pre-training tokens, as 15.6T."),
    "model": once(
        "--model", metavar="NAME", shell_complete=labels("model"), help="Published architecture, as llama-3.1-405b."
    ),
    "market": once(
        "--market",
        metavar="MARKET",
        shell_complete=labels("market"),
        help="own, colo, on_demand, reserved_1y, reserved_3y or spot [default: on_demand; of choose also reserved_1y "
        "and own].",
    ),
    "provider_class": once(
        "--provider-class",
        metavar="CLASS",
        shell_complete=labels("provider_class"),
        help="Cloud provider: neocloud, hyperscaler or marketplace [default: neocloud].",
    ),
    "region": once(
        "--region",
        metavar="REGION",
        shell_complete=labels("region"),
        help="Sets electricity price, PUE, carbon intensity [default: usa].",
    ),
    "precision": once(
        "--precision", metavar="FORMAT", shell_complete=labels("precision"), help="Number format [default: bf16]."
    ),
    "mfu": once("--mfu", metavar="SHARE", help="Model FLOP utilisation, in place of the predicted one."),
    "pace": once(
        "--pace",
        metavar="PACE",
        help="typical, of runs of this size, or reachable, by layout and failures alone [default: typical].",
    ),
    "preset": once(
        "--preset", metavar="NAME", help="Published run to start from, accounting (epoch-2024), or both: A,B."
    ),
    "base_year": once("--base-year", metavar="YEAR", help="Express computed amounts in constant dollars of this year."),
    "as_of": options.as_of,
}
"""The flags of every command that takes a design, by the name that each gives a value."""
_OTHERS = (
    options.catalog,
    once(
        "--model-config",
        metavar="FILE",
        help="A model's config.json (Hugging Face): the shape of the model, in place of --model.",
    ),
    once(
        "--train-config",
        metavar="FILE",
        help="Arguments of Megatron-LM (.sh, .txt, .yaml), axolotl's, NeMo's or verl's YAML, torchtitan's TOML: batch, "
        "steps, layout, precision, chips.",
    ),
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help="Set any input or quantity: a value, a list (8,16) or a range (256..4096:5:log). Repeatable.",
    ),
    click.option("--strict", is_flag=True, help="Treat warnings as errors."),
)


@dataclass(frozen=True)
class Design:
    """What the command line says of a design."""

    flags: tuple[tuple[str, str], ...] = ()
    """The flags that were given, by the name that each gives a value."""
    settings: tuple[str, ...] = ()
    """``NAME=VALUE`` of ``--set``."""
    catalog: str | None = None
    """A private price book."""
    model_config: str | None = None
    """A model's ``config.json``."""
    train_config: str | None = None
    """The configuration of a training run."""
    strict: bool = False

    def __bool__(self) -> bool:
        """Whether it says anything of a design."""
        return bool(self.flags or self.settings or self.model_config or self.train_config)

    def request(
        self,
        spec: str | None = None,
        *,
        more: Iterable[tuple[str, str]] = (),
        query: Mapping[str, Any] | None = None,
        model: Model | None = None,
    ) -> Request:
        """The request of the specification in a file, or of none, with all that the command line says over it.

        ``more`` are further settings, ``query`` keys of its table ``query``, ``model`` is the default model without.
        It is read here; what is doubtful about it, and what is replaced, is said on stderr. Raises SpecError with
        faults named as they were typed.
        """
        from gigacost.catalog.opening import opened
        from gigacost.cli.process import warn
        from gigacost.configs.source import Configs
        from gigacost.errors import Fault, SpecError, show, unplaced
        from gigacost.model import default
        from gigacost.queries.request import Request
        from gigacost.spec.files import Document
        from gigacost.spec.spec import VERSION

        run = hosted.current()
        if run is None and spec is not None and "." not in spec and not os.path.exists(spec):  # noqa: PTH110 - any text
            allowed = "a name that ends in .toml or .json; or a design by options, as --params 7B --tokens 1T"
            raise SpecError(Fault("spec", show(spec), "not a spec file", allowed))
        settings = (*self.flags, *options.pairs(self.settings), *more)
        configs = Configs(self.model_config, self.train_config)
        keys: dict[str, Any] = {"settings": settings, "query": query, "model": model, "strict": self.strict}
        if run is not None:
            made = Request.of_document(run.document(spec), catalog=run.catalog, **keys)
        elif spec is None:
            made = Request(
                Document({"version": VERSION}),
                model or default(),
                opened(self.catalog),
                settings,
                query or {},
                strict=self.strict,
                configs=configs,
                by_keyword=True,
            )
        else:
            made = Request.of_file(spec, catalog=self.catalog, configs=configs, **keys)
        try:
            read = made.spec
        except SpecError as error:
            raise SpecError(*self._as_typed(error.faults)) from None
        if run is not None:
            run.admit(read)
        for note in (*read.notes, *_unknown(read)):
            warn("note", note)
        for warning in self._as_typed(read.warnings if spec else unplaced(read.warnings)):
            warn("warning", str(warning))
        return made

    def run(self) -> Bound:
        """The one run that flags and settings describe. Raises SpecError where an option takes several values."""
        request = self.request()
        if request.spec.axes:
            from gigacost.errors import Fault, SpecError

            raise SpecError(Fault(request.spec.axes[0].name, "", "a list, where one value is explained", "one value"))
        return request.bound

    def _as_typed(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        """Faults that say which flag gave the value."""
        from dataclasses import replace

        flagged = {name for name, _ in self.flags}
        for fault in faults:
            name = fault.field.removeprefix("fixed.").removeprefix("axes.").split("[")[0]
            option = f"--{name.replace('_', '-')}" if name in flagged and fault.what != "set twice" else fault.path
            yield replace(fault, path=option)


def _unknown(spec: Spec) -> Iterator[str]:
    """Fields of configuration files that nothing is made of."""
    if any(entry for entry in spec.config.get("unknown", ())):
        from gigacost.cli.views.configs import config_lines

        yield from config_lines(spec.config)


def designed(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a design, which the command is given as ``design``."""

    @functools.wraps(command)
    def asked(**given: Any) -> Any:  # noqa: ANN401 - as click has it
        flags = tuple((name, value) for name in FLAGS if (value := given.pop(name)) is not None)
        names = ("settings", "catalog", "model_config", "train_config", "strict")
        others = {name: given.pop(name) for name in names}
        return command(design=Design(flags, **others), **given)

    for option in reversed([*FLAGS.values(), *_OTHERS]):
        asked = option(asked)
    return asked
