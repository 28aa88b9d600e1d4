"""What a script replaced of Python itself, or of this package, so that what runs it no longer works."""

from __future__ import annotations

import os
import struct
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Callable, Dict, List, Tuple

_ROOTS = frozenset(
    {"builtins", "codecs", "inspect", "io", "json", "linecache", "os", "re", "shutil", "smcontract", "struct", "sys"}
    | {"tempfile", "threading", "time", "traceback", "types"}
)
_MOST = 5
_OURS = "__import__"
"""What is replaced while stubs stand for packages."""


class Untouched:
    """The functions and classes of the modules that the runtime rests on, as they were before the script came."""

    def __init__(self) -> None:
        self._modules = sys.modules
        self._known: List[Tuple[str, ModuleType, Dict[str, Any]]] = [
            (name, module, {key: value for key, value in vars(module).items() if _is_code(value) and key != _OURS})
            for name, module in list(sys.modules.items())
            if name.partition(".")[0] in _ROOTS
        ]

    def changed(self) -> List[str]:
        """Return the names of what is another one now, a few of them; needs no built-in function."""
        found: List[str] = []
        present: Any = self._modules
        for name, module, before in self._known:
            if present.get(name) is not module:
                found.append("sys.modules[{!r}]".format(name))
            now = module.__dict__
            for key in before:
                if now.get(key) is not before[key]:
                    found.append(name + "." + key)
        return found[:_MOST]

    def tell(
        self,
        fd: int,
        error: BaseException,
        write: Callable[[int, bytes], int] = os.write,
        pack: Callable[..., bytes] = struct.pack,
    ) -> None:
        """Send a frame that says what is another one now, as long as bytes can be written at all."""
        changed = self.changed()
        if changed:
            told = '{{"error":"{}","changed":["{}"]}}'.format(error.__class__.__name__, '","'.join(changed))
            text = told.encode("ascii", "replace")
            write(fd, pack("!II", text.__len__(), 0) + text)


def _is_code(value: Any) -> bool:
    return isinstance(value, (type, FunctionType, BuiltinFunctionType))
