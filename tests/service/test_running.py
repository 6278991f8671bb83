"""The page for who runs a service says what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from gigacost.cli.commands.serve import command
from gigacost.service.metrics import FAMILIES
from gigacost.service.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```([a-z]+)\n(.*?)```", PAGE, re.DOTALL)


def block(beginning: str) -> str:
    (found,) = [text for _, text in BLOCKS if text.startswith(beginning)]
    return found


def test_options_that_the_page_names_are_there() -> None:
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    ours = [text for text in re.findall(r"`([^`]*)`", PAGE) if text.startswith("--")]
    named = {word for text in ours for word in text.split() if word.startswith("--")}
    assert named
    assert named <= known
    started = [block("apiVersion"), block("[Unit]"), *re.findall(r"gigacost serve[^`\n]*", PAGE)]
    assert {name for text in started for name in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)} <= known


def test_metrics_are_all_told() -> None:
    told = set(re.findall(r"`((?:gigacost|process)_[a-z_]+)`", PAGE))
    assert told == set(FAMILIES)


def test_limits_of_connections_and_jobs_are_all_told() -> None:
    limits = {f"--{one.name.replace('_', '-')}" for one in fields(Settings) if one.metadata.get("help")}
    assert {name for name in limits if f"`{name}`" not in PAGE} <= {"--jobs-at-once", "--job-seconds"}


def test_the_stated_time_of_a_stop_is_the_default() -> None:
    assert f"`--stop-seconds` ({Settings().stop_seconds:g})" in PAGE


def test_manifests_are_yaml_and_grant_the_time_that_a_stop_takes() -> None:
    deployment, service = yaml.safe_load_all(block("apiVersion"))
    pod = deployment["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert service["spec"]["selector"] == pod["metadata"]["labels"] == deployment["spec"]["selector"]["matchLabels"]
    assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["containerPort"]
    arguments = container["args"]
    stop = float(arguments[arguments.index("--stop-seconds") + 1])
    pause = float(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["spec"]["terminationGracePeriodSeconds"] >= pause + stop + 2


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_one(tmp_path: Path) -> None:
    unit = tmp_path / "gigacost.service"
    unit.write_text(re.sub("/opt/gigacost/bin/gigacost", shutil.which("true") or "", block("[Unit]")))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")
