"""The first example of a strategy: the plainest, the same every time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def first_of(strategy: SearchStrategy[T]) -> T:
    """Return the first example that Hypothesis makes; raises what drawing it raises."""
    from hypothesis import HealthCheck, Phase, find, settings

    quiet = settings(
        max_examples=50,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    return find(strategy, lambda _: True, settings=quiet)
