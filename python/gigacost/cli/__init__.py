"""The command line: ``gigacost COMMAND``. One module for each command; what is heavy is imported when it is needed."""

from __future__ import annotations

from gigacost.cli.app import main

__all__ = ["main"]
