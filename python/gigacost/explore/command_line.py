"""The command line that estimates what a page shows: what is fixed; the page adds a word for each axis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from gigacost.compiler.bound import Bound
from gigacost.sampling.draws import Draws
from gigacost.spec.fields import Scalar
from gigacost.spec.spec import DEFAULT

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


def words(bound: Bound, book: str = "") -> list[str]:
    """The words of the command that are the same for every design of the page.

    ``book`` is a private price book that the specification does not name.
    """
    spec = bound.own
    if spec.catalog and not book:
        book = (PurePath(spec.source).parent / spec.catalog).as_posix()
    found = ["gigacost", "estimate"]
    presets = ",".join(name for name in (spec.preset, spec.accounting) if name)
    found += ["--preset", presets] if presets else []
    for name, value in spec.fixed.items():
        text = written(value)
        found += [FLAGS[name], text] if name in FLAGS else ["--set", f"{name}={text}"]
    if "as_of" in bound.labels and bound.labels["as_of"][0] is None and "as_of" not in spec.fixed:
        found += ["--as-of", bound.labels["as_of"][1][0]]
    found += ["--base-year", str(spec.base_year)] if spec.base_year is not None else []
    found += ["--catalog", book] if book else []
    if spec.draws != Draws():
        found += ["--draws", str(spec.draws.count), "--seed", str(spec.draws.seed)]
    return [*found, *_uncertain(bound)]


def _uncertain(bound: Bound) -> Iterator[str]:
    """Distributions decide what is central of an input that has no other value."""
    if bound.own.default_uncertain:
        yield from ("--uncertain", DEFAULT)
    for name, distribution in bound.own.uncertain.items():
        yield from ("--uncertain", f"{name}={distribution.text}")
