"""Many files judged by several processes at once: each is read for itself, and most machines have cores to spare."""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Callable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Item = TypeVar("Item")
    Result = TypeVar("Result")

FEW = 32
"""For fewer items than this a process costs more than it saves."""
_MOST = 8


def spread(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    plain: Callable[[Result], Any],
    restored: Callable[[Any], Result],
    processes: int | None = None,
) -> list[Result]:
    """Return what a function gives for each item, in order, where there are many by several processes.

    `plain` makes of a result what `marshal` knows, `restored` the result of it. What another process did not get
    done, for whatever reason, is done in this one, so that an exception is raised here as without any other.
    """
    count = _processes(len(items)) if processes is None else processes
    if count < 2 or len(items) < 2:
        return [function(item) for item in items]
    # The first in this process: what it imports the others have then.
    first, rest = function(items[0]), items[1:]
    shares = [rest[start::count] for start in range(count)]
    started = [_start(function, share, plain) for share in shares[1:]]
    try:
        done = [[function(item) for item in shares[0]]]
    finally:
        answers = [None if one is None else _answer(*one) for one in started]
    for share, answer in zip(shares[1:], answers, strict=True):
        if answer is None or len(answer) != len(share):
            done.append([function(item) for item in share])
        else:
            done.append([restored(value) for value in answer])
    return [first, *(done[index % count][index // count] for index in range(len(rest)))]


def _processes(count: int) -> int:
    # What the libraries of macOS hold does not always stand a fork.
    if count < FEW or sys.platform == "darwin" or not hasattr(os, "fork") or _has_threads():
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, count // (FEW // 2), _MOST)


def _has_threads() -> bool:
    # A lock that another thread holds stays held for ever in a forked process.
    threading = sys.modules.get("threading")
    return threading is not None and threading.active_count() > 1


def _start(
    function: Callable[[Item], Result], share: Sequence[Item], plain: Callable[[Result], Any]
) -> tuple[int, int] | None:
    """Start a process for a share; return its id and the end of the pipe that it answers by."""
    try:
        reader, writer = os.pipe()
    except OSError:
        return None
    try:
        child = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        return None
    if child == 0:
        status = 1
        try:
            os.close(reader)
            with open(writer, "wb") as pipe:
                pipe.write(marshal.dumps([plain(function(item)) for item in share]))
            status = 0
        finally:
            # Nothing of this process's is to run twice: no buffer is flushed, no handler is called.
            os._exit(status)
    os.close(writer)
    return child, reader


def _answer(child: int, reader: int) -> list[Any] | None:
    """Return what a process answered, None if it did not get to its end."""
    with open(reader, "rb") as pipe:
        data = pipe.read()
    try:
        _, status = os.waitpid(child, 0)
    except ChildProcessError:
        # Whoever started this process may have told the system to forget what children end with.
        return None
    return marshal.loads(data) if data and status == 0 else None
