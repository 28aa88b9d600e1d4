from __future__ import annotations

import io
import json
import shlex
import shutil
import subprocess
import sys
import types
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smcontract.reporting.reproduce import boto3, curl, invoke, shell_quote
from smcontract.violations import Request

Server = tuple[str, list[tuple[bytes, dict[str, str | None]]]]

needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.arange(6, dtype="<f4").reshape(2, 3))
    return file.getvalue()


BODIES = [
    pytest.param(b"", id="empty"),
    pytest.param(b"1,,3", id="csv"),
    pytest.param(b"1,2\n3,4\n", id="csv-final-line-feed"),
    pytest.param(b"\n\n", id="line-feeds"),
    pytest.param(b"1,2\r\n3,4\r\n", id="csv-crlf"),
    pytest.param(b'"a ""b""",\'c\'\n', id="csv-quotes"),
    pytest.param(b'{"x": [1, 2.5, null], "s": "it\'s"}', id="json"),
    pytest.param(json.dumps({"x": [1]}, indent=2).encode(), id="json-indented"),
    pytest.param("円,é,😀\n".encode(), id="non-ascii"),
    pytest.param("é'\n".encode("latin-1"), id="not-utf-8"),
    pytest.param("\ufeff1,2".encode(), id="byte-order-mark"),
    pytest.param(b"$HOME `id` !! \\n %s %d *", id="shell-specials"),
    pytest.param(b"it's $HOME", id="quote-and-dollar"),
    pytest.param(b"it's", id="quote"),
    pytest.param(b"@/etc/hostname", id="at-sign"),
    pytest.param(b"@\x00", id="at-sign-and-nul"),
    pytest.param(b"-1,2", id="minus"),
    pytest.param(b"-1\x00-1", id="minus-and-nul"),
    pytest.param(b"%\x00\x001%d\\'7", id="percent-and-nul"),
    pytest.param(b"=x", id="equals"),
    pytest.param(b"\x1b[31m\x07\x7f", id="control-characters"),
    pytest.param(bytes(range(256)), id="all-bytes"),
    pytest.param(npy(), id="npy"),
]
HEADERS = [
    pytest.param("text/csv", "application/json", id="both"),
    pytest.param(None, None, id="neither"),
    pytest.param("text/csv; charset=utf-8", "*/*", id="parameters"),
    pytest.param('multipart/x; boundary="it\'s $x"', None, id="quotes"),
    pytest.param("", "", id="empty-values"),
]


def shell(line: str, program: str = "bash") -> bytes:
    done = subprocess.run([program, "-c", line], capture_output=True, timeout=30, check=True)
    return done.stdout


