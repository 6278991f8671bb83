"""The page of the API: complete, without scripts, without requests, readable at every width."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest
from asked_service import service
from browser import SIZES, chromium

CLIENT = service()
REPLY = CLIENT.get("/")
TEXT = REPLY.text


def test_it_tells_every_path_option_and_limit() -> None:
    document = CLIENT.get("/openapi.json").json()
    for path, entry in document["paths"].items():
        assert f"</b> {path}</h3>" in TEXT
        for one in entry.values():
            assert f'id="{one["operationId"]}"' in TEXT
    for name in ("within", "distinct", "no_quantiles", "table_rows", "jobs_kept"):
        assert f"<code>{name}</code>" in TEXT


def test_its_policy_lets_nothing_but_its_own_style_in() -> None:
    policy = REPLY.headers["content-security-policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", TEXT, re.DOTALL)
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"<script|<link|<img|\bstyle=|\bon\w+=|src=", TEXT)
    assert REPLY.headers["x-content-type-options"] == "nosniff"


def test_every_link_leads_somewhere() -> None:
    places = {*re.findall(r'id="?([\w-]+)', TEXT)}
    links = re.findall(r"href=[\"']([^\"']*)", TEXT)
    assert links
    for link in links:
        assert link == "/openapi.json" or link.removeprefix("#") in places


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
def test_it_is_readable(size: str, scheme: Any) -> None:
    width, height = SIZES[size]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text))
        page.route("http://service/*", lambda route: route.fulfill(status=200, headers=dict(REPLY.headers), body=TEXT))
        page.goto("http://service/")
        seen = page.evaluate(
            """() => ({width: document.documentElement.scrollWidth, ground: getComputedStyle(document.body)
            .backgroundColor, wide: [...document.querySelectorAll('p')].map(p => p.getBoundingClientRect().width)})"""
        )
    assert errors == []
    assert seen["width"] == width
    assert max(seen["wide"]) <= 1320
    lightness = sum(map(int, re.findall(r"\d+", seen["ground"])[:3])) / 3
    assert lightness > 200 if scheme == "light" else lightness < 60
