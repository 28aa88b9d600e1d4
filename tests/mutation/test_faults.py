"""Tests of the planted faults themselves; whether they are found is measured by `run.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutation.faults import FAULTS, Fault, planted

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.example}-{fault.name}".replace(" ", "-"))
def test_a_fault_changes_its_script_in_one_place(fault: Fault) -> None:
    source = (EXAMPLES / fault.example / "inference.py").read_text(encoding="utf-8")
    edited = planted(source, fault)
    assert edited != source
    compile(edited, fault.name, "exec")


def test_there_are_enough_of_them() -> None:
    assert len(FAULTS) >= 60
    assert len({(fault.example, fault.name) for fault in FAULTS}) == len(FAULTS)
