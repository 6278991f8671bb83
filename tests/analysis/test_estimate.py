"""One run, costed: the same figures as a sweep, with what they rest on, and refusals that say why."""

from __future__ import annotations

import contextlib
import json
import math
import pickle
import re
from typing import Any

import pytest

import gigacost
from gigacost import Constant, Input, Model, SpecError, estimate
from gigacost.model import default
from gigacost.queries.estimates import Estimate

LLAMA: dict[str, Any] = {"hardware": "h100-sxm", "chips": 16384, "params": "405B", "tokens": "15.6T"}
MIXTURE: dict[str, Any] = {"model": "deepseek-v3", "params": "671B"}


@pytest.fixture(scope="module")
def llama() -> Estimate:
    return estimate(**LLAMA)


def refusal(**inputs: Any) -> str:
    with pytest.raises(SpecError) as raised:
        estimate(**{**LLAMA, **inputs})
    return str(raised.value)


def test_llama_405b_takes_the_published_chip_hours_within_a_quarter(llama: Estimate) -> None:
    published = 30.84e6
    assert llama["chip_hours"] == pytest.approx(published, rel=0.25)


def test_an_estimate_carries_its_layout(llama: Estimate) -> None:
    axes = [axis for search in default().searches for axis, _ in search.over]
    assert all(isinstance(llama[axis], float) for axis in axes)
    assert "tp" not in estimate(**LLAMA, tp=8)
    assert estimate(**LLAMA, tp=8)["step_seconds"] == llama["step_seconds"]


@pytest.mark.parametrize("given", [{"mfu": 0.4}, {"whole_run_utilisation": 0.35}])
def test_a_layout_that_nothing_rests_on_is_not_searched(given: dict[str, float]) -> None:
    one = estimate({**LLAMA, "chips": 8, **given})
    assert not {"tp", "memory_use", "gemm_seconds"} & set(one)
    assert one.status == "ok"


def test_a_value_may_be_given_by_its_name() -> None:
    assert estimate(**LLAMA, recompute="full") == estimate(**LLAMA, recompute=2)


def test_a_batch_rounds_up_unless_all_is_given() -> None:
    given = {**LLAMA, "tp": 8, "pp": 16, "cp": 1, "global_batch_sequences": 2000}
    assert estimate(given)["padding_share"] == 1 - 2000 / 2048
    with pytest.raises(SpecError, match=re.escape("dp · microbatch = 128 · 1 = 128 sequences at a time")):
        estimate(given, microbatch=1)


def test_an_estimate_equals_the_row_of_a_sweep(llama: Estimate) -> None:
    names = ["cost_total_usd", "train_days", "mfu", "facility_mw", "carbon_t"]
    row = gigacost.Sweep(fixed=LLAMA, columns=names).top(1).rows[0]
    assert {name: row[name] for name in names} == {name: llama[name] for name in names}
    assert row["status"] == llama.status == "ok"


def test_contributions_add_up_to_the_total(llama: Estimate) -> None:
    assert math.fsum(value or 0.0 for value in llama.breakdown.values()) == pytest.approx(llama["cost_total_usd"])
    assert list(llama.subtotals) == ["total_run_usd", "total_development_usd", "total_project_usd", "cost_total_usd"]
    values = [value or 0.0 for value in llama.subtotals.values()]
    assert values == sorted(values)


def test_plain_data_has_the_promised_shape(llama: Estimate) -> None:
    plain = json.loads(json.dumps(llama.to_dict(), allow_nan=False))
    keys = [
        "inputs",
        "quantities",
        "breakdown",
        "subtotals",
        "intervals",
        "probabilities",
        "assumptions",
        "status",
        "missing_prices",
        "meta",
    ]
    assert list(plain) == keys
    assert plain["intervals"] == plain["probabilities"] == {}
    assert plain["missing_prices"] == []
    assert plain["inputs"]["market"] == "on_demand"
    assert plain["inputs"]["params"] == 405e9
    assert all(list(one) == ["name", "value", "unit", "source", "date"] for one in plain["assumptions"])
    assert {"spec_sha256", "model_sha256", "catalog_sha256", "gigacost_version", "as_of"} <= set(plain["meta"])


def test_every_figure_says_where_it_is_from(llama: Estimate) -> None:
    assert all(one.source for one in llama.assumptions)
    rent = llama.assumption("rental_usd_per_chip_hour")
    assert rent.origin == "catalogue"
    assert rent.date
    assert "quoted" in rent.source
    assert llama.assumption("chips").origin == "given"
    assert llama.assumption("market").origin == "default"
    assert llama.assumption("post_training_share").source.startswith("DeepSeek-V3")


