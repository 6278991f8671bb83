"""Runs every code block of the README and puts what it prints where the README shows it.

``make docs`` runs it; a test fails when the README shows something else than what is printed. Blocks in

* ``console``: each line after ``$`` is run by the shell, the lines below it are its output;
* ``python``: run one after the other in one module; a ``text`` block right below is what it prints;
* ``sh``: commands about the tree itself (make, pip), which tests of their own run.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$(?:\n\n?^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


def rebuilt(text: str) -> str:
    """The README with the output of all its blocks as it is now. Raises what a block raises."""
    names: dict[str, Any] = {"__name__": "readme"}
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", Path(folder) / "examples")
        os.chdir(folder)
        try:
            return BLOCK.sub(lambda block: _block(block, names), text)
        finally:
            os.chdir(before)


def _block(block: re.Match[str], names: dict[str, Any]) -> str:
    language, code, output = block.groups()
    if language == "console":
        commands = [line for line in code.splitlines() if line.startswith("$ ")]
        return "```console\n" + "\n".join(f"{command}\n{_shell(command[2:])}" for command in commands) + "```"
    if language == "python":
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - our own README
        if output is None:
            return block.group()
        return f"```python\n{code}```\n\n```text\n{printed.getvalue()}```"
    return block.group()


def _shell(command: str) -> str:
    """What a command prints on a terminal of 100 columns without colours."""
    programs = os.path.dirname(sys.executable)  # noqa: PTH120 - not resolved: the environment's own
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GIGACOST", "FORCE_COLOR"))},
        "PATH": programs + os.pathsep + os.environ["PATH"],
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    if done.returncode != 0 or not done.stdout:
        message = f"{command}: exit code {done.returncode}\n{done.stderr}"
        raise RuntimeError(message)
    # How long it took is never the same twice: the README shows that it is said, and leaves the number open.
    text = re.sub(r"\bin [\d.]+ m?s(?=[.;]? |[.;]?$)", "in ... s", done.stdout, flags=re.MULTILINE)
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()).strip("\n") + "\n"


if __name__ == "__main__":
    README.write_text(rebuilt(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
