"""``gigacost serve`` on the command line: what it refuses before it opens anything, and the service that it starts."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_runner import gigacost_command
from services import Service, started_service, wait_for

TOKEN = "0123456789-abc.def_ghi~jkl+mno/pqr=="  # noqa: S105 - of no service
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
PRICE = 1.9375125
BOOK = f"""name = "ours"
date = "2026-10-01"

[[rental]]
hardware = "h100-sxm"
market = "on_demand"
usd_per_chip_hour = {PRICE}
date = "2026-10-01"
"""
DESIGN = {"hardware": "h100-sxm", "chips": 1024, "params": "70B", "tokens": "15T", "market": "on_demand"}


@pytest.mark.parametrize(
    ("given", "field", "allowed"),
    [
        (("--host", "0.0.0.0"), '--host = "0.0.0.0"', "a token in GIGACOST_TOKEN"),  # noqa: S104 - it is refused
        (("--host", "::"), '--host = "::"', "a token in GIGACOST_TOKEN"),
        (("--host", "no such host"), '--host = "no such host"', "127.0.0.1"),
        (("--port", "65536"), "--port = 65536", "0 to 65535"),
        (("--port", "-1"), '--port = "-1"', ">= 0"),
        (("--workers", "0"), '--workers = "0"', ">= 1"),
        (("--jobs", "many"), '--jobs = "many"', ">= 1"),
        (("--stop-seconds", "nan"), '--stop-seconds = "nan"', ">= 0"),
        (("--stop-seconds", "1e3"), '--stop-seconds = "1e3"', ">= 0"),
        (("--cors", "*"), '--cors = "*"', "https://HOST"),
        (("--ready-file", "no/such/folder/ready"), '--ready-file = "no/such/folder/ready"', "a folder that exists"),
        (("--catalog", "ours"), '--catalog = "ours"', "NAME=FILE"),
        (("--catalog", "../ours=x.toml"), '--catalog = "../ours=x.toml"', "NAME=FILE"),
    ],
)
def test_what_cannot_be_served_is_refused_in_a_line(given: tuple[str, ...], field: str, allowed: str) -> None:
    done = gigacost_command("serve", *given)
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"error: {field}: ")
    assert allowed in line
    assert done.stdout == b""


def test_a_token_that_is_no_token_is_not_shown() -> None:
    done = gigacost_command("serve", "--host", "0.0.0.0", GIGACOST_TOKEN="two secret words")  # noqa: S104, S106
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("error: GIGACOST_TOKEN: ")
    assert "secret" not in line


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_is_taken_is_refused_in_a_line(tmp_path: Path, workers: str) -> None:
    ready = tmp_path / "ready"
    ready.write_text("another service's")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = gigacost_command("serve", "--port", port, "--workers", workers, "--ready-file", str(ready))
    assert done.returncode == 2
    assert done.stderr.decode() == f"error: 127.0.0.1:{port}: the port is taken\n"
    assert ready.read_text() == "another service's"


def test_what_is_not_installed_is_said_in_a_line(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['uvicorn'] = None; from gigacost.cli import main; main(['serve', '--port', '0'])"
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, check=False, cwd=tmp_path, text=True)
    assert done.returncode == 2
    assert done.stderr == "error: serve: uvicorn is not installed; allowed: pip install 'gigacost[serve]'\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two workers with a token and a price book."""
    book = tmp_path_factory.mktemp("books") / "prices.toml"
    book.write_text(BOOK)
    with started_service("--workers", "2", "--catalog", f"ours={book}", token=TOKEN) as service:
        yield service
        assert service.stop() == 143
        assert not service.ready_file.exists()
        assert "Traceback" not in service.err


def test_a_question_is_answered_by_each_worker(served: Service) -> None:
    asked = {"spec": {"fixed": DESIGN}, "options": {"no_intervals": True}}
    answers = [served.ask("POST", "/v1/estimate", asked, **SHOWN) for _ in range(6)]
    assert {found.status for found in answers} == {200}
    assert len({found.json["subtotals"]["cost_total_usd"] for found in answers}) == 1
    assert {line["worker"] for line in served.lines("request")} == {"0", "1"}


def test_a_mounted_price_is_used_and_kept_to_itself(served: Service) -> None:
    """By its name, and one that a client sends; neither is in the log."""
    asked = {"spec": {"fixed": DESIGN}, "options": {"no_intervals": True}, "catalog": "ours"}
    found = served.ask("POST", "/v1/estimate", asked, **SHOWN)
    assert found.status == 200, found.body
    assert str(PRICE).encode() in found.body
    private = 2.0625125
    sent = {"name": "mine", "date": "2026-10-01", "rental": [
        {"hardware": "h100-sxm", "market": "on_demand", "usd_per_chip_hour": private, "date": "2026-10-01"}
    ]}  # fmt: skip
    found = served.ask("POST", "/v1/estimate", {**asked, "catalog": sent}, **SHOWN)
    assert str(private).encode() in found.body
    wrong = {**asked, "catalog": {**sent, "rental": [{"usd_per_chip_hour": f"${private}x"}]}}
    assert served.ask("POST", "/v1/estimate", wrong, **SHOWN).status == 422
    served.ask("POST", "/v1/estimate", {"spec": {"fixed": {"electricity_usd_per_kwh": f"{private}"}}}, **SHOWN)
    for secret in (TOKEN, str(PRICE), str(private), "h100", "prices.toml"):
        assert secret not in served.err


def test_a_job_answers_what_a_request_does(served: Service) -> None:
    asked = {"spec": {"fixed": {**DESIGN, "chips": 2048}}, "options": {"no_intervals": True}}
    direct = served.ask("POST", "/v1/estimate", asked, **SHOWN).json
    place = served.ask("POST", "/v1/jobs", {"question": "estimate", **asked}, **SHOWN).headers["location"]
    found = wait_for(lambda: (one := served.ask("GET", place, **SHOWN).json)["state"] == "done" and one)
    assert found["answer"] == direct
    refused = served.ask("POST", "/v1/jobs", {"question": "estimate", "spec": {"fixed": {"chips": -1}}}, **SHOWN)
    found = wait_for(
        lambda: (one := served.ask("GET", refused.headers["location"], **SHOWN).json)["state"] == "failed" and one
    )
    assert (found["status"], found["errors"][0]["field"]) == (422, "fixed.chips")


BIG = {"axes": {"chips": {"from": 8, "to": 100_000, "steps": 2000, "scale": "log"},
                "params": {"from": "1B", "to": "1T", "steps": 200, "scale": "log"},
                "tokens": {"from": "100B", "to": "30T", "steps": 200, "scale": "log"}},
       "fixed": {"hardware": "h100-sxm"}}  # fmt: skip


def test_a_long_job_tells_how_far_it_is_and_is_cancelled(served: Service) -> None:
    place = served.ask("POST", "/v1/jobs", {"question": "summary", "spec": BIG}, **SHOWN).headers["location"]
    found = wait_for(lambda: (one := served.ask("GET", place, **SHOWN).json)["progress"]["done"] > 0 and one)
    assert found["state"] == "running"
    assert found["progress"]["of"] > 10_000_000
    assert served.ask("DELETE", place, **SHOWN).json["state"] == "cancelled"
    metrics = served.ask("GET", "/metrics", **SHOWN).body.decode()
    assert 'state="cancelled"} 1' in metrics
