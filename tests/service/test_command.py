"""``gigacost serve`` on the command line: what it refuses before it opens anything, and the service that it starts."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import gigacost_command


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
