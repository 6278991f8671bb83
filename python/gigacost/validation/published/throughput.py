"""Published training runs with their step times: the table that ships with the package, or one of the same columns.

A row is one run: the model's shape, the batch, the chips, the parallel layout and, where it was published, the time of
a step. What is blank is not known. Figures that were published beside the step time (FLOP/s, utilisation) stay text:
what they count differs from source to source, and nothing is computed from them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gigacost.catalog.csv_table import Row, cells_under, number, read_table
from gigacost.catalog.files import DATA
from gigacost.catalog.price_books.schema import Faults, Number
from gigacost.errors import show

SHIPPED = DATA / "throughput.csv"

_TEXTS = (
    *("id", "source", "source_ref", "source_kind", "status", "model", "accelerator", "precision", "dp_sharding"),
    *("recompute", "util_kind", "util_percent", "tflops_per_gpu_reported", "tokens_per_s_per_gpu"),
    *("step_time_origin", "notes"),
)
_KEPT = ("id", "source", "model", "accelerator", "precision", "dp_sharding", "recompute", "notes")
_AMOUNT = Number()
_COUNT = Number(low=1, open_low=False, high=2**53, whole=True)
_COUNT_OR_NONE = Number(low=0, open_low=False, high=2**53, whole=True)
_FLAG = Number(low=0, high=1, open_low=False, whole=True)
_NUMBERS = {
    **dict.fromkeys(("params_total_b", "params_active_b", "step_time_s"), _AMOUNT),
    **dict.fromkeys(("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocab", "seq_len"), _COUNT),
    **dict.fromkeys(("moe_experts", "moe_topk", "moe_shared", "dense_layers", "dense_ffn"), _COUNT_OR_NONE),
    **dict.fromkeys(("global_batch_seqs", "n_accel", "nvlink_domain"), _COUNT),
    **dict.fromkeys(("tp", "pp", "vp", "cp", "ep", "dp", "microbatch"), _COUNT),
    **dict.fromkeys(("glu", "mla", "flash_attention", "in_fit"), _FLAG),
}
KINDS = ("dense", "moe")
"""Dense models, and mixtures of experts."""
COLUMNS = (*_TEXTS, *_NUMBERS)
_FILLED = ("id", "source", "model", "accelerator", "in_fit")
"""What no row may leave blank."""


@dataclass(frozen=True, slots=True)
class Run:
    """One published training run."""

    id: str
    source: str
    model: str
    """As the source calls it."""
    accelerator: str
    """As the source calls it."""
    precision: str
    """As the source calls it; empty where it does not say, as are those below."""
    dp_sharding: str
    recompute: str
    notes: str
    figures: Mapping[str, float]
    """The numbers of the row by column, those that are known."""
    row: int = field(default=0, compare=False)
    """Where it stands; the header is row 1."""

    @property
    def kind(self) -> str:
        """Which of ``KINDS`` it is."""
        return KINDS[self.figures.get("moe_experts", 0.0) > 1.0]

    @property
    def step_seconds(self) -> float | None:
        """The published time of a step."""
        return self.figures.get("step_time_s")


def read_runs(path: str | os.PathLike[str] | None = None) -> tuple[Run, ...]:
    """The runs of a table in CSV, by default of the one that ships with the package.

    Raises SpecError with every fault, by row (the header is row 1), column and line.
    """
    return read_table(
        SHIPPED if path is None else path,
        "throughput",
        "runs",
        known=COLUMNS,
        required=COLUMNS,
        read=_run,
        check=_check_ids,
    )


def _run(row: Row, names: Sequence[str], faults: Faults) -> Run:
    cells = cells_under(names, row, faults)
    figures: dict[str, float] = {}
    for column, cell in cells.items():
        where = f"row {row.number}, column {column}"
        if not cell and column in _FILLED:
            faults.add(where, "", "missing")
        elif cell and column in _NUMBERS:
            value = number(where, cell, faults, "8")
            if value is not None and _NUMBERS[column].check(where, value, faults):
                figures[column] = value
    texts = {column: cells.get(column, "") for column in _KEPT}
    return Run(**texts, figures=figures, row=row.number)


def _check_ids(runs: Sequence[Run], faults: Faults) -> None:
    seen: dict[str, int] = {}
    for run in runs:
        if run.id in seen:
            where = f"row {run.row}, column id"
            faults.add(where, show(run.id), f"the same as row {seen[run.id]}", "each run once")
        seen.setdefault(run.id, run.row)
