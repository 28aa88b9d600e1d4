"""Dataclasses without `dataclasses`: they behave the same."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from functools import cached_property
from typing import Any

import pytest

from smcontract.lean import NamedTuple, dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    x: int
    y: int = 2
    names: list[str] = field(default_factory=list)
    note: str | None = field(default=None)


@dataclass(frozen=True, kw_only=True)
class Cached:
    x: int

    @cached_property
    def double(self) -> int:
        return self.x * 2


@dataclass()
class Count:
    at: int
    step: int = 1


def test_fields_and_defaults() -> None:
    point = Point(x=1)
    assert (point.x, point.y, point.names, point.note) == (1, 2, [], None)
    assert Point(x=1).names is not point.names
    assert repr(point) == "Point(x=1, y=2, names=[], note=None)"


def test_equality_and_hash() -> None:
    assert Cached(x=1) == Cached(x=1) != Cached(x=2)
    other: Any = 1
    assert Cached(x=1) != other
    assert len({Cached(x=1), Cached(x=1)}) == 1
    first, second = Cached(x=1), Cached(x=1)
    assert first.double == 2
    assert first == second


def test_frozen_and_not() -> None:
    point: Any = Point(x=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    count = Count(1)
    count.at += 1
    assert count == Count(2, 1) == Count(at=2)
    with pytest.raises(TypeError):
        hash(count)


@pytest.mark.parametrize(
    ("values", "odd"),
    [({}, "x"), ({"x": 1, "z": 2}, "z"), ({"y": 1, "z": 2}, "z"), ({"y": 1}, "x")],
)
def test_missing_and_unknown_fields(values: dict[str, int], odd: str) -> None:
    make: Any = Point
    with pytest.raises(TypeError, match=f"fields: {odd}"):
        make(**values)


def test_positions() -> None:
    assert Count(3, 4).step == 4
    make: Any = Count
    with pytest.raises(TypeError):
        make(1, 2, 3)
    make = Point
    with pytest.raises(TypeError):
        make(1)


def test_copies() -> None:
    point = Point(x=1, names=["a"])
    assert replace(point, x=5) == Point(x=5, names=["a"])
    assert dataclasses.replace(point, x=5) == Point(x=5, names=["a"])
    assert copy.deepcopy(point) == point
    assert pickle.loads(pickle.dumps(point)) == point


def test_dataclasses_takes_them_for_its_own() -> None:
    assert dataclasses.is_dataclass(Point)
    assert [f.name for f in dataclasses.fields(Point)] == ["x", "y", "names", "note"]
    assert dataclasses.asdict(Count(1)) == {"at": 1, "step": 1}


def test_the_import_is_light() -> None:
    program = "import smcontract.lean, sys; print(sorted({'dataclasses', 'inspect', 'typing'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


class Named(NamedTuple):
    """A named tuple."""

    name: str
    size: int = 3

    @property
    def twice(self) -> int:
        """Its size, doubled."""
        return 2 * self.size


def test_named_tuples() -> None:
    named = Named("a")
    assert (named, named.twice, repr(named)) == (("a", 3), 6, "Named(name='a', size=3)")
    assert (Named._fields, Named._field_defaults) == (("name", "size"), {"size": 3})
    assert (Named.__doc__, Named.__module__, Named.__qualname__) == ("A named tuple.", __name__, "Named")
    assert Named.__annotations__ == {"name": "str", "size": "int"}
    assert named._replace(size=1) == Named(name="a", size=1)
    assert pickle.loads(pickle.dumps(named)) == named
    with pytest.raises(TypeError):
        Named()  # type: ignore[call-arg]
