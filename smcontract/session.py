"""One script under one stack: its endpoint, and what is known of the bodies it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType

from smcontract.endpoints import Ended, Exchange, Loaded, LocalEndpoint
from smcontract.judgement import ALWAYS_ACCIDENTS, is_accident
from smcontract.payloads._domain import Domain
from smcontract.payloads._given import given_domain
from smcontract.payloads._search import candidates, search
from smcontract.script import Script
from smcontract.settings import Settings
from smcontract.stacks import Stack
from smcontract.targets import Target
from smcontract.violations import Request, Violation

TOO_MANY_DEATHS = 5


class Inconclusive(Exception):
    """It cannot be known; the text says what to give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What trying bodies of one content type told.

    `domain` is set where some body gets as far as a prediction. `failed` is an exchange whose failure no
    other body could have avoided, where that is sure. `reason` says why nothing is known otherwise, and
    `first` is the first exchange that was tried.
    """

    domain: Domain | None = None
    failed: Exchange | None = None
    reason: str = ""
    first: Exchange | None = None


@dataclass
class Session:
    """The state that the items of one script share in one process."""

    target: Target
    script: Script
    stack: Stack
    settings: Settings
    findings: tuple[Violation, ...] | None = None
    """What the source shows, once it has been asked."""
    searched: float = 0.0
    """Seconds that properties have spent so far, against the script's budget."""
    _probes: dict[str, Probe] = field(default_factory=dict)

    @cached_property
    def endpoint(self) -> LocalEndpoint:
        """The script on this machine; its process starts at the first request."""
        return LocalEndpoint(
            self.target,
            self.stack,
            python=str(self.settings.python) if self.settings.python is not None else None,
            environment=self.settings.env,
            isolation=self.settings.isolation,
            timeout=self.settings.timeout,
            load_timeout=self.settings.load_timeout,
        )

    def close(self) -> None:
        """End the script's process."""
        if "endpoint" in self.__dict__:
            self.endpoint.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def first_accept(self) -> str:
        """The Accept with which bodies are tried."""
        return self.accepts()[0]

    def content_types(self) -> tuple[str, ...]:
        """Return the content types that the endpoint is meant to take."""
        return content_types(self.script, self.stack, self.settings)

    def accepts(self) -> tuple[str, ...]:
        """Return the accepts that the endpoint is meant to answer."""
        return accepts(self.script, self.stack, self.settings)

    def loaded(self) -> Loaded:
        """Load script and model; raises `Inconclusive` where what is missing is only missing here."""
        loaded = self.endpoint.load()
        if loaded.ok or loaded.failure is None:
            return loaded
        package = loaded.failure.missing_module
        if package is not None and not self._beside_the_script(package):
            raise Inconclusive(
                f"the script needs the package {package!r}, which is not installed here: install it, or "
                f"name an interpreter that has it with --smcontract-python"
            )
        if loaded.failure.stage == "model_fn" and self.target.model_dir is None:
            raise Inconclusive(
                f"model_fn fails on an empty model directory ({loaded.failure}): give the model with "
                f"--smcontract-model-dir DIR"
            )
        return loaded

    def _beside_the_script(self, package: str) -> bool:
        top = package.partition(".")[0]
        return (self.target.code_dir / top).is_dir() or (self.target.code_dir / f"{top}.py").is_file()

    def probe(self, content_type: str) -> Probe:
        """Find the bodies of `content_type` that the script takes; tried once."""
        if content_type not in self._probes:
            self._probes[content_type] = self._probe(content_type)
        return self._probes[content_type]

    def _probe(self, content_type: str) -> Probe:
        for payload in self.settings.payloads:
            if payload.content_type == content_type:
                body = payload.file.read_bytes()
                return Probe(domain=given_domain(body, content_type, name=payload.file.name))
        attempts: list[Exchange] = []
        features = self.endpoint.facts().get("n_features")
        options = list(
            candidates(
                content_type,
                columns=features if isinstance(features, int) else None,
                keys=self.script.json_keys,
            )
        )
        if not options:
            reason = f"no bodies of {content_type} can be made up: give one with {_flag(content_type)}"
            return Probe(reason=reason)
        domain = search(self._predicts(content_type, attempts), iter(options))
        if domain is not None:
            return Probe(domain=domain)
        if options[0].certain and self._all_default():
            return Probe(domain=options[0])
        first = attempts[0] if attempts else None
        failed = self._sure_failure(attempts)
        if failed is not None:
            return Probe(failed=failed, first=first)
        return Probe(reason=self._nothing_found(content_type, attempts), first=first)

    def _predicts(self, content_type: str, attempts: list[Exchange]) -> Callable[[bytes], bool]:
        def answers(body: bytes) -> bool:
            if sum(attempt.ended is not Ended.ANSWERED for attempt in attempts) >= TOO_MANY_DEATHS:
                return False
            exchange = self.endpoint.exchange(
                Request(body=body, content_type=content_type, accept=self.first_accept)
            )
            attempts.append(exchange)
            predicted = exchange.stage("predict_fn") or exchange.stage("transform_fn")
            return predicted is not None

        return answers

    def _all_default(self) -> bool:
        own = self.script.functions
        return not {"input_fn", "predict_fn", "transform_fn"} & set(own)

    def _sure_failure(self, attempts: list[Exchange]) -> Exchange | None:
        """Return the first attempt if its failure is one that no body could have avoided."""
        if not attempts:
            return None
        if all(self._is_sure(attempt) for attempt in attempts):
            return attempts[0]
        for attempt in attempts:
            if self.takes_other_body_type(attempt) is not None:
                return attempt
        return None

    def _is_sure(self, attempt: Exchange) -> bool:
        if attempt.ended is not Ended.ANSWERED:
            return True
        failure = attempt.failure
        if failure is None:
            return False
        if failure.by == "default":
            return failure.stage == "predict_fn" and (
                not self.stack.has_default_predict_fn
                or failure.type in {"AttributeError", "NotImplementedError"}
            )
        return failure.type in ALWAYS_ACCIDENTS and is_accident(failure, self.script, self.target.code_dir)

    def takes_other_body_type(self, exchange: Exchange) -> str | None:
        """Return the Python type of body that the script would take where it fails on the server's own."""
        failure = exchange.failure
        if failure is None or failure.stage not in {"input_fn", "transform_fn"} or failure.by != "script":
            return None
        if failure.type not in {"TypeError", "AttributeError"}:
            return None
        for body_type in ("str", "bytes"):
            other = self.endpoint.exchange(exchange.request, body_type=body_type)
            if other.failure is None and other.stages and not other.stages[0].value.is_none:
                return body_type
        return None

    def _nothing_found(self, content_type: str, attempts: list[Exchange]) -> str:
        tried = f"none of {len(attempts)} bodies that were tried is answered"
        last = next((attempt.failure for attempt in attempts if attempt.failure), None)
        because = f" (the first: {last} in {last.stage})" if last is not None else ""
        return f"{tried}{because}: give one that is with {_flag(content_type)}"


