"""Small files that a command writes: whole or not at all, and refused before anything is computed."""

from __future__ import annotations

from pathlib import Path

from gigacost._staged import refuse_bad_output, staged
from gigacost.errors import Fault, SpecError, escape, show


def refuse_bad_text_file(output: str, ending: str) -> None:
    """Raise SpecError unless a file of that ending can be put at ``output``."""
    refuse_bad_output(output, (ending,), "file")


def folder_for(option: str, folder: str) -> Path:
    """The place of a folder that is there, or can be made. Raises SpecError."""
    path = Path(folder)
    if not path.parent.is_dir():
        what = f"there is no folder {escape(str(path.parent))}"
        raise SpecError(Fault(option, show(folder), what, "a folder, or a new one in a folder that exists"))
    if path.exists() and not path.is_dir():
        raise SpecError(Fault(option, show(folder), "exists and is not a folder", "a folder, or a new name"))
    return path


def write_text_file(output: str, text: str) -> None:
    """Write a file as UTF-8; an older one is replaced when the new one is complete. Raises OutputError."""
    write_small_file(Path(output), text.encode())


def write_small_file(path: Path, content: bytes) -> None:
    """Write a file; an older one is replaced when the new one is complete. Raises OutputError."""
    with staged(path) as file:
        file.write(content)
