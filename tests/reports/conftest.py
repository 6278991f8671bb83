"""Reports that the tests look at: each is made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from report_pages import OPEN, RUN, SPEC

from gigacost.cli import main


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The report of a run (``run``), of an open question (``open``) or of a specification (``spec``), as a file."""
    folder = tmp_path_factory.mktemp("reports")
    spec = folder / "spec.toml"
    spec.write_text(SPEC)
    given = {"run": RUN, "open": OPEN, "spec": (str(spec),)}

    @cache
    def made(name: str, ending: str = "html") -> Path:
        file = folder / f"{name}.{ending}"
        with pytest.raises(SystemExit) as ended:
            main(["report", *given[name], "-o", str(file)])
        assert ended.value.code == 0
        return file

    return made
