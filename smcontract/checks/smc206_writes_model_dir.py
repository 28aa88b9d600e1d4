"""SMC206: the model directory or the home directory is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended
from smcontract.second_look import Written, second_look
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Severity, Violation

_CACHES = frozenset({"__pycache__", ".cache", ".locks"})
_HOME = ("expanduser", "Path.home", "HOME", "~/")
"""How a script names the home directory itself."""
_SHOWN = {"model": "MODEL_DIR/", "home": "~/"}
_NAMES = {"model": "the model directory", "home": "the home directory"}


@check("SMC206", "writes-model-dir", phases=(Phase.LOAD,), severity=Severity.WARNING)
def writes_model_dir(ctx: CheckContext) -> Iterator[Violation]:
    """The model directory or the home directory is written.

    ## What it does
    Loads the script with a model directory of links to the files of the user's own and with an empty home directory,
    sends one body of each content type that is known to be taken, and looks at what was written there. Where the
    server's working directory is the model directory, a relative path leads there too.

    ## Why it fails on SageMaker
    The model directory is read-only on endpoints that mount it (serverless ones, models that are loaded from S3
    without compression), and a multi-model endpoint deletes it when another model needs the room. The user of the
    server need not have a home that can be written.

    ## Example
        def model_fn(model_dir):
            with tarfile.open(os.path.join(model_dir, "vocabulary.tar.gz")) as archive:
                archive.extractall(model_dir)       # OSError: Read-only file system

    ## Fix
    `tempfile.mkdtemp()`, and the path of what it returns.

    ## When it stays silent
    Bytecode (`__pycache__`) and the caches that libraries keep (`.cache`, and what a library writes into the home
    directory by itself) are no matter; nor are temporary files.

    ## Source
    Amazon SageMaker developer guide, serverless endpoints and multi-model endpoints; PAIN.md row 37.
    """
    loaded = ctx.loaded()
    if not loaded.ok:
        raise Inconclusive(f"reported as {ctx.responsible(ctx.exchange(ctx.request(b'')))}", loaded.failure)
    look = second_look(ctx.session)
    if not look.load().ok:
        raise Inconclusive("it does not load a second time, from links to its files")
    at_load = _told(ctx, look.written())
    for content_type in ctx.session.content_types():
        body = ctx.session.valid_body(content_type)
        if body is None:
            continue
        exchange = look.endpoint.exchange(ctx.request(body, content_type=content_type))
        if exchange.ended is not Ended.ANSWERED:
            break
    seen: set[object] = set()
    for one in _told(ctx, look.written()) if look.load().ok else at_load:
        key = (one.where, one.line)
        if key not in seen:
            seen.add(key)
            yield _violation(ctx, one, "while it is loaded" if one in at_load else "while it answers a request")


def _told(ctx: CheckContext, written: list[Written]) -> list[Written]:
    return [one for one in written if not _is_apart(ctx, one)]


def _is_apart(ctx: CheckContext, one: Written) -> bool:
    """Whether it is bytecode, or a library's own cache."""
    path = PurePosixPath(one.path)
    if _CACHES & set(path.parts) or path.suffix in {".pyc", ".pyo"}:
        return True
    if one.where == "model" or one.by == "script":
        return False
    names_home = any(word in ctx.script.source for word in _HOME)
    return path.parts[0].startswith(".") or one.line is None or not names_home


def _violation(ctx: CheckContext, one: Written, when: str) -> Violation:
    return ctx.violation(
        message=f"the script writes {_SHOWN[one.where]}{one.path} {when}",
        expected=f"{_NAMES[one.where]} as it was",
        got=f"{_SHOWN[one.where]}{one.path} is written",
        on_sagemaker=OnSageMaker(status=None, message="OSError where it is read-only, as on a serverless endpoint"),
        file=one.file,
        line=one.line or ctx.line_of("model_fn") or 1,
        cause=f"writes {one.where}",
        fix="write to a directory of tempfile.mkdtemp(), and read from there",
    )
