"""What stands in the place of a name of a package that is not installed.

Each name is a class, so that it can be subclassed, caught, called and used in annotations; what comes out of one is
an instance. Whatever is done with them is noted (`stub_touching`).
"""

from __future__ import annotations

import sys
from abc import ABCMeta
from opcode import opmap
from typing import Any, Callable, Dict, Iterator, Optional, Tuple, Type

from smcontract.runtime.stub_known import ANSWERS, THROUGH, is_harmless
from smcontract.runtime.stub_reading import decorates, is_caught
from smcontract.runtime.stub_touching import MARK, record

_OFTEN = 64
"""How often one line may ask whether a stub is true and be told that it is: a loop must end either way."""
_TOO_OFTEN = 10000

_ERRORS = ("Error", "Exception", "Warning")
_NAMES = frozenset({"__version__", "__file__"})


class StubType(ABCMeta):
    """The type of named stubs, and of the script's own classes that inherit from one."""

    def __new__(mcs, name: str, bases: Tuple[type, ...], namespace: Dict[str, Any], **_: Any) -> Any:
        """Make the class, whatever keywords a real base would have taken."""
        return super().__new__(mcs, name, bases, namespace)

    def __init__(cls, name: str, bases: Tuple[type, ...], namespace: Dict[str, Any], **_: Any) -> None:
        super().__init__(name, bases, namespace)

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        """Make an instance, or answer what is known."""
        if not _is_named(cls):
            record.touch(_path(cls))
            return type.__call__(cls, *arguments, **keywords)
        path = _path(cls)
        if path in ANSWERS:
            return ANSWERS[path]
        if path in THROUGH and arguments:
            return arguments[0]
        decorated = _decorated(path, arguments, keywords, sys._getframe(1), harmless=is_harmless(path))
        if decorated is not None:
            return decorated
        if not is_harmless(path):
            record.touch(path)
        return _instance(cls, path + "()", arguments, harmless=is_harmless(path))

    def __getattr__(cls, name: str) -> Any:
        if _is_dunder(name):
            if name in _NAMES and _is_named(cls):
                return value("{}.{}".format(_path(cls), name))
            raise AttributeError(name)
        return named("{}.{}".format(_path(cls), name))

    @property
    def register(cls) -> Any:
        """A name like any other, and not that of abstract base classes."""
        return named(_path(cls) + ".register")

    def __instancecheck__(cls, instance: Any) -> bool:
        if _is_named(cls):
            record.touch(_path(cls), decides=True)
        return type.__instancecheck__(cls, instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return type.__subclasscheck__(cls, subclass)

    def __bool__(cls) -> bool:
        # A module, a class and a function are true; a constant need not be.
        return True if not _is_named(cls) or "." not in _path(cls) else _truth(_path(cls))

    def __eq__(cls, other: Any) -> bool:
        if cls is other:
            return True
        if _is_named(cls) and not isinstance(other, type):
            record.touch(_path(cls), decides=True)
        return False

    def __ne__(cls, other: Any) -> bool:
        return not cls == other

    __hash__ = type.__hash__

    def __or__(cls, other: Any) -> Any:
        return cls

    __ror__ = __or__

    def __repr__(cls) -> str:
        return "{}{}>".format(MARK, _path(cls)) if _is_named(cls) else type.__repr__(cls)

    def __str__(cls) -> str:
        return repr(cls)

    def __format__(cls, spec: str) -> str:
        return repr(cls)

    def __getitem__(cls, key: Any) -> Any:
        return named(_path(cls))


class Stub(metaclass=StubType):
    """A value that came out of a stub."""

    _smcontract_path = "?"
    _smcontract_named = True
    _smcontract_harmless = False
    # numpy leaves operations with it to it.
    __array_ufunc__ = None

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        pass

    def __init_subclass__(cls, **_: Any) -> None:
        if "_smcontract_path" not in vars(cls):
            cls._smcontract_named = False

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Return another value, or the function that is decorated."""
        harmless = self._smcontract_harmless
        path = _path(self)
        decorated = _decorated(path, arguments, keywords, sys._getframe(1), harmless=harmless)
        if decorated is not None:
            return decorated
        self._touch()
        return value(path + "()", harmless=harmless)

    def __getattr__(self, name: str) -> Any:
        if _is_dunder(name):
            raise AttributeError(name)
        return value("{}.{}".format(_path(self), name), harmless=self._smcontract_harmless)

    def _touch(self, *, decides: bool = False) -> None:
        if not self._smcontract_harmless or decides:
            record.touch(_path(self), decides=decides)

    def __enter__(self) -> Any:
        self._touch()
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def __eq__(self, other: Any) -> Any:
        if self is other:
            return True
        self._touch()
        return value(_path(self) + " == ...")

    def __ne__(self, other: Any) -> Any:
        if self is other:
            return False
        self._touch()
        return value(_path(self) + " != ...")

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "{}{}>".format(MARK, _path(self))

    def __str__(self) -> str:
        self._touch()
        return repr(self)

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __fspath__(self) -> str:
        self._touch()
        return repr(self)

    def __bytes__(self) -> bytes:
        self._touch()
        return repr(self).encode()

    def __array__(self, *_: Any, **__: Any) -> Any:
        self._touch(decides=True)
        raise TypeError("{!r} holds no numbers".format(self))

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __reduce__(self) -> Any:
        return value, (_path(self),)


def _both(name: str, made: Callable[[str], Callable[..., Any]]) -> None:
    """Give an operation to names and to values, where they have none of their own."""
    for cls in (StubType, Stub):
        if name not in vars(cls):
            setattr(cls, name, made(name))


def _operation(name: str) -> Callable[..., Any]:
    def operate(self: Any, *_: Any) -> Any:
        record.touch(_path(self))
        return value("{}.{}()".format(_path(self), name.strip("_")))

    return operate


def _nothing(_: str) -> Callable[..., Any]:
    def do(self: Any, *_: Any) -> None:
        record.touch(_path(self))

    return do


def _conversion(answer: Any) -> Callable[[str], Callable[..., Any]]:
    def made(_: str) -> Callable[..., Any]:
        def convert(self: Any, *_: Any) -> Any:
            record.touch(_path(self), decides=True)
            return answer

        return convert

    return made


_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift")
for _name in (*_ARITHMETIC, "rshift", "divmod"):
    _both("__{}__".format(_name), _operation)
    _both("__r{}__".format(_name), _operation)
for _name in ("lt", "le", "gt", "ge", "neg", "pos", "abs", "invert", "round", "getitem", "reversed"):
    _both("__{}__".format(_name), _operation)
for _name in ("setitem", "delitem"):
    _both("__{}__".format(_name), _nothing)
for _name, _answer in (("len", 1), ("contains", False), ("int", 1), ("index", 1), ("float", 1.0), ("complex", 1j)):
    _both("__{}__".format(_name), _conversion(_answer))


def _iterate(_: str) -> Callable[..., Any]:
    def iterate(self: Any) -> Iterator[Any]:
        asked = _unpacked(sys._getframe(1))
        record.touch(_path(self), decides=asked is None)
        return iter([value(_path(self) + "[]") for _ in range(1 if asked is None else asked)])

    return iterate


def _next(_: str) -> Callable[..., Any]:
    def following(self: Any) -> Any:
        record.touch(_path(self))
        if _count(_path(self)) > _OFTEN:
            raise StopIteration
        return value(_path(self) + "[]")

    return following


def _bool(_: str) -> Callable[..., Any]:
    return lambda self: _truth(_path(self))


_both("__iter__", _iterate)
_both("__next__", _next)
_both("__bool__", _bool)


def _unpacked(frame: Any) -> Optional[int]:
    """Return how many values the frame's current instruction takes apart; None where it does something else."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if not 0 <= at < len(code) - 1:
        return None
    if code[at] == opmap["UNPACK_SEQUENCE"]:
        return int(code[at + 1])
    return int(code[at + 1]) + 1 if code[at] == opmap["UNPACK_EX"] else None


_counts: Dict[Any, int] = {}


def _count(key: Any) -> int:
    _counts[key] = _counts.get(key, 0) + 1
    if _counts[key] > _TOO_OFTEN:
        raise RuntimeError("{}{}> is asked for without end".format(MARK, key))
    return _counts[key]


def _truth(path: str) -> bool:
    record.touch(path, decides=True)
    frame = sys._getframe(2)
    key = (frame.f_code, frame.f_lasti)
    return _count(key) % (2 * _OFTEN) < _OFTEN


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _path(stub: Any) -> str:
    return str(stub._smcontract_path)


def _is_named(cls: Any) -> bool:
    return bool(cls._smcontract_named)


_named: Dict[Tuple[str, bool], Any] = {}


def named(path: str) -> Any:
    """Return the stub of a dotted path, always the same: `torch.nn.Module`."""
    last = path.rpartition(".")[2]
    is_error = is_caught(last) or last.endswith(_ERRORS)
    found = _named.get((path, is_error))
    if found is None:
        bases: Tuple[type, ...] = (Stub, Exception) if is_error else (Stub,)
        name = "{}{}>".format(MARK, path)
        namespace = {"_smcontract_path": path, "__module__": path.partition(".")[0], "__qualname__": name}
        found = _named[path, is_error] = StubType(name, bases, namespace)
    return found


class _Value(Stub):
    _smcontract_path = "?"


_Value.__name__ = _Value.__qualname__ = MARK + "a value>"


def value(path: str, *, harmless: bool = False) -> Any:
    """Return what came out of a stub in the way that its path tells: `torch.load().shape`."""
    return _instance(_Value, path, (), harmless=harmless)


def _instance(cls: Type[Any], path: str, arguments: Tuple[Any, ...], *, harmless: bool) -> Any:
    made: Any = cls.__new__(cls, *arguments) if issubclass(cls, BaseException) else object.__new__(cls)
    made._smcontract_path = path if len(path) < 200 else path[:200]
    if harmless:
        made._smcontract_harmless = True
    return made


def _decorated(path: str, arguments: Any, keywords: Any, frame: Any, *, harmless: bool) -> Any:
    """Return what a decorator leaves in the place of the function; None where the call decorates nothing."""
    if len(arguments) != 1 or keywords or not hasattr(arguments[0], "__qualname__"):
        return None
    function = arguments[0]
    if not decorates(frame, function):
        return None
    if harmless or isinstance(function, type):
        return function
    from functools import wraps

    @wraps(function)
    def through_stub(*given: Any, **named_ones: Any) -> Any:
        record.touch(path)
        return function(*given, **named_ones)

    return through_stub


def is_stub(found: Any) -> bool:
    """Whether a value is a stub, or of a class of the script's own that inherits from one."""
    # Never by `isinstance`, which asks the value itself for its class.
    return issubclass(type(found), StubType) or issubclass(type(type(found)), StubType)
