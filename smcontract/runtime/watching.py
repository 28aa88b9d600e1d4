"""What a script leaves behind when it is imported, and where it writes: watched in a process of its own.

The functions that are watched are wrapped while the script is imported, and put back after it; audit hooks
(PEP 578) cannot be, and so no other process has one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any, Dict, List, Optional, Sequence, Tuple

# Before the script's directory is on the path, which may have a module of this name.
try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]

Place = Dict[str, Any]

_HERE = os.path.realpath(__file__)
_MOST = 64
"""Writes that are kept."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PATHS = {"os.mkdir": (0,), "os.rename": (1,), "os.link": (1,), "os.symlink": (1,), "os.remove": (0,), "os.rmdir": (0,)}
"""Events of the standard library that change a directory, and which of their arguments name what is changed."""


class Lookout:
    """One script's import, and all that is written below some directories."""

    def __init__(self, code_dir: str, roots: Sequence[str]) -> None:
        self._code = os.path.join(os.path.realpath(code_dir), "")
        self._library = _directories_of_libraries()
        self._roots = [os.path.join(os.path.abspath(root), "") for root in roots]
        self._written: List[Dict[str, Any]] = []
        self._noted: List[Tuple[str, Any, Place]] = []
        self._threads: List[Tuple[threading.Thread, Place]] = []
        self._before: Dict[int, Any] = {}
        self._cwd = ""
        if self._roots:
            sys.addaudithook(self._audit)

    def __enter__(self) -> Lookout:
        self._before = _handlers()
        self._cwd = os.getcwd()
        self._real = (threading.Thread.start, signal.signal, os.chdir)
        start, handle, change = self._real

        def started(thread: threading.Thread) -> None:
            place = self._own_place()
            start(thread)
            if place is not None:
                self._threads.append((thread, place))

        def handled(number: Any, handler: Any) -> Any:
            place = self._own_place()
            previous = handle(number, handler)
            if place is not None:
                self._noted.append(("signal", int(number), place))
            return previous

        def changed(path: Any) -> None:
            place = self._own_place()
            change(path)
            if place is not None:
                self._noted.append(("cwd", None, place))

        threading.Thread.start = started  # type: ignore[assignment,method-assign]
        signal.signal = handled  # type: ignore[assignment]
        os.chdir = changed
        return self

    def __exit__(self, *_: Any) -> None:
        threading.Thread.start, signal.signal, os.chdir = self._real  # type: ignore[method-assign]
        self._after = _handlers()
        self._at_end = _working_directory()

    def left(self) -> List[Dict[str, Any]]:
        """Return what the import left: `{"what", "name", "file", "line"}`, of what the script's own lines did."""
        found = []
        for thread, place in self._threads:
            if thread.is_alive():
                found.append(dict(place, what="thread", name=_name_of(thread)))
        for what, number, place in self._noted:
            if what == "signal" and self._before.get(number) != self._after.get(number):
                found.append(dict(place, what="signal", name=signal.Signals(number).name))
            elif what == "cwd" and self._cwd != self._at_end:
                found.append(dict(place, what="cwd", name=self._at_end))
        return found

    def written(self) -> List[Dict[str, Any]]:
        """Return what was written: `{"path", "by", "file", "line"}`; `by` is `script` or `library`."""
        return list(self._written)

    def _audit(self, event: str, arguments: Tuple[Any, ...]) -> None:
        # Whatever goes wrong here must not become the script's exception.
        try:
            if event == "open":
                path, _, flags = arguments
                if flags & _WRITES:
                    self._note(path)
            elif event in _PATHS:
                for at in _PATHS[event]:
                    self._note(arguments[at])
        except BaseException:
            return

    def _note(self, path: Any) -> None:
        if isinstance(path, int) or path is None or len(self._written) >= _MOST:
            return
        full = os.path.abspath(os.fsdecode(path))
        if not full.startswith(tuple(self._roots)):
            return
        place = self._own_place()
        by = "library" if place is None else "script"
        self._written.append(dict(place or self._script_place() or {}, path=full, by=by))

    def _own_place(self) -> Optional[Place]:
        """Return the script's line that is at work, None where a library's own code is."""
        frame = sys._getframe(1)
        while frame is not None:
            file = os.path.realpath(frame.f_code.co_filename)
            if self._is_own(file):
                return {"file": file, "line": frame.f_lineno}
            if not self._is_passed_over(frame.f_code.co_filename, file):
                return None
            frame = frame.f_back  # type: ignore[assignment]
        return None

    def _script_place(self) -> Optional[Place]:
        """Return the innermost line of the script, whatever it called."""
        frame = sys._getframe(1)
        while frame is not None:
            file = os.path.realpath(frame.f_code.co_filename)
            if self._is_own(file):
                return {"file": file, "line": frame.f_lineno}
            frame = frame.f_back  # type: ignore[assignment]
        return None

    def _is_own(self, file: str) -> bool:
        return file.startswith(self._code) and not _is_installed(file, self._code)

    def _is_passed_over(self, name: str, file: str) -> bool:
        """Whether it is a frame of the standard library or of this module: its caller is asked."""
        if name.startswith("<"):
            # An import in between: it is a library that does it, at its own import.
            return "importlib" not in name
        standard, installed = self._library
        return file == _HERE or (file.startswith(standard) and not file.startswith(installed))


