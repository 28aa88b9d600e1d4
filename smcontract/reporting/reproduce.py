"""A request as commands to paste: a shell line, Python with boto3, and our own command."""

from __future__ import annotations

from smcontract.violations import Request

URL = "http://localhost:8080/invocations"


def curl(request: Request, *, url: str = URL) -> str:
    """Return a line for bash or zsh that sends exactly `request` to a container on port 8080.

    A header that the request has not is removed, since curl would send one of its own.
    """
    words = [f"curl -i {url}", *(_header(*item) for item in _headers(request))]
    text = _text(request.body)
    if text is None:
        return f"{_printf(request.body)} | {' '.join(words)} --data-binary @-"
    # curl takes a --data-binary that starts with @ for a file's name.
    option = "--data-raw" if text.startswith("@") else "--data-binary"
    return f"{' '.join(words)} {option} {shell_quote(text)}"


def boto3(request: Request) -> str:
    """Return Python that sends exactly `request` to an endpoint called ENDPOINT."""
    arguments = {"EndpointName": '"ENDPOINT"'}
    if request.content_type is not None:
        arguments["ContentType"] = _literal(request.content_type)
    if request.accept is not None:
        arguments["Accept"] = _literal(request.accept)
    arguments["Body"] = _body(request.body)
    return "\n".join(
        (
            "import boto3",
            'runtime = boto3.client("sagemaker-runtime")',
            f"answer = runtime.invoke_endpoint({', '.join(f'{k}={v}' for k, v in arguments.items())})",
            'print(answer["Body"].read())',
        )
    )


def invoke(request: Request, *, path: str, stack: str | None = None, model_dir: str | None = None) -> str:
    """Return the `smcontract invoke` line that sends exactly `request` to the script at `path`.

    `--body TEXT` is the body itself, `--body @-` reads it from standard input.
    """
    words = ["smcontract invoke", shell_quote(path)]
    options = {
        "--stack": stack,
        "--model-dir": model_dir,
        "--content-type": request.content_type,
        "--accept": request.accept,
    }
    words += [_option(name, value) for name, value in options.items() if value is not None]
    text = _text(request.body)
    if text is None or text.startswith("@"):
        return f"{_printf(request.body)} | {' '.join(words)} --body @-"
    return f"{' '.join(words)} {_option('--body', text)}"


def shell_quote(text: str) -> str:
    """Return `text` as one word for bash and zsh; it must not hold a NUL character.

    Unlike `shlex.quote` this keeps the word on one line and shows what is invisible as an escape.
    """
    if text and all(char.isascii() and (char.isalnum() or char in "_-./:+@%,") for char in text):
        return text
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    if text.isprintable() and not set(text) & set('"$`\\!'):
        return f'"{text}"'
    return f"$'{''.join(map(_dollar, text))}'"


def _option(name: str, value: str) -> str:
    # With a space, a value that starts with a minus sign would be read as an option.
    return f"{name}{'=' if value.startswith('-') else ' '}{shell_quote(value)}"


def _dollar(char: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "'": "\\'", "\\": "\\\\"}
    if char in named:
        return named[char]
    return char if char.isprintable() else "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


def _printf(body: bytes) -> str:
    # Octal escapes are those that every shell's printf knows; a leading minus sign would be an option.
    octal = [chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\{byte:03o}" for byte in body]
    first = "\\055" if body.startswith(b"-") else octal[0]
    return f"printf '{''.join((first, *octal[1:])).replace('%', '%%')}'"


def _text(body: bytes) -> str | None:
    if b"\x00" in body:
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _headers(request: Request) -> tuple[tuple[str, str | None], ...]:
    return (("Content-Type", request.content_type), ("Accept", request.accept))


def _header(name: str, value: str | None) -> str:
    if value is None:
        return f"-H {name}:"
    return f"-H {shell_quote(f'{name}: {value}' if value.strip() else f'{name};')}"


def _literal(text: str) -> str:
    # Double quotes where they need no escape, as a formatter would write it.
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal and "\\'" not in literal else literal


def _body(body: bytes) -> str:
    text = _text(body)
    if text is None or text.isascii():
        literal = repr(body)
        return f'b"{literal[2:-1]}"' if literal[1] == "'" and '"' not in literal else literal
    return f"{_literal(text)}.encode()"
