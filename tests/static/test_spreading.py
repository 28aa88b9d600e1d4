"""Tests of judging many files by several processes."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from smcontract.static import spreading
from smcontract.static.configuration import Configuration
from smcontract.static.run import check_file, check_paths, plain, restored
from smcontract.static.spreading import spread

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
_BROKEN = "def model_fn(model_dir):\n    return 1\n\ndef input_fn(data):\n    return data\n"


def _same(value: Any) -> Any:
    return value


@pytest.mark.parametrize("processes", [1, 2, 3, 7, 20])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 11])
def test_the_order_is_kept(processes: int, count: int) -> None:
    items = list(range(count))
    assert spread(str, items, plain=_same, restored=_same, processes=processes) == [str(item) for item in items]


def test_others_take_their_share() -> None:
    ids = spread(lambda _: os.getpid(), range(9), plain=_same, restored=_same, processes=3)
    assert len(set(ids)) == 3
    assert ids[0] == os.getpid()


def test_what_a_process_did_not_get_done_is_done_here() -> None:
    here = os.getpid()

    def dies_elsewhere(item: int) -> int:
        if os.getpid() != here:
            os._exit(0 if item == 2 else 9)
        return item

    assert spread(dies_elsewhere, range(8), plain=_same, restored=_same, processes=3) == list(range(8))


def test_what_is_no_plain_value_is_worked_out_here() -> None:
    found = spread(lambda item: {item: object}, range(6), plain=_same, restored=_same, processes=2)
    assert found == [{item: object} for item in range(6)]


def test_an_exception_is_raised_here() -> None:
    def refuses(item: int) -> int:
        if item == 4:
            raise KeyError(item)
        return item

    with pytest.raises(KeyError, match="4"):
        spread(refuses, range(8), plain=_same, restored=_same, processes=2)


def test_few_files_and_threads_stay_in_this_process() -> None:
    assert spreading._processes(spreading.FEW - 1) == 1
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert spreading._processes(1000) == 1
    finally:
        done.set()
        thread.join()


def test_a_file_comes_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "inference.py"
    file.write_text(_BROKEN)
    checked = check_file(str(file), Configuration({}), is_named=True)
    assert checked.violations
    again = restored(plain(checked))
    assert again.violations == checked.violations
    assert (again.target, again.checks, again.lines) == (checked.target, checked.checks, checked.lines)
    assert [repr(stack) for stack, _ in again.stacks] == [repr(stack) for stack, _ in checked.stacks]


def test_a_directory_is_judged_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        (tmp_path / f"script_{number}.py").write_text(f"{_BROKEN}NUMBER = {number}\n")
    found = []
    for processes in (1, 3):
        monkeypatch.setattr(spreading, "_processes", lambda _, count=processes: count)
        checked = list(check_paths([str(tmp_path)], Configuration({})))
        found.append([(one.told, one.why, one.violations) for one in checked])
    assert found[0] == found[1]
    assert len(found[0]) == 12
