"""The process: how it starts, what it says, how it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from services import Service, small, wait_for

BOTH = pytest.mark.parametrize("workers", [1, 2])


def later(service: Service, *asked: Any) -> tuple[threading.Thread, list[Any]]:
    """A request that is under way."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(service.ask(*asked))
        except (OSError, http.client.HTTPException) as error:
            found.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    wait_for(lambda: in_flight(service) > 1)
    return thread, found


def in_flight(service: Service) -> float:
    lines = service.ask("GET", "/metrics").body.decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("gigacost_requests_in_flight{"))


@BOTH
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_lets_a_running_answer_end(workers: int, number: signal.Signals, code: int) -> None:
    with small(workers=workers, stop_seconds=20) as service:
        assert json.loads(service.ready_file.read_bytes()) == {"url": service.url, "pid": service.process.pid}
        thread, found = later(service, "POST", "/v1/wait", {"steps": 8})
        start = time.monotonic()
        assert service.stop(number) == code
        assert time.monotonic() - start < 10
        thread.join()
        assert (found[0].status, found[0].json) == (200, {"steps": 8})
        assert not service.ready_file.exists()
        assert service.lines("stopped")
        assert "Traceback" not in service.err


@BOTH
def test_an_answer_that_takes_too_long_is_cancelled_at_the_stated_time(workers: int) -> None:
    with small(workers=workers, stop_seconds=1) as service:
        thread, found = later(service, "POST", "/v1/wait", {"steps": 600})
        start = time.monotonic()
        assert service.stop() == 143
        assert 1 <= time.monotonic() - start < 5
        thread.join()
        assert found[0].status == 503
        assert found[0].json["errors"][0]["field"] == "service"
        assert "Traceback" not in service.err


@BOTH
def test_an_answer_that_cannot_be_cancelled_ends_with_the_process(workers: int) -> None:
    with small(stop_seconds=0.2, workers=workers) as service:
        with service.connect() as one:
            one.sendall(b"POST /v1/block HTTP/1.1\r\nhost: localhost\r\ncontent-length: 15\r\n\r\n")
            one.sendall(b'{"seconds": 30}')
            time.sleep(0.3)
            start = time.monotonic()
            assert service.stop() == 143
        assert time.monotonic() - start < 8
        assert not service.ready_file.exists()


def test_a_worker_that_is_killed_is_replaced() -> None:
    with small(workers=2) as service:
        pids = {line["pid"] for line in workers_of(service, 2)}
        assert service.pid not in pids
        os.kill(min(pids), signal.SIGKILL)
        (lost,) = wait_for(lambda: service.lines("worker lost"))
        assert lost["exit_code"] == -signal.SIGKILL
        wait_for(lambda: len({line["pid"] for line in workers_of(service, 2)} - pids) == 1)
        assert service.ready_file.exists()
        assert service.stop() == 143


def workers_of(service: Service, count: int) -> list[dict[str, Any]]:
    """A line of the log of each worker; both are asked until both have answered."""
    before = len(service.lines("request"))

    def answered() -> list[dict[str, Any]]:
        service.ask("GET", "/healthz")
        lines = service.lines("request")[before:]
        return lines if len({line["worker"] for line in lines}) == count else []

    return list(wait_for(answered))


def test_workers_end_when_the_first_process_is_killed() -> None:
    with small(workers=2) as service:
        pids = {line["pid"] for line in workers_of(service, 2)}
        service.process.kill()
        service.process.wait()
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AssertionError, match=f"127.0.0.1:{port}: the port is taken"), small(port=port):
            pass


@BOTH
def test_small_answers_do_not_wait_for_an_acknowledgement(workers: int) -> None:
    """A head and a body are two writes: without TCP_NODELAY the second waits up to 40 ms."""
    with small(workers=workers) as service:
        connection = http.client.HTTPConnection(*service.place)
        seconds = []
        for _ in range(15):
            start = time.perf_counter()
            connection.request("POST", "/v1/echo", b"{}")
            connection.getresponse().read()
            seconds.append(time.perf_counter() - start)
        connection.close()
        assert sorted(seconds)[len(seconds) // 2] < 0.03


def test_readiness_ends_with_the_stop() -> None:
    with small(stop_seconds=20) as service:
        connection = http.client.HTTPConnection(*service.place)
        connection.request("POST", "/v1/wait", b'{"steps": 10}')
        kept = service.connect()
        kept.sendall(b"POST /v1/wait HTTP/1.1\r\nhost: localhost\r\ncontent-length: 12\r\n\r\n")
        time.sleep(0.3)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        kept.sendall(b'{"steps": 2}')  # what has begun is answered
        assert kept.recv(100).startswith(b"HTTP/1.1 200")
        with pytest.raises(ConnectionError):
            service.connect()
        assert connection.getresponse().status == 200
        kept.close()
        connection.close()
        assert service.process.wait(30) == 143
