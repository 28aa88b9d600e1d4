"""What happened to stubs: which packages were needed, and whether one of them decided what was done.

While a script loads, a stub goes along with everything, so that the rest of the script can be looked at. During a
request the first use of one ends the request: what a real package would have done is not known.
"""

from __future__ import annotations

import sys
from typing import List, Optional, Tuple

MARK = "<stub of "
"""How the name, and the text, of every stub begins: it is looked for in messages and values."""

OFF, LOADING, REQUEST = "off", "loading", "request"

# They look at what they are given without any consequence for the script.
_ONLOOKERS = frozenset(
    {"abc", "copyreg", "dataclasses", "enum", "functools", "inspect", "logging", "traceback", "typing", "warnings"}
)


class Touched(BaseException):
    """A stub was used during a request; passes by the script's `except Exception`."""

    def __init__(self, path: str) -> None:
        super().__init__("{}{}>".format(MARK, path))
        self.path = path


class MissingPackage(ModuleNotFoundError):
    """What a container without the package would raise; told in the place of whatever a stub led to."""


MissingPackage.__name__ = MissingPackage.__qualname__ = "ModuleNotFoundError"
MissingPackage.__module__ = "builtins"


def missing(path: str) -> MissingPackage:
    """Return the exception that names the package of a stub's path."""
    top = path.partition(".")[0]
    return MissingPackage("No module named {!r}".format(top), name=top)


class Record:
    """What was done with stubs since it was last begun; one for the process."""

    def __init__(self) -> None:
        self.modes: List[str] = []
        self.begin()

    def begin(self) -> None:
        """Forget what was noted."""
        self.paths: List[str] = []
        self.decided = False
        self.raised: Optional[Touched] = None

    @property
    def mode(self) -> str:
        """What is going on: requests may overlap in several threads."""
        return self.modes[-1] if self.modes else OFF

    @property
    def packages(self) -> Tuple[str, ...]:
        """The packages whose stubs were used, sorted."""
        return tuple(sorted({path.partition(".")[0] for path in self.paths}))

    def touch(self, path: str, *, decides: bool = False) -> None:
        """Note that a stub was used; `decides` where the script gets a plain value that was made up.

        Raises `Touched` during a request.
        """
        if self.mode == OFF or _is_looked_at():
            return
        if path not in self.paths and len(self.paths) < 1000:
            self.paths.append(path)
        self.decided = self.decided or decides
        if self.mode == REQUEST:
            error = Touched(path)
            self.raised = self.raised or error
            raise error


def _is_looked_at() -> bool:
    # The caller of the stub's own method, which is the caller of `touch`.
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__") in _OURS and frame.f_back is not None:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__")).partition(".")[0] in _ONLOOKERS


_OURS = frozenset({__name__, __name__.replace("stub_touching", "stub_values")})

record = Record()
