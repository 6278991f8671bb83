"""Runs the code blocks of the README and of the pages here, and puts what they print where the page shows it.

``make docs`` runs it; a test fails when a page shows something else. Each page runs in a folder of its own, which holds
the examples. Blocks in

* ``console``: each line after ``$`` is run by the shell; the lines below it are its output, 80 columns wide;
* ``python``: run one after the other in one module; a ``text`` block right below is what the block prints;
* ``toml``, ``csv``, ``json`` after a line that ends in "`NAME`:": written to the file NAME, for the blocks below;
* other languages: shown and not run. ``sh`` is for what a reader runs in the tree (make, pip) or elsewhere.
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
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(
    r"(?P<lead>(?P<file>[\w.-]+)`:\n\n)?^```(?P<language>[\w{}-]*)[^\n`]*\n(?P<code>.*?)^```$(?:\n\n?^```text\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
GENERATED = "docs/model"
"""The handbook: its blocks are bodies of functions."""


def pages() -> Iterator[Path]:
    """The README and every page of the documentation that people write."""
    yield ROOT / "README.md"
    for page in sorted((ROOT / "docs").rglob("*.md")):
        if not page.is_relative_to(ROOT / GENERATED):
            yield page


def rebuilt(text: str, name: str) -> str:
    """A page with the output of its blocks as it is now. Raises what a block raises."""
    names: dict[str, Any] = {"__name__": "docs"}
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", Path(folder) / "examples")
        os.chdir(folder)
        try:
            return BLOCK.sub(lambda block: _block(block, name, names), text)
        finally:
            os.chdir(before)


def _block(block: re.Match[str], name: str, names: dict[str, Any]) -> str:
    """One block as it should be shown, after it has been run or written."""
    language, code, lead = block["language"], block["code"], block["lead"] or ""
    if language == "console":
        commands = [line.removeprefix("$ ") for line in code.splitlines() if line.startswith("$ ")]
        outputs = [_shell(command) for command in commands]
        shown = [f"$ {command}\n{output}" for command, output in zip(commands, outputs, strict=True)]
        # A blank line after each output, none after a command that prints nothing.
        gaps = ["\n" if output else "" for output in outputs[:-1]] + [""]
        return lead + "```console\n" + "".join(part + gap for part, gap in zip(shown, gaps, strict=True)) + "```"
    if language == "python":
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, name, "exec"), names)  # noqa: S102 - our own pages
        output = f"\n\n```text\n{printed.getvalue()}```" if printed.getvalue() else ""
        return f"{lead}```python\n{code}```{output}"
    if block["file"] and language in {"toml", "csv", "json"}:
        Path(block["file"]).write_text(code, encoding="utf-8")
    return block.group()


def _shell(command: str) -> str:
    """What a command prints on a terminal of 80 columns without colours."""
    programs = os.path.dirname(sys.executable)  # noqa: PTH120 - not resolved: the environment's own
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GIGACOST", "FORCE_COLOR"))},
        "PATH": programs + os.pathsep + os.environ["PATH"],
        "COLUMNS": "80",
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
    if done.returncode != 0:
        message = f"{command}: exit code {done.returncode}\n{done.stderr}"
        raise RuntimeError(message)
    # How long it took is never the same twice: a page shows that it is said, and leaves the number open.
    text = re.sub(r"\bin [\d.]+ m?s(?=[.;]? |[.;]?$)", "in ... s", done.stdout, flags=re.MULTILINE)
    text = "\n".join(line.rstrip() for line in text.rstrip().splitlines()).strip("\n")
    return f"{text}\n" if text else ""


def main() -> None:
    """Rewrite the pages named on the command line, all without names; say how long each took."""
    wanted = [Path(name).resolve() for name in sys.argv[1:]] or list(pages())
    for page in wanted:
        begin = time.perf_counter()
        text = page.read_text(encoding="utf-8")
        page.write_text(rebuilt(text, page.name), encoding="utf-8", newline="\n")
        print(f"{time.perf_counter() - begin:5.1f} s  {page.relative_to(ROOT)}", flush=True)


if __name__ == "__main__":
    main()
