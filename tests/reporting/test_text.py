from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from smcontract.reporting.text import format_line, format_on_sagemaker, format_violation
from smcontract.violations import OnSageMaker, Request, Severity, Violation

LINES = [
    "def input_fn(body, content_type):",
    '    if content_type == "text/csv":',
    '        fields = body.split(",")',
    "    return [field[0] for field in fields]",
]
REPORT = """\
SMC303 malformed-body-accident (error) at shop/inference.py:4:12 in input_fn

    2 |     if content_type == "text/csv":
    3 |         fields = body.split(",")
  > 4 |     return [field[0] for field in fields]
      |            ^

An empty field makes input_fn crash.

Request   Content-Type: text/csv · Accept: application/json · 4 bytes
          1,,3
Expected  an answer, or an error that input_fn raises on purpose
Got       IndexError: string index out of range

On SageMaker (inference 1.10.1): 500 string index out of range

How to fix: Test a field for being empty first.

Reproduce:
  curl    curl -i http://localhost:8080/invocations -H 'Content-Type: text/csv' \
-H 'Accept: application/json' --data-binary 1,,3
  boto3   import boto3
          runtime = boto3.client("sagemaker-runtime")
          answer = runtime.invoke_endpoint(EndpointName="ENDPOINT", ContentType="text/csv", \
Accept="application/json", Body=b"1,,3")
          print(answer["Body"].read())
  invoke  smcontract invoke shop --stack inference@1.10.1 --model-dir model --content-type text/csv \
--accept application/json --body 1,,3
  replay  smcontract replay c0ffee
  explain smcontract explain SMC303"""

Make = Callable[..., Violation]


def text(violation: Violation, **changes: Any) -> str:
    return format_violation(violation, LINES, **{"stack": "inference@1.10.1", **changes})


def request(body: bytes) -> Request:
    return Request(body=body, content_type=None, accept=None)


def test_the_whole_report(make_violation: Make) -> None:
    shown = text(make_violation(), file="shop/inference.py", path="shop", model_dir="model", case="c0ffee")
    assert shown == REPORT


def test_colours_change_nothing_but_colours(make_violation: Make) -> None:
    plain, painted = text(make_violation()), text(make_violation(), color=True)
    assert "\x1b" not in plain
    assert painted.count("\x1b[") >= 10
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


@pytest.mark.parametrize(
    ("severity", "code"),
    [(Severity.ERROR, "31"), (Severity.WARNING, "33"), (Severity.NOTE, "36")],
    ids=str,
)
def test_the_title_has_the_colour_of_the_severity(severity: Severity, code: str, make_violation: Make) -> None:
    title = text(make_violation(severity=severity), color=True).split("\n")[0]
    assert title.startswith(f"\x1b[{code};1mSMC303 malformed-body-accident\x1b[0m ({severity}) at ")


def test_what_only_the_source_shows_is_short(make_violation: Make) -> None:
    violation = make_violation(request=None, fix=None, line=None, column=None, function=None)
    assert text(violation, file="inference.py") == (
        "SMC303 malformed-body-accident (error) at inference.py\n\n"
        "An empty field makes input_fn crash.\n\n"
        "Expected  an answer, or an error that input_fn raises on purpose\n"
        "Got       IndexError: string index out of range\n\n"
        "On SageMaker (inference 1.10.1): 500 string index out of range\n\n"
        "Reproduce:\n"
        "  explain smcontract explain SMC303"
    )


def test_the_file_is_named_in_full_if_nothing_else_is_known(make_violation: Make) -> None:
    shown = text(make_violation())
    assert " at /srv/shop/inference.py:4:12 in input_fn" in shown
    assert "smcontract invoke /srv/shop/inference.py --stack" in shown


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        pytest.param(b"", "0 bytes\n          (empty)", id="empty"),
        pytest.param(b"1", "1 byte\n          1", id="one-byte"),
        pytest.param(b"1\n2\n", "4 bytes\n          1\n          2\\n", id="lines-aligned"),
        pytest.param(b"\xff\x00", "2 bytes\n          ff 00", id="binary"),
    ],
)
def test_the_request_is_shown(body: bytes, shown: str, make_violation: Make) -> None:
    assert f"Request   Content-Type: none · Accept: none · {shown}" in text(make_violation(request=request(body)))


def test_a_long_body_stays_short(make_violation: Make) -> None:
    shown = text(make_violation(request=request(b"1,2,3\n" * 5000)), case="c0ffee")
    assert len(shown.split("\n")) < 50
    assert "30,000 bytes" in shown
    assert "(the body's 30,000 bytes are too many for a command line)" in shown
    assert not re.search(r"^  (curl|boto3|invoke) ", shown, re.MULTILINE)
    assert "  replay  smcontract replay c0ffee" in shown


def test_lines_of_expected_and_got_are_aligned(make_violation: Make) -> None:
    shown = text(make_violation(expected="[1,\n 2]", got="[1]\n[2]", details=("rows: 1",)))
    assert "Expected  [1,\n           2]\nGot       [1]\n          [2]\n          rows: 1\n" in shown


def test_long_values_are_cut(make_violation: Make) -> None:
    shown = text(make_violation(got="x" * 5000, message="line\n" * 500))
    assert "… (4,800 more characters)" in shown
    assert "… (481 more lines)" in shown


def test_nothing_reaches_the_terminal_unseen(make_violation: Make) -> None:
    evil = "\x1b]0;title\x07\r\u202e"
    violation = make_violation(
        message=evil,
        expected=evil,
        got=evil,
        fix=evil,
        confirmed_by=evil,
        details=(evil,),
        on_sagemaker=OnSageMaker(status=500, message=evil),
        request=Request(body=evil.encode(), content_type=evil, accept=evil),
    )
    lines = format_violation(violation, [evil] * 9, stack="inference@1.10.1", file=evil).split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(format_line(violation, file=evil).isprintable() for _ in lines)


def test_a_confirmation_is_told(make_violation: Make) -> None:
    shown = text(make_violation(confirmed_by="sagemaker-inference 1.10.1"))
    assert "500 string index out of range (confirmed by sagemaker-inference 1.10.1)" in shown


@pytest.mark.parametrize(
    ("status", "message", "expected"),
    [
        pytest.param(500, "boom", "500 boom", id="status"),
        pytest.param(None, "no answer: the worker dies", "no answer: the worker dies", id="no-answer"),
        pytest.param(200, "", "200", id="no-message"),
    ],
)
def test_what_a_client_gets(status: int | None, message: str, expected: str) -> None:
    assert format_on_sagemaker(OnSageMaker(status=status, message=message)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {},
            "a.py:4:12: SMC303 An empty field makes input_fn crash. (got IndexError: string index out of range)",
            id="all",
        ),
        pytest.param({"got": "", "column": None}, "a.py:4: SMC303 An empty field makes input_fn crash.", id="line"),
        pytest.param({"got": "crash", "line": None}, "a.py: SMC303 An empty field makes input_fn crash.", id="file"),
        pytest.param({"got": "a\n  b", "message": "m"}, "a.py:4:12: SMC303 m (got a b)", id="one-line"),
    ],
)
def test_one_line_for_summaries(changes: dict[str, Any], expected: str, make_violation: Make) -> None:
    assert format_line(make_violation(**changes), file="a.py") == expected
