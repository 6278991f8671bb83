"""What a figure can be rebuilt from: the version, and the hashes of specification, model and catalogue."""

from __future__ import annotations

from gigacost._engine import __version__
from gigacost.compiler.bound import Bound
from gigacost.compiler.lower import model_sha256


def provenance(bound: Bound, model: str = "", *, draws: bool = True) -> dict[str, str]:
    """What a figure can be rebuilt from, as text by name.

    ``model`` is the hash of the tape that stands for the model, where that is not of all its quantities; ``draws`` is
    whether the figure is an aggregate over draws, if there are any: then it is also said which they are.
    """
    spec, as_of = bound.spec, bound.labels.get("as_of")
    dollars = {} if spec.base_year is None else {"base_year": str(spec.base_year)}
    drawn = {"draws": str(spec.draws.count), "seed": str(spec.draws.seed), "method": spec.draws.method}
    return {
        "gigacost_version": __version__,
        "spec_sha256": spec.sha256,
        "model_sha256": model or model_sha256(bound.model),
        "catalog_sha256": bound.catalog.sha256,
        "as_of": as_of[1][0] if as_of else "",
        **dollars,
        **(drawn if draws and bound.uncertain else {}),
    }
