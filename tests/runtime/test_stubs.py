"""Tests of what stands in the place of names of packages that are not installed."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
from abc import ABC
from collections.abc import Callable, Iterator
from typing import Any, Optional

import numpy as np
import pytest

from smcontract.runtime import stubs
from smcontract.runtime.stub_touching import LOADING, REQUEST, Touched, record
from smcontract.runtime.stub_values import named, value

OPERATIONS: dict[str, Callable[[Any], object]] = {
    "call": lambda x: x(1, two=2),
    "attribute call": lambda x: x.one.two(),
    "index": lambda x: x[0],
    "set item": lambda x: x.__setitem__(0, 1),
    "add": lambda x: x + 1,
    "right add": lambda x: 1 + x,
    "array times": lambda x: np.ones(2) * x,
    "less": lambda x: x < 1,
    "equal": lambda x: x == 1,
    "bool": bool,
    "len": len,
    "int": int,
    "float": float,
    "in": lambda x: 1 in x,
    "list": list,
    "next": next,
    "isinstance": lambda x: isinstance(x, named("voidnet.Tensor")),
    "with": lambda x: x.__enter__(),
    "text": str,
    "range": range,
}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    stubs.reset()
    yield
    record.modes.clear()
    stubs.reset()


def test_names_are_always_the_same() -> None:
    assert named("voidnet").nn.Module is named("voidnet.nn.Module")
    assert stubs.is_stub(named("voidnet"))
    assert stubs.is_stub(named("voidnet").load())
    assert not any(map(stubs.is_stub, (None, 0, "", int, [])))


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_while_loading_whatever_is_done_with_a_value_goes_on_and_is_noted(operation: Callable[[Any], object]) -> None:
    thing = value("voidnet.load()")
    record.modes.append(LOADING)
    operation(thing)
    record.modes.clear()
    assert stubs.touched() == ("voidnet",)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_during_a_request_whatever_is_done_with_a_value_ends_it(operation: Callable[[Any], object]) -> None:
    thing = value("voidnet.load()")
    record.modes.append(REQUEST)
    with pytest.raises(Touched):
        operation(thing)
    assert stubs.touched() == ("voidnet",)


def test_naming_is_not_using() -> None:
    record.modes.append(REQUEST)
    kind: Any = named("voidnet").nn.Module
    assert kind is named("voidnet").nn.Module
    assert named("voidnet") is not None

    for annotation in (Optional[kind], dict[str, kind], kind | None, None | kind, list[kind[int]]):  # noqa: UP045
        assert annotation is not None
    assert stubs.touched() == ()


def test_a_name_can_be_subclassed_beside_other_bases() -> None:
    base = named("voidnet.nn.Module")

    class Net(base, ABC, extra=1):  # type: ignore[misc, valid-type, call-arg]
        def __init__(self, width: int) -> None:
            super().__init__()
            self.width = width

    record.modes.append(LOADING)
    net = Net(3)
    assert net.width == 3
    assert isinstance(net, Net)
    assert stubs.is_stub(net.eval().to("cpu"))
    assert stubs.is_stub(net)
    assert stubs.touched() == ("voidnet",)


def test_errors_can_be_raised_and_caught() -> None:
    error = named("voidnet.exceptions.ClientError")
    with pytest.raises(KeyError):
        _pass_by(error)
    with pytest.raises(error):
        raise error("no", code=3)


def test_what_is_taken_apart_has_as_many_parts_as_are_asked_for() -> None:
    one, two, three = value("voidnet.load()")
    first, *rest = value("voidnet.load()")
    assert all(map(stubs.is_stub, (one, two, three, first)))
    assert len(rest) == 1


def test_loops_end() -> None:
    yes, no, rows = value("voidnet.a()"), value("voidnet.b()"), value("voidnet.c()")
    count = itertools.count()
    while yes:
        next(count)
    while not no.ready():
        next(count)
    for _ in rows:
        next(count)
    while True:
        try:
            next(rows)
        except StopIteration:
            break
    assert next(count) < 1000


def test_what_names_a_device_or_a_way_to_compute_is_harmless() -> None:
    record.modes.append(REQUEST)
    torch = named("torch")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with torch.no_grad():
        named("loguru").logger.bind(a=1).info("on {}", device)
    assert list(named("tqdm").tqdm([1, 2])) == [1, 2]
    assert stubs.touched() == ()


def test_a_stub_is_told_by_its_text_and_by_errors_about_it() -> None:
    thing = value("voidnet.load()")
    assert stubs.holds_stub({"a": [1, ("b", thing)]})
    assert stubs.holds_stub(f"on {thing}")
    assert stubs.holds_stub(_holding(thing))
    assert not stubs.holds_stub({"a": [1, ("b", None)], "c": b"d"})
    with pytest.raises(TypeError, match="<stub of"):
        json.dumps(thing)
    with pytest.raises(TypeError, match="<stub of"):
        np.exp(thing)
    with pytest.raises(TypeError, match="<stub of"):
        "".join([thing])


def _pass_by(error: Any) -> None:
    try:
        raise KeyError
    except error:
        pytest.fail("it is another one")


def _holding(thing: object) -> Any:
    array = np.empty(2, dtype=object)
    array[0] = thing
    return array


def test_copies_of_a_stub_are_stubs() -> None:
    thing = value("voidnet.load()")
    assert copy.deepcopy(thing) is thing
    assert stubs.is_stub(pickle.loads(pickle.dumps(thing)))
