"""Pickles that create a file, and nothing else."""

import io
import os
import pickle
import pickletools
from pathlib import Path

import numpy as np
import pytest

from smcontract.payloads.media.pickles import canary, pickle_canary


def test_an_array_of_objects_shows_that_it_is_unpickled(tmp_path: Path) -> None:
    marker = tmp_path / "marker é"
    loaded = np.load(io.BytesIO(canary(str(marker))), allow_pickle=True)
    assert (loaded.dtype, loaded.tolist()) == (np.dtype(object), [None])
    assert (os.listdir(tmp_path), marker.read_bytes()) == ([marker.name], b"")


def test_a_reader_that_does_not_unpickle_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        np.load(io.BytesIO(canary(str(tmp_path / "marker"))), allow_pickle=False)
    assert os.listdir(tmp_path) == []


def test_a_bare_pickle_shows_it_too(tmp_path: Path) -> None:
    assert pickle.loads(pickle_canary(str(tmp_path / "marker"))) == []
    assert os.listdir(tmp_path) == ["marker"]


@pytest.mark.parametrize("made", [canary, pickle_canary])
def test_nothing_else_is_called(made: object) -> None:
    assert callable(made)
    body: bytes = made("/tmp/marker")
    opcodes = list(pickletools.genops(body[body.index(b"\x80\x04") :]))
    strings = [argument for opcode, argument, _ in opcodes if "UNICODE" in opcode.name]
    called = [argument for opcode, argument, _ in opcodes if opcode.name == "GLOBAL"]
    assert [text for text in strings if text not in ("O8", "|")] == [
        "pathlib",
        "Path.touch",
        "pathlib",
        "Path",
        "/tmp/marker",
    ]
    assert set(called) <= {"numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"}
    assert sum(opcode.name == "STACK_GLOBAL" for opcode, _, _ in opcodes) == 2
