"""SMC605 on scripts that end their process, or the server's worker."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest

import smcontract
from smcontract.checks.smc605_process_died import _need_machine
from smcontract.endpoints._limits import death_of
from smcontract.session import Inconclusive
from smcontract.violations import Severity
from support import judge, line_of, write_script

CODE = "SMC605"
# In this process, where nothing really ends it: a process of its own costs most of a test's time.
here = partial(judge, isolation="none")
SCRIPT = """\
import ctypes
import json
import os
import signal
import sys

{imports}

def model_fn(model_dir):
    {loads}
    return 2

def input_fn(body, content_type):
    if content_type in ("application/json", "text/csv"):
        {reads}
        return json.loads(body) if "json" in content_type else [[float(cell) for cell in body.split(",")]]
    raise ValueError({refusal})

def predict_fn(data, model):
    {predicts}
    return data

def output_fn(prediction, accept):
    if accept not in ("application/json", "text/csv"):
        {refuses}
    {writes}
    return json.dumps(prediction), "application/json"
"""
WORKER_DIED = (500, "Worker died. The model is loaded again for the next request")
DROPPED = (None, "the connection is dropped, and the worker starts again")


def script(**parts: str) -> str:
    names = ("imports", "loads", "reads", "predicts", "writes")
    given = {"refuses": "raise ValueError(accept)", "refusal": "content_type", **parts}
    return SCRIPT.format(**{**dict.fromkeys(names, "pass"), **given})


@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(predicts="raise MemoryError"),
        script(predicts="raise RuntimeError('out of memory')"),
        script(predicts="predict_fn(data, model)"),
        script(predicts="os.fork() or os._exit(0)"),
        script(predicts="print('x' * 1_000_000, file=sys.stderr)"),
        script(predicts="\n    try: sys.exit(1)\n    except SystemExit: pass"),
        script(predicts="os.system('exit 3')"),
        script(refusal="'line one\\nline two'"),
    ],
    ids=[
        "plain",
        "MemoryError",
        "RuntimeError",
        "endless recursion",
        "forks",
        "floods",
        "caught exit",
        "another process exits",
        "text of two lines",
    ],
)
def test_a_process_that_lives(tmp_path: Path, source: str) -> None:
    judged = judge(tmp_path, source, CODE, max_examples=3)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("stack", "predicts", "how"),
    [
        ("inference", "os._exit(7)", "it exited with status 7"),
        ("inference", "os._exit(0)", "it exited with status 0"),
        ("inference", "ctypes.string_at(0)", "it was ended by SIGSEGV"),
        ("sklearn", "ctypes.string_at(0)", "it was ended by SIGSEGV"),
        ("inference", "os.abort()", "it was ended by SIGABRT"),
        ("pytorch", "os.kill(os.getpid(), signal.SIGKILL)", "it was ended by SIGKILL"),
        ("sklearn", "os.execv('/bin/sh', ['sh', '-c', 'exit 4'])", "it exited with status 4"),
    ],
)
def test_a_process_that_ends(tmp_path: Path, stack: str, predicts: str, how: str) -> None:
    judged = judge(tmp_path, script(predicts=predicts), CODE, stack=stack, content_types=["application/json"])
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == f"the process dies while it answers a request: {how}"
    assert (violation.expected, violation.got) == ("an answer, or an exception", how)
    # Nobody was left to say where.
    assert (violation.function, violation.line) == (None, None)
    answer = DROPPED if stack == "sklearn" else WORKER_DIED
    assert (violation.on_sagemaker.status, violation.on_sagemaker.message) == answer
    assert violation.request is not None
    assert violation.request.body_base64 == b"[[1, 2, 3]]"


@pytest.mark.parametrize(
    ("leave", "got"),
    [
        ("sys.exit(3)", "SystemExit: 3"),
        ("sys.exit('no model')", "SystemExit: no model"),
        ("exit()", "SystemExit: None"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise BaseException('x')", "BaseException: x"),
    ],
)
@pytest.mark.parametrize(("stack", "answer"), [("pytorch", WORKER_DIED), ("sklearn", DROPPED)])
def test_an_exception_that_no_server_catches(
    tmp_path: Path, leave: str, got: str, stack: str, answer: tuple[int | None, str]
) -> None:
    source = script(predicts=leave)
    violation = judge(tmp_path, source, CODE, stack=stack).violation
    assert violation.severity is Severity.ERROR
    assert violation.message == f"the process dies while it answers a request: {got}"
    assert violation.got == got
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, leave))
    assert (violation.on_sagemaker.status, violation.on_sagemaker.message) == answer


@pytest.mark.parametrize("stack", ["inference", "pytorch"])
@pytest.mark.parametrize(
    ("second", "why"),
    [
        ("None", "content type is NoneType, not str"),
        ("0.93", "content type is float, not str"),
        ("'text/é'", "content type 'text/é' is not ASCII"),
    ],
)
def test_a_pair_that_kills_the_worker(tmp_path: Path, second: str, why: str, stack: str) -> None:
    source = script(writes=f"return json.dumps(prediction), {second}")
    violation = here(tmp_path, source, CODE, stack=stack).violation
    assert violation.severity is Severity.ERROR
    assert violation.got.startswith(f"the worker dies: {why}")
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def output_fn"))
    assert (violation.on_sagemaker.status, violation.on_sagemaker.message) == WORKER_DIED


@pytest.mark.parametrize("second", ["None", "0.93"])
def test_that_pair_does_not_kill_flask(tmp_path: Path, second: str) -> None:
    source = script(writes=f"return json.dumps(prediction), {second}")
    assert here(tmp_path, source, CODE, stack="sklearn", max_examples=3).outcome == "passed"


@pytest.mark.parametrize(
    ("source", "on", "content_type", "accept", "body"),
    [
        (
            script(reads="sys.exit(1) if not body else None"),
            "an empty body",
            "application/json",
            "application/json",
            b"",
        ),
        (
            script(reads="sys.exit(1) if '\"text\"' in body else None"),
            "a JSON string",
            "application/json",
            "application/json",
            b'"text"',
        ),
        (
            script(reads="sys.exit(1) if 'csv' in content_type and 'a' in body else None"),
            "letters where numbers belong",
            "text/csv",
            "application/json",
            b"a,b,c",
        ),
        (
            script(writes="sys.exit(1) if accept == 'text/csv' else None"),
            None,
            "application/json",
            "text/csv",
            b"[[1, 2, 3]]",
        ),
        (
            script(refuses="sys.exit(1)"),
            "an unsupported Accept",
            "application/json",
            "application/x-undeclared",
            b"[[1, 2, 3]]",
        ),
        (
            script(refusal="sys.exit(1)"),
            "an unsupported content type",
            "application/x-undeclared",
            "application/json",
            b"[[1, 2, 3]]",
        ),
    ],
    ids=["empty", "JSON string", "second type", "second accept", "unsupported accept", "unsupported type"],
)
def test_the_one_request_that_kills_is_named(
    tmp_path: Path, source: str, on: str | None, content_type: str, accept: str, body: bytes
) -> None:
    violation = here(tmp_path, source, CODE).violation
    when = f" on {on}" if on else ""
    assert violation.message == f"the process dies while it answers a request{when}: SystemExit: 1"
    assert violation.request is not None
    assert (violation.request.content_type, violation.request.accept) == (content_type, accept)
    assert violation.request.body_base64 == body


class TestTextOfAnException:
    """Text that is not ASCII breaks the model servers' answer, and their workers with it: SMC610 tells it."""

    @pytest.mark.parametrize("stack", ["inference", "sklearn"])
    def test_is_told_by_another_check(self, tmp_path: Path, stack: str) -> None:
        judged = here(tmp_path, script(refusal="'対応していない'"), CODE, stack=stack, max_examples=3)
        assert (judged.outcome, judged.violations) == ("passed", ())

    def test_is_a_refusal_of_a_guess_all_the_same(self, tmp_path: Path) -> None:
        judged = here(tmp_path, script(reads="raise ValueError('だめ')"), "SMC301")
        assert (set(judged.outcomes), judged.violations) == ({"skipped"}, ())
        # All shapes were tried: no process died of it here.
        assert all("--smcontract-payload" in (check.reason or "") for check in judged.checks)

    def test_is_not_why_a_name_is_undefined(self, tmp_path: Path) -> None:
        violation = here(tmp_path, script(predicts="return größe"), "SMC407").violation
        assert violation.got == "NameError: name 'größe' is not defined"
        assert (violation.on_sagemaker.status, violation.on_sagemaker.message) == WORKER_DIED