def test_an_estimate_survives_pickling_and_shows_itself(llama: Estimate) -> None:
    assert pickle.loads(pickle.dumps(llama)) == llama
    assert "cost_total_usd=" in repr(llama)
    assert len(repr(llama)) < 500


def test_an_estimate_is_asked_like_a_mapping(llama: Estimate) -> None:
    assert "mfu" in llama
    assert "mfuu" not in llama
    assert llama.get("mfu") == llama["mfu"]
    assert llama.get("mfuu") is None
    assert dict(llama) == llama.quantities
    assert list(llama) == list(llama.quantities)
    assert len(llama) == len(llama.quantities)


@pytest.mark.parametrize(
    ("name", "says"), [("train_dais", 'did you mean "train_days"?'), ("chips", "an input"), ("pue", "an assumption")]
)
def test_an_unknown_quantity_says_where_to_look(llama: Estimate, name: str, says: str) -> None:
    with pytest.raises(KeyError, match=re.escape(says)):
        llama[name]


def test_an_unknown_assumption_names_the_nearest(llama: Estimate) -> None:
    with pytest.raises(KeyError, match="salary_usd"):
        llama.assumption("salery_usd")


@pytest.mark.parametrize("name", [name for name, quantity in default().quantities.items() if quantity.unit != "truth"])
@pytest.mark.parametrize("market", ["own", "reserved_1y"])
def test_no_quantity_can_be_given_a_zero_that_breaks_others(name: str, market: str) -> None:
    with contextlib.suppress(SpecError):
        estimate({**LLAMA, "market": market, name: 0})


def test_a_date_after_the_catalogues_is_warned_of() -> None:
    says = (
        "as_of = 2026-11-30: prices are those of 2026-11-21: no trend is assumed, "
        "and quotes that are too old by then no longer count"
    )
    assert estimate(**LLAMA, as_of="2026-11-30").meta["warnings"] == [says]
    assert not estimate(**LLAMA, as_of="2026-11-21").meta["warnings"]
    with pytest.raises(SpecError, match="no trend"):
        estimate(**LLAMA, as_of="2026-11-30", strict=True)


def test_values_are_read_as_people_write_them() -> None:
    assert estimate(**LLAMA) == estimate({**LLAMA, "params": 405e9, "tokens": 15_600_000_000_000})
    assert estimate(**LLAMA, mfu="45 %")["mfu"] == 0.45


def test_a_given_quantity_replaces_the_computed_one() -> None:
    one = estimate(**LLAMA, train_hours=1000.0)
    assert one["chip_hours"] == 16384 * 1000.0
    assert "train_hours" not in one.quantities or one["train_hours"] == 1000.0


def test_flop_alone_gives_parameters_and_tokens() -> None:
    one = estimate(hardware="h100-sxm", chips=1024, training_flop=1e24)
    params, tokens = one["params"], one["tokens"]
    assert params is not None
    assert tokens is not None
    assert 6 * params * tokens == pytest.approx(1e24)


def test_an_architecture_is_named_by_model() -> None:
    one = estimate(model="llama-3.1-8b", tokens="15T", hardware="h100-sxm", chips=1024)
    assert one.inputs["model"] == "llama-3.1-8b"
    assert one.assumption("params").value == pytest.approx(8e9, rel=0.05)


def test_a_preset_fills_up_what_is_not_given() -> None:
    one = estimate(preset="olmo-2-7b", market="own", as_of="2024-10-01")
    assert one.inputs["market"] == "own"
    assert one.assumption("tokens").origin == "preset"


