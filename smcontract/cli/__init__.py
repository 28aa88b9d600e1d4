"""The command line. Importing it costs next to nothing; a command imports what it needs when it runs."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from collections.abc import Sequence

USAGE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
TRACEBACK = "SMCONTRACT_TRACEBACK"
"""Set, it lets a failure of our own end in a traceback."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; `argv` is without the program's name.

    What is wrong with the command is told in one line on standard error, with status 2; Ctrl-C ends with
    130, a reader of standard output that went away with 141, as a shell's own tools do.
    """
    is_own_process = argv is None
    if argv is None:
        argv = sys.argv[1:]
        _never_fail_to_print()
        if argv[:1] == ["check"]:
            # It makes no cycles that are worth looking for, and looking takes longer than parsing.
            gc.disable()
    try:
        status = _run(list(argv))
        # Here, so that a reader that went away is noticed here.
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        _silence()
        return BROKEN_PIPE
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        return _say(described(error), USAGE)
    if is_own_process:
        # Python would look for cycles in all of it once more at its end.
        gc.freeze()
    return status


def _run(argv: list[str]) -> int:
    if argv[:1] == ["check"]:
        # As a commit hook calls it: importing argparse and the other commands takes longer than the check.
        from smcontract.cli.check import plain_run

        status = plain_run(argv[1:])
        if status is not None:
            return status
    from smcontract.cli._parser import run

    return run(argv)


def _never_fail_to_print() -> None:
    # What the terminal's encoding cannot hold is escaped; the streams are this process's own.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def described(error: Exception) -> str:
    """Return one line on what is wrong with the command, or on a failure of our own."""
    from smcontract.cli._options import spoken
    from smcontract.errors import UsageError

    if isinstance(error, UsageError):
        return spoken(str(error))
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename is not None else ""
        return f"{where}{error.strerror or error}"
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return f"smcontract itself failed ({text}); set {TRACEBACK}=1 to see where, and report it, please"


def _say(message: str, status: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        print(f"smcontract: {message}", file=sys.stderr, flush=True)
    return status


def _silence() -> None:
    # Python flushes standard output once more at its end, and would complain.
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


__all__ = ["main"]
