"""Fit the constants of the step-time model on the published runs that ship, and say how well they predict others.

``make calibrate`` writes ``catalog/data/step_time.toml`` and ``docs/calibration.md``; ``--json`` prints the report as
JSON instead and writes nothing. Half of the groups of runs (source, accelerator, model) are held out, twenty times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from arrays import Floats
from constants import CONSTANTS
from fit import errors, fitted
from observed import Runs, observed
from written import DATA, DATE, ROOT, rounded, tell

TABLE = DATA / "step_time.toml"
PAGE = ROOT / "docs/calibration.md"
SEEDS = range(20)
_CLOSE = 0.15
_DIGITS = 4


def held_out(runs: Runs) -> list[Floats]:
    """For each seed the errors of the runs whose groups were left out of the fit; NaN for those that were in it."""
    groups = sorted(set(runs.groups))
    found = []
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(groups))
        trained = {groups[i] for i in order[: len(groups) // 2]}
        is_trained = np.array([group in trained for group in runs.groups])
        off = np.full(len(runs.runs), np.nan)
        off[~is_trained] = errors(runs.only(~is_trained), fitted(runs.only(is_trained)))
        found.append(off)
    return found


def statistics(off: Floats) -> dict[str, float]:
    """Of signed errors: how many, median and 90th percentile of their size, share within 15 %."""
    size = np.abs(off[~np.isnan(off)])
    return {
        "runs": len(size),
        "median_abs_error": rounded(np.median(size), _DIGITS),
        "p90_abs_error": rounded(np.quantile(size, 0.9), _DIGITS),
        "share_within_15pct": rounded(np.mean(size <= _CLOSE), _DIGITS),
    }


def by_kind(runs: Runs, splits: Iterable[Floats]) -> dict[str, dict[str, float]]:
    """The statistics of dense models and of mixtures, over all splits together."""
    split = np.array(list(splits))
    return {kind: statistics(split[:, runs.is_moe == (kind == "moe")].ravel()) for kind in ("dense", "moe")}


def bands(runs: Runs, splits: list[Floats]) -> dict[str, dict[str, dict[str, float]]]:
    """P10 and P90 of the signed errors, each run's the median of those seen while it was held out.

    By kind, then by ``generation.precision``, ``generation.all`` and ``all.all``.
    """
    typical = np.nanmedian(np.array(splits), axis=0)
    found: dict[str, dict[str, dict[str, float]]] = {}
    for kind in ("dense", "moe"):
        members: dict[str, list[float]] = {}
        for i, off in enumerate(typical):
            if runs.is_moe[i] == (kind == "moe"):
                generation, precision = runs.generations[i], runs.precisions[i]
                for key in (f"{generation}.{precision}", f"{generation}.all", "all.all"):
                    members.setdefault(key, []).append(float(off))
        found[kind] = {
            key: {
                "runs": len(offs),
                "low": rounded(np.quantile(offs, 0.1), _DIGITS),
                "high": rounded(np.quantile(offs, 0.9), _DIGITS),
            }
            for key, offs in sorted(members.items())
        }
    return found


def report() -> dict[str, Any]:
    """Everything that is found, as JSON has it."""
    runs = observed()
    values = fitted(runs)
    splits = held_out(runs)
    return {
        "runs": len(runs.runs),
        "groups": len(set(runs.groups)),
        "constants": {c.key: rounded(v, _DIGITS) for c, v in zip(CONSTANTS, values, strict=True)},
        "fitted": by_kind(runs, [errors(runs, values)]),
        "held_out": by_kind(runs, splits),
        "held_out_by_seed": [{"seed": s, **by_kind(runs, [off])} for s, off in zip(SEEDS, splits, strict=True)],
        "bands": bands(runs, splits),
    }


def table(found: Mapping[str, Any]) -> str:
    """The constants as the catalogue's data file."""
    constants = found["constants"]
    source = (
        f"fitted on {found['runs']} published training runs with a full layout "
        "(MLPerf 3.0-5.1, MosaicML, Megatron, torchtitan, NeMo)"
    )
    lines = [
        "# What chips reach in a training step. Written by `make calibrate`: do not edit.",
        "#",
        "# gemm                 share of the peak that large matrix products reach, by precision",
        "# attention            share of the bf16 peak that attention kernels tuned for the chip reach",
        "# generic_attention    the same of generic kernels (FlashAttention-2)",
        "# [constants]          what is the same for all chips; the model says what each one is",
        "# [errors]             predicted/measured - 1 on published runs that were held out of the fit: how many runs,",
        '#                      10th and 90th percentile; by generation and precision, "all" of them together',
        "",
        f'source = "{source}"',
        f'date = "{DATE}"',
    ]
    for generation in dict.fromkeys(c.generation for c in CONSTANTS if c.generation):
        own = [c for c in CONSTANTS if c.generation == generation]
        gemm = ", ".join(f"{c.precision} = {constants[c.key]}" for c in own if c.name == "gemm")
        lines += ["", f"[generations.{generation}]", f"gemm = {{ {gemm} }}"]
        lines += [f"{c.name} = {constants[c.key]}" for c in own if c.name != "gemm"]
    lines += ["", "[constants]", *(f"{c.name} = {constants[c.key]}" for c in CONSTANTS if not c.generation)]
    for kind, groups in found["bands"].items():
        lines += ["", f"[errors.{kind}]"]
        lines += [
            f"{key} = {{ runs = {band['runs']}, low = {band['low']}, high = {band['high']} }}"
            for key, band in groups.items()
        ]
    return "\n".join(lines) + "\n"