@pytest.mark.parametrize(
    ("parts", "how"),
    [
        ({"imports": "os._exit(3)"}, "it exited with status 3"),
        ({"loads": "os._exit(4)"}, "it exited with status 4"),
        ({"loads": "ctypes.string_at(0)"}, "it was ended by SIGSEGV"),
    ],
    ids=["import", "model_fn", "segfault in model_fn"],
)
def test_a_process_that_dies_while_it_loads(tmp_path: Path, parts: dict[str, str], how: str) -> None:
    judged = judge(tmp_path, script(**parts), CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.message == f"the process dies while it loads: {how}"
    assert violation.expected == "a loaded model, or an exception"
    assert violation.request is None
    assert violation.on_sagemaker.status is None


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"imports": "sys.exit(3)"}, "reported as SMC201"),
        ({"loads": "while True: pass"}, "reported as SMC604"),
        ({"imports": "import nothing_here"}, "the script needs the package 'nothing_here'"),
    ],
    ids=["exit at import", "endless model_fn", "package"],
)
def test_what_another_check_reports(tmp_path: Path, parts: dict[str, str], reason: str) -> None:
    limit = 0.8 if "loads" in parts else 60
    judged = judge(tmp_path, script(**parts), CODE, load_timeout=limit, stub_missing="off")
    assert judged.outcome == "skipped"
    assert judged.reason.startswith(reason)


