"""The executors that are named, and those of others: lost workers, Ctrl-C, what is left of their processes."""

from __future__ import annotations

import contextlib
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import part_functions as parts
import pytest
import submitit
from driving import driven, kinds, tasks

from gigacost import ExecutorError, SpecError
from gigacost.compiler.lower import cpus
from gigacost.distribute import processes as processes_module
from gigacost.distribute.driver import Job, Task, drive
from gigacost.distribute.executors import opened, workers_of
from gigacost.distribute.processes import Processes

HELPERS = Path(__file__).parents[1] / "helpers"


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    with opened("processes:2") as made:
        yield made


def test_processes_of_our_own(processes: Any) -> None:
    data = pickle.dumps({"new": 1, "bytes": bytes(109_000)})
    taken, events = driven(Job(parts.with_process, (data,)), tasks(100), processes)
    assert sorted(value for _, value, _ in taken) == list(range(100))
    assert os.getpid() not in {pid for *_, pid in taken}
    assert 1 <= sum(event.kind == "object" for event in events) <= 8
    assert workers_of(processes) == 2


def test_a_task_has_its_share_of_the_threads(processes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIGACOST_THREADS", raising=False)
    taken, _ = driven(Job(parts.threads), iter([Task((), "part 0")]), processes)
    assert taken == [max(cpus() // 2, 1)]


def test_a_killed_process_costs_its_part_again_and_no_other(tmp_path: Path) -> None:
    taken, events = driven(Job(parts.kill_once), tasks(30, 7, first=(str(tmp_path / "killed"),)), "processes:2")
    assert sorted(taken) == list(range(30))
    lost = [event for event in events if event.kind == "lost"]
    assert [(event.task.name, event.tries) for event in lost] == [("part 7", 1)]
    assert lost[0].why.endswith("was killed by signal 9")
    assert [event.tries for event in events if event.kind == "part" and event.task.name == "part 7"] == [2]


def test_a_part_that_kills_every_process_is_named() -> None:
    with pytest.raises(ExecutorError, match=r"^rows: part 7 was lost 3 times, the last time: process \d+"):
        driven(Job(parts.kill_always, name="rows"), tasks(30, 7), "processes:2", retries=2)


def test_processes_that_are_killed_while_they_idle_cost_nothing(processes: Any) -> None:
    first, _ = driven(Job(parts.with_process), tasks(20), processes)
    idle = {pid for *_, pid in first}
    for pid in idle:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(process.is_alive() for process in processes._processes if process.pid in idle):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    taken, events = driven(Job(parts.with_process), tasks(20), processes)
    assert {event.kind for event in events} == {"part"}
    assert not idle & {pid for *_, pid in taken}


def test_a_process_that_is_killed_while_it_starts_costs_its_part_again(monkeypatch: pytest.MonkeyPatch) -> None:
    start, started = processes_module._start_undisturbed, []

    def killing(process: Any) -> None:
        start(process)
        started.append(process)
        if len(started) == 1:
            os.kill(process.pid, signal.SIGKILL)

    monkeypatch.setattr(processes_module, "_start_undisturbed", killing)
    taken, events = driven(Job(parts.same), tasks(3), "processes:1")
    assert sorted(taken) == [(0,), (1,), (2,)]
    assert kinds(events) == {"lost": 1, "retry": 1, "part": 3}


def test_processes_end_with_the_call() -> None:
    with opened("processes:2") as made:
        assert isinstance(made, Processes)
        taken, _ = driven(Job(parts.with_process), tasks(20), made)
    for pid in {pid for *_, pid in taken}:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(ExecutorError, match="have been ended"):
        driven(Job(parts.with_process), tasks(20), made)


@pytest.mark.parametrize(
    ("executor", "what"),
    [
        ("processes:0", "out of range; allowed: processes:1 to processes:1024"),
        ("processes:1025", "out of range"),
        ("processes:", "unknown executor; allowed: processes:N, dask://HOST:PORT"),
        ("processes:-1", "unknown executor"),
        ("processes:2x", "unknown executor"),
        ("processes:٢", "unknown executor"),
        ("threads:2", "unknown executor"),
        ("", "unknown executor"),
        ("dask://", "unknown executor"),
        ("dask://host", "unknown executor"),
        ("dask://host:port", "unknown executor"),
        ("dask://ho st:1", "unknown executor"),
        ("dask://host:0", "not a port; allowed: 1 to 65535"),
        ("dask://host:65536", "not a port"),
        (7, "not an executor"),
        (object(), "not an executor"),
    ],
)
def test_what_is_no_executor_is_refused(executor: Any, what: str) -> None:
    with pytest.raises(SpecError) as refused:
        drive(Job(parts.same), tasks(1), lambda *_: None, executor=executor)
    assert refused.value.field == "executor"
    assert what in str(refused.value)


def script(folder: Path, body: str, guard: str = "if __name__ == '__main__':") -> subprocess.Popen[str]:
    """A script that drives tasks, started."""
    path = folder / "driving.py"
    path.write_text(
        "import part_functions as parts\n"
        "from gigacost.distribute.driver import Job, Task, drive\n"
        f"folder = {str(folder)!r}\n"
        f"{guard}\n" + "".join(f"    {line}\n" for line in body.splitlines())
    )
    paths = os.pathsep.join([str(HELPERS), *sys.path])
    return subprocess.Popen(
        [sys.executable, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        start_new_session=True,
    )


def begun(folder: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a task began."""
    deadline = time.monotonic() + 60
    while not list(folder.glob("began*")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


LONG = """
tasks = (Task((60.0, f"{folder}/began{i}"), f"part {i}") for i in range(1000))
drive(Job(parts.touching), tasks, lambda *_: None, executor=EXECUTOR)
"""


def members(group: int) -> list[int]:
    """The processes of a group that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            state, _, of = stat.read_text().rpartition(")")[2].split()[:3]
            if int(of) == group and state != "Z":
                found.append(int(stat.parent.name))
    return found


def all_ended(group: int) -> None:
    """Wait until none is left, for less time than a task takes."""
    deadline = time.monotonic() + 20
    while members(group):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("whole_group", [False, True], ids=["the caller", "the terminal"])
def test_ctrl_c_ends_our_processes_at_once(tmp_path: Path, *, whole_group: bool) -> None:
    process = script(tmp_path, LONG.replace("EXECUTOR", "'processes:2'"))
    begun(tmp_path, process)
    start = time.monotonic()
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - start < 5  # one second on a machine that does nothing else
    assert process.returncode == -signal.SIGINT
    assert err.count("KeyboardInterrupt") == 1  # of the caller alone: no process says anything
    all_ended(process.pid)
    assert len(list(tmp_path.glob("began*"))) <= 2


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_the_command_line_ends_as_it_does_without_executors(
    tmp_path: Path, number: signal.Signals, code: int, word: str
) -> None:
    tasks = '(Task((60.0, f"{folder}/began{i}"), f"part {i}") for i in range(1000))'
    call = f"drive(Job(parts.touching), {tasks}, lambda *_: None, executor='processes:2')"
    process = script(tmp_path, f"from gigacost.cli.process import run\nraise SystemExit(run(lambda: {call}))")
    begun(tmp_path, process)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (code, f"error: {word}\n")
    all_ended(process.pid)


def test_the_command_line_says_in_a_line_which_part_is_lost(tmp_path: Path) -> None:
    call = "drive(Job(parts.kill_always), [Task((1, 1), 'part 1')], print, executor='processes:1', retries=0)"
    process = script(tmp_path, f"from gigacost.cli.process import run\nraise SystemExit(run(lambda: {call}))")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert re.fullmatch(r"error: task: part 1 was lost once: process \d+ was killed .*\n", err)


def test_processes_end_when_their_caller_is_killed(tmp_path: Path) -> None:
    process = script(tmp_path, LONG.replace("EXECUTOR", "'processes:2'"))
    begun(tmp_path, process)
    process.kill()
    process.communicate(timeout=30)
    all_ended(process.pid)


def test_a_script_on_standard_input_needs_no_guard(tmp_path: Path) -> None:
    code = (
        "import part_functions as parts\n"
        "from gigacost.distribute.driver import Job, Task, drive\n"
        "drive(Job(parts.same), [Task((1,), 'part 1')], lambda _, one: print(one, __file__), executor='processes:1')\n"
    )
    done = subprocess.run(
        [sys.executable, "-"],
        input=code,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HELPERS), *sys.path])},
    )
    assert (done.stdout, done.stderr) == ("(1,) <stdin>\n", "")


def test_a_script_without_the_guard_is_told_of_it(tmp_path: Path) -> None:
    process = script(tmp_path, LONG.replace("EXECUTOR", "'processes:1'"), guard="if True:")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "ended (exit code 1) before it began; a script that starts processes does its work under if __name__" in err
    assert list(tmp_path.glob("began*")) == []


# Its executor for debugging leaves its logs open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", ["local", "debug"])
def test_submitit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HELPERS), *sys.path]))  # its jobs find the function there
    executor = submitit.AutoExecutor(tmp_path / "logs", cluster=kind)
    data = pickle.dumps("shared")
    taken, events = driven(Job(parts.same, (data,)), tasks(2), executor, window=2)
    assert sorted(taken) == [("shared", 0), ("shared", 1)]
    # Each job is a process that knows nothing: the objects go with it.
    assert [event.kind for event in events].count("object") == 2


def test_importing_loads_no_library_for_it() -> None:
    code = "import sys, gigacost.distribute.driver as d; d.drive(d.Job(len), [], print); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"distributed", "dask", "submitit", "numpy", "cloudpickle"}
