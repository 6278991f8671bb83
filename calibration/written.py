"""How a fit tells what it found: rounded, as JSON, or as a data file and a page."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "python/gigacost/catalog/data"
DATE = "2026-11"


def rounded(value: Any, digits: int) -> float:  # noqa: ANN401 - a number of numpy or of Python
    """The number with so many significant digits."""
    return float(f"{float(value):.{digits}g}")


def tell(found: Mapping[str, Any], files: Mapping[Path, Callable[[Mapping[str, Any]], str]], doc: str | None) -> bool:
    """Write the files, each from what was found; with ``--json`` print that instead. Whether they were written."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--json", action="store_true", help="print the report as JSON and write nothing")
    if parser.parse_args().json:
        print(json.dumps(found, indent=2))
        return False
    for path, text in files.items():
        path.write_text(text(found), encoding="utf-8")
    return True
