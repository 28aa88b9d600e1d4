"""The failure report: what a user reads in pytest's output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smcontract.reporting.frame import code_frame
from smcontract.reporting.pages import SEVERITY_COLORS
from smcontract.reporting.preview import bounded, preview, visible
from smcontract.reporting.reproduce import boto3, curl, invoke
from smcontract.reporting.style import Style
from smcontract.violations import OnSageMaker, Request, Violation

_LABEL = 10
# A longer command helps nobody at a terminal: `smcontract replay` sends the same bytes.
_LONGEST = {"curl": 1_000, "boto3": 1_000, "invoke": 400}


def format_violation(
    violation: Violation,
    lines: Sequence[str],
    *,
    stack: str,
    file: str | None = None,
    path: str | None = None,
    model_dir: str | None = None,
    case: str | None = None,
    color: bool = False,
) -> str:
    """Return the failure report of one violation, many lines without a final line feed.

    `lines` are those of `violation.file`, `file` is how to name that file, `stack` is `NAME@VERSION`,
    `path` is what the user gave to be judged (`file` if not given), `case` is what `smcontract replay`
    takes.
    """
    style = Style(color)
    file = file or violation.file
    blocks = (
        _title(violation, file, style),
        code_frame(lines, violation.line, violation.column, color=color),
        bounded(violation.message),
        _facts(violation, style),
        _on_sagemaker(violation, stack, style),
        f"{style('How to fix:', 'bold')} {bounded(violation.fix)}" if violation.fix else "",
        "\n".join(_reproduce(violation, path or file, stack, model_dir, case, style)),
    )
    return "\n\n".join(block for block in blocks if block)


def format_line(violation: Violation, *, file: str | None = None) -> str:
    """Return `FILE:LINE:COLUMN: CODE message (got ...)`, one line, for summaries of warnings."""
    message = " ".join(visible(violation.message).split())
    got = " ".join(visible(violation.got).split())
    told = f"{message} (got {got})" if got and got not in message else message
    return bounded(f"{_place(violation, file or violation.file)}: {violation.code} {told}", width=300)


def format_on_sagemaker(answer: OnSageMaker) -> str:
    """Return the status and message a client gets, or that no answer is sent."""
    message = bounded(answer.message, lines=5)
    return message if answer.status is None else f"{answer.status} {message}".rstrip()


def _place(violation: Violation, file: str) -> str:
    numbers = (violation.line, violation.column if violation.line is not None else None)
    return ":".join((file, *(str(number) for number in numbers if number is not None)))


def _title(violation: Violation, file: str, style: Style) -> str:
    name = style(f"{violation.code} {violation.name}", SEVERITY_COLORS[violation.severity], "bold")
    where = style(visible(_place(violation, file)), "bold")
    function = f" in {violation.function}" if violation.function else ""
    return f"{name} ({violation.severity}) at {where}{function}"


def _facts(violation: Violation, style: Style) -> str:
    rows = list(_request(violation.request, style)) if violation.request else []
    if violation.expected:
        rows.append(_row("Expected", bounded(violation.expected, lines=10), style, "green"))
    if violation.got:
        rows.append(_row("Got", bounded(violation.got, lines=10), style, "red"))
    rows += [_row("", bounded(detail, lines=5), style) for detail in violation.details]
    return "\n".join(rows)


def _request(request: Request, style: Style) -> Iterator[str]:
    size = f"{len(request.body):,} {'byte' if len(request.body) == 1 else 'bytes'}"
    content_type = "none" if request.content_type is None else visible(request.content_type)
    accept = "none" if request.accept is None else visible(request.accept)
    yield _row("Request", f"Content-Type: {content_type} · Accept: {accept} · {size}", style)
    yield _row("", preview(request.body), style, "cyan")


def _row(label: str, text: str, style: Style, *tint: str) -> str:
    first, *rest = text.split("\n")
    lines = [f"{style(f'{label:{_LABEL}}', 'bold') if label else ' ' * _LABEL}{style(first, *tint)}"]
    return "\n".join((*lines, *(f"{'':{_LABEL}}{style(line, *tint)}".rstrip() for line in rest)))


def _on_sagemaker(violation: Violation, stack: str, style: Style) -> str:
    label = style(f"On SageMaker ({stack.replace('@', ' ')}):", "bold")
    confirmed = f" (confirmed by {visible(violation.confirmed_by)})" if violation.confirmed_by else ""
    return f"{label} {format_on_sagemaker(violation.on_sagemaker)}{confirmed}"


def _reproduce(
    violation: Violation, path: str, stack: str, model_dir: str | None, case: str | None, style: Style
) -> Iterator[str]:
    yield style("Reproduce:", "bold")
    if request := violation.request:
        commands = {
            "curl": curl(request),
            "boto3": boto3(request),
            "invoke": invoke(request, path=path, stack=stack, model_dir=model_dir),
        }
        for label, command in commands.items():
            if len(command) <= _LONGEST[label]:
                yield _command(label, command)
        if len(commands["curl"]) > _LONGEST["curl"]:
            yield _command("", f"(the body's {len(request.body):,} bytes are too many for a command line)")
    if case:
        yield _command("replay", f"smcontract replay {case}")
    yield _command("explain", f"smcontract explain {violation.code}")


def _command(label: str, command: str) -> str:
    first, *rest = command.split("\n")
    return "\n".join((f"  {label:{_LABEL - 2}}{first}", *(f"{'':{_LABEL}}{line}" for line in rest)))
