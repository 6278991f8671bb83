"""Who may ask: addresses, the token, names, origins."""

from __future__ import annotations

import pytest
from services import small

from gigacost.errors import SpecError
from gigacost.service.bearer import VARIABLE, token
from gigacost.service.cors import refuse_bad_origin
from gigacost.service.listening import is_loopback, refuse_open
from gigacost.service.serve import refuse_bad_settings
from gigacost.service.settings import Settings

OPEN = "0.0.0.0"  # noqa: S104 - it is refused
TOKEN = "0123456789-abc.def_ghi~jkl+mno/pqr=="  # noqa: S105 - of no service


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", [OPEN, "0", "::", "192.0.2.1", "::ffff:192.0.2.1", "127.0.0.1.example.invalid", ""])
def test_without_a_token_nothing_but_this_machine_is_served(host: str) -> None:
    with pytest.raises(SpecError) as refused:
        refuse_open(host, 0, token=None)
    assert refused.value.field == "--host"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1"])
def test_this_machine_is_served_without_a_token(host: str) -> None:
    refuse_open(host, 0, token=None)


def test_with_a_token_everybody_may_reach_it() -> None:
    refuse_open(OPEN, 0, token=TOKEN)


@pytest.mark.parametrize("text", ["", " ", "two words", "tökèn", "line\nbreak", '"quoted"'])
def test_a_token_is_what_a_header_can_hold(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(SpecError) as refused:
        token()
    assert refused.value.field == VARIABLE
    assert not text.strip() or text not in str(refused.value)


def test_settings_are_held_before_anything_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    for settings in (
        Settings(host=OPEN),
        Settings(origins=("https://example.org/path",)),
        Settings(ready_file="/nowhere/ready"),
        Settings(ready_file="/"),
    ):
        with pytest.raises(SpecError):
            refuse_bad_settings(settings)


@pytest.mark.parametrize("origin", ["*", "null", "example.org", "https://example.org/", "file://x", "https://a b"])
def test_an_origin_is_a_scheme_and_a_host(origin: str) -> None:
    with pytest.raises(SpecError, match="--cors"):
        refuse_bad_origin(origin)


def test_a_token_is_asked_for() -> None:
    with small(token=TOKEN, origins=["https://example.org"]) as service:
        wrong = [TOKEN[:-1], f"{TOKEN}x", f"{TOKEN[:-1]}7", TOKEN.upper(), f" {TOKEN} {TOKEN}", "", "ö"]
        given = [{}, *({"Authorization": f"Bearer {one}"} for one in wrong), {"Authorization": TOKEN}]
        given += [{"Authorization": f"Basic {TOKEN}"}]
        for headers in given:
            for path in (
                "/v1/echo",
                "/metrics",
                "/v1/jobs/0-0123456789abcdef",
                "/",
                "//healthz",
                "/healthz/",
                "/v1/../healthz",
            ):
                found = service.ask("POST", path, {}, **headers)
                assert (found.status, found.json["errors"][0]["field"]) == (401, "authorization")
                assert found.headers["www-authenticate"] == 'Bearer realm="gigacost"'
        for scheme in ("Bearer", "bearer"):
            assert service.ask("POST", "/v1/echo", {}, Authorization=f"{scheme} {TOKEN}").status == 200
        for path in ("/healthz", "/readyz"):
            assert service.ask("GET", path).status == 200
        asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
        asked["Access-Control-Request-Headers"] = "authorization,content-type"
        found = service.ask("OPTIONS", "/v1/echo", **asked)
        assert (found.status, found.headers["access-control-allow-origin"]) == (200, "https://example.org")
        found = service.ask("OPTIONS", "/v1/echo", **{**asked, "Origin": "https://example.com"})
        assert "access-control-allow-origin" not in found.headers
        assert service.stop() == 143
        assert TOKEN not in service.err


def test_a_service_without_a_token_is_asked_by_this_machines_names() -> None:
    with small(hosts=["costs.example"]) as service:
        port = service.place[1]
        for name in ("localhost", f"127.0.0.1:{port}", f"[::1]:{port}", "LOCALHOST:1", "costs.example"):
            assert service.ask("POST", "/v1/echo", {}, Host=name).status == 200
        for name in ("example.org", "127.0.0.1.example.org", "localhost.example", "10.0.0.1", "", "localhost:x"):
            found = service.ask("POST", "/v1/echo", {}, Host=name)
            assert (found.status, found.json["errors"][0]["field"]) == (421, "host")
            assert "access-control-allow-origin" not in found.headers


def test_a_service_without_a_token_is_asked_by_no_page_of_another_origin() -> None:
    with small(hosts=["costs.example"], origins=["https://pages.example"]) as service:
        port = service.place[1]
        host = f"localhost:{port}"
        for origin in (
            f"http://{host}",
            "https://costs.example",
            "https://costs.example:8443",
            "https://pages.example",
        ):
            assert service.ask("POST", "/v1/echo", {}, Host=host, Origin=origin).status == 200
        others = ("http://localhost:1", "https://example.org", "null", "", "https://pages.example.org", "file://", host)
        for origin in (*others, f"http://{host}.example.org", f"http://{host}@example.org", f"ftp://{host}"):
            found = service.ask("POST", "/v1/jobs", {"question": "echo"}, Host=host, Origin=origin)
            assert (found.status, found.json["errors"][0]["field"]) == (403, "origin"), origin
