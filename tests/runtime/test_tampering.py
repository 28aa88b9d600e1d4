"""What a script replaced of Python itself is found, with what it left."""

import builtins
import json
import os
import sys
from typing import Any

import pytest

from smcontract.runtime import frames, values
from smcontract.runtime.tampering import Untouched


def test_nothing_is_replaced() -> None:
    assert Untouched().changed() == []


@pytest.mark.parametrize("name", ["isinstance", "len", "getattr", "dict", "sorted", "print"])
def test_a_built_in_function(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    untouched = Untouched()
    with monkeypatch.context() as patch:
        patch.setattr(f"builtins.{name}", lambda *_: None)
        found = untouched.changed()
    assert found == [f"builtins.{name}"]


def test_a_module_and_what_is_of_this_package(monkeypatch: pytest.MonkeyPatch) -> None:
    untouched = Untouched()
    monkeypatch.setitem(sys.modules, "json", sys)
    monkeypatch.setattr(values, "MessageError", ValueError)
    assert untouched.changed() == ["sys.modules['json']", "smcontract.runtime.values.MessageError"]


def test_it_can_still_be_told() -> None:
    untouched = Untouched()
    read, write = os.pipe()
    untouched.tell(write, ValueError("nothing is changed, nothing is told"))

    def broken(*_: Any) -> Any:
        raise TypeError

    replaced: Any = [(builtins, name) for name in ("len", "isinstance", "sum", "map")]
    replaced += [(os, "write"), (json, "dumps")]
    # pytest's own way to do so needs them.
    kept = [(module, name, getattr(module, name)) for module, name in replaced]
    try:
        for module, name in replaced:
            module.__dict__[name] = broken
        untouched.tell(write, ValueError("it broke"))
    finally:
        for module, name, value in kept:
            module.__dict__[name] = value
    os.close(write)
    message, blobs = frames.Reader(read).read()
    with pytest.raises(EOFError):
        frames.Reader(read).read()
    os.close(read)
    assert (message["error"], blobs) == ("ValueError", [])
    names = ["builtins.isinstance", "builtins.len", "builtins.map", "builtins.sum", "os.write"]
    assert sorted(message["changed"]) == names
