"""Payload files: read once, and whatever becomes of them meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smcontract.payloads._files import PayloadFiles
from smcontract.payloads._hook import NotPayloads
from support import judge

ECHO = """
    def model_fn(model_dir):
        return 2

    def transform_fn(model, body, content_type, accept):
        if content_type != "text/csv":
            raise ValueError(content_type)
        return body, "text/csv"
"""


def test_a_file_that_changes_is_read_as_it_was_at_first(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(b"1,2")
    files = PayloadFiles(10)
    assert files.read(file) == b"1,2"
    file.write_bytes(b"other")
    assert files.read(file) == b"1,2"
    file.unlink()
    assert files.read(file) == b"1,2"


def _grow(file: Path) -> None:
    file.write_bytes(b"1" * 11)


def _pipe(file: Path) -> None:
    os.mkfifo(file)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda file: None, "the payload rows.csv cannot be read: No such file or directory"),
        (Path.mkdir, "the payload rows.csv cannot be read: Is a directory"),
        (_pipe, "the payload rows.csv is not a file any more"),
        (_grow, "the payload rows.csv has grown beyond 10 bytes"),
    ],
    ids=["gone", "directory", "pipe", "grown"],
)
def test_what_became_of_it_is_one_line(tmp_path: Path, change: object, why: str) -> None:
    assert callable(change)
    change(tmp_path / "rows.csv")
    with pytest.raises(NotPayloads) as caught:
        PayloadFiles(10).read(tmp_path / "rows.csv")
    assert str(caught.value) == why


def test_a_payload_that_the_script_removes_is_no_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"1,2")
    source = "import os\nos.unlink(__file__.replace('inference.py', 'rows.csv'))\n" + ECHO.replace("\n    ", "\n")
    judged = judge(tmp_path, source, "SMC606", payload=[str(tmp_path / "rows.csv")])
    assert judged.outcome == "skipped"
    assert judged.reason == "the payload rows.csv cannot be read: No such file or directory"
