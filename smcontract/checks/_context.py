"""What a running check may look at, and how it says what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from smcontract.checks._case import Case
from smcontract.checks._check import Check
from smcontract.endpoints import Ended, Exchange, Failure, Loaded, LocalEndpoint
from smcontract.judgement import ALWAYS_ACCIDENTS, is_accident, is_deliberate, responsible, user_frame
from smcontract.payloads._domain import Domain
from smcontract.probing import is_of_values
from smcontract.resting import judgeable
from smcontract.script import Script
from smcontract.session import Inconclusive, Session
from smcontract.stacks import Stack
from smcontract.violations import OnSageMaker, Request, Severity, Violation

SAGEMAKER_TIMEOUT = 60.0
STAGES = ("input_fn", "predict_fn", "output_fn", "transform_fn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What masking one of the script's functions did, on one content type."""

    function: str
    default_took_over: bool
    would_change: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class CheckContext:
    """One item at work: its check, its parameters, and the script's session.

    `judged` counts the requests that said something about this check, `refused` those that the script
    refused as is its right, and `elsewhere` holds why others said nothing, the first because of the failure
    `kept_by`. `rests_on` says which package a request needed that is not installed here. `gathered` is what
    a check with an `after` keeps of its cases, and `shown` are the drawn cases that show something. `seed` is the
    run's, `note` what qualifies a pass, and `stopped` says why no further requests were made.
    """

    check: Check
    session: Session
    content_type: str | None = None
    accept: str | None = None
    fallbacks: list[Observed] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    kept_by: Failure | None = None
    judged: int = 0
    refused: int = 0
    rests_on: str | None = None
    gathered: dict[Any, Any] = field(default_factory=dict)
    shown: dict[tuple[object, ...], Case] = field(default_factory=dict)
    seed: int = 0
    note: str = ""
    stopped: str = ""
    measured: str = ""
    """What a check says in figures, which are others in each run: it stands beside the item and in no report file."""

    @property
    def script(self) -> Script:
        """The script as read."""
        return self.session.script

    @property
    def stack(self) -> Stack:
        """The stack whose container is modelled."""
        return self.session.stack

    @property
    def endpoint(self) -> LocalEndpoint:
        """What answers."""
        return self.session.endpoint

    def loaded(self) -> Loaded:
        """Load script and model, or raise `Inconclusive`."""
        return self.session.loaded()

    def ready(self) -> Loaded:
        """Load script and model, or what stands in the model's place; or raise `Inconclusive`."""
        return self.session.ready()

    def exchange(self, request: Request, *, export: tuple[str, ...] = ()) -> Exchange:
        """Send a request and return all that came of it; raises `RestsOnStub` where what is wanted rests on one."""
        return judgeable(self.session, self.session.exchange(request, export=export), export)

    def request(self, body: bytes, *, content_type: str | None = None, accept: str | None = None) -> Request:
        """Return a request of this item's content type and accept, unless others are named."""
        return Request(
            body=body,
            content_type=content_type or self.content_type or self.session.content_types()[0],
            accept=accept or self.accept or self.session.first_accept,
        )

    def domain(self, content_type: str | None = None) -> Domain:
        """Return the bodies that the script takes, or raise `Inconclusive`."""
        kind = content_type or self.content_type or self.session.content_types()[0]
        probe = self.session.probe(kind)
        if probe.domain is not None:
            return probe.domain
        if probe.failed is not None:
            raise Inconclusive(f"reported as {self.responsible(probe.failed)}", probe.failed.failure)
        raise Inconclusive(probe.reason, probe.first.failure if probe.first is not None else None)

    def responsible(self, exchange: Exchange) -> str | None:
        """Return the code that names this exchange's failure, or None for a success."""
        code = responsible(exchange, self.stack)
        if code in {"SMC301", "SMC601"} and self.session.takes_other_body_type(exchange):
            return "SMC304"
        return "SMC606" if self.is_too_large(exchange) else code

    def is_too_large(self, exchange: Exchange) -> bool:
        """Whether the server could not send the answer for its size, and the user gave a payload that shows it."""
        return exchange.died_of_size and bool(self.session.given_bodies(exchange.request.content_type or ""))

    def is_accident(self, failure: Failure | None) -> bool:
        """Whether the exception is a slip of the script's own line."""
        if failure is None or self.session.missing_here(failure) is not None:
            return False
        return is_accident(failure, self.script, self.session.target.code_dir)

    def failing(self, case: Case) -> Exchange | None:
        """Send a case and return the exchange if its failure is this check's to report.

        A failure that another code names, and a deliberate refusal of a body that is only a guess, are
        counted and passed over.
        """
        exchange = self.exchange(case.request)
        code = self.responsible(exchange)
        if code is None:
            self.judged += 1
            return None
        if code != self.check.code:
            self.pass_over(case, exchange, code)
            return None
        if self.blames(case, exchange):
            self.judged += 1
            return exchange
        self.refused += 1
        self.elsewhere.append(self._so_far(exchange))
        return None

    def pass_over(self, case: Case, exchange: Exchange, code: str) -> None:
        """Note that a request failed in a way that is not this check's to report."""
        if not self.elsewhere:
            self.kept_by = exchange.failure
        self.elsewhere.append(f"reported as {code}" if self.blames(case, exchange) else self._so_far(exchange))

    def _so_far(self, exchange: Exchange) -> str:
        failure = exchange.failure
        if failure is None:
            return f"no request gets this far: {exchange.death}"
        return self.session.missing_here(failure) or f"no request gets this far: {failure} in {failure.stage}"

    def blames(self, case: Case, exchange: Exchange) -> bool:
        """Whether the failure is the script's fault, and not that of a body it need not take.

        A body that the user gave, or that the model itself asks for, is valid. Of one that was found by trying,
        a refusal is the script's good right; but what `predict_fn` answered, `output_fn` must encode.
        """
        failure = exchange.failure
        if failure is not None and self.session.missing_here(failure) is not None:
            return False
        if failure is None or case.given:
            return True
        if failure.stage == "output_fn" and failure.by == "script":
            if exchange.request.accept in self.session.settings.accepts:
                return True
            return not is_deliberate(failure, self.script, self.session.target.code_dir)
        if failure.by == "default":
            return failure.stage == "output_fn" or (self.is_certain(case) and not is_of_values(failure))
        return self.is_accident(failure)

    def is_certain(self, case: Case) -> bool:
        """Whether the body is known to be valid, and not merely found by trying."""
        probe = self.session.probe(case.request.content_type or "")
        return probe.domain is not None and probe.domain.certain

    def severity(self, case: Case, exchange: Exchange) -> Severity:
        """Weigh a failure: an error where the body is valid, or where no data would excuse the exception.

        `output_fn` is given a prediction. Where it fails on that of the plainest body, or by a slip of its own
        line on a real model's, it is an error; the prediction that a guessed body gets may be an odd one.
        """
        failure = exchange.failure
        if failure is None or case.given or failure.type in ALWAYS_ACCIDENTS:
            return Severity.ERROR
        sure = failure.stage == "output_fn" and (
            self._fails_on_the_plainest(case, failure)
            or (self.is_accident(failure) and self.session.target.model_dir is not None)
        )
        return Severity.ERROR if sure else Severity.WARNING

    def _fails_on_the_plainest(self, case: Case, failure: Failure) -> bool:
        content_type = case.request.content_type or ""
        body = self.session.valid_body(content_type)
        if body is None:
            return True
        plainest = self.exchange(self.request(body, content_type=content_type, accept=case.request.accept))
        return plainest.failure is not None and plainest.failure.stage == failure.stage

    def line_of(self, function: str) -> int | None:
        """Return the line where the script defines a function."""
        own = self.script.functions.get(function)
        return own.line if own is not None else None

    def violation(
        self,
        *,
        message: str,
        expected: str,
        got: str,
        exchange: Exchange | None = None,
        request: Request | None = None,
        on_sagemaker: OnSageMaker | None = None,
        function: str | None = None,
        line: int | None = None,
        file: str | None = None,
        fix: str | None = None,
        severity: Severity | None = None,
        cause: str = "",
    ) -> Violation:
        """Return a violation of this item's check; file, line and request come from `exchange`."""
        failure = exchange.failure if exchange is not None else None
        frame = None
        if failure is not None and function in {None, failure.stage}:
            frame = user_frame(failure, self.session.target.code_dir)
            function = failure.stage if failure.stage in STAGES else function
        if line is None and frame is not None:
            file, line = frame.file, frame.line
        own = self.script.functions.get(function or "")
        if line is None and own is not None:
            line = own.line
        if not cause and failure is not None:
            cause = f"{failure.stage} {failure.type}"
        return Violation(
            code=self.check.code,
            name=self.check.name,
            severity=severity or self.check.severity,
            message=message,
            expected=expected,
            got=got,
            on_sagemaker=on_sagemaker or self.on_sagemaker(exchange),
            file=file or str(self.script.path),
            line=line,
            function=function,
            request=request or (exchange.request if exchange is not None else None),
            fix=fix,
            cause=cause,
        )

    def on_sagemaker(self, exchange: Exchange | None) -> OnSageMaker:
        """Say what a client of a real endpoint gets where this exchange happened."""
        if exchange is None:
            return OnSageMaker(status=None, message="the endpoint does not answer")
        if exchange.ended is Ended.TIMED_OUT:
            here = self.endpoint.timeout
            told = "" if here >= SAGEMAKER_TIMEOUT else f" (here it was ended after {here:g} s)"
            return OnSageMaker(status=None, message=f"the invocation times out after 60 s{told}")
        if exchange.ended is Ended.DIED or exchange.response is None:
            return self.stack_says_of_death()
        response = exchange.response
        if exchange.succeeded:
            label = response.content_type or "no content type"
            return OnSageMaker(status=response.status, message=f"a success, labelled {label}")
        if self.stack.server == "flask":
            return OnSageMaker(status=response.status, message="an HTML page; the cause stands only in CloudWatch")
        return OnSageMaker(status=response.status, message=_first_line(response.error or ""))

    def stack_says_of_death(self) -> OnSageMaker:
        """Say what a client gets when the server's worker dies."""
        if self.stack.server == "flask":
            return OnSageMaker(status=None, message="the connection is dropped, and the worker starts again")
        return OnSageMaker(status=500, message="Worker died. The model is loaded again for the next request")


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]