def test_a_model_of_ones_own_needs_no_catalogue() -> None:
    price = Constant(2.0, "$/(chip·h)", "a contract")
    hours = Input("hours", "h", "How long.")

    def cost_usd(chips: Any, hours: Any) -> Any:
        """Rent [$]."""
        return chips * hours * price

    one = estimate(model=Model(cost_usd, hours, Input("chips", "chip", "How many.")), chips=8, hours="2 d")
    assert one["cost_usd"] == 8 * 48 * 2.0
    assert one.subtotals == {}


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"hardware": "a100-sxm-80", "precision": "fp8"}, 'precision = "fp8": not on a100-sxm-80; allowed: fp32, tf32'),
        ({"as_of": "2021-01-01"}, "h100-sxm cannot be had at 2021-01-01: released 2022-09-20"),
        ({"chips": 900_000_000}, "the run never finishes"),
        ({"hardware": "h1000"}, 'hardware = "h1000": not in the catalogue'),
        ({"chips": "8"}, 'chips = "8": expected integer, got string'),
        ({"chips": 0}, "chips = 0: out of range; allowed: a whole number, 1 <= chips"),
        ({"mfu": 45}, "mfu = 45: out of range; allowed: 0 < mfu <= 1; did you mean 0.45?"),
        ({"tokens": math.nan}, "tokens = nan: missing"),
        ({"chisp": 8}, 'did you mean "chips"?'),
        ({"as_of": "2023-02-29"}, "there is no such day"),
        ({"chips": 64}, "GiB of each h100-sxm; allowed: <= 80 GiB; 128 chips; a larger chip: "),
        ({"chips": 1024, "recompute": "none", "pp": 1, "zero_stage": 1}, "<= 80 GiB; zero_stage = 3"),
        (
            {"hardware": "wse-3"},
            "no network data for a cluster of that many wse-3; allowed: <= 1; or give scaleup",
        ),
        ({"hardware": "trn3"}, "that many trn3; allowed: <= 144; or give scaleout_byte_per_s, or an mfu"),
        ({"chips": 100, "tp": 8, "pp": 16, "cp": 1}, "one copy of the model takes: tp · pp · cp = 8 · 16 · 1 = 128"),
        ({"tp": 3}, "tp = 3: does not divide the 128 heads of a layer; allowed: 1, 2, 4, 8"),
        ({"tp": 16}, "tp = 16: wider than the fast network, which joins 8 chips; allowed: 1, 2, 4, 8"),
        ({"pp": 1000}, "pp = 1000: more stages than the "),
        ({"pp": 1, "vp": 2}, "vp = 2: only the stages of a pipeline are interleaved"),
        ({"pp": 64, "vp": 8}, "vp = 8: pp · vp = 512 pieces of "),
        ({"ep": 2}, "ep = 2: a dense model has no experts; allowed: 1"),
        ({"model": "deepseek-v3", "params": "671B", "ep": 7}, "ep = 7: does not divide the 256 experts of a layer"),
        ({"model": "deepseek-v3", "params": "671B", "chips": 64, "ep": 64, "pp": 2}, "more than the 32 chips of"),
        (
            {**MIXTURE, "expert_tp": 3},
            "expert_tp = 3: does not divide the width 2048 of an expert; allowed: 1, 2, 4, 8",
        ),
        ({**MIXTURE, "expert_tp": 16}, "expert_tp = 16: wider than the fast network, which joins 8 chips; allowed: 1,"),
        (
            {**MIXTURE, "chips": 2048, "expert_tp": 8, "tp": 1, "cp": 1, "pp": 32, "ep": 16},
            "expert_tp = 8: expert_tp · ep = 8 · 16 does not divide the 64 chips of a pipeline stage; allowed: 1, 2, 4",
        ),
        ({**MIXTURE, "expert_tp": 1.5}, "expert_tp = 1.5: not a whole number"),
        ({**MIXTURE, "expert_tp": 0}, "expert_tp = 0: out of range; allowed: a whole number, 1 <= expert_tp"),
        ({"pp": 32, "vp": 2, "global_batch_sequences": 32, "microbatch": 4}, "a microbatch for each of the 32 stages"),
        ({"recompute": "fulll"}, 'allowed: none (0), selective (1), full (2); did you mean "full"?'),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(inputs: dict[str, Any], says: str) -> None:
    assert says in refusal(**inputs)


def test_what_is_missing_is_listed_at_once_and_once() -> None:
    with pytest.raises(SpecError) as raised:
        estimate()
    fields = [fault.field for fault in raised.value.faults]
    assert len(fields) == len(set(fields))
    assert {"chips", "hardware", "tokens"} <= set(fields)


def test_a_state_that_spares_the_total_spoils_only_its_own() -> None:
    one = estimate(**{**LLAMA, "hardware": "trn1", "provider_class": "hyperscaler", "chips": 64, "mfu": 0.3})
    assert one.status != "ok" or None not in one.quantities.values()
    assert one["cost_total_usd"] is not None


def test_strict_makes_warnings_faults() -> None:
    assert estimate(**LLAMA, mfu=0.9).meta["warnings"]
    assert "plausible band" in refusal(mfu=0.9, strict=True)
