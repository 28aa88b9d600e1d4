"""The comparison with the SageMaker SDK, where no SDK is installed: what it compares, and what it calls equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conformance import serializers
from smcontract.payloads import media


def test_every_body_that_is_compared_is_read_here() -> None:
    pytest.importorskip("scipy")
    cases = list(serializers.written())
    assert len({case.content_type for case in cases}) >= 11
    for case in cases:
        media.decode(case.body, case.content_type)


def test_every_reader_is_of_a_type_with_bodies() -> None:
    assert all(serializers.bodies(content_type, 5) for content_type in serializers.READERS)


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (b"1", b"1", True),
        (b"1", b"2", False),
        ([[1.0]], [[1.0]], True),
        (np.array([1.0]), np.array([1.0]), True),
        (np.array([1.0]), np.array([1], "int64"), False),
        (np.array([1.0]), [1.0], False),
        ({"a": np.array([1])}, {"a": np.array([1])}, True),
        ({"a": np.array([1])}, {"b": np.array([1])}, False),
        ((np.array([1]), None), (np.array([1]), None), True),
        ((np.array([1]), None), (np.array([1]), np.array([0])), False),
    ],
)
def test_what_is_equal(left: Any, right: Any, equal: bool) -> None:
    assert serializers.same(left, right) is equal


def test_a_missing_sdk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serializers, "SDKS", (("no-such-package", "no_such_module", "no_such_module"),))
    with pytest.raises(ImportError, match="neither sagemaker<3 nor sagemaker-core"):
        serializers.find_sdk()
