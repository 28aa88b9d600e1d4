"""The engines `toolkit` and `worker` beside the built-in one: the same script, requests and answers."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from serving import is_alive, serve, wait_until
from smcontract.endpoints import Ended, Exchange, LocalEndpoint
from smcontract.endpoints._installed import find_installed
from smcontract.violations import Request

TOOLKIT = find_installed("sagemaker-inference")
VERSION = TOOLKIT.version if TOOLKIT.problem is None else None
HAS_WORKER = VERSION is not None and importlib.util.find_spec("mms") is not None

needs_toolkit = pytest.mark.skipif(VERSION != "1.10.1", reason="sagemaker-inference 1.10.1 is not installed")
needs_worker = pytest.mark.skipif(
    VERSION != "1.10.1" or not HAS_WORKER, reason="sagemaker-inference 1.10.1 and multi-model-server are not installed"
)
ENGINES = [pytest.param("toolkit", marks=needs_toolkit), pytest.param("worker", marks=needs_worker)]

SCRIPT = """
    import json
    import os
    import sys
    import time

    print("imported")

    def model_fn(model_dir):
        return 2

    def input_fn(body, content_type):
        if content_type != "application/json":
            raise ValueError("send application/json")
        return json.loads(body)

    def predict_fn(data, model, context):
        if data == "exit":
            sys.exit(3)
        if data == "hang":
            time.sleep(60)
        if data == "pid":
            return os.getpid()
        if data == "accent":
            raise ValueError("n\\u00e9")
        if data == "status":
            context.set_response_status(code=422, phrase="not this")
        return data

    def output_fn(prediction, accept):
        if prediction == "tuple":
            return "a", "text/plain"
        return prediction if accept == "application/json" else float
"""

REQUESTS = [
    (b"[[1, 2]]", "application/json", "application/json"),
    (b"null", "application/json", "application/json"),
    (b'"tuple"', "application/json", "application/json"),
    (b"[NaN]", "application/json", None),
    (b"1,2", "text/csv", "application/json"),
    (b"\xff", "application/json", "application/json"),
    (b"{", "application/json", "application/json"),
    (b"[1]", "application/json", "image/png"),
    (b'"status"', "application/json", "application/json"),
    (b"", None, None),
]


def request_of(body: bytes, content_type: str | None = "application/json", accept: str | None = None) -> Request:
    return Request(body=body, content_type=content_type, accept=accept)


def answer(exchange: Exchange) -> tuple[Any, ...]:
    """Return what can be compared: a traceback's text is that of the frames around the script."""
    response = exchange.response
    assert response is not None
    body = response.body if exchange.failure is None else response.body.partition(b"\n")[0]
    return response.status, response.content_type, body, response.error


def cause(exchange: Exchange) -> tuple[str, str, str] | None:
    failure = exchange.failure
    return None if failure is None else (failure.stage, failure.by, str(failure))


@pytest.mark.parametrize("engine", ENGINES)
def test_answers_as_the_built_in_engine(tmp_path: Path, engine: str) -> None:
    with serve(tmp_path, SCRIPT) as ours, serve(tmp_path, SCRIPT, engine=engine) as real:
        assert real.load().ok
        for body, content_type, accept in REQUESTS:
            request = request_of(body, content_type, accept)
            one, other = ours.exchange(request), real.exchange(request)
            assert (answer(one), cause(one)) == (answer(other), cause(other)), request
        assert real.deaths == 0


@needs_toolkit
@pytest.mark.parametrize("isolation", ["process", "none"])
def test_the_toolkit_shows_the_stages(tmp_path: Path, isolation: str) -> None:
    with (
        serve(tmp_path, SCRIPT) as ours,
        serve(tmp_path, SCRIPT, engine="toolkit", isolation=isolation) as real,
    ):
        assert real.load().by == ours.load().by
        request = request_of(b"[[1, 2]]")
        one, other = (each.exchange(request, export=("predict_fn",)) for each in (ours, real))
        assert other.stages == one.stages
        stage = other.stage("predict_fn")
        assert stage is not None
        assert stage.value.data == [[1, 2]]
        failed = real.exchange(request_of(b"x", "text/csv"))
        assert failed.failure is not None
        assert [frame.function for frame in failed.failure.frames] == ["input_fn"]
    assert not [name for name in sys.modules if name == "inference"]


