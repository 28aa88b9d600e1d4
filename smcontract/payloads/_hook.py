"""Payloads that the user's own code hands over: a strategy of bodies, or a list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smcontract.payloads._domain import Domain
from smcontract.payloads._first import first_of
from smcontract.payloads._given import given_domain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

    Payloads = SearchStrategy[bytes] | Sequence[bytes]
    """What is handed over for one content type."""
    Source = Mapping[str, Payloads] | Callable[[Path, str], Payloads | None]
    """Payloads by content type, or a function of the script's path and the content type."""

    Handed = list[bytes] | SearchStrategy[bytes] | None
    """What a source has for one content type."""

HOOK = "pytest_smcontract_payloads"


class NotPayloads(ValueError):
    """What was handed over holds no bodies; the text says why."""


def handed_over(source: Source, script: Path, content_type: str) -> Handed:
    """Return the bodies, or the strategy of bodies, that a source has for a content type, or None for none.

    Raises `NotPayloads`, also in the place of what the source itself raises.
    """
    try:
        value = source.get(content_type) if isinstance(source, Mapping) else source(script, content_type)
    except Exception as error:
        raise NotPayloads(f"{_told(source)} raised {type(error).__name__}: {error}") from None
    if value is None or _is_strategy(value):
        return value  # type: ignore[return-value]
    if isinstance(value, list | tuple) and value and all(isinstance(body, bytes | bytearray | str) for body in value):
        return [_bytes(body) for body in value]
    raise NotPayloads(
        f"{_told(source)} gave {value!r:.80}: expected a Hypothesis strategy of bytes, or a list of bytes"
    )


def handed_domain(value: list[bytes] | SearchStrategy[bytes], content_type: str) -> Domain:
    """Return the domain of what was handed over; raises `NotPayloads` where a strategy draws something else."""
    source = f"the hook {HOOK}"
    if isinstance(value, list):
        return replace(given_domain(value[0], content_type, name="given"), source=source)
    try:
        first = _bytes(first_of(value))
    except Exception as error:
        raise NotPayloads(f"{source} gave a strategy that draws no bytes ({error})") from None
    strategy = value.map(_bytes)
    return Domain(
        content_type=content_type,
        source=source,
        certain=True,
        max_rows=1,
        body=first,
        others=lambda: strategy,
        vouched=True,
    )


def _is_strategy(value: object) -> bool:
    from hypothesis.strategies import SearchStrategy

    return isinstance(value, SearchStrategy)


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    raise TypeError(f"it drew {body!r:.60}")


def _told(source: Source) -> str:
    return "payloads" if isinstance(source, Mapping) else f"the hook {HOOK}"