def called(code: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run boto3 code on a client that keeps what it is given, and return that."""
    kept: dict[str, Any] = {}

    class Client:
        def invoke_endpoint(self, **arguments: Any) -> dict[str, Any]:
            kept.update(arguments)
            return {"Body": io.BytesIO(b"answer")}

    module = types.ModuleType("boto3")
    module.client = lambda service: {"sagemaker-runtime": Client()}[service]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "boto3", module)
    exec(compile(code, "boto3 snippet", "exec", dont_inherit=True), {})
    return kept


@needs_curl
@needs_bash
@pytest.mark.parametrize("body", BODIES)
def test_curl_sends_exactly_the_body(body: bytes, server: Server) -> None:
    url, received = server
    shell(curl(Request(body=body, content_type="text/csv", accept=None), url=url))
    assert received[-1][0] == body


@needs_curl
@needs_bash
@pytest.mark.parametrize("body", [b"1,,3", b"\x00"], ids=["text", "binary"])
@pytest.mark.parametrize(("content_type", "accept"), HEADERS)
def test_curl_sends_exactly_the_headers(
    content_type: str | None, accept: str | None, body: bytes, server: Server
) -> None:
    url, received = server
    shell(curl(Request(body=body, content_type=content_type, accept=accept), url=url))
    assert received[-1] == (body, {"Content-Type": content_type, "Accept": accept})


@needs_curl
@needs_bash
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary() | st.text().map(lambda text: text.encode("utf-8")))
def test_curl_sends_any_body(body: bytes, server: Server) -> None:
    url, received = server
    shell(curl(Request(body=body, content_type="text/csv", accept="text/csv"), url=url))
    assert received[-1][0] == body


@pytest.mark.parametrize("program", ["bash", "sh", "zsh"])
def test_printf_is_understood_by_every_shell(program: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    body = b"-%d\x001'\\7" + bytes(range(256))
    printf, _, _ = curl(Request(body=body, content_type=None, accept=None)).partition(" | ")
    assert shell(printf, program) == body


def test_curl_calls_a_container_on_port_8080() -> None:
    line = curl(Request(body=b"1,,3", content_type="text/csv", accept=None))
    assert line == (
        "curl -i http://localhost:8080/invocations -H 'Content-Type: text/csv' -H Accept: --data-binary 1,,3"
    )


@needs_bash
@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")))
def test_a_quoted_text_is_one_word_on_one_line(text: str) -> None:
    word = shell_quote(text)
    assert "\n" not in word
    assert shell(f"printf '%s|' {word}") == f"{text}|".encode()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("text/csv", "text/csv", id="plain"),
        pytest.param("", "''", id="empty"),
        pytest.param("a b", "'a b'", id="blank"),
        pytest.param("it's", '"it\'s"', id="quote"),
        pytest.param("it's $x", "$'it\\'s $x'", id="quote-and-dollar"),
        pytest.param("a\nb", "$'a\\nb'", id="line-feed"),
        pytest.param("a\u200bb", "$'a\\xe2\\x80\\x8bb'", id="invisible"),
        pytest.param("\udc80", "$'\\xed\\xb2\\x80'", id="lone-surrogate"),
    ],
)
def test_quotes_are_those_that_read_best(text: str, word: str) -> None:
    assert shell_quote(text) == word


@pytest.mark.parametrize("body", BODIES)
def test_boto3_sends_exactly_the_body(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = called(boto3(Request(body=body, content_type=None, accept=None)), monkeypatch)
    assert kept == {"EndpointName": "ENDPOINT", "Body": body}


@pytest.mark.parametrize(("content_type", "accept"), HEADERS)
def test_boto3_sends_exactly_the_headers(
    content_type: str | None, accept: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = called(boto3(Request(body=b"x", content_type=content_type, accept=accept)), monkeypatch)
    given_ = {"ContentType": content_type, "Accept": accept}
    assert kept == {
        "EndpointName": "ENDPOINT",
        "Body": b"x",
        **{name: value for name, value in given_.items() if value is not None},
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary() | st.text().map(lambda text: text.encode("utf-8")), content_type=st.text())
def test_boto3_sends_any_request(body: bytes, content_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = called(boto3(Request(body=body, content_type=content_type, accept=None)), monkeypatch)
    assert (kept["Body"], kept["ContentType"]) == (body, content_type)


@pytest.mark.parametrize(
    ("body", "argument"),
    [
        pytest.param(b"1,,3\n", 'Body=b"1,,3\\n")', id="double-quotes"),
        pytest.param(b'{"x": 1}', "Body=b'{\"x\": 1}')", id="json-stays-readable"),
        pytest.param("é".encode(), 'Body="é".encode())', id="non-ascii-stays-readable"),
    ],
)
def test_boto3_is_four_readable_lines(body: bytes, argument: str) -> None:
    lines = boto3(Request(body=body, content_type="text/csv", accept="text/csv")).split("\n")
    assert lines == [
        "import boto3",
        'runtime = boto3.client("sagemaker-runtime")',
        'answer = runtime.invoke_endpoint(EndpointName="ENDPOINT", ContentType="text/csv", '
        f'Accept="text/csv", {argument}',
        'print(answer["Body"].read())',
    ]


def test_invoke_names_script_stack_and_model() -> None:
    request = Request(body=b"1,,3\n", content_type="text/csv", accept="application/json")
    line = invoke(request, path="my shop/inference.py", stack="sklearn@1.2-1", model_dir="model")
    assert line == (
        "smcontract invoke 'my shop/inference.py' --stack sklearn@1.2-1 --model-dir model "
        "--content-type text/csv --accept application/json --body $'1,,3\\n'"
    )


def test_invoke_leaves_out_what_is_not_there() -> None:
    line = invoke(Request(body=b"", content_type=None, accept=None), path="inference.py")
    assert line == "smcontract invoke inference.py --body ''"


@needs_bash
@pytest.mark.parametrize("body", BODIES)
def test_invoke_gives_exactly_the_body(body: bytes) -> None:
    line = invoke(Request(body=body, content_type=None, accept=None), path="inference.py")
    show = 'smcontract() { if [ "$4" = @- ]; then cat; else printf \'%s\' "${4-${3#--body=}}"; fi; }'
    assert shell(f"{show}\n{line}") == body


@pytest.mark.parametrize("body", [b"-1,2", b"@file", b"\x00"], ids=["minus", "at-sign", "nul"])
def test_a_body_is_never_taken_for_an_option_or_a_file(body: bytes) -> None:
    line = invoke(Request(body=body, content_type=None, accept=None), path="inference.py")
    words = shlex.split(line)
    assert words[-1] == ("--body=-1,2" if body.startswith(b"-") else "@-")
