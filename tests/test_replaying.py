from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import pytest

import smcontract
from smcontract.cases import SavedCase
from smcontract.errors import UsageError
from smcontract.replaying import Replayed, Verdict, replay
from smcontract.violations import Request, Severity
from support import write_script

LAST_LETTERS = """
    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        {check}
        return body.split(",")

    def predict_fn(fields, model):
        return [field[-1] for field in fields]

    def output_fn(prediction, accept):
        return ",".join(prediction), "text/csv"
"""
ACCIDENT = LAST_LETTERS.replace("{check}", "assert content_type == 'text/csv'")


def case(item: str, body: bytes = b"", content_type: str = "text/csv", **keywords: Any) -> SavedCase:
    """Return a case of the script `inference.py` as a run would have saved it."""
    values: dict[str, Any] = {
        "id": "0123456789",
        "script": "inference.py",
        "stack": "inference@1.10.1",
        "model_dir": None,
        "item": item,
        "request": Request(body=body, content_type=content_type, accept="text/csv"),
        "parameters": {"content_type": content_type},
    }
    return SavedCase(**{**values, **keywords})


def replayed(directory: Path, source: str, saved: SavedCase, **files: str) -> Replayed:
    write_script(directory, source, files=files)
    return replay(saved, directory)


EMPTY = case("SMC303-malformed-body-accident[text/csv]")


@pytest.mark.parametrize(
    ("check", "verdict", "reason"),
    [
        pytest.param(
            "pass",
            Verdict.FAILED,
            "predict_fn fails by accident on an empty body: IndexError: string index out of range",
            id="still-there",
        ),
        pytest.param(
            "if not body: raise ValueError('send a field')",
            Verdict.FIXED,
            "the request is refused with ValueError: send a field in input_fn",
            id="refused",
        ),
        pytest.param(
            "body = body or '1'",
            Verdict.FIXED,
            "the request is answered with 200, text/csv, 1 byte",
            id="answered",
        ),
        pytest.param(
            "if not body: import os; os._exit(3)",
            Verdict.FAILED,
            "now reported as SMC605: it exited with status 3",
            id="dies",
        ),
        pytest.param("body = (", Verdict.FAILED, "now reported as SMC101", id="no-python"),
        pytest.param(
            "import nothing_of_that_name",
            Verdict.FAILED,
            "predict_fn fails by accident on an empty body: IndexError: string index out of range",
            id="import-of-no-use",
        ),
        pytest.param(
            "import nothing_of_that_name; nothing_of_that_name.load()",
            Verdict.ERROR,
            "the script needs the package 'nothing_of_that_name', which is not installed here: install it, or name an "
            "interpreter that has it with --smcontract-python",
            id="late-import",
        ),
    ],
)
def test_a_request_is_judged_by_the_check_that_failed_on_it(
    tmp_path: Path, check: str, verdict: Verdict, reason: str
) -> None:
    found = replayed(tmp_path, LAST_LETTERS.replace("{check}", check), EMPTY)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_what_is_still_there_is_shown_by_the_saved_request(tmp_path: Path) -> None:
    (violation,) = replayed(tmp_path, ACCIDENT, EMPTY).violations
    assert (violation.code, violation.request, violation.line) == ("SMC303", EMPTY.request, 10)


def test_a_body_that_only_a_search_found(tmp_path: Path) -> None:
    found = replayed(tmp_path, ACCIDENT, case(EMPTY.item, b"1,,2"))
    assert found.verdict is Verdict.FAILED
    assert found.reason.startswith("predict_fn fails by accident on the saved body: IndexError")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param(
            "import nothing_of_that_name\ndef model_fn(d): ...\n",
            "the script needs the package 'nothing_of_that_name', which is not installed here",
            id="package",
        ),
        pytest.param(
            "def model_fn(d):\n    return open(d + '/weights').read()\n",
            "model_fn fails on an empty model directory",
            id="model",
        ),
    ],
)
def test_what_cannot_be_told_is_an_error(tmp_path: Path, source: str, reason: str) -> None:
    found = replayed(tmp_path, source, case(EMPTY.item, flags={"stand-in": "off", "stub-missing": "off"}))
    assert found.verdict is Verdict.ERROR
    assert found.reason.startswith(reason)


def test_a_failure_that_the_source_explains_is_not_fixed(tmp_path: Path) -> None:
    source = ACCIDENT.replace('return ",".join(prediction), "text/csv"', "','.join(prediction)")
    found = replayed(tmp_path, source, case("SMC501-unsendable-result[text/csv]", b"1,2"))
    assert (found.verdict, found.violations) == (Verdict.FAILED, ())
    assert found.reason.startswith("now reported as SMC109")


