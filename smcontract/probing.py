"""Which bodies of a content type a script takes, found by what is known of it and by trying."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from smcontract.endpoints import Ended, Exchange, Failure, LocalEndpoint
from smcontract.judgement import blames_body_type, user_frame, whatever_the_data
from smcontract.misfits import cannot_take
from smcontract.payloads._codec import NPY, NPZ, is_json, media_type
from smcontract.payloads._domain import Domain
from smcontract.payloads._files import PayloadFiles
from smcontract.payloads._given import given_domain
from smcontract.payloads._hook import NotPayloads, handed_domain
from smcontract.payloads._model import is_mixed, model_domains, typed_rows
from smcontract.payloads._schema import NoSchema, read_schema, schema_domain, within
from smcontract.payloads._script import asks_for_more, script_domains
from smcontract.payloads._search import candidates, media_domains, search, texts
from smcontract.refused_types import refused_type
from smcontract.script import Script
from smcontract.settings import Settings
from smcontract.stacks import Stack
from smcontract.targets import Target
from smcontract.unfit_models import asks_model_in_vain, needs_other_floats
from smcontract.violations import Request

if TYPE_CHECKING:
    from smcontract.payloads._hook import Handed

TOO_MANY_DEATHS = 5
TOO_MANY_HANGS = 2
_MEDIA = re.compile(r"\bImage\.open\(|\bimdecode\(|\bimread\(|\b(sf|soundfile)\.read\(|\b(librosa|torchaudio)\.load\(")
_UNSEEN = re.compile(r"unknown categor|unseen label|unseen categor", re.IGNORECASE)
"""How scikit-learn's encoders refuse values that were not in the training data."""


class Served(Protocol):
    """What is asked: a script that answers requests, and what is known of it."""

    @property
    def target(self) -> Target:
        """The script and its model, laid out."""

    @property
    def script(self) -> Script:
        """The script as read."""

    @property
    def stack(self) -> Stack:
        """The stack whose container is modelled."""

    @property
    def settings(self) -> Settings:
        """What the user asked for."""

    @property
    def files(self) -> PayloadFiles:
        """The contents of the payload files."""

    def handed(self, content_type: str) -> Handed:
        """Return what the user's own code hands over; raises `NotPayloads`."""

    @property
    def endpoint(self) -> LocalEndpoint:
        """What answers."""

    @property
    def first_accept(self) -> str:
        """The Accept with which bodies are tried."""

    def exchange(self, request: Request, *, body_type: str | None = None) -> Exchange:
        """Send a request and return all that came of it."""

    def missing_here(self, failure: Failure) -> str | None:
        """Return what this machine lacks, where that is why the script failed."""


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


def probe(served: Served, content_type: str) -> Probe:
    """Return what is known of the bodies of `content_type` that the script takes."""
    try:
        given = _given(served, content_type)
    except (NotPayloads, NoSchema) as error:
        return Probe(reason=str(error))
    if given is not None:
        return Probe(domain=given)
    options = _candidates(served, content_type)
    if not options:
        reason = f"no bodies of {content_type} can be made up: give one with {_flag(content_type)}"
        return Probe(reason=reason)
    tried: dict[bytes, Exchange] = {}
    domain = _search(served, content_type, options, tried)
    attempts = list(tried.values())
    first = next((attempt for attempt in attempts if attempt.stages), attempts[0] if attempts else None)
    if domain is not None:
        return Probe(domain=domain, first=first)
    lacks = next((lack for one in attempts if (lack := _lack(served, one)) is not None), None)
    if lacks is not None:
        return Probe(reason=lacks)
    if options[0].certain and not any(one.failure and is_of_values(one.failure) for one in attempts):
        # The last attempt has two rows: what fails there is not that there was only one.
        return Probe(domain=options[0].with_rows(2, 3))
    failed = _refused(served, content_type, attempts) or _sure_failure(served, attempts)
    if failed is not None and _is_of_media(served, content_type):
        failed = None
    if failed is not None:
        return Probe(failed=failed, first=first)
    return Probe(reason=_nothing_found(content_type, attempts), first=first)


