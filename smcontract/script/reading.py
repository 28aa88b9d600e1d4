"""Reading a script: from bytes to a `Script`, without running anything."""

from __future__ import annotations

import ast
import codecs
import errno
import io
import os
import stat
import warnings
from pathlib import Path

from smcontract.script.bindings import Bindings, bind, family
from smcontract.script.compiling import may_be_refused
from smcontract.script.facts import Problem
from smcontract.script.script import Script

_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MAX_SOURCE = 16 * 1024**2


def read_script(path: Path, *, data: bytes | None = None, python_version: tuple[int, int] | None = None) -> Script:
    """Read the script at `path`; the file never runs, and whatever is wrong with it becomes `problem`.

    The bytes (`data`, where they are known already) are decoded as Python decodes them: a byte order mark and
    a coding cookie (PEP 263) are honoured, UTF-8 otherwise, and every kind of line end counts as one. Syntax
    that is newer than `python_version` is a problem as far as Python's parser knows since when there is it.
    """
    source = ""
    problem: Problem | None
    try:
        data = _source_bytes(path) if data is None else data
    except OSError as error:
        data = b""
        problem = Problem(message=f"cannot be read: {error.strerror or error}", is_unread=True)
    else:
        source, problem = _decode(data)
    tree: ast.Module | None = None
    if problem is None:
        tree, problem = _parse(source, python_version)
    bindings = Bindings()
    if tree is not None:
        bindings = bind(tree, path.parent, _parse_sibling, yields="yield" in source)
    return Script(
        path=path,
        source=source,
        lines=tuple(source.split("\n")),
        data=data,
        tree=tree,
        problem=problem,
        functions=bindings.functions,
        is_opaque=bindings.is_opaque,
        family=family(bindings),
    )


def source_lines(path: Path) -> tuple[str, ...]:
    """Return the lines of any source file, numbered as Python numbers them; none where it cannot be read."""
    try:
        text = _source_bytes(path).decode("utf-8", errors="replace")
    except (OSError, ValueError):
        return ()
    return tuple(_with_line_feeds(text).split("\n"))


def _source_bytes(path: Path) -> bytes:
    """Return what a source file holds; raises OSError for what is none: its name may be the script's own word."""
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_SOURCE:
        raise OSError(errno.EINVAL, f"is no file of at most {_MAX_SOURCE} bytes", str(path))
    return path.read_bytes()


def _with_line_feeds(text: str) -> str:
    # Nothing else ends a line of Python, as it does for `str.splitlines`: a form feed does not.
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> tuple[str, Problem | None]:
    """Return the text of `data`, every line ended by a line feed, or why it has none."""
    if data.startswith(_WIDE_BOMS):
        return "", Problem(message="is encoded as UTF-16; Python reads source files as UTF-8", line=1, column=1)
    if (null := data.find(b"\0")) >= 0:
        return "", Problem(
            message="holds a null byte, which Python source cannot",
            line=data.count(b"\n", 0, null) + 1,
            column=null - data.rfind(b"\n", 0, null),
        )
    try:
        encoding = _encoding(data)
    except SyntaxError as error:
        # A first line that is not UTF-8 ends here too, and that is told better below.
        if "unknown encoding" in str(error) or "coding problem" in str(error):
            return "", Problem(message=f"names an encoding that Python does not know: {error.msg}", line=1)
        encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", Problem(
            message=f"is not valid {encoding.removesuffix('-sig').upper()}: byte 0x{data[error.start]:02x}",
            line=line,
            column=error.start - data.rfind(b"\n", 0, error.start),
        )
    except (LookupError, UnicodeError) as error:
        return "", Problem(message=f"cannot be decoded as {encoding}: {error}", line=1)
    return _with_line_feeds(text), None


def _encoding(data: bytes) -> str:
    """Return the encoding that a byte order mark or a coding cookie names; raises SyntaxError."""
    if not any(b"coding" in line for line in data.split(b"\n", 2)[:2]):
        # As in nearly every script, and tokenize takes a while to import.
        return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    import tokenize

    return tokenize.detect_encoding(io.BytesIO(data).readline)[0]


def _parse(source: str, python_version: tuple[int, int] | None = None) -> tuple[ast.Module | None, Problem | None]:
    """Return the tree of `source`, or why there is none."""
    try:
        with warnings.catch_warnings():
            # An escape such as "\d" is a warning of the user's, and an error under -W error.
            warnings.simplefilter("ignore")
            tree = ast.parse(source, feature_version=python_version)
            if may_be_refused(tree, source):
                _compile(tree, source)
    except SyntaxError as error:
        return None, Problem(
            message=f"is not valid Python: {error.msg}",
            line=max(error.lineno or 1, 1),
            column=max(error.offset or 1, 1),
        )
    except (RecursionError, MemoryError):
        return None, Problem(message="is nested too deeply for Python's parser")
    except ValueError as error:
        return None, Problem(message=f"is not valid Python: {error}")
    if not tree.body:
        return None, Problem(message="is empty: it holds no statement", line=1, column=1, is_empty=True)
    return tree, None


def _compile(tree: ast.Module, source: str) -> None:
    """Compile what was parsed, which runs nothing: the compiler refuses what the parser lets pass.

    A tree takes a third of the time that the text takes, and of a third of the depth.
    """
    try:
        compile(tree, "<script>", "exec", dont_inherit=True)
    except RecursionError:
        compile(source, "<script>", "exec", dont_inherit=True)


def _parse_sibling(path: Path) -> ast.Module | None:
    """Return the tree of a module beside the script, None if there is none that parses."""
    try:
        source, problem = _decode(_source_bytes(path))
    except (OSError, ValueError):
        return None
    return _parse(source)[0] if problem is None else None
