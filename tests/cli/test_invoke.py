from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from cli.support import ECHO, LAST_LETTERS, Said, Start
from smcontract.cli import main
from support import write_script

BYTES = bytes(range(256))


def test_the_answer_and_what_comes_with_it(said: Said, here: Path) -> None:
    write_script(here, ECHO)
    words = ["--body", "1,2", "--content-type", "text/csv", "--accept", "text/plain", "--stack", "inference"]
    assert said("invoke", "inference.py", *words) == (0, "1,2", "HTTP 200\nContent-Type: text/plain\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["--content-type", "text/csv"], "str text/csv None", id="text"),
        pytest.param(["--content-type", "image/png"], "bytearray image/png None", id="bytes"),
        pytest.param([], "bytearray None None", id="no-header"),
        pytest.param(["--stack", "sklearn"], "str application/json None", id="stack"),
        pytest.param(["--env", "COLOUR=red"], "bytearray None red", id="env"),
    ],
)
def test_the_request_is_handed_over_as_the_stack_does(said: Said, here: Path, words: list[str], told: str) -> None:
    write_script(here, ECHO)
    status, out, _ = said("invoke", "inference.py", "--body", "1", "--accept", "text/x-type", *words)
    assert (status, out) == (0, told)


def test_the_model_directory_reaches_model_fn(said: Said, here: Path) -> None:
    write_script(here, ECHO, files={"weights/b.bin": b"", "weights/a.bin": b""})
    words = ["--body", "1", "--accept", "text/x-model", "--model-dir", "weights"]
    assert said("invoke", "inference.py", *words)[1] == "a.bin b.bin"


@pytest.mark.parametrize("how", ["file", "stdin"])
def test_bytes_go_in_and_come_out_unchanged(
    here: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    write_script(here, ECHO)
    (here / "body.bin").write_bytes(BYTES)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BYTES)))
    body = "@body.bin" if how == "file" else "@-"
    assert main(["invoke", "inference.py", "--body", body, "--content-type", "image/png"]) == 0
    assert capfdbinary.readouterr().out == BYTES


def test_a_body_that_starts_with_dashes_and_is_no_utf8(console: Start, here: Path) -> None:
    script = write_script(here, ECHO)
    process = console("invoke", str(script), b"--body=--\xff")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, b"--\xff"), err


def test_the_reproduce_line_of_a_binary_body_works_in_a_shell(console: Start, here: Path) -> None:
    write_script(here, ECHO)
    with subprocess.Popen(["printf", r"\000\377%%"], stdout=subprocess.PIPE) as printf:
        process = console("invoke", "inference.py", "--body", "@-", stdin=printf.stdout)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, b"\x00\xff%"), err


def test_verbose_says_what_each_function_returned(said: Said, here: Path) -> None:
    write_script(here, LAST_LETTERS)
    _, _, err = said("invoke", "inference.py", "--body", "12,3", "--content-type", "text/csv", "-v")
    assert err.splitlines()[2:] == [
        "input_fn (script): builtins.list of length 2",
        "predict_fn (script): builtins.list of length 2",
        "output_fn (script): builtins.tuple of length 2",
    ]


def test_an_exception_is_status_1_with_its_place(said: Said, here: Path) -> None:
    write_script(here, LAST_LETTERS)
    status, out, err = said("invoke", "inference.py", "--body", "1,,2", "--content-type", "text/csv")
    assert status == 1
    assert out.startswith("string index out of range\n")
    assert err == "HTTP 500\nError: IndexError: string index out of range in predict_fn at inference.py:11\n"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        pytest.param(
            "import nothing_of_that_name\ndef model_fn(d): ...",
            "no answer: the model does not load\n"
            "Error: ModuleNotFoundError: No module named 'nothing_of_that_name' in import at inference.py:1\n",
            id="import",
        ),
        pytest.param(
            "def model_fn(d):\n    raise OSError('no weights')",
            "no answer: the model does not load\nError: OSError: no weights in model_fn at inference.py:2\n",
            id="model_fn",
        ),
        pytest.param(
            "def predict_fn(data, model): ...",
            "no answer: the model does not load\nError: NotImplementedError: Please provide a model_fn "
            "implementation. in the default model_fn\n",
            id="default",
        ),
        pytest.param(
            "import os\ndef model_fn(d):\n    print('last words', flush=True)\n    os._exit(3)",
            "no answer: it exited with status 3\nThe last that the script wrote:\nlast words\n",
            id="death",
        ),
    ],
)
def test_no_answer_says_why(said: Said, here: Path, source: str, told: str) -> None:
    write_script(here, source)
    assert said("invoke", "inference.py", "--body", "1", "--stack", "inference") == (1, "", told)


def test_a_request_that_is_late(said: Said, here: Path) -> None:
    write_script(here, "import time\ndef model_fn(d): ...\ndef transform_fn(m, b, c, a):\n    time.sleep(60)")
    status, out, err = said("invoke", "inference.py", "--body", "1", "--timeout", "0.3")
    assert (status, out, err) == (1, "", "no answer: no answer within 0.3 s\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["--body", "@nope.csv"], "--body @nope.csv: No such file or directory", id="no-file"),
        pytest.param(["--body", "@."], "--body @.: Is a directory", id="directory"),
        pytest.param(["--body", "1", "--stack", "all"], "one request goes to one stack", id="stacks"),
        pytest.param(["--body", "1", "--timeout", "0"], "--timeout: expected a number of seconds", id="timeout"),
        pytest.param(["--body", "1", "--env", "A"], "--env: expected KEY=VALUE", id="env"),
        pytest.param(["--body", "1", "--model-dir", "nope"], "model directory", id="model-dir"),
        pytest.param(["--body", "1", "--python", "nope"], "--python: no such file", id="python"),
    ],
)
def test_wrong_usage(said: Said, here: Path, words: list[str], message: str) -> None:
    write_script(here, ECHO)
    status, out, err = said("invoke", "inference.py", *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_standard_input_that_is_closed(said: Said, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_script(here, ECHO)
    # As Python has it where a shell says `<&-`.
    monkeypatch.setattr("sys.stdin", None)
    status, out, err = said("invoke", "inference.py", "--body", "@-")
    assert (status, out, err) == (2, "", "smcontract: --body @-: standard input is closed\n")