def _is_of_media(served: Served, content_type: str) -> bool:
    """Whether a script that names no content type reads images or sounds: no text is then a valid body of it."""
    if served.script.content_types or content_type in served.settings.content_types:
        return False
    return "input_fn" in served.script.functions and _MEDIA.search(served.script.source) is not None


def _refused(served: Served, content_type: str, attempts: list[Exchange]) -> Exchange | None:
    if content_type not in served.settings.content_types:
        return None
    return refused_type(content_type, attempts, served.script, served.target.code_dir, served.exchange)


def _given(served: Served, content_type: str) -> Domain | None:
    """Return what the user's own code hands over, else what the first payload file of this type shows."""
    handed = served.handed(content_type)
    if handed is not None:
        return handed_domain(handed, content_type)
    files = [payload for payload in served.settings.payloads if payload.content_type == content_type]
    for payload in sorted(files, key=lambda payload: payload.is_schema):
        data, name = served.files.read(payload.file), payload.file.name
        if not payload.is_schema:
            return given_domain(data, content_type, name=name)
        return schema_domain(read_schema(data, name), content_type, f"the JSON Schema {name}")
    return None


def _of_models(served: Served, content_type: str) -> list[Domain]:
    """Return what the pydantic models of the script tell that it reads its bodies as."""
    found = []
    for path, name in served.script.body_facts.models if is_json(content_type) else ():
        schema = served.endpoint.told("schema", name=name).get("schema")
        if schema:
            with suppress(NoSchema):
                found.append(schema_domain(within(schema, path), content_type, f"the script's pydantic model {name}"))
    return found


def given_bodies(served: Served, content_type: str) -> list[bytes]:
    """Return the bodies that the user gave, one by one: a hook's list, and payload files."""
    found: list[bytes] = []
    with suppress(NotPayloads):
        handed = served.handed(content_type)
        found += handed if isinstance(handed, list) else []
    files = [one for one in served.settings.payloads if one.content_type == content_type and not one.is_schema]
    for one in files:
        # One that cannot be read is told by the probe.
        with suppress(NotPayloads):
            found.append(served.files.read(one.file))
    return found


def _candidates(served: Served, content_type: str) -> list[Domain]:
    """Return the domains worth trying; certain is only a width that nothing of the script changes."""
    facts = served.endpoint.facts()
    keys = served.script.json_keys
    own = served.script.body_facts
    features = facts.get("n_features")
    known = features if isinstance(features, int) else facts.get("inner_features")
    reads = [(read.path, read.required, read.use) for read in own.reads]
    asked = list(script_domains(reads, own.columns, content_type, width=known))
    usual = list(candidates(content_type, columns=None, keys=keys))
    shaped = list(model_domains(facts, content_type, keys=keys))
    own_width = list(candidates(content_type, columns=known, keys=keys)) if isinstance(known, int) else []
    mixed = is_mixed(facts)
    # A torch module's first layer by name need not be the one that sees the data.
    if _all_default(served) and isinstance(features, int) and facts.get("training") is None:
        if mixed and usual:
            return [replace(typed_rows(facts, content_type), certain=True), *shaped]
        return own_width
    of_model = [*shaped, *own_width] if mixed or not isinstance(features, int) else [*own_width, *shaped]
    # One key alone is likely to hold the table itself.
    first, rest = _split(usual, f"key:{keys[0]}:" if keys else None)
    found = [*asked, *of_model, *first] if asks_for_more(reads) else [*of_model, *first, *asked]
    others = media_domains(content_type, is_image=own.is_image)
    return [*_of_models(served, content_type), *map(_unsure, found), *rest, *others]


def _split(domains: list[Domain], prefix: str | None) -> tuple[list[Domain], list[Domain]]:
    """Return the domains whose form begins with a prefix, and the others."""
    first = [domain for domain in domains if prefix is not None and domain.form.startswith(prefix)]
    return first, [domain for domain in domains if domain not in first]


def _unsure(domain: Domain) -> Domain:
    return replace(domain, certain=False)


