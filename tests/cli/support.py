"""What the tests of the command line share: types of its fixtures, and a script that answers what it is sent."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

Said = Callable[..., tuple[int, str, str]]
Start = Callable[..., "subprocess.Popen[bytes]"]

ECHO = """
    import os

    def model_fn(model_dir):
        return sorted(os.listdir(model_dir))

    def transform_fn(model, body, content_type, accept):
        if accept == "text/x-model":
            return " ".join(model), accept
        if accept == "text/x-type":
            return f"{type(body).__name__} {content_type} {os.environ.get('COLOUR')}", accept
        return body, accept
"""

LAST_LETTERS = """
    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        if content_type != "text/csv":
            raise ValueError("send text/csv")
        return body.split(",")

    def predict_fn(fields, model):
        return [field[-1] for field in fields]

    def output_fn(prediction, accept):
        return ",".join(prediction), "text/csv"
"""

FOREVER = """
    import os
    import pathlib
    import time

    def model_fn(model_dir):
        pathlib.Path(model_dir, "pid").write_text(str(os.getpid()))
        time.sleep(600)

    def predict_fn(data, model):
        return data
"""


def wait_for(what: Callable[[], bool], *, seconds: float = 30.0) -> bool:
    """Wait until something holds, and say whether it came to that."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def written_pid(directory: Path) -> int:
    """Return the process number that `FOREVER` wrote while it loads."""
    file = directory / "model" / "pid"
    assert wait_for(lambda: file.exists() and file.read_text() != ""), "the script never started"
    return int(file.read_text())


def is_gone(pid: int) -> bool:
    """Return whether a process has ended; one that nobody has waited for has ended, too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
