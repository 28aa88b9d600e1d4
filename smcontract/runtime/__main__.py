"""Started as `PYTHON -B -X utf8 .../smcontract/runtime/__main__.py FD_IN FD_OUT [ENGINE [FD_CONTROL LIMITS]]`.

Ends with its input, and with all that the script started where FD_CONTROL leads to who started it (see `warden`).

The interpreter may be another one, in which this package is not installed: the package is made importable by
its place alone, so that nothing of its surroundings comes onto the script's path.
"""

from __future__ import annotations

import importlib.util
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smcontract.runtime.service import Service

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def _make_importable() -> None:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[:] = [
        entry for entry in sys.path if os.path.abspath(entry or os.curdir) != os.path.dirname(os.path.abspath(__file__))
    ]
    spec = importlib.util.spec_from_file_location(
        "smcontract", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
    )
    if spec is None or spec.loader is None:
        raise ImportError("smcontract")
    module = importlib.util.module_from_spec(spec)
    sys.modules["smcontract"] = module
    spec.loader.exec_module(module)


def _die_with_parent() -> None:
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    except (AttributeError, OSError):
        return


def main(fd_in: int, fd_out: int, engine: str = "builtin") -> None:
    """Answer frames from one descriptor on the other until the input ends."""
    from smcontract.runtime.engines import make_service

    # What the script starts must not hold the parent's pipes open.
    os.set_inheritable(fd_in, False)
    os.set_inheritable(fd_out, False)
    # A script that parses the command line at import meets the worker's, and ends as it does there.
    sys.argv[:] = ["model_service_worker.py", "--sock-type", "unix", "--sock-name", "/tmp/.mms.sock.9000"]
    service = make_service(engine, owns_process=True)
    try:
        _serve(service, fd_in, fd_out)
    except BrokenPipeError:
        raise
    except BaseException as error:
        service.untouched.tell(fd_out, error)
        raise


def _serve(service: Service, fd_in: int, fd_out: int) -> None:
    from smcontract.runtime.export import without_exports
    from smcontract.runtime.frames import Reader, write_frame

    process = os.getpid()
    reader = Reader(fd_in)
    while True:
        try:
            message, blobs = reader.read()
        except EOFError:
            return
        answer, out = service.handle(message, blobs)
        if os.getpid() != process:
            # The script forked and its child came back here: only the parent may answer.
            os._exit(0)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # the script may have closed or replaced it
                continue
        try:
            write_frame(fd_out, answer, out)
        except ValueError:
            # What was exported may be too much for a frame together; the answer itself is not lost with it.
            try:
                write_frame(fd_out, *without_exports(answer, out))
            except ValueError as error:
                write_frame(fd_out, {"error": str(error)})


if __name__ == "__main__":
    _make_importable()
    ends = (int(sys.argv[1]), int(sys.argv[2]))
    if len(sys.argv) > 4:
        from smcontract.runtime.warden import guard

        guard(int(sys.argv[4]), sys.argv[5], sorted(set(ends)))
    else:
        _die_with_parent()
    try:
        main(*ends, *sys.argv[3:4])
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)
    # Threads and exit handlers of the script must not keep the process.
    os._exit(0)
