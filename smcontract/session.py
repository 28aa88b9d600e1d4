"""One script under one stack: its endpoint, and what is known of the bodies it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import TracebackType

from smcontract.endpoints import Ended, Exchange, Failure, Loaded, LocalEndpoint
from smcontract.judgement import blames_body_type, cannot_be_called, whatever_the_data
from smcontract.only_here import missing_here
from smcontract.payloads._codec import NPY, NPZ, media_type
from smcontract.payloads._domain import Domain
from smcontract.payloads._given import given_domain
from smcontract.payloads._search import candidates, search, texts
from smcontract.script import Script
from smcontract.script.families import Family, family_of
from smcontract.settings import Settings
from smcontract.stacks import Stack
from smcontract.targets import Target
from smcontract.violations import Request, Violation

TOO_MANY_DEATHS = 5
TOO_MANY_HANGS = 2
_OURS = re.compile(r"[^\s'\"]*[/\\]smcontract-\w+[/\\]model\b")
"""The empty directory, whose name is another one in each run."""
_UNSEEN = re.compile(r"unknown categor|unseen label|unseen categor", re.IGNORECASE)
"""How scikit-learn's encoders refuse values that were not in the training data."""


class Inconclusive(Exception):
    """It cannot be known; the text says what to give, and `failure` what kept it from being known, if a failure did."""

    def __init__(self, text: str, failure: Failure | None = None) -> None:
        super().__init__(text)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What trying bodies of one content type told.

    `domain` is set where some body gets as far as a prediction. `failed` is an exchange whose failure no
    other body could have avoided, where that is sure. `reason` says why nothing is known otherwise, and
    `first` is the first exchange that got beyond the first function, if any did, else the first that was tried.
    """

    domain: Domain | None = None
    failed: Exchange | None = None
    reason: str = ""
    first: Exchange | None = None


@dataclass(slots=True)
class Spent:
    """Seconds that the properties of one script have taken so far."""

    seconds: float = 0.0


@dataclass
class Session:
    """The state that the items of one script share in one process."""

    target: Target
    script: Script
    stack: Stack
    settings: Settings
    peers: tuple[Stack, ...] = ()
    """The other stacks that were chosen for the script."""
    findings: tuple[Violation, ...] | None = None
    """What the source shows, once it has been asked."""
    spent: Spent = field(default_factory=Spent)
    """What properties have spent of the script's budget, which its stacks share."""
    _probes: dict[str, Probe] = field(default_factory=dict)
    _others: dict[str, Session] = field(default_factory=dict)
    _hung: dict[tuple[Request, tuple[str, ...], str | None], Exchange] = field(default_factory=dict)

    @cached_property
    def endpoint(self) -> LocalEndpoint:
        """The script on this machine; its process starts at the first request."""
        return self._serve(self.settings.engine)

    @cached_property
    def toolkit(self) -> LocalEndpoint:
        """The script behind AWS's own toolkit, for failures to be confirmed."""
        return self._serve("toolkit")

    def _serve(self, engine: str) -> LocalEndpoint:
        return LocalEndpoint(
            self.target,
            self.stack,
            python=str(self.settings.python) if self.settings.python is not None else None,
            environment=self.settings.env,
            isolation=self.settings.isolation,
            engine=engine,
            timeout=self.settings.timeout,
            load_timeout=self.settings.load_timeout,
        )

    @cached_property
    def family(self) -> Family:
        """What the script is for."""
        return family_of(self.script)

    def close(self) -> None:
        """End the script's process, and those under the other stacks."""
        while self._others:
            self._others.popitem()[1].close()
        for endpoint in ("endpoint", "toolkit"):
            if endpoint in self.__dict__:
                self.__dict__[endpoint].close()

    def others(self) -> list[Session]:
        """Return sessions of the same script under the other stacks that were chosen, for an item that compares.

        They are this session's own, so that an item rests on no other, in whichever process it runs.
        """
        for stack in self.peers:
            if repr(stack) not in self._others:
                self._others[repr(stack)] = Session(
                    target=self.target, script=self.script, stack=stack, settings=self.settings
                )
        return [self._others[repr(stack)] for stack in self.peers]

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

    def exchange(
        self,
        request: Request,
        *,
        mask: tuple[str, ...] = (),
        export: tuple[str, ...] = (),
        body_type: str | None = None,
    ) -> Exchange:
        """Send a request and return all that came of it; one that hung is not waited for again."""
        key = (request, mask, body_type)
        if key in self._hung:
            return self._hung[key]
        exchange = self.endpoint.exchange(request, mask=mask, export=export, body_type=body_type)
        if exchange.ended is Ended.TIMED_OUT:
            self._hung[key] = exchange
        return exchange

    def loaded(self) -> Loaded:
        """Load script and model; raises `Inconclusive` where what is missing is only missing here."""
        loaded = self.endpoint.load()
        if loaded.ok or loaded.failure is None:
            return loaded
        if loaded.failure.stage == "toolkit":
            raise Inconclusive(f"{self.stack.toolkit} is installed, but cannot be imported ({loaded.failure})")
        lacks = self.missing_here(loaded.failure)
        if lacks is not None:
            raise Inconclusive(lacks)
        if loaded.failure.stage == "model_fn" and not cannot_be_called(loaded.failure):
            self._need_model(loaded.failure)
        return loaded

    def _need_model(self, failure: Failure) -> None:
        if self.target.model_dir is None:
            where = "an empty model directory"
        elif failure.by == "default" and not self.target.is_model_known:
            where = f"{self.target.model_dir.name}/, which holds no model"
        else:
            return
        why = _OURS.sub("MODEL_DIR", str(failure))
        raise Inconclusive(f"model_fn fails on {where} ({why}): give the model with --smcontract-model-dir DIR")

    def missing_here(self, failure: Failure) -> str | None:
        """Return what this machine lacks, where that is why the script failed."""
        return missing_here(failure, self.script, self.target.code_dir)

    def probe(self, content_type: str) -> Probe:
        """Find the bodies of `content_type` that the script takes; tried once."""
        if content_type not in self._probes:
            self._probes[content_type] = self._probe(content_type)
        return self._probes[content_type]

    def given_bodies(self, content_type: str) -> list[bytes]:
        """Return the payloads of this type that the user gave: valid beyond doubt."""
        return [payload.file.read_bytes() for payload in self.settings.payloads if payload.content_type == content_type]

    def valid_body(self, content_type: str) -> bytes | None:
        """Return a body of this type that the script takes, or None where none is known."""
        given = self.given_bodies(content_type)
        if given:
            return given[0]
        domain = self.probe(content_type).domain
        return None if domain is None else domain.encode(domain.baseline())

    def names(self, content_type: str) -> bool:
        """Whether the user or the script itself names this type, or the stack's own default decodes it."""
        return (
            content_type in self.settings.content_types
            or bool(self.given_bodies(content_type))
            or content_type in self.script.content_types
            or not _serves_itself(self.script, "input_fn")
        )

    def _probe(self, content_type: str) -> Probe:
        for payload in self.settings.payloads:
            if payload.content_type == content_type:
                body = payload.file.read_bytes()
                return Probe(domain=given_domain(body, content_type, name=payload.file.name))
        options = self._candidates(content_type)
        if not options:
            reason = f"no bodies of {content_type} can be made up: give one with {_flag(content_type)}"
            return Probe(reason=reason)
        tried: dict[bytes, Exchange] = {}
        domain = self._search(content_type, options, tried)
        if domain is not None:
            return Probe(domain=domain)
        attempts = list(tried.values())
        lacks = next((lack for lack in map(self._lack, attempts) if lack is not None), None)
        if lacks is not None:
            return Probe(reason=lacks)
        if options[0].certain and not any(one.failure and is_of_values(one.failure) for one in attempts):
            # The last attempt has two rows: what fails there is not that there was only one.
            return Probe(domain=options[0].with_rows(2, 3))
        first = next((attempt for attempt in attempts if attempt.stages), attempts[0] if attempts else None)
        failed = self._sure_failure(attempts)
        if failed is not None:
            return Probe(failed=failed, first=first)
        return Probe(reason=self._nothing_found(content_type, attempts), first=first)

    def _candidates(self, content_type: str) -> list[Domain]:
        """Return the domains worth trying; certain is only a width that nothing of the script changes."""
        facts = self.endpoint.facts()
        features = facts.get("n_features")
        keys = self.script.json_keys
        usual = list(candidates(content_type, columns=None, keys=keys))
        if not isinstance(features, int):
            return usual
        own_width = list(candidates(content_type, columns=features, keys=keys))
        # A torch module's first layer by name need not be the one that sees the data.
        if self._all_default() and facts.get("training") is None:
            return own_width
        return [*(replace(domain, certain=False) for domain in own_width), *usual]

    def _search(self, content_type: str, options: list[Domain], tried: dict[bytes, Exchange]) -> Domain | None:
        """Return the first domain that is answered with a success, else the first that gets a prediction.

        A number passes through many a `predict_fn` that is meant for something else, and `output_fn` then
        fails on it: a body that is answered tells more.
        """

        def exchange(body: bytes) -> Exchange | None:
            if body not in tried:
                ends = [one.ended for one in tried.values() if _died(one)]
                if len(ends) >= TOO_MANY_DEATHS or ends.count(Ended.TIMED_OUT) >= TOO_MANY_HANGS:
                    return None
                request = Request(body=body, content_type=content_type, accept=self.first_accept)
                tried[body] = self.exchange(request)
            return tried[body]

        def answers(body: bytes) -> bool:
            found = exchange(body)
            return found is not None and found.succeeded

        def predicts(body: bytes) -> bool:
            found = exchange(body)
            if found is not None and not found.shows_stages:
                return found.succeeded
            return found is not None and bool(found.stage("predict_fn") or found.stage("transform_fn"))

        words = list(texts(content_type, self.script.json_keys))
        answered = search(answers, iter(options)) or search(answers, iter(words))
        if answered is None:
            return search(predicts, iter(options)) or search(predicts, iter(words))
        # Where one row is answered and two are not, two may still be what output_fn has to encode.
        everything = [*options, *words]
        same = next(o for o in everything if (o.form, o.columns) == (answered.form, answered.columns))
        return search(predicts, iter([same]))

    def _all_default(self) -> bool:
        own = self.script.functions
        return not {"input_fn", "predict_fn", "transform_fn"} & set(own)

    def _lack(self, attempt: Exchange) -> str | None:
        return None if attempt.failure is None else self.missing_here(attempt.failure)

    def _sure_failure(self, attempts: list[Exchange]) -> Exchange | None:
        """Return the first attempt if its failure is one that no body could have avoided."""
        # What input_fn refuses says nothing of the functions behind it.
        reached = [attempt for attempt in attempts if attempt.stages or _died(attempt)] or attempts
        if reached and all(self._is_sure(attempt) for attempt in reached):
            return reached[0]
        for attempt in attempts:
            if self.takes_other_body_type(attempt) is not None:
                return attempt
        return None

    def _is_sure(self, attempt: Exchange) -> bool:
        if _died(attempt):
            return True
        failure = attempt.failure
        if failure is None:
            return False
        if failure.by == "default":
            return failure.stage == "predict_fn" and (
                not self.stack.has_default_predict_fn
                or failure.type == "NotImplementedError"
                or (failure.type == "AttributeError" and not _wants_text_array(attempt, failure))
            )
        return whatever_the_data(failure, self.script, self.target.code_dir)

    def takes_other_body_type(self, exchange: Exchange) -> str | None:
        """Return the Python type of body that the script would take where it fails on the server's own."""
        failure = exchange.failure
        if failure is None or failure.by != "script" or failure.stage not in {"input_fn", "transform_fn"}:
            return None
        delivered = type(self.stack.body(b"", exchange.request.content_type)).__name__
        others = {"str", "bytes"} - {delivered}
        if not blames_body_type(failure, self.script, self.target.code_dir):
            # Nobody tells bytes from bytearray on purpose; a str may well stand for other contents.
            others = {"bytes"} if delivered == "bytearray" else set()
        for body_type in sorted(others, reverse=True):
            other = self.exchange(exchange.request, body_type=body_type)
            stage = other.stage(failure.stage)
            if stage is not None and not stage.value.is_none:
                return body_type
        return None

    def _nothing_found(self, content_type: str, attempts: list[Exchange]) -> str:
        tried = f"none of {len(attempts)} bodies that were tried is answered"
        last = next((attempt.failure for attempt in attempts if attempt.failure), None)
        because = f" (the first: {last} in {last.stage})" if last is not None else ""
        return f"{tried}{because}: give one that is with {_flag(content_type)}"


