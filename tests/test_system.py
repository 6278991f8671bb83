"""What the machine has to spare."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigacost import SpecError, _system


def test_what_fits_is_let_through_and_what_does_not_is_refused_with_ways_out() -> None:
    _system.require_memory(1000, 100)
    with pytest.raises(SpecError, match=r"1000000000000 rows take about .* available; allowed: .*batches\(\)"):
        _system.require_memory(10**12, 100)


def test_the_tightest_control_group_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = tmp_path / "a" / "b"
    group.mkdir(parents=True)
    (tmp_path / "a" / "memory.max").write_text("1000\n")
    (tmp_path / "a" / "memory.current").write_text("400\n")
    (group / "memory.max").write_text("max\n")
    (group / "memory.current").write_text("10\n")
    membership = tmp_path / "cgroup"
    membership.write_text("0::/a/b\n")
    monkeypatch.setattr(_system, "_CGROUP", str(tmp_path))
    monkeypatch.setattr(_system, "_MEMBERSHIP", str(membership))
    assert _system.available_memory() == 600


def test_the_first_version_of_control_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = tmp_path / "memory" / "job"
    group.mkdir(parents=True)
    (group / "memory.limit_in_bytes").write_text("5000\n")
    (group / "memory.usage_in_bytes").write_text("6000\n")
    membership = tmp_path / "cgroup"
    membership.write_text("4:cpu:/job\n3:memory:/job\n")
    monkeypatch.setattr(_system, "_CGROUP", str(tmp_path))
    monkeypatch.setattr(_system, "_MEMBERSHIP", str(membership))
    assert _system.available_memory() == 0


def test_bytes_as_people_write_them() -> None:
    assert [_system.in_bytes(count) for count in (0, 1023, 1536, 3 * 2**30)] == ["0 B", "1023 B", "1.5 KiB", "3 GiB"]
