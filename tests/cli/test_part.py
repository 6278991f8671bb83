"""Which part a command is to answer for: every part of an array once, and no other."""

from __future__ import annotations

import re

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacost.cli.part import part_of, parting
from gigacost.errors import SpecError

SLURM = {
    "SLURM_ARRAY_TASK_ID": "9",
    "SLURM_ARRAY_TASK_MIN": "5",
    "SLURM_ARRAY_TASK_STEP": "2",
    "SLURM_ARRAY_TASK_COUNT": "4",
    "SLURM_ARRAY_TASK_MAX": "11",
}
AWS = {"AWS_BATCH_JOB_ARRAY_INDEX": "2", "AWS_BATCH_JOB_ARRAY_SIZE": "10000"}
KUBERNETES = {"JOB_COMPLETION_INDEX": "0"}


def without(environment: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in environment.items() if key != name}


@pytest.mark.parametrize(
    ("text", "environment", "part"),
    [
        ("1/1", {}, (1, 1)),
        ("3/16", SLURM | AWS, (3, 16)),
        ("003/100", {}, (3, 100)),
        (f"1/{10**18 - 1}", {}, (1, 10**18 - 1)),
        ("auto", SLURM, (3, 4)),
        ("auto", without(SLURM, "SLURM_ARRAY_TASK_MAX"), (3, 4)),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_MAX": "12"}, (3, 4)),
        ("auto", AWS, (3, 10000)),
        ("auto/8", KUBERNETES, (1, 8)),
        ("auto/8", {"JOB_COMPLETION_INDEX": "7"}, (8, 8)),
    ],
)
def test_a_part_is_named(text: str, environment: dict[str, str], part: tuple[int, int]) -> None:
    assert part_of(text, environment) == part


@pytest.mark.parametrize(
    ("text", "environment", "what"),
    [
        ("5/4", {}, "there is no part 5 of 4"),
        ("0/4", {}, "there is no part 0 of 4"),
        ("1/0", {}, "there are no 0 parts"),
        ("0/0", {}, "there are no 0 parts"),
        ("-1/4", {}, "not a part"),
        ("+1/4", {}, "not a part"),
        ("a/b", {}, "not a part"),
        ("1", {}, "not a part"),
        ("1/2/3", {}, "not a part"),
        ("1.0/2", {}, "not a part"),
        (" 1/2", {}, "not a part"),
        ("1/2\n", {}, "not a part"),
        ("1 / 2", {}, "not a part"),
        ("", {}, "not a part"),
        ("١/٤", {}, "not a part"),
        ("1/1000000000000000000", {}, "not a part"),
        ("Auto", SLURM, "not a part"),
        ("auto/", KUBERNETES, "not a part"),
        ("auto/٤", KUBERNETES, "not a part"),
        ("auto", {}, "neither SLURM_ARRAY_TASK_ID nor AWS_BATCH_JOB_ARRAY_INDEX is set"),
        ("auto", {"SLURM_JOB_ID": "7"}, "neither SLURM_ARRAY_TASK_ID nor AWS_BATCH_JOB_ARRAY_INDEX is set"),
        ("auto", KUBERNETES, "Kubernetes does not say how many parts there are"),
        ("auto", SLURM | AWS, "variables of Slurm and AWS Batch are set"),
        ("auto", AWS | KUBERNETES, "variables of AWS Batch and Kubernetes are set"),
        ("auto/4", SLURM | KUBERNETES, "variables of Slurm and Kubernetes are set"),
        ("auto/4", {}, "JOB_COMPLETION_INDEX is not set"),
        ("auto/4", SLURM, "JOB_COMPLETION_INDEX is not set"),
        ("auto/0", KUBERNETES, "JOB_COMPLETION_INDEX = 0: there are no 0 parts"),
        ("auto/4", {"JOB_COMPLETION_INDEX": "4"}, "JOB_COMPLETION_INDEX = 4: there is no part 5 of 4"),
        ("auto/4", {"JOB_COMPLETION_INDEX": "-1"}, 'JOB_COMPLETION_INDEX = "-1" is not a whole number'),
        ("auto/4", {"JOB_COMPLETION_INDEX": ""}, 'JOB_COMPLETION_INDEX = "" is not a whole number'),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_ID": "8"}, "SLURM_ARRAY_TASK_ID = 8 is not on the step of 2 from 5"),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_ID": "3"}, "SLURM_ARRAY_TASK_ID = 3: there is no part 0 of 4"),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_ID": "13"}, "SLURM_ARRAY_TASK_ID = 13: there is no part 5 of 4"),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_STEP": "0"}, "SLURM_ARRAY_TASK_STEP is 0"),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_MAX": "99"}, "4 tasks from 5 to 99 in steps of 2 has gaps"),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_COUNT": "٤"}, "SLURM_ARRAY_TASK_COUNT = "),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_COUNT": "1" * 19}, "is not a whole number"),
        ("auto", AWS | {"AWS_BATCH_JOB_ARRAY_INDEX": "10000"}, "there is no part 10001 of 10000"),
        ("auto", AWS | {"AWS_BATCH_JOB_ARRAY_SIZE": "0"}, "there are no 0 parts"),
    ],
)
def test_what_names_no_part_is_refused(text: str, environment: dict[str, str], what: str) -> None:
    with pytest.raises(SpecError) as refused:
        part_of(text, environment)
    (fault,) = refused.value.faults
    assert fault.field == "--part"
    assert fault.value
    assert what in fault.what
    assert fault.allowed


