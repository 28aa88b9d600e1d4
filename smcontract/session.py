"""One script under one stack: its endpoint, and what is known of the bodies it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from smcontract.endpoints import Ended, Exchange, Failure, Limits, Loaded, LocalEndpoint
from smcontract.judgement import cannot_be_called
from smcontract.only_here import missing_here, not_installed
from smcontract.options import MAX_PAYLOAD
from smcontract.payloads._files import PayloadFiles
from smcontract.payloads._hook import handed_over
from smcontract.probing import Probe, given_bodies, probe, takes_other_body_type
from smcontract.runtime.stand_in_answers import FLAVOURS, WIDTH
from smcontract.script import Script
from smcontract.script.families import Family, family_of
from smcontract.script.model_uses import uses_of_model
from smcontract.settings import Settings
from smcontract.stacks import Stack
from smcontract.stand_ins import settled
from smcontract.targets import Target
from smcontract.violations import Request, Violation

if TYPE_CHECKING:
    from smcontract.payloads._hook import Handed, Source

_OURS = re.compile(r"[^\s'\"]*[/\\]smcontract-\w+[/\\]model\b")
"""The empty directory, whose name is another one in each run."""


class Inconclusive(Exception):
    """It cannot be known; the text says what to give, and `failure` what kept it from being known, if a failure did."""

    def __init__(self, text: str, failure: Failure | None = None) -> None:
        super().__init__(text)
        self.failure = failure


@dataclass(slots=True)
class Spent:
    """Seconds that the properties of one script, and requests that hung, have taken so far."""

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
    stand_in: str | None = None
    """Why a stand-in took the model's place, and what to give; None where it did not, or nothing was loaded yet."""
    flavour: str = FLAVOURS[0]
    """The kind of value that the stand-in answers."""
    any_width: bool = False
    """Whether the stand-in takes tables of any width, because the script changes the width of those it is sent."""
    width: int = WIDTH
    """Columns of a table that it takes otherwise."""
    _settled: bool = False
    memo: dict[object, Any] = field(default_factory=dict)
    """What checks worked out once for all of their items."""
    payloads: Source | None = None
    """What the user's own code hands over."""
    files: PayloadFiles = field(default_factory=lambda: PayloadFiles(MAX_PAYLOAD))
    _given: dict[str, list[bytes]] = field(default_factory=dict)
    _handed: dict[str, Handed] = field(default_factory=dict)
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

    def another_process(self, model_dir: Path | None = None) -> LocalEndpoint:
        """Return the script in a further process, with another model if one is named; the caller closes it."""
        target = self.target if model_dir is None else replace(self.target, model_dir=model_dir)
        return self._serve(self.settings.engine, target, isolation="process")

    def _serve(self, engine: str, target: Target | None = None, *, isolation: str | None = None) -> LocalEndpoint:
        return LocalEndpoint(
            target or self.target,
            self.stack,
            python=str(self.settings.python) if self.settings.python is not None else None,
            environment=self.settings.env,
            isolation=isolation or self.settings.isolation,
            engine=engine,
            timeout=self.settings.timeout,
            load_timeout=self.settings.load_timeout,
            limits=Limits.of(self.settings.limits),
            stand_in_for=None if engine == "worker" or self.settings.stand_in == "off" else self._stand_in_for,
            stubs_missing=self.settings.stub_missing == "auto",
        )

    def _stand_in_for(self, loaded: Loaded) -> dict[str, object] | None:
        """Say what stands in the model's place, where the model is what could not be had."""
        failure = loaded.failure
        if self.script.tree is None:
            return None
        if loaded.of_stub:
            self.stand_in = not_installed(loaded.touched)
        elif failure is not None and failure.stage == "model_fn" and not cannot_be_called(failure):
            if failure.by == "default" and not self.stack.has_default_model_fn:
                return None
            self.stand_in = self.missing_here(failure) or self._needs_model(failure)
        if self.stand_in is None:
            return None
        return {**uses_of_model(self.script), "flavour": self.flavour, "any_width": self.any_width, "width": self.width}

    def answer_as(self, flavour: str, *, any_width: bool = False, width: int | None = None) -> None:
        """Have the stand-in answer with another kind of value, or for other tables, from now on."""
        self.flavour, self.any_width, self.width = flavour, any_width, width or self.width
        for endpoint in ("endpoint", "toolkit"):
            if endpoint in self.__dict__:
                self.__dict__[endpoint].answer_as(flavour, any_width, self.width)

    @property
    def stubbed(self) -> tuple[str, ...]:
        """The packages in whose place stubs stand, once the script has been loaded."""
        return self.endpoint.stubbed if "endpoint" in self.__dict__ else ()

    @property
    def deaths(self) -> int:
        """How often the script's process died or had to be ended, here and under the other stacks."""
        return self.endpoint.deaths + sum(other.deaths for other in self._others.values())

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
                    target=self.target,
                    script=self.script,
                    stack=stack,
                    settings=self.settings,
                    payloads=self.payloads,
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
        if self._hung and key in self._hung:
            return self._hung[key]
        exchange = self.endpoint.exchange(request, mask=mask, export=export, body_type=body_type)
        if exchange.ended is Ended.TIMED_OUT:
            self._hung[key] = exchange
            self.spent.seconds += exchange.seconds
        return exchange

    def loaded(self) -> Loaded:
        """Load script and model; raises `Inconclusive` where what is missing is only missing here."""
        loaded = self.ready()
        if self.stand_in is not None:
            raise Inconclusive(self.stand_in)
        return loaded

    def ready(self) -> Loaded:
        """Load script and model, or what stands in its place; raises `Inconclusive` as `loaded` does."""
        loaded = self.endpoint.load()
        if loaded.ok or loaded.failure is None:
            return loaded
        if loaded.failure.stage == "toolkit":
            raise Inconclusive(f"{self.stack.toolkit} is installed, but cannot be imported ({loaded.failure})")
        lacks = self.missing_here(loaded.failure)
        if lacks is not None:
            raise Inconclusive(lacks)
        if loaded.failure.stage == "model_fn" and not cannot_be_called(loaded.failure):
            needs = self._needs_model(loaded.failure)
            if needs is not None:
                raise Inconclusive(needs)
        return loaded

    def _needs_model(self, failure: Failure) -> str | None:
        if self.target.model_dir is None:
            where = "an empty model directory"
        elif failure.by == "default" and not self.target.is_model_known:
            where = f"{self.target.model_dir.name}/, which holds no model"
        else:
            return None
        why = _OURS.sub("MODEL_DIR", str(failure))
        return f"model_fn fails on {where} ({why}): give the model with --smcontract-model-dir DIR"

    def missing_here(self, failure: Failure) -> str | None:
        """Return what this machine lacks, where that is why the script failed."""
        return missing_here(failure, self.script, self.target.code_dir)

    def probe(self, content_type: str) -> Probe:
        """Find the bodies of `content_type` that the script takes; tried once."""
        if content_type not in self._probes:
            found = probe(self, content_type)
            if self.stand_in is not None and not self._settled:
                found, self._settled = settled(self, content_type, found)
            self._probes[content_type] = found
        return self._probes[content_type]

    def given_bodies(self, content_type: str) -> list[bytes]:
        """Return the payloads of this type that the user gave: valid beyond doubt."""
        if content_type not in self._given:
            self._given[content_type] = given_bodies(self, content_type)
        return self._given[content_type]

    def handed(self, content_type: str) -> Handed:
        """Return what the user's own code hands over, asked once; raises `NotPayloads`."""
        if content_type not in self._handed and self.payloads is not None:
            self._handed[content_type] = handed_over(self.payloads, self.target.script, content_type)
        return self._handed.get(content_type)

    def source_of(self, content_type: str) -> str | None:
        """Return where the bodies of this type come from that were sent, or None where none was looked for."""
        found = self._probes.get(content_type)
        return None if found is None or found.domain is None else found.domain.source

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
            or any(payload.content_type == content_type for payload in self.settings.payloads)
            or content_type in self.script.content_types
            or not _serves_itself(self.script, "input_fn")
        )

    def takes_other_body_type(self, exchange: Exchange) -> str | None:
        """Return the Python type of body that the script would take where it fails on the server's own."""
        return takes_other_body_type(self, exchange)


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
