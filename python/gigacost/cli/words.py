"""What people call options and commands that are named otherwise here; by meaning, where spelling tells nothing."""

from __future__ import annotations

from collections.abc import Collection

from gigacost.errors import nearest

_CALLED = {
    "--hardware": "gpu gpu-type gpu-model accelerator accelerators chip device devices hw instance instance-type",
    "--chips": "gpus num-gpus n-gpus gpu-count num-chips n-chips chip-count num-devices world-size cluster-size",
    "--params": "param parameters num-params n-params model-size size",
    "--tokens": "tok toks num-tokens n-tokens token dataset-size",
    "--model": "arch architecture model-name llm",
    "--market": "pricing purchase-option commitment",
    "--provider-class": "provider providers cloud vendor",
    "--region": "location country zone place site",
    "--precision": "dtype data-type quantization number-format",
    "--mfu": "utilization utilisation efficiency",
    "--as-of": "date when",
    "--base-year": "dollars-of constant-dollars",
    "--catalog": "prices price-book book catalogue",
    "--set": "input override param-set variable var",
    "--by": "cost sort sort-by order-by rank-by metric objective",
    "--minimise": "objectives criteria trade-off",
    "--where": "filter condition constraint constraints",
    "--k": "number n top-k",
    "--output": "out file csv parquet save",
    "--within": "days deadline max-days time-limit by-days",
    "--budget": "max-cost max-usd money spend",
    "--mw": "power megawatts site-mw",
    "--sure": "confidence probability",
    "--uncertain": "distribution interval uncertainty",
    "--no-intervals": "no-uncertainty fast point",
    "--json": "as-json output-json",
}
"""An option, and what it is called elsewhere."""
_OF_A_CHOICE = ("--within", "--budget", "--mw", "--sure")
_MEANT = {f"--{word}": option for option, words in _CALLED.items() for word in words.split()}
_COMMANDS = {
    "estimate": "cost costs price calculate calc predict run",
    "choose": "cheapest best optimal optimize optimise recommend find plan",
    "sweep": "export grid scan",
    "catalog": "catalogue hardware gpus chips models prices",
    "init": "example examples new start",
    "compare": "versus vs",
    "diff": "difference delta change",
}
"""A command, and what it is called elsewhere."""


def meant_command(typed: str, known: Collection[str]) -> str:
    """The command that a word means, quoted; empty where there is none."""
    word = typed.casefold()
    called = next((command for command, words in _COMMANDS.items() if word in words.split()), "")
    return f'"{called}"' if called else nearest(typed, known)


def meant(typed: str, known: Collection[str]) -> str:
    """The option of a command that a word means: it is called so, it sets the input of this name, or it is near.

    Empty where there is none. A limit that only a choice has is that of ``gigacost choose``.
    """
    option = _MEANT.get(typed.casefold(), typed)
    if option in known:
        return option
    if option in _OF_A_CHOICE:
        return f"gigacost choose {option}"
    setting = _setting(typed) if "--set" in known else ""
    return setting or _spelled(typed, known)


def _setting(typed: str) -> str:
    from gigacost.model import default

    name = typed.removeprefix("--").replace("-", "_")
    return f"--set {name}=VALUE" if name in default().names else ""


def _spelled(typed: str, known: Collection[str]) -> str:
    near = nearest(typed.lstrip("-"), [name.removeprefix("--") for name in known if name.startswith("--")])
    return "--" + near.strip('"') if near else ""
