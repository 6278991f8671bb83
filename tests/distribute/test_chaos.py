"""Workers that are killed at random moments change no answer; ``make chaos`` does the same for longer."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "chaos" / "workers.py"


def test_questions_and_datasets_are_the_same_whatever_workers_are_killed() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--runs", "4", "--seed", "9"],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert (found["wrong"], found["processes left"]) == (0, 0)
    assert found["kills"] >= found["runs"] == 4
    assert any("dataset" in asked for asked in found["runs by question"])
    assert {asked.rpartition(" on ")[2] for asked in found["runs by question"]} == {"dask", "processes:2"}