def _search(served: Served, content_type: str, options: list[Domain], tried: dict[bytes, Exchange]) -> Domain | None:
    """Return the first domain that is answered with a success, else the first that gets a prediction.

    A number passes through many a `predict_fn` that is meant for something else, and `output_fn` then
    fails on it: a body that is answered tells more.
    """

    def exchange(body: bytes) -> Exchange | None:
        if body not in tried:
            ends = [one.ended for one in tried.values() if _died(one)]
            if len(ends) >= TOO_MANY_DEATHS or ends.count(Ended.TIMED_OUT) >= TOO_MANY_HANGS:
                return None
            request = Request(body=body, content_type=content_type, accept=served.first_accept)
            tried[body] = served.exchange(request)
        return tried[body]

    def answers(body: bytes) -> bool:
        found = exchange(body)
        return found is not None and found.succeeded

    def predicts(body: bytes) -> bool:
        found = exchange(body)
        if found is not None and not found.shows_stages:
            return found.succeeded
        if found is not None and found.failure is not None and found.failure.of_stub:
            # How far it gets beyond is not known here.
            return found.stage("input_fn") is not None
        return found is not None and bool(found.stage("predict_fn") or found.stage("transform_fn"))

    words = list(texts(content_type, served.script.json_keys))
    answered = search(answers, iter(options)) or search(answers, iter(words))
    if answered is None:
        return search(predicts, iter(options)) or search(predicts, iter(words))
    # Where one row is answered and two are not, two may still be what output_fn has to encode.
    everything = [*options, *words]
    same = next(option for option in everything if _is_of(answered, option))
    return search(predicts, iter([same]))


def _is_of(found: Domain, option: Domain) -> bool:
    """Whether a domain that was found is this option, with what was learnt of its rows and numbers."""
    if found.baseline(1) != option.baseline(1):
        return False
    known = replace(found, min_rows=option.min_rows, max_rows=option.max_rows, integers=option.integers)
    return replace(known, fields=option.fields) == option


def _all_default(served: Served) -> bool:
    return not {"input_fn", "predict_fn", "transform_fn"} & set(served.script.functions)


def _lack(served: Served, attempt: Exchange) -> str | None:
    return None if attempt.failure is None else served.missing_here(attempt.failure)


def _sure_failure(served: Served, attempts: list[Exchange]) -> Exchange | None:
    """Return the first attempt if its failure is one that no body could have avoided."""
    # What input_fn refuses says nothing of the functions behind it.
    reached = [attempt for attempt in attempts if attempt.stages or _died(attempt)] or attempts
    if reached and all(_is_sure(served, attempt) for attempt in reached):
        return reached[0]
    for attempt in attempts:
        if takes_other_body_type(served, attempt) is not None:
            return attempt
    return needs_other_floats(attempts, served.script)


def _is_sure(served: Served, attempt: Exchange) -> bool:
    if _died(attempt):
        return True
    failure = attempt.failure
    if failure is None:
        return False
    if failure.by == "default":
        return failure.stage == "predict_fn" and (
            not served.stack.has_default_predict_fn
            or failure.type == "NotImplementedError"
            or (failure.type == "AttributeError" and not _wants_text_array(attempt, failure))
        )
    code_dir = served.target.code_dir
    return (
        whatever_the_data(failure, served.script, code_dir)
        or cannot_take(attempt, served.script, served.stack, code_dir)
        or asks_model_in_vain(failure, user_frame(failure, code_dir), served.script, served.endpoint.load().model)
    )


def takes_other_body_type(served: Served, exchange: Exchange) -> str | None:
    """Return the Python type of body that the script would take where it fails on the server's own."""
    failure = exchange.failure
    if failure is None or failure.by != "script" or failure.stage not in {"input_fn", "transform_fn"}:
        return None
    delivered = type(served.stack.body(b"", exchange.request.content_type)).__name__
    others = {"str", "bytes"} - {delivered}
    if not blames_body_type(failure, served.script, served.target.code_dir):
        # Nobody tells bytes from bytearray on purpose; a str may well stand for other contents.
        others = {"bytes"} if delivered == "bytearray" else set()
    for body_type in sorted(others, reverse=True):
        other = served.exchange(exchange.request, body_type=body_type)
        stage = other.stage(failure.stage)
        if stage is not None and not stage.value.is_none:
            return body_type
    return None


def _nothing_found(content_type: str, attempts: list[Exchange]) -> str:
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