def test_an_interpreter_that_does_not_start_is_not_the_script(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    # It tells its version, as the settings ask, and cannot run the runtime.
    broken.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exec {sys.executable} "$@"\nexit 1\n')
    broken.chmod(0o755)
    judged = judge(tmp_path, script(), CODE, python=str(broken))
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert judged.reason.startswith("the interpreter for the script's process does not start (it exited with status 1)")
    assert "--smcontract-python" in judged.reason


class TestProperty:
    """What only drawn bodies bring forth."""

    SOURCE = script(predicts="os._exit(5) if isinstance(data, list) and data[0] == [0, 0, 0] else None")

    def test_the_smallest_body_is_kept(self, tmp_path: Path) -> None:
        judged = judge(tmp_path, self.SOURCE, CODE, content_types=["application/json"])
        violation = judged.violation
        assert judged.outcome == "failed"
        assert violation.got == "it exited with status 5"
        assert violation.request is not None
        assert violation.request.body_base64 == b"[[0, 0, 0]]"

    def test_five_deaths_end_it(self, tmp_path: Path) -> None:
        counter = tmp_path / "starts"
        # Each sum is a cause of its own, so that no search is ever done.
        # Only rows as wide as the valid one, so that no malformed body of the matrix ends it before.
        other = "len(data[0]) == 3 and data[0] != [1, 2, 3]"
        dies = f"os._exit(1 + int(4 * sum(data[0])) % 99) if {other} else None"
        predicts = f"{dies} if isinstance(data, list) else None"
        source = script(imports=f"open({str(counter)!r}, 'a').write('x')", predicts=predicts)
        # A confirmation would start it again.
        judged = judge(tmp_path, source, CODE, content_types=["application/json"], max_examples=200, confirm="off")
        (check,) = judged.checks
        assert (check.outcome, check.reason) == ("failed", "stopped after 5 deaths")
        assert 1 <= len(judged.violations) <= 5
        # One more dies in the search for a shape, which tries fractions; nothing is started after the last.
        assert len(counter.read_text()) == 6
        assert check.examples < 200

    def test_a_matrix_of_deaths_ends_too(self, tmp_path: Path) -> None:
        counter = tmp_path / "starts"
        source = script(imports=f"open({str(counter)!r}, 'a').write('x')", reads="os._exit(len(body) % 100)")
        judged = judge(tmp_path, source, CODE, content_types=["application/json"], accepts=["application/json"])
        assert judged.outcome == "failed"
        # Five for the search of a shape, five for the matrix, one for what is loaded last.
        assert len(counter.read_text()) <= 11


def test_other_items_of_the_same_script_get_results(tmp_path: Path) -> None:
    path = write_script(tmp_path, script(writes="os._exit(9) if accept == 'text/csv' else None"))
    report = smcontract.check_script(
        path, select=["SMC301", "SMC502", "SMC601", "SMC605"], stack="inference", max_examples=5
    )
    (judged,) = report.scripts
    outcomes = {check.id.rpartition("::")[2]: str(check.outcome) for check in judged.checks}
    assert outcomes == {
        "SMC301-valid-body-rejected[application/json]": "passed",
        "SMC301-valid-body-rejected[text/csv]": "passed",
        "SMC502-body-is-not-its-type[application/json]": "passed",
        "SMC502-body-is-not-its-type[text/csv]": "skipped",
        "SMC601-request-fails[application/json-application/json]": "passed",
        "SMC601-request-fails[application/json-text/csv]": "skipped",
        "SMC601-request-fails[text/csv-application/json]": "passed",
        "SMC601-request-fails[text/csv-text/csv]": "skipped",
        "SMC605-process-died": "failed",
    }
    assert [violation.code for violation in judged.violations] == ["SMC605"]


def test_the_script_s_output_does_not_stand_in_its_way(tmp_path: Path) -> None:
    source = script(predicts="sys.stdout.close(); sys.stderr.close()")
    with smcontract.open_endpoint(write_script(tmp_path, source), stack="inference") as endpoint:
        kind = "application/json"
        assert [endpoint.invoke("[1]", kind, kind).status for _ in range(3)] == [200, 200, 200]
        assert endpoint.deaths == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a process holds is told by /proc")
def test_more_memory_than_an_instance_has(tmp_path: Path) -> None:
    source = script(loads="kept = [bytearray(8 << 20) for _ in range(60)]")
    found = judge(tmp_path, source, CODE, limit=["memory=200"])
    assert found.outcome == "failed"
    assert found.violation.message == (
        "the process dies while it loads: it was ended: it held more than 200 MiB of memory"
    )


def test_a_model_for_which_this_machine_is_too_small_is_inconclusive() -> None:
    _need_machine(death_of({"over": "memory", "limit": 200 << 20, "given": True}) or "")
    death = death_of({"over": "memory", "limit": 200 << 20, "given": False}) or ""
    with pytest.raises(Inconclusive, match="run it on a larger one, or say with --smcontract-limit"):
        _need_machine(death)
