"""`smcontract.open_endpoint` and `smcontract.check_script`."""

import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest

import smcontract
from serving import ECHO, JSON_HANDLER, is_alive
from smcontract import UsageError
from smcontract.reporting.report import Outcome, Report
from support import write_script

PID = "import os\ndef model_fn(d): pass\ndef transform_fn(m, b, c, a): return str(os.getpid())"
ENVIRONMENT = "import os\ndef model_fn(d): return d\ndef transform_fn(m, b, c, a): return m + ' ' + os.environ['X']"
BROKEN = JSON_HANDLER.replace("return json.loads(body)", "return eval('undefined')")


@pytest.fixture(autouse=True)
def in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def outcomes(report: Report) -> dict[str, str]:
    return {check.code: str(check.outcome) for script in report.scripts for check in script.checks}


@pytest.mark.parametrize("kind", [str, Path])
def test_an_endpoint_answers(kind: Any, tmp_path: Path) -> None:
    script = kind(write_script(tmp_path, JSON_HANDLER))
    with smcontract.open_endpoint(script) as endpoint:
        response = endpoint.invoke(b"[[1, 2]]", "application/json", "application/json")
    assert isinstance(response, smcontract.Response)
    assert (response.status, response.body, response.content_type, response.error) == (
        200,
        b"[[2, 4]]",
        "application/json",
        None,
    )


def test_an_endpoint_ends_with_its_block(tmp_path: Path) -> None:
    with smcontract.open_endpoint(write_script(tmp_path, PID)) as endpoint:
        pid = int(endpoint.invoke(b"").body)
        assert is_alive(pid)
    assert not is_alive(pid)


def test_the_arguments_reach_the_script(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    script = write_script(tmp_path / "a", ENVIRONMENT)
    with smcontract.open_endpoint(
        script, stack="inference@1.5.5", model_dir=tmp_path / "m", env={"X": " a=b, c "}, timeout=7, load_timeout=8
    ) as endpoint:
        assert endpoint.invoke(b"").body.decode() == f"{tmp_path / 'm'}  a=b, c "
        assert repr(endpoint.stack) == "inference@1.5.5"
        assert (endpoint.timeout, endpoint.load_timeout) == (7.0, 8.0)


def test_without_isolation(tmp_path: Path) -> None:
    import os

    with smcontract.open_endpoint(write_script(tmp_path, PID), isolation="none") as endpoint:
        assert int(endpoint.invoke(b"").body) == os.getpid()


def test_a_model_directory_is_an_endpoint(tmp_path: Path) -> None:
    write_script(tmp_path / "m", ECHO, name="code/inference.py")
    with smcontract.open_endpoint(tmp_path / "m") as endpoint:
        assert endpoint.invoke(b"x", "application/octet-stream").body == b"x"


def archive(directory: Path) -> Path:
    script = write_script(directory / "unpacked", ECHO, name="code/inference.py")
    with tarfile.open(directory / "model.tar.gz", "w:gz") as file:
        file.add(script, "code/inference.py")
    return directory / "model.tar.gz"


def test_an_archive_is_an_endpoint_that_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with smcontract.open_endpoint(archive(tmp_path)) as endpoint:
        assert endpoint.invoke(b"x", "application/octet-stream").status == 200
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("script", "keywords", "problem"),
    [
        ("missing.py", {}, "missing.py"),
        ("inference.py", {"stack": "sklaern"}, "did you mean 'sklearn'"),
        ("inference.py", {"engine": "tolkit"}, "unknown value 'tolkit'"),
        ("inference.py", {"isolation": "some"}, "valid: process, none"),
        ("inference.py", {"timeout": -1}, "timeout"),
        ("inference.py", {"python": "no/such/python"}, "no such file"),
        ("inference.py", {"python": "notes.txt"}, "cannot be executed"),
        ("inference.py", {"model_dir": "missing"}, "no such directory"),
        ("inference.py", {"env": {"A=B": "c"}}, "environment variable"),
        (".", {}, "2 handler scripts"),
        ("inference.py", {"stack": "all"}, "inference.py: [0-9]+ stacks were chosen; name one of them: .*sklearn"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(script: str, keywords: dict[str, Any], problem: str, tmp_path: Path) -> None:
    write_script(tmp_path, ECHO)
    write_script(tmp_path / "other", ECHO)
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(UsageError, match=problem) as caught:
        smcontract.open_endpoint(script, **keywords)
    assert "\n" not in str(caught.value)


def test_a_usage_error_leaves_nothing_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for name in ("a", "b"):
        write_script(tmp_path / "scripts" / name, ECHO)
    with pytest.raises(UsageError, match="2 handler scripts"):
        smcontract.open_endpoint(tmp_path / "scripts", model_dir=archive(tmp_path))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_script_is_checked(tmp_path: Path) -> None:
    report = smcontract.check_script(write_script(tmp_path, BROKEN), max_examples=5)
    assert isinstance(report, smcontract.Report)
    assert (len(report.scripts), report.seed, report.smcontract) == (1, 0, smcontract.__version__)
    assert report.scripts[0].path == "inference.py"
    assert outcomes(report)["SMC301"] == "failed"
    assert report.summary.failed == sum(outcome == "failed" for outcome in outcomes(report).values())
    assert report.summary.checks == len(report.scripts[0].checks)


def test_every_script_of_a_directory_is_checked(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_script(tmp_path / name, JSON_HANDLER)
    report = smcontract.check_script(tmp_path, phases="static")
    assert [script.path for script in report.scripts] == ["a/inference.py", "b/inference.py"]


def test_every_stack_that_is_asked_for_is_checked(tmp_path: Path) -> None:
    report = smcontract.check_script(
        write_script(tmp_path, JSON_HANDLER), stack=["inference@1.5.5", "inference", "sklearn"], phases="static"
    )
    assert sorted(f"{script.stack.name}@{script.stack.version}" for script in report.scripts) == [
        "inference@1.10.1",
        "inference@1.5.5",
        "sklearn@2.8.6.post2",
    ]
    ids = [check.id for script in report.scripts for check in script.checks]
    assert len(set(ids)) == len(ids)
    assert {len(script.checks) for script in report.scripts} == {len(report.scripts[0].checks)}


def test_settings_are_those_of_the_flags(tmp_path: Path) -> None:
    script = write_script(tmp_path / "a", JSON_HANDLER)
    (tmp_path / "m").mkdir()
    report = smcontract.check_script(
        script,
        select="SMC301",
        content_types="application/json",
        max_examples=3,
        model_dir=tmp_path / "m",
        load_timeout=20,
        strict=True,
    )
    (found,) = report.scripts
    assert [check.id for check in found.checks] == ["a/inference.py::SMC301-valid-body-rejected[application/json]"]
    assert found.model_dir == "m"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"max_exmaples": 5}, "unknown setting 'max_exmaples'; did you mean 'max_examples'"),
        ({"max-examples": 5}, "did you mean 'max_examples'"),
        ({"report": "report.json"}, "unknown setting 'report'"),
        ({"max_examples": 0}, "at least 1"),
        ({"select": "SMC999"}, "unknown code 'SMC999'"),
    ],
)
def test_a_wrong_setting_is_a_usage_error(settings: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=problem):
        smcontract.check_script(write_script(tmp_path, ECHO), **settings)


