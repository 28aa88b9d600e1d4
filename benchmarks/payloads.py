"""Print how many bodies a second are generated, by media type.

`python benchmarks/payloads.py` measures, on this machine and in processor time: for each medium the strategy of its
plainest form, beside the least that Hypothesis does for an example (one whole number), and tables of CSV beside the
same drawn number by number. Each figure is the best of several runs that take turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from smcontract.payloads import payloads
from smcontract.payloads.media import MEDIA

EXAMPLES = 300
RUNS = 3
LEAST = 800
"""Examples of CSV a second that the whole pipeline is to reach; generation must leave time for the rest."""


def examples_of(strategy: st.SearchStrategy[Any]) -> Callable[[], None]:
    """Return an action that draws examples and does nothing with them."""

    @seed(0)
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(_: Any) -> None:
        pass

    made: Callable[[], None] = draw
    return made


def rates(strategies: dict[str, st.SearchStrategy[Any]]) -> dict[str, float]:
    """Return examples a second by name."""
    actions = {name: examples_of(strategy) for name, strategy in strategies.items()}
    shortest = dict.fromkeys(actions, float("inf"))
    for _ in range(RUNS):
        for name, action in actions.items():
            started = time.process_time()
            action()
            shortest[name] = min(shortest[name], time.process_time() - started)
    return {name: EXAMPLES / seconds for name, seconds in shortest.items()}


def one_by_one(rows: int, columns: int) -> st.SearchStrategy[bytes]:
    """Return CSV of numbers that Hypothesis draws one by one."""
    cells = npst.arrays("float64", (rows, columns), elements=st.floats(-1e6, 1e6), fill=st.nothing())
    return cells.map(lambda table: "\n".join(",".join(map(str, row)) for row in table.tolist()).encode())


def main() -> None:
    """Measure and print."""
    found = rates(
        {
            "one whole number": st.integers(),
            **{medium.name: payloads(medium.types[0]) for medium in MEDIA},
            "CSV of 4 x 4": payloads("text/csv", rows=4, columns=4),
            "CSV of 4 x 4, number by number": one_by_one(4, 4),
            "CSV of 50 x 20": payloads("text/csv", rows=50, columns=20),
            "PNG of 224 x 224": payloads("image/png", rows=224, columns=224),
            "JPEG of 224 x 224": payloads("image/jpeg", rows=224, columns=224),
        }
    )
    floor = found["one whole number"]
    for name, rate in found.items():
        held = f"limit {LEAST}/s {'ok' if rate >= LEAST else 'UNDER'}" if name == "CSV" else ""
        print(f"bodies a second: {name:<32} {rate:8.0f}   {held:<16} x{rate / floor:.2f} of one whole number")


if __name__ == "__main__":
    main()