def is_of_values(failure: Failure) -> bool:
    """Whether a model refused values that it was not trained on: others would have done."""
    return _UNSEEN.search(failure.message) is not None


def _wants_text_array(attempt: Exchange, failure: Failure) -> bool:
    """Whether a model of text was given numbers, in a type whose arrays may hold text."""
    return media_type(attempt.request.content_type) in {NPY, NPZ} and "attribute 'lower'" in failure.message


def _died(attempt: Exchange) -> bool:
    """Whether the process ended, and not for the mere text of an exception."""
    return attempt.response is None and not attempt.died_of_text


def _flag(content_type: str) -> str:
    return f"--smcontract-payload 'FILE;{content_type}'"


def content_types(script: Script, stack: Stack, settings: Settings) -> tuple[str, ...]:
    """Return the content types that the endpoint is meant to take.

    What the user says, else what the script itself compares with; the payloads that it is given with either;
    else what the stack's default `input_fn` decodes.
    """
    given = tuple(payload.content_type for payload in settings.payloads if payload.content_type)
    if settings.content_types:
        return tuple(dict.fromkeys([*settings.content_types, *given]))
    named = script.content_types if _serves_itself(script, "input_fn") else ()
    return tuple(dict.fromkeys([*named, *given])) or stack.content_types


def accepts(script: Script, stack: Stack, settings: Settings) -> tuple[str, ...]:
    """Return the accepts that the endpoint is meant to answer.

    What the user says, else what the script itself compares with; the payloads that it is given with either;
    else what the stack's default `output_fn` encodes. A script with an `output_fn` of its own that never looks at
    Accept is asked for the default alone: what a client gets that names none.
    """
    given = tuple(payload.accept for payload in settings.payloads if payload.accept)
    if settings.accepts:
        return tuple(dict.fromkeys([*settings.accepts, *given]))
    own = _serves_itself(script, "output_fn")
    named = script.accepts if own else ()
    return tuple(dict.fromkeys([*named, *given])) or (("application/json",) if own else stack.accepts)


def _serves_itself(script: Script, function: str) -> bool:
    return function in script.functions or "transform_fn" in script.functions