def test_expected_failures_are_expected(tmp_path: Path) -> None:
    script = write_script(tmp_path, BROKEN)
    expected = {"SMC301": "known", "SMC101": "not so", "SMC208": "cannot be told"}
    settings: dict[str, Any] = {"max_examples": 3, "select": list(expected), "content_types": "application/json"}
    found = outcomes(smcontract.check_script(script, expected_failures=expected, **settings))
    plain = outcomes(smcontract.check_script(script, **settings))
    as_expected = {"failed": Outcome.XFAILED, "passed": Outcome.XPASSED, "skipped": Outcome.SKIPPED}
    assert found == {code: str(as_expected[outcome]) for code, outcome in plain.items()}
    assert (found["SMC301"], found["SMC101"]) == ("xfailed", "xpassed")


def test_the_projects_own_settings_hold(tmp_path: Path) -> None:
    script = write_script(tmp_path, BROKEN)
    (tmp_path / "pyproject.toml").write_text('[tool.smcontract]\nselect = ["SMC101"]\n')
    assert outcomes(smcontract.check_script(script)) == {"SMC101": "passed"}


@pytest.mark.parametrize("seed", [0, 7])
def test_one_seed_is_one_report(seed: int, tmp_path: Path) -> None:
    script = write_script(tmp_path, JSON_HANDLER)
    reports = [
        smcontract.check_script(script, seed=seed, select=["SMC301", "SMC601"], max_examples=5) for _ in range(2)
    ]
    assert reports[0].seed == seed
    checks = [[(c.id, c.outcome, c.examples) for s in report.scripts for c in s.checks] for report in reports]
    assert checks[0] == checks[1]


@pytest.mark.parametrize(
    "source",
    ["import os\nos._exit(1)\ndef model_fn(d): pass", "raise SystemExit\ndef model_fn(d): pass", "def model_fn(:"],
)
def test_a_script_that_fails_is_in_the_report(source: str, tmp_path: Path) -> None:
    report = smcontract.check_script(write_script(tmp_path, source), max_examples=3)
    assert report.summary.failed >= 1
    assert report.summary.errors == 0


def test_the_package_names_no_more_than_it_has() -> None:
    for name in smcontract.__all__:
        assert getattr(smcontract, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        smcontract.no_such_name  # noqa: B018
