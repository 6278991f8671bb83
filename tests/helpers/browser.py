"""Debian's Chromium, without a network: pages are opened as files, every name is unresolvable, requests are counted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
SIZES = {"narrow": (390, 844), "wide": (1280, 900), "very wide": (1920, 1200)}


@dataclass
class Opened:
    """A page, with all that went wrong on it."""

    page: Any
    requests: list[str] = field(default_factory=list)
    """Addresses asked for, but for the page itself and what stands in it (``data:``, ``blob:``)."""
    errors: list[str] = field(default_factory=list)
    """What the console says is an error, and exceptions that nobody caught."""


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser; a test without one skips."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    arguments = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Any, path: Path, *, fragment: str = "", size: str = "wide", **options: Any) -> Iterator[Opened]:
    """A file in a browser of some size; ``options`` are those of a context, as ``color_scheme="dark"``."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    found = Opened(page)
    address = path.resolve().as_uri()

    def asked(request: Any) -> None:
        if request.url.split("#")[0] != address and not request.url.startswith(("data:", "blob:")):
            found.requests.append(request.url)

    page.on("request", asked)
    page.on("console", lambda message: found.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    try:
        page.goto(address + fragment)
        yield found
    finally:
        context.close()
