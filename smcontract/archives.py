"""Safe extraction of a `model.tar.gz`."""

from __future__ import annotations

import shutil
import tarfile
import zlib
from pathlib import Path

from smcontract.errors import UsageError

SUFFIXES = (".tar.gz", ".tgz")
MAX_BYTES = 32 * 1024**3
"""Far more than any model that fits an endpoint, far less than what a zip bomb unpacks to."""
MAX_MEMBERS = 200_000

_DAMAGE = (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, OverflowError)


def is_archive(path: Path) -> bool:
    """Return whether a file's name is that of a gzipped tar archive."""
    return path.name.lower().endswith(SUFFIXES)


def extract(archive: Path, directory: Path, *, max_bytes: int = MAX_BYTES) -> Path:
    """Unpack an archive into an empty directory and return the directory.

    Only files, directories and links that stay inside the directory are unpacked.

    Raises:
        UsageError: the archive is damaged, is no gzipped tar, holds a member that leads out of the
            directory or is a device, is too large, or does not fit the disk.

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
        with tarfile.open(archive, "r:gz") as source:
            source.extractall(directory, filter="data")
    except tarfile.FilterError as error:
        raise UsageError(f"{archive}: holds a member that cannot be unpacked safely: {_line(error)}") from None
    except _DAMAGE as error:
        raise UsageError(
            f"{archive}: is no intact gzipped tar archive ({_line(error)}); make it with `tar -czf`"
        ) from None
    return directory


def _measure(archive: Path, max_bytes: int) -> int:
    total = 0
    with tarfile.open(archive, "r:gz") as source:
        for count, member in enumerate(source, start=1):
            total += member.size
            if total > max_bytes or count > MAX_MEMBERS:
                raise UsageError(f"{archive}: unpacks to more than {max_bytes} bytes or {MAX_MEMBERS} files")
        assert source.fileobj is not None, "an open archive has a stream"
        rest = 0
        while chunk := source.fileobj.read(1 << 20):
            rest += len(chunk)
            if rest > max_bytes:
                raise UsageError(f"{archive}: holds more than {max_bytes} bytes behind its last file")
    return total


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
