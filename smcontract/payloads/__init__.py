"""Request bodies: encoded, decoded, drawn, found and damaged."""

from __future__ import annotations

from smcontract.payloads._public import payloads

__all__ = ["payloads"]
