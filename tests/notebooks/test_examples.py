"""The example notebooks run from the first cell to the last, and show what they speak of."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each notebook with its outputs, run by this Python in a folder with the examples."""
    folder = tmp_path_factory.mktemp("notebooks")
    shutil.copytree(EXAMPLES, folder / "examples")
    kernel = folder / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = f'["{sys.executable}", "-m", "ipykernel_launcher", "-f", "{{connection_file}}"]'
    (kernel / "kernel.json").write_text(f'{{"argv": {argv}, "display_name": "Python 3", "language": "python"}}')
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        for path in NOTEBOOKS:
            notebook = nbformat.read(path, as_version=4)
            resources = {"metadata": {"path": str(folder / "examples")}}
            NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
            found[path.stem] = notebook
    return found


def outputs(notebook: Any) -> list[dict[str, Any]]:
    """What each cell of code shows, by kind of content."""
    return [output.get("data", {}) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["cto-choice", "paper-figure", "planner-front"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_in_the_tree_has_no_outputs_and_tells_a_story(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert len(notebook.cells) - len(code) >= 5
    assert notebook.metadata.kernelspec.name == "python3"
    assert "/" not in notebook.metadata.language_info.name


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_every_cell_shows_something_and_nothing_is_said_on_stderr(name: str, executed: dict[str, Any]) -> None:
    for cell in executed[name].cells:
        if cell.cell_type == "code":
            assert cell.outputs, cell.source
            assert [output.output_type for output in cell.outputs] == ["execute_result"], cell.source


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_answers_are_tables_and_charts_are_drawn(name: str, executed: dict[str, Any]) -> None:
    shown = outputs(executed[name])
    tables = [data for data in shown if "<table" in data.get("text/html", "")]
    charts = [data["image/svg+xml"] for data in shown if "image/svg+xml" in data]
    assert len(tables) >= 3
    assert len(charts) >= 2
    assert all("text/plain" in data and "<script" not in data["text/html"] for data in tables)
    assert all(chart.count("aria-roledescription") >= 5 and "http://" not in chart[200:] for chart in charts)


def test_the_story_of_the_planner_is_true(executed: dict[str, Any]) -> None:
    text = " ".join(data.get("text/html", "") for data in outputs(executed["planner-front"]))
    assert "51,840,000 combinations" in text


def test_the_papers_estimate_is_near_what_was_published(executed: dict[str, Any]) -> None:
    (said,) = [data["text/plain"] for data in outputs(executed["paper-figure"]) if "million" in data["text/plain"]]
    assert abs(float(said.strip("'").split("%")[0])) < 20