RETURNS_NOTHING = """
    def model_fn(model_dir):
        return None

    def transform_fn(model, body, content_type, accept):
        if content_type == "text/csv":
            answer = body, "text/csv"
        else:
            raise ValueError(content_type)
"""


@pytest.mark.parametrize(
    ("more", "verdict", "reason"),
    [
        ("", Verdict.FAILED, "transform_fn has no return statement"),
        ("        return answer\n", Verdict.FIXED, "the check passes"),
    ],
    ids=["there", "gone"],
)
def test_a_check_without_requests_is_run_as_a_whole(tmp_path: Path, more: str, verdict: Verdict, reason: str) -> None:
    found = replayed(tmp_path, RETURNS_NOTHING + more, case("SMC109-returns-nothing", b"1", parameters={}))
    assert found.verdict is verdict
    assert found.reason.startswith(reason)


def test_what_is_only_a_note_is_fixed(tmp_path: Path) -> None:
    source = LAST_LETTERS.format(check="pass").replace('return ",".join(prediction), "text/csv"', "return {'x': 1}")
    request = Request(body=b"1,2", content_type="text/csv", accept="application/json")
    found = replayed(tmp_path, source, case("SMC501-unsendable-result[text/csv]", request=request))
    assert (found.verdict, found.violations) == (Verdict.FIXED, ())


def test_a_script_that_is_no_python_is_not_fixed(tmp_path: Path) -> None:
    found = replayed(tmp_path, "def model_fn(:", case("SMC109-returns-nothing", b"1", parameters={}))
    assert (found.verdict, found.reason) == (Verdict.FAILED, "now reported as SMC101")
    found = replayed(tmp_path, "def model_fn(:", case("SMC101-unparsable-script", b"", parameters={}))
    assert found.verdict is Verdict.FAILED
    assert found.reason.startswith("inference.py is not valid Python")


DISAGREES = """
    import json

    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        if content_type == "text/csv":
            return [[float(field) FACTOR for field in line.split(",")] for line in body.splitlines()]
        if content_type == "application/json":
            return json.loads(body)
        raise ValueError(content_type)

    def predict_fn(data, model):
        return [sum(row) for row in data]

    def output_fn(prediction, accept):
        return json.dumps(prediction), "application/json"
"""


@pytest.mark.parametrize(("factor", "verdict"), [("* 2", Verdict.FAILED), ("", Verdict.FIXED)], ids=["there", "gone"])
def test_a_check_of_several_requests_is_run_as_a_whole(tmp_path: Path, factor: str, verdict: Verdict) -> None:
    saved = case("SMC306-content-types-disagree", b"[[0]]", parameters={}, flags={"max-examples": "5"})
    found = replayed(tmp_path, DISAGREES.replace("FACTOR", factor), saved)
    assert found.verdict is verdict
    assert bool(found.violations) is (verdict is Verdict.FAILED)


def test_several_requests_that_can_no_longer_be_compared_cannot_be_judged(tmp_path: Path) -> None:
    found = replayed(tmp_path, ACCIDENT, case("SMC306-content-types-disagree", parameters={}))
    assert (found.verdict, found.reason) == (
        Verdict.ERROR,
        "only one content type carries tables (text/csv)",
    )


@pytest.mark.parametrize(("body", "verdict"), [("os._exit(3)", Verdict.FAILED), ("return body, accept", Verdict.FIXED)])
def test_a_death(tmp_path: Path, body: str, verdict: Verdict) -> None:
    source = f"import os\ndef model_fn(d): ...\ndef transform_fn(model, body, kind, accept):\n    {body}\n"
    assert replayed(tmp_path, source, case("SMC605-process-died", b"1", parameters={})).verdict is verdict


def test_the_request_that_hangs_is_sent_once(tmp_path: Path) -> None:
    sent = tmp_path / "sent.txt"
    source = (
        "import time\ndef model_fn(d): ...\ndef transform_fn(m, b, c, a):\n"
        f"    with open({str(sent)!r}, 'a') as file:\n        file.write(repr(b) + ' ')\n"
        "    time.sleep(600)\n    return b\n"
    )
    saved = case("SMC604-too-slow", b"1", parameters={}, flags={"timeout": "1"})
    found = replayed(tmp_path, source, saved)
    assert (found.verdict, found.reason) == (
        Verdict.FAILED,
        "the request is not answered within 1 s (the saved body)",
    )
    assert sent.read_text().split().count("'1'") == 1


