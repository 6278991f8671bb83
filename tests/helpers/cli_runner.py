"""Runs the command line in this process, and says what it printed and with which code it ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gigacost.cli import main

SPEC = """version = 1

[axes]
hardware = ["a100-sxm-80", "h100-sxm"]
chips = [256, 512, 1024]
precision = ["bf16", "fp8"]

[fixed]
params = "13B"
tokens = "2T"

[query]
columns = ["cost_total_usd", "train_days"]
"""


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def invoke(capsys: pytest.CaptureFixture[str], *arguments: str) -> Outcome:
    """Run ``gigacost`` with arguments."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    assert "Traceback" not in printed.err + printed.out
    return Outcome(code, printed.out, printed.err)


def spec_file(folder: Path, text: str = SPEC) -> str:
    """A specification's file."""
    path = folder / "spec.toml"
    path.write_text(text)
    return str(path)


def listing(folder: Path) -> list[tuple[str, int]]:
    """Everything below a folder with its time of change."""
    return sorted((str(path.relative_to(folder)), path.stat().st_mtime_ns) for path in folder.rglob("*"))


def gigacost_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The installed command in a process of its own."""
    command = [str(Path(sys.executable).with_name("gigacost")), *arguments]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, **environment}, timeout=60)
