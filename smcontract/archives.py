"""Safe extraction of a `model.tar.gz`."""

from __future__ import annotations

import contextlib
import gzip
import posixpath
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from smcontract.errors import UsageError

SUFFIXES = (".tar.gz", ".tgz")
MAX_BYTES = 32 * 1024**3
"""Far more than any model that fits an endpoint, far less than what a zip bomb unpacks to."""
MAX_MEMBERS = 200_000
MAX_HEADER = 1024**2
"""Bytes of one header: `tarfile` reads a long name, or a table of attributes, in one piece into memory."""

_DAMAGE = (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, OverflowError, RecursionError)
_OTHER_FORMATS = {
    b"BZh": "it is compressed with bzip2",
    b"\xfd7zXZ": "it is compressed with xz",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd",
    b"PK\x03\x04": "it is a zip file",
}


class _Unsafe(Exception):
    """What must not be unpacked; the text says what."""


class _Bounded:
    """The unpacked bytes of an archive; reads and moves raise `_Unsafe` beyond `max_bytes` of them.

    What counts is what comes out, whatever the headers say of it.
    """

    def __init__(self, stream: gzip.GzipFile, max_bytes: int) -> None:
        self._stream = stream
        # Headers, the padding of each file and the blocks of the end are no content.
        self._most = max_bytes + MAX_MEMBERS * 4 * tarfile.BLOCKSIZE
        self._max_bytes = max_bytes

    def read(self, size: int) -> bytes:
        # Contents are copied in small pieces, so a large one is a header.
        if size > MAX_HEADER:
            raise _Unsafe(f"holds a header of {size} bytes")
        self._check(self._stream.tell() + size)
        return self._stream.read(size)

    def seek(self, position: int) -> int:
        self._check(position)
        return self._stream.seek(position)

    def tell(self) -> int:
        return self._stream.tell()

    def _check(self, position: int) -> None:
        if position > self._most:
            raise _Unsafe(f"unpacks to more than {self._max_bytes} bytes")


def is_archive(path: Path) -> bool:
    """Return whether a file's name is that of a gzipped tar archive."""
    return path.name.lower().endswith(SUFFIXES)


def extract(archive: Path, directory: Path, *, max_bytes: int = MAX_BYTES) -> Path:
    """Unpack an archive into an empty directory and return the directory.

    Only files, directories and links that stay inside the directory are unpacked.

    Raises:
        UsageError: the archive is damaged, is no gzipped tar, holds a member that leads out of the
            directory or is a device, holds a file twice, is too large, or does not fit the disk. One line.

    """
    if not hasattr(tarfile, "data_filter"):
        # Python 3.11.0 to 3.11.3 know no filters.
        raise UsageError(f"{archive}: unpacking archives safely needs Python 3.11.4 or later")
    try:
        # Read to the end once before anything is written: damage shows only in the last checksum.
        size = _measure(archive, max_bytes)
        free = shutil.disk_usage(directory).free
        if size > free:
            raise UsageError(f"{archive}: unpacks to {size} bytes, and {free} bytes are free on the disk")
        with _opened(archive, max_bytes) as (source, _):
            source.extractall(directory, filter="data")
    except _Unsafe as flaw:
        raise UsageError(f"{archive}: {flaw}") from None
    except tarfile.FilterError as error:
        raise UsageError(f"{archive}: holds a member that cannot be unpacked safely: {_line(error)}") from None
    except _DAMAGE as error:
        raise UsageError(
            f"{archive}: is no intact gzipped tar archive ({_why(archive, error)}); make it with `tar -czf`"
        ) from None
    return directory


@contextlib.contextmanager
def _opened(archive: Path, max_bytes: int) -> Iterator[tuple[tarfile.TarFile, _Bounded]]:
    with gzip.open(archive, "rb") as stream:
        bounded = _Bounded(stream, max_bytes)
        # A tarfile asks no more of its stream than what the class has.
        with tarfile.open(fileobj=bounded, mode="r:") as source:  # type: ignore[call-overload]
            yield source, bounded


def _measure(archive: Path, max_bytes: int) -> int:
    total = 0
    names = _Names()
    with _opened(archive, max_bytes) as (source, stream):
        for count, member in enumerate(source, start=1):
            total += member.size
            if total > max_bytes or count > MAX_MEMBERS:
                raise _Unsafe(f"unpacks to more than {max_bytes} bytes or {MAX_MEMBERS} files")
            names.add(member)
        names.check_links()
        rest = 0
        while chunk := stream.read(MAX_HEADER):
            rest += len(chunk)
            if rest > max_bytes:
                raise _Unsafe(f"holds more than {max_bytes} bytes behind its last file")
    return total


class _Names:
    """The members of an archive by name, judged by their names alone.

    Python's own filter asks the disk where a link leads; until 3.11.13, 3.12.11 and 3.13.4 a chain of links that was
    long enough got past it (CVE-2025-4517). So nothing may lead through a link at all.
    """

    def __init__(self) -> None:
        self._is_directory: dict[str, bool] = {}
        self._links: dict[str, str] = {}
        self._hard_links: dict[str, str] = {}

    def add(self, member: tarfile.TarInfo) -> None:
        """Refuse an absolute name, and one that stands for two different things."""
        if member.name.startswith("/"):
            raise _unsafe(f"{member.name!r} has an absolute path")
        name = posixpath.normpath(member.name)
        # Directories are named again by many tools, and are one all the same.
        if name in self._is_directory and not (self._is_directory[name] and member.isdir()):
            raise _Unsafe(
                f"holds {name!r} twice, and which of the two counts is the unpacker's to choose: pack it anew"
            )
        self._is_directory[name] = member.isdir()
        if member.issym():
            self._links[name] = posixpath.join(posixpath.dirname(name), member.linkname)
        elif member.islnk():
            self._hard_links[name] = member.linkname

    def check_links(self) -> None:
        """Refuse what leads through a link, and a link that leads out."""
        for name in self._is_directory if self._links else ():
            self._walk(name, name)
        for name, way in self._links.items():
            self._walk(name, way)
        for name, way in self._hard_links.items():
            if self._walk(name, way) in self._links:
                raise _unsafe(f"{name!r} leads through the link {way!r}")

    def _walk(self, name: str, way: str) -> str:
        """Return where a way ends, without asking the disk."""
        walked: list[str] = []
        for part in way.split("/"):
            place = "/".join(walked)
            if place in self._links:
                raise _unsafe(f"{name!r} leads through the link {place!r}")
            if part == "..":
                if not walked:
                    raise _unsafe(f"{name!r} leads out, to {way!r}")
                walked.pop()
            elif part not in ("", "."):
                walked.append(part)
        return "/".join(walked)


def _unsafe(why: str) -> _Unsafe:
    return _Unsafe(f"holds a member that cannot be unpacked safely: {why}")


def _why(archive: Path, error: BaseException) -> str:
    with contextlib.suppress(OSError), open(archive, "rb") as file:
        start = file.read(8)
        for magic, what in _OTHER_FORMATS.items():
            if start.startswith(magic):
                return what
    return "its headers are nested too deeply" if isinstance(error, RecursionError) else _line(error)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
