"""The response object that sagemaker-containers offers to scripts: `sagemaker_containers._worker.Response`.

Source: _worker.py of sagemaker-containers 2.8.6.post2 (a `flask.Response` whose default media type is JSON),
and `sansio.Response` of Werkzeug 3.1.8, from which its interface comes.
"""

from __future__ import annotations

from http import HTTPStatus
from wsgiref.headers import Headers as _WsgiHeaders

from smcontract.stacks._codecs import JSON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Optional, Union

_TEXT_MIMETYPES = frozenset(
    (
        "application/ecmascript",
        "application/javascript",
        "application/sql",
        "application/xml",
        "application/xml-dtd",
        "application/xml-external-parsed-entity",
    )
)


class Headers(_WsgiHeaders):
    """Headers by name, whatever its case."""

    def __init__(self, given: Any = None) -> None:
        super().__init__([])
        self.extend(given or ())

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, _line(value))

    def __iter__(self) -> Any:
        return iter(self.items())

    def add(self, name: str, value: Any) -> None:
        """Add a header beside those of the same name."""
        self.add_header(name, _line(value))

    def set(self, name: str, value: Any) -> None:
        """Set a header."""
        self[name] = value

    def extend(self, given: Any) -> None:
        """Add the headers of a mapping or of pairs."""
        for name, value in given.items() if hasattr(given, "items") else given:
            self.add(name, value)

    def update(self, given: Any) -> None:
        """Set the headers of a mapping or of pairs."""
        for name, value in given.items() if hasattr(given, "items") else given:
            self[name] = value

    def pop(self, name: str, default: Any = None) -> Any:
        """Remove a header and return its value."""
        value = self.get(name, default)
        del self[name]
        return value


class Response:
    """A body, a status and headers; the media type is JSON where none is given."""

    __module__ = "sagemaker_containers._worker"

    def __init__(
        self,
        response: Any = None,
        accept: Any = None,  # noqa: ARG002
        status: Any = None,
        headers: Any = None,
        mimetype: Any = None,
    ) -> None:
        self.headers = Headers(headers)
        if mimetype is None and "Content-Type" not in self.headers:
            mimetype = JSON
        if mimetype is not None:
            self.mimetype = mimetype
        self.status = 200 if status is None else status
        self.response = response

    @property
    def status(self) -> str:
        """The status line: code and phrase."""
        return self._status

    @status.setter
    def status(self, value: Any) -> None:
        if isinstance(value, int):
            # An enumeration such as http.HTTPStatus is written otherwise from release to release of Python.
            self.status_code = int(value)
            return
        code, _, phrase = value.strip().partition(" ")
        self._code = int(code) if code.isdigit() else 0
        self._status = "{} {}".format(self._code, phrase or _phrase(self._code) if code.isdigit() else value)

    @property
    def status_code(self) -> int:
        """The status as a number."""
        return self._code

    @status_code.setter
    def status_code(self, code: int) -> None:
        self._code = int(code)
        self._status = "{} {}".format(self._code, _phrase(self._code))

    @property
    def content_type(self) -> Optional[str]:
        """The Content-Type header."""
        return self.headers.get("Content-Type")

    @content_type.setter
    def content_type(self, value: str) -> None:
        self.headers["Content-Type"] = value

    @property
    def mimetype(self) -> Optional[str]:
        """The media type without its parameters; text is labelled UTF-8 when it is set."""
        value = self.content_type
        return value and value.partition(";")[0].strip().lower()

    @mimetype.setter
    def mimetype(self, value: str) -> None:
        self.content_type = labelled(value)

    @property
    def data(self) -> bytes:
        """The body."""
        self.response = body = bytes_of(self.response)
        return body

    @data.setter
    def data(self, value: Any) -> None:
        self.set_data(value)

    def get_data(self, as_text: bool = False) -> Union[bytes, str]:
        """Return the body as bytes, or as text; raises TypeError for what cannot be sent."""
        return self.data.decode("utf-8") if as_text else self.data

    def set_data(self, value: Any) -> None:
        """Set the body, text as UTF-8."""
        self.response = value.encode("utf-8") if isinstance(value, str) else bytes(value)


def labelled(mimetype: str) -> str:
    """Return the Content-Type header for a media type: text with its charset."""
    if mimetype.startswith("text/") or mimetype in _TEXT_MIMETYPES or mimetype.endswith("+xml"):
        return mimetype + "; charset=utf-8"
    return mimetype


def bytes_of(body: Any) -> bytes:
    """Return the bytes sent for a body: None, text, bytes, or chunks of them; raises TypeError for others."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8")
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    return b"".join(_chunks(body))


def _chunks(body: Iterable[Any]) -> Iterable[bytes]:
    for chunk in body:
        if isinstance(chunk, str):
            yield chunk.encode("utf-8")
        elif isinstance(chunk, (bytes, bytearray)):
            yield bytes(chunk)
        else:
            raise TypeError("a response body of {} cannot be sent".format(type(chunk).__name__))


def _line(value: Any) -> str:
    text = str(value)
    if "\r" in text or "\n" in text:
        raise ValueError("a header value must not hold line breaks")
    return text


def _phrase(code: int) -> str:
    phrases = {status.value: status.phrase for status in HTTPStatus}
    return phrases.get(code, "Unknown").upper()