@pytest.mark.parametrize(
    ("environment", "name"),
    [(SLURM, name) for name in SLURM if name != "SLURM_ARRAY_TASK_MAX"] + [(AWS, name) for name in AWS],
)
def test_variables_that_are_half_set_are_named(environment: dict[str, str], name: str) -> None:
    with pytest.raises(SpecError, match=f"{name} is not set; allowed: all of "):
        part_of("auto", without(environment, name))


def test_all_that_is_wrong_with_the_variables_is_said_at_once() -> None:
    with pytest.raises(SpecError) as refused:
        part_of("auto", {"SLURM_ARRAY_TASK_ID": "x", "SLURM_ARRAY_TASK_MIN": "1"})
    assert len(refused.value.faults) == 3


@given(st.integers(0, 10**6), st.integers(1, 1000), st.integers(1, 300))
def test_the_tasks_of_an_array_are_its_parts(least: int, step: int, count: int) -> None:
    tasks = range(least, least + step * count, step)
    said = {"MIN": least, "STEP": step, "COUNT": count, "MAX": tasks[-1]}
    array = {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in said.items()}
    parts = [part_of("auto", array | {"SLURM_ARRAY_TASK_ID": str(task)}) for task in tasks]
    assert parts == [(number, count) for number in range(1, count + 1)]
    size = {"AWS_BATCH_JOB_ARRAY_SIZE": str(count)}
    assert parts == [part_of("auto", size | {"AWS_BATCH_JOB_ARRAY_INDEX": str(place)}) for place in range(count)]
    assert parts == [part_of(f"auto/{count}", {"JOB_COMPLETION_INDEX": str(place)}) for place in range(count)]
    assert parts == [part_of(f"{number}/{count}", {}) for number, _ in parts]


names = st.sampled_from(["auto", "auto/3", "1/3", *SLURM, *AWS])
values = st.one_of(st.integers(-3, 12).map(str), st.text(max_size=4))


@given(st.one_of(st.text(max_size=12), names), st.dictionaries(st.sampled_from([*SLURM, *AWS, *KUBERNETES]), values))
def test_any_text_is_a_part_or_refused_in_a_line(text: str, environment: dict[str, str]) -> None:
    try:
        number, count = part_of(text, environment)
    except SpecError as error:
        for fault in error.faults:
            assert (fault.field, bool(fault.value and fault.what and fault.allowed)) == ("--part", True)
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", str(fault))
    else:
        assert 1 <= number <= count < 10**18


def test_the_option_reads_the_environment_and_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    @parting("Answer for")
    def command(part: tuple[int, int] | None) -> tuple[int, int] | None:
        return part

    def run(*arguments: str) -> object:
        return command.main(list(arguments), standalone_mode=False)

    for name, value in SLURM.items():
        monkeypatch.setenv(name, value)
    assert run() is None
    assert run("--part", "auto") == (3, 4)
    assert run("--part", "2/5") == (2, 5)
    with pytest.raises(SpecError, match=r'--part = "2/4": given twice; it was "1/4" before'):
        run("--part", "1/4", "--part", "2/4")
