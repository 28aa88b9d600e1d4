"""A short form of `tests/soak/run.py`: nothing grows, and a killed worker takes one result with it at the most."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from soak.run import growth, killed_worker, requests_and_loads


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="what a process holds is told by /proc")
def test_memory_descriptors_threads_and_directories_stay_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    memory, *others = growth(requests_and_loads(requests=400, loads=20))
    assert memory < 8
    assert others == [0, 0, 0]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="processes are found in /proc")
def test_all_other_results_are_there_where_a_worker_is_killed(tmp_path: Path) -> None:
    survived = killed_worker(tmp_path, 5, "--smcontract-select", "SMC101,SMC102,SMC103,SMC104,SMC109,SMC110")
    assert survived.planned == survived.reported >= 30
    assert survived.outcomes["error"] <= 1
    assert survived.left == ()
