"""Checks that a conftest or a plugin brings: the hook `pytest_smcontract_checks`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from smcontract.checks import added
from smcontract.errors import UsageError

if TYPE_CHECKING:
    from smcontract.checks import Check


def own_checks(config: pytest.Config) -> None:
    """Add the checks of the hook to all others until the run ends; raises `UsageError`."""
    found: list[Check] = []
    for checks in config.hook.pytest_smcontract_checks():
        if checks is not None and not isinstance(checks, Iterable):
            raise UsageError(f"pytest_smcontract_checks gave {checks!r}: expected a list of checks")
        found += checks or ()
    if found:
        lasting = ExitStack()
        lasting.enter_context(added(found))
        config.add_cleanup(lasting.close)
