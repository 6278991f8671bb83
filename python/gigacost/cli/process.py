"""The process around a command: exit codes, signals, streams that cannot show what is written.

Nothing that goes wrong leaves as a traceback: bad input is one line for each fault, and gigacost's own faults are one
line too, with the traceback only for who asks for it (``--debug``).
"""

from __future__ import annotations

import codecs
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from gigacost.cli import hosted

DONE, FAILED, BAD_INPUT, INFEASIBLE, ASSERTION = 0, 1, 2, 3, 4
INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM

debug = bool(os.environ.get("GIGACOST_DEBUG"))
evaluating = False
"""Whether anything was evaluated: an output that fails afterwards is no bad input."""

arguments: tuple[str, ...] = ()
"""What the command line says, for files that tell what made them."""

derived: dict[str, str] = {}
"""The user's own expressions by name: what they make of a combination is the user's, not gigacost's fault."""

_PLAIN = {
    "·": "*", "×": "x", "÷": "/", "−": "-", "–": "-", "—": "-", "≤": "<=", "≥": ">=", "≈": "~", "²": "2", "³": "3",
    "└": "`", "├": "|", "│": "|", "─": "-", "━": "-", "█": "#", "…": "...", "Σ": "sum", "√": "sqrt", "→": "->",
    "½": "1/2", "⌊": "floor(", "⌋": ")", "δ": "delta", "ₕ": "h", "ₛ": "s", "’": "'", "“": '"', "”": '"', "µ": "u",
}  # fmt: skip
"""What stands for a character where the terminal's encoding has no such."""


_LONG = 400
"""Characters of a message that names every axis of a combination."""


class Stop(Exception):  # noqa: N818 - it is no error
    """Ends the program with an exit code, after everything has been said."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Terminated(BaseException):
    """SIGTERM, raised so that what is staged is removed on the way out, as for Ctrl-C."""


def run(command: Callable[[], object]) -> int:
    """Run a command and return the exit code it earned."""
    global evaluating  # noqa: PLW0603 - a process runs one command at a time
    evaluating = False
    derived.clear()
    codecs.register_error("gigacost", _degraded)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started us: what is written there is lost
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="gigacost")
    try:
        previous = signal.signal(signal.SIGTERM, _terminate)
    except ValueError:  # not the main thread: whoever runs us there handles signals
        previous = None
    try:
        return _attempt(command)
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)


def warn(kind: str, text: str) -> None:
    """A line on stderr: ``warning: ...``, ``note: ...``, ``error: ...``; within a service a note of the answer."""
    if run := hosted.current():
        run.notes.append(f"{kind}: {text}")
        return
    for line in text.splitlines() or [""]:
        more = line.startswith("... and ")
        print(line if more else f"{kind}: {line}", file=sys.stderr)  # noqa: T201 - messages go to stderr


def _attempt(command: Callable[[], object]) -> int:
    try:
        code = command()
        sys.stdout.flush()
    except BrokenPipeError:
        return quiet()
    except Stop as stop:
        return _flushed(stop.code)
    except (KeyboardInterrupt, Terminated) as stopped:
        terminated = isinstance(stopped, Terminated)
        warn("error", "terminated" if terminated else "interrupted")
        return TERMINATED if terminated else INTERRUPTED
    except BaseException as error:  # noqa: BLE001 - the one place where everything ends
        return _failed(error)
    return code if isinstance(code, int) else DONE


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        quiet()
    return code


def _failed(error: BaseException) -> int:
    """Say what went wrong; the exit code for it."""
    import click

    from gigacost.errors import CatalogError, SpecError

    if isinstance(error, click.exceptions.Exit | SystemExit):
        code = error.exit_code if isinstance(error, click.exceptions.Exit) else error.code
        return code if isinstance(code, int) else FAILED
    if isinstance(error, click.Abort):
        warn("error", "interrupted")
        return INTERRUPTED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return BAD_INPUT
    if isinstance(error, click.NoSuchOption) and error.ctx:
        from gigacost.cli.words import meant

        option = meant(error.option_name, [name for one in error.ctx.command.params for name in one.opts])
        error = click.UsageError(error.message + (f" Did you mean '{option}'?" if option else ""), error.ctx)
    if isinstance(error, click.UsageError) and error.message.startswith("Got unexpected extra argument"):
        message = f"{error.message}; a design is given by options, as --params 70B --tokens 15T"
        error = click.UsageError(message, error.ctx)
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        help_ = f" (see {context.command_path} --help)" if context else ""
        warn("error", " ".join(error.format_message().split()) + help_)
        return BAD_INPUT
    if isinstance(error, SpecError | CatalogError):
        warn("error", str(error))
        return BAD_INPUT
    return _failed_running(error)


def _failed_running(error: BaseException) -> int:
    from gigacost.errors import ExecutorError, InternalError, OutputError, escape, show

    if isinstance(error, ExecutorError):
        warn("error", str(error))
        return FAILED
    if isinstance(error, OSError):
        name = f"{escape(os.fsdecode(error.filename))}: " if error.filename else ""
        warn("error", f"{name}{error.strerror or error}")
        return BAD_INPUT if isinstance(error, OutputError) and not evaluating else FAILED
    name, _, rest = str(error).partition(" ")
    if isinstance(error, InternalError) and error.row is not None and name in derived:
        warn("error", f"derive.{name} = {show(derived[name])}: {escape(rest, quotes='', shown=_LONG)}")
        return FAILED
    if debug:
        import traceback

        traceback.print_exception(error)
    kind = "" if isinstance(error, InternalError) else f"{type(error).__name__}: "
    advice = "" if debug else "; GIGACOST_DEBUG=1 shows where"
    warn("error", f"internal error: {kind}{escape(str(error), quotes='')}{advice}")
    return FAILED


def quiet() -> int:
    """Whoever read our output has enough: nothing more is written, also not at exit. The exit code for that."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _terminate(_: int, __: FrameType | None) -> NoReturn:
    raise Terminated


def _degraded(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in text), error.end