@pytest.mark.parametrize(("is_error", "severity"), [(True, Severity.ERROR), (False, Severity.WARNING)])
def test_a_body_that_a_hook_vouched_for_still_counts_as_valid(
    tmp_path: Path, is_error: bool, severity: Severity
) -> None:
    source = """
        import json

        def model_fn(model_dir):
            return None

        def input_fn(body, content_type):
            assert content_type == "application/json"
            order = json.loads(body)
            return order["paid"] if order["count"] == 9 else order["count"]

        def predict_fn(data, model):
            return data
    """
    saved = case("SMC301-valid-body-rejected", b'{"count": 9}', "application/json", is_error=is_error)
    (violation,) = replayed(tmp_path, source, saved).violations
    assert (violation.code, violation.severity) == ("SMC301", severity)


REFUSES = """
    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        raise ValueError("never")

    def predict_fn(data, model):
        return data
"""


@pytest.mark.parametrize(
    ("flags", "ini", "verdict"),
    [
        pytest.param({"payload": ["body.csv"]}, {}, Verdict.FAILED, id="flag"),
        pytest.param({}, {"payload": ["run/body.csv"]}, Verdict.FAILED, id="ini"),
        pytest.param({}, {}, Verdict.FIXED, id="neither"),
    ],
)
def test_the_settings_of_the_run_hold_again(
    tmp_path: Path, flags: dict[str, object], ini: dict[str, object], verdict: Verdict
) -> None:
    # Only a body that the user gave must not be refused; paths of flags start where the run was started.
    saved = case("SMC301-valid-body-rejected[text/csv]", b"1,2", flags=flags, ini=ini, directory="run")
    assert replayed(tmp_path, REFUSES, saved, **{"run/body.csv": "1,2"}).verdict is verdict


BOUNDARY = """
    class Model:
        def predict(self, data):
            if data.dtype != "float32":
                raise ValueError(f"float32 is wanted, got {data.dtype}")
            return data.sum(axis=1)

    def model_fn(model_dir):
        return Model()
"""


def test_what_a_check_finds_apart_from_its_cases_is_found_again(tmp_path: Path) -> None:
    script = write_script(tmp_path, BOUNDARY)
    settings: dict[str, Any] = {"select": ["SMC702"], "content_types": ["application/x-npy"]}
    report = smcontract.check_script(script, stack=["sklearn"], max_examples=5, **settings)
    (violation,) = report.violations
    assert violation.request is not None
    assert "float64" in violation.message
    kind = violation.request.content_type
    request = Request(body=violation.request.body_base64, content_type=kind, accept=violation.request.accept)
    saved = case("SMC702-default-cannot-serve", stack="sklearn", request=request, parameters={"content_type": kind})
    assert replay(saved, tmp_path).reason == violation.message
    fixed = BOUNDARY.replace('data.dtype != "float32"', "False")
    assert replayed(tmp_path, fixed, saved).verdict is Verdict.FIXED


def test_an_archive_is_unpacked_again(tmp_path: Path) -> None:
    script = write_script(tmp_path / "made", ACCIDENT)
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.add(script, "code/inference.py")
    saved = case(EMPTY.item, script="model.tar.gz", model_dir="model.tar.gz")
    assert replay(saved, tmp_path).verdict is Verdict.FAILED


def test_the_model_directory_of_the_run_is_given_again(tmp_path: Path) -> None:
    source = ACCIDENT.replace("return None", "return open(model_dir + '/weights').read()")
    found = replayed(tmp_path, source, case(EMPTY.item, model_dir="w"), **{"w/weights": "1"})
    assert found.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("saved", "problem"),
    [
        pytest.param(case(EMPTY.item, script="gone.py"), "gone.py: no such file", id="script"),
        pytest.param(case("SMC3O3-x"), "there is no check 'SMC3O3'; did you mean 'SMC303'", id="check"),
        pytest.param(case(EMPTY.item, stack="inference@0.1"), "unknown version of inference", id="stack"),
        pytest.param(case(EMPTY.item, model_dir="gone"), "gone: no such directory", id="model"),
        pytest.param(case(EMPTY.item, flags={"payload": ["x.csv"]}), "no such payload file", id="payload"),
        pytest.param(case(EMPTY.item, script="more"), "holds 2 handler scripts by now", id="scripts"),
    ],
)
def test_a_case_whose_surroundings_are_gone(tmp_path: Path, saved: SavedCase, problem: str) -> None:
    for name in ("inference.py", "more/a.py", "more/b.py"):
        write_script(tmp_path, ACCIDENT, name=name)
    with pytest.raises(UsageError, match=problem):
        replay(saved, tmp_path)


def test_a_case_of_a_script_that_no_longer_names_the_content_type(tmp_path: Path) -> None:
    source = REFUSES.replace('raise ValueError("never")', "assert content_type == 'application/json'")
    found = replayed(tmp_path, source, case("SMC301-valid-body-rejected[text/csv]", b"1"))
    assert found.verdict is Verdict.FIXED
