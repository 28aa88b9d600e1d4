"""Dataclasses and named tuples that cost nothing to import: what a pre-commit hook waits for is mostly imports.

`dataclasses` imports `inspect` and compiles the methods of each class anew in every process, which takes longer
than the static check of a script. What `dataclass` makes here behaves the same; `dataclasses.replace`, `fields`
and `is_dataclass` take it for one of theirs. `NamedTuple` is the one of `typing`, without `typing`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
    from typing import NamedTuple
else:
    from collections import namedtuple

    class _NamedTuples(type):
        def __new__(mcs, name, bases, namespace):
            fields = namespace.get("__annotations__", {})
            defaults = [namespace.pop(field) for field in fields if field in namespace]
            made = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])
            for key, value in namespace.items():
                if key not in ("__module__", "__dict__", "__weakref__"):
                    setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_NamedTuples, "NamedTuple", (), {})

    class _Field:
        def __init__(self, default, factory):
            self.default, self.factory = default, factory

    _NONE = object()

    def field(*, default=_NONE, default_factory=None):
        """Stand for a field's default, or for what makes it."""
        return _Field(default, default_factory)

    def replace(value, /, **changes):
        """Return a copy of a value with other fields."""
        return type(value)(**{**{name: getattr(value, name) for name in value.__match_args__}, **changes})

    class _Fields:
        """The fields as `dataclasses` describes them, made where somebody asks."""

        def __get__(self, value, owner):
            import dataclasses

            described = []
            for name in owner.__match_args__:
                if name in owner._factories:
                    described.append((name, object, dataclasses.field(default_factory=owner._factories[name])))
                elif hasattr(owner, name):
                    described.append((name, object, dataclasses.field(default=getattr(owner, name))))
                else:
                    described.append((name, object))
            made = dataclasses.make_dataclass(owner.__name__, described, kw_only=True).__dataclass_fields__
            owner.__dataclass_fields__ = made
            return made

    def _init(self, /, *given, **values):
        cls = type(self)
        names = cls.__match_args__
        if given:
            if len(given) > len(names):
                raise TypeError(f"{cls.__name__}: {len(given)} values for {len(names)} fields")
            values.update(zip(names, given, strict=False))
        if cls._names != values.keys():
            _complete(cls, values)
        self.__dict__.update(values)

    def _complete(cls, values):
        unknown = values.keys() - cls._names
        missing = cls._required - values.keys()
        if unknown or missing:
            odd = ", ".join(sorted(unknown or missing))
            raise TypeError(f"{cls.__name__}: missing or unknown fields: {odd}")
        for name, factory in cls._factories.items():
            if name not in values:
                values[name] = factory()
        if not cls._factories:
            # What is given so once is given so again.
            cls._accepted.add(tuple(values))

    def _init_by_name(self, /, **values):
        cls = type(self)
        if tuple(values) not in cls._accepted:
            _complete(cls, values)
        self.__dict__.update(values)

    def _refuse(self, name, value=None):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot change field {name!r}")

    def _values(value):
        return tuple(getattr(value, name) for name in value.__match_args__)

    def _eq(self, other):
        return _values(self) == _values(other) if type(self) is type(other) else NotImplemented

    def _hash(self):
        return hash(_values(self))

    def _repr(self):
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__qualname__}({fields})"

    def dataclass(*, frozen=False, slots=False, kw_only=False, eq=True):
        """Make a dataclass; `slots` is for type checkers alone."""
        del slots

        def decorate(cls):
            names = tuple(name for name, kind in cls.__annotations__.items() if not str(kind).startswith("ClassVar"))
            cls._factories = {}
            cls._accepted = set()
            for name in names:
                default = cls.__dict__.get(name)
                if isinstance(default, _Field):
                    delattr(cls, name)
                    if default.factory is not None:
                        cls._factories[name] = default.factory
                    elif default.default is not _NONE:
                        setattr(cls, name, default.default)
            cls.__match_args__ = names
            cls._names = frozenset(names)
            cls._required = frozenset(n for n in names if n not in cls.__dict__ and n not in cls._factories)
            cls.__dataclass_fields__ = _Fields()
            cls.__init__ = _init_by_name if kw_only else _init
            cls.__repr__ = _repr
            if frozen:
                cls.__setattr__ = cls.__delattr__ = _refuse
            if eq:
                cls.__eq__ = _eq
                cls.__hash__ = _hash if frozen else None
            return cls

        return decorate


__all__ = ["NamedTuple", "dataclass", "field", "replace"]