def page(found: Mapping[str, Any]) -> str:
    """The report as a page of the documentation."""
    lines = [
        "# Calibration of the step-time model",
        "",
        "Written by `make calibrate`. The model's terms are in [performance](model/performance.step.md) and its",
        f"neighbours; {len(CONSTANTS)} constants are fitted on the {found['runs']} published runs that ship with the",
        f"package and have a full layout, in {found['groups']} groups (source, accelerator, model).",
        "",
        "## How well it predicts",
        "",
        "Error: predicted over published step time, less 1. *Held out*: half of the groups are left out of the fit and",
        f"predicted, {len(SEEDS)} times (seeds {SEEDS.start}-{SEEDS.stop - 1}); all predictions together.",
        "",
        "| | runs | median error | 90th percentile | within 15 % |",
        "|---|---:|---:|---:|---:|",
    ]
    for what, name in (("fitted", "fitted on them"), ("held_out", "held out")):
        for kind, one in found[what].items():
            lines.append(f"| {kind}, {name} | {_cells(one)} |")
    lines += ["", "| seed | dense: " + _HEADS + " | mixtures: " + _HEADS + " |", "|---:|" + "---:|" * 8]
    for split in found["held_out_by_seed"]:
        lines.append(f"| {split['seed']} | {_cells(split['dense'])} | {_cells(split['moe'])} |")
    lines += [
        "",
        "## The constants",
        "",
        "*Expected*: before any run is looked at, and why. A share is fitted on the scale of its log-odds, a size on",
        "that of its logarithm; the uncertainty is a standard deviation on that scale.",
        "",
        "| constant | fitted | expected | uncertainty | why |",
        "|---|---:|---:|---:|---|",
    ]
    for c in CONSTANTS:
        lines.append(f"| `{c.key}` | {found['constants'][c.key]:g} | {c.expected:g} | {c.uncertainty:g} | {c.why} |")
    return "\n".join(lines) + "\n"


_HEADS = "runs | median | p90 | within 15 %"


def _cells(one: dict[str, float]) -> str:
    shares = (one[key] for key in ("median_abs_error", "p90_abs_error", "share_within_15pct"))
    return " | ".join([f"{one['runs']:,}", *(f"{100 * share:.1f} %" for share in shares)])


def main() -> None:
    """Write the constants and the report, or print it."""
    found = report()
    if tell(found, {TABLE: table, PAGE: page}, __doc__):
        for what in ("fitted", "held_out"):
            for kind, one in found[what].items():
                print(f"{what:9} {kind:6} {_cells(one)}")


if __name__ == "__main__":
    main()