def _flag(content_type: str) -> str:
    return f"--smcontract-payload 'FILE;{content_type}'"


def content_types(script: Script, stack: Stack, settings: Settings) -> tuple[str, ...]:
    """Return the content types that the endpoint is meant to take.

    What the user says, else what the script itself compares with and the payloads it is given, else what
    the stack's default `input_fn` decodes.
    """
    if settings.content_types:
        return settings.content_types
    given = tuple(payload.content_type for payload in settings.payloads if payload.content_type)
    named = script.content_types if _serves_itself(script, "input_fn") else ()
    return tuple(dict.fromkeys([*named, *given])) or stack.content_types


def accepts(script: Script, stack: Stack, settings: Settings) -> tuple[str, ...]:
    """Return the accepts that the endpoint is meant to answer.

    What the user says, else what the script itself compares with and the payloads it is given, else what
    the stack's default `output_fn` encodes. A script with an `output_fn` of its own that never looks at
    Accept is asked for the default alone: what a client gets that names none.
    """
    if settings.accepts:
        return settings.accepts
    given = tuple(payload.accept for payload in settings.payloads if payload.accept)
    own = _serves_itself(script, "output_fn")
    named = script.accepts if own else ()
    return tuple(dict.fromkeys([*named, *given])) or (("application/json",) if own else stack.accepts)


def _serves_itself(script: Script, function: str) -> bool:
    return function in script.functions or "transform_fn" in script.functions
