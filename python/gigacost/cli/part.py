"""``--part``: which part of how many a command answers for, said in numbers or by the system that started it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from gigacost.cli.options import once

C = TypeVar("C", bound=Callable[..., Any])
FIELD = "--part"
_WHOLE = "[0-9]{1,18}"  # what is longer might not fit into 64 bits
_NUMBERED = re.compile(f"({_WHOLE})/({_WHOLE})")
_AUTO_OF = re.compile(f"auto/({_WHOLE})")
_ALLOWED = "K/N with 1 <= K <= N < 10^18, auto (Slurm, AWS Batch), auto/N (Kubernetes)"
_SLURM = "SLURM_ARRAY_TASK_ID"
_SLURM_NEEDED = (_SLURM, "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP", "SLURM_ARRAY_TASK_COUNT")
_SLURM_MAX = "SLURM_ARRAY_TASK_MAX"
_AWS = ("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE")
_KUBERNETES = ("JOB_COMPLETION_INDEX",)
_SYSTEMS = {"Slurm": (*_SLURM_NEEDED, _SLURM_MAX), "AWS Batch": _AWS, "Kubernetes": _KUBERNETES}


def parting(what: str) -> Callable[[C], C]:
    """``--part``, whose ``part`` is the number and the count of parts, or None; ``what`` begins its help."""
    return once(
        FIELD,
        metavar="K/N",
        callback=lambda _, __, text: None if text is None else part_of(text, os.environ),
        help=f"{what} part K of N only (from 1 on). auto: as the Slurm or AWS Batch array says; auto/N: as Kubernetes.",
    )


def part_of(text: str, environment: Mapping[str, str]) -> tuple[int, int]:
    """The number, from 1 on, and the count of parts: ``3/16``, or ``auto`` and ``auto/16`` by a job array's variables.

    Slurm and AWS Batch say how many tasks there are; Kubernetes gives an index only. Raises SpecError.
    """
    numbered = _NUMBERED.fullmatch(text)
    if numbered:
        return _checked(text, int(numbered[1]), int(numbered[2]))
    automatic = _AUTO_OF.fullmatch(text)
    if text != "auto" and not automatic:
        _refuse(text, "not a part", _ALLOWED)
    found = [system for system, names in _SYSTEMS.items() if any(name in environment for name in names)]
    if len(found) > 1:
        _refuse(text, f"variables of {' and '.join(found)} are set", "those of one system; K/N")
    if automatic:
        if found != ["Kubernetes"]:
            _refuse(
                text, f"{_KUBERNETES[0]} is not set", "an Indexed Job of Kubernetes; K/N; auto under Slurm, AWS Batch"
            )
        (index,) = _read(text, environment, _KUBERNETES)
        return _checked(text, index + 1, int(automatic[1]), f"{_KUBERNETES[0]} = {index}: ")
    if not found:
        _refuse(text, f"no job array: neither {_SLURM} nor {_AWS[0]} is set", "a task of an array; K/N")
    if found == ["Kubernetes"]:
        _refuse(text, "Kubernetes does not say how many parts there are", "auto/N, with N as in completions: N")
    return _slurm(text, environment) if found == ["Slurm"] else _aws(text, environment)


def _slurm(text: str, environment: Mapping[str, str]) -> tuple[int, int]:
    task, least, step, count = _read(text, environment, _SLURM_NEEDED)
    if step == 0:
        _refuse(text, f"{_SLURM_NEEDED[2]} is 0", ">= 1")
    if _SLURM_MAX in environment:
        (most,) = _read(text, environment, (_SLURM_MAX,))
        if (most - least) // step != count - 1:  # 0-15:4 may be said to end at 15
            what = f"an array of {count} tasks from {least} to {most} in steps of {step} has gaps"
            _refuse(text, what, "an array without, as --array=1-64; K/N, to run some parts again")
    place, off = divmod(task - least, step)
    if off:
        _refuse(text, f"{_SLURM} = {task} is not on the step of {step} from {least}", "ids on the step; K/N")
    return _checked(text, place + 1, count, f"{_SLURM} = {task}: ")


def _aws(text: str, environment: Mapping[str, str]) -> tuple[int, int]:
    index, size = _read(text, environment, _AWS)
    return _checked(text, index + 1, size, f"{_AWS[0]} = {index}: ")


def _read(text: str, environment: Mapping[str, str], names: tuple[str, ...]) -> list[int]:
    """The numbers of some variables. Raises SpecError, with all that is wrong with them."""
    from gigacost.errors import Fault, SpecError, show

    faults = []
    for name in names:
        if name not in environment:
            faults.append(Fault(FIELD, show(text), f"{name} is not set", "all of " + ", ".join(names)))
        elif not re.fullmatch(_WHOLE, environment[name]):
            what = f"{name} = {show(environment[name])} is not a whole number"
            faults.append(Fault(FIELD, show(text), what, ">= 0, in at most 18 digits 0-9"))
    if faults:
        raise SpecError(*faults)
    return [int(environment[name]) for name in names]


def _checked(text: str, number: int, count: int, said: str = "") -> tuple[int, int]:
    if count < 1:
        _refuse(text, f"{said}there are no {count} parts", _ALLOWED)
    if not 1 <= number <= count:
        _refuse(text, f"{said}there is no part {number} of {count}", f"1 to {count}")
    return number, count


def _refuse(text: str, what: str, allowed: str) -> NoReturn:
    from gigacost.errors import Fault, SpecError, show

    raise SpecError(Fault(FIELD, show(text), what, allowed))
