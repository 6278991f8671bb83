"""pyarrow as a writer of what numba computes; numba alone writes no files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from contenders.with_numba import Numba
from hoisted import CORES
from workload import COLUMNS, Workload

_LOW_RANK = ("training_flop", "mfu", "facility_mw", "loss")
"""Columns of so few values that a dictionary is shorter than any encoding of the values."""
_PAGE = 1 << 23


class Pyarrow:
    """``tuned``: dictionaries and encodings chosen by hand, large pages, a file for each core; else as it comes."""

    def __init__(self, *, tuned: bool = True) -> None:
        self.tuned = tuned

    def parquet(self, w: Workload, path: Path) -> None:
        """A row group for each chip. Tuned: a folder with a file for each core."""
        if not self.tuned:
            with pa.parquet.ParquetWriter(path, _schema(labels=False), compression="zstd") as writer:
                for hardware in w.hardware:
                    writer.write_table(_table(w, hardware, labels=False))
            return
        path.mkdir()
        parts = [w.hardware[i::CORES] for i in range(CORES)]
        with ThreadPoolExecutor(CORES) as pool:
            list(pool.map(lambda part: _write_tuned(w, parts[part], path / f"{part}.parquet"), range(CORES)))

    def csv(self, w: Workload, path: Path) -> None:
        """One thread: pyarrow's writer has no more."""
        with pa.csv.CSVWriter(path, _schema(labels=False)) as writer:
            for hardware in w.hardware:
                writer.write_table(_table(w, hardware, labels=False))


def _write_tuned(w: Workload, part: tuple[str, ...], path: Path) -> None:
    small = ["hardware", "chips", "params", "tokens", *_LOW_RANK]
    writer = pa.parquet.ParquetWriter(
        path,
        _schema(labels=True),
        compression="zstd",
        compression_level=1,
        use_dictionary=small,
        column_encoding={name: "BYTE_STREAM_SPLIT" for name in COLUMNS if name not in _LOW_RANK},
        data_page_size=_PAGE,
    )
    with writer:
        for hardware in part:
            writer.write_table(_table(w, hardware, labels=True))


def _schema(*, labels: bool) -> Any:  # noqa: ANN401 - pyarrow is not typed everywhere
    text = pa.dictionary(pa.int32(), pa.string()) if labels else pa.string()
    axes = [("hardware", text), ("chips", pa.int64()), ("params", pa.float64()), ("tokens", pa.float64())]
    return pa.schema([*axes, *((name, pa.float64()) for name in COLUMNS)])


def _table(w: Workload, hardware: str, *, labels: bool) -> Any:  # noqa: ANN401 - as above
    """All rows of a chip."""
    one = w.of_hardware(hardware)
    runs = len(w.params) * len(w.tokens)
    label = pa.DictionaryArray.from_arrays(np.zeros(one.size, dtype=np.int32), [hardware])
    columns = {
        "hardware": label if labels else label.cast(pa.string()),
        "chips": np.repeat(np.array(w.chips), runs),
        "params": np.tile(np.repeat(np.array(w.params), len(w.tokens)), len(w.chips)),
        "tokens": np.tile(np.array(w.tokens), len(w.chips) * len(w.params)),
        **Numba().materialise(one),
    }
    return pa.table(columns, schema=_schema(labels=labels))
