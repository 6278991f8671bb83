"""A design as words of the command line: what is given, presets, dollars, a price book, draws, distributions."""

from __future__ import annotations

from collections.abc import Mapping

from gigacost.sampling.draws import Draws
from gigacost.spec.fields import Scalar
from gigacost.spec.spec import DEFAULT, Spec

FLAGS = {
    name: f"--{name.replace('_', '-')}"
    for name in (
        *("hardware", "chips", "params", "tokens", "model", "market", "provider_class", "region", "precision", "mfu"),
        *("pace", "as_of"),
    )
}
"""The flags of a design, by the name that each gives a value; all else is given by ``--set``."""


def written(value: Scalar) -> str:
    """A value in full: a number with all of its digits."""
    return value if isinstance(value, str) else repr(value).removesuffix(".0")


def design_words(spec: Spec, given: Mapping[str, str], book: str = "") -> list[str]:
    """The options that give names their values, as texts, and all else of a specification that a design rests on.

    ``book`` is a private price book.
    """
    presets = ",".join(name for name in (spec.preset, spec.accounting) if name)
    found = ["--preset", presets] if presets else []
    for name, text in given.items():
        found += [FLAGS[name], text] if name in FLAGS else ["--set", f"{name}={text}"]
    found += ["--base-year", str(spec.base_year)] if spec.base_year is not None else []
    found += ["--catalog", book] if book else []
    if spec.draws != Draws():
        found += ["--draws", str(spec.draws.count), "--seed", str(spec.draws.seed)]
    # Distributions decide what is central of an input that has no other value.
    found += ["--uncertain", DEFAULT] if spec.default_uncertain else []
    for name, distribution in spec.uncertain.items():
        found += ["--uncertain", f"{name}={distribution.text}"]
    return found
