"""A plan says what a dataset is, and nothing else."""

from pathlib import Path

import pytest
from small_dataset import contents, small_sweep

import gigacost
from gigacost import SpecError, Sweep, dataset_status, verify_dataset, write_dataset
from gigacost.datasets.plan import planned, read_plan

ROOT = Path(__file__).parents[2]
PARTS = {"rows_per_part": 12, "partition_by": ["market"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_dataset(small_sweep(), tmp_path / "d", **PARTS)
    return tmp_path / "d"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"part_format":"parquet"', b'"part_format":"/../../x"'),
        (b'"partition_by":["market"]', b'"partition_by":["../market"]'),
        (b'"block":30', b'"block":0'),
        (b'"block":30', b'"block":30.0'),
        (b'"parts":9', b'"parts":8'),
        (b'{"columns"', b'{ "columns"'),
        (b'"format":1', b'"format":2'),
        (b'"axes":[', b'"axes":[[],'),
        (b'"limit":null,', b""),
    ],
)
def test_a_plan_that_nothing_here_has_written_is_refused(folder: Path, old: bytes, new: bytes) -> None:
    plan = folder / "_gigacost/plan.json"
    assert old in plan.read_bytes()
    plan.write_bytes(plan.read_bytes().replace(old, new, 1))
    with pytest.raises(SpecError, match=r"_gigacost/plan\.json: damaged"):
        verify_dataset(folder, sample=1)


def test_how_text_is_made_safe_is_part_of_a_dataset_in_csv_alone() -> None:
    plans = {
        (form, safe): planned(small_sweep(), part_format=form, csv_safe=safe)[0].sha256
        for form in ("parquet", "csv.gz")
        for safe in (True, False)
    }
    assert plans["parquet", True] == plans["parquet", False]
    assert len(set(plans.values())) == 3


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "examples").glob("*.toml")))
def test_a_plan_holds_all_that_its_sweep_is_made_of(name: str) -> None:
    sweep = Sweep.from_toml(ROOT / "examples" / name)
    plan, parted = planned(sweep, rows_per_part=max(1 << 30, sweep.size >> 16))
    again = read_plan(plan.data, "")
    assert again == plan
    assert again.sha256 == plan.sha256
    made = again.space(sweep.model, sweep.bound.catalog)
    assert made.meta == parted.meta == sweep.meta
    assert made.column_names == sweep.column_names


def test_the_order_in_which_values_were_given_makes_no_other_dataset(folder: Path) -> None:
    fixed = {"params": "13B", "hardware": "h100-sxm"}
    assert write_dataset(small_sweep(fixed=fixed), folder, **PARTS, resume=True).computed == 0


def test_another_number_of_rows_that_cuts_alike_is_the_same_dataset(folder: Path) -> None:
    assert write_dataset(small_sweep(), folder, **{**PARTS, "rows_per_part": 13}, resume=True).computed == 0


def test_more_parts_than_numbers_are_refused(tmp_path: Path) -> None:
    axes = {
        "chips": {"from": 1, "to": 10**6, "steps": 1001, "multiple_of": 1},
        "tokens": {"from": 1e11, "to": 1e12, "steps": 1000},
    }
    sweep = Sweep(axes, fixed={"hardware": "h100-sxm", "params": "13B"}, columns="cost_total_usd")
    with pytest.raises(SpecError, match=r"1,001,000 parts; allowed: at most 1,000,000"):
        write_dataset(sweep, tmp_path / "d", rows_per_part=1)


def test_a_dataset_of_another_version_is_refused(folder: Path) -> None:
    plan = folder / "_gigacost/plan.json"
    plan.write_bytes(plan.read_bytes().replace(gigacost.__version__.encode(), b"0.0.9"))
    with pytest.raises(SpecError, match=r"\(other version\), made by gigacost 0\.0\.9"):
        write_dataset(small_sweep(), folder, **PARTS, resume=True)


def test_a_plan_cut_short_is_refused(folder: Path) -> None:
    plan = folder / "_gigacost/plan.json"
    plan.write_bytes(plan.read_bytes()[:-7])
    before = contents(folder)
    for ask in (dataset_status, verify_dataset, lambda path: write_dataset(small_sweep(), path, resume=True)):
        with pytest.raises(SpecError, match=r"_gigacost/plan\.json: damaged: cut short"):
            ask(folder)
    assert contents(folder) == before
