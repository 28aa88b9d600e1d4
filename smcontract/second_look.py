"""The script loaded once more, in a process and in directories of its own, to see what the first look does not show."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from smcontract.endpoints import Ended, Limits, Loaded, LocalEndpoint
from smcontract.session import Session

_NOT_FOUND = frozenset({"FileNotFoundError", "NotADirectoryError", "ModuleNotFoundError", "OSError"})
_SAYS_NOT_FOUND = re.compile(
    r"no such file|(does not|doesn't|not) exist|not found|(cannot|can't|could not) (find|open|read)|unable to open|"
    r"failed to open|not a (valid|local|directory|file)",
    re.IGNORECASE,
)

Entry = tuple[bool, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What the script's own import left: a `thread`, a `signal`, a working directory (`cwd`) or a `patch`."""

    what: str
    name: str
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: `where` is `model` or `home`, `path` is relative to it, `by` is `script` or `library`."""

    where: str
    path: str
    by: str
    file: str | None = None
    line: int | None = None


class SecondLook:
    """A model directory of links to the user's own, a home and a place for temporary files, all of them new.

    What is written there is told from what was there, and does not reach the user's own directories; other
    processes that load the same script at the same time are not seen.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._root = Path(tempfile.mkdtemp(prefix="smcontract-"))
        self._places = {name: self._root / name for name in ("model", "home", "tmp", "server", "elsewhere")}
        for place in self._places.values():
            place.mkdir()
        source = session.target.model_dir
        if source is not None:
            _link(source, self._places["model"])
        self._before = {name: _entries(self._places[name]) for name in ("model", "home")}

    @cached_property
    def endpoint(self) -> LocalEndpoint:
        """The script in these directories."""
        session, settings = self._session, self._session.settings
        places = self._places
        in_model = session.stack.working_directory == "model_dir"
        return LocalEndpoint(
            replace(session.target, model_dir=places["model"]),
            session.stack,
            python=str(settings.python) if settings.python is not None else None,
            environment={"HOME": str(places["home"]), "TMPDIR": str(places["tmp"]), **settings.env},
            timeout=settings.timeout,
            load_timeout=settings.load_timeout,
            limits=Limits.of(settings.limits),
            stubs_missing=settings.stub_missing == "auto",
            cwd=places["model"] if in_model else places["server"],
            watched=(places["model"], places["home"]),
        )

    def load(self) -> Loaded:
        """Load script and model in these directories."""
        return self.endpoint.load()

    def left(self, assigned: list[dict[str, object]]) -> list[Left]:
        """Return what the import left; `assigned` are the attributes that the source assigns at import."""
        return [
            Left(what=str(one["what"]), name=str(one["name"]), file=one.get("file"), line=one.get("line"))
            for one in self._observed(assigned)["left"]
        ]

    def _observed(self, assigned: list[dict[str, object]]) -> dict[str, Any]:
        return self.endpoint.ask({"op": "observed", "assigned": assigned})

    def written(self) -> list[Written]:
        """Return what was written so far below the model directory and the home directory, by path."""
        found: dict[tuple[str, str], Written] = {}
        for one in self._observed([])["written"]:
            for where in self._before:
                path = Path(one["path"])
                if path.is_relative_to(self._places[where]) and path != self._places[where]:
                    relative = path.relative_to(self._places[where]).as_posix()
                    told = Written(where=where, path=relative, by=one["by"], file=one.get("file"), line=one.get("line"))
                    found.setdefault((where, relative), told)
        for where, before in self._before.items():
            for relative, entry in _entries(self._places[where]).items():
                if before.get(relative) != entry:
                    found.setdefault((where, relative), Written(where=where, path=relative, by="library"))
        return [found[key] for key in sorted(found)]

    def loads_elsewhere(self) -> bool:
        """Whether script and model load in a working directory that is empty, too."""
        if self.endpoint.loads_in(self._places["elsewhere"]):
            return True
        # What does not like to be loaded twice is loaded in a process of its own.
        return self.loads_in(self._places["elsewhere"])

    def loads_in(self, cwd: Path) -> bool:
        """Whether script and model load in another working directory, in another process."""
        session, settings = self._session, self._session.settings
        with LocalEndpoint(
            session.target,
            session.stack,
            python=str(settings.python) if settings.python is not None else None,
            environment=settings.env,
            timeout=settings.timeout,
            load_timeout=settings.load_timeout,
            limits=Limits.of(settings.limits),
            stubs_missing=settings.stub_missing == "auto",
            cwd=cwd,
        ) as endpoint:
            loaded = endpoint.load()
            return loaded.ok and loaded.ended is Ended.ANSWERED

    def close(self) -> None:
        """End the process and remove the directories."""
        if "endpoint" in self.__dict__:
            self.__dict__.pop("endpoint").close()
        shutil.rmtree(self._root, ignore_errors=True)


def training_layers(endpoint: LocalEndpoint) -> list[tuple[str, str]]:
    """Return the kind and the place of each layer of the model that is in training mode and should not be."""
    found = endpoint.ask({"op": "modes"}).get("training") or []
    return [(str(layer["kind"]), str(layer["where"])) for layer in found]


def second_look(session: Session) -> SecondLook:
    """Return the session's second look, which ends with it."""
    known = session.memo.get(SecondLook)
    if known is None:
        known = session.memo[SecondLook] = SecondLook(session)
        session.endpoint.on_close(known.close)
    assert isinstance(known, SecondLook)
    return known


def loads_only_in(session: Session) -> str | None:
    """Return where the script loads, in words, where it does not in the working directory of its server.

    Tried only where a file or module was not found. None where it loads there, or nowhere.
    """
    if loads_only_in not in session.memo:
        session.memo[loads_only_in] = _loads_only_in(session)
    found: str | None = session.memo[loads_only_in]
    return found


def _loads_only_in(session: Session) -> str | None:
    failure = session.endpoint.load().failure
    if failure is None or failure.by != "script" or failure.stage not in {"import", "model_fn"} or failure.escapes:
        return None
    if failure.type not in _NOT_FOUND and not _SAYS_NOT_FOUND.search(failure.message):
        return None
    if session.missing_here(failure) is not None:
        return None
    target = session.target
    places = {target.code_dir: "the script's own directory", target.model_dir: "the model directory"}
    if session.stack.working_directory == "model_dir":
        places.pop(target.model_dir)
    places.setdefault(Path.cwd(), "the directory in which the tests are run")
    look = second_look(session)
    return next((words for place, words in places.items() if place is not None and look.loads_in(place)), None)


def _link(source: Path, into: Path) -> None:
    """Make directories like those below `source`, with links to its files."""
    for folder, directories, files in os.walk(source):
        here = into / Path(folder).relative_to(source)
        for name in directories:
            if (Path(folder) / name).is_symlink():
                (here / name).symlink_to((Path(folder) / name).resolve(), target_is_directory=True)
            else:
                (here / name).mkdir()
        for name in files:
            (here / name).symlink_to((Path(folder) / name).resolve())


def _entries(directory: Path) -> dict[str, Entry]:
    """Return what lies below a directory, by path: whether it is a link, its size and when it was changed."""
    found: dict[str, Entry] = {}
    for folder, directories, files in os.walk(directory):
        for name in (*directories, *files):
            path = Path(folder) / name
            try:
                told = path.lstat()
            except OSError:
                continue
            is_directory = name in directories
            entry = (path.is_symlink(), 0 if is_directory else told.st_size, 0 if is_directory else told.st_mtime_ns)
            found[path.relative_to(directory).as_posix()] = entry
    return found
