"""Scripts that belong to no package, as those in ``docs``, as modules."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def loaded(path: Path) -> ModuleType:
    """The module that a script is; it is not left among those imported."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their module up.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, path.stem, module)
        spec.loader.exec_module(module)
    return module


def reported(path: Path) -> dict[str, Any]:
    """What a script prints with ``--json``, run by itself."""
    done = subprocess.run([sys.executable, path, "--json"], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
