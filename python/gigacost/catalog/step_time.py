"""What chips reach in a training step: fitted on published runs, extrapolated for chips that have none."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from gigacost.catalog.hardware import Hardware
from gigacost.catalog.records import Citation, Column, missing

_ON_CHIP = ("hardware",)
_ON_PRECISION = ("hardware", "precision")

COLUMNS = (
    Column(
        "gemm_efficiency",
        "1",
        _ON_PRECISION,
        "share of the peak that large matrix products of a step reach",
        high=1,
        low_open=True,
    ),
    Column(
        "bf16_gemm_efficiency",
        "1",
        _ON_CHIP,
        "the same in bf16, whatever the precision of the run",
        high=1,
        low_open=True,
    ),
    Column(
        "attention_efficiency",
        "1",
        _ON_CHIP,
        "share of the bf16 peak of attention kernels tuned for the chip",
        high=1,
        low_open=True,
    ),
    Column(
        "generic_attention_efficiency",
        "1",
        _ON_CHIP,
        "share of the bf16 peak of generic attention kernels",
        high=1,
        low_open=True,
    ),
    Column(
        "is_calibrated",
        "1",
        _ON_PRECISION,
        "1 where it was fitted on published runs, 0 where it is extrapolated",
        high=1,
        integer=True,
    ),
    Column(
        "step_error_low",
        "1",
        _ON_PRECISION,
        "10th percentile of predicted/measured - 1 on runs of dense models",
        low=-0.99,
        high=100,
    ),
    Column(
        "step_error_high",
        "1",
        _ON_PRECISION,
        "90th percentile of predicted/measured - 1 on runs of dense models",
        low=-0.99,
        high=100,
    ),
    Column(
        "moe_step_error_low",
        "1",
        _ON_PRECISION,
        "10th percentile of predicted/measured - 1 on runs of mixtures",
        low=-0.99,
        high=100,
    ),
    Column(
        "moe_step_error_high",
        "1",
        _ON_PRECISION,
        "90th percentile of predicted/measured - 1 on runs of mixtures",
        low=-0.99,
        high=100,
    ),
)
_ATTENTION = {"attention_efficiency": "attention", "generic_attention_efficiency": "generic_attention"}
_ERRORS = {
    "step_error_low": ("dense", "low"),
    "step_error_high": ("dense", "high"),
    "moe_step_error_low": ("moe", "low"),
    "moe_step_error_high": ("moe", "high"),
}
SAME_UNITS = {"fp16": "bf16"}
"""Formats that run on the matrix units of another at its rate: what was fitted at one holds for both."""
_ENOUGH = 10
"""Fewer runs tell nothing of a 10th percentile: then those of the generation are taken, then all."""
_OTHER_VENDOR = 2
"""How often the band of an extrapolated chip is stretched if no chip of its vendor has runs."""


class StepTime:
    """The figures of all accelerators, public and private."""

    def __init__(
        self, accelerators: Mapping[str, Mapping[str, Any]], fitted: Mapping[str, Any], hardware: Hardware
    ) -> None:
        self.entries = accelerators
        self._generations: Mapping[str, Mapping[str, Any]] = fitted["generations"]
        self._errors: Mapping[str, Any] = fitted["errors"]
        self._source, self._date = str(fitted["source"]), str(fitted["date"])
        self._hardware = hardware

    def figure(self, column: str, chip: str, precision: str = "") -> Citation:
        """The figure of one chip, at one precision for the columns that depend on it."""
        if column in _ATTENTION:
            return self._attention(_ATTENTION[column], chip)
        if column == "bf16_gemm_efficiency":
            return self._bf16_gemm(chip)
        if self._hardware.figure("peak_flop_per_s", chip, precision).is_missing:
            return missing("1", f"{self.entries[chip]['name']} has no {precision}")
        if column == "gemm_efficiency":
            return self._gemm(chip, precision)
        if column == "is_calibrated":
            is_fitted = self._fitted_gemm(chip, precision) is not None
            return self._cite(float(is_fitted), "derived: whether runs of this generation and precision were fitted")
        return self._error(*_ERRORS[column], chip, precision)

    def _cite(self, value: float, basis: str) -> Citation:
        return Citation(value, "1", self._source, self._date, basis)

    def _generation(self, chip: str) -> str:
        return str(self.entries[chip].get("generation", ""))

    def _fitted_gemm(self, chip: str, precision: str) -> float | None:
        gemm = self._generations.get(self._generation(chip), {}).get("gemm", {})
        value = gemm.get(SAME_UNITS.get(precision, precision))
        return None if value is None else float(value)

    def _gemm(self, chip: str, precision: str) -> Citation:
        value = self._fitted_gemm(chip, precision)
        if value is not None:
            return self._cite(value, f"fitted: {self._generation(chip)} at {precision}")
        return self._extrapolated(chip, precision, statistics.mean(self._gemm_ratios), "matrix products")

    def _bf16_gemm(self, chip: str) -> Citation:
        if self._hardware.figure("bf16_flop_per_s", chip).is_missing:
            return missing("1", f"{self.entries[chip]['name']} has neither bf16 nor fp16")
        return self._gemm(chip, "bf16")

    def _attention(self, key: str, chip: str) -> Citation:
        if self._hardware.figure("bf16_flop_per_s", chip).is_missing:
            return missing("1", f"{self.entries[chip]['name']} has neither bf16 nor fp16")
        generation = self._generation(chip)
        if generation in self._generations:
            value, told = _attention_of(self._generations[generation], key)
            return self._cite(
                value, f"fitted: {generation}" + ("" if told else ", no runs of which tell kernels apart")
            )
        ratios = list(self._ratios(lambda constants: {"bf16": _attention_of(constants, key)[0]}))
        return self._extrapolated(chip, "bf16", statistics.mean(ratios), "attention")

    def _extrapolated(self, chip: str, precision: str, ratio: float, what: str) -> Citation:
        """The chip's achievable fraction times what a step reaches of it on the chips that have runs."""
        fraction, whose = statistics.median(self._measured.values()), "the median of the measured chips"
        for at in ("bf16", precision):
            if (chip, at) in self._measured:
                fraction, whose = self._measured[chip, at], f"its matrix products as measured at {at}"
        basis = (
            f"extrapolated: {fraction:.3g}, {whose}, x {ratio:.3g}, the share of it that fitted chips keep in {what}"
        )
        return self._cite(fraction * ratio, basis)

    @cached_property
    def _measured(self) -> dict[tuple[str, str], float]:
        """All achievable fractions that were measured, by chip and precision."""
        found = {}
        for chip, entry in self.entries.items():
            for precision in entry.get("achieved_tflops", {}):
                citation = self._hardware.figure("achievable_matmul_fraction", chip, precision)
                found[chip, precision] = citation.value
        return found

    def _ratios(self, fitted: Callable[[Mapping[str, Any]], Mapping[str, float]]) -> Iterator[float]:
        """For each generation and precision that is fitted and measured: fitted over achievable."""
        for generation, constants in self._generations.items():
            for precision, value in fitted(constants).items():
                chips = [
                    chip for chip, at in self._measured if at == precision and self._generation(chip) == generation
                ]
                if chips:
                    yield value / statistics.median(self._measured[chip, precision] for chip in chips)

    @cached_property
    def _gemm_ratios(self) -> tuple[float, ...]:
        return tuple(self._ratios(lambda constants: constants["gemm"]))

    @cached_property
    def _vendors(self) -> frozenset[str]:
        """Whose chips have runs."""
        fitted = (entry for chip, entry in self.entries.items() if self._generation(chip) in self._generations)
        return frozenset(str(entry["vendor"]) for entry in fitted if "vendor" in entry)

    def _error(self, kind: str, side: str, chip: str, precision: str) -> Citation:
        tables = self._errors[kind]
        groups = ((self._generation(chip), SAME_UNITS.get(precision, precision)), (self._generation(chip), "all"))
        if self._fitted_gemm(chip, precision) is not None:
            for generation, at in groups:
                found = tables.get(generation, {}).get(at)
                if found and found["runs"] >= _ENOUGH:
                    which = f"{generation}" + ("" if at == "all" else f" at {at}")
                    return self._cite(float(found[side]), f"derived: {found['runs']} {kind} runs on {which}")
            found = tables["all"]["all"]
            return self._cite(float(found[side]), f"derived: all {found['runs']} {kind} runs")
        return self._widened(tables["all"]["all"], side, chip, kind)

    def _widened(self, found: Mapping[str, Any], side: str, chip: str, kind: str) -> Citation:
        """The band of all runs, stretched by how far the ratio of a fitted chip lies from the mean it is given."""
        mean = statistics.mean(self._gemm_ratios)
        stretch = (min if side == "low" else max)(self._gemm_ratios) / mean
        is_other = self.entries[chip].get("vendor") not in self._vendors
        value = (1.0 + float(found[side])) * stretch ** (_OTHER_VENDOR if is_other else 1) - 1.0
        often = ", twice: no chip of this vendor has runs" if is_other else ""
        basis = f"extrapolated: all {found['runs']} {kind} runs, x {stretch:.3g} for the spread of fitted chips{often}"
        return self._cite(value, basis)


def _attention_of(constants: Mapping[str, Any], key: str) -> tuple[float, bool]:
    """What attention kernels of a generation reach, and whether its runs tell this kind of them from the tuned ones."""
    return float(constants.get(key, constants["attention"])), key in constants