def start_lookout(message: Dict[str, Any]) -> Optional[Lookout]:
    """Return a lookout for a message that asks for one, in the working directory that it names, if any."""
    if message.get("cwd"):
        os.chdir(message["cwd"])
    return Lookout(message["code_dir"], message["watch"]) if message.get("watch") else None


def peak_memory() -> Optional[int]:
    """Return the most bytes that this process has held at once, None where the system does not tell."""
    # Where a process was forked of a larger one, `getrusage` tells what that one held.
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    if resource is None:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux tells it in KiB, macOS in bytes.
    return peak if sys.platform == "darwin" else peak * 1024


def patched(module: Any, targets: Sequence[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Return which of the attributes that a script's source assigns, as `{"chain": "ssl.x", "line"}`, it replaced.

    An attribute of an imported module or class that now is a callable of another name, or of the script's own.
    """
    found = []
    for target in targets:
        names = str(target["chain"]).split(".")
        base = getattr(module, names[0], None)
        for name in names[1:-1]:
            base = getattr(base, name, None)
        value = getattr(base, names[-1], None)
        if _is_foreign(base, module) and callable(value) and _is_replaced(value, names[-1], module):
            found.append({"what": "patch", "name": target["chain"], "file": None, "line": target["line"]})
    return found


def _is_foreign(base: Any, module: Any) -> bool:
    """Whether it is a module or a class that is not the script's own."""
    is_module = isinstance(base, type(sys))
    if not is_module and not isinstance(base, type):
        return False
    if is_module:
        return base is not module and getattr(base, "__name__", "") not in ("__main__", module.__name__)
    return getattr(base, "__module__", None) not in (module.__name__, "__main__")


def _is_replaced(value: Any, name: str, module: Any) -> bool:
    if getattr(value, "__module__", None) == module.__name__:
        return True
    return getattr(value, "__name__", None) != name


def _name_of(thread: threading.Thread) -> str:
    # Only the kind: Python's own name counts the threads of the whole process.
    target = getattr(getattr(thread, "_target", None), "__name__", "")
    return target or type(thread).__name__


def _handlers() -> Dict[int, Any]:
    found: Dict[int, Any] = {}
    for number in signal.valid_signals():
        try:
            found[int(number)] = signal.getsignal(number)
        except (ValueError, OSError):
            continue
    return found


def _working_directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""


def _directories_of_libraries() -> Tuple[Tuple[str, ...], Tuple[str, ...]]:
    """Return the directories of the standard library, and those of installed packages (which may lie in them)."""
    import site
    import sysconfig

    paths = sysconfig.get_paths()
    standard = {paths["stdlib"], paths["platstdlib"], os.path.dirname(os.__file__)}
    installed = {paths["purelib"], paths["platlib"]}
    installed.update(site.getsitepackages() if hasattr(site, "getsitepackages") else ())
    installed.update(os.path.join(path, name) for path in standard for name in ("site-packages", "dist-packages"))

    def roots(of: Any) -> Tuple[str, ...]:
        return tuple(os.path.join(os.path.realpath(path), "") for path in sorted(of) if path)

    return roots(standard), roots(installed)


def _is_installed(file: str, code: str) -> bool:
    return any(part in ("site-packages", "dist-packages") for part in file[len(code) :].split(os.sep))
