"""From bytes to a script, or to the reason why there is none."""

from __future__ import annotations

import codecs
import hashlib
import os
import sys
import warnings
from pathlib import Path

import pytest

from smcontract.script import read_script, source_lines


@pytest.mark.parametrize(
    ("data", "message", "line", "column"),
    [
        pytest.param(b"", "is empty", 1, 1, id="empty"),
        pytest.param(b"\n# only a comment\n", "is empty", 1, 1, id="comment-only"),
        pytest.param(b"def f(:\n    pass\n", "is not valid Python", 1, 7, id="syntax"),
        pytest.param(b"def f():\nreturn 1\n", "expected an indented block", 2, None, id="indentation"),
        pytest.param(b"x = 1\nprint 'python 2'\n", "is not valid Python", 2, None, id="python-2"),
        pytest.param(b"x = 1\ny = '\xe9'\n", "is not valid UTF-8: byte 0xe9", 2, 6, id="latin-1"),
        pytest.param(b"\xe9 = 1\n", "is not valid UTF-8: byte 0xe9", 1, 1, id="latin-1-first-byte"),
        pytest.param(b"x = 1\ny\0 = 2\n", "null byte", 2, 2, id="null-byte"),
        pytest.param("x = 1\n".encode("utf-16"), "UTF-16", 1, 1, id="utf-16"),
        pytest.param(b"# coding: klingon\nx = 1\n", "does not know", 1, None, id="unknown-cookie"),
        pytest.param(b"return 1\n", "'return' outside function", 1, None, id="return-outside"),
        pytest.param(b"x = 1\ndef f():\n    x = 2\n    global x\n", "global declaration", 4, None, id="late-global"),
        pytest.param(b"def f(a, a): pass\n", "duplicate argument", 1, None, id="duplicate-argument"),
        pytest.param(b"f(a=1, a=2)\n", "keyword argument repeated", 1, None, id="repeated-keyword"),
        pytest.param(b"if x:\n    break\n", "'break' outside loop", 2, None, id="indented-break"),
        pytest.param(b"if x:\n    return 1\n", "'return' outside function", 2, None, id="indented-return"),
        pytest.param(b"def f():\n    await x\n", "'await' outside async function", 2, None, id="indented-await"),
        pytest.param(b"x = 1\nfrom __future__ import annotations\n", "__future__", 2, None, id="late-future"),
        pytest.param(b"def f():\n    from x import *\n", "import *", 2, None, id="nested-star"),
        pytest.param(b"*a = 1\n", "starred assignment target", 1, None, id="lone-star"),
        pytest.param(b"(" * 300 + b")" * 300, "", None, None, id="deep"),
        pytest.param(b"x = [1,\n", "was never closed", 1, None, id="open-bracket"),
    ],
)
def test_a_broken_file_becomes_a_problem(
    tmp_path: Path, data: bytes, message: str, line: int | None, column: int | None
) -> None:
    path = tmp_path / "inference.py"
    path.write_bytes(data)

    script = read_script(path)

    assert script.tree is None
    assert script.problem is not None
    assert message in script.problem.message
    if line is not None:
        assert script.problem.line == line
    if column is not None:
        assert script.problem.column == column
    assert script.functions == {}
    assert not script.is_handler
    assert (script.content_types, script.accepts, script.json_keys, script.imports, script.ignores) == ((),) * 5
    assert script.statement_at(1) is None
    assert not script.is_refusal(1)
    assert script.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        pytest.param(b"a = 1\nb = 2", ("a = 1", "b = 2"), id="no-final-newline"),
        pytest.param(b"a = 1\r\nb = 2\r\n", ("a = 1", "b = 2", ""), id="crlf"),
        pytest.param(b"a = 1\rb = 2\r", ("a = 1", "b = 2", ""), id="cr"),
        pytest.param(codecs.BOM_UTF8 + b"a = 1\n", ("a = 1", ""), id="bom"),
        pytest.param(b"# coding: latin-1\na = '\xe9'\n", ("# coding: latin-1", "a = 'é'", ""), id="cookie"),
        pytest.param(b"a = 1 \x0c\nb = 2\n", ("a = 1 \x0c", "b = 2", ""), id="form-feed-is-no-line-end"),
        pytest.param("a = '\u2028'\n".encode(), ("a = '\u2028'", ""), id="line-separator-is-no-line-end"),
    ],
)
def test_text_is_decoded_as_python_does(tmp_path: Path, data: bytes, lines: tuple[str, ...]) -> None:
    path = tmp_path / "inference.py"
    path.write_bytes(data)

    script = read_script(path)

    assert script.problem is None
    assert script.lines == lines


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    missing = read_script(tmp_path / "missing.py")
    directory = read_script(tmp_path)

    assert missing.problem is not None
    assert "cannot be read" in missing.problem.message
    assert directory.problem is not None
    assert "cannot be read" in directory.problem.message


def test_the_script_never_runs(tmp_path: Path) -> None:
    path = tmp_path / "inference.py"
    path.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nimport helper_that_writes\n", encoding="utf-8")
    (tmp_path / "helper_that_writes.py").write_text("raise SystemExit", encoding="utf-8")

    script = read_script(path)

    assert script.problem is None
    assert not (tmp_path / "ran").exists()
    assert "helper_that_writes" not in sys.modules


def test_a_questionable_escape_is_no_problem_under_w_error(tmp_path: Path) -> None:
    path = tmp_path / "inference.py"
    path.write_text("import re\nPATTERN = re.compile('\\d+')\n", encoding="utf-8")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        script = read_script(path)

    assert script.problem is None


def test_a_right_global_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "inference.py"
    path.write_text(
        "model = None\ndef model_fn(model_dir):\n    global model\n    model = 1\n    return model\n",
        encoding="utf-8",
    )

    assert read_script(path).problem is None


def test_lines_are_those_that_python_counts(tmp_path: Path) -> None:
    file = tmp_path / "helper.py"
    file.write_bytes("x = 1\n\fy = 2\r\nz = '\u2028\x1c'\rlast = 4".encode())
    lines = source_lines(file)
    assert lines == read_script(file).lines
    assert lines == ("x = 1", "\fy = 2", "z = '\u2028\x1c'", "last = 4")


def test_a_file_that_cannot_be_read_has_no_lines(tmp_path: Path) -> None:
    assert source_lines(tmp_path / "missing.py") == ()
    (tmp_path / "latin.py").write_bytes(b"# \xe9\nx = 1")
    assert source_lines(tmp_path / "latin.py") == ("# \ufffd", "x = 1")


def test_what_is_no_source_file_is_not_read(tmp_path: Path) -> None:
    """The names of files in a traceback are the script's own word."""
    os.mkfifo(tmp_path / "pipe.py")
    with open(tmp_path / "large.py", "wb") as file:
        file.truncate(1 << 30)
    for name in (tmp_path / "pipe.py", tmp_path / "large.py", tmp_path, Path("/dev/zero"), Path("nul\0byte.py")):
        assert source_lines(name) == ()
    problem = read_script(tmp_path / "large.py").problem
    assert problem is not None
    assert problem.message == "cannot be read: is no file of at most 16777216 bytes"
    (tmp_path / "script.py").write_text("from pipe import *\ndef model_fn(model_dir):\n    return 1\n")
    assert read_script(tmp_path / "script.py").is_opaque
