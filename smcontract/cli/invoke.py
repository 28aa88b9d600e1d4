"""`smcontract invoke PATH`: one request, answered as the container would answer it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from smcontract.cli._options import add_options, one_script, open_workspace
from smcontract.errors import UsageError

if TYPE_CHECKING:
    from smcontract.endpoints import Exchange, Failure
    from smcontract.workspace import Judged

HELP = "send one request to a script and print the answer"
EXAMPLES = """\
The body of the answer goes to standard output, byte by byte unless that is a terminal; everything else goes
to standard error. The exit status is 0 where the client gets a success (2xx), 1 where not, 2 for wrong usage.

examples:
  smcontract invoke inference.py --body 1,2,3 --content-type text/csv --accept text/csv
  smcontract invoke inference.py --body @image.png --content-type image/png --model-dir model.tar.gz
  printf '[[1, 2]]' | smcontract invoke inference.py --body @- --content-type application/json -v
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the request, and the settings under which it is answered."""
    parser.add_argument("path", metavar="PATH", help="a script, a model directory or a model.tar.gz")
    parser.add_argument(
        "--body",
        required=True,
        metavar="TEXT|@FILE|@-",
        help="the body: text, a file's bytes, or standard input's",
    )
    parser.add_argument("--content-type", metavar="TYPE", help="the Content-Type header (default: none is sent)")
    parser.add_argument("--accept", metavar="TYPE", help="the Accept header (default: none is sent)")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="say what each function returned, and who served it"
    )
    add_options(parser, "stack", "model-dir", "env", "timeout", "load-timeout", "engine", "python")


def run(arguments: argparse.Namespace) -> int:
    """Send the request and print what a client gets."""
    from smcontract.cli._terminal import write_body
    from smcontract.violations import Request

    workspace = open_workspace(arguments)
    # What a client gets, and not what can be judged all the same.
    workspace.flags = {**workspace.flags, "stub-missing": "off", "stand-in": "off"}
    try:
        judged = one_script(workspace, arguments.path)
        request = Request(body=_body(arguments.body), content_type=arguments.content_type, accept=arguments.accept)
        with judged.session(judged.stacks[0][0]) as session:
            exchange = session.endpoint.exchange(request)
            loaded = session.endpoint.load().ok if exchange.failure is not None else True
    finally:
        workspace.close()
    for line in _about(exchange, judged, loaded=loaded, verbose=arguments.verbose):
        print(line, file=sys.stderr)
    sys.stderr.flush()
    if loaded and exchange.response is not None:
        write_body(exchange.response.body)
    return 0 if exchange.succeeded else 1


def _body(text: str) -> bytes:
    if text == "@-":
        if sys.stdin is None:
            raise UsageError("--body @-: standard input is closed")
        return sys.stdin.buffer.read()
    if text.startswith("@"):
        try:
            return Path(text[1:]).read_bytes()
        except OSError as error:
            raise UsageError(f"--body {text}: {error.strerror or error}") from None
    # As the shell handed it over, even where that is no UTF-8.
    return os.fsencode(text)


def _about(exchange: Exchange, judged: Judged, *, loaded: bool, verbose: bool) -> Iterator[str]:
    from smcontract.reporting.preview import bounded

    response = exchange.response
    if response is None:
        yield f"no answer: {exchange.death or exchange.ended}"
    elif loaded:
        yield f"HTTP {response.status}"
        if response.content_type is not None:
            yield f"Content-Type: {bounded(response.content_type, lines=1)}"
    else:
        yield "no answer: the model does not load"
    if verbose:
        yield from _stages(exchange)
    if exchange.failure is not None:
        yield f"Error: {bounded(str(exchange.failure))} in {_place(exchange.failure, judged)}"
    elif response is not None and response.error:
        yield f"Error: {bounded(response.error, lines=5)}"
    if exchange.output and not exchange.succeeded:
        yield "The last that the script wrote:"
        yield bounded(exchange.output)


def _stages(exchange: Exchange) -> Iterator[str]:
    for stage in exchange.stages:
        value = stage.value
        size = f" of shape {value.shape}" if value.shape is not None else ""
        if not size and value.length is not None:
            size = f" of length {value.length}"
        dtype = f" ({value.dtype})" if value.dtype else ""
        yield f"{stage.name} ({stage.by}): {value.type}{size}{dtype}"


def _place(failure: Failure, judged: Judged) -> str:
    from smcontract.judgement import user_frame
    from smcontract.reporting.report import relative

    frame = user_frame(failure, judged.target.code_dir)
    if frame is None:
        return failure.stage if failure.by == "script" else f"the default {failure.stage}"
    return f"{failure.stage} at {relative(frame.file, Path.cwd())}:{frame.line}"
