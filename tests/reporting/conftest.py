from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from smcontract.reporting.merge import Finding, ItemRecord
from smcontract.reporting.report import CheckResult, Outcome, ScriptReport, StackInfo
from smcontract.violations import OnSageMaker, Request, Severity, Violation

VIOLATION = Violation(
    code="SMC303",
    name="malformed-body-accident",
    severity=Severity.ERROR,
    message="An empty field makes input_fn crash.",
    expected="an answer, or an error that input_fn raises on purpose",
    got="IndexError: string index out of range",
    on_sagemaker=OnSageMaker(status=500, message="string index out of range"),
    file="/srv/shop/inference.py",
    line=4,
    column=12,
    function="input_fn",
    request=Request(body=b"1,,3", content_type="text/csv", accept="application/json"),
    fix="Test a field for being empty first.",
    cause="IndexError at line 4",
)
SCRIPT = ScriptReport(
    path="shop/inference.py",
    sha256="ab" * 32,
    stack=StackInfo(name="inference", version="1.10.1", detected_by="no framework import seen"),
)


@pytest.fixture
def make_violation() -> Callable[..., Violation]:
    return lambda **changes: replace(VIOLATION, **changes)


@pytest.fixture
def make_script() -> Callable[..., ScriptReport]:
    return lambda **changes: replace(SCRIPT, **changes)


@pytest.fixture
def make_record() -> Callable[..., ItemRecord]:
    def make(id_: str, *violations: Violation, script: ScriptReport = SCRIPT, **changes: Any) -> ItemRecord:
        check = CheckResult(
            id=id_,
            code="SMC303",
            name="malformed-body-accident",
            phase="matrix",
            outcome=Outcome.FAILED if violations else Outcome.PASSED,
        )
        findings = tuple(Finding(violation=violation, case="c0ffee") for violation in violations)
        return ItemRecord(script=script, check=replace(check, **changes), findings=findings)

    return make


class Inbox(BaseHTTPRequestHandler):
    """Keeps what it is sent."""

    received: list[tuple[bytes, dict[str, str | None]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: self.headers[name] for name in ("Content-Type", "Accept")}
        self.received.append((body, headers))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, list[tuple[bytes, dict[str, str | None]]]]]:
    """Yield the URL of a real HTTP server and the list of what it received."""
    Inbox.received = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Inbox) as httpd:
        thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/invocations", Inbox.received
        httpd.shutdown()
        thread.join()
