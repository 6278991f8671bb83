"""What chips reach in a step: fitted where there are runs, extrapolated by one rule where there are none."""

from __future__ import annotations

import itertools
import statistics

import pytest

from gigacost import Catalog, estimate
from gigacost.catalog.files import data

CATALOG = Catalog.bundled()
FITTED = data("step_time")
ALL = FITTED["errors"]["dense"]["all"]["all"]


def figure(column: str, chip: str, precision: str = "") -> float:
    return CATALOG.cite(column, {"hardware": chip, "precision": precision} if precision else {"hardware": chip}).value


def basis(column: str, chip: str, precision: str = "bf16") -> str:
    return CATALOG.cite(column, {"hardware": chip, "precision": precision}).basis


@pytest.mark.parametrize(
    ("chip", "generation", "precision"),
    [
        ("a100-sxm-40", "ampere", "bf16"),
        ("h200-sxm", "hopper", "fp8"),
        ("h800-sxm", "hopper", "bf16"),
        ("gb300-nvl72", "blackwell", "mxfp8"),
    ],
)
def test_chips_of_a_fitted_generation_have_its_constants(chip: str, generation: str, precision: str) -> None:
    constants = FITTED["generations"][generation]
    assert figure("gemm_efficiency", chip, precision) == constants["gemm"][precision]
    assert figure("attention_efficiency", chip) == constants["attention"]
    assert figure("is_calibrated", chip, precision) == 1
    assert basis("gemm_efficiency", chip, precision).startswith(f"fitted: {generation}")


def test_kernels_that_no_runs_tell_apart_reach_the_same() -> None:
    for chip, generation in (("a100-sxm-80", "ampere"), ("h100-sxm", "hopper"), ("b200-sxm", "blackwell")):
        constants = FITTED["generations"][generation]
        generic = constants.get("generic_attention", constants["attention"])
        assert figure("generic_attention_efficiency", chip) == generic
        assert figure("generic_attention_efficiency", chip) <= figure("attention_efficiency", chip)


def test_formats_of_the_same_units_share_what_was_fitted() -> None:
    assert figure("gemm_efficiency", "h100-sxm", "fp16") == figure("gemm_efficiency", "h100-sxm", "bf16")
    assert figure("is_calibrated", "h100-sxm", "fp16") == 1


def test_what_is_done_in_bf16_at_any_precision_reaches_what_bf16_does() -> None:
    for chip in ("h100-sxm", "gb200-nvl72", "mi300x", "tpu-v5p"):
        assert figure("bf16_gemm_efficiency", chip) == figure("gemm_efficiency", chip, "bf16")


@pytest.mark.parametrize(("chip", "precision"), [("tpu-v5p", "bf16"), ("mi300x", "bf16"), ("v100-sxm2-32", "fp16")])
def test_chips_without_runs_are_extrapolated_and_say_so(chip: str, precision: str) -> None:
    assert figure("is_calibrated", chip, precision) == 0
    for column in ("gemm_efficiency", "attention_efficiency", "generic_attention_efficiency", "step_error_low"):
        assert basis(column, chip, precision).startswith("extrapolated: ")


@pytest.mark.parametrize(
    ("chip", "fitted"),
    [
        *((chip, 1) for chip in ("a100-sxm-40", "a100-sxm-80", "h100-sxm", "h200-sxm", "b200-sxm", "gb200-nvl72")),
        *((chip, 0) for chip in ("mi300x", "mi325x", "tpu-v3", "tpu-v4", "tpu-v5p", "tpu-v6e", "trn1", "trn2")),
    ],
)
def test_whose_runs_were_fitted_is_known_of_every_chip(chip: str, fitted: int) -> None:
    assert figure("is_calibrated", chip, "bf16") == fitted
    one = estimate(hardware=chip, chips=8, model="llama-3.1-8b", tokens="1T", mfu=0.4, rental_usd_per_chip_hour=1)
    assert one["is_extrapolated"] == 1 - fitted


def test_a_measured_chip_is_extrapolated_from_its_own_matrix_products() -> None:
    achieved = figure("achievable_matmul_fraction", "mi300x", "bf16")
    ratio = figure("gemm_efficiency", "mi300x", "bf16") / achieved
    assert ratio == pytest.approx(
        figure("gemm_efficiency", "gaudi2", "fp8") / figure("achievable_matmul_fraction", "gaudi2", "fp8")
    )
    kept = []
    for generation, chips in (
        ("ampere", ("a100-sxm-80", "a100-pcie-80")),
        ("hopper", ("h100-sxm", "h200-sxm", "gh200-141")),
    ):
        for precision, fitted in FITTED["generations"][generation]["gemm"].items():
            measured = statistics.median(figure("achievable_matmul_fraction", chip, precision) for chip in chips)
            kept.append(fitted / measured)
    assert min(kept) < ratio < max(kept)


def test_a_format_that_a_chip_has_not_reaches_nothing() -> None:
    for column in ("gemm_efficiency", "is_calibrated", "step_error_high", "moe_step_error_low"):
        assert CATALOG.cite(column, {"hardware": "h100-sxm", "precision": "mxfp8"}).is_missing
        assert CATALOG.cite(column, {"hardware": "a100-sxm-80", "precision": "fp8"}).is_missing


def test_attention_is_measured_against_bf16_or_fp16() -> None:
    assert figure("bf16_flop_per_s", "h100-sxm") == figure("peak_flop_per_s", "h100-sxm", "bf16")
    assert figure("bf16_flop_per_s", "v100-sxm2-16") == 125e12


def test_bands_lie_around_nothing_and_widen_with_the_distance_from_the_runs() -> None:
    chips, precisions = CATALOG.labels("hardware"), CATALOG.labels("precision")
    for chip, precision in itertools.product(chips, precisions):
        if CATALOG.cite("is_calibrated", {"hardware": chip, "precision": precision}).is_missing:
            continue
        for kind in ("", "moe_"):
            low, high = (figure(f"{kind}step_error_{side}", chip, precision) for side in ("low", "high"))
            assert -1 < low < high
    low = [figure("step_error_low", chip, precision) for chip, precision in (("l40s", "bf16"), ("mi300x", "bf16"))]
    high = [figure("step_error_high", chip, precision) for chip, precision in (("l40s", "bf16"), ("mi300x", "bf16"))]
    assert low[1] < low[0] < ALL["low"]
    assert high[1] > high[0] > ALL["high"]


def test_a_private_chip_is_extrapolated() -> None:
    chip = {"vendor": "acme", "kind": "gpu", "release": "2026-01", "dense_tflops": {"bf16": 100}}
    book = {"date": "2026-11-01", "accelerators": {"mine": chip}}
    own = CATALOG.layered(book)
    cited = own.cite("gemm_efficiency", {"hardware": "mine", "precision": "bf16"})
    assert cited.basis.startswith("extrapolated: ")
    assert own.cite("is_calibrated", {"hardware": "mine", "precision": "bf16"}).value == 0


def test_weights_are_gathered_in_the_format_of_the_products_from_8_bits_down() -> None:
    sent = {"fp32": 4, "tf32": 4, "fp16": 2, "bf16": 2, "fp8": 1, "mxfp8": 1, "fp4": 1, "int8": 1}
    assert {
        precision: CATALOG.cite("gather_byte_per_param", {"precision": precision}).value for precision in sent
    } == sent
