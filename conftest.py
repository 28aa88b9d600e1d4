"""Settings of this repository's own test session."""

from __future__ import annotations

from hypothesis import settings

# Tests of real processes: how long one example takes says nothing about the code.
settings.register_profile("smcontract", deadline=None)
settings.load_profile("smcontract")
