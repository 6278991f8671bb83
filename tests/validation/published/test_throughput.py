"""The table of published runs: read strictly, and each row made inputs of the model by what it says."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from gigacost import Catalog, SpecError
from gigacost.model.performance.search import AXES
from gigacost.validation.published.software import Unpredictable, assumptions_about, inputs_of, layout_of, switches
from gigacost.validation.published.throughput import COLUMNS, SHIPPED, Run, read_runs

CATALOG = Catalog.bundled()
RUNS = {run.id: run for run in read_runs()}
SHAPE = "layers=32 hidden=4096 heads=32 kv_heads=8 head_dim=128 ffn=14336 glu=1 vocab=128256 seq_len=8192"
SHAPE += " params_total_b=8.03 params_active_b=8.03 global_batch_seqs=128"
LAID_OUT = "accelerator=H100 n_accel=8 nvlink_domain=8 precision=BF16 tp=2 pp=1 vp=1 cp=1 ep=1 dp=4 microbatch=1"
LAID_OUT += " dp_sharding=zero1 recompute=none flash_attention=1 step_time_s=7.5 in_fit=1"
ROW = {"id": "one", "source": "MLPerf Training v5.0 result log", "model": "Llama 3.1 8B"}
ROW |= dict(cell.split("=") for cell in f"{SHAPE} {LAID_OUT}".split())


def table(*rows: Mapping[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    """A table in CSV of rows that are as ROW but for what they say."""
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**ROW, "id": f"run-{i}", **row} for i, row in enumerate(rows))
    return written.getvalue()


def written(folder: Path, text: str) -> Path:
    path = folder / "runs.csv"
    path.write_text(text, encoding="utf-8")
    return path


def run(**cells: str) -> Run:
    """A run of a row as ROW but for some cells."""
    row = {**ROW, **cells}
    kept = ("id", "source", "model", "accelerator", "precision", "dp_sharding", "recompute", "notes")
    figures = {name: float(cell) for name, cell in row.items() if cell and name not in kept}
    return Run(**{name: row.get(name, "") for name in kept}, figures=figures)


def test_the_shipped_table_is_read_whole() -> None:
    with SHIPPED.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(RUNS) == [row["id"] for row in rows]
    for row in rows:
        found = RUNS[row["id"]]
        assert found.step_seconds == (float(row["step_time_s"]) if row["step_time_s"] else None)
        assert found.kind == ("moe" if row["moe_experts"] else "dense")
        assert found.figures["in_fit"] == float(row["in_fit"])


def test_a_mark_and_other_line_ends_change_nothing(tmp_path: Path) -> None:
    text = table({}, {})
    plain = read_runs(written(tmp_path, text))
    assert read_runs(written(tmp_path, "\ufeff" + text)) == plain
    assert read_runs(written(tmp_path, text.replace("\n", "\r\n"))) == plain
    assert read_runs(written(tmp_path, text.replace("\n", "\n\n"))) == plain


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    backwards = tuple(reversed(COLUMNS))
    assert read_runs(written(tmp_path, table({}, columns=backwards))) == read_runs(written(tmp_path, table({})))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "row 1: an empty table"),
        ("\n\n", "row 1: an empty table"),
        (table(), "row 2: missing: a table of no runs"),
        ("\ufeff\ufeff" + table({}), "begins with more than one byte order mark"),
        (table({}).replace("id,", "name,", 1), 'column 1 = "name": unknown column'),
        (table({}).replace("layers", "layer", 1), 'did you mean "layers"?'),
        (table({}, columns=COLUMNS[:-1]), "the column in_fit is missing"),
        (table({}).replace("source_ref", "source", 1), "the same as column 2"),
        ("a,b\n1,2\n", 'row 1 = "a,b": the header is missing'),
        (table({"tp": "eight"}), 'row 2, column tp = "eight": not a number; allowed: a number, as 8 ('),
        (table({}, {"layers": "32.5"}), "row 3, column layers = 32.5: out of range; allowed: a whole number >= 1"),
        (table({"tp": "0"}), "row 2, column tp = 0.0: out of range"),
        (table({"step_time_s": "-1"}), "row 2, column step_time_s = -1.0: out of range; allowed: > 0 and finite"),
        (table({"step_time_s": "nan"}), 'row 2, column step_time_s = "nan": not a number'),
        (table({"step_time_s": "1e999"}), "row 2, column step_time_s = inf: out of range"),
        (table({"hidden": "4,096"}), "a separator of thousands, or a decimal comma"),
        (table({"hidden": "#N/A"}), "an error of the spreadsheet"),
        (table({"hidden": "１２８"}), "not a number"),
        (table({"in_fit": ""}), "row 2, column in_fit: missing"),
        (table({"in_fit": "2"}), "row 2, column in_fit = 2.0: out of range"),
        (table({"accelerator": ""}), "row 2, column accelerator: missing"),
        (table({"id": "a"}, {"id": "a"}), 'row 3, column id = "a": the same as row 2; allowed: each run once'),
        (table({"notes": "two\nlines"}), "a line break within a cell"),
        (table({}) + "only,two\n", f"row 3: 2 cells under {len(COLUMNS)} columns"),
        (table({}) + '"open', "not CSV"),
    ],
)
def test_odd_tables_are_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_runs(written(tmp_path, text))
    assert says in str(caught.value)


def test_all_faults_are_told_with_their_lines(tmp_path: Path) -> None:
    path = written(tmp_path, table({"tp": "x"}, {}, {"pp": "y", "cp": "z"}))
    with pytest.raises(SpecError) as caught:
        read_runs(path)
    assert [fault.path for fault in caught.value.faults] == [f"{path}:2", f"{path}:4", f"{path}:4"]


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SpecError, match="throughput = "):
        read_runs(tmp_path / name)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_bytes(table({}).encode() + b"\xff")
    with pytest.raises(SpecError, match="not UTF-8 at byte"):
        read_runs(tmp_path / "runs.csv")


def test_runs_without_a_layout_or_a_known_chip_say_what_is_missing() -> None:
    reasons = {}
    for name, one in RUNS.items():
        try:
            inputs_of(one, CATALOG)
        except Unpredictable as reason:
            reasons[name] = str(reason)
    assert set(reasons) == {name for name, one in RUNS.items() if not {"tp", "microbatch"} <= one.figures.keys()}
    assert len(reasons) <= 0.05 * len(RUNS)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"accelerator": "H1000"}, "the catalogue has no chip H1000"),
        ({"precision": "FP8", "accelerator": "A100-80G"}, "a100-sxm-80 has no fp8"),
        ({"precision": "INT2"}, "precision is INT2"),
        ({"precision": ""}, "precision is not published"),
        ({"vocab": ""}, "vocab not published"),
        ({"tp": "", "vp": "", "microbatch": ""}, "no layout: tp, microbatch not published"),
        ({"dp": "3"}, "dp is 3, but 8 chips make 4 replicas"),
        ({"dp_sharding": "hsdp"}, "dp_sharding is hsdp"),
        ({"recompute": "block"}, "recompute is block"),
    ],
)
def test_a_row_that_cannot_be_predicted_says_why(cells: dict[str, str], says: str) -> None:
    with pytest.raises(Unpredictable, match=says):
        inputs_of(run(**cells), CATALOG)


def test_a_row_becomes_inputs_by_its_own_figures() -> None:
    found = inputs_of(run(), CATALOG)
    assert found["hardware"] == "h100-sxm"
    assert found["precision"] == "bf16"
    assert found["chips"] == 8
    assert found["params"] == pytest.approx(8.03e9)
    assert (found["experts"], found["experts_per_token"], found["shared_experts"]) == (1, 1, 0)
    assert {name: found[name] for name in AXES} == layout_of(run())
    assert layout_of(run(recompute="unknown (recipe)", dp_sharding="zero3", dp=""))["zero_stage"] == 3


def test_what_a_source_leaves_out_is_assumed_and_said() -> None:
    bare = run(vp="", cp="", ep="", recompute="unknown (recipe)", dp_sharding="", head_dim="", kv_heads="")
    found = inputs_of(bare, CATALOG)
    assert (found["vp"], found["cp"], found["ep"], found["recompute"], found["zero_stage"]) == (1, 1, 1, 0, 1)
    assert not {"head_dim", "kv_heads"} & found.keys()
    assert assumptions_about(bare) == (
        "assumed, as it is not published: vp = 1, cp = 1, ep = 1, no recomputation, ZeRO 1"
    )
    assert assumptions_about(run()) == ""


def test_what_follows_the_name_of_a_choice_is_a_comment() -> None:
    said = run(recompute="full (uniform, 1 layer)", dp_sharding="zero3, hybrid")
    assert (layout_of(said)["recompute"], layout_of(said)["zero_stage"]) == (2, 3)


def test_what_the_notes_say_of_the_chip_wins_over_the_catalogue() -> None:
    found = inputs_of(run(notes="H100 96GB HBM2e 2.4TB/s, 500 W limit"), CATALOG)
    assert found["mem_bw_byte_per_s"] == 2.4e12
    usable = CATALOG.cite("mem_gib", {"hardware": "h100-sxm"}).value / 80
    assert found["mem_gib"] == pytest.approx(96 * usable)
    assert not {"mem_bw_byte_per_s", "mem_gib"} & inputs_of(run(), CATALOG).keys()


def test_mxfp8_on_a_chip_without_it_is_fp8() -> None:
    assert inputs_of(run(precision="MXFP8"), CATALOG)["precision"] == "fp8"
    assert inputs_of(run(precision="MXFP8", accelerator="B200"), CATALOG)["precision"] == "mxfp8"


def test_latent_attention_has_the_ranks_of_its_model_or_of_deepseek() -> None:
    mixture = {"moe_experts": "64", "moe_topk": "6", "moe_shared": "2", "mla": "1"}
    assert "q_lora_rank" not in inputs_of(run(), CATALOG)
    assert inputs_of(run(**mixture), CATALOG)["experts"] == 64
    for model in ("DeepSeek-V3", "something of one's own"):
        assert inputs_of(run(model=model, **mixture), CATALOG)["q_lora_rank"] == 1536


MEGATRON, TORCHTITAN, MOSAICML = "NVIDIA NeMo performance page", "PyTorch torchtitan benchmarks", "MosaicML llm-foundry"
OLD = "Narayanan 2021 Table 2 (arXiv 2104.04473)"


@pytest.mark.parametrize(
    ("switch", "cells", "value"),
    [
        ("tuned_attention", {"source": MEGATRON}, 1),
        ("tuned_attention", {"source": TORCHTITAN}, 0),
        ("tuned_attention", {"source": MOSAICML}, 0),
        ("flash_attention", {"flash_attention": "0"}, 0),
        ("flash_attention", {"flash_attention": ""}, 1),
        ("sequence_parallel", {"source": MEGATRON}, 1),
        ("sequence_parallel", {"source": OLD}, 0),
        ("sequence_parallel", {"source": "MT-NLG report"}, 0),
        ("sequence_parallel", {"source": "MT-NLG (arXiv 2201.11990)"}, 0),
        ("sequence_parallel", {"source": "Korthikanti 2022 (arXiv 2205.05198)", "recompute": "full"}, 0),
        ("sequence_parallel", {"source": "Korthikanti 2022 (arXiv 2205.05198)", "recompute": "selective"}, 1),
        ("sequence_parallel", {"source": MEGATRON, "notes": "no sequence parallelism here"}, 0),
        ("sequence_parallel", {"source": OLD, "notes": "sequence parallel on"}, 1),
        ("tp_overlap", {"source": MEGATRON}, 1),
        ("tp_overlap", {"source": MEGATRON, "accelerator": "A100-80G"}, 0),
        ("tp_overlap", {"source": MEGATRON, "notes": "cuda_graph=1; tp_comm_overlap=False"}, 0),
        ("tp_overlap", {"source": TORCHTITAN}, 0),
        ("tp_overlap", {"source": TORCHTITAN, "notes": "2.4TB/s; async TP"}, 1),
        ("hierarchical_collectives", {"source": MEGATRON, "dp_sharding": "zero3"}, 1),
        ("hierarchical_collectives", {"source": OLD, "dp_sharding": "zero3"}, 0),
        ("hierarchical_collectives", {"source": OLD, "dp_sharding": "none"}, 1),
        ("hierarchical_collectives", {"source": "DeepSpeed ZeRO-3 blog", "dp_sharding": "zero3"}, 0),
        ("op_level_recompute", {"source": TORCHTITAN, "recompute": "selective"}, 1),
        ("op_level_recompute", {"source": TORCHTITAN, "recompute": "full"}, 0),
        ("op_level_recompute", {"source": MEGATRON, "recompute": "selective"}, 0),
        ("gradient_byte", {"source": MEGATRON}, 2),
        ("gradient_byte", {"source": MEGATRON, "accelerator": "A100-80G"}, 4),
        ("gradient_byte", {"source": TORCHTITAN}, 4),
        ("gradient_byte", {"source": MOSAICML, "notes": "amp_bf16 DEFAULT"}, 4),
        ("gradient_byte", {"source": MOSAICML, "notes": "bf16 PURE"}, 2),
    ],
)
def test_software_has_its_habits(switch: str, cells: dict[str, str], value: float) -> None:
    one = run(**cells)
    generation = CATALOG.entry("hardware", one.accelerator)["generation"]
    assert switches(one, generation)[switch] == value


def test_no_rule_knows_a_single_run() -> None:
    """The same row under another id and model has the same switches."""
    for one in RUNS.values():
        renamed = Run(**{**{name: getattr(one, name) for name in Run.__slots__}, "id": "other", "model": "other"})
        assert switches(renamed, "hopper") == switches(one, "hopper")