@pytest.mark.parametrize("engine", ENGINES)
def test_masked_functions_are_the_toolkits_own(tmp_path: Path, engine: str) -> None:
    request = request_of(b"1,2", "text/csv", "text/csv")
    with serve(tmp_path, SCRIPT) as ours, serve(tmp_path, SCRIPT, engine=engine) as real:
        mask = ("input_fn", "output_fn")
        assert answer(real.exchange(request, mask=mask)) == answer(ours.exchange(request, mask=mask))
        assert answer(real.exchange(request)) == answer(ours.exchange(request))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "source",
    [
        "import absent_module",
        "def model_fn(model_dir):\n    raise OSError('no model')",
        "def model_fn(a, b, c):\n    return 1",
        "model_fn = input_fn = predict_fn = lambda a, b=None: 1\ntransform_fn = lambda a, b, c, d: 1",
        "",
    ],
)
def test_loading_fails_alike(tmp_path: Path, engine: str, source: str) -> None:
    with serve(tmp_path, source) as ours, serve(tmp_path, source, engine=engine) as real:
        one, other = ours.load().failure, real.load().failure
        assert one is not None
        assert other is not None
        assert (other.stage, other.by, other.type) == (one.stage, one.by, one.type)
        assert one.message in other.message
        assert other.missing_module == one.missing_module


@pytest.mark.parametrize("engine", ENGINES)
def test_a_script_that_ends_its_process(tmp_path: Path, engine: str) -> None:
    with serve(tmp_path, SCRIPT, engine=engine) as real:
        assert real.exchange(request_of(b'"exit"')).ended is Ended.DIED
        assert real.exchange(request_of(b"[1]")).succeeded


@needs_worker
def test_a_text_that_is_not_ascii_kills_the_worker(tmp_path: Path) -> None:
    with serve(tmp_path, SCRIPT, engine="worker") as real:
        died = real.exchange(request_of(b'"accent"'))
        assert (died.ended, died.response) == (Ended.DIED, None)
        assert "cannot be read by the server" in died.death
        assert real.exchange(request_of(b"[1]")).succeeded


@pytest.mark.parametrize("engine", ENGINES)
def test_a_request_that_hangs_is_ended(tmp_path: Path, engine: str) -> None:
    with serve(tmp_path, SCRIPT, engine=engine, timeout=1.0) as real:
        late = real.exchange(request_of(b'"hang"'))
        assert (late.ended, late.death) == (Ended.TIMED_OUT, "no answer within 1 s")
        assert real.exchange(request_of(b"[1]")).succeeded


@needs_worker
def test_the_worker_shows_no_stages(tmp_path: Path) -> None:
    with serve(tmp_path, SCRIPT, engine="worker") as real:
        exchange = real.exchange(request_of(b"[1]"))
        assert (exchange.stages, exchange.shows_stages) == ((), False)
        assert real.facts() == {}
        real.ping()
        with pytest.raises(ValueError, match="a worker has no 'call'"):
            real.call("input_fn", b"1", "text/csv")
        assert "imported" in real.load().output


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_left_running(tmp_path: Path, engine: str) -> None:
    def pid_of(endpoint: LocalEndpoint) -> int:
        response = endpoint.invoke(b'"pid"', "application/json", "application/json")
        return int(response.body)

    with serve(tmp_path, SCRIPT, engine=engine) as real:
        pid = pid_of(real)
        assert pid != os.getpid()
        assert is_alive(pid)
    assert wait_until(lambda: not is_alive(pid))


@needs_toolkit
def test_what_a_script_sets_at_its_import_comes_too_late(tmp_path: Path) -> None:
    source = """
        import os

        os.environ["SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"] = "text/csv"

        def model_fn(model_dir):
            return 1

        def transform_fn(model, body, content_type, accept):
            return accept
    """
    with serve(tmp_path, source, engine="toolkit") as real, serve(tmp_path, source) as ours:
        assert answer(real.exchange(request_of(b""))) == answer(ours.exchange(request_of(b"")))
        assert real.invoke(b"").body == b"application/json"
    early = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/x-npy"}
    with serve(tmp_path, source, engine="toolkit", environment=early) as real:
        assert real.invoke(b"").body == b"application/x-npy"
